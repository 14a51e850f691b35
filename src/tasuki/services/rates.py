# SPDX-License-Identifier: MIT
"""How many envelopes each partner sent lately, by lane; in memory, since a node that starts anew has time."""

from __future__ import annotations

import threading

from tasuki.core.channel.quotas import Bucket, take


class Rates:
    """A bucket for each partner and kind of lane."""

    def __init__(self) -> None:
        """Start with full buckets."""
        self._guard = threading.Lock()
        self._buckets: dict[tuple[str, bool], Bucket] = {}

    def wait_s(self, partner: str, a_minute: int, now: float, *, urgent: bool) -> int:
        """Count one envelope of a partner; return 0, or after how many seconds it may come."""
        with self._guard:
            self._buckets[partner, urgent], seconds = take(self._buckets.get((partner, urgent)), a_minute, now)
            return seconds
