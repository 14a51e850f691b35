# SPDX-License-Identifier: MIT
"""Files from outside: opened as they stream by, plain or gzip, and told apart by what they hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import Final

from tasuki.base.errors import InputError, WorldError
from tasuki.base.limits import MAX_BUNDLE_BYTES, MAX_FILE_BYTES
from tasuki.base.reasons import Reason
from tasuki.core.holdings.reasons import BINARY, EMPTY, ENCODING, PACKED, TOO_LONG, UNREADABLE
from tasuki.formats.gzip.stream import MAGIC, unpack
from tasuki.formats.json.lines import Line, split_lines
from tasuki.formats.json.pieces import Piece, cut, cut_stream, is_json, placed
from tasuki.formats.json.reasons import TOO_LARGE

CHUNK_BYTES: Final = 1 << 18
SNIFF_BYTES: Final = 1 << 20
"""How much of a text decides what it is."""

_HEAD_BYTES: Final = 4096
"""Kept of a line too long to be read: enough to recognise it."""

_BOM: Final = b"\xef\xbb\xbf"
_PACKED: Final = {
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"%PDF": "PDF",
}
_ENCODINGS: Final = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_LINES: Final = (".jsonl", ".ndjson")


class Form(Enum):
    """What a text is."""

    DOCUMENT = auto()
    LINES = auto()
    LIST = auto()


class Content:
    """What a file holds as it streams by, unpacked.

    Attributes:
        head: its beginning, up to `SNIFF_BYTES`.
        problem: why it ended too early, once it was read: what came before is good all the same.
    """

    def __init__(self, name: str, chunks: Iterable[bytes]) -> None:
        """Open what streams in under a name; at most `SNIFF_BYTES` and a chunk of it are read at once."""
        self.name = name
        self.problem: Reason | None = None
        self._chunks = self._guarded(chunks)
        parts, size = [], 0
        while size < SNIFF_BYTES and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            size += len(chunk)
        self.head = b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        """Yield all of it, once."""
        return itertools.chain((self.head,), self._chunks)

    def require_text(self) -> None:
        """Leave out a byte order mark, and refuse what is no UTF-8 text.

        Raises:
            InputError: it is empty, packed otherwise, binary or in another encoding.
        """
        self.head = self.head.removeprefix(_BOM)
        if not self.head:
            raise InputError(self.problem or EMPTY.because(name=self.name))
        for magic, encoding in _ENCODINGS.items():
            if self.head.startswith(magic):
                raise InputError(ENCODING.because(name=self.name, encoding=encoding))
        for magic, form in _PACKED.items():
            if self.head.startswith(magic):
                raise InputError(PACKED.because(name=self.name, form=form))
        zero = self.head.find(b"\0")
        if zero >= 0 and self.form is Form.LIST:
            raise InputError(BINARY.because(name=self.name, offset=zero))

    @property
    def form(self) -> Form:
        """What the text is: by its name where that says so, else by its first lines."""
        stem = self.name.lower().removesuffix(".gz")
        if stem.endswith(_LINES):
            return Form.LINES
        if stem.endswith(".json"):
            return Form.DOCUMENT
        if not self.head.lstrip(b" \t\r\n").startswith((b"{", b"[")):
            return Form.LIST
        return Form.LINES if _begins_with_lines(self.head) else Form.DOCUMENT

    def _guarded(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from _unpacked(_limited(chunks))
        except InputError as error:
            self.problem = error.reason


def objects_in(content: Content) -> Iterator[Piece]:
    """Yield the objects of a document, or of JSON lines: a piece for each, and for each stretch that is none.

    Raises:
        InputError: a document begins with no object and no list.
    """
    if content.form is Form.DOCUMENT:
        yield from cut_stream(content.chunks())
        return
    for line in split_lines(content.chunks(), MAX_BUNDLE_BYTES):
        if line.raw.strip():
            yield from _of_line(line)


def _of_line(line: Line) -> Iterator[Piece]:
    if not line.is_whole:
        reason = TOO_LARGE.because(limit=MAX_BUNDLE_BYTES, found=line.size)
        yield Piece(place=f"line {line.number}", raw=line.raw[:_HEAD_BYTES], problem=reason, line=line.number)
        return
    try:
        for piece in cut(line.raw):
            yield _on_line(piece, line.number)
    except InputError as error:
        yield _on_line(Piece(place="", raw=line.raw, problem=error.reason), line.number)


def _on_line(piece: Piece, number: int) -> Piece:
    problem = None if piece.problem is None else placed(piece.problem, number, 1)
    return replace(piece, place=f"line {number}{piece.place}", line=number, problem=problem)


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file.

    Raises:
        WorldError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise WorldError(UNREADABLE.because(name=path.name, found=cause), retry=False) from error


def _limited(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            raise InputError(TOO_LONG.because(limit=MAX_FILE_BYTES))
        if chunk:
            yield chunk


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    while len(head) < len(MAGIC) and (chunk := next(chunks, b"")):
        head += chunk
    whole = itertools.chain((head,) if head else (), chunks)
    return unpack(whole, limit=MAX_FILE_BYTES) if head.startswith(MAGIC) else whole


def _begins_with_lines(head: bytes) -> bool:
    """Whether the first line that is not blank is a whole value and others follow, or the next begins another one."""
    lines = (line for raw in head.split(b"\n", 100) if (line := raw.strip()))
    first, second = next(lines, b""), next(lines, b"")
    if not second:
        return False
    return is_json(first) or (second.startswith(b"{") and not first.endswith((b"[", b",")))
