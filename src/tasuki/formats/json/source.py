# SPDX-License-Identifier: MIT
"""A cursor over JSON text that streams by: finds where values end without reading them, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
# A raw line break cannot stand in a JSON string (RFC 8259 section 7): where one does, a quote is missing, and the
# string is taken to end there, so that the fault stays on its line.
_STRING: Final = rb'"(?:[^"\\\n]++|\\[^\n]?+)*+(?:"|(?=\n))'
_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+[\[\]{}]", re.DOTALL)
_WHOLE_STRING: Final = re.compile(_STRING, re.DOTALL)
_WITHIN_STRING: Final = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+', re.DOTALL)
_WORD: Final = re.compile(rb'[^ \t\r\n,:"\[\]{}]*+')
_TO_TOKEN: Final = re.compile(rb'[^"\[\]{}]*+')
_OPENERS: Final = frozenset(b"{[")
_OPENER_OF: Final = {ord("}"): ord("{"), ord("]"): ord("[")}
_QUOTE: Final = ord('"')
_STRAY: Final = (b":", b"}", b"]")


class Source:
    """What of a text is still to be read; holds one value and one chunk at most.

    Attributes:
        line: line of the cursor, from 1.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Read from `chunks` as far as asked, and no further."""
        self._chunks = iter(chunks)
        self._held = b""
        self._at = 0
        self._before = b""
        self.line = 1
        self._columns = 0

    def peek(self) -> bytes:
        """Return the next byte that is no white space, having moved to it; empty at the end."""
        while True:
            match = _SPACE.match(self._held, self._at)
            if match is not None and match.end() < len(self._held):
                self._move(match.end())
                return self._held[self._at : self._at + 1]
            self._move(len(self._held))
            if not self._more():
                return b""

    @property
    def column(self) -> int:
        """Byte of the cursor within its line, from 1."""
        return self._columns + 1

    @property
    def indent(self) -> bytes:
        """The white space before the cursor where nothing else stands before it on its line, else nothing."""
        return b"" if self._before.strip(b" \t") else self._before

    def head(self, limit: int) -> bytes:
        """Return up to `limit` of the bytes from the cursor on, without moving."""
        while len(self._held) - self._at < limit and self._more():
            pass
        return self._held[self._at : self._at + limit]

    def find(self, mark: bytes, limit: int) -> int | None:
        """Return how far from the cursor `mark` begins, where all of it is within `limit` bytes; without moving."""
        while True:
            start = self._held.find(mark, self._at, self._at + limit)
            if start >= 0:
                return start - self._at
            if len(self._held) - self._at >= limit or not self._more():
                return None

    def ahead(self, limit: int) -> int:
        """Return how many bytes are held from the cursor on, at most `limit`."""
        return min(len(self._held) - self._at, limit)

    def value(self, limit: int) -> bytes | None:
        """Return the object or list at the cursor, without moving.

        A bracket that closes nothing open ends it, and one that leaves inner ones open closes them: a broken value
        keeps its fault to itself.

        None where it is longer than `limit` bytes, or the text ends within it.
        """
        opened = bytearray()
        length = 0
        while length <= limit:
            match = _BRACKET.match(self._held, self._at + length)
            if match is None:
                if len(self._held) - self._at > limit or not self._twice():
                    return None
                continue
            length = match.end() - self._at
            sign = self._held[match.end() - 1]
            if sign in _OPENERS:
                opened.append(sign)
                continue
            opener = opened.rfind(_OPENER_OF[sign])
            if opener < 0:
                length -= 1
            del opened[max(opener, 0) :]
            if not opened and length <= limit:
                return self._held[self._at : self._at + length]
        return None

    def scalar(self, limit: int) -> bytes:
        """Return the string, number, word or stray sign at the cursor, and move past it; only its first `limit` bytes.

        Call `peek` first: at white space there is nothing to return.
        """
        sign = self._held[self._at : self._at + 1]
        if sign == b'"':
            return self._string(limit)
        if sign in _STRAY:
            self._move(self._at + 1)
            return sign[:limit]
        found = b""
        while True:
            match = _WORD.match(self._held, self._at)
            end = self._at if match is None else match.end()
            found = (found + self._held[self._at : end])[:limit]
            self._move(end)
            if end < len(self._held) or not self._more():
                return found

    def _string(self, limit: int) -> bytes:
        while (match := _WHOLE_STRING.match(self._held, self._at)) is None:
            if len(self._held) - self._at > limit or not self._more():
                found = self._held[self._at : self._at + limit]
                self._move(self._at + 1)
                self._leave_string()
                return found
        self._move(match.end())
        return match[0][:limit]

    def skip(self, length: int) -> None:
        """Move past `length` bytes that were returned before."""
        self._move(self._at + length)

    def skip_value(self) -> int:
        """Move past the value at the cursor, however long, keeping none of it.

        Returns:
            The length of an object or list in bytes; 0 for anything else.
        """
        sign = self.peek()
        if sign in (b"{", b"["):
            return self._skip_brackets()
        if sign:
            self.scalar(0)
        return 0

    def _skip_brackets(self) -> int:
        depth, length = 0, 0
        while True:
            match = _TO_TOKEN.match(self._held, self._at)
            end = self._at if match is None else match.end()
            length += end - self._at
            self._move(end)
            if end == len(self._held):
                if not self._more():
                    return length
                continue
            if self._held[end] == _QUOTE:
                length += self._skip_string()
                continue
            depth += 1 if self._held[end] in _OPENERS else -1
            self._move(end + 1)
            length += 1
            if depth == 0:
                return length

    def _skip_string(self) -> int:
        self._move(self._at + 1)
        return 1 + self._leave_string()

    def _leave_string(self) -> int:
        """Move from within a string to behind it; return how many bytes that was."""
        length = 0
        while True:
            match = _WITHIN_STRING.match(self._held, self._at)
            end = self._at if match is None else match.end()
            length += end - self._at
            self._move(end)
            rest = self._held[end : end + 2]
            if rest[:1] == b'"' or rest[:2] == b"\\\n":
                self._move(end + 1)
                return length + 1
            if rest[:1] == b"\n":
                return length
            # Nothing is left, or half an escape: what follows decides.
            if not self._more():
                self._move(len(self._held))
                return length + len(rest)

    def leave(self) -> None:
        """Move to the end without reading the rest."""
        self._chunks = iter(())
        self._move(len(self._held))

    def _move(self, to: int) -> None:
        """Move the cursor, counting lines and columns."""
        passed = self._held[self._at : to]
        lines = passed.count(b"\n")
        if lines:
            self.line += lines
            self._before = passed[passed.rfind(b"\n") + 1 :][:_LONGEST_INDENT]
            self._columns = to - (self._held.rfind(b"\n", self._at, to) + 1)
        else:
            if len(self._before) < _LONGEST_INDENT:
                self._before += passed[:_LONGEST_INDENT]
            self._columns += len(passed)
        self._at = to

    def _twice(self) -> bool:
        """Hold twice as much if there is more: what is looked at again for every chunk would be looked at too often."""
        wanted = 2 * (len(self._held) - self._at)
        if not self._more():
            return False
        while len(self._held) - self._at < wanted and self._more():
            pass
        return True

    def _more(self) -> bool:
        """Hold the next chunk too; what lies before the cursor is let go."""
        for chunk in self._chunks:
            if chunk:
                self._held = self._held[self._at :] + chunk
                self._at = 0
                return True
        return False


_LONGEST_INDENT: Final = 200
"""No one indents further; of a longer beginning of a line no more is remembered."""
