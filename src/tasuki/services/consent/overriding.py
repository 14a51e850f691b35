# SPDX-License-Identifier: MIT
"""Overriding: a law or a threat to life in words, one person who proposes it and another who confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, StixId
from tasuki.base.time import format_exact, parse_rfc3339
from tasuki.core.consent import reasons as why
from tasuki.core.consent.model import Version
from tasuki.core.consent.wording import require_moment, require_sentence
from tasuki.core.persons.model import Principal
from tasuki.core.persons.two import named, second
from tasuki.core.release.circumstances import LIFTS, GrantKind, Part
from tasuki.services.consent.agreeing import ENDED, IN_FORCE, lift, under_agreement
from tasuki.services.consent.knowing import require_reader
from tasuki.services.consent.showing import ShownAgreement, shown_agreement
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.services.release.weighing import not_held, weigh_ids
from tasuki.store import consent as store

PROPOSED = "proposed"
REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody proposes to release without the victim's consent.

    Attributes:
        kind: `statutory` or `life`.
        words: the statute, or what threatens whose life; one sentence.
    """

    stix_id: str
    to: Audience
    kind: GrantKind
    words: str
    until: datetime


def propose(node: Node, principal: Principal, proposal: Proposal) -> ShownAgreement:
    """Propose an override for everything in the closure that a victim's consent or personal data keeps back.

    Nothing goes by it before another person confirms it, for exactly the versions that were held at the proposal.

    Raises:
        CallerError: nobody is named, no such audience, a moment that has passed, no words; or nothing to override.
        InputError: nothing is held of it.
    """
    person = named(principal, node.home)
    require_sentence(proposal.words, "--statute" if proposal.kind is GrantKind.STATUTORY else "--why")
    require_moment(proposal.until, node.clock.now())
    require_reader(node, proposal.to)

    def work(connection: sa.Connection) -> int:
        objects: list[Json] = []
        objects.extend({"id": part.stix_id, "digest": part.digest} for part in _kept_back(node, connection, proposal))
        said: dict[str, Json] = {
            "objects": objects,
            "audiences": [str(proposal.to)],
            "until": format_exact(proposal.until),
            "words": proposal.words,
        }
        number = store.add_agreement(
            connection,
            kind=proposal.kind,
            stix_id=proposal.stix_id,
            body=canonical(said),
            by=person,
            at=node.clock.now(),
            state=PROPOSED,
        )
        detail: dict[str, Json] = {**said, "agreement": number, "kind": proposal.kind.value, "person": person}
        audit(node, connection, "consent:override:propose", detail)
        return number

    return shown_agreement(node, node.database.write(work))


def confirm(node: Node, principal: Principal, number: int, *, why: str) -> ShownAgreement:
    """Let an override count, as another person than the one who proposed it.

    Raises:
        CallerError: nobody is named, or the same person again; it does not wait; its time has passed; or what it was
            proposed for is not held any more.
    """
    require_sentence(why, "--why")

    def work(connection: sa.Connection) -> None:
        waiting = _waiting(connection, number, PROPOSED)
        person = second(principal, node.home, waiting.made_by)
        said = orjson.loads(waiting.body)
        until = parse_rfc3339(said["until"])
        require_moment(until, node.clock.now())
        parts = _as_proposed(node, connection, waiting, said)
        audiences = [Audience.parse(each) for each in said["audiences"]]
        lift(connection, number, waiting.kind, parts, audiences, until)
        _move(node, connection, number, IN_FORCE, person, why)
        detail: dict[str, Json] = {"agreement": number, "proposed_by": waiting.made_by, "person": person, "why": why}
        audit(node, connection, "consent:override:confirm", detail)

    node.database.write(work)
    node.signals.raise_(OUTBOX)
    return shown_agreement(node, number)


def reject(node: Node, principal: Principal, number: int, *, why: str) -> ShownAgreement:
    """Say no to a proposal; whoever made it may take it back like this too.

    Raises:
        CallerError: nobody is named, or it does not wait.
    """
    return _close(node, principal, number, why, (PROPOSED, REJECTED, "consent:override:reject"))


def end(node: Node, principal: Principal, number: int, *, why: str) -> ShownAgreement:
    """Let an override count no more; one person is enough to stop something.

    Raises:
        CallerError: nobody is named, or it is not in force.
    """
    return _close(node, principal, number, why, (IN_FORCE, ENDED, "consent:override:end"))


def _close(node: Node, principal: Principal, number: int, why: str, way: tuple[str, str, str]) -> ShownAgreement:
    before, after, act = way
    person = named(principal, node.home)
    require_sentence(why, "--why")

    def work(connection: sa.Connection) -> None:
        _waiting(connection, number, before)
        store.withdraw_grants(connection, under_agreement(number))
        _move(node, connection, number, after, person, why)
        audit(node, connection, act, {"agreement": number, "person": person, "why": why})

    node.database.write(work)
    return shown_agreement(node, number)


def _kept_back(node: Node, connection: sa.Connection, proposal: Proposal) -> list[Part]:
    """Return the parts that are blocked by what such an override lifts."""
    stix_id = proposal.stix_id
    weighed = weigh_ids(node, connection, [stix_id], proposal.to).get(stix_id)
    if weighed is None:
        raise InputError(not_held(node, connection, [stix_id])[stix_id].reason)
    parts = store.question(connection, node.labels, weighed.standing.position, stix_id)
    blocked = [part for part in parts if part.own.blocked & LIFTS[proposal.kind]]
    if not blocked:
        raise CallerError(why.NOTHING_TO_OVERRIDE.because(stix_id=stix_id))
    return sorted(blocked, key=lambda part: (part.stix_id, part.digest))


def _as_proposed(
    node: Node, connection: sa.Connection, waiting: store.Agreement, said: dict[str, list[dict[str, str]]]
) -> list[Part]:
    """Return the parts a proposal was made for.

    Raises:
        CallerError: one of them is not the version that would go now.
    """
    audience = Audience.parse(str(said["audiences"][0]))
    weighed = weigh_ids(node, connection, [waiting.stix_id], audience).get(waiting.stix_id)
    found: dict[Version, Part] = {}
    if weighed is not None:
        parts = store.question(connection, node.labels, weighed.standing.position, waiting.stix_id)
        found = {Version(part.stix_id, part.digest): part for part in parts}
    proposed = [Version(StixId(each["id"]), each["digest"]) for each in said["objects"]]
    for version in proposed:
        if version not in found:
            raise CallerError(why.CHANGED.because(stix_id=version.stix_id))
    return [found[version] for version in proposed]


def _waiting(connection: sa.Connection, number: int, state: str) -> store.Agreement:
    found = store.agreement(connection, number)
    if found is None or found.state != state or found.kind is GrantKind.VICTIM:
        raise CallerError(why.NO_PROPOSAL.because(number=number, state=state))
    return found


def _move(node: Node, connection: sa.Connection, number: int, state: str, person: str, reason: str) -> None:
    store.move_agreement(connection, number, state, by=person, at=node.clock.now(), why=reason)
