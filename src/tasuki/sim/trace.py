# SPDX-License-Identifier: MIT
"""The trace of a run: every event in its order, and the digest by which two runs are the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from tasuki.sim.clocks import Time


@dataclass(slots=True)
class Trace:
    """What happened, one line an event.

    Attributes:
        exact: bytes count too: a line about bytes names their digest. Not where real keys draw chance.
    """

    time: Time
    exact: bool
    lines: list[str] = field(default_factory=list)

    def note(self, who: str, what: str, content: bytes | None = None) -> None:
        """Add an event."""
        digest = "" if content is None or not self.exact else f" {hashlib.sha256(content).hexdigest()[:16]}"
        self.lines.append(f"{self.time.now:%dT%H:%M:%S.%f} {who} {what}{digest}")

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    def tail(self, count: int) -> list[str]:
        """Return the last lines."""
        return self.lines[-count:]
