# SPDX-License-Identifier: MIT
"""Requests for assistance as people and programs see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import uuid4
from tasuki.base.reasons import Text
from tasuki.base.time import format_rfc3339
from tasuki.core.assistance import words as lists
from tasuki.core.assistance.clocks import Clocks, Deadline, clocks
from tasuki.core.assistance.model import ENDED, Case, Step
from tasuki.core.assistance.words import status_line
from tasuki.core.markings.labels import label_of
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.released import Released, release_document
from tasuki.core.release.rules import decide
from tasuki.formats.stix.assistance import Ending, Request, Response, Severity
from tasuki.formats.stix.build import bundle
from tasuki.formats.stix.definitions import handed_out
from tasuki.services.assistance.hearing import Heard, Unread, hear
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.store import assistance as store

Shown = dict[str, object]
"""A case for machines; faces put it into words."""

_KINDS: Final[dict[type, str]] = {Request: "request", Response: "response", Ending: "ending"}


def listed(node: Node, *, ended: bool = False) -> list[Shown]:
    """Return every case that is open (with `ended`, every one), newest first, then what could not be read."""
    heard = hear(node)
    cases = [each for each in heard.cases if ended or each.state not in ENDED]
    now = node.clock.now()
    with node.database.read() as connection:
        shown = [_shown(node, connection, each, heard, now) for each in cases]
    return shown + [_unread(each) for each in heard.unread]


def _unread(each: Unread) -> Shown:
    return {"id": each.stix_id, "state": "unreadable", "speaker": each.speaker, "remark": each.reason.as_json()}


def show(node: Node, stix_id: str, asker: str | None = None, *, changed: bool | None = None) -> Shown:
    """Return one case; `changed` is added where an act says whether it did something.

    Raises:
        InputError: nothing about such a request is held.
        CallerError: two participants used the id.
    """
    heard = hear(node)
    case = heard.case(stix_id, asker)
    with node.database.read() as connection:
        shown = _shown(node, connection, case, heard, node.clock.now())
    return shown if changed is None else {"changed": changed, **shown}


def words() -> dict[str, dict[str, dict[str, str]]]:
    """Return every closed list with its words in both languages: what a form offers."""
    named: dict[str, Mapping[str, Text]] = {
        "states": lists.STATES,
        "wanted": lists.WANTED,
        "effects": lists.EFFECTS,
        "consent": lists.CONSENT,
        "reason_codes": lists.REASON_CODES,
        "referred_to": lists.CHANNELS,
        "endings": lists.ENDINGS,
    }
    return {name: {word: _both(text) for word, text in each.items()} for name, each in named.items()}


def definitions(node: Node) -> Released:
    """Return a bundle of our extension definitions, to be handed to anybody who wants to understand our objects."""
    label = label_of(levels=["clear"], caveats=[], blocked=[], originator=node.me.participant)
    verdict = decide(label, node.home, node.gate.rules, Circumstances(now=node.clock.now()))
    identifier = f"bundle--{uuid4(node.entropy.draw(16))}"
    made = handed_out()
    document = b"".join(bundle(identifier, made))
    released = release_document("export", document, [verdict], str(node.home), node.gate.rules.digest)
    detail = {"definitions": len(made) - 1}
    node.database.write(lambda connection: audit(node, connection, "assistance:definitions:export", detail))
    return released


def _shown(node: Node, connection: sa.Connection, case: Case, heard: Heard, now: datetime) -> Shown:
    request, me = case.request, node.me.participant
    running = clocks(case, node.profile, now)
    other = case.asked if case.asker == me else case.asker
    ours = [heard.positions[each.said.digest] for each in case.steps if each.said.speaker == me]
    passed = {} if other is None else store.passages(connection, other, ours)
    return {
        "id": case.id,
        "state": case.state.value,
        "we": "asker" if case.asker == me else "asked" if case.asked == me else "neither",
        "asker": case.asker,
        "asked": case.asked,
        "request": None if request is None else _asked(request),
        "accepted": list(case.accepted),
        "declined": [
            {"item": each.item, "reason_code": each.reason_code or None, "referred_to": each.referred_to or None}
            for each in case.decisions
            if not each.accepted
        ],
        "open": list(case.open),
        "question": case.question or None,
        "ending": case.ending or None,
        "severities": _severities(node, case),
        "clocks": None if running is None else _clocks(running, now),
        "status_line": _both(status_line(node.profile)),
        "steps": [_step(each, passed.get(heard.positions[each.said.digest])) for each in case.steps],
        "flagged": sum(not each.counts for each in case.steps),
    }


def _asked(request: Request) -> Shown:
    return {
        "from": str(request.sender),
        "to": str(request.to),
        "created": format_rfc3339(request.created),
        "modified": format_rfc3339(request.modified),
        "trigger": request.trigger,
        "effects": list(request.effects),
        "wanted": list(request.wanted),
        "needed_by": None if request.needed_by is None else format_rfc3339(request.needed_by),
        "consent": request.consent,
        "summary": request.summary,
        "explanation": request.explanation or None,
    }


def _severities(node: Node, case: Case) -> list[Shown]:
    """Return both sides' judgements side by side, each on its own scale; None where a side stated none."""
    known = dict(case.severities)
    sides = dict.fromkeys(each for each in (case.asker, case.asked) if each is not None)
    return [{"participant": side, **_severity(node, side, known.get(side))} for side in sides]


def _severity(node: Node, side: str, stated: Severity | None) -> Shown:
    scale = next((each.severity for each in node.profile.participants if each.id == side), None)
    meaning = None if scale is None or stated is None else scale.levels.get(stated.value)
    return {
        "scale": None if scale is None else scale.id,
        "scale_name": None if scale is None else _both(scale.name),
        "value": None if stated is None else stated.value,
        "meaning": None if meaning is None else _both(meaning),
    }


def _clocks(running: Clocks, now: datetime) -> Shown:
    return {
        "pace": running.pace,
        "acknowledge": _deadline(running.acknowledge, now),
        "decide": _deadline(running.decide, now),
        "needed": _deadline(running.needed, now),
    }


def _deadline(deadline: Deadline | None, now: datetime) -> Shown | None:
    if deadline is None:
        return None
    return {
        "due": format_rfc3339(deadline.due),
        "minutes_left": (deadline.due - now) // timedelta(minutes=1),
        "met_at": None if deadline.met_at is None else format_rfc3339(deadline.met_at),
        "overdue": deadline.overdue,
    }


def _step(step: Step, passage: str | None) -> Shown:
    what = step.said.what
    said: Shown = {
        "at": format_rfc3339(what.modified),
        "speaker": step.said.speaker,
        "kind": _KINDS[type(what)],
        "id": what.id,
        "explanation": what.explanation or None,
        "counts": step.counts,
        "remarks": [each.as_json() for each in step.remarks],
        "delivery": passage,
    }
    if not isinstance(what, Request):
        said |= {"outcome": what.outcome, "office": what.office, "role": what.role}
    if isinstance(what, Response):
        said |= {
            "accepted": list(what.accepted),
            "declined": list(what.declined),
            "reason_code": what.reason_code or None,
            "referred_to": what.referred_to or None,
            "question": what.question or None,
            "results": list(what.results),
        }
    return said


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
