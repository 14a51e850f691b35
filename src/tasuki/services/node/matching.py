# SPDX-License-Identifier: MIT
"""The live compiled set of a running node: follows the holdings by position, and forgets what leaves them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Final, Protocol

import orjson

from tasuki.adapters.clock import Clock
from tasuki.adapters.vault import Vault
from tasuki.base.errors import WorldError
from tasuki.base.time import to_micros
from tasuki.core.detection.matchers import CompiledSet
from tasuki.core.holdings.handling import handling_from_json
from tasuki.core.markings.uses import DETECT, uses
from tasuki.store import detection, holdings
from tasuki.store.database import Database
from tasuki.store.detection import SealedIndicator

_BATCH: Final = 2000
_REMEMBERED: Final = 20_000
"""Indicators of which is known when they became usable: the newest."""


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
    """What this process matches with; `catch_up` brings it to the last commit.

    The set may be asked at any time, also while it catches up: nobody waits for a hunt, and no hunt holds up a recall.

    Attributes:
        unreadable: indicators whose body could not be opened; they match nothing.
    """

    def __init__(self) -> None:
        """Start empty; nothing is read before the first `catch_up`."""
        self.compiled = CompiledSet()
        self.unreadable: set[str] = set()
        self._lock = threading.Lock()
        self._position = 0
        self._departed: int | None = None
        self._usable: OrderedDict[str, int] = OrderedDict()

    def usable_at(self, stix_id: str) -> int | None:
        """Return when an indicator became usable here, in microseconds since 1970; None if not, or long ago."""
        return self._usable.get(stix_id) if stix_id in self.compiled else None

    def catch_up(self, desk: Desk) -> int:
        """Take in what was committed since; return how many indicators were looked at."""
        with self._lock:
            return self._settle(desk) + self._learn(desk)

    def _settle(self, desk: Desk) -> int:
        """Look again at every id of which a holding left; what is still held of it counts now."""
        with desk.database.read() as connection:
            if self._departed is None:
                # Before the first position is read: what leaves meanwhile is looked at again next time.
                self._departed = holdings.last_departure(connection)
                return 0
            gone = holdings.departures(connection, self._departed)
            ids = dict.fromkeys(stix_id for _, stix_id in gone)
            held = {each.stix_id: each for each in detection.newest(connection, ids)} if ids else {}
        for stix_id in ids:
            if stix_id in held:
                self._take(desk, held[stix_id])
            else:
                self._drop(stix_id)
        self._departed = max((number for number, _ in gone), default=self._departed)
        return len(ids)

    def _learn(self, desk: Desk) -> int:
        learnt = 0
        while True:
            with desk.database.read() as connection:
                found = detection.newest_after(connection, self._position, _BATCH)
                top = holdings.top(connection)
            for each in found:
                self._take(desk, each)
            learnt += len(found)
            if len(found) < _BATCH:
                self._position = max(self._position, top)
                return learnt
            self._position = found[-1].position

    def _take(self, desk: Desk, sealed: SealedIndicator) -> None:
        """Compile the newest version of an indicator in place of what was known of it."""
        try:
            obj = orjson.loads(desk.vault.open(sealed.ciphertext, sealed.wrapped, sealed.digest))
        except WorldError:
            # One body that cannot be opened must not keep all others from being matched.
            self._drop(sealed.stix_id)
            self.unreadable.add(sealed.stix_id)
            return
        self.unreadable.discard(sealed.stix_id)
        is_stix = obj.get("pattern_type", "stix") == "stix"
        if obj.get("revoked") is True or not is_stix or not _may_detect(sealed.handling):
            self._drop(sealed.stix_id)
        elif self.compiled.add_pattern(sealed.stix_id, str(obj.get("pattern", ""))):
            self._note(sealed.stix_id, to_micros(desk.clock.now()))

    def _drop(self, stix_id: str) -> None:
        self.compiled.remove(stix_id)
        self.unreadable.discard(stix_id)
        self._usable.pop(stix_id, None)

    def _note(self, stix_id: str, at: int) -> None:
        self._usable[stix_id] = at
        self._usable.move_to_end(stix_id)
        if len(self._usable) > _REMEMBERED:
            self._usable.popitem(last=False)


@lru_cache(maxsize=256)
def _may_detect(handling: str) -> bool:
    """Whether a handling basis permits looking for something in own logs, which every PAP allows; bases are few."""
    return DETECT in uses(None, handling_from_json(orjson.loads(handling)).permitted_use)
