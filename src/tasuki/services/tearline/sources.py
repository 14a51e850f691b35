# SPDX-License-Identifier: MIT
"""What tear-lines are made from, read as it is held: body, label with all it hangs together with, basis, victims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, StixId
from tasuki.base.reasons import Reason
from tasuki.core.holdings.handling import handling_from_json
from tasuki.core.holdings.model import Victim
from tasuki.core.markings.labels import PERSONAL_DATA, VICTIM_CONSENT, label_of
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.core.tearline import reasons as why
from tasuki.core.tearline.drafting import Known
from tasuki.core.tearline.inheriting import require_readable
from tasuki.core.tearline.model import Source
from tasuki.formats.stix.granular import governed
from tasuki.formats.stix.markings import read_markings
from tasuki.formats.stix.references import references
from tasuki.services.labelling import besides, held_definition
from tasuki.services.node import Node
from tasuki.services.release.weighing import Weighed, not_held, weigh_ids
from tasuki.services.settling import UNIVERSAL
from tasuki.store import consent, holdings, sending

MAX_SOURCES = 100
"""Objects one tear-line is made from; a text for people sums up no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A source and where it is held."""

    position: int
    source: Source


def read(node: Node, connection: sa.Connection, stix_ids: Sequence[str]) -> list[Held]:
    """Return the holdings that would go of these ids, opened, in the order named.

    Raises:
        CallerError: none or too many are named, or of one nobody can say what it would hand down.
        InputError: one is not held, or is not for whoever runs the node to read.
    """
    wanted = list(dict.fromkeys(stix_ids))
    if not 0 < len(wanted) <= MAX_SOURCES:
        raise CallerError(why.SOURCES.because(limit=MAX_SOURCES, count=len(wanted)))
    weighed = weigh_ids(node, connection, wanted, node.home)
    for stix_id in wanted:
        verdict = weighed[stix_id].verdict if stix_id in weighed else None
        if verdict is None or not verdict.allowed:
            # What is for a named person alone is not held as far as its bare reader is told.
            reason = not_held(node, connection, [stix_id])[stix_id].reason
            raise InputError(reason if verdict is None else verdict.reason)
    return [_held(node, connection, weighed[stix_id]) for stix_id in wanted]


def _held(node: Node, connection: sa.Connection, weighed: Weighed) -> Held:
    standing = weighed.standing
    (body,) = holdings.sealed(connection, [standing.position])
    obj = orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest))
    label = meet(weighed.own, weighed.closure)
    require_readable(standing.stix_id, label)
    source = Source(
        stix_id=standing.stix_id,
        obj=obj,
        label=label,
        basis=handling_from_json(orjson.loads(standing.handling)),
        victims=_victims(node, connection, standing.position, standing.stix_id),
        parts=_parts(node, connection, obj, standing.source),
    )
    return Held(position=standing.position, source=source)


def _victims(node: Node, connection: sa.Connection, position: int, stix_id: StixId) -> frozenset[Victim]:
    """Return what the victims said of whom anything that hangs together here tells, where that keeps it back."""
    found: set[Victim] = set()
    for row in sending.standing(connection, consent.asked_about(connection, position, stix_id)):
        if VICTIM_CONSENT in node.labels.label(connection, row.own).blocked:
            basis = handling_from_json(orjson.loads(row.handling))
            found.add(basis.victim if basis.keeps_victim else Victim.NOT_ASKED)
    return frozenset(found)


def _parts(node: Node, connection: sa.Connection, obj: Mapping[str, Json], source: str) -> dict[str, Label | None]:
    """Return what granular markings say of each property they mark, or mark something inside of."""
    marks: dict[str, list[str]] = {}
    for each in governed(obj):
        if each.selector and not each.mark.is_language:
            marks.setdefault(each.selector.partition(".")[0], []).append(each.mark.value)
    return {name: _label(node, connection, ids, source) for name, ids in marks.items()}


def _label(node: Node, connection: sa.Connection, ids: Iterable[str], source: str) -> Label | None:
    def find(identifier: str) -> Mapping[str, Json] | None:
        held = held_definition(node, connection, identifier, source)
        return None if held is None else held.body

    markings = read_markings(ids, find)
    if markings.unknown:
        return None
    return label_of(
        levels=markings.levels or {"clear"},
        caveats=markings.caveats,
        blocked=[PERSONAL_DATA] if markings.personal_data else [],
        originator=node.me.participant,
        besides=besides(markings),
    )


def knowable(
    node: Node, connection: sa.Connection, objects: Iterable[Mapping[str, Json]], to: Audience, own: Collection[str]
) -> Known:
    """Return why an id may not be known to an audience, for all ids that objects refer to.

    Args:
        node: where.
        connection: what is held as it sees it.
        objects: what refers.
        to: who would read it.
        own: ids that come with the tear-line itself.
    """
    wanted = {target for obj in objects for _, target in references(obj)} - UNIVERSAL - set(own)
    weighed = weigh_ids(node, connection, wanted, to)
    absent = not_held(node, connection, wanted - weighed.keys())
    denied: dict[str, Reason] = {each: verdict.reason for each, verdict in absent.items()}
    denied.update({each: found.verdict.reason for each, found in weighed.items() if not found.verdict.allowed})
    return denied.get
