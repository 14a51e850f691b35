# SPDX-License-Identifier: MIT
"""Tiles: paths as the text of tlog-tiles gives them, and bundles that keep every entry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.tiles import (
    WIDTH,
    Tile,
    parse_path,
    read_bundle,
    read_hashes,
    subtree_frontier,
    subtree_root,
    tiles_of,
    write_bundle,
)


def test_the_example_index_of_the_text_is_written_as_the_text_says():
    assert Tile(level=0, index=1234067).path == "tile/0/x001/x234/067"
    assert Tile(level=None, index=5, width=17).path == "tile/entries/005.p/17"


def test_a_log_of_70000_has_the_tiles_the_text_counts():
    tiles = tiles_of(70_000)
    full = [tile.level for tile in tiles if tile.width == 256]
    assert (full.count(0), full.count(1)) == (273, 1)
    assert [(tile.level, tile.width) for tile in tiles if tile.width < 256] == [(0, 112), (1, 17), (2, 1)]
    assert [(tile.level, tile.width) for tile in tiles_of(256)] == [(0, 256), (1, 1)]
    assert all(tile.exists_in(70_000) for tile in tiles)
    assert not Tile(level=0, index=273, width=113).exists_in(70_000)


@given(st.integers(0, 63), st.integers(0, 2**40), st.integers(1, 256))
def test_every_path_leads_back_to_its_tile(level, index, width):
    tile = Tile(level=level, index=index, width=width)
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/1",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001/002",
        "tile/-1/001",
        "tile/entries/",
        "tile/0/../../keys",
        "tile/0/٠٠١",
    ],
)
def test_no_other_path_is_a_tile(path):
    with pytest.raises(InputError):
        parse_path(path)


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_keeps_every_entry(entries):
    assert read_bundle(write_bundle(entries)) == entries


@pytest.mark.parametrize("raw", [b"\x00", b"\x00\x02a", b"\x00\x00" * 257])
def test_a_cut_or_overlong_bundle_is_refused(raw):
    with pytest.raises(InputError):
        read_bundle(raw)


@pytest.mark.parametrize("count", [0, 31, 33, 32 * 257])
def test_a_tile_is_one_to_256_whole_hashes(count):
    with pytest.raises(InputError):
        read_hashes(bytes(count))


LEAVES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(2000)]


def _row(level, first, count):
    """Read hashes of a level as a store of full tiles has them."""
    span = WIDTH**level
    assert (first + count) * span <= len(LEAVES)
    assert first // WIDTH == (first + count - 1) // WIDTH
    return [merkle.root(LEAVES[n * span : (n + 1) * span]) for n in range(first, first + count)]


@settings(max_examples=150, deadline=None)
@given(st.integers(1, len(LEAVES)), st.data())
def test_proofs_out_of_tiles_are_those_out_of_leaves(size, data):
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    def by_leaves(start, end):
        return merkle.root(LEAVES[start:end])

    def by_tiles(start, end):
        return subtree_root(start, end, _row)

    assert by_tiles(0, size) == by_leaves(0, size)
    assert merkle.inclusion_proof(index, size, by_tiles) == merkle.inclusion_proof(index, size, by_leaves)
    assert merkle.consistency_proof(old, size, by_tiles) == merkle.consistency_proof(old, size, by_leaves)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1999))
def test_the_frontier_out_of_tiles_is_that_of_a_log_that_grew(size):
    frontier: list[bytes] = []
    for count, leaf in enumerate(LEAVES[:size]):
        frontier = merkle.grow(frontier, count, leaf)
    assert subtree_frontier(0, size, _row) == frontier


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1998))
def test_a_leaf_completes_the_subtrees_that_end_with_it(size):
    frontier = subtree_frontier(0, size, _row)
    for height, top in enumerate(merkle.completed(frontier, size, LEAVES[size])):
        assert top == merkle.root(LEAVES[size + 1 - (1 << height) : size + 1])
