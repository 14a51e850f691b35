# SPDX-License-Identifier: MIT
"""Laws of the tree: what was appended is proved, what was changed is not, at every size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.tlog import merkle

SIZES = st.integers(min_value=1, max_value=600)


def _leaves(size):
    return [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


LEAVES = _leaves(601)


def _subtree(start, end):
    return merkle.root(LEAVES[start:end])


def _root(size):
    return merkle.root(LEAVES[:size])


def _flip(raw, bit):
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


@st.composite
def _places(draw):
    size = draw(SIZES)
    return draw(st.integers(0, size - 1)), size


@st.composite
def _pairs(draw):
    new = draw(SIZES)
    return draw(st.integers(1, new)), new


@settings(max_examples=150, deadline=None)
@given(_places())
def test_what_was_appended_is_proved(place):
    index, size = place
    proof = merkle.inclusion_proof(index, size, _subtree)
    merkle.verify_inclusion(index=index, size=size, leaf=LEAVES[index], proof=proof, root_hash=_root(size))


@settings(max_examples=150, deadline=None)
@given(_pairs())
def test_a_log_that_only_grew_is_proved_from_any_size_to_any_other(pair):
    old, new = pair
    proof = merkle.consistency_proof(old, new, _subtree)
    merkle.verify_consistency(old=old, new=new, old_root=_root(old), new_root=_root(new), proof=proof)


@settings(max_examples=200, deadline=None)
@given(_places(), st.data())
def test_one_flipped_bit_anywhere_breaks_an_inclusion_proof(place, data):
    index, size = place
    parts = [LEAVES[index], _root(size), *merkle.inclusion_proof(index, size, _subtree)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = _flip(parts[which], data.draw(st.integers(0, 255)))
    leaf, top, *proof = parts
    with pytest.raises(InputError):
        merkle.verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root_hash=top)


@settings(max_examples=200, deadline=None)
@given(_pairs(), st.data())
def test_one_flipped_bit_anywhere_breaks_a_consistency_proof(pair, data):
    old, new = pair
    parts = [_root(old), _root(new), *merkle.consistency_proof(old, new, _subtree)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = _flip(parts[which], data.draw(st.integers(0, 255)))
    old_root, new_root, *proof = parts
    with pytest.raises(InputError):
        merkle.verify_consistency(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)


@settings(max_examples=150, deadline=None)
@given(_places(), st.integers(0, 600))
def test_a_proof_for_one_index_proves_no_other(place, other):
    index, size = place
    proof = merkle.inclusion_proof(index, size, _subtree)
    if other == index:
        return
    with pytest.raises(InputError):
        merkle.verify_inclusion(index=other, size=size, leaf=LEAVES[index], proof=proof, root_hash=_root(size))


@settings(max_examples=100, deadline=None)
@given(_pairs())
def test_a_rewritten_leaf_cannot_be_shown_as_growth(pair):
    old, new = pair
    rewritten = [merkle.leaf_hash(b"rewritten"), *LEAVES[1:new]]
    proof = merkle.consistency_proof(old, new, lambda start, end: merkle.root(rewritten[start:end]))
    with pytest.raises(InputError):
        merkle.verify_consistency(old=old, new=new, old_root=_root(old), new_root=merkle.root(rewritten), proof=proof)


def test_a_log_that_shrank_is_refused():
    with pytest.raises(InputError, match="shrank"):
        merkle.verify_consistency(old=3, new=2, old_root=_root(3), new_root=_root(2), proof=[])


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 600])
def test_the_growing_edge_gives_the_root_of_all_leaves(size):
    frontier: list[bytes] = []
    for count, leaf in enumerate(LEAVES[:size]):
        frontier = merkle.grow(frontier, count, leaf)
    assert merkle.root_of_frontier(frontier) == _root(size)
    assert len(frontier) == size.bit_count()


@pytest.mark.parametrize(("old", "new"), [(3, 2), (1, 0), (-1, 2), (10**30, 5)])
def test_there_is_no_proof_of_growth_from_a_larger_size(old, new):
    with pytest.raises(ValueError, match="expected an old size"):
        merkle.consistency_proof(old, new, _subtree)
