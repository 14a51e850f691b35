# SPDX-License-Identifier: MIT
"""Showing: requests both ways as they stand, what was said to them, and what victims and two people agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.time import format_exact, format_rfc3339, parse_rfc3339
from tasuki.core.consent import reasons as why
from tasuki.core.consent.model import Standing, State
from tasuki.services.consent.knowing import find, ours, standing_of
from tasuki.services.node import Node
from tasuki.store import consent as store

_MOST_SAID: Final = 1000
"""Notices shown with one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request as people see it.

    Attributes:
        direction: `out` where we asked, `in` where a partner asks us.
        state: `asked`, `granted`, `refused`, `withdrawn` or `expired`.
        decision: what was said last that counts; of an expired request it tells what it had come to.
        objects: id and digest of each version; of a request to us also whether it is `ours`, `not-ours` or `not-held`.
        said: what partners said about it, newest first; `flag` says why something changed nothing.
    """

    request: str
    direction: str
    asker: str
    asked: str
    state: str
    audience: str
    purpose: str
    until: str
    why: str
    at: str
    objects: tuple[dict[str, str], ...]
    decision: str | None
    decided_at: str | None
    decided_why: str
    said: tuple[dict[str, Json], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAgreement:
    """What a victim agreed to, or an override.

    Attributes:
        kind: `victim`, `statutory` or `life`.
        state: `proposed`, `in-force`, `rejected`, `ended`, or `expired`.
        words: the statute, the threat, or why it was entered.
        reference: the case number of a victim's agreement.
    """

    number: int
    kind: str
    stix_id: str
    state: str
    audiences: tuple[str, ...]
    until: str
    words: str
    reference: str
    made_by: str
    made_at: str
    decided_by: str
    decided_at: str | None
    decided_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Requests both ways and agreements, newest first; and what partners said that changed nothing."""

    requests: tuple[Shown, ...]
    agreements: tuple[ShownAgreement, ...]
    flagged: tuple[dict[str, Json], ...]


def show(node: Node, request: str, partner: str | None = None) -> Shown:
    """Return one request with everything that was said to it.

    Raises:
        InputError: there is none of that id.
        CallerError: several askers chose it, and `partner` does not say which is meant.
    """
    with node.database.read() as connection:
        row = find(connection, request, partner)
        other = row.asked if row.asker == node.me.participant else row.asker
        notices = [each for each in store.said(connection, request, _MOST_SAID) if _belongs(each, other)]
        return _shown(node, connection, row, map(_said, notices))


def _belongs(notice: store.Said, other: str) -> bool:
    """Whether a notice was said by the other side, or by somebody whom nobody asked."""
    return notice.partner == other or notice.flag is not None


def listed(node: Node, *, limit: int) -> Listed:
    """Return the newest requests and agreements."""
    with node.database.read() as connection:
        return Listed(
            requests=tuple(_shown(node, connection, row) for row in store.requests(connection, limit)),
            agreements=tuple(_agreement(node, each) for each in store.agreements(connection, limit)),
            flagged=tuple(_said(each) for each in store.said(connection, None, limit) if each.flag is not None),
        )


def waiting(node: Node) -> dict[str, int]:
    """Return how many requests of each partner wait for our answer."""
    found: dict[str, int] = {}
    with node.database.read() as connection:
        for row in store.undecided(connection, node.me.participant):
            if standing_of(row).state(node.clock.now()) is State.ASKED:
                found[row.asker] = found.get(row.asker, 0) + 1
    return found


def shown_agreement(node: Node, number: int) -> ShownAgreement:
    """Return one agreement.

    Raises:
        CallerError: none has the number.
    """
    with node.database.read() as connection:
        found = store.agreement(connection, number)
    if found is None:
        raise CallerError(why.NO_PROPOSAL.because(number=number, state="proposed"))
    return _agreement(node, found)


def _shown(node: Node, connection: sa.Connection, row: store.Asked, said: Iterable[dict[str, Json]] = ()) -> Shown:
    standing = standing_of(row)
    terms, is_ours = standing.request.terms, row.asker == node.me.participant
    return Shown(
        request=row.request,
        direction="out" if is_ours else "in",
        asker=row.asker,
        asked=row.asked,
        state=standing.state(node.clock.now()).value,
        audience=str(terms.audience),
        purpose=terms.purpose,
        until=format_exact(terms.until),
        why=standing.request.reason,
        at=format_rfc3339(row.at),
        objects=tuple(_objects(standing, {} if is_ours else _known(node, connection, standing))),
        decision=None if standing.decision is None else standing.decision.value,
        decided_at=None if standing.decided_at is None else format_rfc3339(standing.decided_at),
        decided_why=standing.why,
        said=tuple(said),
    )


def _known(node: Node, connection: sa.Connection, standing: Standing) -> Mapping[str, str]:
    """Return for each version we are asked about what it is to us, by digest."""
    known = ours(node, connection, standing.request.terms.objects)
    words = {True: "ours", False: "not-ours", None: "not-held"}
    return {each.digest: words[known.get(each)] for each in standing.request.terms.objects}


def _objects(standing: Standing, known: Mapping[str, str]) -> Iterable[dict[str, str]]:
    for each in standing.request.terms.objects:
        named = {"id": each.stix_id, "digest": each.digest}
        yield {**named, "known": known[each.digest]} if known else named


def _said(notice: store.Said) -> dict[str, Json]:
    body = orjson.loads(notice.body)
    return {
        "partner": notice.partner,
        "type": notice.type,
        "request": notice.request,
        "decision": body.get("decision"),
        "why": body["reason"],
        "at": format_rfc3339(notice.at),
        "flag": None if notice.flag is None else orjson.loads(notice.flag),
    }


def _agreement(node: Node, found: store.Agreement) -> ShownAgreement:
    said = orjson.loads(found.body)
    over = found.state in ("proposed", "in-force") and node.clock.now() >= parse_rfc3339(said["until"])
    return ShownAgreement(
        number=found.number,
        kind=found.kind.value,
        stix_id=found.stix_id,
        state="expired" if over else found.state,
        audiences=tuple(said["audiences"]),
        until=said["until"],
        words=said.get("words", said.get("why", "")),
        reference=said.get("reference", ""),
        made_by=found.made_by,
        made_at=format_rfc3339(found.made_at),
        decided_by=found.decided_by,
        decided_at=None if found.decided_at is None else format_rfc3339(found.decided_at),
        decided_why=found.why,
    )
