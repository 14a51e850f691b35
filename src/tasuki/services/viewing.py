# SPDX-License-Identifier: MIT
"""Viewing: what somebody who asks this node may see of what it holds, selected as a set.

Source: docs/policy/release.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
from tasuki.base.reasons import Reason
from tasuki.base.verdict import Verdict
from tasuki.core.holdings.model import Holding
from tasuki.core.holdings.reasons import NO_SUCH_PLACE
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.persons.model import Principal
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.rules import decide
from tasuki.services.node import Node
from tasuki.services.release.weighing import agreed_to, weigh
from tasuki.store import holdings, sending
from tasuki.store import viewing as store
from tasuki.store.viewing import Row, Scope, Wanted

_FEWEST: Final = 50
_MOST: Final = 1000
"""Rows read at a time."""


class View:
    """The eyes of one who asks, open for one transaction.

    The home sees each holding by its own label: what is referred to tells it nothing that it does not hold, and nobody
    shall take from it what is its own by giving it another copy. Everybody else sees of each id the holding that would
    go, by the label of its closure.
    """

    def __init__(self, node: Node, connection: sa.Connection, principal: Principal) -> None:
        """Look at what `node` holds, on a reader's connection."""
        self.node = node
        self.connection = connection
        self.reader = principal.reader
        self.is_home = principal.is_of(node.home)
        now = node.clock.now()
        self._at = Circumstances(now=now)
        self._agreed: dict[int, Circumstances] = {}
        sight = node.sights.of(connection, node.gate, self.reader, now)
        self._scope = Scope(
            reader=self.reader, whole=self.is_home, now=now, allowed=sight.allowed, perhaps=sight.perhaps
        )

    def pages(self, wanted: Wanted, limit: int = _MOST) -> Iterator[list[Row]]:
        """Yield what may be seen, some at a time; `limit` is how many are wanted to begin with."""
        size = min(max(limit, _FEWEST), _MOST)
        while True:
            found = store.rows(self.connection, self._scope, wanted, size)
            yield self._seen(found)
            if len(found) < size:
                return
            last = found[-1].position
            wanted = replace(wanted, above=last) if wanted.rising else replace(wanted, below=last)

    def next(self, wanted: Wanted, limit: int) -> tuple[list[Row], int]:
        """Return what may be seen of the next rows in rising order, and the position up to which they were read."""
        found = store.rows(self.connection, self._scope, wanted, limit)
        return self._seen(found), found[-1].position if len(found) == limit else wanted.below - 1

    def at(self, positions: Iterable[int]) -> list[Row]:
        """Return what may be seen of these positions, the oldest first."""
        return self._seen(store.rows_at(self.connection, self._scope, positions))

    def of(self, stix_ids: Iterable[str], *, departed: bool = False) -> list[Row]:
        """Return what may be seen of these ids, the oldest first; with `departed`, also what is no longer in use."""
        numbers = holdings.numbers(self.connection, stix_ids)
        wanted = Wanted(departed=departed)
        return self._seen(store.rows_of(self.connection, self._scope, numbers.values(), wanted))

    def count(self, types: Sequence[str]) -> int:
        """Return how many holdings of some types there may be to see."""
        return store.count(self.connection, self._scope, types)

    def below(self, place: str) -> int:
        """Return the position of an object that a list names as `ID@SHA256`, or for the home as `ID@SHA256@SOURCE`.

        Raises:
            InputError: it names nothing that can be seen now, whether that is held or not.
        """
        stix_id, _, rest = place.partition("@")
        digest, _, source = rest.partition("@")
        for row in self.of([stix_id]):
            if row.holding.digest == digest and source == (row.holding.source if self.is_home else ""):
                return row.position
        raise InputError(NO_SUCH_PLACE.because())

    def verdict(self, row: Row) -> Verdict:
        """Return the verdict by which a row is seen."""
        label = self.node.labels.label(self.connection, row.label)
        return self.node.gate.verdict(row.label, label, self.reader, self._circumstances(row))

    def why_not(self, holding: Holding) -> Reason:
        """Return why the home may not see a holding: it knows that it is held, and for whom it was marked."""
        number = store.own_label(self.connection, holding.position)
        label = self.node.labels.label(self.connection, number)
        return self.node.gate.verdict(number, label, self.reader, self._at).reason

    def _circumstances(self, row: Row) -> Circumstances:
        return self._agreed.get(row.position, self._at)

    def _seen(self, rows: list[Row]) -> list[Row]:
        """Leave out what nobody agreed to; nearly always there is nothing to ask."""
        doubtful = [row for row in rows if row.label in self._scope.perhaps]
        if not doubtful:
            return rows
        ask = self._agreed_for_home if self.is_home else self._agreed_for_reader
        self._agreed |= ask(doubtful)
        return [row for row in rows if row.label in self._scope.allowed or row.position in self._agreed]

    def _agreed_for_reader(self, rows: Sequence[Row]) -> dict[int, Circumstances]:
        weighed = weigh(self.node, self.connection, [row.position for row in rows], self.reader)
        return {each.standing.position: each.at for each in weighed if each.verdict.allowed}

    def _agreed_for_home(self, rows: Sequence[Row]) -> dict[int, Circumstances]:
        found: dict[int, Circumstances] = {}
        for standing in sending.standing(self.connection, [row.position for row in rows]):
            at = agreed_to(self.node, self.connection, standing, self.reader, self._at.now)
            label = self.node.labels.label(self.connection, standing.own)
            if self.node.gate.verdict(standing.own, label, self.reader, at).allowed:
                found[standing.position] = at
        return found


def frame_of(node: Node, reader: Audience) -> Verdict:
    """Return the verdict on what a document says beside its parts: words of this node's own, and nothing held."""
    label = Label(tlp=Tlp.CLEAR, releasable_to=None, originators=frozenset({node.me.participant}), blocked=frozenset())
    return decide(label, reader, node.gate.rules, Circumstances(now=node.clock.now()))
