# SPDX-License-Identifier: MIT
"""Requests for assistance for programs of this node: ask, amend, acknowledge, answer, end, list."""

from __future__ import annotations

from typing import Final

import msgspec

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.assistance.acts import Amending, Answering, Asking, Office
from tasuki.core.assistance.clocks import moment
from tasuki.core.release.released import Released
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.faces.http.reasons import BAD_REQUEST
from tasuki.services import assistance
from tasuki.services.assistance import Shown
from tasuki.services.node import Node


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which requests to list: the open ones, or those that ended too."""

    ended: bool = False


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request; `asker` where two participants used its id."""

    stix_id: str
    asker: str | None = None


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new request. `victims` are names that must not stand in it; `needed_by` a moment, or `6h` from now."""

    to: str
    trigger: str
    severity: str
    wanted: tuple[str, ...]
    consent: str
    summary: str
    explanation: str = ""
    effects: tuple[str, ...] = ()
    needed_by: str | None = None
    victims: tuple[str, ...] = ()
    tlp: str | None = None


class Amended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the next version of our request says differently; what is left out stays."""

    stix_id: str
    to: str | None = None
    trigger: str | None = None
    severity: str | None = None
    wanted: tuple[str, ...] | None = None
    consent: str | None = None
    summary: str | None = None
    explanation: str | None = None
    effects: tuple[str, ...] | None = None
    needed_by: str | None = None
    victims: tuple[str, ...] = ()
    tlp: str | None = None


class Acknowledged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a person saw a request."""

    stix_id: str
    office: str
    role: str = "duty-officer"
    severity: str = ""
    asker: str | None = None
    tlp: str | None = None


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision, a question, or that help was given with `results`."""

    stix_id: str
    office: str
    role: str = "duty-officer"
    accepted: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    reason_code: str = ""
    referred_to: str = ""
    question: str = ""
    done: bool = False
    results: tuple[str, ...] = ()
    severity: str = ""
    explanation: str = ""
    asker: str | None = None
    tlp: str | None = None


class Ended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How our request ends."""

    stix_id: str
    outcome: str
    office: str
    role: str = "duty-officer"
    explanation: str = ""
    tlp: str | None = None


def _list(node: Node, question: Which) -> list[Shown]:
    return assistance.listed(node, ended=question.ended)


def _show(node: Node, question: One) -> Shown:
    return assistance.show(node, question.stix_id, question.asker)


def _ask(node: Node, question: Asked) -> Shown:
    asking = Asking(
        to=_audience(question.to),
        trigger=question.trigger,
        severity=question.severity,
        wanted=question.wanted,
        consent=question.consent,
        summary=question.summary,
        explanation=question.explanation,
        effects=question.effects,
        needed_by=None if question.needed_by is None else moment(question.needed_by, node.clock.now()),
        victims=question.victims,
    )
    return assistance.ask(node, asking, tlp=question.tlp)


def _amend(node: Node, question: Amended) -> Shown:
    amending = Amending(
        to=None if question.to is None else _audience(question.to),
        trigger=question.trigger,
        severity=question.severity,
        wanted=question.wanted,
        consent=question.consent,
        summary=question.summary,
        explanation=question.explanation,
        effects=question.effects,
        needed_by=None if question.needed_by is None else moment(question.needed_by, node.clock.now()),
        victims=question.victims,
    )
    return assistance.amend(node, question.stix_id, amending, tlp=question.tlp)


def _acknowledge(node: Node, question: Acknowledged) -> Shown:
    office = Office(office=question.office, role=question.role)
    return assistance.acknowledge(
        node, question.stix_id, office, asker=question.asker, severity=question.severity, tlp=question.tlp
    )


def _answer(node: Node, question: Answered) -> Shown:
    answering = Answering(
        accepted=question.accepted,
        declined=question.declined,
        reason_code=question.reason_code,
        referred_to=question.referred_to,
        question=question.question,
        done=question.done,
        results=question.results,
        severity=question.severity,
        explanation=question.explanation,
    )
    office = Office(office=question.office, role=question.role)
    return assistance.answer(node, question.stix_id, answering, office, asker=question.asker, tlp=question.tlp)


def _close(node: Node, question: Ended) -> Shown:
    office = Office(office=question.office, role=question.role)
    return assistance.close(
        node, question.stix_id, question.outcome, office, explanation=question.explanation, tlp=question.tlp
    )


def _words(_node: Node, _question: Nothing) -> dict[str, dict[str, dict[str, str]]]:
    return assistance.words()


def _definitions(node: Node, _question: Nothing) -> Released:
    return assistance.definitions(node)


def _audience(text: str) -> Audience:
    try:
        return Audience.parse(text)
    except ValueError as error:
        raise CallerError(BAD_REQUEST.because(detail=str(error)[:200])) from error


ROUTES: Final = (
    get("/v1/assistance", Which, _list),
    post("/v1/assistance", Asked, _ask),
    get("/v1/assistance/words", Nothing, _words),
    get("/v1/assistance/definitions", Nothing, _definitions),
    get("/v1/assistance/{stix_id}", One, _show),
    post("/v1/assistance/{stix_id}/amend", Amended, _amend),
    post("/v1/assistance/{stix_id}/acknowledge", Acknowledged, _acknowledge),
    post("/v1/assistance/{stix_id}/answer", Answered, _answer),
    post("/v1/assistance/{stix_id}/close", Ended, _close),
)
