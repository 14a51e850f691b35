# SPDX-License-Identifier: MIT
"""Deciding: another person releases a draft, which then is a holding of ours; or somebody rejects it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError
from tasuki.core.consent.wording import require_sentence
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import HandlingBasis, PersonalData
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.core.persons.model import Principal
from tasuki.core.persons.two import named, second
from tasuki.core.tearline import reasons as why_not
from tasuki.core.tearline.inheriting import basis_of, inherited
from tasuki.core.tearline.model import State
from tasuki.formats.json.pieces import Piece
from tasuki.services import intake
from tasuki.services.entries import audit
from tasuki.services.labelling import LOCAL, Terms, bind
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED
from tasuki.services.tearline.losing import fates
from tasuki.services.tearline.marking import Decided, decided_of, terms_from_json
from tasuki.services.tearline.showing import Shown, shown
from tasuki.services.tearline.sources import read
from tasuki.store import tearline as store


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A draft with what it inherits as things stand.

    Attributes:
        floor: what the sources put on it, whatever was decided.
    """

    tearline: store.Tearline
    raw: bytes
    decided: Decided
    floor: Label
    basis: HandlingBasis


class _MovedError(Exception):
    """A source was narrowed between reading and committing."""


def release(node: Node, principal: Principal, number: int, *, why: str) -> Shown:
    """Release a draft as another person than the one who drafted it: it becomes a holding of ours, and may be shared.

    What it inherits is worked out anew: a source that was narrowed since narrows it.

    Raises:
        CallerError: nobody is named, or the same person again; it was decided on before; or a source has changed.
        InputError: a source is not held any more, or the draft lies above the ceiling.
    """
    require_sentence(why, "--why")
    while True:
        with node.database.read() as connection:
            ready = _ready(node, connection, number)
        person = second(principal, node.home, ready.tearline.drafted_by)
        try:
            _hold(node, ready, person, why)
        except _MovedError:
            continue
        node.signals.raise_(ARRIVED)
        return shown(node, number)


def _ready(node: Node, connection: sa.Connection, number: int) -> _Ready:
    waiting = _drafted(connection, number)
    assert waiting.body is not None  # noqa: S101 a draft has its body until it is decided on
    listed = fates(node, connection, [number])[number]
    for _, fate in listed:
        if fate is not None:
            raise CallerError(why_not.SOURCE_LOST.because(number=number, what=fate))
    sources = [each.source for each in read(node, connection, [origin.stix_id for origin, _ in listed])]
    decided = decided_of(node, terms_from_json(orjson.loads(waiting.terms)))
    basis = basis_of(sources, decided.personal_data)
    label = decided.with_personal_data(basis.personal_data is PersonalData.YES)
    return _Ready(
        tearline=waiting,
        raw=node.vault.open(waiting.body.ciphertext, waiting.body.wrapped, waiting.body.digest),
        decided=decided,
        floor=inherited(label, sources, node.me.participant),
        basis=basis,
    )


def _hold(node: Node, ready: _Ready, person: str, why: str) -> None:
    """Hold the draft under its label, and take it out of the drafts, in one transaction."""
    number, stix_id, decided = ready.tearline.number, ready.tearline.stix_id, ready.decided
    plain = Terms(source=LOCAL, originator=node.me.participant, handling=BASES["own-analysis"])
    terms = Terms(
        source=LOCAL,
        originator=node.me.participant,
        handling=ready.basis,
        levels=(decided.level,),
        caveats=(decided.audiences,) if decided.audiences else (),
        besides=meet(decided.label, ready.floor),
    )
    around = [Piece(place="identity", raw=intake.home_identity(node)[1]), *decided.definitions]
    entries = [*((piece, plain) for piece in around), (Piece(place=stix_id, raw=ready.raw), terms)]
    hold = intake.prepare_versions(node, entries)

    def work(connection: sa.Connection) -> None:
        if replace(_ready(node, connection, number), decided=decided) != ready:
            raise _MovedError
        rejected = hold(connection)
        if rejected:
            raise InputError(rejected[0].reason)
        # Whatever version of it comes later: what it inherits stays with its id.
        bind(node, connection, LOCAL, [stix_id], ready.floor)
        store.decide(connection, number, State.RELEASED, by=person, at=node.clock.now(), why=why)
        drafter = ready.tearline.drafted_by
        detail: dict[str, Json] = {
            "tearline": number,
            "id": stix_id,
            "drafted_by": drafter,
            "person": person,
            "why": why,
        }
        audit(node, connection, "tearline:draft:release", detail)

    node.database.write(work)


def reject(node: Node, principal: Principal, number: int, *, why: str) -> Shown:
    """Say no to a draft; whoever drafted it may take it back like this too. Its body is destroyed.

    Raises:
        CallerError: nobody is named, or it was decided on before.
    """
    person = named(principal, node.home)
    require_sentence(why, "--why")

    def work(connection: sa.Connection) -> None:
        _drafted(connection, number)
        store.decide(connection, number, State.REJECTED, by=person, at=node.clock.now(), why=why)
        audit(node, connection, "tearline:draft:reject", {"tearline": number, "person": person, "why": why})

    node.database.write(work)
    return shown(node, number)


def _drafted(connection: sa.Connection, number: int) -> store.Tearline:
    found = store.tearline(connection, number)
    if found is None:
        raise CallerError(why_not.NO_TEARLINE.because(number=number))
    if found.state is not State.DRAFTED:
        raise CallerError(why_not.DECIDED.because(number=number, state=found.state.value))
    return found
