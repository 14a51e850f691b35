# SPDX-License-Identifier: MIT
"""The wire form of an envelope: a signed header frame and the ciphertext behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError
from tasuki.base.limits import MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES
from tasuki.formats.envelope.header import Header, read_header, seal_info
from tasuki.formats.envelope.reasons import CIPHERTEXT_DIFFERS, PAYLOAD_DIFFERS, TOO_LARGE
from tasuki.formats.suites.frames import read_frame, write_frame
from tasuki.formats.suites.signatures import Signatures

MAGIC: Final = b"TASUKIE\x01"
"""First eight bytes of an envelope; the last one is the version of the frame."""

SALT_BYTES: Final = 32
"""Salt before the payload, so that `payload_hash` tells nobody a guessable content."""

_OVERHEAD = 8 << 10

MAX_ENVELOPE_BYTES: Final = MAX_PAYLOAD_BYTES + MAX_HEADER_BYTES + _OVERHEAD
"""Whole envelope: payload, header, signatures, and what sealing adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An envelope as read: its header understood, nothing verified or opened.

    Attributes:
        header_json: the header with every member, also those of a later version.
        header_bytes: the exact bytes that were signed.
        hash: SHA-256 of magic to signatures; the ciphertext is bound through `ct_hash`.
    """

    header: Header
    header_json: Mapping[str, Json]
    header_bytes: bytes
    signatures: Signatures
    ciphertext: bytes
    hash: str

    @property
    def info(self) -> bytes:
        """Return the HPKE `info` of this envelope."""
        return seal_info(self.header_json)


def write_envelope(header_bytes: bytes, signatures: Signatures, ciphertext: bytes) -> bytes:
    """Return the wire form of an envelope."""
    return write_frame(MAGIC, header_bytes, signatures, ciphertext)


def envelope_hash(raw: bytes, ciphertext_length: int) -> str:
    """Return the hash of an envelope we wrote ourselves."""
    return hashlib.sha256(raw[: len(raw) - ciphertext_length]).hexdigest()


def read_envelope(raw: bytes) -> Envelope:
    """Return the envelope in `raw`: limits first, then form, then the ciphertext against `ct_len` and `ct_hash`.

    Raises:
        PeerError: too large, malformed, or another ciphertext than the header names.
    """
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise PeerError(TOO_LARGE.because(limit=MAX_ENVELOPE_BYTES, size=len(raw)))
    frame = read_frame(MAGIC, raw, MAX_HEADER_BYTES)
    header, value = read_header(frame.statement)
    if len(frame.rest) != header.ct_len or hashlib.sha256(frame.rest).hexdigest() != header.ct_hash:
        raise PeerError(CIPHERTEXT_DIFFERS.because(env_id=header.env_id, found=len(frame.rest)))
    return Envelope(
        header=header,
        header_json=value,
        header_bytes=frame.statement,
        signatures=frame.signatures,
        ciphertext=frame.rest,
        hash=hashlib.sha256(frame.head).hexdigest(),
    )


def salted(salt: bytes, payload: bytes) -> bytes:
    """Return the plaintext that gets sealed: salt, then payload.

    Raises:
        ValueError: the salt is not 32 bytes long.
    """
    if len(salt) != SALT_BYTES:
        message = f"expected a salt of {SALT_BYTES} bytes, found {len(salt)}"
        raise ValueError(message)
    return salt + payload


def payload_hash(plaintext: bytes) -> str:
    """Return `payload_hash` of a salted plaintext."""
    return hashlib.sha256(plaintext).hexdigest()


def payload_of(header: Header, plaintext: bytes) -> bytes:
    """Return the payload inside an opened plaintext.

    Raises:
        PeerError: it is larger than a payload may be, or not the one the header names.
    """
    size = len(plaintext) - SALT_BYTES
    if size > MAX_PAYLOAD_BYTES:
        raise PeerError(TOO_LARGE.because(limit=MAX_PAYLOAD_BYTES, size=size))
    if size < 0 or payload_hash(plaintext) != header.payload_hash:
        raise PeerError(PAYLOAD_DIFFERS.because(env_id=header.env_id))
    return plaintext[SALT_BYTES:]
