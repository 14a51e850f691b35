# SPDX-License-Identifier: MIT
"""Regular expressions and LIKE: as PCRE and SQL read them, in linear time, or refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.regular import MAX_EXPRESSION, MAX_INSTRUCTIONS, read_expression, read_like


def finds(source: str, value: str | bytes) -> bool:
    expression = read_expression(source, for_octets=isinstance(value, bytes))
    return expression is not None and expression.finds(value)


def is_like(source: str, value: str) -> bool:
    return read_like(source, for_octets=False)(value)


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        ("a.c", "a\nc", True),
        ("c$", "abc\n", True),
        ("c$", "abc\n\n", False),
        ("(?m)c$", "abc\nd", True),
        (r"c\Z", "abc\n", True),
        (r"c\z", "abc\n", False),
        (r"\Aa", "abc", True),
        (r"^\w+$", "été", True),
        (r"^\d$", "\u0663", True),
        (r"^\s$", "\u3000", True),
        (r"^\s$", "\x0b", True),
        (r"^\D\W\S$", "a-b", True),
        (r"^[\w.-]+$", "a.b-c", True),
        (r"^[\w-.]+$", "a.b-c", True),
        (r"^[^\W_]$", "_", False),
        (r"[\s\S]", "あ", True),
        (r"^[\d\s]+$", "1 2", True),
        (r"^\h$", "\t", True),
        (r"^\R$", "\r\n", True),
        (r"^\N$", "\n", False),
        (r"a\Kb", "ab", True),
        (r"\Qa.b\E", "a.b", True),
        (r"\Qa.b", "axb", False),
        (r"^\e\cA$", "\x1b\x01", True),
        (r"^[]a]$", "]", True),
        (r"^[^]a]$", "b", True),
        (r"^[[:alpha:]]$", "x", True),
        (r"^[a\]b]$", "]", True),
        (r"^[\b]$", "\x08", True),
        (r"^[[]$", "[", True),
        (r"^\é$", "é", True),
        ("(?#note)a", "a", True),
        ("(?i)ABC", "abc", True),
        ("(?P<name>a)b", "ab", True),
        (r"\x41", "A", True),
        ("e\u0301", "\u00e9", True),
    ],
)
def test_an_expression_is_read_as_pcre_reads_it(source: str, value: str, *, expected: bool):
    assert finds(source, value) is expected


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        (r"^\x00.\xff$", b"\x00\n\xff", True),
        (r"^\w$", "é".encode("latin-1"), False),
        ("é", "é".encode("latin-1"), True),
        ("あ", b"a", False),
        ("a$", b"a\n", True),
        (r"^\v\h$", b"\x0b\xa0", True),
    ],
)
def test_octets_are_octets(source: str, value: bytes, *, expected: bool):
    assert finds(source, value) is expected


@pytest.mark.parametrize(
    "source", ["a(?=b)", "(?<!a)b", r"(a)\1", "a++", "(?>a)", "(?R)", "(", "[a", "a{2,1}", "\ud800"]
)
def test_what_cannot_run_in_linear_time_or_is_none_is_refused(source: str):
    with pytest.raises(EvaluationError) as refused:
        read_expression(source, for_octets=False)
    assert refused.value.reason.code == "patterns.bad-expression"


@pytest.mark.parametrize(
    "source",
    ["a" * (MAX_EXPRESSION + 1), "(?:(?:ab{100}){100})", "[^\u0100]{900}" * 20, "a{999}" * 11],
    ids=["text", "repetition", "memory", "instructions"],
)
def test_what_is_too_large_is_refused(source: str):
    with pytest.raises(EvaluationError) as refused:
        read_expression(source, for_octets=False)
    assert refused.value.reason.code == "patterns.bad-expression"


def test_a_large_alternation_of_names_is_not_too_large():
    names = "|".join(f"host{number}\\.example" for number in range(500))
    assert finds(f"^(?:{names})$", "host499.example")
    assert len(names) < MAX_INSTRUCTIONS


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        (r"\bevil\b", "悪い evil.exe", True),
        (r"\bevil\b", "悪いevil.exe", False),
        (r"\Bevil", "悪いevil.exe", True),
        (r"evil\b", "evil。", True),
        (r"evil\b.\bcom", "evil\u3000com", True),
        (r"^\b.+\b$", "日本語", True),
        (r"\b\d\b", "５", True),
        (r"[\D]", "５", False),
        (r"[\S]", "\u3000", False),
        (r"[^\W\d]", "日", True),
        (r"(?i)\bEVIL\b", "é evil", True),
    ],
)
def test_boundaries_know_letters_beyond_ascii(source: str, value: str, *, expected: bool):
    expression = read_expression(source, for_octets=False)
    assert expression is not None
    assert not expression.needs_ascii
    assert expression.finds(value) is expected


BOUNDED = st.sampled_from(
    [
        "a",
        "b",
        ".",
        r"\b",
        r"\b",
        r"\B",
        r"\d",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        "[ab]",
        "[^a]",
        r"[\D]",
        r"[^\S-]",
        r"[\W1]",
        "|",
        "x*",
        "-",
    ]
)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(BOUNDED, max_size=6).map("".join), st.text("ab1 _-\n\x0bé日本ー。\u3000５²\x85", min_size=1, max_size=6)
)
def test_boundaries_are_found_where_the_standard_library_finds_them(source: str, value: str):
    assert finds(source, value) is (re.search(source, value, re.DOTALL) is not None)


@pytest.mark.parametrize(
    "source", [r"\b[A-Za-z0-9_]+", r"\bé", r"\b[[:alpha:]]", r"\b\p{L}", r"\b\x41", r"\b\h", r"\Qa\E\b", r"\b[ -~]"]
)
def test_what_can_tell_letters_beyond_ascii_apart_gives_no_verdict_on_them(source: str):
    expression = read_expression(source, for_octets=False)
    assert expression is not None
    assert expression.needs_ascii
    octets = read_expression(source, for_octets=True)
    assert octets is not None
    assert not octets.needs_ascii


PARTS = st.sampled_from(
    [
        "a",
        "b",
        ".",
        r"\d",
        r"\w",
        r"\s",
        r"\S",
        "[ab]",
        "[^a]",
        r"[\w-]",
        "^",
        "$",
        "|",
        "(?:a|b)",
        "x*",
        "a+",
        "b?",
        r"\.",
    ]
)


@settings(deadline=None)
@given(st.lists(PARTS, max_size=6).map("".join), st.text("ab1 .\n_-é", max_size=6))
def test_simple_expressions_find_what_the_standard_library_finds(source: str, value: str):
    assert finds(source, value) is (re.search(source, value, re.DOTALL) is not None)


@settings(deadline=None)
@given(st.text("ab%%_é.\\[\n", max_size=7), st.text("abé.\\[\n", max_size=7))
def test_like_is_literal_but_for_its_two_wildcards(source: str, value: str):
    meant = "".join({"%": ".*", "_": "."}.get(sign) or re.escape(sign) for sign in source)
    assert is_like(source, value) is (re.fullmatch(meant, value, re.DOTALL) is not None)
    octets = read_like(source, for_octets=True)(value.encode("latin-1"))
    assert octets is is_like(source, value)
