# SPDX-License-Identifier: MIT
"""A log written by our tiles is read, verified and proved by an independent program, and its proofs by ours."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales import backend, reader, tlog
from tlog_scales.signing import Vkey

from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import ED25519, Note, SignatureLine, make_key
from tasuki.formats.tlog.tiles import WIDTH, Tile, tiles_of, write_bundle

ORIGIN = "tasuki/GBR/gbr-1/pair/JPN"


def _write(folder, entries):
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    size = len(leaves)
    for tile in tiles_of(size):
        span = WIDTH**tile.level
        hashes = [merkle.root(leaves[n * span : (n + 1) * span]) for n in range(tile.first, tile.first + tile.width)]
        _put(folder, tile, b"".join(hashes))
        if tile.level == 0:
            bundle = write_bundle(entries[tile.first : tile.first + tile.width])
            _put(folder, Tile(level=None, index=tile.index, width=tile.width), bundle)
    return leaves, _checkpoint(folder, size, merkle.root(leaves))


def _put(folder, tile, content):
    path = folder / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _checkpoint(folder, size, root):
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = make_key(ORIGIN, ED25519, private.public_key().public_bytes_raw())
    text = Checkpoint(origin=ORIGIN, size=size, root=root).text
    line = SignatureLine(name=key.name, key_id=key.id, signature=private.sign(text.encode()))
    (folder / "checkpoint").write_bytes(Note(text=text, lines=(line,)).raw)
    return key


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000])
def test_another_program_reads_our_tiles_and_agrees_on_every_proof(tmp_path, size):
    entries = [f"entry {number}".encode() for number in range(size)]
    leaves, key = _write(tmp_path, entries)
    log = reader.TilesReader(backend.LocalBackend(tmp_path))
    checkpoint = log.get_checkpoint()
    checkpoint.verify(Vkey.from_string(key.text))
    assert log.calculate_root_hash() == merkle.root(leaves)
    for index in {0, size // 2, size - 1}:
        assert log.get_entry(index) == entries[index]
        proof = merkle.inclusion_proof(index, size, lambda start, end: merkle.root(leaves[start:end]))
        assert log.get_inclusion_proof(index, size).node_hashes == proof
    for old in {1, size // 2 or 1, size}:
        proof = merkle.consistency_proof(old, size, lambda start, end: merkle.root(leaves[start:end]))
        theirs = log.get_consistency_proof(old, size)
        assert theirs.node_hashes == proof
        theirs.check(merkle.root(leaves[:old]), merkle.root(leaves))


def test_the_other_program_refuses_what_we_refuse():
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(7)]
    proof = merkle.consistency_proof(3, 7, lambda start, end: merkle.root(leaves[start:end]))
    bent = tlog.ConsistencyProof(3, 7, [bytes(32), *proof[1:]])
    with pytest.raises(tlog.ConsistencyProofInvalid):
        bent.check(merkle.root(leaves[:3]), merkle.root(leaves))
