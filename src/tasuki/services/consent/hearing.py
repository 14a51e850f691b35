# SPDX-License-Identifier: MIT
"""Hearing: requests of partners are kept for people; answers become grants only where nothing is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.base.reasons import Reason
from tasuki.core.channel.model import Arrival, Disposition
from tasuki.core.consent import reasons as why
from tasuki.core.consent.judging import grants_of, heard
from tasuki.core.consent.model import Decision, Standing
from tasuki.core.consent.notices import answer_from_message, request_from_message
from tasuki.core.release.released import release_notice
from tasuki.formats.json import strict
from tasuki.services import withdrawal
from tasuki.services.consent.knowing import standing_of
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.reasons import PAYLOAD_SURPRISE
from tasuki.store import consent as store

CALLED_BACK: Final = "Its originator withdrew its consent. / 作成元が同意を撤回しました。"
"""What those hear who got something under a consent that was withdrawn: the originator's words were for us alone."""

Apply = Callable[[sa.Connection], Disposition]


def prepare_request(node: Node, arrival: Arrival) -> Apply:
    """Read a request for our consent; the function returned keeps it. Nothing is answered before a person does.

    An answer of the machine would tell the partner what is held here and what is not.

    Raises:
        PeerError: it is no JSON object.
        InputError: it is not strict JSON.
        CallerError: it has not the members and forms of its notice.
    """
    message = _message(node, arrival)
    request, body = request_from_message(message), canonical(dict(message))
    name = request.terms.request

    def apply(connection: sa.Connection) -> Disposition:
        now = node.clock.now()
        before = [each for each in store.request(connection, name) if each.asker == arrival.partner]
        flag = None
        if not before:
            asker, me = arrival.partner, node.me.participant
            store.keep_request(connection, asker=asker, asked=me, request=name, body=body, at=now)
        elif before[0].body != body:
            flag = why.USED_AGAIN.because(partner=arrival.partner, request=name)
        store.keep_said(connection, arrival, name, now, _flag(flag))
        detail: dict[str, Json] = {**message, "partner": arrival.partner, "env_id": arrival.env_id, "flag": _code(flag)}
        audit(node, connection, "consent:request:received", detail)
        return Disposition(status="stored", reason=None, counts={"requests": 1 - len(before[:1])})

    return apply


def prepare_answer(node: Node, arrival: Arrival) -> Apply:
    """Read an answer to a request of ours; the function returned grants or takes back, or keeps it flagged.

    Raises:
        PeerError: it is no JSON object.
        InputError: it is not strict JSON.
        CallerError: it has not the members and forms of its notice.
    """
    message = _message(node, arrival)
    answer = answer_from_message(message)
    name = answer.terms.request

    def apply(connection: sa.Connection) -> Disposition:
        now = node.clock.now()
        row = _put_to(connection, name, node, arrival)
        outcome = heard(None if row is None else standing_of(row), answer, arrival.partner, now)
        flag = outcome if isinstance(outcome, Reason) else None
        if row is not None and isinstance(outcome, Standing):
            store.decide(connection, row.number, answer.decision.value, now, answer.reason)
            _act(node, connection, outcome, answer.decision)
        store.keep_said(connection, arrival, name, now, _flag(flag))
        detail: dict[str, Json] = {**message, "partner": arrival.partner, "env_id": arrival.env_id, "flag": _code(flag)}
        audit(node, connection, "consent:answer:received", detail)
        return Disposition(status="stored", reason=None, counts={answer.decision.value: int(flag is None)})

    return apply


def _put_to(connection: sa.Connection, name: str, node: Node, arrival: Arrival) -> store.Asked | None:
    """Return the request of ours that was put to whoever answers, or None."""
    mine = (each for each in store.request(connection, name) if each.asker == node.me.participant)
    return next((each for each in mine if each.asked == arrival.partner), None)


def _act(node: Node, connection: sa.Connection, standing: Standing, decision: Decision) -> None:
    under = standing.request.terms.request
    if decision is Decision.GRANTED:
        objects = standing.request.terms.objects
        named = zip((each.stix_id for each in objects), grants_of(standing), strict=True)
        store.add_grants(connection, named, under)
    elif decision is Decision.WITHDRAWN:
        call_back(node, connection, store.withdraw_grants(connection, under))


def call_back(node: Node, connection: sa.Connection, withdrawn: Iterable[int]) -> None:
    """Call back what left under these grants alone, from whoever got it and may no longer have it."""
    by_audience: dict[str, list[store.Departed]] = {}
    for each in store.left_under(connection, withdrawn):
        by_audience.setdefault(str(each.audience), []).append(each)
    for departed in by_audience.values():
        ids = [each.stix_id for each in departed]
        words = withdrawal.recall_from(node, connection, ids, [departed[0].audience], CALLED_BACK)
        told = {stix_id for word in words for stix_id in word.ids}
        for each in departed:
            if each.stix_id in told:
                store.forget_reliance(connection, each)


def _message(node: Node, arrival: Arrival) -> Mapping[str, Json]:
    message = strict.loads(arrival.payload)
    if not isinstance(message, dict):
        raise PeerError(PAYLOAD_SURPRISE.because(cause=type(message).__name__))
    # The closed list of members and forms holds for what comes in as for what goes out.
    release_notice(arrival.type, message, str(node.home), node.gate.rules.digest)
    return message


def _flag(reason: Reason | None) -> str | None:
    return None if reason is None else canonical(reason.as_json()).decode()


def _code(reason: Reason | None) -> str | None:
    return None if reason is None else reason.code
