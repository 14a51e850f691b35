# SPDX-License-Identifier: MIT
"""Own labels: from an object, its markings and the terms it came under to the label the gate decides by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import ParticipantId
from tasuki.core.holdings.handling import handling_to_json
from tasuki.core.holdings.model import HandlingBasis, PersonalData
from tasuki.core.markings import labels as codes
from tasuki.core.markings.labels import label_of, stated
from tasuki.core.markings.lattice import WIDEST, meet
from tasuki.core.markings.model import Label
from tasuki.formats.stix.admission import Admitted
from tasuki.formats.stix.markings import Markings, read_markings
from tasuki.services.labelling.definitions import Definition, held_definition
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.store import holdings
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
