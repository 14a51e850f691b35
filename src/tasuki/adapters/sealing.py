# SPDX-License-Identifier: MIT
"""Sealing: HPKE to one recipient's public key, and opening with the private one."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from tasuki.adapters.reasons import CANNOT_OPEN
from tasuki.base.errors import PeerError

ML_KEM_PUBLIC_BYTES: Final = 1184
ML_KEM_SEED_BYTES: Final = 64

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Return `plaintext` sealed to the raw public key of one recipient, bound to `info`.

    Source: RFC 9180 section 6.1 (single-shot base mode), draft-ietf-hpke-pq.
    """
    return _SUITE.encrypt(plaintext, _public(recipient), info)


def open_sealed(private: MLKEM768X25519PrivateKey, info: bytes, ciphertext: bytes) -> bytes:
    """Return what was sealed to the key of `private` under the same `info`.

    Raises:
        PeerError: sealed to another key, bound to another header, or damaged.
    """
    try:
        return _SUITE.decrypt(ciphertext, private, info)
    except InvalidTag as error:
        raise PeerError(CANNOT_OPEN.because()) from error


def private_key(raw: bytes) -> MLKEM768X25519PrivateKey:
    """Return the private KEM key of a raw form: the ML-KEM-768 seed (64 bytes), then the X25519 key (32)."""
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(raw[:ML_KEM_SEED_BYTES]),
        X25519PrivateKey.from_private_bytes(raw[ML_KEM_SEED_BYTES:]),
    )


def public_part(raw: bytes) -> bytes:
    """Return the raw public KEM key that belongs to a raw private one."""
    ml_kem = MLKEM768PrivateKey.from_seed_bytes(raw[:ML_KEM_SEED_BYTES]).public_key()
    x25519 = X25519PrivateKey.from_private_bytes(raw[ML_KEM_SEED_BYTES:]).public_key()
    return ml_kem.public_bytes_raw() + x25519.public_bytes_raw()


@lru_cache(maxsize=64)
def _public(raw: bytes) -> MLKEM768X25519PublicKey:
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:ML_KEM_PUBLIC_BYTES]),
        X25519PublicKey.from_public_bytes(raw[ML_KEM_PUBLIC_BYTES:]),
    )
