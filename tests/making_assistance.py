# SPDX-License-Identifier: MIT
"""Two nodes of the partnership as it ships, and the statements tests let them exchange."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from making_nodes import NOW, Hands, two_nodes
from tasuki.app.config import profile_text
from tasuki.base.ids import Audience
from tasuki.core.assistance.acts import Asking, Office
from tasuki.core.holdings.handling import BASES
from tasuki.core.partners.profile import parse_profile
from tasuki.core.release.rules import Gate, rules_for
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix import build
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import intake
from tasuki.services.channel import sync
from tasuki.services.channel.accepting import accept
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.store import ledger

PROFILE = parse_profile(tomllib.loads(profile_text("japan-uk")))
CREATOR = "identity--00000000-0000-4000-8000-000000000001"
LONDON = Office(office="NCSC duty desk")
TOKYO = Office(office="NCO duty desk", role="watch-lead")


@dataclass
class Bench:
    """Both sides, and the clock they share."""

    gbr: Node
    jpn: Node
    hands: Hands

    def carry(self) -> None:
        """Let everything that waits travel, both ways, until nothing does."""
        while sync(self.jpn, "GBR") + sync(self.gbr, "JPN"):
            pass


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """Give Japan's and the UK's node under the profile that ships."""
    hands = Hands()
    with two_nodes(folder, _receive, hands=hands) as pair:
        gbr, jpn = (
            replace(node, profile=PROFILE, gate=Gate(rules_for(PROFILE, node.home)), labels=node.labels)
            for node in pair
        )
        gbr.link.peers[str(jpn.me)] = jpn
        jpn.link.peers[str(gbr.me)] = gbr
        yield Bench(gbr=gbr, jpn=jpn, hands=hands)


def _receive(node: Node, certificate: bytes, _path: str, body: bytes) -> bytes:
    return accept(node, certificate, body).body


def asking(**changes: Any) -> Asking:
    """Return a request of Tokyo to London, with some parts changed."""
    said = {
        "to": Audience.parse("GBR/ncsc:csirt"),
        "trigger": "ransomware",
        "severity": "3",
        "wanted": ("indicators", "hunt", "analysis"),
        "consent": "anonymous",
        "summary": "Shipments of a food maker stopped; seeking servers related to the ransomware.",
        "effects": ("disruptive",),
    }
    return Asking(**{**said, **changes})


def arrive(node: Node, source: str, *raws: bytes) -> None:
    """Let a node hold objects as if `source` had handed them over, and the identity that made them."""
    originator = node.me.participant if source == LOCAL else source
    terms = Terms(source=source, originator=originator, handling=BASES["own-analysis"], levels=("amber",))
    maker = build.identity(CREATOR, "Fictional desk", NOW, markings=[marking_id("clear")])
    pieces = [Piece(place=str(number), raw=raw) for number, raw in enumerate((maker, *raws))]
    intake.import_pieces(node, pieces, terms)


def audited(node: Node) -> list[str]:
    """Return the kinds of entries in a node's private log."""
    with node.database.read() as connection:
        return [leaf.kind for leaf in ledger.leaves(connection, "audit", 0, 10_000)]
