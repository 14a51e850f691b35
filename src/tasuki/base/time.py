# SPDX-License-Identifier: MIT
"""Moments: aware UTC datetimes, RFC 3339 text, and whole microseconds since 1970 for storage."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAP_SECOND = 60
_MAX_OFFSET_HOURS = 23
_MAX_OFFSET_MINUTES = 59


def parse_rfc3339(text: str) -> datetime:
    """Return the moment that an RFC 3339 timestamp names, cut to microseconds.

    A leap second (`:60`) is read as the last microsecond before it, since Python cannot hold it.

    Raises:
        ValueError: `text` is no RFC 3339 timestamp, or names no real moment.
    Source: RFC 3339 section 5.6.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        message = f"expected an RFC 3339 timestamp, found {text[:40]!r}"
        raise ValueError(message)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    micro = int((match[7] or "0")[:6].ljust(6, "0"))
    if second == _LEAP_SECOND:
        second, micro = 59, 999_999
    moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
    if match[8] is None:
        return moment
    hours, minutes = int(match[9]), int(match[10])
    if hours > _MAX_OFFSET_HOURS or minutes > _MAX_OFFSET_MINUTES:
        message = f"expected an offset within 23:59, found {text[:40]!r}"
        raise ValueError(message)
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        return moment - offset if match[8] == "+" else moment + offset
    except OverflowError as error:
        message = f"expected a moment within years 1 to 9999, found {text[:40]!r}"
        raise ValueError(message) from error


def format_rfc3339(moment: datetime) -> str:
    """Return `moment` in UTC with milliseconds and `Z`, the form STIX and our wire use."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def format_exact(moment: datetime) -> str:
    """Return `moment` as `format_rfc3339` does, with microseconds where it has any: for a moment that decides."""
    whole = format_rfc3339(moment)
    micros = moment.microsecond % 1000
    return f"{whole[:-1]}{micros:03d}Z" if micros else whole


def to_micros(moment: datetime) -> int:
    """Return whole microseconds since 1970-01-01T00:00:00Z; exact, negative before."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Return the moment `micros` microseconds after 1970-01-01T00:00:00Z."""
    return _EPOCH + timedelta(microseconds=micros)
