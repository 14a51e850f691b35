# SPDX-License-Identifier: MIT
"""Answering: the originator grants, refuses or withdraws; what it says repeats the whole request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.core.channel.model import Lane
from tasuki.core.consent.judging import may_answer, may_grant, may_withdraw
from tasuki.core.consent.model import Answer, Decision, Standing
from tasuki.core.consent.notices import answer_to_message
from tasuki.core.consent.wording import require_sentence
from tasuki.services.consent.knowing import find, ours, require_reader, standing_of
from tasuki.services.consent.showing import Shown, show
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.store import channel
from tasuki.store import consent as store


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Which request, what is said to it, and why."""

    request: str
    partner: str | None
    decision: Decision
    why: str


Check = Callable[[sa.Connection, Standing], None]


def grant(node: Node, request: str, *, why: str, partner: str | None = None) -> Shown:
    """Consent to a request: only for versions that are held here and are our own material.

    Raises:
        CallerError: it does not wait for our answer, or something in it is not held here or not ours.
        InputError: there is no such request.
    """

    def check(connection: sa.Connection, standing: Standing) -> None:
        known = ours(node, connection, standing.request.terms.objects)
        may_grant(standing, node.me.participant, known, node.clock.now())
        require_reader(node, standing.request.terms.audience)

    return _say(node, _Said(request=request, partner=partner, decision=Decision.GRANTED, why=why), check)


def refuse(node: Node, request: str, *, why: str, partner: str | None = None) -> Shown:
    """Refuse a request.

    Raises:
        CallerError: it does not wait for our answer.
        InputError: there is no such request.
    """

    def check(_connection: sa.Connection, standing: Standing) -> None:
        may_answer(standing, node.me.participant, node.clock.now())

    return _say(node, _Said(request=request, partner=partner, decision=Decision.REFUSED, why=why), check)


def withdraw(node: Node, request: str, *, why: str, partner: str | None = None) -> Shown:
    """Take back a consent of ours: the asker lets nothing more go, and calls back what left under it alone.

    Raises:
        CallerError: we granted no such thing.
        InputError: there is no such request.
    """

    def check(_connection: sa.Connection, standing: Standing) -> None:
        may_withdraw(standing, node.me.participant)

    return _say(node, _Said(request=request, partner=partner, decision=Decision.WITHDRAWN, why=why), check)


def _say(node: Node, said: _Said, check: Check) -> Shown:
    require_sentence(said.why, "--why")

    def work(connection: sa.Connection) -> store.Asked:
        row = find(connection, said.request, said.partner)
        standing = standing_of(row)
        check(connection, standing)
        now = node.clock.now()
        answer = Answer(terms=standing.request.terms, decision=said.decision, reason=said.why, at=now)
        message = answer_to_message(answer)
        store.decide(connection, row.number, said.decision.value, now, said.why)
        # On the urgent lane: an answer is small, and a withdrawal must not wait behind anything.
        lane = Lane.URGENT.value
        channel.enqueue(connection, partner=row.asker, lane=lane, kind="consent", body=canonical(message), at=now)
        detail: dict[str, Json] = {**message, "partner": row.asker}
        audit(node, connection, "consent:request:answer", detail)
        return row

    row = node.database.write(work)
    node.signals.raise_(OUTBOX)
    return show(node, row.request, row.asker)
