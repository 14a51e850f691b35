# SPDX-License-Identifier: MIT
"""A signed statement on the wire: magic, length, exact bytes, length, both signatures, and what may follow."""

from __future__ import annotations

from dataclasses import dataclass

from tasuki.base.errors import PeerError
from tasuki.formats.suites.reasons import TOO_LARGE, TRUNCATED
from tasuki.formats.suites.signatures import SIGNATURE_BYTES, Signatures, read_signatures

_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A statement as it arrived; nothing in it is verified yet.

    Attributes:
        statement: the exact bytes that were signed.
        head: magic to signatures, whole: what a hash of the statement covers.
        rest: what follows the signatures.
    """

    statement: bytes
    signatures: Signatures
    head: bytes
    rest: bytes


def write_frame(magic: bytes, statement: bytes, signatures: Signatures, rest: bytes = b"") -> bytes:
    """Return the wire form of a signed statement."""
    block = signatures.as_bytes()
    return b"".join(
        (
            magic,
            len(statement).to_bytes(_LENGTH_BYTES, "big"),
            statement,
            len(block).to_bytes(_LENGTH_BYTES, "big"),
            block,
            rest,
        )
    )


def read_frame(magic: bytes, raw: bytes, limit: int) -> Frame:
    """Return the frame in `raw`, with a statement of at most `limit` bytes. No cryptography happens here.

    Raises:
        PeerError: another magic, a length beyond the limit or the input, or a signature block of another size.
    """
    start = len(magic) + _LENGTH_BYTES
    if raw[: len(magic)] != magic or len(raw) < start:
        raise PeerError(TRUNCATED.because(magic=magic.decode("latin-1"), size=len(raw)))
    size = int.from_bytes(raw[len(magic) : start], "big")
    if size > limit:
        raise PeerError(TOO_LARGE.because(limit=limit, size=size))
    signed = start + size
    block = signed + _LENGTH_BYTES
    end = block + SIGNATURE_BYTES
    if len(raw) < end or int.from_bytes(raw[signed:block], "big") != SIGNATURE_BYTES:
        raise PeerError(TRUNCATED.because(magic=magic.decode("latin-1"), size=len(raw)))
    return Frame(
        statement=raw[start:signed],
        signatures=read_signatures(raw[block:end]),
        head=raw[:end],
        rest=raw[end:],
    )
