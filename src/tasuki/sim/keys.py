# SPDX-License-Identifier: MIT
"""Keys of the bench: signatures and sealing that draw no chance, so that a run can be played again byte for byte.

ML-DSA as the library signs it and HPKE as it seals are randomised. For the time of a run the names under which this
project knows them are bound to stand-ins. They keep what the bench needs: what was altered, or meant for another key,
does not verify and does not open. They keep no secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite

from tasuki.sim.binding import bound

_ENCAPSULATED: Final = 1120
"""Bytes of an encapsulated key of MLKEM768-X25519, so that envelopes have their true size."""

_NONCE: Final = bytes(12)


class _Verifying:
    """The public half of a stand-in for ML-DSA."""

    size = 0

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @classmethod
    def from_public_bytes(cls, raw: bytes) -> _Verifying:
        return cls(raw)

    def public_bytes_raw(self) -> bytes:
        return self._raw

    def signature(self, message: bytes, context: bytes | None = None) -> bytes:
        said = context or b""
        length = len(said).to_bytes(4, "big")
        return hashlib.shake_256(b"".join((b"bench", self._raw, length, said, message))).digest(self.size)

    def verify(self, signature: bytes, message: bytes, context: bytes | None = None) -> None:
        if signature != self.signature(message, context):
            raise InvalidSignature


class _Verifying44(_Verifying):
    size = 2420


class _Verifying65(_Verifying):
    size = 3309


class _Signing:
    """The private half; its public key is the true one of the seed."""

    real: Any = None
    verifying: type[_Verifying] = _Verifying

    def __init__(self, seed: bytes) -> None:
        self._public = self.verifying(_public(self.real, seed))

    @classmethod
    def from_seed_bytes(cls, seed: bytes) -> _Signing:
        return cls(seed)

    def public_key(self) -> _Verifying:
        return self._public

    def sign(self, message: bytes, context: bytes | None = None) -> bytes:
        return self._public.signature(message, context)


class _Signing44(_Signing):
    real = mldsa.MLDSA44PrivateKey
    verifying = _Verifying44


class _Signing65(_Signing):
    real = mldsa.MLDSA65PrivateKey
    verifying = _Verifying65


@lru_cache(maxsize=1024)
def _public(real: Any, seed: bytes) -> bytes:
    raw: bytes = real.from_seed_bytes(seed).public_key().public_bytes_raw()
    return raw


class _Recipient:
    """A public KEM key."""

    def __init__(self, ml_kem: MLKEM768PublicKey, x25519: X25519PublicKey) -> None:
        self.raw = ml_kem.public_bytes_raw() + x25519.public_bytes_raw()


class _Opener:
    """A private KEM key."""

    def __init__(self, ml_kem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self.raw = ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


class _Sealing:
    """Sealing without chance: the key follows from what is sealed, to whom, and bound to what."""

    def encrypt(self, plaintext: bytes, recipient: _Recipient, info: bytes) -> bytes:
        start = hashlib.shake_256(b"".join((recipient.raw, info, plaintext))).digest(_ENCAPSULATED)
        return start + self._cipher(start, recipient.raw, info).encrypt(_NONCE, plaintext, info)

    def decrypt(self, ciphertext: bytes, opener: _Opener, info: bytes) -> bytes:
        start, sealed = ciphertext[:_ENCAPSULATED], ciphertext[_ENCAPSULATED:]
        if len(start) < _ENCAPSULATED:
            raise InvalidTag
        return self._cipher(start, opener.raw, info).decrypt(_NONCE, sealed, info)

    def _cipher(self, start: bytes, recipient: bytes, info: bytes) -> AESGCM:
        return AESGCM(hashlib.sha256(b"".join((start, recipient, info))).digest())


_STAND_INS: Final[dict[Any, Any]] = {
    mldsa.MLDSA44PrivateKey: _Signing44,
    mldsa.MLDSA44PublicKey: _Verifying44,
    mldsa.MLDSA65PrivateKey: _Signing65,
    mldsa.MLDSA65PublicKey: _Verifying65,
    MLKEM768X25519PrivateKey: _Opener,
    MLKEM768X25519PublicKey: _Recipient,
}


@contextmanager
def stand_in() -> Iterator[None]:
    """Bind every name of this project for ML-DSA and HPKE to its stand-in, and give them back at the end."""
    with bound(_stand_in_for):
        yield


def _stand_in_for(value: Any) -> Any:
    if isinstance(value, Suite):
        return _Sealing()
    return _STAND_INS.get(value) if isinstance(value, type) else None
