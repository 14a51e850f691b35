# SPDX-License-Identifier: MIT
"""Cutting a file into objects, byte for byte: bundles, lists, JSON lines; what is broken is named, the rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_FILE_BYTES, MAX_JSON_DEPTH
from tasuki.base.reasons import Reason
from tasuki.formats.json.reasons import NOT_A_BUNDLE, TOO_LARGE
from tasuki.formats.json.scanner import scan
from tasuki.formats.json.strict import count_members

_TOKENS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_OBJECTS: Final = re.compile(rb'"objects"\s*+:\s*+\[')
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One object of a file, or a stretch of it that is none.

    Attributes:
        place: where it stood: a JSON Pointer within the document.
        raw: its exact bytes; not yet checked to be strict JSON.
        problem: why it cannot be an object; None when it may be one.
    """

    place: str
    raw: bytes
    problem: Reason | None = None


def cut(raw: bytes) -> Iterator[Piece]:
    """Yield the objects of one JSON document: a bundle's, a list's, or the document itself.

    A document that does not parse as a whole is searched for the objects that are still good.

    Raises:
        InputError: the document holds no object at all, or its own members repeat.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise InputError(TOO_LARGE.because(limit=MAX_FILE_BYTES, found=len(raw)))
    head = raw.lstrip(b" \t\r\n")[:1]
    if head == b"[":
        yield from _pieces_of_list(raw)
    elif head == b"{":
        yield from _pieces_of_object(raw)
    else:
        scan(raw[: 1 << 20], max_depth=MAX_JSON_DEPTH)
        raise InputError(NOT_A_BUNDLE.because(found="a bare value"))


def is_bundle(value: object) -> bool:
    """Whether a parsed value is a STIX bundle."""
    return isinstance(value, dict) and value.get("type") == "bundle"


def _pieces_of_list(raw: bytes) -> Iterator[Piece]:
    try:
        slices = _LIST.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield from _recover(raw, raw.index(b"[") + 1, "")
        return
    for index, piece in enumerate(slices):
        yield Piece(place=f"/{index}", raw=bytes(piece).strip(b" \t\r\n"))


def _pieces_of_object(raw: bytes) -> Iterator[Piece]:
    try:
        top = _TOP.decode(raw)
        slices = _LIST.decode(top["objects"]) if _says_bundle(top) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        start = _OBJECTS.search(raw)
        if start is None:
            yield Piece(place="", raw=raw)
        else:
            yield from _recover(raw, start.end(), "/objects")
        return
    if slices is None:
        yield Piece(place="", raw=raw.strip(b" \t\r\n"))
        return
    _refuse_repeated(raw, top, slices)
    for index, piece in enumerate(slices):
        yield Piece(place=f"/objects/{index}", raw=bytes(piece).strip(b" \t\r\n"))


def _says_bundle(top: dict[str, msgspec.Raw]) -> bool:
    return "objects" in top and bytes(top.get("type", b"")).strip() in (b'"bundle"', b"")


def _refuse_repeated(raw: bytes, top: dict[str, msgspec.Raw], slices: list[msgspec.Raw]) -> None:
    """Refuse a bundle whose own members repeat: as text it has more members than its reading."""
    inner = sum(count_members(bytes(value)) for name, value in top.items() if name != "objects")
    inner += sum(count_members(bytes(piece)) for piece in slices)
    if count_members(raw) != len(top) + inner:
        scan(raw, max_depth=MAX_JSON_DEPTH)


def _recover(raw: bytes, start: int, prefix: str) -> Iterator[Piece]:
    """Yield the balanced objects from `start` on; what follows the last good one is one broken piece."""
    depth, begin, index, done = 0, -1, 0, start
    for token in _TOKENS.finditer(raw, start):
        sign = token[0]
        if sign in (b"{", b"["):
            if depth == 0:
                begin = token.start()
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
            if depth < 0:
                return
            if depth == 0:
                done = token.end()
                yield Piece(place=f"{prefix}/{index}", raw=raw[begin:done])
                index += 1
    rest = raw[done:].strip(b" \t\r\n,")
    if rest:
        yield Piece(place=f"{prefix}/{index}", raw=rest, problem=_why(rest))


def _why(rest: bytes) -> Reason | None:
    try:
        scan(rest, max_depth=MAX_JSON_DEPTH)
    except InputError as error:
        return error.reason
    return NOT_A_BUNDLE.because(found="the end of the document")
