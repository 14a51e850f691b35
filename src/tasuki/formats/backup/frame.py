# SPDX-License-Identifier: MIT
"""The outer frame: magic, the sealed file key, chunks of ciphertext, and a hash over all of it.

Nothing in it says whose backup it is, of what, or from when. The hash lets anybody see that the file is whole.
Chunks follow the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): each nonce holds the number of its
chunk and whether it is the last, so chunks can be neither moved, doubled, left out nor cut off unseen.
"""

from __future__ import annotations

import struct
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.backup.reasons import NO_BACKUP

MAGIC: Final = b"TASUKIC\x01"
"""First eight bytes of a backup: C for copy."""

CHUNK_BYTES: Final = 1 << 20
"""Plaintext of a chunk; the last may be shorter, and empty only if it is the only one."""

TAG_BYTES: Final = 16
HASH_BYTES: Final = 32
_LENGTH: Final = struct.Struct(">I")
_MAX_KEY_BYTES: Final = 8 << 10
_LAST_CHUNK: Final = 2**63 - 1


def head(sealed_key: bytes) -> bytes:
    """Return the beginning of a file: magic, length of the sealed key, the sealed key."""
    return MAGIC + _LENGTH.pack(len(sealed_key)) + sealed_key


def head_length(start: bytes) -> int:
    """Return how many bytes the sealed key takes, from the first twelve bytes of a file.

    Raises:
        InputError: it is no backup.
    """
    if not start.startswith(MAGIC) or len(start) != len(MAGIC) + _LENGTH.size:
        raise InputError(NO_BACKUP.because(found="another beginning"))
    (length,) = _LENGTH.unpack(start[len(MAGIC) :])
    if not 0 < length <= _MAX_KEY_BYTES:
        raise InputError(NO_BACKUP.because(found="a key of another length"))
    return int(length)


START_BYTES: Final = len(MAGIC) + _LENGTH.size


def nonce(number: int, *, last: bool) -> bytes:
    """Return the nonce of a chunk, from 0: eleven bytes of its number, one that says whether it is the last."""
    if not 0 <= number <= _LAST_CHUNK:
        message = "no file has that many chunks"
        raise AssertionError(message)
    return number.to_bytes(11, "big") + bytes([last])
