# SPDX-License-Identifier: MIT
"""Proof files: index, inclusion proof and checkpoint in one text that verifies offline.

Source: C2SP tlog-proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from tasuki.formats.tlog.note import VerifierKey, parse_note, verify_note
from tasuki.formats.tlog.numbers import decimal
from tasuki.formats.tlog.reasons import PROOF_TEXT

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES: Final = 1 << 20
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a proof file says; nothing of it is verified.

    Attributes:
        checkpoint: the signed note, byte for byte.
        extra: data nobody vouches for; None where the line is absent.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def write_proof(proof: Proof) -> bytes:
    """Return the proof file."""
    extra = [] if proof.extra is None else [f"extra {encode(proof.extra)}"]
    lines = [HEADER, *extra, f"index {proof.index}", *(encode(each) for each in proof.hashes), "", ""]
    return "\n".join(lines).encode() + proof.checkpoint


def parse_proof(raw: bytes) -> Proof:
    """Return what a proof file says.

    Raises:
        InputError: another header, no index, a hash that is not 32 bytes, no checkpoint.
    """
    head, separator, checkpoint = raw.partition(b"\n\n")
    if len(raw) > MAX_PROOF_BYTES or not separator or not checkpoint.endswith(b"\n"):
        raise _wrong("no checkpoint after an empty line")
    lines = head.decode("utf-8", "replace").split("\n")
    if lines.pop(0) != HEADER:
        raise _wrong("another header")
    try:
        extra = decode(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
        word, _, number = (lines.pop(0) if lines else "").partition(" ")
        index = decimal(number if word == "index" else "")
        hashes = tuple(decode(line) for line in lines)
    except ValueError as error:
        raise _wrong(str(error)[:80]) from error
    if len(hashes) > _MAX_HASHES or any(len(each) != HASH_BYTES for each in hashes):
        raise _wrong("hashes that are not up to 63 of 32 bytes")
    return Proof(index=index, hashes=hashes, checkpoint=checkpoint, extra=extra)


def verify_proof(proof: Proof, entry: bytes, log: VerifierKey) -> Checkpoint:
    """Return the checkpoint once it is signed by `log` and has `entry` where the proof says.

    Raises:
        InputError: it does not.
    """
    note = parse_note(proof.checkpoint)
    verify_note(note, log)
    checkpoint = parse_checkpoint(note.text)
    # The key's name is the log's identity: a key of one log must not vouch for another.
    if checkpoint.origin != log.name:
        raise _wrong(f"a checkpoint of {checkpoint.origin[:80]}")
    verify_inclusion(
        index=proof.index,
        size=checkpoint.size,
        leaf=leaf_hash(entry),
        proof=proof.hashes,
        root_hash=checkpoint.root,
    )
    return checkpoint


def _wrong(found: str) -> InputError:
    return InputError(PROOF_TEXT.because(found=found))
