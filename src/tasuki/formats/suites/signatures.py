# SPDX-License-Identifier: MIT
"""Suite 1 signatures: Ed25519 and ML-DSA-65 over the same exact bytes; both must verify."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from tasuki.base.errors import PeerError
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose
from tasuki.formats.suites.reasons import BAD_SIGNATURE, UNKNOWN_SUITE, WRONG_PURPOSE

SUITE: Final = 1
"""Ed25519 and ML-DSA-65; HPKE MLKEM768-X25519, HKDF-SHA256, AES-256-GCM; SHA-256."""

ED25519_BYTES: Final = 64
ML_DSA_65_BYTES: Final = 3309
SIGNATURE_BYTES: Final = ED25519_BYTES + ML_DSA_65_BYTES
"""Length of the signature block of suite 1."""

_CONTEXT = "tasuki/v1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Both signatures of suite 1 over one statement."""

    ed25519: bytes
    ml_dsa_65: bytes

    def as_bytes(self) -> bytes:
        """Return the signature block: Ed25519 first, then ML-DSA-65."""
        return self.ed25519 + self.ml_dsa_65


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningPair:
    """The two public keys that sign together."""

    ed25519: PublicKey
    ml_dsa_65: PublicKey

    @property
    def ids(self) -> tuple[str, str]:
        """Return both key ids, Ed25519 first."""
        return self.ed25519.id, self.ml_dsa_65.id


def read_signatures(block: bytes) -> Signatures:
    """Return the two signatures of a block whose length was checked.

    Raises:
        ValueError: the block is not exactly `SIGNATURE_BYTES` long.
    """
    if len(block) != SIGNATURE_BYTES:
        message = f"expected a signature block of {SIGNATURE_BYTES} bytes, found {len(block)}"
        raise ValueError(message)
    return Signatures(ed25519=block[:ED25519_BYTES], ml_dsa_65=block[ED25519_BYTES:])


def require_suite(suite: int) -> None:
    """Refuse every suite but 1.

    Raises:
        PeerError: another suite; an unknown one means no.
    """
    if suite != SUITE:
        raise PeerError(UNKNOWN_SUITE.because(suite=suite))


def context(statement_type: str) -> bytes:
    """Return the ML-DSA context of a statement type, such as `tasuki/v1/objects`.

    Source: FIPS 204 section 5.2 (context of at most 255 bytes).
    """
    return (_CONTEXT + statement_type).encode()


def signing_input(statement_type: str, statement: bytes) -> bytes:
    """Return the bytes both algorithms sign: context, type and statement, each behind its length (32 bits, big-endian).

    Ed25519 takes no context of its own, so the context stands inside its input; ML-DSA-65 gets it both ways.
    Source: after DSSE v1 pre-authentication encoding.
    """
    parts = (context(statement_type), statement_type.encode(), statement)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def verify(statement_type: str, statement: bytes, signatures: Signatures, pair: SigningPair, purpose: Purpose) -> None:
    """Refuse a statement unless both signatures verify under keys made for `purpose`.

    Raises:
        PeerError: a key serves another purpose, or a signature does not verify.
    Source: RFC 8032 section 5.1.7; FIPS 204 section 5.3.
    """
    for key in (pair.ed25519, pair.ml_dsa_65):
        if key.purpose is not purpose:
            raise PeerError(WRONG_PURPOSE.because(expected=purpose, key=key.id, found=key.purpose))
    message = signing_input(statement_type, statement)
    try:
        _ed25519(pair.ed25519.raw).verify(signatures.ed25519, message)
    except InvalidSignature as error:
        raise PeerError(BAD_SIGNATURE.because(type=statement_type, algorithm=Algorithm.ED25519)) from error
    try:
        _ml_dsa_65(pair.ml_dsa_65.raw).verify(signatures.ml_dsa_65, message, context(statement_type))
    except InvalidSignature as error:
        raise PeerError(BAD_SIGNATURE.because(type=statement_type, algorithm=Algorithm.ML_DSA_65)) from error


def signs(algorithm: Algorithm, raw: bytes, statement_type: str, statement: bytes, signature: bytes) -> bool:
    """Whether one signature over a statement verifies under one raw key; a key that signs no statements never does.

    Source: RFC 8032 section 5.1.7; FIPS 204 section 5.3.
    """
    message = signing_input(statement_type, statement)
    try:
        if algorithm is Algorithm.ED25519:
            _ed25519(raw).verify(signature, message)
        elif algorithm is Algorithm.ML_DSA_65:
            _ml_dsa_65(raw).verify(signature, message, context(statement_type))
        else:
            return False
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=256)
def _ed25519(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=256)
def _ml_dsa_65(raw: bytes) -> MLDSA65PublicKey:
    return MLDSA65PublicKey.from_public_bytes(raw)
