# SPDX-License-Identifier: MIT
"""An export of a log: whatever is changed in it is found, and the leaf named as closely as the tiles allow."""

import hashlib

import pytest

from tasuki.core.ledger.tiles import examine_tiles
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.tiles import Tile, tiles_of, write_bundle

SIZE = 600
ENTRIES = [hashlib.sha256(b"%d" % number).digest() for number in range(SIZE)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]
ROOT = merkle.root(HASHES)


def exported(entries=ENTRIES, size=SIZE):
    hashes = [merkle.leaf_hash(entry) for entry in entries[:size]]
    files = {}
    for tile in tiles_of(size):
        end = tile.first + tile.width
        if tile.level == 0:
            files[tile.path] = b"".join(hashes[tile.first : end])
            files[Tile(level=None, index=tile.index, width=tile.width).path] = write_bundle(entries[tile.first : end])
        else:
            roots = [merkle.root(hashes[at * 256 : (at + 1) * 256]) for at in range(tile.first, end)]
            files[tile.path] = b"".join(roots)
    return files


def found(files, size=SIZE, root=ROOT):
    return [(reason.code, dict(reason.params)) for reason in examine_tiles(files.get, size, root)]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 600])
def test_a_whole_export_fits(size):
    assert found(exported(size=size), size, merkle.root(HASHES[:size])) == []


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 599])
def test_a_changed_leaf_is_named(index):
    files = exported()
    start = index // 256 * 256
    path = Tile(level=None, index=index // 256, width=min(256, SIZE - start)).path
    entries = [*ENTRIES[start : start + 256]]
    entries[index - start] = bytes(32)
    files[path] = write_bundle(entries)
    assert found(files) == [("ledger.tile-leaf", {"path": path, "index": index})]


@pytest.mark.parametrize(
    ("index", "code", "span"),
    [
        (7, "ledger.tile-wrong", (0, 255)),
        (300, "ledger.tile-wrong", (256, 511)),
        (513, "ledger.tiles-root", (512, 599)),
    ],
)
def test_a_leaf_rewritten_with_its_hash_is_named_within_its_tile(index, code, span):
    rewritten = exported([*ENTRIES[:index], bytes(32), *ENTRIES[index + 1 :]])
    files = {**rewritten, "tile/1/000.p/2": exported()["tile/1/000.p/2"]}
    ((said, params),) = found(files)
    assert (said, (params["start"], params["end"])) == (code, span)


@pytest.mark.parametrize("path", sorted(exported()))
@pytest.mark.parametrize("change", ["gone", "empty", "cut", "longer"])
def test_a_tile_that_is_gone_cut_or_longer_is_named(path, change):
    files = exported()
    changes = {"empty": b"", "cut": files[path][:-1], "longer": files[path] + files[path][-32:]}
    if change == "gone":
        del files[path]
    else:
        files[path] = changes[change]
    ((code, params),) = found(files)
    assert (code, params["path"]) == ("ledger.tile-wrong", path)


def test_another_root_is_told():
    assert [code for code, _ in found(exported(), root=bytes(32))] == ["ledger.tiles-root"]
