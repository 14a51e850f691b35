# SPDX-License-Identifier: MIT
"""Reading a list: values with their names, and the lines that are none with the reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.base.reasons import Reason
from tasuki.formats.lists.reasons import (
    NO_COLUMN,
    NOT_A_VALUE,
    NOT_UTF8,
    TOO_LONG,
    WHOLE_INTERNET,
    WHOLE_REGISTRY,
)
from tasuki.formats.lists.suffixes import is_registry
from tasuki.formats.lists.values import classify

_COLUMNS: Final = ("indicator", "value", "ioc")
_NAMES: Final = ("family", "name", "description")
_SHOWN: Final = 200
"""Characters kept of a line that is none of ours."""

_DELIMITERS: Final = ",;\t"
_SINKS: Final = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1"})  # noqa: S104 compared, never bound
"""What the lines of a hosts file begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list.

    Attributes:
        line: 1-based.
        kind: class of the value; empty where there is a problem.
        value: as its class writes it.
        written: as the list writes it.
        about: what the list says of it, such as a malware family.
    """

    line: int
    kind: str = ""
    value: str = ""
    written: str = ""
    about: str = ""
    problem: Reason | None = None


def read_list(lines: Iterable[bytes]) -> Iterator[Listed]:
    """Yield every value of a plain list or a CSV with a header; blank lines and `#` comments are skipped.

    A CSV is recognised by a first line with a column `indicator`, `value` or `ioc`, and may be separated by commas,
    semicolons or tabs; its quoted cells (RFC 4180) hold no line breaks. Otherwise each line begins with its value, or
    is one of a hosts file.
    """
    columns: _Columns | None = None
    is_first = True
    for number, raw in enumerate(lines, 1):
        text = _text(raw)
        if isinstance(text, Reason):
            yield Listed(line=number, value=raw[:_SHOWN].decode("utf-8", "replace"), problem=text)
            continue
        if not text or text.startswith("#"):
            continue
        if is_first:
            is_first = False
            columns = _header(text)
            if columns is not None:
                continue
            if "," in text and classify(_value_of(text)[0]) is None:
                yield Listed(line=number, value=text[:_SHOWN], problem=NO_COLUMN.because(found=text[:60]))
                continue
        yield _judge(number, *(_value_of(text) if columns is None else columns.of(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where a CSV keeps the value, and what it says of it."""

    delimiter: str
    value: int
    about: int | None

    def of(self, text: str) -> tuple[str, str]:
        """Return the value of a row, and what the row says of it."""
        cells = _cells(text, self.delimiter)
        value = cells[self.value] if self.value < len(cells) else ""
        return value, cells[self.about] if self.about is not None and self.about < len(cells) else ""


def _header(text: str) -> _Columns | None:
    for delimiter in _DELIMITERS:
        names = [name.strip().lower() for name in _cells(text, delimiter)]
        value = next((names.index(name) for name in _COLUMNS if name in names), None)
        if value is not None:
            about = next((names.index(name) for name in _NAMES if name in names), None)
            return _Columns(delimiter=delimiter, value=value, about=about)
    return None


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        # A cell beyond the reader's own limit: what comes before the first delimiter is still a value.
        return text.split(delimiter)


def _value_of(text: str) -> tuple[str, str]:
    """Return the value with which a line begins; there is no column that says more of it."""
    words = text.split()
    if len(words) > 1 and words[0] in _SINKS:
        return words[1], ""
    if classify(text) is not None:
        # A comma may stand in a URL: where a whole line is a value, it is that value.
        return text, ""
    for delimiter in _DELIMITERS:
        if delimiter in text and classify(first := _cells(text, delimiter)[0]) is not None:
            return first, ""
    return text.partition(" #")[0], ""


def _text(raw: bytes) -> str | Reason:
    if len(raw) > MAX_LINE_BYTES:
        return TOO_LONG.because(limit=MAX_LINE_BYTES)
    try:
        return raw.decode("utf-8").strip().lstrip("\ufeff")
    except UnicodeDecodeError:
        return NOT_UTF8.because()


def _judge(line: int, value: str, about: str) -> Listed:
    known = classify(value)
    if known is None:
        return Listed(line=line, value=value[:_SHOWN], problem=NOT_A_VALUE.because(found=value[:60] or '""'))
    kind, normal = known
    if kind.startswith("cidr") and normal.endswith("/0"):
        return Listed(line=line, value=value, problem=WHOLE_INTERNET.because(found=normal))
    if kind == "domain" and is_registry(normal):
        return Listed(line=line, value=value, problem=WHOLE_REGISTRY.because(found=normal))
    return Listed(line=line, kind=kind, value=normal, written=value.strip(), about=about.strip()[:500])
