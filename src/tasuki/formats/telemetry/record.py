# SPDX-License-Identifier: MIT
"""A record of a log, whatever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        line: 1-based line on which it starts, headers counted.
        time: RFC 3339 in UTC, or None where the record names none.
        fields: (name as the log spells it, value as text), one pair for each value of a list.
    """

    line: int
    time: str | None
    fields: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rotten:
    """A line that is no record."""

    line: int
    why: str


def moment_of(value: object) -> str | None:
    """Return the RFC 3339 form of a log's time: seconds since 1970, or ISO 8601 with or without offset (UTC then)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _of_seconds(f"{value:.6f}")
    text = str(value)
    if text.replace(".", "", 1).lstrip("-").isdigit():
        return _of_seconds(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _written(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _of_seconds(text: str) -> str | None:
    whole, _, fraction = text.partition(".")
    try:
        moment = _EPOCH + timedelta(seconds=int(whole), microseconds=int((fraction + "000000")[:6]))
    except (OverflowError, ValueError):
        return None
    return _written(moment)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
