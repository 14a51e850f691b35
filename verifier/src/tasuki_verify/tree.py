# SPDX-License-Identifier: MIT
"""Whether an entry stands at a place of a Merkle tree: RFC 6962 section 2.1, proof read as RFC 9162 section 2.1.3.2."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two trees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def includes(entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the entry at `index` of a tree of `size` leaves, with these neighbours, gives the root."""
    if not 0 <= index < size:
        return False
    place, last, top = index, size - 1, leaf_hash(entry)
    for neighbour in proof:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            top = node_hash(neighbour, top)
            # A last leaf without a right neighbour stands for itself on every level until it has a left one.
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            top = node_hash(top, neighbour)
        place, last = place // 2, last // 2
    return last == 0 and top == root
