# SPDX-License-Identifier: MIT
"""Asking: whose consent the gate misses for which versions, and a request to each of them, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, ParticipantId, uuid4
from tasuki.core.consent import reasons as why
from tasuki.core.consent.model import Request, Terms, Version
from tasuki.core.consent.notices import request_to_message
from tasuki.core.consent.wording import require_moment, require_purpose, require_sentence
from tasuki.core.markings.lattice import meet
from tasuki.core.partners.model import audiences
from tasuki.core.release.circumstances import Part, lacking
from tasuki.core.release.forms import MAX_VERSIONS
from tasuki.core.release.released import verdict_on
from tasuki.core.release.rules import whose_say
from tasuki.services.consent.knowing import require_partner, require_reader
from tasuki.services.consent.showing import Shown, show
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.services.release.sharing import share_within
from tasuki.services.release.weighing import Weighed, not_held, weigh_ids
from tasuki.store import channel
from tasuki.store import consent as store

PURPOSE: Final = "cyber-defence"
"""For what consent is asked where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is to go on, to whom, for what, until when, and why.

    Attributes:
        why: one sentence, which those asked read.
        lane: `urgent` or `bulk`.
    """

    ids: tuple[str, ...]
    to: Audience
    until: datetime
    why: str
    purpose: str = PURPOSE
    lane: str = "bulk"


def ask(node: Node, asking: Asking) -> list[Shown]:
    """Ask every participant whose consent the gate misses, each for the versions in which it has a say.

    Those are all parts of the closures of what is to go on. A part that a participant did not give us itself goes to it
    beside the request, through the gate: nobody consents to what they cannot read, or learns of what is not theirs.

    Returns:
        The requests made, one or more for each participant asked.

    Raises:
        CallerError: no such audience, a moment that has passed, no reason; or consent is not what is missing.
        InputError: nothing is held of an id, or somebody with a say may not know of a part.
    """
    now = node.clock.now()
    require_sentence(asking.why, "--why")
    require_purpose(asking.purpose)
    require_moment(asking.until, now)
    require_reader(node, asking.to)

    def work(connection: sa.Connection) -> list[str]:
        wanted = _wanted(node, connection, asking)
        made: list[str] = []
        for partner, parts in sorted(wanted.items()):
            _hand_over(node, connection, partner, parts, asking.lane)
            versions = sorted({Version(each.stix_id, each.digest) for each in parts})
            made.extend(
                _put(node, connection, partner, versions[start : start + MAX_VERSIONS], asking)
                for start in range(0, len(versions), MAX_VERSIONS)
            )
        return made

    made = node.database.write(work)
    node.signals.raise_(OUTBOX)
    return [show(node, each) for each in made]


def _wanted(node: Node, connection: sa.Connection, asking: Asking) -> Mapping[ParticipantId, list[Part]]:
    """Return for each participant whose consent is missing the parts for which it is."""
    wanted: dict[ParticipantId, list[Part]] = {}
    held = weigh_ids(node, connection, asking.ids, asking.to)
    for stix_id in dict.fromkeys(asking.ids):
        if stix_id not in held:
            raise InputError(not_held(node, connection, [stix_id])[stix_id].reason)
        for partner, parts in _missing(node, connection, held[stix_id], asking).items():
            wanted.setdefault(partner, []).extend(parts)
    return wanted


def _missing(
    node: Node, connection: sa.Connection, weighed: Weighed, asking: Asking
) -> Mapping[ParticipantId, Sequence[Part]]:
    stix_id, rules, verdict = weighed.standing.stix_id, node.gate.rules, weighed.verdict
    if verdict.allowed or verdict.rule != "R9":
        named = {"stix_id": stix_id, "to": str(asking.to), "rule": verdict.rule, "code": verdict.reason.code}
        raise CallerError(why.NOT_ASKED_FOR.because(**named))
    partners = whose_say(meet(weighed.own, weighed.closure), asking.to, rules, weighed.at)
    _require_use(node, weighed, partners, asking.to)
    parts = store.question(connection, node.labels, weighed.standing.position, stix_id)
    grants = store.grants(connection, {part.digest for part in parts})
    lack = lacking(parts, grants, asking.to, weighed.at.now)
    for part in {part for partner in partners for part in lack.get(partner, ())}:
        if part.purpose != asking.purpose:
            held = {"stix_id": part.stix_id, "held": str(part.purpose), "asked": asking.purpose}
            raise CallerError(why.OTHER_PURPOSE.because(**held))
    return {partner: lack.get(partner, ()) for partner in partners}


def _require_use(node: Node, weighed: Weighed, partners: Iterable[ParticipantId], to: Audience) -> None:
    """Refuse to ask for what would stay all the same."""
    at = replace(weighed.at, agreed=weighed.at.agreed | frozenset(partners))
    verdict = verdict_on(weighed.own, weighed.closure, weighed.standing.closure, to, at, node.gate.verdict)
    if not verdict.allowed:
        named = {"stix_id": weighed.standing.stix_id, "to": str(to), "partners": ", ".join(sorted(partners))}
        raise CallerError(why.STAYS_ANYWAY.because(**named, rule=verdict.rule, code=verdict.reason.code))


def _hand_over(node: Node, connection: sa.Connection, partner: ParticipantId, parts: Sequence[Part], lane: str) -> None:
    """Send a partner the parts it is asked about and did not give us itself, where the gate lets it have them."""
    require_partner(connection, partner)
    given = {part.digest for part in parts if part.giver == partner}
    for part in parts:
        if part.digest in given:
            continue
        given.add(part.digest)
        desk = _desk_for(node, connection, partner, part)
        share_within(node, connection, [part.stix_id], desk, lane=lane, again=True)


def _desk_for(node: Node, connection: sa.Connection, partner: ParticipantId, part: Part) -> Audience:
    """Return the first desk of a partner that may have this very version.

    Raises:
        InputError: none may.
    """
    for desk in sorted(each for each in audiences([node.profile.participant(partner)]) if each.capacity):
        weighed = weigh_ids(node, connection, [part.stix_id], desk).get(part.stix_id)
        if weighed is not None and weighed.verdict.allowed:
            (going,) = store.parts_at(connection, node.labels, [weighed.standing.position])
            if going.digest == part.digest:
                return desk
    verdict = not_held(node, connection, [part.stix_id])[part.stix_id] if weighed is None else weighed.verdict
    named = {"partner": partner, "stix_id": part.stix_id, "rule": verdict.rule, "code": verdict.reason.code}
    raise InputError(why.CANNOT_BE_TOLD.because(**named))


def _put(
    node: Node, connection: sa.Connection, partner: ParticipantId, versions: Iterable[Version], asking: Asking
) -> str:
    """Keep one request and queue its notice; return its id."""
    now = node.clock.now()
    terms = Terms(
        request=uuid4(node.entropy.draw(16)),
        objects=tuple(versions),
        audience=asking.to,
        purpose=asking.purpose,
        until=asking.until,
    )
    message = request_to_message(Request(terms=terms, reason=asking.why, at=now))
    body, me = canonical(message), node.me.participant
    store.keep_request(connection, asker=me, asked=partner, request=terms.request, body=body, at=now)
    channel.enqueue(connection, partner=partner, lane=asking.lane, kind="consent-request", body=body, at=now)
    detail: dict[str, Json] = {**message, "partner": partner}
    audit(node, connection, "consent:request:ask", detail)
    return terms.request
