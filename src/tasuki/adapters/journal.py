# SPDX-License-Identifier: MIT
"""The journal beside the database: what was taken back, disposed of and removed, so that no restore brings it back.

Append-only; every record is on the disk before whoever acted is answered. Sealed under a key of its own made from the
store's key, each record bound to the one before it: whoever finds the file learns how many entries it has, and nobody
takes one out of its middle unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tasuki.adapters.clock import Entropy
from tasuki.adapters.reasons import JOURNAL_BROKEN, JOURNAL_FAILED
from tasuki.base.errors import WorldError

FILE: Final = "withdrawals.journal"
"""Its name in the node's directory."""

MAGIC: Final = b"TASUKIJ\x01"
_LENGTH: Final = struct.Struct(">I")
_NONCE_BYTES: Final = 12
_TRACE_BYTES: Final = 16
_MAX_RECORD: Final = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a journal holds.

    Attributes:
        records: those that open, in order, up to the first that does not.
        end: how many bytes they take.
        torn: the file ends in the middle of a record: its writer was killed before anybody was answered.
        broken: a record that is whole does not open: the file was altered, or is another node's.
    """

    records: tuple[bytes, ...]
    end: int
    torn: bool
    broken: bool


class Journal:
    """One node's journal."""

    def __init__(self, path: Path, key: bytes, entropy: Entropy) -> None:
        """Use the file at `path`, made with the first record, under the key-encryption key of the store."""
        self.path = path
        self._seal = AESGCM(_derived(key, b"tasuki/v1/journal"))
        self._trace = _derived(key, b"tasuki/v1/journal/trace")
        self._draw = entropy.draw
        self._guard = threading.Lock()
        self._chain: bytes | None = None

    def trace(self, name: bytes) -> bytes:
        """Return by what an entry may name something, so that the name says nothing by itself."""
        return hmac.digest(self._trace, name, "sha256")[:_TRACE_BYTES]

    def append(self, records: Sequence[bytes]) -> None:
        """Add records; return once they are on the disk.

        Raises:
            WorldError: the disk refused, or the file is not what was written; nothing counts as added then.
        """
        with self._guard:
            try:
                self._append(records)
            except OSError as error:
                self._chain = None
                cause = error.strerror or type(error).__name__
                raise WorldError(JOURNAL_FAILED.because(path=str(self.path), cause=cause), retry=True) from error

    def _append(self, records: Sequence[bytes]) -> None:
        fresh = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            if self._chain is None or fresh:
                self._chain = self._resume(file.fileno())
            chain = self._chain
            file.seek(0, os.SEEK_END)
            for record in records:
                sealed, chain = self._sealed(record, chain)
                file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        self._chain = chain
        if fresh:
            _sync(self.path.parent)

    def _resume(self, descriptor: int) -> bytes:
        """Return what the next record is bound to; cut off what a killed writer left behind."""
        read = self.read()
        if read.broken:
            raise WorldError(JOURNAL_BROKEN.because(path=str(self.path), count=len(read.records)), retry=False)
        os.ftruncate(descriptor, read.end)
        if read.end == 0:
            os.pwrite(descriptor, MAGIC, 0)
        chain = MAGIC
        for sealed, _ in self._frames(self.path.read_bytes()[: read.end]):
            chain = hashlib.sha256(sealed).digest()
        return chain

    def _sealed(self, record: bytes, chain: bytes) -> tuple[bytes, bytes]:
        nonce = self._draw(_NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, record, chain)
        return _LENGTH.pack(len(sealed)) + sealed, hashlib.sha256(sealed).digest()

    def read(self) -> Reading:
        """Return what the file holds; a missing file holds nothing.

        Raises:
            WorldError: the disk refused.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Reading(records=(), end=0, torn=False, broken=False)
        except OSError as error:
            cause = error.strerror or type(error).__name__
            raise WorldError(JOURNAL_FAILED.because(path=str(self.path), cause=cause), retry=True) from error
        if not raw.startswith(MAGIC):
            return Reading(records=(), end=0, torn=len(raw) < len(MAGIC), broken=len(raw) >= len(MAGIC))
        records: list[bytes] = []
        chain, end = MAGIC, len(MAGIC)
        for sealed, after in self._frames(raw):
            try:
                records.append(self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], chain))
            except InvalidTag:
                # A last record may be torn in its middle although its length is whole: the disk writes as it likes.
                last = after == len(raw)
                return Reading(records=tuple(records), end=end, torn=last, broken=not last)
            chain, end = hashlib.sha256(sealed).digest(), after
        return Reading(records=tuple(records), end=end, torn=end != len(raw), broken=False)

    @staticmethod
    def _frames(raw: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield every whole record and where it ends."""
        at = len(MAGIC)
        while at + _LENGTH.size <= len(raw):
            (length,) = _LENGTH.unpack_from(raw, at)
            after = at + _LENGTH.size + length
            if not _NONCE_BYTES < length <= _MAX_RECORD or after > len(raw):
                return
            yield raw[at + _LENGTH.size : after], after
            at = after


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
