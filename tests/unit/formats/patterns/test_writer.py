# SPDX-License-Identifier: MIT
"""Writing patterns: one text for each value, with no more signs than it takes to read it back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import any_constant, comparisons, paths, patterns, qualifiers
from tasuki.formats.patterns.model import Comparison, Constant, Kind, Observation, Operator, Path, Pattern, Qualifier
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.writer import write, write_comparison, write_constant, write_path, write_qualifier


@pytest.mark.parametrize(
    "text",
    [
        "[a:b = 'x' AND a:c = 1 OR a:d = 2]",
        "[a:b = 'x' AND (a:c = 1 OR a:d = 2)]",
        "[a:b = 1] AND ([a:b = 2] OR [a:b = 3]) FOLLOWEDBY [a:b = 4]",
        "([a:b = 1] FOLLOWEDBY [a:b = 2]) AND [a:b = 3]",
        "([a:b = 1] AND [a:b = 2]) WITHIN 0.5 SECONDS REPEATS 2 TIMES",
        "([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES",
        "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
        "[NOT EXISTS a:'b-c'[*].'AND'[0].d]",
        "[a:b NOT IN ()]",
        "[a:b IN ('it\\'s', '\\\\')]",
        "[a:b = h'00ff' OR a:b = b'AP8=']",
        "[a:b != -0.5 OR a:b >= 1.0]",
    ],
)
def test_a_text_in_its_plainest_form_is_written_as_it_stands(text: str):
    assert write(parse(text)) == text


@settings(deadline=None)
@given(patterns)
def test_writing_is_settled_after_once(pattern: Pattern):
    text = write(pattern)
    assert write(parse(text)) == text


@given(paths)
def test_a_path_is_read_back_whatever_its_names(path: Path):
    assert parse(f"[EXISTS {write_path(path)}]") == Observation(Comparison(path, Operator.EXISTS))


@given(any_constant)
def test_a_constant_is_read_back_with_its_type(constant: Constant):
    (found,) = parse(f"[a:b = {write_constant(constant)}]").expression.constants
    assert found == constant
    assert type(found.value) is type(constant.value)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200))
def test_a_float_loses_nothing_and_needs_no_exponent(number: float):
    text = write_constant(Constant(Kind.FLOAT, number))
    assert float(text) == number
    assert "e" not in text.lower()


@given(comparisons)
def test_a_comparison_is_read_back(comparison: Comparison):
    assert parse(f"[{write_comparison(comparison)}]") == Observation(comparison)


@given(qualifiers)
def test_a_qualifier_is_read_back(qualifier: Qualifier):
    assert parse(f"[a:b = 1] {write_qualifier(qualifier)}").qualifier == qualifier


def test_seconds_are_written_without_exponent():
    assert write_qualifier(parse("[a:b = 1] WITHIN 0.0000001 SECONDS").qualifier) == "WITHIN 0.0000001 SECONDS"
    assert parse("[a:b = 1] WITHIN 100 SECONDS").qualifier.seconds == Decimal(100)
