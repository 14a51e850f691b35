# SPDX-License-Identifier: MIT
"""Finding national classifications in texts, so that what lies above the ceiling is refused at the door."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from tasuki.base.canonical import Json
from tasuki.core.partners.model import Ceiling, Profile

_SPACE: Final = r"[^\S\n]"
"""White space within a line: it ends with the line, so that a page of empty lines is read once and not once each."""


def mark_in(raw: bytes, obj: Json, ceilings: tuple[Ceiling, ...]) -> str | None:
    """Return the first mark above one of the ceilings anywhere in an object, names of members included, or None.

    A classification stands in statements, markings, titles of references and fields nobody foresaw, so every text is
    read, not only those people search in.

    Args:
        raw: the bytes `obj` was parsed from; most are cleared by a glance at them.
        obj: any JSON value.
        ceilings: from `ceilings_of`.
    """
    if _surely_clear(raw, ceilings):
        return None
    return mark_above("\n".join(_texts(obj)), ceilings)


def mark_above(text: str, ceilings: tuple[Ceiling, ...]) -> str | None:
    """Return the first mark in `text` that lies above one of the ceilings, or None.

    A Latin mark counts as a whole word in capitals (`SECRET`, `TOP-SECRET`, `これはSECRETです`; not `client secret`,
    `SECRETARY` or `CLIENT_SECRET`), full-width letters as the narrow ones. A Japanese mark counts anywhere from two
    characters on (not in 極秘裏 or 特定秘密保護法), a single one only alone on a line or in brackets. A false alarm
    costs a look; a miss costs a spill.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text.replace("㊙", "【秘】"))
    for ceiling in ceilings:
        match = _expression(ceiling.refused).search(plain)
        if match:
            found = next(group for group in match.groups() if group)
            return next((mark for mark in ceiling.refused if mark.split() == _words(found)), found)
    return None


def ceilings_of(profile: Profile) -> tuple[Ceiling, ...]:
    """Return every participant's ceiling: a mark of any of them is refused everywhere."""
    return tuple(each.ceiling for each in profile.participants)


def _texts(obj: Json) -> Iterator[str]:
    stack: list[Json] = [obj]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _surely_clear(raw: bytes, ceilings: tuple[Ceiling, ...]) -> bool:
    """Whether plain ASCII without escapes holds the longest word of no Latin mark; a Japanese one is not ASCII."""
    if not raw.isascii() or b"\\u" in raw:
        return False
    return not any(word in raw for ceiling in ceilings for word in _needles(ceiling.refused))


@cache
def _needles(marks: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple({max(mark.split(), key=len).encode() for mark in marks if mark.isascii()})


@cache
def _expression(marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_one(mark) for mark in sorted(marks, key=len, reverse=True)))


def _one(mark: str) -> str:
    if mark.isascii():
        words = r"[\s_-]{1,3}".join(re.escape(word) for word in mark.split())
        return rf"(?<![A-Za-z0-9_])({words})(?![A-Za-z0-9_])"
    quoted = re.escape(unicodedata.normalize("NFKC", mark))
    if len(mark) > 1:
        return rf"({quoted})(?!裏|保護)"
    bracketed = rf"[\[(【〔<〈《「『]{_SPACE}*({quoted}){_SPACE}*[\])】〕>〉》」』]"
    alone = rf"(?:^|\n){_SPACE}*({quoted}){_SPACE}*(?=\n|$|[:/])"
    return f"{bracketed}|{alone}"


def _words(found: str) -> list[str]:
    return re.split(r"[\s_-]+", found)
