# SPDX-License-Identifier: MIT
"""Leaves: salted commitments, so that a log can be shown and cosigned without being read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.formats.tlog.merkle import leaf_hash

AUDIT: Final = "audit"
"""The name of the private log of every act; the partner never sees it."""

PAIR: Final = "pair:"
"""What the names of the logs kept with partners start with."""

MIRROR: Final = "mirror:"
"""What the names of the partners' logs start with, as mirrored here."""

SALT_BYTES: Final = 32


def pair_log(partner: str) -> str:
    """Return the name of the log kept with one partner."""
    return f"{PAIR}{partner}"


def mirror_log(partner: str) -> str:
    """Return the name under which a partner's pair log is mirrored here: leaves we hold and never sign."""
    return f"{MIRROR}{partner}"


def witness_name(node: str) -> str:
    """Return the name under which a node cosigns, such as `tasuki/JPN/jpn-1/witness`."""
    return f"tasuki/{node}/witness"


def origin(node: str, log: str) -> str:
    """Return the origin line of a log's checkpoints, such as `tasuki/GBR/gbr-1/pair/JPN`."""
    return f"tasuki/{node}/{log.replace(':', '/')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf of a log.

    Attributes:
        salt: 32 bytes nobody can guess; without it the leaf says nothing.
        body: what the leaf commits to, together with `kind`.
    """

    index: int
    kind: str
    salt: bytes
    body: Mapping[str, Json]

    @property
    def commitment(self) -> bytes:
        """The leaf's data in the log: SHA-256 over salt and canonical content."""
        return commit(self.salt, self.kind, self.body)


def commit(salt: bytes, kind: str, body: Mapping[str, Json]) -> bytes:
    """Return the commitment to a leaf's content: SHA-256 over salt and the canonical `{"body", "kind"}`."""
    return commit_stored(salt, kind, canonical(dict(body)))


def commit_stored(salt: bytes, kind: str, body: bytes) -> bytes:
    """Return the commitment to a leaf whose body is already in its canonical bytes."""
    return hashlib.sha256(b"".join((salt, b'{"body":', body, b',"kind":', canonical(kind), b"}"))).digest()


def hash_stored(salt: bytes, kind: str, body: bytes) -> bytes:
    """Return the Merkle leaf hash of a leaf whose body is already in its canonical bytes."""
    return leaf_hash(commit_stored(salt, kind, body))
