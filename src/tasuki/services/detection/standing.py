# SPDX-License-Identifier: MIT
"""The live set as others see it: kept up to date by its loop, asked about one indicator or as a whole."""

from __future__ import annotations

import threading
from typing import Final

from tasuki.services.node import Node
from tasuki.services.signals import ARRIVED

LOOP: Final = "match"
"""The loop's name in health."""

_LONGEST_WAIT_S: Final = 1.0
"""Another process of this node may commit without waking this one."""


def usable(node: Node, stix_id: str) -> dict[str, object]:
    """Say whether an indicator can match here, and since when (microseconds since 1970; None if long ago)."""
    node.matching.catch_up(node)
    return {"id": stix_id, "usable": stix_id in node.matching.compiled, "since": node.matching.usable_at(stix_id)}


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
