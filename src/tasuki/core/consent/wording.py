# SPDX-License-Identifier: MIT
"""What people type when they ask, grant, agree or override: checked before anything exists."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from tasuki.base.errors import CallerError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.consent import reasons as why
from tasuki.core.release.forms import MAX_SENTENCE, code, sentence

MAX_CASE: Final = 80
"""Characters of a case number."""

_FROM_NOW: Final = re.compile(r"([1-9][0-9]{0,3})([hd])")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def moment(text: str, now: datetime) -> datetime:
    """Return the moment after now that `2026-03-01T18:00:00Z`, `6h` or `30d` names; from now, in whole seconds.

    Raises:
        CallerError: it names none, or one that has passed.
    """
    match = _FROM_NOW.fullmatch(text)
    try:
        named = _from_now(match, now) if match else parse_rfc3339(text)
    except (ValueError, OverflowError) as error:
        raise CallerError(why.PAST.because(now=format_rfc3339(now), found=text[:40] or '""')) from error
    require_moment(named, now)
    return named


def _from_now(match: re.Match[str], now: datetime) -> datetime:
    return (now + int(match[1]) * _UNITS[match[2]]).replace(microsecond=0)


def require_moment(named: datetime, now: datetime) -> None:
    """Refuse a moment that has passed.

    Raises:
        CallerError: it is not after now.
    """
    if named <= now:
        raise CallerError(why.PAST.because(now=format_rfc3339(now), found=format_rfc3339(named)))


def require_sentence(text: str, what: str) -> None:
    """Refuse a reason that is no short sentence.

    Raises:
        CallerError: it is none; `what` is named as people type it.
    """
    if not sentence(text):
        raise CallerError(why.NO_REASON.because(what=what, limit=MAX_SENTENCE))


def require_purpose(text: str) -> None:
    """Refuse a purpose that is no code.

    Raises:
        CallerError: it is none.
    """
    if not code(text):
        raise CallerError(why.NO_PURPOSE.because(found=text[:40] or '""'))


def require_case(text: str) -> None:
    """Refuse a case number that is empty, long or has spaces.

    Raises:
        CallerError: it is none.
    """
    if not 0 < len(text) <= MAX_CASE or not text.isprintable() or " " in text:
        raise CallerError(why.NO_CASE.because(limit=MAX_CASE))
