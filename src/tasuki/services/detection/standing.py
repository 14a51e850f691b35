# SPDX-License-Identifier: MIT
"""The live set as others see it: kept up to date by its loop, asked about one indicator or as a whole."""

from __future__ import annotations

import threading
from typing import Final

import orjson

from tasuki.base.errors import WorldError
from tasuki.core.holdings.handling import handling_from_json
from tasuki.core.markings.uses import USES, uses
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED
from tasuki.store import detection, release

LOOP: Final = "match"
"""The loop's name in health."""

_LONGEST_WAIT_S: Final = 1.0
"""Another process of this node may commit without waking this one."""


def usable(node: Node, stix_id: str) -> dict[str, object]:
    """Say whether an indicator can match here, since when, and what it may be used for.

    Since is in microseconds since 1970, None if long ago. The uses are those of the release policy, section 9; what
    is not held, not in use any more, revoked, or cannot be opened may be used for nothing.
    """
    node.matching.catch_up(node)
    return {
        "id": stix_id,
        "usable": stix_id in node.matching.compiled,
        "since": node.matching.usable_at(stix_id),
        "uses": allowed_uses(node, stix_id),
    }


def allowed_uses(node: Node, stix_id: str) -> list[str]:
    """Return what an indicator may be used for, in the order of the policy."""
    with node.database.read() as connection:
        held = detection.newest(connection, [stix_id])
        known = release.closures(connection, [stix_id]).get(stix_id)
        if not held or known is None or not _stands(node, held[0]):
            return []
        pap = node.labels.label(connection, known[1]).pap
    allowed = uses(pap, handling_from_json(orjson.loads(held[0].handling)).permitted_use)
    return [each for each in USES if each in allowed]


def _stands(node: Node, sealed: detection.SealedIndicator) -> bool:
    """Whether an indicator can be opened and was not revoked."""
    try:
        obj = orjson.loads(node.vault.open(sealed.ciphertext, sealed.wrapped, sealed.digest))
    except WorldError:
        return False
    return obj.get("revoked") is not True


def overview(node: Node) -> dict[str, object]:
    """Say how many indicators this node matches with, and how many it holds but cannot match."""
    node.matching.catch_up(node)
    compiled = node.matching.compiled
    return {
        "indicators": len(compiled),
        "not_compiled": len(compiled.not_compiled),
        "unreadable": len(node.matching.unreadable),
    }


def run_matching(node: Node, stop: threading.Event) -> None:
    """Keep the live set up to date until `stop` is set; woken by what is committed."""
    seen = node.signals.seen(ARRIVED)
    while not stop.is_set():
        node.matching.catch_up(node)
        node.pulses.done(LOOP, node.clock.now())
        seen = node.signals.wait(ARRIVED, seen, _LONGEST_WAIT_S)
