# SPDX-License-Identifier: MIT
"""With whom a node deals, on which lanes, under which suite at least.

Spec: docs/spec/trust.md section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.formats.suites.fields import Fields
from tasuki.formats.trust.reasons import TWICE
from tasuki.formats.trust.statement import (
    KEYS,
    PEERS,
    ROOT,
    Head,
    Signed,
    fields_of,
    head_json,
    read_head,
    read_versions,
)

MAX_PEERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One partner a node deals with; whom it means is opened to that one alone.

    Attributes:
        commit: commitment to the partner, in hex; see `Opening`.
        lanes: names of the lanes in use.
    """

    commit: str
    lanes: frozenset[str]
    min_suite: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """One version of a node's peers.

    Attributes:
        beside: versions of `root` and `keys` in force when it was made (member `with`).
        peers: by commitment.
    """

    head: Head
    beside: Mapping[str, int]
    peers: Mapping[str, Peer]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPeers:
    """A statement of peers as it was signed."""

    peers: Peers
    signed: Signed


def peers_statement(peers: Peers) -> bytes:
    """Return the canonical bytes of a statement of peers."""
    listed: list[Json] = [_json(each) for _, each in sorted(peers.peers.items())]
    beside: dict[str, Json] = {ROOT: peers.beside[ROOT], KEYS: peers.beside[KEYS]}
    return canonical({**head_json(peers.head), "with": beside, "peers": listed})


def read_peers(signed: Signed) -> SignedPeers:
    """Return the peers that a statement states; no signature is verified.

    Raises:
        PeerError: a member is not as the spec says, or a peer stands twice.
    """
    fields = fields_of(signed, PEERS)
    found: dict[str, Peer] = {}
    for entry in fields.objects("peers", MAX_PEERS):
        peer = _peer(Fields(entry, "peer"))
        if peer.commit in found:
            raise PeerError(TWICE.because(what="peer", found=peer.commit[:32]))
        found[peer.commit] = peer
    head = read_head(fields, PEERS)
    peers = Peers(head=head, beside=read_versions(fields, "with", (ROOT, KEYS)), peers=found)
    return SignedPeers(peers=peers, signed=signed)


def _json(peer: Peer) -> dict[str, Json]:
    lanes: list[Json] = [*sorted(peer.lanes)]
    return {"commit": peer.commit, "lanes": lanes, "min_suite": peer.min_suite}


def _peer(fields: Fields) -> Peer:
    return Peer(
        commit=fields.hash("commit"),
        lanes=frozenset(fields.words("lanes")),
        min_suite=fields.integer("min_suite", 1),
    )
