# SPDX-License-Identifier: MIT
"""Which labels each reader may see: decided once per label, not once per object."""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.ids import Audience
from tasuki.core.markings.model import Label
from tasuki.core.release.circumstances import LIFTABLE, Circumstances
from tasuki.core.release.rules import Gate
from tasuki.store import viewing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one reader may see at one moment, as numbers of labels of the store.

    Attributes:
        allowed: the gate says yes.
        perhaps: it says no, and what somebody agreed to could turn that; to be asked for each object.
    """

    allowed: frozenset[int]
    perhaps: frozenset[int]


_BLIND = Sight(allowed=frozenset(), perhaps=frozenset())


@dataclass(slots=True)
class _Known:
    """What was decided for one reader.

    Attributes:
        top: the highest number of a label that was looked at.
        at: when it was looked at last.
        turning: labels whose verdict may change, by the moment when.
    """

    at: datetime
    top: int = 0
    sight: Sight = _BLIND
    turning: list[tuple[datetime, int]] = field(default_factory=list)
    labels: dict[int, Label] = field(default_factory=dict)


class Sights:
    """Remembers for each reader what was decided; a label never changes, so only new ones are decided on."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._lock = threading.Lock()
        self._readers: dict[Audience, _Known] = {}

    def of(self, connection: sa.Connection, gate: Gate, reader: Audience, now: datetime) -> Sight:
        """Return what a reader may see now, of all that is committed on a reader's connection."""
        with self._lock:
            known = self._readers.get(reader)
            if known is None or now < known.at:
                # A clock that was put back must not leave open what its embargo closes again.
                known = self._readers[reader] = _Known(at=now)
            known.at = now
            fresh = viewing.labels_above(connection, known.top)
            _look(known, fresh, gate, reader)
            return known.sight


def _look(known: _Known, fresh: dict[int, Label], gate: Gate, reader: Audience) -> None:
    """Decide on labels that are new, and again on those whose moment has come."""
    due = dict(fresh)
    while known.turning and known.turning[0][0] <= known.at:
        _, number = heapq.heappop(known.turning)
        due[number] = known.labels.pop(number)
    if not due:
        return
    allowed, perhaps = set(known.sight.allowed) - due.keys(), set(known.sight.perhaps) - due.keys()
    circumstances = Circumstances(now=known.at)
    for number, label in due.items():
        verdict = gate.verdict(number, label, reader, circumstances)
        if verdict.allowed:
            allowed.add(number)
        elif verdict.rule in ("R3", "R9") and label.blocked <= LIFTABLE:
            perhaps.add(number)
        turn = min(
            (each for each in (label.embargo, label.until) if each is not None and each > known.at), default=None
        )
        if turn is not None:
            heapq.heappush(known.turning, (turn, number))
            known.labels[number] = label
    known.top = max(known.top, *due)
    known.sight = Sight(allowed=frozenset(allowed), perhaps=frozenset(perhaps))
