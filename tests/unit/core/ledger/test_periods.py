# SPDX-License-Identifier: MIT
"""Periods of a log: what an origin names, what the leaf that opens one must say, and when one is due."""

import pytest

from tasuki.base.errors import InputError
from tasuki.core.ledger.periods import (
    MAX_PERIODS,
    Period,
    Turn,
    after,
    is_due,
    period_named,
    read_turn,
)
from tasuki.formats.tlog.base64s import encode

FIRST = "tasuki/GBR/gbr-1/pair/JPN"
ROOT = bytes(range(32))
BODY = Turn(year=2027, size=4, root=ROOT).body


def test_the_first_period_has_the_origin_of_the_previous_release():
    assert (Period(log="pair:JPN").name, Period(log="pair:JPN", year=2027, start=7).name) == (
        "pair:JPN",
        "pair:JPN/2027/7",
    )


def test_an_origin_names_its_period():
    assert period_named(FIRST, FIRST, "m") == Period(log="m")
    assert period_named(f"{FIRST}/2027/18204", FIRST, "m") == Period(log="m", year=2027, start=18204)


@pytest.mark.parametrize(
    "found",
    [
        "",
        "tasuki/GBR/gbr-1/pair/JP",
        f"{FIRST}/",
        f"{FIRST}/2027",
        f"{FIRST}/2027/",
        f"{FIRST}/2027/0",
        f"{FIRST}/2027/007",
        f"{FIRST}/0999/7",
        f"{FIRST}/20270/7",
        f"{FIRST}/2027/7/",
        f"{FIRST}/2027/7/8",
        f"{FIRST}/2027/-7",
        f"{FIRST}/2027/٧",
        f"{FIRST}/2027/7\n",
        f"{FIRST}/2027/12345678901234567",
        f"{FIRST}X/2027/7",
        "tasuki/GBR/gbr-2/pair/JPN/2027/7",
    ],
)
def test_an_origin_in_another_spelling_names_none(found):
    assert period_named(found, FIRST, "m") is None


def test_the_leaf_that_opens_a_period_comes_back_as_it_was_written():
    assert read_turn(BODY) == Turn(year=2027, size=4, root=ROOT)
    assert read_turn({**BODY, "later": "member"}) == Turn(year=2027, size=4, root=ROOT)
    assert read_turn({**BODY, "year": 1000}).year == 1000
    assert read_turn({**BODY, "year": 9999}).year == 9999
    assert read_turn({**BODY, "size": 1}).size == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"year": 999},
        {"year": 10_000},
        {"year": "2027"},
        {"year": True},
        {"year": None},
        {"size": 0},
        {"size": 1 << 63},
        {"size": 4.0},
        {"size": None},
        {"root": encode(ROOT[:31])},
        {"root": encode(ROOT)[:-1]},
        {"root": 7},
        {"root": None},
    ],
)
def test_a_leaf_that_says_none_of_it_opens_nothing(changes):
    with pytest.raises(InputError) as caught:
        read_turn({**BODY, **changes})
    assert caught.value.reason.code == "ledger.period"


LAST = Period(log="pair:JPN", year=2026, start=10, size=4)


def test_a_period_begins_where_the_one_before_ends():
    turn = Turn(year=2027, size=4, root=ROOT)
    assert after(LAST, ROOT, 1, turn) == Period(log="pair:JPN", year=2027, start=14)
    assert after(LAST, ROOT, 1, Turn(year=2026, size=4, root=ROOT)).year == 2026
    assert after(LAST, ROOT, MAX_PERIODS - 1, turn).start == LAST.end


@pytest.mark.parametrize(
    ("turn", "count"),
    [
        (Turn(year=2027, size=3, root=ROOT), 1),
        (Turn(year=2027, size=4, root=bytes(32)), 1),
        (Turn(year=2025, size=4, root=ROOT), 1),
        (Turn(year=2027, size=4, root=ROOT), MAX_PERIODS),
    ],
)
def test_a_period_that_does_not_fit_what_is_before_it_is_refused(turn, count):
    with pytest.raises(InputError) as caught:
        after(LAST, ROOT, count, turn)
    assert caught.value.reason.code == "ledger.period"


@pytest.mark.parametrize(
    ("now", "last", "first_leaf", "due"),
    [
        (2027, Period(log="l", size=1), 2026, True),
        (2026, Period(log="l", size=1), 2026, False),
        (2027, Period(log="l"), 2026, False),
        (2027, Period(log="l", year=2027, start=9, size=1), 2026, False),
        (2027, Period(log="l", year=2026, start=9, size=1), 2027, False),
        (2028, Period(log="l", year=2027, start=9, size=1), 2027, True),
        (2025, Period(log="l", size=1), 2026, False),
    ],
)
def test_a_period_is_due_in_a_later_year_than_it_began(now, last, first_leaf, due):
    assert is_due(now, last, first_leaf) is due
