# SPDX-License-Identifier: MIT
"""Exported logs: whether the tiles give the root of their checkpoint, and if not, which leaves do not.

Source: C2SP tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tasuki.base.errors import InputError
from tasuki.base.reasons import Reason
from tasuki.core.ledger import reasons as why
from tasuki.formats.tlog.merkle import leaf_hash, root
from tasuki.formats.tlog.tiles import WIDTH, Tile, read_bundle, read_hashes, subtree_root, tiles_of

Read = Callable[[str], bytes | None]
"""From the path of a tile to its bytes; None where there is none."""


def examine_tiles(read: Read, size: int, top: bytes) -> list[Reason]:
    """Return what does not fit in the tiles of a log of `size` leaves whose root is `top`; nothing where all does."""
    return list(_Export(read, size, top).differences())


class _Export:
    def __init__(self, read: Read, size: int, top: bytes) -> None:
        self._read = read
        self._size = size
        self._top = top
        self._hashes: dict[tuple[int, int], list[bytes]] = {}

    def differences(self) -> Iterator[Reason]:
        found = False
        for tile in tiles_of(self._size):
            for reason in self._tile(tile):
                found = True
                yield reason
        if not found and subtree_root(0, self._size, self._row) != self._top:
            # Every tile fits those below it: what was rewritten stands under none that is full.
            start = self._size - self._size % WIDTH
            yield why.TILES_ROOT.because(size=self._size, start=start, end=self._size - 1)

    def _tile(self, tile: Tile) -> Iterator[Reason]:
        hashes = self._hashes_of(tile)
        level = tile.level or 0
        span = WIDTH**level
        first, end = tile.first * span, (tile.first + tile.width) * span - 1
        if hashes is None:
            yield why.TILE_WRONG.because(path=tile.path, start=first, end=end)
            return
        self._hashes[level, tile.index] = hashes
        yield from self._entries(tile, hashes) if level == 0 else self._below(tile, hashes)

    def _hashes_of(self, tile: Tile) -> list[bytes] | None:
        raw = self._read(tile.path)
        try:
            hashes = read_hashes(raw or b"")
        except InputError:
            return None
        return hashes if len(hashes) == tile.width else None

    def _entries(self, tile: Tile, hashes: Sequence[bytes]) -> Iterator[Reason]:
        path = Tile(level=None, index=tile.index, width=tile.width).path
        try:
            entries = read_bundle(self._read(path) or b"")
        except InputError:
            entries = []
        if len(entries) != tile.width:
            yield why.TILE_WRONG.because(path=path, start=tile.first, end=tile.first + tile.width - 1)
            return
        for index, (entry, found) in enumerate(zip(entries, hashes, strict=True), tile.first):
            if leaf_hash(entry) != found:
                yield why.TILE_LEAF.because(path=path, index=index)

    def _below(self, tile: Tile, hashes: Sequence[bytes]) -> Iterator[Reason]:
        level = (tile.level or 1) - 1
        for index, found in enumerate(hashes, tile.first):
            below = self._hashes.get((level, index))
            if below is not None and root(below) != found:
                span = WIDTH ** (level + 1)
                yield why.TILE_WRONG.because(path=tile.path, start=index * span, end=(index + 1) * span - 1)

    def _row(self, level: int, first: int, count: int) -> Sequence[bytes]:
        tile, within = divmod(first, WIDTH)
        return self._hashes[level, tile][within : within + count]
