# SPDX-License-Identifier: MIT
"""How often each partner asked lately, by what it asks; in memory, since a node that starts anew has time."""

from __future__ import annotations

import threading

from tasuki.core.channel.quotas import Bucket, take


class Rates:
    """A bucket for each partner and thing it may ask."""

    def __init__(self) -> None:
        """Start with full buckets."""
        self._guard = threading.Lock()
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def wait_s(self, partner: str, what: str, a_minute: int, now: float) -> int:
        """Count one request of a partner; return 0, or after how many seconds it may come.

        `what` comes from this node's own lists, never from a peer: it is kept for ever.
        """
        with self._guard:
            self._buckets[partner, what], seconds = take(self._buckets.get((partner, what)), a_minute, now)
            return seconds
