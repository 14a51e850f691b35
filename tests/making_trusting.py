# SPDX-License-Identifier: MIT
"""Joins whole nodes that know each other by trust metadata, with real certificates, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from making_ledger import receive as receive_rest
from making_nodes import Hands, Wire, make_node
from tasuki.adapters import tls
from tasuki.adapters.clock import Entropy
from tasuki.adapters.keyfiles import create_role_keys, load_keys
from tasuki.adapters.signer import Signer
from tasuki.core.partners.trust import write_chain
from tasuki.core.release.released import Released
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import partners, trust
from tasuki.services.node import Node
from tasuki.services.node.own import Own
from tasuki.services.trust.beginning import Beginning, begin
from tasuki.store import trust as store

STRANGER = 403
PEOPLE = ("Aoki", "Brown")


def receive(node: Node, certificate: bytes, path: str, body: bytes) -> bytes | tuple[int, bytes]:
    """Answer as the exchange face would: the partner is who presents its certificate."""
    partner = partners.certificates(node).get(certificate)
    if partner is None:
        return STRANGER, b""
    if path == trust.PATH:
        return trust.answer(node, partner, body).bytes_for(partner.name.participant)
    return receive_rest(node, certificate, path, body)


@dataclass
class PinnedWire(Wire):
    """A wire that presents the certificate in use, and refuses a partner whose certificate is not pinned."""

    directory: Path = Path()

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        """Carry a request between two nodes, each pinning the other."""
        other = self.peers[str(partner.name)]
        assert tls.load_certificate(other.directory) in partner.certificates, "the partner's certificate is not pinned"
        self.certificate = tls.load_certificate(self.directory)
        return super().post(partner, path, body)


def give_trust(node: Node) -> None:
    """Give a node that has only its anchor trust metadata, with every role in its own hands."""
    now = node.clock.now()
    role_keys = create_role_keys(node.directory, Entropy(), now)
    signer = Signer.in_process(node.me, load_keys(node.directory), node.directory)
    # Whoever holds the node holds its signer too, and from now on it knows the new keys.
    node.signer.__dict__.update(signer.__dict__)
    _keep(node, begin(node.anchor, (*node.anchor.keys, *role_keys), str(node.home), signer.sign_trust))


def _keep(node: Node, first: Beginning) -> None:
    def keep(connection):
        store.keep(connection, write_chain(first.chain), 0, node.clock.now())
        store.add_keys(connection, first.node_keys, 1, node.clock.now())

    node.database.write(keep)
    trust.load(node)


def trusting_node(directory: Path, name: str, hands: Hands, **more) -> Node:
    """Return a node with trust metadata: it holds every role itself."""
    made = make_node(directory, name, receive, hands=hands, **more)
    role_keys = create_role_keys(directory, Entropy(), hands.now)
    certificate = tls.create_certificate(directory, made.me, made.anchor.endpoint, hands.now)
    signer = Signer.in_process(made.me, load_keys(directory), directory)
    anchor = replace(made.anchor, tls_certificate=certificate)
    wire = PinnedWire(receive=receive, certificate=certificate, directory=directory)
    node = replace(made, signer=signer, own=Own(anchor), link=wire)
    first = begin(anchor, (*anchor.keys, *role_keys), str(made.home), signer.sign_trust)

    def keep(connection):
        store.keep(connection, write_chain(first.chain), 0, hands.now)
        store.add_keys(connection, first.node_keys, 1, hands.now)

    node.database.write(keep)
    trust.load(node)
    return node


def join(one: Node, other: Node) -> None:
    """Let two nodes compare each other's trust files and reach each other."""
    for node, peer in ((one, other), (other, one)):
        partners.add(node, partners.export_trust(peer).body)
        node.link.peers[str(peer.me)] = peer
    for node, peer in ((one, other), (other, one)):
        partners.compare(node, peer.me.participant, partners.own_anchor(peer).words, PEOPLE)
    settled(one, other)


def settled(one: Node, other: Node) -> None:
    """Have both exchange metadata until neither has anything new for the other."""
    for _ in range(3):
        trust.exchange(one, other.me.participant)
        trust.exchange(other, one.me.participant)


@contextmanager
def trusting(directory: Path, hands: Hands | None = None) -> Iterator[tuple[Node, Node]]:
    """Give the UK's and Japan's node, joined by trust metadata."""
    hands = hands or Hands()
    nodes = tuple(trusting_node(directory / name[:3], name, hands) for name in ("GBR/gbr-1", "JPN/jpn-1"))
    try:
        join(*nodes)
        yield nodes
    finally:
        for node in nodes:
            node.database.close()
