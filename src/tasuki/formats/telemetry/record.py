# SPDX-License-Identifier: MIT
"""A record of a log, whatever wrote it, and the moment it tells of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from tasuki.base.reasons import Reason

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS: Final = 1_000_000
_MILLIS_FROM: Final = 100_000_000_000
"""A number of seconds from here on lies beyond the year 5000: it counts milliseconds."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record.

    Attributes:
        line: 1-based line on which it starts, headers counted.
        moment: its time as the log writes it; None where it names none.
        fields: (name as the log spells it, value as text), one pair for each value of a list.
    """

    line: int
    moment: object
    fields: list[tuple[str, str]]

    @property
    def instant(self) -> datetime | None:
        """Its time, or None where it names none that can be read."""
        return instant_of(self.moment)

    @property
    def time(self) -> str | None:
        """Its time as RFC 3339 in UTC, or None."""
        instant = self.instant
        return None if instant is None else written(instant)


class Rotten(msgspec.Struct, frozen=True):
    """A line, or an element of a list, that is no record."""

    line: int
    why: Reason


def instant_of(value: object) -> datetime | None:
    """Return the moment that a log's time names, to the microsecond.

    It is a number of seconds or milliseconds since 1970, or ISO 8601; without an offset it is taken for UTC.
    """
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _EPOCH + timedelta(seconds=value if abs(value) < _MILLIS_FROM else value / 1000)
    except (OverflowError, ValueError):
        return None


def _of_text(text: str) -> datetime | None:
    if text[4:5] != "-" and text.lstrip("-").replace(".", "", 1).isdecimal():
        return _of_seconds(text)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is UTC:
            return moment
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _of_seconds(text: str) -> datetime | None:
    whole, _, fraction = text.partition(".")
    try:
        micros = int(whole + fraction[:6].ljust(6, "0"))
        if abs(micros) >= _MILLIS_FROM * _MICROS:
            micros //= 1000
        return _EPOCH + timedelta(microseconds=micros)
    except (OverflowError, ValueError):
        return None


def written(moment: datetime) -> str:
    """Return a moment in UTC as RFC 3339 with microseconds."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
