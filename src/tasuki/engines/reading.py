# SPDX-License-Identifier: MIT
"""Log files as bytes that stream by: unpacked, in UTF-8, whatever of a broken file can be read."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from tasuki.base.errors import InputError
from tasuki.base.reasons import Reason
from tasuki.formats.gzip.stream import MAGIC, unpack

CHUNK_BYTES: Final = 1 << 18
"""What is in memory of a file, however large it is."""

_ENDLESS: Final = 1 << 62
"""A log may be of any size: nothing of it is kept."""

_UTF_16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

Note = Callable[[Reason], None]
"""Hears of what is wrong with a file as a whole."""

Seen = Callable[[int], None]
"""Hears how many bytes of the file on disk were read since it heard last."""


def chunks_of(path: Path, note: Note, seen: Seen) -> Iterator[bytes]:
    """Yield a file's bytes: gzip unpacked, UTF-16 as UTF-8, without a byte order mark.

    A gzip file that is cut or broken gives all that comes before, and is noted.

    Raises:
        OSError: it cannot be opened or read.
    """
    with path.open("rb") as file:
        is_packed = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        raw = _read(file, seen)
        yield from _in_utf8(_unpacked(raw, note) if is_packed else raw)


def _read(file: BinaryIO, seen: Seen) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        seen(len(chunk))
        yield chunk


def _unpacked(chunks: Iterator[bytes], note: Note) -> Iterator[bytes]:
    try:
        yield from unpack(chunks, limit=_ENDLESS)
    except InputError as error:
        note(error.reason)


def _in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = next(chunks, b"")
    encoding = _UTF_16.get(head[:2])
    if encoding is None:
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(head[2:]).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
