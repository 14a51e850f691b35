# SPDX-License-Identifier: MIT
"""Finding national classifications in texts, so that what lies above the ceiling is refused at the door."""

from __future__ import annotations

import re
from functools import cache

from tasuki.core.partners.model import Ceiling, Profile


def mark_above(text: str, ceilings: tuple[Ceiling, ...]) -> str | None:
    """Return the first mark in `text` that lies above one of the ceilings, or None.

    A Latin mark counts as a whole word in capitals (`SECRET`, not `client secret` or `CLIENT_SECRET`); a Japanese one
    counts anywhere from two characters on (not in 極秘裏 or 特定秘密保護法), a single one only alone on a line or
    in brackets. A false alarm costs a look; a miss costs a spill.
    """
    for ceiling in ceilings:
        match = _expression(ceiling.refused).search(text)
        if match:
            return next(group for group in match.groups() if group)
    return None


def ceilings_of(profile: Profile) -> tuple[Ceiling, ...]:
    """Return every participant's ceiling: a mark of any of them is refused everywhere."""
    return tuple(each.ceiling for each in profile.participants)


@cache
def _expression(marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_one(mark) for mark in sorted(marks, key=len, reverse=True)))


def _one(mark: str) -> str:
    if mark.isascii():
        return rf"(?<![\w-])({re.escape(mark)})(?![\w-])"
    quoted = re.escape(mark)
    if len(mark) > 1:
        return rf"({quoted})(?!裏|保護)"
    bracketed = rf"[\[((【〔<〈《「『]\s*({quoted})\s*[\]))】〕>〉》」』]"
    alone = rf"(?:^|\n)\s*({quoted})\s*(?:\n|$|[::/])"
    return f"{bracketed}|{alone}"
