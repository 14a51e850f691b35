# SPDX-License-Identifier: MIT
"""How far the Merkle roots over a lane's envelopes are computed: a number that is spent never changes again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.core.reconciliation.sets import Way

Lane = tuple[str, Way, str, int]
"""Partner, way, lane and epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The growing edge of one tree.

    Attributes:
        last: the number up to which envelopes are in it.
        count: how many they are; `frontier` holds the roots of its perfect subtrees.
    """

    last: int
    count: int
    frontier: Sequence[bytes]


NOTHING: Final = Edge(last=0, count=0, frontier=())
"""The tree of a lane on which nothing was sent."""


class Sets:
    """The edges of this process, by lane; nothing here is durable, and what is forgotten is computed again."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._guard = threading.Lock()
        self._edges: dict[Lane, Edge] = {}

    def edge(self, lane: Lane) -> Edge:
        """Return the furthest edge known of a lane."""
        with self._guard:
            return self._edges.get(lane, NOTHING)

    def keep(self, lane: Lane, edge: Edge) -> None:
        """Keep an edge unless a further one is known."""
        with self._guard:
            if edge.last > self._edges.get(lane, NOTHING).last:
                self._edges[lane] = edge

    def forget(self, partner: str) -> None:
        """Forget what was computed for a partner, so that it is read from the store again."""
        with self._guard:
            self._edges = {lane: edge for lane, edge in self._edges.items() if lane[0] != partner}
