# SPDX-License-Identifier: MIT
"""What a pattern looks at."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings

from making_patterns import patterns
from tasuki.formats.patterns.model import Junction, Pattern, Repeats, Within
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.survey import survey
from tasuki.formats.patterns.writer import write, write_comparison, write_qualifier


def test_a_survey_lists_in_the_order_of_the_text():
    found = survey(parse("([a:b=1 AND a:c=2] REPEATS 2 TIMES OR [d:e=3]) WITHIN 5 SECONDS AND [f:g=4]"))
    assert [each.path.steps[0] for each in found.comparisons] == ["b", "c", "e", "g"]
    assert found.junctions == {Junction.AND, Junction.OR}
    assert found.qualifiers == (Repeats(2), Within(Decimal(5)))


@settings(deadline=None)
@given(patterns)
def test_all_that_is_surveyed_stands_in_the_text_in_that_order(pattern: Pattern):
    text, found, at = write(pattern), survey(pattern), 0
    for comparison in found.comparisons:
        written = write_comparison(comparison)
        at = text.index(written, at) + len(written)
    at = 0
    for qualifier in found.qualifiers:
        written = write_qualifier(qualifier)
        at = text.index(written, at) + len(written)
