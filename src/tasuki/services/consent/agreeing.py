# SPDX-License-Identifier: MIT
"""Agreeing: what the victim of our own material said, entered by one person of this node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.base.time import format_exact
from tasuki.core.consent import reasons as why
from tasuki.core.consent.wording import require_case, require_moment, require_sentence
from tasuki.core.holdings.handling import handling_from_json, handling_to_json
from tasuki.core.holdings.model import Holding, State, Victim
from tasuki.core.markings.labels import VICTIM_CONSENT, blocking
from tasuki.core.markings.lattice import meet
from tasuki.core.release.circumstances import Grant, GrantKind, Part
from tasuki.core.release.reasons import UNKNOWN_HANDLING
from tasuki.services.consent.knowing import require_reader
from tasuki.services.consent.showing import ShownAgreement, shown_agreement
from tasuki.services.entries import audit
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.services.settling import settle
from tasuki.store import consent as store
from tasuki.store import holdings, sending

IN_FORCE: Final = "in-force"
ENDED: Final = "ended"

_MOST: Final = 10_000
"""Agreements on one id: more than anybody makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreeing:
    """What a victim agreed to.

    Attributes:
        reference: the case number under which the agreement is filed; never the victim's name.
        why: one sentence for the record of this node.
    """

    stix_id: str
    to: tuple[Audience, ...]
    until: datetime
    reference: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What came of a victim's changed word.

    Attributes:
        changed: holdings of ours that state it now.
        ended: agreements of the victim that count no more.
        left: audiences that have got something of it already; a recall is for people to decide.
    """

    stix_id: str
    victim: str
    changed: int
    ended: tuple[int, ...]
    left: tuple[str, ...]


def agree(node: Node, agreeing: Agreeing) -> ShownAgreement:
    """Enter that the victim agreed: the newest version of our own goes to these audiences until then.

    Raises:
        CallerError: no such audience, a moment that has passed, no case number or reason; or no victim keeps it back.
        InputError: nothing of our own is held of it.
    """
    require_sentence(agreeing.why, "--why")
    require_case(agreeing.reference)
    require_moment(agreeing.until, node.clock.now())
    for audience in agreeing.to:
        require_reader(node, audience)

    def work(connection: sa.Connection) -> int:
        part = _own(node, connection, agreeing.stix_id)
        if VICTIM_CONSENT not in part.own.blocked:
            raise CallerError(why.NO_VICTIM.because(stix_id=agreeing.stix_id))
        listed: list[Json] = [str(each) for each in agreeing.to]
        said: dict[str, Json] = {
            "objects": [{"id": part.stix_id, "digest": part.digest, "purpose": part.purpose}],
            "audiences": listed,
            "until": format_exact(agreeing.until),
            "reference": agreeing.reference,
            "why": agreeing.why,
        }
        kind, now = GrantKind.VICTIM, node.clock.now()
        number = store.add_agreement(
            connection,
            kind=kind,
            stix_id=part.stix_id,
            body=canonical(said),
            by=node.person,
            at=now,
            state=IN_FORCE,
        )
        lift(connection, number, kind, [part], agreeing.to, agreeing.until)
        audit(node, connection, "consent:victim:agree", {**said, "agreement": number})
        return number

    number = node.database.write(work)
    node.signals.raise_(OUTBOX)
    return shown_agreement(node, number)


def lift(
    connection: sa.Connection,
    number: int,
    kind: GrantKind,
    parts: Iterable[Part],
    audiences: Sequence[Audience],
    until: datetime,
) -> None:
    """Let an agreement count: one grant for each version and audience.

    Raises:
        CallerError: nobody said for what purpose a version is held.
    """
    made: list[tuple[str, Grant]] = []
    for part in parts:
        if part.purpose is None:
            raise CallerError(UNKNOWN_HANDLING.because())
        made.extend(
            (
                part.stix_id,
                Grant(
                    kind=kind,
                    by=None,
                    digest=part.digest,
                    audience=audience,
                    purpose=part.purpose,
                    until=until,
                ),
            )
            for audience in audiences
        )
    store.add_grants(connection, made, under_agreement(number))


def under_agreement(number: int) -> str:
    """Return the name under which the grants of an agreement are kept."""
    return f"agreement:{number}"


def _own(node: Node, connection: sa.Connection, stix_id: str) -> Part:
    """Return the newest live holding of our own.

    Raises:
        InputError: there is none.
    """
    mine = [each for each in holdings.latest(connection, [stix_id]) if each.source == LOCAL]
    if not mine:
        raise InputError(why.NO_OWN.because(stix_id=stix_id[:300]))
    (part,) = store.parts_at(connection, node.labels, [mine[0].position])
    return part


def state_victim(node: Node, stix_id: str, victim: Victim, *, why: str) -> Stated:
    """Put what the victim says on every holding of ours of an id; what it agreed to before counts no more.

    A handling basis that tells of a victim goes on telling of one: what is stated is never taken away.

    Raises:
        CallerError: no reason.
        InputError: nothing of our own is held of it.
    """
    require_sentence(why, "--why")

    def work(connection: sa.Connection) -> Stated:
        mine = _held(connection, stix_id)
        for holding in mine:
            _restate(node, connection, holding, victim)
        settle(node, connection, [stix_id])
        ended = tuple(_end_agreements(node, connection, stix_id, why))
        left = sorted({str(each.audience) for each in sending.gone(connection, [stix_id]) if each.source == LOCAL})
        detail: dict[str, Json] = {"id": stix_id, "victim": victim.value, "ended": [*ended], "why": why}
        audit(node, connection, "consent:victim:state", detail)
        return Stated(stix_id=stix_id, victim=victim.value, changed=len(mine), ended=ended, left=tuple(left))

    stated = node.database.write(work)
    # What waits is asked about again, and what derives from holdings looks at the new basis.
    node.signals.raise_(OUTBOX)
    node.signals.raise_(ARRIVED)
    return stated


def _held(connection: sa.Connection, stix_id: str) -> list[Holding]:
    found = [
        each for each in holdings.history(connection, stix_id) if each.source == LOCAL and each.state is State.HELD
    ]
    if not found:
        raise InputError(why.NO_OWN.because(stix_id=stix_id[:300]))
    return found


def _restate(node: Node, connection: sa.Connection, holding: Holding, victim: Victim) -> None:
    (body,) = holdings.sealed(connection, [holding.position])
    known = handling_from_json(orjson.loads(holdings.handling_bodies(connection, [body.handling])[body.handling]))
    basis = canonical(handling_to_json(replace(known, victim=victim))).decode()
    label = meet(node.labels.label(connection, body.own_label), blocking(VICTIM_CONSENT))
    holdings.restate(
        connection,
        holding.position,
        handling=holdings.handling_number(connection, basis),
        own_label=node.labels.number(connection, label),
    )


def _end_agreements(node: Node, connection: sa.Connection, stix_id: str, reason: str) -> Iterable[int]:
    for each in store.agreements(connection, _MOST, stix_id):
        if each.kind is GrantKind.VICTIM and each.state == IN_FORCE:
            store.withdraw_grants(connection, under_agreement(each.number))
            store.move_agreement(connection, each.number, ENDED, by=node.person, at=node.clock.now(), why=reason)
            yield each.number
