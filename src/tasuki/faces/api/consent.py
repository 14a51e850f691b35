# SPDX-License-Identifier: MIT
"""Consent for programs of this node: ask originators, answer, enter what victims said, override with two people."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from tasuki.core.consent.wording import moment
from tasuki.core.holdings.model import Victim
from tasuki.core.persons.model import Principal
from tasuki.core.release.circumstances import GrantKind
from tasuki.faces.http.kit import get, post, post_by
from tasuki.services import consent, release
from tasuki.services.node import Node

MOST: Final = 10_000
"""Ids in one question, entries in one answer."""

MOST_AUDIENCES: Final = 100
"""Audiences in one agreement."""

Ids = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST)]
Audiences = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_AUDIENCES)]


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many requests and agreements to list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 20


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request; `partner` where two askers chose its id."""

    request: str
    partner: str | None = None


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to go on, to whom, until a moment or a time from now such as `30d`, and why."""

    ids: Ids
    to: str
    until: str
    why: str
    purpose: str = consent.PURPOSE
    lane: Literal["urgent", "bulk"] = "bulk"


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request is answered, and why so."""

    request: str
    why: str
    partner: str | None = None


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a victim agreed to; `reference` is the case number, never a name."""

    stix_id: str
    to: Audiences
    until: str
    reference: str
    why: str


class Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a victim says instead."""

    stix_id: str
    victim: Literal["anonymous", "refused", "national-only"]
    why: str


class Proposed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An override; `words` are the statute, or what threatens whose life."""

    stix_id: str
    to: str
    basis: Literal["statutory", "life"]
    words: str
    until: str


class Decided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which override is decided on, and why so."""

    number: int
    why: str


def _list(node: Node, question: Which) -> consent.Listed:
    return consent.listed(node, limit=question.limit)


def _show(node: Node, question: One) -> consent.Shown:
    return consent.show(node, question.request, question.partner)


def _ask(node: Node, question: Asked) -> list[consent.Shown]:
    asking = consent.Asking(
        ids=question.ids,
        to=release.audience_of(node, question.to),
        until=moment(question.until, node.clock.now()),
        why=question.why,
        purpose=question.purpose,
        lane=question.lane,
    )
    return consent.ask(node, asking)


def _grant(node: Node, question: Answered) -> consent.Shown:
    return consent.grant(node, question.request, why=question.why, partner=question.partner)


def _refuse(node: Node, question: Answered) -> consent.Shown:
    return consent.refuse(node, question.request, why=question.why, partner=question.partner)


def _withdraw(node: Node, question: Answered) -> consent.Shown:
    return consent.withdraw(node, question.request, why=question.why, partner=question.partner)


def _agree(node: Node, question: Agreed) -> consent.ShownAgreement:
    agreeing = consent.Agreeing(
        stix_id=question.stix_id,
        to=tuple(release.audience_of(node, each) for each in question.to),
        until=moment(question.until, node.clock.now()),
        reference=question.reference,
        why=question.why,
    )
    return consent.agree(node, agreeing)


def _state(node: Node, question: Stated) -> consent.Stated:
    return consent.state_victim(node, question.stix_id, Victim(question.victim), why=question.why)


def _propose(node: Node, question: Proposed, principal: Principal) -> consent.ShownAgreement:
    proposal = consent.Proposal(
        stix_id=question.stix_id,
        to=release.audience_of(node, question.to),
        kind=GrantKind(question.basis),
        words=question.words,
        until=moment(question.until, node.clock.now()),
    )
    return consent.propose(node, principal, proposal)


def _confirm(node: Node, question: Decided, principal: Principal) -> consent.ShownAgreement:
    return consent.confirm(node, principal, question.number, why=question.why)


def _reject(node: Node, question: Decided, principal: Principal) -> consent.ShownAgreement:
    return consent.reject(node, principal, question.number, why=question.why)


def _end(node: Node, question: Decided, principal: Principal) -> consent.ShownAgreement:
    return consent.end(node, principal, question.number, why=question.why)


ROUTES: Final = (
    get("/v1/consent", Which, _list),
    post("/v1/consent", Asked, _ask),
    post("/v1/consent/victim", Agreed, _agree),
    post("/v1/consent/victim/state", Stated, _state),
    post_by("/v1/consent/override", Proposed, _propose),
    post_by("/v1/consent/override/confirm", Decided, _confirm),
    post_by("/v1/consent/override/reject", Decided, _reject),
    post_by("/v1/consent/override/end", Decided, _end),
    get("/v1/consent/{request}", One, _show),
    post("/v1/consent/{request}/grant", Answered, _grant),
    post("/v1/consent/{request}/refuse", Answered, _refuse),
    post("/v1/consent/{request}/withdraw", Answered, _withdraw),
)
