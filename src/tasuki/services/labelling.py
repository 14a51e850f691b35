# SPDX-License-Identifier: MIT
"""Labelling: from an object, its markings and the terms it came under to the label the gate decides by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.holdings.handling import handling_to_json
from tasuki.core.holdings.model import HandlingBasis, PersonalData, State
from tasuki.core.markings import labels as codes
from tasuki.core.markings.labels import label_of, stated
from tasuki.core.markings.lattice import WIDEST, meet
from tasuki.core.markings.model import Label, Tlp
from tasuki.formats.stix.admission import Admitted, admit
from tasuki.formats.stix.markings import Markings, read_markings
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.store import holdings, markings, release, withdrawal
from tasuki.store.holdings import NewHolding

LOCAL: Final = holdings.LOCAL

_DEFINITION: Final = "marking-definition"

Definitions = dict[str, Mapping[str, Json]]
"""Marking definitions that come with what is being taken in, by id; the first of an id counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the one who brings something in says of it.

    Attributes:
        source: `local`, or the participant it came from.
        levels: TLP levels that hold for all of it, beside what the objects say themselves.
        caveats: audience texts of each caveat.
        given: the label a partner's manifest states; None for local intake.
        besides: what holds for all of it beside levels and caveats.
        addressed: to whom a partner addressed it; nothing for local intake.
    """

    source: str
    originator: ParticipantId
    handling: HandlingBasis
    levels: tuple[str, ...] = ()
    caveats: tuple[tuple[str, ...], ...] = ()
    given: Label | None = None
    besides: Label = WIDEST
    addressed: str = ""


class Labelling:
    """Labels and handling of one batch, computed once per kind: most objects of a batch are marked alike."""

    def __init__(self, node: Node, definitions: Definitions) -> None:
        """Label for `node`; `definitions` may be added to by whoever reads the batch."""
        self.node = node
        self.definitions = definitions
        self._labels: dict[tuple[object, ...], Label] = {}
        self._handling: dict[HandlingBasis, str] = {}
        self._known: dict[tuple[str, str], Definition | None] = {}

    def handling(self, basis: HandlingBasis) -> str:
        """Return a handling basis in its JSON form."""
        body = self._handling.get(basis)
        if body is None:
            body = self._handling[basis] = canonical(handling_to_json(basis)).decode()
        return body

    def label(self, obj: dict[str, Json], admitted: Admitted, terms: Terms) -> Label:
        """Return the own label of an object under its terms."""
        key = (admitted.markings, terms, admitted.stix_id if admitted.type == _DEFINITION else "")
        label = self._labels.get(key)
        if label is None:
            label = self._labels[key] = self._make(obj, admitted, terms)
        return label

    def _make(self, obj: dict[str, Json], admitted: Admitted, terms: Terms) -> Label:
        markings = read_markings(admitted.markings, self._definition(terms.source))
        levels = [*markings.levels, *terms.levels]
        caveats = [*markings.caveats, *terms.caveats]
        if admitted.type == _DEFINITION:
            own = read_markings([admitted.stix_id], lambda _: obj)
            caveats.extend(own.caveats)
            levels = levels or ["clear"]
        if terms.given is not None:
            levels = levels or ["clear"]
        label = label_of(
            levels=levels,
            caveats=caveats,
            blocked=_blocks(markings, terms.handling),
            originator=terms.originator,
            besides=meet(besides(markings), terms.besides),
        )
        return label if terms.given is None else meet(label, terms.given)

    def _definition(self, source: str) -> Callable[[str], Mapping[str, Json] | None]:
        def find(identifier: str) -> Mapping[str, Json] | None:
            held = self._held(identifier, source)
            if held is None or (held.source != source and identifier in self.definitions):
                return self.definitions.get(identifier)
            return held.body

        return find

    def _held(self, identifier: str, source: str) -> Definition | None:
        key = identifier, source
        if key not in self._known:
            with self.node.database.read() as connection:
                self._known[key] = held_definition(self.node, connection, identifier, source)
        return self._known[key]


def _blocks(markings: Markings, handling: HandlingBasis) -> list[str]:
    found = [codes.UNKNOWN_MARKING] if markings.unknown else []
    if not handling.is_known:
        found.append(codes.UNKNOWN_HANDLING)
    elif handling.personal_data is PersonalData.YES or markings.personal_data:
        found.append(codes.PERSONAL_DATA)
    if handling.keeps_victim:
        found.append(codes.VICTIM_CONSENT)
    return found


def besides(markings: Markings) -> Label:
    """Return what markings say beside TLP, caveats and personal data."""
    return stated(
        paps=markings.paps,
        consent_of=markings.consent_of,
        classifications=markings.classifications,
        embargoes=markings.embargoes,
        untils=markings.untils,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A marking definition as it is held."""

    source: str
    position: int
    body: Mapping[str, Json]


def held_definition(node: Node, connection: sa.Connection, identifier: str, source: str) -> Definition | None:
    """Return a marking definition as `source` means it: its own first word, else ours, else anybody's.

    A definition never changes once it was given, and nobody can say what another's marking means: else a partner could
    widen our material by sending a definition of its own under our id.

    Source: STIX 2.1 section 7.2.1 (marking definitions cannot be versioned).
    """
    found = [each for each in holdings.history(connection, identifier) if each.state is not State.DISPOSED]
    by_source = {each.source: each for each in reversed(found)}
    chosen = by_source.get(source) or by_source.get(LOCAL) or (found[0] if found else None)
    bodies = holdings.sealed(connection, [chosen.position]) if chosen is not None else []
    if not bodies:
        return None
    body = bodies[0]
    parsed: dict[str, Json] = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
    return Definition(source=body.source, position=body.position, body=parsed)


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


def restate(node: Node, connection: sa.Connection, again: Sequence[NewHolding]) -> int:
    """Give what is held of ours without a handling basis the one it is brought in again with; return how many.

    Whoever forgot to name it brings the same file in once more. What was narrowed meanwhile stays narrowed.
    """
    said = {
        row.assertion: row for row in again if row.source == LOCAL and codes.UNKNOWN_HANDLING not in row.label.blocked
    }
    if not said:
        return 0
    held = holdings.stated(connection, LOCAL, holdings.numbers(connection, {row.stix_id for row in said.values()}))
    done = []
    for assertion, row in said.items():
        before = held.get(assertion)
        label = None if before is None else node.labels.label(connection, before.own_label)
        if before is None or label is None or codes.UNKNOWN_HANDLING not in label.blocked:
            continue
        known = replace(
            label,
            tlp=row.label.tlp if label.tlp is None else label.tlp,
            blocked=label.blocked - {codes.UNKNOWN_HANDLING},
        )
        number = node.labels.number(connection, meet(known, row.label))
        handling = holdings.handling_number(connection, row.handling)
        holdings.restate(connection, before.position, handling=handling, own_label=number)
        done.append(row.stix_id)
    if done:
        settle(node, connection, done)
    return len(done)


def relabel(node: Node, connection: sa.Connection, definitions: Sequence[str], since: int) -> int:
    """Label anew what these marking definitions, held from position `since` on, say something new of; return how many.

    What waited for them is understood now. Where another's definition counted until one came that counts before it,
    the new one is met in: whoever is the first to send a definition under an id of ours must not widen our material.
    """
    waiting = _waiting(node, connection, definitions, since) if definitions else []
    bodies = holdings.sealed(connection, waiting)
    late = _Late(node, connection, frozenset(definitions), since)
    done = {body.stix_id for body in bodies if late.label(body)}
    if done:
        late.keep()
        settle(node, connection, sorted(done))
    return len(done)


def _waiting(node: Node, connection: sa.Connection, definitions: Sequence[str], since: int) -> list[int]:
    """Return the newest holdings that refer to these definitions, less those that came with them and are understood."""
    referring = release.closures(connection, release.dependents(connection, definitions))
    newest = holdings.newest(connection, holdings.numbers(connection, referring).values())
    listed = [each for sources in newest.values() for each in sources]
    unread = {
        number
        for number in {each.own_label for each in listed}
        if codes.UNKNOWN_MARKING in node.labels.label(connection, number).blocked
    }
    return [each.position for each in listed if each.position < since or each.own_label in unread]


class _Late:
    """Holdings of which definitions that came after them say something new; most are marked alike."""

    def __init__(self, node: Node, connection: sa.Connection, arrived: frozenset[str], since: int) -> None:
        self.node = node
        self.connection = connection
        self.arrived = arrived
        self.since = since
        self._definitions: dict[tuple[str, str], Definition | None] = {}
        self._positions: dict[Label, list[int]] = {}

    def label(self, body: holdings.SealedBody) -> bool:
        """Note the label a holding gets; return whether it is another than it has."""
        label = self.node.labels.label(self.connection, body.own_label)
        obj = orjson.loads(self.node.vault.open(body.ciphertext, body.wrapped, body.digest))
        admitted = admit(obj)
        if isinstance(admitted, Reason):
            return False
        unread = codes.UNKNOWN_MARKING in label.blocked
        said = self._said(label, admitted.markings if unread else self._newer(admitted, body.source), body)
        if said == label:
            return False
        self._positions.setdefault(said, []).append(body.position)
        return True

    def _said(self, label: Label, identifiers: Sequence[str], body: holdings.SealedBody) -> Label:
        """Return the label with what can be read of these markings; one that cannot blocks, and the others narrow."""
        markings = read_markings(identifiers, lambda each: self._meaning(each, body.source))
        said = _resolved(label, markings, body)
        return meet(said, codes.blocking(codes.UNKNOWN_MARKING)) if markings.unknown else said

    def _newer(self, admitted: Admitted, source: str) -> list[str]:
        """Return the markings whose definition counts before the one it was read by."""
        return [each for each in admitted.markings if each in self.arrived and self._counts_now(each, source)]

    def _counts_now(self, identifier: str, source: str) -> bool:
        found = self._definition(identifier, source)
        return found is not None and found.position >= self.since

    def _meaning(self, identifier: str, source: str) -> Mapping[str, Json] | None:
        found = self._definition(identifier, source)
        return None if found is None else found.body

    def _definition(self, identifier: str, source: str) -> Definition | None:
        key = identifier, source
        if key not in self._definitions:
            self._definitions[key] = held_definition(self.node, self.connection, identifier, source)
        return self._definitions[key]

    def keep(self) -> None:
        """Write the labels noted."""
        for label, positions in self._positions.items():
            holdings.set_own_label(self.connection, positions, self.node.labels.number(self.connection, label))


def _resolved(label: Label, markings: Markings, body: holdings.SealedBody) -> Label:
    """Return a label without the block for what could not be read, narrowed by what markings say."""
    known = replace(label, blocked=label.blocked - {codes.UNKNOWN_MARKING})
    if known.tlp is None and body.source == LOCAL and markings.levels:
        known = replace(known, tlp=codes.LEVELS["clear"])
    levels = markings.levels or {"clear"}
    blocked = [codes.PERSONAL_DATA] if markings.personal_data else []
    said = label_of(
        levels=levels,
        caveats=markings.caveats,
        blocked=blocked,
        originator=body.originator,
        besides=besides(markings),
    )
    return meet(known, said)
