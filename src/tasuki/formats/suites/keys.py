# SPDX-License-Identifier: MIT
"""Public keys as values: what each is for, under which algorithm, from when until when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tasuki.base.errors import PeerError
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.reasons import (
    BAD_KEY,
    LOW_ORDER,
    LOW_ORDER_KEM,
    NO_ALGORITHM,
    NOT_CANONICAL,
    NOT_VALID_NOW,
)


class Purpose(StrEnum):
    """What a key may be used for; a key serves one purpose only."""

    ENVELOPE = "envelope"
    LOG = "log"
    WITNESS = "witness"
    KEM = "kem"
    ROOT = "root"
    KEYS = "keys"
    PEERS = "peers"


class Algorithm(StrEnum):
    """The key algorithms of suite 1, and the one of C2SP cosignatures, which serves witnesses alone."""

    ED25519 = "ed25519"
    ML_DSA_44 = "ml-dsa-44"
    ML_DSA_65 = "ml-dsa-65"
    MLKEM768_X25519 = "mlkem768-x25519"


KEY_BYTES: Final = {
    Algorithm.ED25519: 32,
    Algorithm.ML_DSA_44: 1312,
    Algorithm.ML_DSA_65: 1952,
    Algorithm.MLKEM768_X25519: 1184 + 32,
}
"""Length of a raw public key; the KEM key is the ML-KEM-768 key followed by the X25519 key."""

_P = 2**255 - 19
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SIGN_BIT = 1 << 255

LOW_ORDER_KEYS: Final = frozenset(
    (y | sign).to_bytes(32, "little") for y in (0, 1, _Y8, _P - _Y8, _P - 1, _P, _P + 1) for sign in (0, _SIGN_BIT)
)
"""The 14 encodings of points of order 1, 2, 4 and 8 (6 of them not canonical).

Source: RFC 8032 section 5.1; "Taming the many EdDSAs" (2020), section 2.
"""

_U8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_LOW_ORDER_U: Final = frozenset((0, 1, _P - 1, *_U8))
"""The u coordinates under which X25519 gives zero whatever the private key.

Source: RFC 7748 sections 5 and 6.1; D. J. Bernstein, "Curve25519" (2006), section 3.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """One public key of a node.

    Attributes:
        raw: the algorithm's own raw encoding.
        not_before: first moment at which it may have signed.
        not_after: last such moment.
    """

    purpose: Purpose
    algorithm: Algorithm
    raw: bytes
    not_before: datetime
    not_after: datetime

    @property
    def id(self) -> str:
        """Return its key id."""
        return key_id(self.algorithm, self.raw)


def key_id(algorithm: str, raw: bytes) -> str:
    """Return the key id: 32 hex digits of SHA-256 over `tasuki/v1/key`, algorithm and raw key, NUL between."""
    material = b"\0".join((b"tasuki/v1/key", algorithm.encode(), raw))
    return hashlib.sha256(material).hexdigest()[:32]


def require_sound(algorithm: Algorithm, raw: bytes) -> None:
    """Refuse a raw public key under which signatures or secrets would mean nothing.

    Raises:
        PeerError: wrong length, an Ed25519 key of low order or not canonical, or an X25519 part of low order.
    Source: RFC 8032 section 5.1.3; RFC 7748 section 6.1; FIPS 204 section 7.2; FIPS 203 section 7.2.
    """
    if len(raw) != KEY_BYTES[algorithm]:
        raise PeerError(BAD_KEY.because(algorithm=algorithm, expected=KEY_BYTES[algorithm], found=len(raw)))
    if algorithm is Algorithm.ED25519:
        if raw in LOW_ORDER_KEYS:
            raise PeerError(LOW_ORDER.because())
        if int.from_bytes(raw, "little") & ~_SIGN_BIT >= _P:
            raise PeerError(NOT_CANONICAL.because())
    elif algorithm is Algorithm.MLKEM768_X25519 and _u(raw) in _LOW_ORDER_U:
        raise PeerError(LOW_ORDER_KEM.because())


def _u(raw: bytes) -> int:
    # X25519 ignores the highest bit and takes the rest modulo p.
    return (int.from_bytes(raw[-32:], "little") & ~_SIGN_BIT) % _P


def public_key(*, purpose: str, algorithm: str, raw: bytes, not_before: datetime, not_after: datetime) -> PublicKey:
    """Return a public key fit to be registered.

    Raises:
        PeerError: unknown algorithm or purpose, or a raw key that is not sound.
    """
    if algorithm not in Algorithm.__members__.values() or purpose not in Purpose.__members__.values():
        raise PeerError(NO_ALGORITHM.because(algorithm=f"{algorithm[:24]} / {purpose[:24]}"))
    known = Algorithm(algorithm)
    if known is Algorithm.ML_DSA_44 and purpose != Purpose.WITNESS:
        raise PeerError(NO_ALGORITHM.because(algorithm=f"{algorithm} / {purpose}"))
    require_sound(known, raw)
    return PublicKey(purpose=Purpose(purpose), algorithm=known, raw=raw, not_before=not_before, not_after=not_after)


def check_validity(key: PublicKey, at: datetime) -> None:
    """Refuse a key outside its validity.

    Raises:
        PeerError: `at` lies before or after it.
    """
    if not key.not_before <= at <= key.not_after:
        raise PeerError(
            NOT_VALID_NOW.because(
                key=key.id,
                at=format_rfc3339(at),
                start=format_rfc3339(key.not_before),
                end=format_rfc3339(key.not_after),
            )
        )
