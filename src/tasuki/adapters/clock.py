# SPDX-License-Identifier: MIT
"""Where time and chance come from; the bench puts its own in their place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The node's sense of time: `now()` is aware UTC, `monotonic()` counts seconds and never goes back."""

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Entropy:
    """The node's dice: `draw(n)` gives n bytes fit for keys and salts."""

    draw: Callable[[int], bytes] = os.urandom
