# SPDX-License-Identifier: MIT
"""How the loops of a running node fare: when each last got through, and what stopped it last."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from tasuki.base.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One loop.

    Attributes:
        done_at: when it last got through without an error; None if never.
        failures: errors in a row since then.
        last: the newest error, kept after it is over; None if there was none.
    """

    done_at: datetime | None = None
    failures: int = 0
    last: Reason | None = None
    failed_at: datetime | None = None


class Pulses:
    """The pulses of all loops of this process, by name; nothing here is durable."""

    def __init__(self) -> None:
        """Start with no loop."""
        self._guard = threading.Lock()
        self._pulses: dict[str, Pulse] = {}

    def done(self, name: str, at: datetime) -> None:
        """Say that a loop got through."""
        with self._guard:
            before = self._pulses.get(name, Pulse())
            self._pulses[name] = Pulse(done_at=at, last=before.last, failed_at=before.failed_at)

    def failed(self, name: str, reason: Reason, at: datetime) -> int:
        """Say that a loop was stopped by an error; return how many there were in a row."""
        with self._guard:
            before = self._pulses.get(name, Pulse())
            self._pulses[name] = Pulse(done_at=before.done_at, failures=before.failures + 1, last=reason, failed_at=at)
            return before.failures + 1

    def all(self) -> dict[str, Pulse]:
        """Return every loop's pulse now."""
        with self._guard:
            return dict(sorted(self._pulses.items()))
