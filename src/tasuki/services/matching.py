# SPDX-License-Identifier: MIT
"""The live compiled set of a running node: follows the holdings by position, and forgets what is recalled."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import orjson

from tasuki.adapters.clock import Clock
from tasuki.adapters.vault import Vault
from tasuki.base.time import to_micros
from tasuki.core.detection.matchers import CompiledSet
from tasuki.store import holdings
from tasuki.store.database import Database

_BATCH: Final = 2000
_REMEMBERED: Final = 20_000


class Desk(Protocol):
    """What of a node matching reads: its store, its key to the bodies, its clock."""

    @property
    def database(self) -> Database:
        """The store."""

    @property
    def vault(self) -> Vault:
        """Opens bodies."""

    @property
    def clock(self) -> Clock:
        """Says when something became usable."""


class Matching:
    """What this process matches with; `catch_up` brings it to the last commit."""

    def __init__(self) -> None:
        """Start empty; nothing is read before the first `catch_up`."""
        self.compiled = CompiledSet()
        self._lock = threading.Lock()
        self._position = 0
        self._recalled_at = 0
        self._usable: OrderedDict[str, int] = OrderedDict()

    @contextmanager
    def held(self) -> Iterator[CompiledSet]:
        """Give the compiled set while nobody changes it."""
        with self._lock:
            yield self.compiled

    def usable_at(self, stix_id: str) -> int | None:
        """Return when an indicator became usable here, in microseconds since 1970; None if not, or long ago."""
        return self._usable.get(stix_id) if stix_id in self.compiled else None

    def catch_up(self, desk: Desk) -> int:
        """Take in what was committed since; return how many indicators came or went."""
        with self._lock:
            return self._forget(desk) + self._learn(desk)

    def _learn(self, desk: Desk) -> int:
        learnt = 0
        while True:
            with desk.database.read() as connection:
                bodies = holdings.sealed_after(connection, self._position, _BATCH, ("indicator",))
                top = holdings.top(connection)
            for body in bodies:
                learnt += 1
                obj = orjson.loads(desk.vault.open(body.ciphertext, body.wrapped, body.digest))
                self._take(desk, body.stix_id, obj)
            self._position = bodies[-1].position if len(bodies) == _BATCH else max(self._position, top)
            if len(bodies) < _BATCH:
                return learnt

    def _take(self, desk: Desk, stix_id: str, obj: dict[str, object]) -> None:
        if obj.get("revoked") is True or obj.get("pattern_type", "stix") != "stix":
            self.compiled.remove(stix_id)
            return
        if self.compiled.add_pattern(stix_id, str(obj.get("pattern", ""))):
            self._usable[stix_id] = to_micros(desk.clock.now())
            if len(self._usable) > _REMEMBERED:
                self._usable.popitem(last=False)

    def _forget(self, desk: Desk) -> int:
        with desk.database.read() as connection:
            gone = holdings.buried_since(connection, self._recalled_at)
            ids = {stix_id for stix_id, _ in gone}
            still = {each.stix_id for each in holdings.latest(connection, ids)} if ids else set()
        if gone:
            self._recalled_at = max(at for _, at in gone)
        return sum(self.compiled.remove(stix_id) for stix_id in ids - still)
