# SPDX-License-Identifier: MIT
"""Inclusion, against trees computed by the definition."""

import pytest

from tasuki_verify.tree import includes, leaf_hash, node_hash

SIZES = range(1, 34)


def root(entries):
    """RFC 6962 section 2.1: split at the largest power of two below the size."""
    if len(entries) == 1:
        return leaf_hash(entries[0])
    split = 1 << (len(entries) - 1).bit_length() - 1
    return node_hash(root(entries[:split]), root(entries[split:]))


def path(index, entries):
    """RFC 6962 section 2.1.1."""
    if len(entries) == 1:
        return []
    split = 1 << (len(entries) - 1).bit_length() - 1
    if index < split:
        return [*path(index, entries[:split]), root(entries[split:])]
    return [*path(index - split, entries[split:]), root(entries[:split])]


@pytest.mark.parametrize("size", SIZES)
def test_every_entry_is_included_where_it_is_and_nowhere_else(size):
    entries = [b"%d" % number for number in range(size)]
    top = root(entries)
    for index, entry in enumerate(entries):
        proof = path(index, entries)
        assert includes(entry, index, size, proof, top)
        assert not any(includes(entry, other, size, proof, top) for other in range(-1, size + 2) if other != index)
        assert not includes(entry, index, size, [*proof, bytes(32)], top)
        assert not includes(b"other", index, size, proof, top)
        assert not includes(entry, index, size, proof, bytes(32))
        if proof:
            assert not includes(entry, index, size, proof[:-1], top)


def test_an_empty_log_includes_nothing():
    assert not includes(b"", 0, 0, [], leaf_hash(b""))
