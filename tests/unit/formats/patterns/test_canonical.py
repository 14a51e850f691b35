# SPDX-License-Identifier: MIT
"""One way to write each comparison, and what an evaluator keeps apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import comparisons, thing
from tasuki.formats.patterns.canonical import canonical
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.model import Comparison, Observation
from tasuki.formats.patterns.observed import Observed
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.single import compile_single
from tasuki.formats.patterns.writer import write_comparison

MD5 = "D41D8CD98F00B204E9800998ECF8427E"


def written(text: str, *, exact: bool) -> str:
    pattern = parse(f"[{text}]")
    assert isinstance(pattern, Observation)
    assert isinstance(pattern.expression, Comparison)
    return write_comparison(canonical(pattern.expression, exact=exact))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:b NOT = 1", "a:b != 1"),
        ("a:b NOT != 1.0", "a:b = 1"),
        ("a:b NOT > 1", "a:b NOT > 1"),
        ("a:b IN ('x')", "a:b = 'x'"),
        ("a:b NOT IN ('x')", "a:b != 'x'"),
        ("a:b IN ('y', 'x', 'y')", "a:b IN ('x', 'y')"),
        ("a:b NOT IN ()", "a:b NOT IN ()"),
        ("a:b = b'AAE='", "a:b = h'0001'"),
        ("a:b = 2.5", "a:b = 2.5"),
        ("a:b = t'2026-01-01T00:00:00.500Z'", "a:b = t'2026-01-01T00:00:00.5Z'"),
        ("a:b = t'2026-02-30T00:00:00.500Z'", "a:b = t'2026-02-30T00:00:00.500Z'"),
        ("a:b LIKE 'e\u0301%'", "a:b LIKE '\u00e9%'"),
        ("a:b = 'e\u0301'", "a:b = 'e\u0301'"),
        ("a:b ISSUBSET '198.51.100.7/24'", "a:b ISSUBSET '198.51.100.0/24'"),
        ("a:b ISSUBSET '198.51.100.7/32'", "a:b ISSUBSET '198.51.100.7'"),
        ("a:b ISSUBSET '2001:DB8::0/32'", "a:b ISSUBSET '2001:db8::/32'"),
    ],
)
def test_what_means_the_same_to_everybody_reads_the_same(text: str, expected: str):
    assert written(text, exact=True) == written(text, exact=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ipv4-addr:value = '198.51.100.7/32'", "ipv4-addr:value = '198.51.100.7'"),
        ("ipv4-addr:value = '198.51.100.7/24'", "ipv4-addr:value = '198.51.100.0/24'"),
        ("ipv6-addr:value = '2001:DB8:0::1/128'", "ipv6-addr:value = '2001:db8::1'"),
        ("ipv4-addr:value = '2001:DB8::1'", "ipv4-addr:value = '2001:DB8::1'"),
        ("windows-registry-key:key = 'HKEY_X\\\\A'", "windows-registry-key:key = 'hkey_x\\\\a'"),
        ("windows-registry-key:values[*].name != 'Run'", "windows-registry-key:values[*].name != 'run'"),
        ("windows-registry-key:values[*].data = 'Run'", "windows-registry-key:values[*].data = 'Run'"),
        (f"file:hashes.md5 = '{MD5}'", f"file:hashes.MD5 = '{MD5.lower()}'"),
        (f"file:hashes.SHA1 IN ('{MD5}01234567')", f"file:hashes.'SHA-1' = '{MD5.lower()}01234567'"),
        ("file:hashes.MD5 LIKE 'D4%'", "file:hashes.MD5 LIKE 'D4%'"),
        ("file:name = 'A.EXE'", "file:name = 'A.EXE'"),
    ],
)
def test_values_with_several_spellings_read_the_same_unless_exactness_is_asked_for(text: str, expected: str):
    assert written(text, exact=False) == expected
    if text != expected:
        assert written(text, exact=True) != expected


@settings(deadline=None)
@given(comparison=comparisons, exact=st.booleans())
def test_canonical_is_canonical(comparison: Comparison, *, exact: bool):
    once = canonical(comparison, exact=exact)
    assert canonical(once, exact=exact) == once


@settings(deadline=None)
@given(
    comparisons.filter(lambda each: len(each.path.steps) == 1),
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["x", "it's", "", "é", "2026-01-15T08:00:00Z"]),
)
def test_an_evaluator_sees_no_difference_in_the_exact_form(comparison: Comparison, value: object):
    (name,) = comparison.path.steps
    observed = seen_once({**thing(), "type": comparison.path.object_type, str(name): value})
    try:
        expected = compile_single(comparison)(observed)
    except EvaluationError as error:
        with pytest.raises(EvaluationError) as refused:
            compile_single(canonical(comparison, exact=True))
        assert refused.value.reason.code == error.reason.code  # noqa: PT017 the other side of the same question
        return
    found = compile_single(canonical(comparison, exact=True))(observed)
    assert found == expected or not isinstance(expected, bool)


def seen_once(obj: dict[str, object]) -> Observed:
    return Observed("", 0, 0, 1, {"0": obj}, {str(obj["type"]): [obj]})
