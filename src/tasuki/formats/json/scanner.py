# SPDX-License-Identifier: MIT
"""The exact reader: iterative, slow, and able to say where and why a text is no strict JSON."""

from __future__ import annotations

import math
import re
from typing import Final, NoReturn

import orjson

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_SAFE_INTEGER
from tasuki.base.reasons import ReasonKind
from tasuki.formats.json.reasons import (
    BYTE_ORDER_MARK,
    DUPLICATE_MEMBER,
    INTEGER_RANGE,
    LONE_SURROGATE,
    NOT_UTF8,
    NUMBER_RANGE,
    TOO_DEEP,
    TRAILING,
    UNEXPECTED,
)

_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?", re.ASCII)
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}
_EXCERPT: Final = 12


def scan(raw: bytes, *, max_depth: int) -> Json:
    """Return the value of a strict JSON text.

    Raises:
        InputError: with the reason and the place.
    Source: RFC 8259, narrowed by RFC 7493 (I-JSON): no duplicate names, no lone surrogates, safe integers only.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        raise InputError(BYTE_ORDER_MARK.because())
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(NOT_UTF8.because(offset=error.start)) from error
    return _Scanner(text, max_depth).document()


class _Scanner:
    """A cursor over the text and the stack of open containers; no recursion."""

    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.at = 0
        self.stack: list[dict[str, Json] | list[Json]] = []
        self.names: list[str] = []

    def document(self) -> Json:
        value = self._value()
        while self.stack:
            value = self._close_or_continue(value)
        self._skip()
        if self.at != len(self.text):
            self._fail(TRAILING)
        return value

    def _close_or_continue(self, value: Json) -> Json:
        """Put a finished value into its container; return the container when it ends, else the next value."""
        container = self.stack[-1]
        if isinstance(container, list):
            container.append(value)
            closer = "]"
        else:
            container[self.names.pop()] = value
            closer = "}"
        self._skip()
        if self._take(closer):
            return self._pop()
        if not self._take(","):
            self._expected(f"`,` or `{closer}`")
        if isinstance(container, dict):
            self._name(container)
        return self._value()

    def _value(self) -> Json:
        """Read a scalar or open containers until a scalar or an empty container is found."""
        while True:
            self._skip()
            if self._take("["):
                self._push([])
                self._skip()
                if self._take("]"):
                    return self._pop()
            elif self._take("{"):
                opened: dict[str, Json] = {}
                self._push(opened)
                self._skip()
                if self._take("}"):
                    return self._pop()
                self._name(opened)
            else:
                return self._scalar()

    def _push(self, container: dict[str, Json] | list[Json]) -> None:
        if len(self.stack) >= self.max_depth:
            self.at -= 1
            self._fail(TOO_DEEP, limit=self.max_depth)
        self.stack.append(container)

    def _pop(self) -> Json:
        return self.stack.pop()

    def _name(self, container: dict[str, Json]) -> None:
        self._skip()
        start = self.at
        name = self._string()
        if name in container:
            self.at = start
            self._fail(DUPLICATE_MEMBER, name=name[:60])
        self._skip()
        if not self._take(":"):
            self._expected("`:`")
        container[name] = None
        self.names.append(name)

    def _scalar(self) -> Json:
        if self.text[self.at : self.at + 1] == '"':
            return self._string()
        match = _NUMBER.match(self.text, self.at)
        if match:
            return self._number(match)
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self._expected("a value")

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            self._expected("a string")
        try:
            value = orjson.loads(match[0])
        except orjson.JSONDecodeError:
            self._fail(LONE_SURROGATE)
        self.at = match.end()
        return str(value)

    def _number(self, match: re.Match[str]) -> Json:
        if match[1] is None and match[2] is None:
            digits = match[0].lstrip("-")
            if len(digits) > len(str(MAX_SAFE_INTEGER)) or int(digits) > MAX_SAFE_INTEGER:
                self._fail(INTEGER_RANGE)
            self.at = match.end()
            return int(match[0])
        number = float(match[0])
        if not math.isfinite(number):
            self._fail(NUMBER_RANGE)
        self.at = match.end()
        return number

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _take(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += 1
            return True
        return False

    def _expected(self, what: str) -> NoReturn:
        found = self.text[self.at : self.at + _EXCERPT] or "the end"
        self._fail(UNEXPECTED, expected=what, found=ascii(found))

    def _fail(self, why: ReasonKind, **params: str | int) -> NoReturn:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        raise InputError(why.because(line=line, column=column, **params))
