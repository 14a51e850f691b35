# SPDX-License-Identifier: MIT
"""Runs a node whose clock is wrong: `python -m tasuki.sim.partner.skewed SECONDS|frozen serve DIRECTORY`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasuki.adapters.clock import Clock
from tasuki.app.serve import serve
from tasuki.app.wiring import World


def program(by: str) -> tuple[str, ...]:
    """Return the command line of a node whose clock is `by` seconds ahead, or stands still."""
    return sys.executable, "-m", "tasuki.sim.partner.skewed", by


def clock(by: str) -> Callable[[], datetime]:
    """Return a clock that is wrong by so many seconds, or stands still from now on."""
    if by == "frozen":
        moment = datetime.now(UTC)
        return lambda: moment
    shift = timedelta(seconds=float(by))
    return lambda: datetime.now(UTC) + shift


if __name__ == "__main__":
    serve(Path(sys.argv[3]), World(clock=Clock(now=clock(sys.argv[1]))))
