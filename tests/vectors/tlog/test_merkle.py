# SPDX-License-Identifier: MIT
"""The Merkle vectors of transparency-dev/merkle: what must verify does, what must not does not."""

from __future__ import annotations

import base64
import json

import pytest

from tasuki.base.errors import InputError
from tasuki.formats.tlog import merkle

ADJUDICATED = {
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json": "roots of 12 bytes; RFC 6962 has 32",
    "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json": "the same 12-byte roots",
}


def _bytes(text):
    return base64.b64decode(text or "")


def _hashes(rows):
    return [_bytes(each) for each in rows or ()]


def _inclusion(row):
    merkle.verify_inclusion(
        index=row["leafIdx"],
        size=row["treeSize"],
        leaf=_bytes(row["leafHash"]),
        proof=_hashes(row["proof"]),
        root_hash=_bytes(row["root"]),
    )


def _consistency(row):
    merkle.verify_consistency(
        old=row["size1"],
        new=row["size2"],
        old_root=_bytes(row["root1"]),
        new_root=_bytes(row["root2"]),
        proof=_hashes(row["proof"]),
    )


def _subtree_inclusion(row):
    merkle.verify_subtree_inclusion(
        index=row["leafIdx"],
        start=row["start"],
        end=row["end"],
        leaf=_bytes(row["leafHash"]),
        proof=_hashes(row["proof"]),
        root_hash=_bytes(row["root"]),
    )


def _subtree_consistency(row):
    merkle.verify_subtree_consistency(
        start=row["start"],
        end=row["end"],
        size=row["size"],
        subtree_root=_bytes(row["root1"]),
        root_hash=_bytes(row["root2"]),
        proof=_hashes(row["proof"]),
    )


@pytest.mark.parametrize(
    ("name", "verify"),
    [
        ("inclusion", _inclusion),
        ("consistency", _consistency),
        ("subtreeinclusion", _subtree_inclusion),
        ("subtreeconsistency", _subtree_consistency),
    ],
)
def test_every_vector_is_judged_as_it_says(data, name, verify):
    rows = json.loads((data / "security" / "merkle" / f"{name}.json").read_text())
    wrong = []
    for row in rows:
        try:
            verify(row)
            failed = False
        except InputError:
            failed = True
        expected = True if row["file"] in ADJUDICATED else row["wantErr"]
        if failed is not expected:
            wrong.append((row["file"], row["desc"]))
    assert rows
    assert not wrong


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 33])
def test_own_proofs_verify_for_every_index_and_older_size(size):
    leaves = [merkle.leaf_hash(bytes([i])) for i in range(size)]
    top = merkle.root(leaves)

    def subtree(start, end):
        return merkle.root(leaves[start:end])

    frontier = []
    for count, leaf in enumerate(leaves):
        proof = merkle.inclusion_proof(count, size, subtree)
        merkle.verify_inclusion(index=count, size=size, leaf=leaf, proof=proof, root_hash=top)
        older = merkle.root(leaves[: count + 1])
        proof = merkle.consistency_proof(count + 1, size, subtree)
        merkle.verify_consistency(old=count + 1, new=size, old_root=older, new_root=top, proof=proof)
        frontier = merkle.grow(frontier, count, leaf)
        assert merkle.root_of_frontier(frontier) == older
