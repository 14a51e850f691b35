# SPDX-License-Identifier: MIT
"""Gzip to bytes, chunk by chunk: never more than one chunk of the unpacked text in memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.gzip.reasons import BOMB, BROKEN, CUT

MAGIC: Final = b"\x1f\x8b"
CHUNK_BYTES: Final = 1 << 18
"""Unpacked at a time; a packed chunk may hold a thousand times its size."""

_GZIP: Final = 16 + zlib.MAX_WBITS
"""Window bits by which zlib expects the gzip header."""


def unpack(chunks: Iterable[bytes], *, limit: int) -> Iterator[bytes]:
    """Yield the unpacked bytes of a gzip file of one or several members; zero padding at its end is no fault.

    Raises:
        InputError: it is broken, ends too early, or holds more than `limit` bytes; what came before was yielded.
    Source: RFC 1952.
    """
    unpacker = _Unpacker(limit)
    for chunk in chunks:
        yield from unpacker.feed(chunk)
    unpacker.finish()


class _Unpacker:
    """What was unpacked so far, and the member that is being unpacked."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._members = 0
        self._is_begun = False
        self._member = zlib.decompressobj(_GZIP)

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds."""
        rest = packed
        while rest or self._is_begun:
            if self._members and not self._is_begun:
                rest = rest.lstrip(b"\0")
                if not rest:
                    return
            plain, rest = self._step(rest)
            if plain:
                yield plain
            if self._is_begun and not rest and len(plain) < CHUNK_BYTES:
                return

    def _step(self, packed: bytes) -> tuple[bytes, bytes]:
        """Return the next unpacked bytes, and what of the packed ones is left."""
        try:
            plain = self._member.decompress(packed, CHUNK_BYTES)
        except zlib.error as error:
            raise InputError(BROKEN.because(size=self._size)) from error
        self._size += len(plain)
        if self._size > self._limit:
            raise InputError(BOMB.because(limit=self._limit))
        self._is_begun = not self._member.eof
        if self._is_begun:
            return plain, self._member.unconsumed_tail
        rest = self._member.unused_data
        self._member = zlib.decompressobj(_GZIP)
        self._members += 1
        return plain, rest

    def finish(self) -> None:
        """Refuse a file that ends within a member, or has none."""
        if self._is_begun or not self._members:
            raise InputError(CUT.because(size=self._size))
