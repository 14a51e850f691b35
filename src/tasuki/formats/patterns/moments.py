# SPDX-License-Identifier: MIT
"""STIX timestamps: as text whose order is that of time, and as whole nanoseconds.

Source: STIX 2.1 section 2.16, RFC 3339.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

_FORM: Final = re.compile(
    r"([0-9]{4})-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]++))?Z"
)
_SAFE_DAY: Final = "28"
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DIGITS: Final = 9


def sortable(text: str) -> str | None:
    """Return a timestamp as text whose order is that of time at any precision, or None where it is none.

    The fields have fixed widths; of the fraction, trailing zeros go, so that equal times have equal texts.
    """
    match = _match(text)
    if match is None:
        return None
    return text[:-1] if match[7] is None else text[:-1].rstrip("0").rstrip(".")


def instant(text: str) -> int | None:
    """Return nanoseconds since 1970-01-01T00:00:00Z, finer digits cut, or None where the text is no timestamp."""
    match = _match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction = match.groups()
    days = date(int(year), int(month), int(day)).toordinal() - _EPOCH_DAY
    seconds = ((days * 24 + int(hour)) * 60 + int(minute)) * 60 + int(second)
    return seconds * 10**_DIGITS + int((fraction or "0")[:_DIGITS].ljust(_DIGITS, "0"))


def _match(text: str) -> re.Match[str] | None:
    """Match the form, and refuse days and years that do not exist."""
    match = _FORM.fullmatch(text)
    if match is None or match[1] == "0000":
        return None
    if match[3] > _SAFE_DAY and int(match[3]) > monthrange(int(match[1]), int(match[2]))[1]:
        return None
    return match
