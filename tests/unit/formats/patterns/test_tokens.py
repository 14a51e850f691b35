# SPDX-License-Identifier: MIT
"""Cutting texts into tokens: what each is, where it stands, and what is no token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.model import Version
from tasuki.formats.patterns.tokens import MAX_DIGITS, Token, Tokens, keywords, shorten

SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000"
"""Every kind of White_Space of the Unicode Character Database (PropList.txt)."""


def tokens(text: str, version: Version = Version.V21) -> list[tuple[Token, str]]:
    cursor = Tokens(text, version)
    found = []
    cursor.advance()
    while not cursor.ended():
        assert text[cursor.start : cursor.end] == cursor.lexeme or cursor.kind is Token.INVALID
        found.append((cursor.kind, cursor.lexeme))
        if cursor.kind is Token.INVALID:
            break
        cursor.advance()
    return found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((sign, Token.SIGN) for sign in ("=", "==", "!=", "<>", "<", "<=", ">", ">=", ":", ".", ",", "(", ")", "*")),
        ("AND", Token.KEYWORD),
        ("and", Token.NAME),
        ("ANDY", Token.NAME),
        ("true", Token.KEYWORD),
        ("TRUE", Token.NAME),
        ("_a1", Token.NAME),
        ("x-a-1", Token.HYPHENATED_NAME),
        ("'it\\'s \\\\'", Token.STRING),
        ("''", Token.STRING),
        ("'\n'", Token.STRING),
        ("0", Token.INTEGER),
        ("-10", Token.INTEGER),
        ("+1", Token.INTEGER),
        ("0.5", Token.FLOAT),
        ("-.5", Token.FLOAT),
        ("00.5", Token.FLOAT),
        ("t'2016-12-31T23:59:60.123Z'", Token.TIMESTAMP),
        ("h''", Token.HEX),
        ("h'0aFF'", Token.HEX),
        ("b'AAE='", Token.BINARY),
        ("b'AA\n=\n='", Token.BINARY),
    ],
)
def test_a_token_is_what_it_looks_like(text: str, kind: Token):
    assert tokens(text) == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("t'2016-13-01T00:00:00Z'", "bad-timestamp"),
        ("t'2016-12-01t00:00:00Z'", "bad-timestamp"),
        ("t'2016-12-01T00:00:00.Z'", "bad-timestamp"),
        ("t''", "bad-timestamp"),
        ("h'0'", "bad-hex"),
        ("h'0g'", "bad-hex"),
        ("b'A'", "bad-base64"),
        ("b'A=A='", "bad-base64"),
        ("b'AA-_'", "bad-base64"),
        ("007", "leading-zero"),
        ("1" * (MAX_DIGITS + 1), "long-number"),
    ],
    ids=lambda value: value[:24],
)
def test_a_constant_that_is_written_wrongly_is_no_token(text: str, code: str):
    with pytest.raises(PatternError) as refused:
        tokens(text)
    assert refused.value.reason.code == f"patterns.{code}"
    assert refused.value.position == 0


@given(st.lists(st.sampled_from(SPACES), min_size=1, max_size=5))
def test_white_space_of_any_kind_and_number_divides(spaces: list[str]):
    gap = "".join(spaces)
    assert tokens(f"{gap}a{gap}b{gap}") == [(Token.NAME, "a"), (Token.NAME, "b")]


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u180e", "\x1c", "\x1f", "\x00"])
def test_what_is_no_white_space_does_not(sign: str):
    assert tokens(f"a{sign}b")[-1][0] is Token.INVALID


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a/* b */c", ["a", "c"]),
        ("a//b\nc", ["a", "c"]),
        ("a//b\rc", ["a", "c"]),
        ("a/*b//*/c//", ["a", "c"]),
        ("/***/a/* * / **/b", ["a", "b"]),
        ("'/* no */'", ["'/* no */'"]),
    ],
)
def test_comments_are_passed_over(text: str, names: list[str]):
    assert [lexeme for _, lexeme in tokens(text)] == names


def test_a_comment_that_does_not_end_is_none():
    assert tokens("a/* b")[1][0] is Token.INVALID


def test_a_keyword_of_2_1_is_a_name_in_2_0():
    assert keywords(Version.V21) - keywords(Version.V20) == {"EXISTS"}
    assert tokens("EXISTS", Version.V20) == [(Token.NAME, "EXISTS")]


@given(st.text(max_size=60) | st.text("tbh'0aA-=:. \\/*\n", max_size=60))
def test_any_text_is_cut_to_its_end_or_refused_at_a_place_in_it(text: str):
    try:
        found = tokens(text)
    except PatternError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 refusing is as good as cutting
    else:
        assert len("".join(lexeme for _, lexeme in found)) <= len(text)


@given(st.text(max_size=60))
def test_an_excerpt_is_short_and_can_be_printed(text: str):
    found = shorten(text)
    assert len(found) <= 24 * len("\\U0010ffff") + 1
    assert found.isprintable()
