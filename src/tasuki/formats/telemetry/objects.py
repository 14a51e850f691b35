# SPDX-License-Identifier: MIT
"""Logs as JSON: one object a line (Zeek, Suricata EVE, others), or documents that hold objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from tasuki.formats.json.lines import Line
from tasuki.formats.json.pieces import Piece
from tasuki.formats.telemetry.reasons import NO_JSON, TOO_LONG
from tasuki.formats.telemetry.record import Record, Rotten

_TIMES: Final = ("ts", "timestamp", "@timestamp", "_write_ts", "time")

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BYTES: Final = 0xDC00
_HIGH: Final = range(0x80, 0x100)
"""How Python keeps a byte that is no UTF-8: as this surrogate plus the byte."""

Fields = list[tuple[str, str]]


def read_lines(lines: Iterable[Line]) -> Iterator[Record | Rotten]:
    """Yield every record of a log with one JSON object a line; other lines are rotten, the rest goes on."""
    for line in lines:
        if not line.is_whole:
            yield Rotten(line.number, TOO_LONG.because(limit=len(line.raw), found=line.size))
        elif line.raw and not line.raw.isspace():
            yield _read(line.number, line.raw)


def read_pieces(pieces: Iterable[Piece]) -> Iterator[Record | Rotten]:
    """Yield every record among the objects of JSON documents: lists, or objects over many lines."""
    for piece in pieces:
        yield _read(piece.line, piece.raw) if piece.problem is None else Rotten(piece.line, piece.problem)


def is_object(line: bytes) -> bool:
    """Whether a line is a JSON object that says something."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and bool(value)


def _read(number: int, raw: bytes) -> Record | Rotten:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _read_leniently(number, raw)
    return _record(number, value) if isinstance(value, dict) else Rotten(number, NO_JSON.because())


def _read_leniently(number: int, raw: bytes) -> Record | Rotten:
    """Read what is no strict JSON but still says what was seen: bytes that are no UTF-8, bare control characters, NaN.

    One bad byte in a header that a stranger sent must not hide the record it stands in; it is shown as its escape.
    """
    try:
        value = json.loads(raw.decode("utf-8", "surrogateescape"), strict=False)
    except (ValueError, RecursionError):
        return Rotten(number, NO_JSON.because())
    if not isinstance(value, dict):
        return Rotten(number, NO_JSON.because())
    record = _record(number, value)
    fields = [(_whole(name), _whole(text)) for name, text in record.fields]
    return Record(number, record.moment, fields)


def _whole(text: str) -> str:
    """Return a text with bad bytes and lone surrogates as their escapes, so that it can be written again."""
    return _SURROGATE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number - _BYTES:02x}" if number - _BYTES in _HIGH else f"\\u{number:04x}"


def _record(number: int, value: dict[str, object]) -> Record:
    moment = None
    for name in _TIMES:
        moment = value.get(name)
        if moment is not None:
            break
    return Record(number, moment, _fields(value))


def _fields(record: dict[str, object]) -> Fields:
    """Return (dotted name, text) of every text in a record."""
    fields: Fields = []
    for name, value in record.items():
        if type(value) is str:
            fields.append((name, value))
        elif type(value) is list:
            for each in value:
                if type(each) is str:
                    fields.append((name, each))
                else:
                    _unfold(name, each, fields)
        elif type(value) is dict:
            _unfold(name, value, fields)
    return fields


def _unfold(name: str, value: object, fields: Fields) -> None:
    """Add the texts in a list or object, in their order; iterative, since depth is a stranger's."""
    stack: list[tuple[str, object]] = [(name, value)]
    while stack:
        place, item = stack.pop()
        if isinstance(item, str):
            fields.append((place, item))
        elif isinstance(item, dict):
            stack.extend((f"{place}.{inner}", each) for inner, each in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((place, each) for each in reversed(item))
