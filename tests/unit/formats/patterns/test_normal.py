# SPDX-License-Identifier: MIT
"""Normal forms: what means the same reads the same, nothing else does, and no pattern makes it explode."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import Made, joined, letters, patterns, patterns_of, sightings
from tasuki.formats.patterns.matching import Answer, Matcher
from tasuki.formats.patterns.model import Compound, Joined, Junction, Observation, Pattern, Qualified
from tasuki.formats.patterns.normal import MAX_ALTERNATIVES, Likeness, digest, likeness, normal_form
from tasuki.formats.patterns.observed import read_evidence
from tasuki.formats.patterns.parser import parse


def like(one: str, other: str, *, exact: bool = False) -> Likeness:
    return likeness(parse(one), parse(other), exact=exact)


def turned(pattern: Pattern) -> Pattern:
    """Write a pattern otherwise: operands that commute the other way round, each OR with an operand twice."""
    if isinstance(pattern, Observation):
        expression = pattern.expression
        if isinstance(expression, Compound):
            operands = (*reversed(expression.operands), expression.operands[0])
            return Observation(Compound(expression.junction, operands))
        return pattern
    if isinstance(pattern, Qualified):
        return Qualified(turned(pattern.operand), pattern.qualifier)
    operands = tuple(turned(operand) for operand in pattern.operands)
    if pattern.junction is Junction.FOLLOWEDBY:
        return Joined(pattern.junction, operands)
    again = operands[:1] if pattern.junction is Junction.OR else ()
    return Joined(pattern.junction, (*reversed(operands), *again))


@settings(deadline=None)
@given(patterns)
def test_the_form_of_a_form_is_itself(pattern: Pattern):
    form = normal_form(pattern)
    assert normal_form(parse(form.text)) == form


@settings(deadline=None)
@given(patterns)
def test_order_and_repetition_of_operands_do_not_count(pattern: Pattern):
    assert likeness(pattern, turned(pattern)) is not Likeness.DIFFERENT
    if normal_form(pattern).is_complete:
        assert digest(pattern) == digest(turned(pattern))


@settings(deadline=None)
@given(patterns_of(letters), sightings)
def test_a_pattern_and_its_exact_form_match_the_same(pattern: Pattern, observed: list[Made]):
    form = parse(normal_form(pattern, exact=True).text)
    assert answer(pattern, observed) == answer(form, observed)


@settings(deadline=None, max_examples=60)
@given(patterns_of(letters), patterns_of(letters), patterns_of(letters), sightings)
def test_what_absorption_drops_is_not_missed(one: Pattern, other: Pattern, third: Pattern, observed: list[Made]):
    whole = joined(Junction.OR, [one, joined(Junction.AND, [one, other]), joined(Junction.FOLLOWEDBY, [third, one])])
    assert answer(parse(normal_form(whole, exact=True).text), observed) == answer(whole, observed)


def answer(pattern: Pattern, observed: list[Made]) -> Answer:
    return Matcher(pattern).match(read_evidence(observed))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[a:b IN (1, 2)]", "[a:b = 2 OR a:b = 1]"),
        ("[a:b IN ('x')]", "[a:b = 'x']"),
        ("[a:b NOT IN ('x')]", "[a:b != 'x']"),
        ("[a:b NOT = 1]", "[a:b != 1.0]"),
        ("[a:b NOT != 1]", "[a:b = 1]"),
        ("[a:b = b'AAE=']", "[a:b = h'0001']"),
        ("[a:b = t'2026-01-01T00:00:00.500Z']", "[a:b = t'2026-01-01T00:00:00.5Z']"),
        ("[a:b LIKE 'd\u0323\u0307']", "[a:b LIKE '\u1e0d\u0307']"),
        ("[a:b ISSUBSET '198.51.100.9/24']", "[a:b ISSUBSET '198.51.100.0/24']"),
        ("[a:b = 1] OR [a:c = 2]", "[a:b = 1 OR a:c = 2]"),
        ("[a:b = 1] REPEATS 3 TIMES", "[a:b = 1] AND [a:b = 1] AND [a:b = 1]"),
        ("([a:b = 1] AND [a:c = 1]) REPEATS 2 TIMES", "[a:c = 1] REPEATS 2 TIMES AND [a:b = 1] REPEATS 2 TIMES"),
        ("[a:b = 1] OR [a:b = 1 AND a:c = 2]", "[a:b = 1]"),
        ("[a:b = 1] WITHIN 5.0 SECONDS", "[a:b = 1] WITHIN 5 SECONDS"),
        ("([a:b=1] FOLLOWEDBY [a:b=2]) OR ([a:b=1] AND [a:b=2])", "[a:b=1] AND [a:b=2]"),
        ("(([a:b=1] FOLLOWEDBY [a:c=1]) AND [a:d=1]) OR ([a:b=1] FOLLOWEDBY [a:c=1])", "[a:b=1] FOLLOWEDBY [a:c=1]"),
    ],
)
def test_these_mean_the_same_to_an_evaluator(one: str, other: str):
    assert like(one, other, exact=True) is Likeness.EQUIVALENT
    assert digest(parse(one)) == digest(parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[ipv4-addr:value = '198.51.100.7/32']", "[ipv4-addr:value = '198.51.100.7']"),
        ("[ipv6-addr:value IN ('2001:DB8::0001')]", "[ipv6-addr:value = '2001:db8::1/128']"),
        ("[windows-registry-key:key = 'HKEY_USERS\\\\A']", "[windows-registry-key:key = 'hkey_users\\\\a']"),
        (
            "[file:hashes.sha256 = 'AEC070645FE53EE3B3763059376134F058CC337247C978ADD178B6CCDFB0019F']",
            "[file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']",
        ),
    ],
)
def test_these_are_about_the_same_value_and_an_evaluator_tells_them_apart(one: str, other: str):
    assert like(one, other) is Likeness.EQUIVALENT
    assert like(one, other, exact=True) is Likeness.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[a:b = 1]", "[a:b = '1']"),
        ("[a:b = 1] AND [a:b = 1]", "[a:b = 1]"),
        ("[a:b = 1] FOLLOWEDBY [a:c = 1]", "[a:c = 1] FOLLOWEDBY [a:b = 1]"),
        ("[a:b[*] NOT IN (1, 2)]", "[a:b[*] != 1 AND a:b[*] != 2]"),
        ("[a:b NOT > 1]", "[a:b <= 1]"),
        ("[ipv4-addr:value = '198.51.100.7']", "[ipv4-addr:value = '010.0.0.1']"),
        ("[a:value = '198.51.100.7/32']", "[a:value = '198.51.100.7']"),
        ("[a:key = 'A']", "[a:key = 'a']"),
        ("([a:b=1] OR [a:c=1]) WITHIN 5 SECONDS", "([a:b=1] OR [a:c=1]) WITHIN 6 SECONDS"),
    ],
)
def test_these_do_not_mean_the_same(one: str, other: str):
    assert like(one, other) is Likeness.DIFFERENT
    assert digest(parse(one)) != digest(parse(other))


def test_an_explosion_ends_as_unknown_and_plain_equality_is_still_seen():
    pairs = [f"([a:b={index}] OR [a:c={index}])" for index in range(30)]
    bomb = " AND ".join(pairs)
    assert not normal_form(parse(bomb)).is_complete
    assert like(bomb, " AND ".join(reversed(pairs))) is Likeness.EQUIVALENT
    assert like(bomb, " AND ".join(pairs[1:])) is Likeness.UNKNOWN
    assert digest(parse(bomb)) == digest(parse(" AND ".join(reversed(pairs))))


@pytest.mark.parametrize(
    "text",
    [
        "[" + " OR ".join(f"a:b={index}" for index in range(MAX_ALTERNATIVES + 1)) + "]",
        "([a:b=1] OR [a:c=1]) REPEATS 1000000 TIMES",
        "[a:b = '" + "x" * 100_000 + "' AND (" + " OR ".join(f"a:c={index}" for index in range(99)) + ")]",
        " OR ".join(f"([a:b={index}] AND [a:c={index}])" for index in range(2_000)),
    ],
    ids=["alternatives", "repetitions", "characters", "absorption"],
)
def test_every_bound_is_met_without_harm(text: str):
    assert not normal_form(parse(text)).is_complete


@given(st.integers(1, 10**9))
def test_a_repetition_is_counted_and_not_written_out(times: int):
    assert normal_form(parse(f"[a:b=1] REPEATS {times} TIMES")).is_complete
