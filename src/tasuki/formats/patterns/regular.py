# SPDX-License-Identifier: MIT
r"""Strangers' regular expressions and LIKE patterns, run in linear time.

MATCHES takes PCRE with the search function and DOTALL (section 9.6.1). RE2 runs in linear time because it leaves out
look-around, back-references and possessive or atomic groups; an expression with them is refused, never approximated.
The rest is brought over here: on text, `\d`, `\s` and `\w` know Unicode (the UNICODE flag is off only for octets); `$`
and `\Z` also hold before a final line feed; the escapes that RE2 lacks are spelled out.

RE2 knows word boundaries (`\b`) and some negated classes for ASCII only. There, characters beyond ASCII are looked at
as ASCII ones of the same class that the expression cannot tell from them: it names neither. Where it names so much that
none is left, it says that it needs ASCII, and the caller gives no verdict on other text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2

from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.reasons import BAD_EXPRESSION
from tasuki.formats.patterns.tokens import shorten

MAX_EXPRESSION: Final = 20_000
"""Characters of one regular expression."""

MAX_INSTRUCTIONS: Final = 10_000
"""Instructions of a compiled expression: at worst each is looked at for each character of a value."""

MAX_EXPRESSIONS: Final = 200
"""Expressions of one pattern; real ones have a few, and each may take `_MEMORY`."""

_MEMORY: Final = 1 << 20
"""Bytes that one compiled expression and its states may take; RE2 refuses a larger one."""

# Members of classes. Each ends with a range or a property, so that a hyphen behind it is a hyphen.
_SPACES: Final = r"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}\x{2028}-\x{2029}"
_BLANKS: Final = r"\t \x{a0}\x{1680}\x{180e}\x{202f}\x{205f}\x{3000}\x{2000}-\x{200a}"
_TEXT: Final = {"d": r"\p{Nd}", "w": r"_\p{L}\p{N}", "s": _SPACES, "h": _BLANKS, "v": r"\n-\r\x{85}\x{2028}-\x{2029}"}
_OCTETS: Final = {"d": "0-9", "w": "_A-Za-z0-9", "s": r" \t-\r", "h": r" \xa0\t-\t", "v": r"\x85\n-\r"}
_NO_SPACE: Final = r"\x00-\x08\x0e-\x1f!-"
r"""What `\S` is within a class, up to its last character; RE2's own takes the vertical tab for no space."""
_COMPLEMENTS: Final = frozenset("DWS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A compiled expression, for NFC text or for octets.

    Attributes:
        is_for_octets: which of both.
        needs_ascii: no verdict can be given on text with other characters.
        stand_ins: what characters beyond ASCII are looked at as, by class (see `_class_of`); empty where they are
            looked at as they are.
        looks_before_feed: its end anchors also hold before a final line feed.
    """

    compiled: Any
    is_for_octets: bool
    needs_ascii: bool = False
    stand_ins: str = ""
    looks_before_feed: bool = False

    def finds(self, value: str | bytes) -> bool:
        """Whether the expression matches anywhere in NFC text, or in octets where it is for octets."""
        if isinstance(value, bytes) is not self.is_for_octets:
            return False
        if self.stand_ins and isinstance(value, str) and not value.isascii():
            value = _in_ascii(value, self.stand_ins)
        if self.compiled.search(value) is not None:
            return True
        if not self.looks_before_feed or value[-1:] not in ("\n", b"\n"):
            return False
        return self.compiled.search(value[:-1]) is not None


def read_expression(source: str, *, for_octets: bool) -> Expression | None:
    """Return a regular expression of the pattern language, compiled; None if for octets and no octets can match it.

    Raises:
        EvaluationError: it is no expression, needs more than linear time, or is too large.
    Source: STIX 2.1 sections 9.6.1, 9.6.2 and 9.6.4.
    """
    if len(source) > MAX_EXPRESSION:
        raise EvaluationError(BAD_EXPRESSION.because(found=shorten(source), cause=f"> {MAX_EXPRESSION}"))
    normal = unicodedata.normalize("NFC", source)
    if for_octets and not _fits_octets(normal):
        return None
    translation = _Translation(normal, _OCTETS if for_octets else _TEXT)
    is_for_ascii = translation.needs_ascii and not for_octets
    stand_ins = _stand_ins(normal) if is_for_ascii else ""
    return Expression(
        compiled=_compile(f"(?s){translation.written}", source, for_octets=for_octets),
        is_for_octets=for_octets,
        needs_ascii=is_for_ascii and not stand_ins,
        stand_ins=stand_ins,
        looks_before_feed=translation.looks_before_feed,
    )


def read_like(source: str, *, for_octets: bool) -> Callable[[Any], bool]:
    """Return the test of a LIKE pattern: `%` is any characters, `_` any one, and the whole value must match.

    The test takes NFC text, or octets where it is for them. What stands between `%` is looked for from left to right,
    each as early as it comes: if any way to place the pieces fits, this one does.

    Raises:
        EvaluationError: it is too large.
    Source: STIX 2.1 sections 9.6.1 and 9.6.4.
    """
    normal = unicodedata.normalize("NFC", source)
    if for_octets and not _fits_octets(normal):
        return lambda _: False
    if "_" in normal:
        written = "".join(_LIKE.get(sign) or _literal(sign) for sign in normal)
        compiled = _compile(rf"(?s)\A{written}\z", source, for_octets=for_octets)
        return lambda value: compiled.search(value) is not None
    pieces: list[Any] = [piece.encode("latin-1") for piece in normal.split("%")] if for_octets else normal.split("%")
    return _pieces_test(pieces)


def _pieces_test(pieces: Sequence[Any]) -> Callable[[Any], bool]:
    first, *middle, last = pieces if len(pieces) > 1 else (*pieces, None)
    if last is None:
        return lambda value: value == first
    shortest = len(first) + len(last)

    def fits(value: Any) -> bool:
        if not value.startswith(first) or not value.endswith(last) or len(value) < shortest:
            return False
        at, end = len(first), len(value) - len(last)
        for piece in middle:
            at = value.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return fits


_LIKE: Final = {"%": ".*", "_": "."}


def _literal(sign: str) -> str:
    return sign if sign.isalnum() or not sign.isascii() else f"\\x{ord(sign):02x}"


def _fits_octets(text: str) -> bool:
    return all(sign < "\u0100" for sign in text)


def _compile(written: str, source: str, *, for_octets: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.never_capture = True
    if for_octets:
        options.encoding = re2.Options.Encoding.LATIN1
    try:
        compiled = re2.compile(written.encode("latin-1") if for_octets else written, options)
        if compiled.programsize <= MAX_INSTRUCTIONS:
            return compiled
        cause = f"{compiled.programsize} > {MAX_INSTRUCTIONS}"
    except re2.error as error:
        cause = error.args[0].decode(errors="replace")
    except UnicodeEncodeError:
        cause = "surrogate"
    raise EvaluationError(BAD_EXPRESSION.because(found=shorten(source), cause=cause[:60]))


_CLASSES: Final = (
    "_qxzjvkQXZJVKabcdefghilmnoprstuwyABCDEFGHILMNOPRSTUWY",
    "9876543210",
    "\x0b\x0c\r\t ",
    "\x01\x02\x03\x04",
)
"""What may stand in for letters and numbers, digits, spaces and all others beyond ASCII; of each, the rarest first."""

_SPACE: Final = frozenset("\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(map(chr, range(0x2000, 0x200B)))
_ESCAPE: Final = re.compile(r"\\([bBAZzdDsSwWnrtf\W_])")
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_TELLING: Final = re.compile(r"[^\x00-\x7f]|\[[:.=]")
"""What tells characters beyond ASCII from each other, or may: such characters themselves, and classes by name."""


@lru_cache(maxsize=1)
def _in_ascii(text: str, stand_ins: str) -> str:
    """Return a text with the stand-ins of its characters; remembered, as one value is asked many expressions."""
    return text.translate({ord(sign): stand_ins[_class_of(sign)] for sign in set(text) if not sign.isascii()})


def _class_of(sign: str) -> int:
    """Return which of `_CLASSES` has the stand-in of a character."""
    category = unicodedata.category(sign)
    if category == "Nd":
        return 1
    if category[0] in "LN":
        return 0
    return 2 if sign in _SPACE else 3


def _stand_ins(source: str) -> str:
    """Return a character of each of `_CLASSES` that an expression does not name, or nothing where one has none left.

    It names every character that stands in it, in both cases, and what lies between two around a hyphen.
    """
    if _TELLING.search(source) or "\\" in _ESCAPE.sub("", source):
        return ""
    rest = _ESCAPE.sub(lambda escape: _CONTROLS.get(escape[1], "" if escape[1].isalpha() else escape[1]), source)
    named = {*rest, *rest.swapcase()}
    for at in range(len(rest) - 2):
        if rest[at + 1] == "-":
            between = "".join(map(chr, range(ord(rest[at]), ord(rest[at + 2]) + 1)))
            named |= {*between, *between.swapcase()}
    free = [next((sign for sign in signs if sign not in named), "") for signs in _CLASSES]
    return "".join(free) if all(free) else ""


class _Translation:
    """One reading of a PCRE text, left to right, writing what RE2 reads the same way."""

    def __init__(self, source: str, classes: dict[str, str]) -> None:
        self.source = source
        self.classes = classes
        self.needs_ascii = False
        self.looks_before_feed = False
        self.at = 0
        self.shorthands = {sign: f"[{members}]" for sign, members in classes.items()}
        self.shorthands |= {sign.upper(): f"[^{members}]" for sign, members in classes.items()}
        self.shorthands |= {"N": r"[^\n]", "K": "", "R": rf"(?:\r\n|[{classes['v']}])", "Z": "(?-m:$)"}
        parts: list[str] = []
        while self.at < len(source):
            parts.append(self._part())
        self.written = "".join(parts)

    def _part(self) -> str:
        sign = self._take()
        if sign == "\\":
            return self._escape()
        if sign == "[":
            return self._class()
        if sign == "$":
            self.looks_before_feed = True
        elif sign == "(" and self.source.startswith("?#", self.at):
            end = self.source.find(")", self.at)
            if end >= 0:
                self.at = end + 1
                return ""
        return sign

    def _take(self) -> str:
        sign = self.source[self.at : self.at + 1]
        self.at += 1
        return sign

    def _escape(self) -> str:
        sign = self._take()
        self.looks_before_feed = self.looks_before_feed or sign == "Z"
        self.needs_ascii = self.needs_ascii or sign in ("b", "B")
        if sign == "Q":
            return self._quoted()
        shorthand = self.shorthands.get(sign)
        return self._common_escape(sign) if shorthand is None else shorthand

    def _quoted(self) -> str:
        end = self.source.find("\\E", self.at)
        end = len(self.source) if end < 0 else end
        text = self.source[self.at : end]
        self.at = end + 2
        return "".join(map(_literal, text))

    def _common_escape(self, sign: str) -> str:
        """Return an escape that means the same inside and outside a class."""
        if sign == "c":
            control = self._take().upper()
            return rf"\x{ord(control) ^ 64:02x}" if control and control.isascii() else "\\c"
        if sign == "e":
            return r"\x1b"
        return sign if sign and not sign.isascii() else f"\\{sign}"

    def _class(self) -> str:
        """Copy a bracketed class; `]` is literal where it comes first."""
        parts = ["["]
        if self.source.startswith("^", self.at):
            parts.append(self._take())
        if self.source.startswith("]", self.at):
            parts.append(rf"\{self._take()}")
        seen: set[str] = set()
        while self.at < len(self.source):
            sign = self._take()
            if sign == "]":
                parts.append(sign)
                break
            parts.append(self._member(sign, seen))
        complements = {sign.lower() for sign in seen & _COMPLEMENTS} - seen
        self.needs_ascii = self.needs_ascii or bool(complements)
        return "".join(parts)

    def _member(self, sign: str, seen: set[str]) -> str:
        r"""Return one member of a class.

        The complement of a Unicode class cannot stand inside another class: it stays that of the ASCII class, which is
        right on ASCII, and everywhere where the class itself stands there too (`[\s\S]`).
        """
        if sign == "[":
            end = self.source.find(":]", self.at) if self.source.startswith(":", self.at) else -1
            name = self.source[self.at - 1 : end + 2] if end > 0 else r"\["
            self.at = end + 2 if end > 0 else self.at
            return name
        if sign != "\\":
            return sign
        escaped = self._take()
        seen.add(escaped)
        if escaped == "b":
            return r"\x08"
        if escaped == "S":
            return _NO_SPACE + (r"\xff" if self.classes is _OCTETS else r"\x{10ffff}")
        members = self.classes.get(escaped)
        return self._common_escape(escaped) if members is None else members
