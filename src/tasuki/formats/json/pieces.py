# SPDX-License-Identifier: MIT
"""Cutting a document into objects, byte for byte, as it streams by: what is broken is named, the rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_JSON_DEPTH, MAX_OBJECT_BYTES
from tasuki.base.reasons import Reason
from tasuki.formats.json.reasons import (
    GAVE_UP,
    MEMBER_TWICE,
    NO_BUNDLE_TYPE,
    NOT_A_BUNDLE,
    TOO_LARGE,
    TRAILING,
    TRUNCATED,
    UNEXPECTED,
)
from tasuki.formats.json.scanner import scan
from tasuki.formats.json.source import Source

MAX_FAULTS: Final = 1000
"""Faults between objects after which a document is given up: it is not what it says, and each fault is kept."""

_HEAD_BYTES: Final = 4096
"""Of an object too large to hold: enough to recognise it."""

_PATIENCE_BYTES: Final = MAX_OBJECT_BYTES
"""How much is looked at for the ends of broken elements; after that, the next line that may begin one ends each."""

_NEARBY_BYTES: Final = 256
"""How far is looked first by then; twice as far each time."""

_OBJECTS: Final = re.compile(rb'"objects"\s*+:\s*+\[')
_AFTER: Final = b" \t\r\n,"
"""What may follow an object and is no part of it."""

_BUNDLE: Final = b'"bundle"'
_ANY = msgspec.json.Decoder(msgspec.Raw)
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One object of a document, or a stretch of it that is none.

    Attributes:
        place: where it stood: a JSON Pointer within the document.
        raw: its exact bytes, not yet checked to be strict JSON; of something too large its beginning; empty where the
            fault lies between objects.
        problem: why it cannot be an object; None when it may be one.
        line: line of the document on which it begins, from 1.
        column: byte of that line at which it begins, from 1.
        digest: SHA-256 of bytes that must not be kept; empty where `raw` tells it.
    """

    place: str
    raw: bytes
    problem: Reason | None = None
    line: int = 1
    column: int = 1
    digest: bytes = b""


def cut(raw: bytes) -> Iterator[Piece]:
    """Yield the objects of one JSON document in memory; see `cut_stream`."""
    return cut_stream((raw,))


def cut_stream(chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the objects of one JSON document: a bundle's, a list's, or the document itself.

    Memory is bounded by one object and one chunk. What stands between objects and should not is a piece with a
    problem; a document that ends too early gives everything before the end, and says so. Documents may follow each
    other.

    Raises:
        InputError: the document is empty, or begins with no object and no list.
    """
    source = Source(chunks)
    if source.peek() not in (b"[", b"{"):
        _refuse(source)
    yield from _one(source)
    while sign := source.peek():
        line = source.line
        if sign not in (b"[", b"{"):
            reason = TRAILING.because(line=line, column=source.column)
            yield Piece(place=f"line {line}", raw=source.head(_HEAD_BYTES), problem=reason, line=line)
            return
        for piece in _one(source):
            yield replace(piece, place=f"line {line}{piece.place}")


def placed(reason: Reason, line: int, column: int) -> Reason:
    """Return a reason found within a piece with its place in the document, in which the piece begins here."""
    within = reason.params.get("line")
    if not isinstance(within, int):
        return reason
    params = {**reason.params, "line": within + line - 1}
    if within == 1 and isinstance(reason.params.get("column"), int):
        params["column"] = int(reason.params["column"]) + column - 1
    return replace(reason, params=params)


def is_bundle(value: object) -> bool:
    """Whether a parsed value is a STIX bundle."""
    return isinstance(value, dict) and value.get("type") == "bundle"


def _refuse(source: Source) -> None:
    head = source.head(_HEAD_BYTES)
    if not head:
        raise InputError(NOT_A_BUNDLE.because(found="nothing"))
    scan(head, max_depth=MAX_JSON_DEPTH)
    raise InputError(NOT_A_BUNDLE.because(found="a bare value"))


def _one(source: Source) -> Iterator[Piece]:
    return _Elements(source, "").pieces() if source.peek() == b"[" else _document(source)


def _document(source: Source) -> Iterator[Piece]:
    """Yield a bundle's objects, or the one object that the document is."""
    line, column = source.line, source.column
    raw = source.value(MAX_OBJECT_BYTES)
    if raw is not None and not _may_be_bundle(raw):
        source.skip(len(raw))
        yield Piece(place="", raw=raw, line=line, column=column)
        return
    head = source.head(MAX_OBJECT_BYTES + 1)
    if raw is None and not _OBJECTS.search(head):
        yield _unfinished(source, head, "")
        return
    bundle = _Members(source)
    early: list[Piece] = []
    for piece in bundle.pieces():
        early.append(piece)
        if bundle.has_objects:
            yield from early
            early.clear()
    if not bundle.has_objects and not bundle.says_so:
        # No bundle after all: one object, whose own faults say more than those of the attempt.
        problem = placed(_why(head), line, column) if raw is None else None
        yield Piece(place="", raw=head, problem=problem, line=line, column=column)


def _may_be_bundle(raw: bytes) -> bool:
    try:
        top = _TOP.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _OBJECTS.search(raw) is not None
    kind = bytes(top.get("type", b"")).strip()
    return kind == _BUNDLE or (not kind and bytes(top.get("objects", b"")).lstrip().startswith(b"["))


def is_json(raw: bytes) -> bool:
    """Whether bytes are one JSON value, strict or not."""
    try:
        _ANY.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _unfinished(source: Source, head: bytes, place: str) -> Piece:
    """Return what cannot be a whole object as one broken piece, and move past it."""
    line, column = source.line, source.column
    if len(head) > MAX_OBJECT_BYTES:
        size = source.skip_value()
        return Piece(place=place, raw=head[:_HEAD_BYTES], problem=_too_large(size), line=line, column=column)
    source.skip(len(head))
    return _broken(head.rstrip(_AFTER), place, line, column)


def _broken(rest: bytes, place: str, line: int, column: int) -> Piece:
    problem = placed(_why(rest), line, column)
    return Piece(place=place, raw=rest, problem=problem, line=line, column=column)


def _too_large(size: int) -> Reason:
    return TOO_LARGE.because(limit=MAX_OBJECT_BYTES, found=size)


def _why(rest: bytes) -> Reason:
    """Return the exact reason why a stretch is no JSON, with the place within it."""
    try:
        scan(rest, max_depth=MAX_JSON_DEPTH)
    except InputError as error:
        return error.reason
    return NOT_A_BUNDLE.because(found="a bare value")


class _Members:
    """The members of a bundle, read leniently one after the other: only `objects` matters, wherever it stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.has_objects = False
        self._type = b""
        self._is_cut = False
        self._seen: set[bytes] = set()
        self._faults = _Faults(source, "")

    @property
    def says_so(self) -> bool:
        """Whether it calls itself a bundle."""
        return self._type == _BUNDLE

    def pieces(self) -> Iterator[Piece]:
        """Yield the elements of `objects`, and a piece for every fault of the bundle itself."""
        source = self.source
        source.skip(1)
        while sign := source.peek():
            if sign == b"}":
                source.skip(1)
                if self.has_objects and not self.says_so:
                    yield Piece(place="", raw=b"", problem=NO_BUNDLE_TYPE.because(line=source.line), line=source.line)
                return
            if sign == b'"':
                yield from self._member()
            elif sign == b",":
                source.skip(1)
            else:
                yield from self._faults.note("`,` or `}`")
                source.skip_value()
            if self._faults.are_too_many or len(self._seen) >= MAX_FAULTS:
                yield self._faults.last_word()
                return
        if self.has_objects and not self._is_cut:
            yield Piece(place="", raw=b"", problem=TRUNCATED.because(line=source.line), line=source.line)

    def _member(self) -> Iterator[Piece]:
        source, line = self.source, self.source.line
        name = source.scalar(_HEAD_BYTES)
        if name in self._seen:
            shown = name.decode("utf-8", "replace")[:60]
            yield Piece(place="", raw=b"", problem=MEMBER_TWICE.because(name=shown, line=line), line=line)
        self._seen.add(name)
        if source.peek() != b":":
            yield from self._faults.note("`:`")
            return
        source.skip(1)
        if name == b'"objects"' and source.peek() == b"[" and self._type in (b"", _BUNDLE):
            self.has_objects = True
            for piece in _Elements(source, "/objects").pieces():
                yield piece
                self._is_cut = piece.problem is not None and not source.peek()
        elif name == b'"type"' and source.peek() == b'"':
            self._type = source.scalar(_HEAD_BYTES)
        else:
            source.skip_value()


class _Elements:
    """The elements of a list, each a piece."""

    def __init__(self, source: Source, prefix: str) -> None:
        self.source = source
        self.prefix = prefix
        self.index = 0
        self._patience = _PATIENCE_BYTES
        self._faults = _Faults(source, prefix)

    def pieces(self) -> Iterator[Piece]:
        """Yield every element up to the closing bracket, and a piece for every fault between them."""
        source, faults = self.source, self._faults
        source.skip(1)
        wants_comma = False
        while sign := source.peek():
            if sign == b"]":
                if self.index and not wants_comma:
                    yield from faults.note("a value")
                source.skip(1)
                return
            if sign == b",":
                if not wants_comma:
                    yield from faults.note("a value")
                wants_comma = False
                source.skip(1)
                continue
            if wants_comma:
                yield from faults.note("`,` or `]`")
            piece = self._element(sign)
            yield piece
            wants_comma = True
            if faults.are_too_many:
                yield faults.last_word()
                return
            if piece.problem is not None and not source.peek():
                # The element that was cut says it already.
                return
        reason = TRUNCATED.because(line=source.line)
        yield Piece(place=f"{self.prefix}/{self.index}", raw=b"", problem=reason, line=source.line)

    def _element(self, sign: bytes) -> Piece:
        place = f"{self.prefix}/{self.index}"
        line, column = self.source.line, self.source.column
        self.index += 1
        if sign != b"{":
            self._faults.count += 1
            return self._no_object(place, line)
        raw = self.source.value(MAX_OBJECT_BYTES) if self._patience > 0 else self._value_nearby()
        resume = self._next_start(MAX_OBJECT_BYTES if raw is None else len(raw))
        if raw is None and resume is None:
            return _unfinished(self.source, self.source.head(MAX_OBJECT_BYTES + 1), place)
        if raw is not None and (resume is None or is_json(raw)):
            self.source.skip(len(raw))
            return Piece(place=place, raw=raw, line=line, column=column)
        self._faults.count += 1
        self._patience -= self.source.ahead(MAX_OBJECT_BYTES) if raw is None else len(raw)
        rest = self.source.head(resume or 0).rstrip(_AFTER)
        self.source.skip(len(rest))
        return _broken(rest, place, line, column)

    def _value_nearby(self) -> bytes | None:
        """Return the object at the cursor, looking little farther than where the next element may begin."""
        limit = _NEARBY_BYTES
        while limit < MAX_OBJECT_BYTES:
            raw = self.source.value(limit)
            if raw is not None or self._next_start(limit) is not None:
                return raw
            limit *= 2
        return self.source.value(MAX_OBJECT_BYTES)

    def _no_object(self, place: str, line: int) -> Piece:
        if self.source.peek() in (b"[", b"}"):
            head = self.source.head(_HEAD_BYTES)
            self.source.skip_value()
        else:
            head = self.source.scalar(_HEAD_BYTES)
        found = ascii(head[:12].decode("utf-8", "replace"))
        return Piece(place=place, raw=head, problem=NOT_A_BUNDLE.because(found=found), line=line)

    def _next_start(self, limit: int) -> int | None:
        """Return how far off the element after a broken one begins: on a line of its own, indented like the broken one.

        Without this, one missing bracket would take the rest of the document with it.
        """
        before = b"\n" + self.source.indent
        start = self.source.find(before + b"{", limit)
        return None if start is None else start + len(before)


@dataclass(slots=True)
class _Faults:
    """What stood between objects and should not have."""

    source: Source
    place: str
    count: int = 0

    @property
    def are_too_many(self) -> bool:
        """Whether the document must be given up."""
        return self.count >= MAX_FAULTS

    def note(self, expected: str) -> Iterator[Piece]:
        """Yield one fault where the source stands."""
        self.count += 1
        source = self.source
        found = ascii(source.head(12).decode("utf-8", "replace"))
        reason = UNEXPECTED.because(expected=expected, found=found, line=source.line, column=source.column)
        yield Piece(place=self.place, raw=b"", problem=reason, line=source.line)

    def last_word(self) -> Piece:
        """Return that the rest is not read, and leave it."""
        line = self.source.line
        self.source.leave()
        reason = GAVE_UP.because(limit=MAX_FAULTS, line=line)
        return Piece(place=self.place, raw=b"", problem=reason, line=line)
