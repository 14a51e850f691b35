# SPDX-License-Identifier: MIT
"""Merkle trees: hashes, roots, and the proofs that something is in a tree and that a tree only grew.

Source: RFC 6962 section 2.1, RFC 9162 section 2.1; subtrees: draft-ietf-plants-merkle-tree-certs section 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from tasuki.base.errors import InputError
from tasuki.formats.tlog.reasons import PROOF

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(frontier: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Return the frontier after one more leaf hash.

    The frontier holds the roots of the perfect subtrees of a tree of `size` leaves, largest first: one per set bit.
    """
    merged = completed(frontier, size, leaf)
    return [*frontier[: len(frontier) - len(merged) + 1], merged[-1]]


def completed(frontier: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Return the roots of the perfect subtrees that end with one more leaf hash: over 1, 2, 4... leaves."""
    roots = [leaf]
    while size & 1:
        roots.append(node_hash(frontier[-len(roots)], roots[-1]))
        size >>= 1
    return roots


def root_of_frontier(frontier: Sequence[bytes]) -> bytes:
    """Return the root of the tree whose frontier this is."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    level = list(leaves)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


Range = Callable[[int, int], bytes]
"""From (start, end) to the root of the leaves in between; the store answers perfect ranges from tiles."""


def inclusion_proof(index: int, size: int, subtree: Range) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves, leaf to root."""
    return _path(index, 0, size, subtree)


def _path(index: int, start: int, end: int, subtree: Range) -> list[bytes]:
    proof: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, subtree: Range) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new` leaves.

    Raises:
        ValueError: `old` is larger than `new`.
    """
    if not 0 <= old <= new:
        message = f"expected an old size from 0 to {new}, found {old}"
        raise ValueError(message)
    if old in (0, new):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(subtree(start, end))
    return proof[::-1]


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Check that a leaf hash stands at `index` in the tree of `size` leaves with this root.

    Raises:
        InputError: it does not.
    """
    verify_subtree_inclusion(index=index, start=0, end=size, leaf=leaf, proof=proof, root_hash=root_hash)


def verify_subtree_inclusion(
    *, index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes
) -> None:
    """Check that a leaf hash stands at `index` in the subtree over [start, end).

    Raises:
        InputError: it does not.
    """
    if not is_subtree(start, end) or not start <= index < end:
        _fail("inclusion", "the index lies outside the tree")
    node, last, found = index - start, end - start - 1, leaf
    for sibling in _sized([leaf, root_hash, *proof], "inclusion")[2:]:
        if last == 0:
            _fail("inclusion", "too many hashes")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        _fail("inclusion", "too few hashes")
    if found != root_hash:
        _fail("inclusion", "another root")


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `old` leaves is the beginning of that of `new` leaves.

    Raises:
        InputError: it is not.
    """
    if old > new or old < 0:
        _fail("consistency", "the log shrank")
    if old == 0 and (new or proof or old_root != EMPTY_ROOT or new_root != EMPTY_ROOT):
        _fail("consistency", "nothing can be proved from the empty tree")
    if old == 0:
        return
    verify_subtree_consistency(start=0, end=old, size=new, subtree_root=old_root, root_hash=new_root, proof=proof)


def verify_subtree_consistency(
    *, start: int, end: int, size: int, subtree_root: bytes, root_hash: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the subtree over [start, end) is part of the tree of `size` leaves.

    Raises:
        InputError: it is not.
    """
    if start == end and start <= size and not proof and subtree_root == EMPTY_ROOT:
        return
    if not is_subtree(start, end) or end > size:
        _fail("consistency", "no such subtree")
    first, second, last = start, end - 1, size - 1
    while first != second and (second == last or second & 1):
        first, second, last = first >> 1, second >> 1, last >> 1
    rest = _sized([subtree_root, root_hash, *proof], "consistency")[2:]
    seed = subtree_root
    if first != second:
        if not rest:
            _fail("consistency", "too few hashes")
        seed = rest.pop(0)
    below, above, left = _climb(seed, rest, first, second, last)
    if left != 0:
        _fail("consistency", "too few hashes")
    if below != subtree_root or above != root_hash:
        _fail("consistency", "another root")


def _climb(seed: bytes, rest: list[bytes], first: int, second: int, last: int) -> tuple[bytes, bytes, int]:
    """Fold siblings into the subtree's root and the tree's; return both and how many levels are left."""
    below = above = seed
    for sibling in rest:
        if last == 0:
            _fail("consistency", "too many hashes")
        if second & 1 or second == last:
            below = node_hash(sibling, below) if first < second else below
            above = node_hash(sibling, above)
            while not second & 1 and second:
                first, second, last = first >> 1, second >> 1, last >> 1
        else:
            above = node_hash(above, sibling)
        first, second, last = first >> 1, second >> 1, last >> 1
    return below, above, last


def is_subtree(start: int, end: int) -> bool:
    """Whether [start, end) can be a subtree: not empty, and aligned to its size rounded up to a power of two."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def _sized(hashes: list[bytes], proof: str) -> list[bytes]:
    if any(len(each) != HASH_BYTES for each in hashes):
        _fail(proof, "a hash that is not 32 bytes")
    return hashes


def _fail(proof: str, found: str) -> NoReturn:
    raise InputError(PROOF.because(proof=proof, found=found))
