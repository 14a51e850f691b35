# SPDX-License-Identifier: MIT
"""Labels bound to ids: what a source said of what it gives, and what people said, holds for what comes later too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from tasuki.core.markings.lattice import WIDEST, meet
from tasuki.core.markings.model import Label, Tlp
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.store import holdings, markings, withdrawal
from tasuki.store.holdings import LOCAL, NewHolding


def bind(node: Node, connection: sa.Connection, source: str, stix_ids: Sequence[str], label: Label) -> list[str]:
    """Meet a label into what a source gave of ids, now and later; what other sources gave keeps its own.

    Returns:
        The ids of which the label says anything new.

    Source: docs/policy/release.md, section 7.
    """
    numbers = holdings.identify(connection, stix_ids)
    known = withdrawal.source_marks(connection, source, numbers.values())
    met = Met(node, connection, label)
    marks = {each: met.number(known.get(each)) for each in numbers.values()}
    withdrawal.set_source_marks(connection, source, marks)
    positions: dict[int, list[int]] = {}
    for live in holdings.stated(connection, source, numbers).values():
        positions.setdefault(met.number(live.own_label), []).append(live.position)
    for number, listed in positions.items():
        holdings.set_own_label(connection, listed, number)
    settle(node, connection, stix_ids)
    return [stix_id for stix_id, each in numbers.items() if known.get(each) != marks[each]]


class Met:
    """One label met into others by their numbers; most are marked alike, so each is met once."""

    def __init__(self, node: Node, connection: sa.Connection, label: Label) -> None:
        """Meet `label` into others, within one transaction."""
        self.node = node
        self.connection = connection
        self.label = label
        self._known: dict[int | None, int] = {}

    def number(self, before: int | None) -> int:
        """Return the number of the meet with another label; with None, of the label itself."""
        number = self._known.get(before)
        if number is None:
            labels, connection = self.node.labels, self.connection
            other = WIDEST if before is None else labels.label(connection, before)
            number = self._known[before] = labels.number(connection, meet(self.label, other))
        return number


def bound(node: Node, connection: sa.Connection, rows: Sequence[NewHolding]) -> list[NewHolding]:
    """Return what one source brings, met with what it said of these ids before: by narrowing them, by a tear-line."""
    if not rows:
        return []
    numbers = holdings.numbers(connection, {row.stix_id for row in rows})
    if rows[0].source == LOCAL:
        rows = _levelled(rows, numbers, markings.levels(connection, numbers.values()))
    marks = withdrawal.source_marks(connection, rows[0].source, numbers.values())
    said = {each: node.labels.label(connection, marks[n]) for each, n in numbers.items() if n in marks}
    return [replace(row, label=meet(row.label, said[row.stix_id])) if row.stix_id in said else row for row in rows]


def _levelled(rows: Sequence[NewHolding], numbers: Mapping[str, int], levels: Mapping[int, Tlp]) -> list[NewHolding]:
    """Return what is ours and comes without TLP with the one people gave its id before."""
    given = {stix_id: levels[number] for stix_id, number in numbers.items() if number in levels}
    return [
        replace(row, label=replace(row.label, tlp=given[row.stix_id]))
        if row.label.tlp is None and row.stix_id in given
        else row
        for row in rows
    ]
