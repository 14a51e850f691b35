# SPDX-License-Identifier: MIT
"""Reading a list: values with their names, and the lines that are none with the reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.base.reasons import Reason
from tasuki.formats.lists.reasons import NO_COLUMN, NOT_A_VALUE, NOT_UTF8, WHOLE_INTERNET
from tasuki.formats.lists.values import classify

_COLUMNS: Final = ("indicator", "value", "ioc")
_NAMES: Final = ("family", "name", "description")
_TOO_WIDE: Final = frozenset({"0.0.0.0/0", "::/0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list.

    Attributes:
        line: 1-based.
        kind: class of the value; empty where there is a problem.
        about: what the list says of it, such as a malware family.
    """

    line: int
    kind: str = ""
    value: str = ""
    about: str = ""
    problem: Reason | None = None


def read_list(lines: Iterable[bytes]) -> Iterator[Listed]:
    """Yield every value of a plain list or a CSV with a header; blank lines and `#` comments are skipped."""
    numbered = enumerate(lines, 1)
    for number, raw in numbered:
        text = _text(raw)
        if text is None:
            yield Listed(line=number, problem=NOT_UTF8.because())
        elif text and not text.startswith("#"):
            header = [name.strip().lower() for name in text.split(",")]
            if "," in text and any(name in header for name in _COLUMNS):
                yield from _rows(numbered, header)
            elif "," in text and classify(text.split(",", 1)[0]) is None:
                yield Listed(line=number, problem=NO_COLUMN.because(found=text[:60]))
            else:
                yield _judge(number, text.split(",", 1)[0], "")


def _rows(numbered: Iterator[tuple[int, bytes]], header: list[str]) -> Iterator[Listed]:
    column = next(header.index(name) for name in _COLUMNS if name in header)
    about = next((header.index(name) for name in _NAMES if name in header), None)
    for number, raw in numbered:
        text = _text(raw)
        if text is None:
            yield Listed(line=number, problem=NOT_UTF8.because())
        elif text and not text.startswith("#"):
            cells = next(csv.reader([text]), [])
            value = cells[column] if column < len(cells) else ""
            yield _judge(number, value, cells[about] if about is not None and about < len(cells) else "")


def _judge(line: int, value: str, about: str) -> Listed:
    known = classify(value)
    if known is None:
        return Listed(line=line, value=value[:200], problem=NOT_A_VALUE.because(found=value[:60] or "nothing"))
    if known[1] in _TOO_WIDE:
        return Listed(line=line, value=value, problem=WHOLE_INTERNET.because(found=known[1]))
    return Listed(line=line, kind=known[0], value=known[1], about=about.strip()[:500])


def _text(raw: bytes) -> str | None:
    if len(raw) > MAX_LINE_BYTES:
        return None
    try:
        return raw.decode("utf-8").strip().lstrip("\ufeff")
    except UnicodeDecodeError:
        return None
