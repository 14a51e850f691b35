# SPDX-License-Identifier: MIT
"""When each partner last confirmed that no other copy of this node has gone on."""

from __future__ import annotations

import threading


class Confirmations:
    """The confirmations of this process, by partner; nothing here is durable."""

    def __init__(self) -> None:
        """Start with none."""
        self._guard = threading.Lock()
        self._at: dict[str, float] = {}

    def age(self, partner: str, now: float) -> float | None:
        """Return the seconds since a partner's last confirmation; None where there was none."""
        with self._guard:
            at = self._at.get(partner)
        return None if at is None else now - at

    def note(self, partner: str, now: float) -> None:
        """Say that a partner confirmed."""
        with self._guard:
            self._at[partner] = now
