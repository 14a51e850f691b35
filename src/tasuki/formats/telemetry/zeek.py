# SPDX-License-Identifier: MIT
"""Zeek's own log form: tab-separated, described by its header lines, which may change in the middle of a file.

Source: Zeek documentation, "Zeek Log Formats and Inspection".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.formats.telemetry.record import Record, Rotten, moment_of

_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")


@dataclass(slots=True)
class _Header:
    """What the header lines said so far."""

    separator: str = "\t"
    set_separator: str = ","
    empty: str = "(empty)"
    unset: str = "-"
    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def read_tsv(lines: Iterable[bytes]) -> Iterator[Record | Rotten]:
    """Yield every record of a Zeek TSV log; a line that does not fit its header is rotten, the rest goes on."""
    header = _Header()
    for number, raw in enumerate(lines, 1):
        line = _text(raw)
        if line.startswith("#"):
            _learn(header, line)
        elif line:
            yield _record(header, number, line, len(raw))


def _learn(header: _Header, line: str) -> None:
    if line.startswith("#separator"):
        header.separator = _unescape(line.partition(" ")[2])
        return
    name, _, rest = line.partition(header.separator)
    if name == "#fields":
        header.fields = tuple(rest.split(header.separator))
    elif name == "#types":
        header.types = tuple(rest.split(header.separator))
    elif name == "#set_separator":
        header.set_separator = _unescape(rest)
    elif name == "#empty_field":
        header.empty = rest
    elif name == "#unset_field":
        header.unset = rest


def _record(header: _Header, number: int, line: str, size: int) -> Record | Rotten:
    cells = line.split(header.separator)
    if size > MAX_LINE_BYTES:
        return Rotten(number, "the line is too long")
    if not header.fields or len(cells) != len(header.fields):
        return Rotten(number, f"{len(cells)} values for {len(header.fields)} fields")
    fields: list[tuple[str, str]] = []
    time = None
    for index, (name, cell) in enumerate(zip(header.fields, cells, strict=True)):
        if cell in (header.unset, header.empty):
            continue
        kind = header.types[index] if index < len(header.types) else ""
        if name == "ts":
            time = moment_of(cell)
        if kind.startswith(("set[", "vector[")):
            fields.extend((name, _unescape(each)) for each in cell.split(header.set_separator) if each != header.unset)
        else:
            fields.append((name, _unescape(cell)))
    return Record(number, time, fields)


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _unescape(text: str) -> str:
    """Undo Zeek's `\\xNN`; bytes that are no UTF-8 stay visible as escapes of Python."""
    if "\\x" not in text:
        return text
    raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return raw
