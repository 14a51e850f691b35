# SPDX-License-Identifier: MIT
"""Reading patterns: what is one, what is none, where and why, and how deep and long."""

from __future__ import annotations

import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import patterns
from tasuki.base.reasons import Language
from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.model import (
    Comparison,
    Compound,
    Constant,
    Joined,
    Junction,
    Kind,
    Observation,
    Operator,
    Path,
    Pattern,
    Qualified,
    Repeats,
    StartStop,
    Version,
    Within,
)
from tasuki.formats.patterns.parser import MAX_DEPTH, MAX_PATTERN, _Parser, parse
from tasuki.formats.patterns.writer import write


def refusal(text: str, version: Version = Version.V21) -> PatternError:
    with pytest.raises(PatternError) as refused:
        parse(text, version)
    return refused.value


def by_tokens(text: str, version: Version = Version.V21) -> Pattern | tuple[int, str]:
    try:
        return _Parser(text, version, plain=False).pattern()
    except PatternError as error:
        return error.position, error.reason.code


def at_once(text: str, version: Version = Version.V21) -> Pattern | tuple[int, str]:
    try:
        return parse(text, version)
    except PatternError as error:
        return error.position, error.reason.code


def equal(path: Path, value: str) -> Comparison:
    return Comparison(path, Operator.EQUAL, (Constant(Kind.STRING, value),))


A_B = Path("a", ("b",))


def test_every_part_of_the_language_has_its_value():
    text = (
        "([a:b = 'x' AND NOT EXISTS a:'c d'[*].e[0]] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z' "
        "FOLLOWEDBY [a:b NOT IN (1, -2.5, true, h'0aff', b'AAE=', t'2026-01-01T00:00:00Z')] REPEATS 3 TIMES) "
        "WITHIN 0.5 SECONDS"
    )
    listed = (
        Constant(Kind.INTEGER, 1),
        Constant(Kind.FLOAT, -2.5),
        Constant(Kind.BOOLEAN, value=True),
        Constant(Kind.HEX, b"\x0a\xff"),
        Constant(Kind.BINARY, b"\x00\x01"),
        Constant(Kind.TIMESTAMP, "2026-01-01T00:00:00Z"),
    )
    exists = Comparison(Path("a", ("c d", None, "e", 0)), Operator.EXISTS, (), negated=True)
    first = Observation(Compound(Junction.AND, (equal(A_B, "x"), exists)))
    second = Observation(Comparison(A_B, Operator.IN, listed, negated=True))
    assert parse(text) == Qualified(
        Joined(
            Junction.FOLLOWEDBY,
            (
                Qualified(first, StartStop("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")),
                Qualified(second, Repeats(3)),
            ),
        ),
        Within(Decimal("0.5")),
    )


def test_and_binds_tighter_than_or_and_or_than_followedby():
    one, two, three, four = (Observation(equal(A_B, sign)) for sign in "1234")
    both = Joined(Junction.AND, (two, three))
    assert parse("[a:b='1'] OR [a:b='2'] AND [a:b='3'] FOLLOWEDBY [a:b='4']") == Joined(
        Junction.FOLLOWEDBY, (Joined(Junction.OR, (one, both)), four)
    )


def test_what_is_joined_the_same_way_becomes_one():
    assert parse("[(a:b='1' OR a:b='2') OR (a:b='3' OR (a:b='4'))]") == parse(
        "[a:b='1' OR a:b='2' OR a:b='3' OR a:b='4']"
    )


@settings(deadline=None)
@given(patterns)
def test_what_is_written_reads_back_the_same(pattern: Pattern):
    assert parse(write(pattern)) == pattern


@settings(deadline=None)
@given(patterns, st.data())
def test_the_quick_way_reads_what_the_long_way_reads(pattern: Pattern, data: st.DataObject):
    text = write(pattern)
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(len(text), at + 4)))
    mutated = text[:at] + data.draw(st.sampled_from(["", "'", " ", "(", ")", "]", "NOT ", "é", "\\", "0"])) + text[end:]
    for version in Version:
        assert at_once(mutated, version) == by_tokens(mutated, version)


@settings(deadline=None)
@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_does_anything_but_read_or_be_refused(text: str):
    for version in Version:
        assert at_once(text, version) == by_tokens(text, version)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "empty", 0),
        (" \n", "empty", 0),
        ("a:b = 1", "no-brackets", 0),
        ("[a:b = 1] OR", "expected-observation", 12),
        ("[AND a:b = 1]", "expected-comparison", 1),
        ("[a b = 1]", "expected-colon", 3),
        ("[a: = 1]", "expected-property", 4),
        ("[a:b-c = 1]", "quote-property", 3),
        ("[a:start.STOP = 1]", "reserved-property", 9),
        ("[a:b[x] = 1]", "expected-index", 5),
        ("[a:b[0 = 1]", "expected-index-end", 7),
        ("[a:b 1]", "expected-operator", 5),
        ("[NOT a:b = 1]", "expected-exists", 5),
        ("[a:b = ]", "expected-constant", 7),
        ("[a:b > true]", "expected-ordered", 7),
        ("[a:b LIKE 5]", "expected-string", 10),
        ("[a:b IN 5]", "expected-list", 8),
        ("[a:b IN (5 6)]", "expected-list-end", 11),
        ("[a:b = 1 2]", "expected-bracket-end", 9),
        ("[(a:b = 1]", "expected-parenthesis-end", 9),
        ("([a:b = 1]", "expected-group-end", 10),
        ("[a:b = 1] [a:b = 2]", "expected-end", 10),
        ("[a:b = 1] WITHIN 5 MINUTES", "expected-word", 19),
        ("[a:b = 1] START 5", "expected-timestamp", 16),
        ("[a:b = 1] WITHIN -5 SECONDS", "expected-duration", 17),
        ("[a:b = 1] REPEATS 1.5 TIMES", "expected-count", 18),
        ("[a:b = 1 and a:b = 2]", "letter-case", 9),
        ("[a:b = TRUE]", "letter-case", 7),
        ('[a:b = "x"]', "double-quotes", 7),
        ("[a:b = 'x]", "unclosed-string", 7),
        (r"[a:b = 'C:\x']", "bad-escape", 10),
        ("[a:b = t'2026-13-01T00:00:00Z']", "bad-timestamp", 7),
        ("[a:b = h'abc']", "bad-hex", 7),
        ("[a:b = b'abc']", "bad-base64", 7),
        ("[a:b = 007]", "leading-zero", 7),
        pytest.param("[a:b = 1" + "0" * 300 + "]", "long-number", 7, id="long-number"),
        ("[file:hashes.MD5 = 'abc']", "bad-hash", 19),
        ("[file:hashes.MD5 IN ('d41d8cd98f00b204e9800998ecf8427e', 'x')]", "bad-hash", 57),
        pytest.param("[a:b" + "[*]" * 50 + " = 1]", "long-path", 155, id="long-path"),
        ("[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "repeated-qualifier", 27),
    ],
)
def test_an_error_says_what_and_where_in_both_languages(text: str, code: str, position: int):
    error = refusal(text)
    assert (error.reason.code, error.position) == (f"patterns.{code}", position)
    assert "?" not in error.reason.sentence(Language.EN) + error.reason.sentence(Language.JA)


def test_a_place_has_line_and_column():
    assert refusal("[a:b = 1 AND\n  a:c = ]").reason.params == {"line": 2, "column": 9, "found": "]"}


def test_the_end_of_the_pattern_is_named_in_the_words_of_each_language():
    reason = refusal("[a:b = ").reason
    assert "found the end of the pattern" in reason.sentence(Language.EN)
    assert "パターンはそこで終わっています" in reason.sentence(Language.JA)


def test_what_a_stranger_wrote_is_shortened_and_escaped():
    assert refusal("[a:b = \x1b[31m]").reason.params["found"] == "\\x1b"


@pytest.mark.parametrize(
    "text",
    [
        "[a:b=1AND a:c=2]AND[a:b='x']",
        "[ a : b . c [ 1 ] = 1 ]",
        "[a:b = 1] /* why */ // not",
        "[a:b == +1 OR a:b <> .5]",
        "[a:b='x']\u3000AND\u2028[a:b=1]",
        "[a:b = b'AA\nE=']",
        "[file:hashes.MD5 LIKE 'abc%']",
        "([a:b=1]) WITHIN 5 SECONDS WITHIN 6 SECONDS",
        "[a:b = t'2026-02-30T00:00:60.123456789012Z']",
    ],
)
def test_a_form_that_is_rare_is_a_pattern_all_the_same(text: str):
    assert parse(write(parse(text))) == parse(text)


def test_version_2_0_has_no_exists_and_repeats_qualifiers_and_takes_strings_for_times():
    assert refusal("[EXISTS a:b]", Version.V20).reason.code == "patterns.expected-colon"
    assert parse("[a:EXISTS = 1]", Version.V20) == parse("[a:'EXISTS' = 1]")
    assert parse("[a:b=1] WITHIN 5 SECONDS WITHIN 6 SECONDS", Version.V20)
    period = "START {0}'2026-01-01T00:00:00Z' STOP {0}'2026-01-02T00:00:00Z'"
    assert parse(f"[a:b=1] {period.format('')}", Version.V20) == parse(f"[a:b=1] {period.format('t')}")
    assert refusal(f"[a:b=1] {period.format('')}").reason.code == "patterns.expected-timestamp"
    assert refusal("[a:b=1] START 'noon' STOP 'night'", Version.V20).reason.code == "patterns.bad-timestamp"


def test_a_long_pattern_is_read_and_a_longer_one_refused():
    term = " OR a:b = 'x'"
    text = "[a:b = 'x'" + term * ((MAX_PATTERN - 11) // len(term)) + "]"
    assert isinstance(parse(text), Observation)
    assert refusal(text + " " * MAX_PATTERN).reason.code == "patterns.too-long"


@pytest.mark.parametrize(
    "shape",
    ["[{}a:b = 1]", "[a:b = 1{}]", "[a:b = 1]{}", "[a:b IN (1{})]", "[a:b{} = 1]", "[a:b = '{}']", "[a:b = 'x' {}"],
)
@pytest.mark.parametrize(
    "piece",
    ["(", " OR a:b = 'x'", " AND [a:b = 1]", ", 2", "[*]", "\\'", "/*", " /* x */", "//\n", "\n", "0", "a"],
)
def test_reading_twice_as_much_takes_at_most_twice_the_steps(shape: str, piece: str):
    once, twice = (steps(shape.replace("{}", piece * count)) for count in (1_000, 2_000))
    assert twice <= 2 * once + 100


def steps(text: str) -> int:
    """Count the calls, of Python and of C, that reading a text takes."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        at_once(text)
    finally:
        sys.setprofile(None)
    return count


def test_parentheses_cost_nothing_and_levels_are_bounded():
    deep = 20_000
    assert parse("(" * deep + "[" + "(" * deep + "a:b=1" + ")" * deep + "]" + ")" * deep) == parse("[a:b=1]")
    assert len(parse("[" + "(" * 999 + "a:b=1" + " OR a:b=1)" * 999 + "]").expression.operands) == 1000
    pairs = (MAX_DEPTH - 1) // 2
    nest = "[" + "(a:b=1 AND (a:c=1 OR " * pairs + "a:d=1" + "))" * pairs + "]"
    assert parse(nest)
    assert refusal(nest.replace("a:d=1", "(a:d=1 AND (a:d=2 OR a:d=3))")).reason.code == "patterns.too-deep"
    assert refusal("[a:b=1]" + " REPEATS 1 TIMES" * 200, Version.V20).reason.code == "patterns.too-deep"
