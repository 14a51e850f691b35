# SPDX-License-Identifier: MIT
"""Lines of a text that streams by, each with its number; one that is too long is named and not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line without its line break.

    Attributes:
        number: 1-based.
        raw: its bytes; of a line that is too long only the beginning.
        size: how many bytes it has.
    """

    number: int
    raw: bytes
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return len(self.raw) == self.size


def split_lines(chunks: Iterable[bytes], limit: int) -> Iterator[Line]:
    """Yield the lines of a text; at most `limit` bytes of each and one chunk are in memory.

    A line ends in LF, which CR may precede; the last one may end without.
    """
    number, size = 1, 0
    begun: list[bytes] = []
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            size += len(part)
            yield _line(number, begun, part, size, limit)
            number, size = number + 1, 0
            begun = []
        if rest and size <= limit:
            begun.append(rest)
        size += len(rest)
    if size:
        yield _line(number, begun, b"", size, limit)


def _line(number: int, begun: list[bytes], part: bytes, size: int, limit: int) -> Line:
    raw = b"".join((*begun, part)) if size <= limit else b"".join(begun)[:limit] or part[:limit]
    if raw.endswith(b"\r") and len(raw) == size:
        return Line(number=number, raw=raw[:-1], size=size - 1)
    return Line(number=number, raw=raw, size=size)
