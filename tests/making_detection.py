# SPDX-License-Identifier: MIT
"""Builds indicators as their creators write them, and lets nodes hold them from one source or another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from making_nodes import NOW
from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.core.holdings.handling import BASES
from tasuki.core.markings.labels import label_of
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix.tlp import marking_id
from tasuki.services.intake import import_pieces
from tasuki.services.labelling import Terms
from tasuki.services.node import Node

EVIL = "indicator--00000000-0000-4000-8000-000000000001"
OTHER = "indicator--00000000-0000-4000-8000-000000000002"


def indicator(stix_id: str = EVIL, value: str = "evil.example", hours: int = 0, **changes: Any) -> bytes:
    """Return an indicator for a domain; `hours` after the first version is its own version."""
    modified: datetime = NOW + timedelta(hours=hours)
    made: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": stix_id,
        "created": format_rfc3339(NOW),
        "modified": format_rfc3339(modified),
        "pattern": f"[domain-name:value = '{value}']",
        "pattern_type": "stix",
        "valid_from": format_rfc3339(NOW),
        "object_marking_refs": [marking_id("green")],
    }
    return canonical({**made, **changes})


def hold(node: Node, *raws: bytes, source: str = "local") -> None:
    """Let a node take in objects as its own people's or as a partner's."""
    given = None
    if source != "local":
        given = label_of(levels=["green"], caveats=(), blocked=(), originator=source)
    originator = node.me.participant if source == "local" else source
    terms = Terms(source=source, originator=originator, handling=BASES["open-source"], given=given)
    report = import_pieces(node, [Piece(place="x", raw=raw) for raw in raws], terms)
    assert not report.quarantined
