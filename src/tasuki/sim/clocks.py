# SPDX-License-Identifier: MIT
"""Virtual time: one true time for the bench, and for each nation a clock that may be off, jump or stand still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tasuki.adapters.clock import Clock

BEGINNING: Final = datetime(2026, 3, 1, tzinfo=UTC)
"""When every run begins."""


@dataclass(slots=True)
class Time:
    """The true time, which no nation sees; only the bench moves it, and never back."""

    now: datetime = BEGINNING

    def reach(self, moment: datetime) -> None:
        """Move on to a moment, if it has not passed."""
        self.now = max(self.now, moment)


@dataclass(slots=True)
class Hands:
    """A nation's clock.

    Attributes:
        off: how far ahead of the true time it is.
        stopped: the moment it shows while it stands still.
    """

    time: Time
    off: timedelta = timedelta()
    stopped: datetime | None = None

    def now(self) -> datetime:
        """Return what the clock shows."""
        return self.stopped if self.stopped is not None else self.time.now + self.off

    def stop(self) -> None:
        """Stand still."""
        self.stopped = self.now()

    def start(self) -> None:
        """Go on from the true time."""
        self.stopped = None

    def clock(self) -> Clock:
        """Return it as the product takes it: seconds that are counted never go back, whatever the clock shows."""
        return Clock(now=self.now, monotonic=self._counted)

    def _counted(self) -> float:
        return (self.time.now - BEGINNING).total_seconds()
