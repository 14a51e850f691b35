# SPDX-License-Identifier: MIT
"""Tiles: a log as immutable files of 256 hashes or entries each, and the paths under which they lie.

Source: C2SP tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.tlog.merkle import HASH_BYTES, root, root_of_frontier
from tasuki.formats.tlog.reasons import TILE

WIDTH: Final = 256
"""Hashes or entries in a full tile."""

HEIGHT: Final = 8
"""Levels of the tree in one tile."""

MAX_LEVEL: Final = 63
MAX_ENTRY_BYTES: Final = 0xFFFF
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_LENGTH_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Which tile.

    Attributes:
        level: 0 holds leaf hashes, each level above the roots of full tiles below; None is an entry bundle.
        index: place within the level.
        width: hashes in it: 256 when full.
    """

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Path under the log's prefix, such as `tile/0/x001/234.p/17`."""
        number = f"{self.index % 1000:03d}"
        rest = self.index // 1000
        while rest:
            number, rest = f"x{rest % 1000:03d}/{number}", rest // 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{number}{partial}"

    @property
    def first(self) -> int:
        """Place, within its level, of its first hash."""
        return self.index * WIDTH

    def exists_in(self, size: int) -> bool:
        """Whether a log of `size` leaves has it: full tiles as far as they are full, partial ones of this or less."""
        return self.first + self.width <= size >> (HEIGHT * (self.level or 0))


def parse_path(path: str) -> Tile:
    """Return the tile that lies under `path`.

    Raises:
        InputError: no tile path: superfluous elements, a level above 63, a width of 0 or above 255.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise InputError(TILE.because(found=path[:80]))
    level = None if match["level"] == "entries" else int(match["level"])
    index = int(match["number"].replace("x", "").replace("/", ""))
    tile = Tile(level=level, index=index, width=int(match["width"] or WIDTH))
    # One tile has one path: `x000/001` is none, and a full tile is never written as a partial one.
    if tile.path != path or (level is not None and level > MAX_LEVEL):
        raise InputError(TILE.because(found=path[:80]))
    return tile


def tiles_of(size: int) -> list[Tile]:
    """Return every hash tile of a log of `size` leaves, full ones and the partial one of each level."""
    tiles: list[Tile] = []
    level = 0
    while size:
        full, partial = divmod(size, WIDTH)
        tiles += [Tile(level=level, index=index) for index in range(full)]
        if partial:
            tiles.append(Tile(level=level, index=full, width=partial))
        size, level = full, level + 1
    return tiles


Row = Callable[[int, int, int], Sequence[bytes]]
"""From (level, first, count) to that many hashes of a level: at level `l` each is the root over 256^l leaves."""


def subtree_root(start: int, end: int, row: Row) -> bytes:
    """Return the root over the leaves [start, end), reading no more than 128 hashes for each bit of its length.

    Args:
        start: a multiple of the largest power of two up to `end - start`, as in every proof.
        end: behind the last leaf.
        row: reads hashes of a level.
    """
    return root_of_frontier(subtree_frontier(start, end, row))


def subtree_frontier(start: int, end: int, row: Row) -> list[bytes]:
    """Return the roots of the perfect subtrees that the leaves [start, end) fall into, largest first."""
    found: list[bytes] = []
    while start < end:
        bits = (end - start).bit_length() - 1
        level, within = divmod(bits, HEIGHT)
        found.append(root(row(level, start >> (HEIGHT * level), 1 << within)))
        start += 1 << bits
    return found


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle: each entry after its length as two bytes.

    Raises:
        InputError: an entry longer than 65,535 bytes.
    """
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise InputError(TILE.because(found=f"an entry of {len(entry)} bytes"))
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def read_bundle(raw: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        InputError: it is cut, or holds more than 256.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(raw):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(raw[start - _LENGTH_BYTES : start], "big")
        if start > len(raw) or at > len(raw) or len(entries) == WIDTH:
            raise InputError(TILE.because(found="a bundle that is cut or too long"))
        entries.append(raw[start:at])
    return entries


def read_hashes(raw: bytes) -> list[bytes]:
    """Return the hashes of a tile.

    Raises:
        InputError: not 1 to 256 hashes of 32 bytes.
    """
    count, rest = divmod(len(raw), HASH_BYTES)
    if rest or not 1 <= count <= WIDTH:
        raise InputError(TILE.because(found=f"{len(raw)} bytes"))
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]
