# SPDX-License-Identifier: MIT
"""Replaying: what was taken back, disposed of and removed after a copy was made happens once more to the copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.time import parse_rfc3339
from tasuki.core.holdings.model import State
from tasuki.core.markings.labels import LEVELS
from tasuki.core.markings.model import Label
from tasuki.core.withdrawal.narrowing import narrowing_from_json
from tasuki.services import journal
from tasuki.services.labelling import bind
from tasuki.services.labelling.bound import Met
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.store import hold, holdings, markings, persons, recovery, search, withdrawal
from tasuki.store.disposal import undisposed
from tasuki.store.journal import Entry


def replay(node: Node, connection: sa.Connection, entries: Sequence[Entry]) -> Mapping[str, int]:
    """Do again what entries of the journal say, in one transaction; return how many of each kind.

    Everything here may be done twice: what is out of use stays so, and nothing comes back by it.
    """
    done: Counter[str] = Counter()
    traces: set[str] = set()
    for entry in entries:
        kind = str(entry.body.get("kind"))
        act = ACTS.get(kind)
        if kind == journal.DISPOSED:
            traces.update(_texts(entry.body, "traces"))
            recovery.remember(connection, journal.DISPOSED, _texts(entry.body, "traces"), {})
        elif act is not None:
            act(node, connection, entry.body)
        done[kind] += 1
    if traces:
        _dispose(node, connection, traces)
    return done


def recalled(node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`source`, `ids`, `at`: a source recalled ids."""
    source, ids = str(said["source"]), _texts(said, "ids")
    holdings.set_state(connection, source, ids, State.RECALLED)
    hold.recall(connection, source, list(holdings.numbers(connection, ids).values()))
    holdings.bury(connection, source, ids, parse_rfc3339(str(said["at"])))
    settle(node, connection, ids)


def bound(node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`source`, `ids`, `label`: a source narrowed ids."""
    bind(node, connection, str(said["source"]), _texts(said, "ids"), narrowing_from_json(said["label"]))


def narrowed(node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`ids`, `label`, `level`: our own people narrowed ids, every version and source of each, now and later."""
    ids, label = _texts(said, "ids"), narrowing_from_json(said["label"])
    level = LEVELS.get(str(said.get("level", "")))
    numbers = holdings.identify(connection, ids)
    met = Met(node, connection, label)
    by_label: dict[int, list[int]] = {}
    for each in holdings.live(connection, numbers.values()):
        by_label.setdefault(each.own_label, []).append(each.position)
    for before, positions in by_label.items():
        holdings.set_own_label(connection, positions, _narrower(node, connection, met, before, label))
    known = markings.marks(connection, numbers.values())
    marks = {each: met.number(known.get(each)) for each in numbers.values()}
    markings.set_marks(connection, marks, level)
    settle(node, connection, ids)


def _narrower(node: Node, connection: sa.Connection, met: Met, before: int, label: Label) -> int:
    """Return the number of a holding's label met with another; one without TLP gets the level that was given."""
    own = node.labels.label(connection, before)
    if own.tlp is None and label.tlp is not None:
        return met.number(node.labels.number(connection, replace(own, tlp=label.tlp)))
    return met.number(before)


def stopped(_node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`source`, `ids`, `usable_from`: a source took versions before a moment out of use."""
    # As text: what a partner dates may lie beyond the numbers of canonical JSON.
    lowest = int(said["usable_from"])
    numbers = holdings.identify(connection, _texts(said, "ids"))
    withdrawal.stop(connection, str(said["source"]), dict.fromkeys(numbers.values(), lowest), by_notice=True)


def removed(_node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`name`: somebody was removed; who was let in again after that is let in again by people."""
    persons.remove(connection, str(said["name"]))


def held(_node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`ids`, `by`, `at`, `why`: ids were put under a legal hold."""
    recovery.remember(connection, journal.HELD, _texts(said, "ids"), said)
    numbers = list(holdings.identify(connection, _texts(said, "ids")).values())
    hold.place(connection, numbers, by=str(said["by"]), at=parse_rfc3339(str(said["at"])), why=str(said["why"]))


def lifted(_node: Node, connection: sa.Connection, said: Mapping[str, Any]) -> None:
    """`ids`: a legal hold was lifted."""
    recovery.forget(connection, journal.HELD, _texts(said, "ids"))
    hold.lift(connection, list(holdings.identify(connection, _texts(said, "ids")).values()))


def _dispose(node: Node, connection: sa.Connection, traces: set[str]) -> None:
    """Dispose again of what is disposed of: by what it asserts, as positions of another history are other holdings."""
    for page in undisposed(connection):
        gone = [each for each in page if journal.trace(node, each.source, each.stix_id, each.digest) in traces]
        holdings.shred(connection, [each.position for each in gone])
        search.forget(connection, [each.position for each in gone])
        settle(node, connection, [each.stix_id for each in gone])


def _texts(said: Mapping[str, Any], name: str) -> list[str]:
    return [str(each) for each in said[name]]


ACTS: Final[Mapping[str, Callable[[Node, sa.Connection, Mapping[str, Any]], None]]] = {
    journal.RECALLED: recalled,
    journal.BOUND: bound,
    journal.NARROWED: narrowed,
    journal.STOPPED: stopped,
    journal.REMOVED: removed,
    journal.HELD: held,
    journal.LIFTED: lifted,
}
"""What each kind of entry does; disposals are done together."""
