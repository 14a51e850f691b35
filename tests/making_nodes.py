# SPDX-License-Identifier: MIT
"""Builds whole nodes for tests: real keys, a real database, and links that join them in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.journal import FILE as JOURNAL
from tasuki.adapters.journal import Journal
from tasuki.adapters.keyfiles import create_keys, load_keys
from tasuki.adapters.signer import Signer
from tasuki.adapters.vault import Vault
from tasuki.base.errors import WorldError
from tasuki.base.ids import Audience, NodeName
from tasuki.base.reasons import Text, kind
from tasuki.core.partners.model import Ceiling, Organisation, Participant, Profile
from tasuki.core.release.released import Released
from tasuki.core.release.rules import Gate, rules_for
from tasuki.formats.envelope.anchor import Anchor, anchor_statement, write_anchor
from tasuki.services import journal
from tasuki.services.node import Node
from tasuki.services.node.own import Own
from tasuki.services.node.signals import Signals
from tasuki.store import channel
from tasuki.store.database import METADATA, Database

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
UNREACHED = kind("test.unreached", en="The partner was not reached.", ja="相手に届きません。")
Receive = Callable[[Node, bytes, str, bytes], bytes]


@dataclass
class Hands:
    """A clock that moves only when told to."""

    now: datetime = NOW

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now)


@dataclass
class Wire:
    """A link between nodes of one process; `receive` is what the other side's exchange face would do."""

    receive: Receive
    certificate: bytes = b""
    peers: dict[str, Node] = field(default_factory=dict)
    cut: bool = False
    carried: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        if self.cut:
            raise WorldError(UNREACHED.because(), retry=True)
        content = body.bytes_for(partner.name.participant)
        self.carried.append((path, content))
        return self.receive(self.peers[str(partner.name)], self.certificate, path, content)

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        """Return status and body; what `receive` answers without a status is a 200."""
        answer = self.post(partner, path, body)
        return answer if isinstance(answer, tuple) else (200, answer)


def profile() -> Profile:
    """Return a small made-up partnership."""

    def participant(code: str, organisation: str) -> Participant:
        name = Text(en=code, ja=code)
        return Participant(
            id=code,
            name=name,
            organisations=(Organisation(id=organisation, name=name, capacities=("csirt",)),),
            ceiling=Ceiling(highest=Text(en="OFFICIAL", ja="OFFICIAL"), refused=("SECRET", "極秘")),
            severity=None,
        )

    return Profile(
        id="test",
        version=1,
        name=Text(en="Test", ja="試験"),
        participants=(participant("GBR", "ncsc"), participant("JPN", "nco")),
        community=(Audience.parse("GBR"), Audience.parse("JPN")),
        texts={},
        digest="a" * 64,
    )


def make_node(
    directory: Path,
    name: str,
    receive: Receive,
    *,
    url: str | None = None,
    hands: Hands | None = None,
    under: Profile | None = None,
) -> Node:
    """Return a node of its own directory, keys and database; close its database after use.

    Under another profile than `profile()`, the first organisation of the participant runs it, in its first capacity.
    """
    hands = hands or Hands()
    under = under or profile()
    me = NodeName.parse(name)
    directory.mkdir(parents=True, exist_ok=True)
    keys = create_keys(directory, Entropy(), hands.now - timedelta(days=1))
    signer = Signer.in_process(me, load_keys(directory))
    certificate = f"certificate of {name}".encode()
    anchor = Anchor(
        name=me,
        version=1,
        created=hands.now - timedelta(hours=1),
        expires=hands.now + timedelta(days=80),
        endpoint=f"https://127.0.0.1/{me.node}",
        tls_certificate=certificate,
        keys=keys,
        suite=1,
        min_suite=1,
        profile=under.digest,
    )
    database = Database(url or f"sqlite:///{directory / 'node.db'}")
    METADATA.create_all(database.engine)
    runs = under.participant(me.participant).organisations[0]
    home = Audience(me.participant, runs.id, runs.capacities[0])
    node = Node(
        directory=directory,
        me=me,
        home=home,
        profile=under,
        database=database,
        clock=hands.clock(),
        entropy=Entropy(),
        signals=Signals(),
        signer=signer,
        link=Wire(receive=receive, certificate=certificate),
        own=Own(anchor),
        vault=Vault(bytes(32), Entropy()),
        gate=Gate(rules_for(under, home)),
        journal=Journal(directory / JOURNAL, bytes(32), Entropy()),
    )
    journal.attach(node)
    return node


def anchor_file(node: Node) -> bytes:
    """Return the signed anchor of a node, as it would be handed over."""
    statement = anchor_statement(node.anchor)
    return write_anchor(statement, node.signer.sign_anchor(statement))


def introduce(one: Node, other: Node) -> None:
    """Let two nodes hold each other's anchor, compared, and reach each other."""
    for node, peer in ((one, other), (other, one)):
        raw = anchor_file(peer)

        def add(connection, peer=peer, raw=raw, node=node):
            channel.add_partner(
                connection, participant=peer.me.participant, node=str(peer.me), anchor=raw, at=node.clock.now()
            )
            channel.trust_partner(connection, participant=peer.me.participant, compared_by="test")

        node.database.write(add)
        node.link.peers[str(peer.me)] = peer


@contextmanager
def two_nodes(directory: Path, receive: Receive, *, hands: Hands | None = None) -> Iterator[tuple[Node, Node]]:
    """Give the UK's and Japan's node, introduced to each other."""
    hands = hands or Hands()
    nodes = tuple(make_node(directory / name[:3], name, receive, hands=hands) for name in ("GBR/gbr-1", "JPN/jpn-1"))
    introduce(*nodes)
    try:
        yield nodes
    finally:
        for node in nodes:
            node.database.close()
