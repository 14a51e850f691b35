# SPDX-License-Identifier: MIT
"""Named mutexes within one process: who holds `out:JPN:bulk` seals that lane, and nobody else does."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Locks:
    """Mutexes by name; other processes are kept out by compare-and-swap in the database."""

    def __init__(self) -> None:
        """Start with every name free."""
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Hold `name` alone. Names come from this node's own lists, never from a peer: they are kept for ever."""
        with self._guard:
            lock = self._locks[name]
        with lock:
            yield
