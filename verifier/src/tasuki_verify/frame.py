# SPDX-License-Identifier: MIT
"""A signed statement: magic, length, statement, length, two signatures. `docs/spec/envelope.md`, Bytes and Suite 1."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from tasuki_verify.words import WrongError

ED25519_BYTES: Final = 64
BLOCK_BYTES: Final = 64 + 3309


class Frame(NamedTuple):
    """A statement and its signatures, not verified yet; `hash` covers everything from the magic to the signatures."""

    statement: bytes
    ed25519: bytes
    ml_dsa: bytes
    hash: str


def read_frame(raw: bytes, magic: bytes, longest: int) -> Frame:
    """Return the frame that `raw` is, with nothing before or behind it."""
    start = len(magic) + 4
    size = int.from_bytes(raw[len(magic) : start], "big")
    block = start + size + 4
    fits = (
        raw.startswith(magic)
        and size <= longest
        and len(raw) == block + BLOCK_BYTES
        and int.from_bytes(raw[start + size : block], "big") == BLOCK_BYTES
    )
    if not fits:
        raise WrongError(
            f"it is not a signed statement {magic[:-1].decode()}.", f"署名文書 {magic[:-1].decode()} ではありません。"
        )
    signatures = raw[block:]
    return Frame(
        statement=raw[start : start + size],
        ed25519=signatures[:ED25519_BYTES],
        ml_dsa=signatures[ED25519_BYTES:],
        hash=hashlib.sha256(raw).hexdigest(),
    )


def signing_input(kind: str, statement: bytes) -> tuple[bytes, bytes]:
    """Return what both algorithms sign, and the context that ML-DSA gets beside it."""
    context = f"tasuki/v1/{kind}".encode()
    return b"".join(len(part).to_bytes(4, "big") + part for part in (context, kind.encode(), statement)), context


def require_both(frame: Frame, kind: str, ed25519: bytes, ml_dsa: bytes) -> None:
    """Refuse a statement of type `kind` unless both signatures verify under these two raw public keys."""
    signed, context = signing_input(kind, frame.statement)
    try:
        Ed25519PublicKey.from_public_bytes(ed25519).verify(frame.ed25519, signed)
        MLDSA65PublicKey.from_public_bytes(ml_dsa).verify(frame.ml_dsa, signed, context)
    except InvalidSignature as error:
        raise WrongError(
            "one of the two signatures does not verify.", "二つの署名のうち、検証できないものがあります。"
        ) from error
