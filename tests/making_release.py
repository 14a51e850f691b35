# SPDX-License-Identifier: MIT
"""Three nodes of the made-up partnership, joined in one process, and objects to share between them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from making_nodes import Hands, Receive, introduce, make_node
from making_profiles import THREE
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import HandlingBasis
from tasuki.core.markings.lattice import WIDEST
from tasuki.core.markings.model import Label
from tasuki.core.partners.profile import parse_profile
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix.tlp import marking_id
from tasuki.services.channel import accept, seal_next, sync
from tasuki.services.intake import ImportReport, import_pieces
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.store import holdings, ledger

PROFILE = parse_profile(tomllib.loads(THREE))
AAA, BBB, CCC = (Audience.parse(f"{each}/cert:csirt") for each in ("AAA", "BBB", "CCC"))
CREATED = "2026-02-01T00:00:00.000Z"
LATER = "2026-02-02T00:00:00.000Z"


def uid(kind: str, number: int) -> str:
    return f"{kind}--{number:08}-0000-4000-8000-000000000000"


def indicator(number: int = 1, *levels: str, modified: str = CREATED, **properties: Any) -> dict[str, Any]:
    """Return an indicator marked with TLP levels."""
    made = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": uid("indicator", number),
        "created": CREATED,
        "modified": modified,
        "pattern": f"[domain-name:value = 'n{number}.example']",
        "pattern_type": "stix",
        "valid_from": CREATED,
    }
    if levels:
        made["object_marking_refs"] = [marking_id(level) for level in levels]
    return {**made, **properties}


def report(number: int, *levels: str, **properties: Any) -> dict[str, Any]:
    """Return a report."""
    whole = {**indicator(number, *levels), "type": "report", "id": uid("report", number), "published": CREATED}
    for name in ("pattern", "pattern_type", "valid_from"):
        del whole[name]
    return {**whole, "name": f"report {number}", **properties}


def raw_of(obj: dict[str, Any]) -> bytes:
    return json.dumps(obj, ensure_ascii=False).encode()


def take_in(
    node: Node,
    *objects: dict[str, Any],
    levels: tuple[str, ...] = (),
    caveats: tuple[tuple[str, ...], ...] = (),
    handling: HandlingBasis = BASES["own-analysis"],
    besides: Label = WIDEST,
) -> ImportReport:
    """Import objects as this node's own."""
    terms = Terms(
        source=LOCAL,
        originator=node.me.participant,
        handling=handling,
        levels=levels,
        caveats=caveats,
        besides=besides,
    )
    pieces = [Piece(place=str(number), raw=raw_of(each)) for number, each in enumerate(objects)]
    done = import_pieces(node, pieces, terms)
    assert not done.quarantined
    return done


@dataclass
class Three:
    """The three nodes and the clock they share."""

    aaa: Node
    bbb: Node
    ccc: Node
    hands: Hands

    @property
    def all(self) -> tuple[Node, ...]:
        return self.aaa, self.bbb, self.ccc

    def carry(self) -> None:
        """Let everything that waits travel, every way, until nothing does; a moment passes each time."""
        while sum(sync(node, peer.me.participant) for node in self.all for peer in self.all if peer is not node):
            self.hands.now += timedelta(seconds=1)

    def seal(self, node: Node, partner: str, lane: str = "bulk") -> None:
        """Seal what waits on a lane, without sending it."""
        while seal_next(node, partner, lane):
            pass


def answer_envelopes(node: Node, certificate: bytes, _path: str, body: bytes) -> bytes:
    """Answer envelopes as the exchange face would."""
    return accept(node, certificate, body).body


@contextmanager
def three_nodes(folder: Path, receive: Receive = answer_envelopes) -> Iterator[Three]:
    """Give the nodes of AAA, BBB and CCC, introduced to each other."""
    hands = Hands()
    nodes = [
        make_node(folder / code, f"{code}/{code.lower()}-1", receive, hands=hands, under=PROFILE)
        for code in ("AAA", "BBB", "CCC")
    ]
    for one, other in combinations(nodes, 2):
        introduce(one, other)
    try:
        yield Three(*nodes, hands=hands)
    finally:
        for node in nodes:
            node.database.close()


def audited(node: Node, kind: str) -> list[dict[str, Any]]:
    """Return the bodies of the entries of one kind in a node's private log."""
    with node.database.read() as connection:
        leaves = ledger.leaves(connection, "audit", 0, 10_000)
    return [dict(leaf.body) for leaf in leaves if leaf.kind == kind]


def states(node: Node, stix_id: str) -> list[tuple[str, str]]:
    """Return (source, state) of every holding of an id, oldest first."""
    with node.database.read() as connection:
        return [(each.source, each.state.value) for each in holdings.history(connection, stix_id)]
