# SPDX-License-Identifier: MIT
"""Wake-ups within one process: what was committed wakes who waits for it, so that nothing polls."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

OUTBOX: Final = "outbox"
"""Something was put into the outbox: sealers wake."""

SEALED: Final = "sealed"
"""An envelope was sealed, or is to be sent again: senders wake."""

ARRIVED: Final = "arrived"
"""An envelope was taken in: what derives from holdings wakes."""

PARTNERS: Final = "partners"
"""A partner was added, trusted or ended."""


def reconciled(partner: str) -> str:
    """Return the topic of a partner that answered a statement: whoever waits for that partner wakes."""
    return f"reconciled:{partner}"


TRUST: Final = "trust"
"""This node published newer metadata, or a partner said it has: whoever exchanges it wakes."""


class Signals:
    """Named counters that only rise; waiting means: until this one has risen past what I saw."""

    def __init__(self) -> None:
        """Start with every counter at zero."""
        self._changed = threading.Condition()
        self._counts: Counter[str] = Counter()

    def seen(self, topic: str) -> int:
        """Return the counter of `topic`; take it before looking at the store, then wait for more."""
        with self._changed:
            return self._counts[topic]

    def raise_(self, topic: str) -> None:
        """Say that something of `topic` was committed."""
        with self._changed:
            self._counts[topic] += 1
            self._changed.notify_all()

    def wait(self, topic: str, seen: int, timeout_s: float) -> int:
        """Wait until `topic` has risen past `seen` or the time is up; return the counter then."""
        with self._changed:
            self._changed.wait_for(lambda: self._counts[topic] > seen, timeout_s)
            return self._counts[topic]
