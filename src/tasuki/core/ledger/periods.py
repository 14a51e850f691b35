# SPDX-License-Identifier: MIT
"""Periods: a log is one sequence of leaves, cut into stretches with a tree and an origin of their own.

Where one period ends follows from the leaves alone: the first leaf of the next says what the one before holds.
Rules: docs/spec/ledger.md, Periods.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.core.ledger import reasons as why
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.merkle import HASH_BYTES
from tasuki.formats.tlog.numbers import MAX_SIZE

PERIOD_OPENED: Final = "period-opened"
"""The kind of the leaf that opens every period but the first."""

MAX_PERIODS: Final = 1000
"""Periods of one log: a partner that opens one with every leaf must not fill the list of them."""

FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 9999
_SUFFIX: Final = re.compile(r"/([1-9][0-9]{3})/([1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period of a log, as long as it is now.

    Attributes:
        log: name of the log it is part of.
        year: that it was opened under; 0 for the first, which was not.
        start: leaves of the log before it.
        size: leaves in it so far.
    """

    log: str
    year: int = 0
    start: int = 0
    size: int = 0

    @property
    def end(self) -> int:
        """Leaves of the log up to its end."""
        return self.start + self.size

    @property
    def suffix(self) -> str:
        """What its origin adds to that of the first period."""
        return f"/{self.year}/{self.start}" if self.start else ""

    @property
    def name(self) -> str:
        """The name from which its origin is made: `pair:JPN` for the first, then such as `pair:JPN/2027/18204`."""
        return self.log + self.suffix


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the leaf that opens a period says.

    Attributes:
        year: of the new period.
        size: leaves of the period before, which is whole with them.
        root: the root over those.
    """

    year: int
    size: int
    root: bytes

    @property
    def body(self) -> dict[str, Json]:
        """The body of the leaf."""
        return {"year": self.year, "size": self.size, "root": encode(self.root)}


def read_turn(body: Mapping[str, Json]) -> Turn:
    """Return what the leaf that opens a period says.

    Raises:
        InputError: a member is missing or has another form.
    """
    year, size, root = body.get("year"), body.get("size"), body.get("root")
    if not _is_number(year, FIRST_YEAR, LAST_YEAR):
        raise InputError(why.PERIOD.because(found="another year than four digits"))
    if not _is_number(size, 1, MAX_SIZE):
        raise InputError(why.PERIOD.because(found="a period before it without leaves"))
    try:
        raw = decode(root) if isinstance(root, str) else b""
    except ValueError as error:
        raise InputError(why.PERIOD.because(found=str(error))) from error
    if len(raw) != HASH_BYTES:
        raise InputError(why.PERIOD.because(found=f"a root of {len(raw)} bytes"))
    return Turn(year=int(str(year)), size=int(str(size)), root=raw)


def after(last: Period, root: bytes, count: int, turn: Turn) -> Period:
    """Return the period that a leaf opens behind `last`.

    Args:
        last: the newest period.
        root: the root over its leaves.
        count: periods of the log so far.
        turn: what the leaf says.

    Raises:
        InputError: it says something else of `last` than is so, goes back in years, or there are too many periods.
    """
    if (turn.size, turn.root) != (last.size, root):
        raise InputError(why.PERIOD.because(found=f"another end of the period before than {last.size} leaves"))
    if turn.year < last.year:
        raise InputError(why.PERIOD.because(found=f"the year {turn.year} after {last.year}"))
    if count >= MAX_PERIODS:
        raise InputError(why.PERIOD.because(found=f"more than {MAX_PERIODS} periods"))
    return Period(log=last.log, year=turn.year, start=last.end)


def is_due(year_now: int, last: Period, first_leaf_year: int) -> bool:
    """Whether a new period is to be opened: the newest one has leaves, and they began in an earlier year."""
    return last.size > 0 and year_now > max(last.year, first_leaf_year)


def period_named(found: str, first: str, log: str) -> Period | None:
    """Return which period of a log an origin names; None where it is of another log.

    Args:
        found: the origin.
        first: the origin of the log's first period.
        log: name of the log.
    """
    if not found.startswith(first):
        return None
    rest = found[len(first) :]
    if not rest:
        return Period(log=log)
    match = _SUFFIX.fullmatch(rest)
    return None if match is None else Period(log=log, year=int(match[1]), start=int(match[2]))


def _is_number(value: Json, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
