# SPDX-License-Identifier: MIT
"""What a pattern looks at, and what the standard forbids in it although the grammar lets it pass."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tasuki.formats.patterns.model import Junction, Repeats, Version, Within
from tasuki.formats.patterns.objections import objections
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.survey import survey


def test_a_survey_lists_in_the_order_of_the_text():
    found = survey(parse("([a:b=1 AND a:c=2] REPEATS 2 TIMES OR [d:e=3]) WITHIN 5 SECONDS AND [f:g=4]"))
    assert [each.path.steps[0] for each in found.comparisons] == ["b", "c", "e", "g"]
    assert found.junctions == {Junction.AND, Junction.OR}
    assert found.qualifiers == (Repeats(2), Within(Decimal(5)))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[a:b = 1] REPEATS 2 TIMES", []),
        ("[a:b = 1] WITHIN 0 SECONDS", ["bad-window"]),
        ("[a:b = 1] REPEATS 0 TIMES", ["bad-repetition"]),
        ("[a:b = t'2026-02-30T00:00:00Z']", ["no-such-date"]),
        ("[a:b = 1] START t'2026-02-30T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", ["no-such-date"]),
        ("[a:b = 1] START t'2026-03-01T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", ["empty-period"]),
        ("[a:b IN (1, 'x')]", ["mixed-set"]),
        ("[a:b IN (1, 2.5)]", []),
        ("[a:b ISSUBSET 'x']", ["not-a-network"]),
        ("[a:b = 1 AND c:d = 2]", ["never-all"]),
        ("[(a:b = 1 OR c:d = 2) AND a:b = 3]", []),
        ("[a:b = 9007199254740992]", ["unsafe-integer"]),
        ("[a:b[-1] = 1]", ["negative-index"]),
        ("[a:b MATCHES '(?=x)']", []),
    ],
)
def test_what_the_standard_forbids_is_named(text: str, codes: list[str]):
    found = [reason.code for reason in objections(parse(text, Version.V20))]
    assert found == [f"patterns.{code}" for code in codes]
