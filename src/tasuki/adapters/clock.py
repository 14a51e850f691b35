# SPDX-License-Identifier: MIT
"""Where time and chance come from; the bench puts its own in their place."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final


def _now() -> datetime:
    return datetime.now(UTC)


_PAGE: Final = 4096
"""Bytes asked of the system at a time; more than that in one draw goes to it directly."""


class _Chance:
    """The system's randomness, a page at a time: a system call for every body would cost more than sealing it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._page = b""
        self._used = 0
        # A child process must never draw what its parent draws.
        os.register_at_fork(after_in_child=self._start_anew)

    def draw(self, count: int) -> bytes:
        """Return bytes that nobody draws again."""
        if count > _PAGE:
            return os.urandom(count)
        with self._guard:
            if self._used + count > len(self._page):
                self._page, self._used = os.urandom(_PAGE), 0
            start, self._used = self._used, self._used + count
            return self._page[start : self._used]

    def _start_anew(self) -> None:
        self._guard = threading.Lock()
        self._page, self._used = b"", 0


_CHANCE: Final = _Chance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The node's sense of time: `now()` is aware UTC, `monotonic()` counts seconds and never goes back."""

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Entropy:
    """The node's dice: `draw(n)` gives n bytes fit for keys and salts."""

    draw: Callable[[int], bytes] = _CHANCE.draw
