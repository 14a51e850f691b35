# SPDX-License-Identifier: MIT
"""Logs as JSON: one object a line (Zeek, Suricata EVE), or one array of objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import orjson

from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.formats.telemetry.record import Record, Rotten, moment_of

_TIMES = ("ts", "timestamp", "@timestamp", "_write_ts", "time")
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def read_lines(lines: Iterable[bytes]) -> Iterator[Record | Rotten]:
    """Yield every record of a log with one JSON object a line; other lines are rotten, the rest goes on."""
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line:
            yield _read(number, line)


def read_array(raw: bytes) -> Iterator[Record | Rotten]:
    """Yield every record of a JSON array; `line` is where its object starts."""
    try:
        slices = _ARRAY.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield Rotten(1, "the array is broken")
        return
    at, line = 0, 1
    for each in slices:
        piece = bytes(each)
        start = raw.index(piece, at)
        line += raw.count(b"\n", at, start)
        yield _read(line, piece)
        line += piece.count(b"\n")
        at = start + len(piece)


def _read(number: int, line: bytes) -> Record | Rotten:
    if len(line) > MAX_LINE_BYTES:
        return Rotten(number, "the line is too long")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return Rotten(number, "no JSON")
    if not isinstance(value, dict):
        return Rotten(number, "no object")
    time = next((value[name] for name in _TIMES if name in value), None)
    return Record(number, moment_of(time), list(_flat(value)))


def _flat(value: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (dotted name, text) of every value, lists element by element; iterative, since depth is a stranger's."""
    stack: list[tuple[str, object]] = [(name, each) for name, each in reversed(value.items())]
    while stack:
        name, item = stack.pop()
        if isinstance(item, str):
            yield name, item
        elif isinstance(item, dict):
            stack.extend((f"{name}.{inner}", each) for inner, each in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((name, each) for each in reversed(item))
