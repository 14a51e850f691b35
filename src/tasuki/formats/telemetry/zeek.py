# SPDX-License-Identifier: MIT
"""Zeek's own log form: tab-separated, described by its header lines, which may change in the middle of a file.

Source: Zeek documentation, "Zeek Log Formats and Inspection"; escapes as its ASCII writer makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tasuki.formats.json.lines import Line
from tasuki.formats.telemetry.reasons import COLUMNS, NO_HEADER, TOO_LONG
from tasuki.formats.telemetry.record import Record, Rotten

_ESCAPE: Final = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|\\)")
_LISTS: Final = ("set[", "vector[")


@dataclass(slots=True)
class _Header:
    """What the header lines said so far."""

    separator: str = "\t"
    set_separator: str = ","
    unset: str = "-"
    empty: str = "(empty)"
    names: tuple[str, ...] = ()
    is_list: tuple[bool, ...] = ()


def read_tsv(lines: Iterable[Line]) -> Iterator[Record | Rotten]:
    """Yield every record of a Zeek TSV log; a line that does not fit its header is rotten, the rest goes on."""
    header = _Header()
    for line in lines:
        if not line.is_whole:
            yield Rotten(line.number, TOO_LONG.because(limit=len(line.raw), found=line.size))
        elif line.raw.startswith(b"#"):
            _learn(header, _text(line.raw))
        elif line.raw:
            yield _record(header, line.number, _text(line.raw))


def _text(raw: bytes) -> str:
    """Return bytes as text; those that are no UTF-8 are shown as their escapes, as Zeek itself shows them."""
    return raw.decode("utf-8", "backslashreplace")


def _learn(header: _Header, line: str) -> None:
    if line.startswith("#separator"):
        header.separator = _unescape(line.removeprefix("#separator").lstrip(" ")) or "\t"
        return
    name, _, rest = line.partition(header.separator)
    match name:
        case "#fields":
            header.names = tuple(map(_unescape, rest.split(header.separator)))
            header.is_list = (False,) * len(header.names)
        case "#types":
            kinds = [kind.startswith(_LISTS) for kind in rest.split(header.separator)]
            header.is_list = tuple((kinds + [False] * len(header.names))[: len(header.names)])
        case "#set_separator":
            header.set_separator = _unescape(rest) or ","
        case "#empty_field":
            header.empty = rest
        case "#unset_field":
            header.unset = rest


def _record(header: _Header, number: int, line: str) -> Record | Rotten:
    cells = line.split(header.separator)
    if not header.names:
        return Rotten(number, NO_HEADER.because())
    if len(cells) != len(header.names):
        return Rotten(number, COLUMNS.because(expected=len(header.names), found=len(cells)))
    fields: list[tuple[str, str]] = []
    moment = None
    for name, is_list, cell in zip(header.names, header.is_list, cells, strict=True):
        if cell in (header.unset, header.empty):
            continue
        if is_list:
            fields.extend((name, each) for each in cell.split(header.set_separator) if each != header.unset)
        else:
            fields.append((name, cell))
        if name == "ts":
            moment = cell
    if "\\" in line:
        fields = [(name, _unescape(text)) for name, text in fields]
    return Record(number, moment, fields)


def _unescape(text: str) -> str:
    r"""Undo the escapes of Zeek's writer: `\xNN` is a byte, a doubled backslash one."""
    if "\\" not in text:
        return text
    return _text(_ESCAPE.sub(_byte, text.encode()))


def _byte(found: re.Match[bytes]) -> bytes:
    return b"\\" if found[1] is None else bytes.fromhex(found[1].decode())
