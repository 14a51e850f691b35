# SPDX-License-Identifier: MIT
"""Cutting a pattern into tokens, one at a time; every expression here is linear and never looks back.

Source: STIX 2.1 sections 9.1 to 9.7; the reference grammar where they are silent (comments, `==`, `<>`, `+1`).
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NoReturn

from tasuki.base.reasons import ReasonKind, Text
from tasuki.formats.patterns import reasons as why
from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.model import Version

MAX_DIGITS: Final = 300
"""Digits of one number: more than any float or integer of STIX has, fewer than where reading them costs."""

_EXCERPT: Final = 24

SPACE: Final = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
"""Characters with the property White_Space (section 9.1), for a character class."""

IDENTIFIER: Final = "[a-zA-Z_][a-zA-Z0-9_]*+"
HYPHENATED: Final = "[a-zA-Z_][a-zA-Z0-9_-]*+"
STRING: Final = r"'[^'\\]*+(?:\\['\\][^'\\]*+)*+'"
NUMBER: Final = r"[+-]?(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)"
TIMESTAMP: Final = (
    r"t'[0-9]{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]++)?Z'"
)

_SKIPPED: Final = rf"(?:[{SPACE}]++|/\*(?:[^*]|\*(?!/))*+\*/|//[^\r\n]*+)*+"
_TOKEN: Final = re.compile(
    rf"{_SKIPPED}(?:(?P<number>{NUMBER})|(?P<sign>==|!=|<>|<=|>=|[=<>:.,()\[\]*])|(?P<timestamp>{TIMESTAMP})|(?P<octets>[hb]'[^']*+')"
    rf"|(?P<moment>t'[^']*+')|(?P<word>{HYPHENATED})|(?P<string>{STRING}))?"
)
_HEXADECIMAL: Final = re.compile("(?:[0-9a-fA-F]{2})*+")
_BASE64: Final = re.compile("(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_WHOLE_PART: Final = re.compile(r"'[^'\\]*+(?:\\['\\][^'\\]*+)*+")

_WORDS: Final = (
    "AND OR NOT FOLLOWEDBY LIKE MATCHES ISSUPERSET ISSUBSET LAST IN START STOP SECONDS true false WITHIN REPEATS TIMES"
)
_KEYWORDS: Final = {
    Version.V20: frozenset(_WORDS.split()),
    Version.V21: frozenset([*_WORDS.split(), "EXISTS"]),
}


def keywords(version: Version) -> frozenset[str]:
    """Return the words that cannot be names in this version of the language."""
    return _KEYWORDS[version]


class Token(IntEnum):
    """What a token is; the text of a sign or keyword says which."""

    END = 0
    SIGN = 1
    KEYWORD = 2
    NAME = 3
    HYPHENATED_NAME = 4
    STRING = 5
    INTEGER = 6
    FLOAT = 7
    TIMESTAMP = 8
    HEX = 9
    BINARY = 10
    INVALID = 11


_GROUPS: Final = {"sign": Token.SIGN, "timestamp": Token.TIMESTAMP, "string": Token.STRING}


class Tokens:
    """A cursor over the text and the token it stands on: its kind, its text, where it starts and ends."""

    __slots__ = ("end", "keywords", "kind", "lexeme", "start", "text")

    def __init__(self, text: str, version: Version) -> None:
        """Stand before the first token."""
        self.text = text
        self.keywords = keywords(version)
        self.kind = Token.END
        self.lexeme = ""
        self.start = self.end = 0

    def ended(self) -> bool:
        """Whether no token is left."""
        return self.kind is Token.END

    def move(self, end: int) -> None:
        """Stand on the first token from `end` on."""
        self.end = end
        self.advance()

    def advance(self) -> None:
        """Stand on the next token.

        Raises:
            PatternError: a constant that begins here is written wrongly.
        """
        match = _TOKEN.match(self.text, self.end)
        assert match is not None, "every part of the expression may be empty"  # noqa: S101 for the type checker
        group = match.lastgroup
        self.end = match.end()
        if group is None:
            self.start = self.end
            self.lexeme = self.text[self.start : self.start + 1]
            self.kind = Token.INVALID if self.lexeme else Token.END
            return
        self.start = match.start(group)
        self.lexeme = match[group]
        self.kind = _GROUPS.get(group) or self._classify(group)

    def take_sign(self, sign: str) -> bool:
        """Go on and return True if the token is this sign."""
        if self.kind is not Token.SIGN or self.lexeme != sign:
            return False
        self.advance()
        return True

    def take_keyword(self, word: str) -> bool:
        """Go on and return True if the token is this keyword."""
        if self.kind is not Token.KEYWORD or self.lexeme != word:
            return False
        self.advance()
        return True

    def fail(self, kind: ReasonKind, **params: str | int) -> NoReturn:
        """Raise that something else was expected where the token stands.

        Raises:
            PatternError: always; of a kind that says more than `kind` where what stands there is a well-known slip.
        """
        if self.kind is Token.INVALID and self.lexeme == '"':
            self.refuse(why.DOUBLE_QUOTES, self.start)
        if self.kind is Token.INVALID and self.lexeme == "'":
            self._refuse_string()
        word = next((form for form in (self.lexeme.upper(), self.lexeme.lower()) if form in self.keywords), None)
        if self.kind is Token.NAME and word is not None and kind not in _NAMES_EXPECTED:
            self.refuse(why.LETTER_CASE, self.start, word=word, found=shorten(self.lexeme))
        if not self.lexeme:
            self.refuse(_at_end(kind), self.start, **params)
        self.refuse(kind, self.start, found=shorten(self.lexeme), **params)

    def refuse(self, kind: ReasonKind, at: int, **params: str | int) -> NoReturn:
        """Raise that the pattern is none, because of what stands at `at`.

        Raises:
            PatternError: always.
        """
        line = self.text.count("\n", 0, at) + 1
        column = at - (self.text.rfind("\n", 0, at) + 1) + 1
        raise PatternError(kind.because(line=line, column=column, **params), at)

    def _classify(self, group: str) -> Token:
        if group == "word":
            if self.lexeme in self.keywords:
                return Token.KEYWORD
            return Token.HYPHENATED_NAME if "-" in self.lexeme else Token.NAME
        if group == "number":
            return self._number()
        if group == "moment":
            self.refuse(why.BAD_TIMESTAMP, self.start, found=shorten(self.lexeme))
        return self._octets()

    def _number(self) -> Token:
        digits = self.lexeme.lstrip("+-")
        if len(digits) > MAX_DIGITS:
            self.refuse(why.LONG_NUMBER, self.start, limit=MAX_DIGITS, count=len(digits))
        if "." in digits:
            return Token.FLOAT
        if len(digits) > 1 and digits[0] == "0":
            self.refuse(why.LEADING_ZERO, self.start, found=shorten(self.lexeme))
        return Token.INTEGER

    def _octets(self) -> Token:
        body = self.lexeme[2:-1]
        if self.lexeme[0] == "h":
            if not _HEXADECIMAL.fullmatch(body):
                self.refuse(why.BAD_HEX, self.start, found=shorten(self.lexeme))
            return Token.HEX
        body = body.replace("\n", "")
        if not body or not _BASE64.fullmatch(body):
            self.refuse(why.BAD_BASE64, self.start, found=shorten(self.lexeme))
        return Token.BINARY

    def _refuse_string(self) -> NoReturn:
        whole = _WHOLE_PART.match(self.text, self.start)
        at = self.start if whole is None else whole.end()
        escaped = self.text[at + 1 : at + 2]
        if not escaped:
            self.refuse(why.UNCLOSED_STRING, self.start)
        self.refuse(why.BAD_ESCAPE, at, found=shorten(escaped))


_NAMES_EXPECTED: Final = (why.EXPECTED_COMPARISON, why.EXPECTED_COLON, why.EXPECTED_PROPERTY)


def _at_end(kind: ReasonKind) -> ReasonKind:
    """Return `kind` with the end of the pattern as what was found, in the words of each language."""
    text = Text(
        en=kind.text.en.replace("`{found}`", "the end of the pattern"),
        ja=kind.text.ja.replace("`{found}` がありました", "パターンはそこで終わっています"),
    )
    return ReasonKind(code=kind.code, text=text)


def shorten(text: str) -> str:
    """Return at most a few characters of a stranger's text, with what cannot be printed escaped."""
    printable = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:_EXCERPT])
    return printable if len(text) <= _EXCERPT else f"{printable}…"
