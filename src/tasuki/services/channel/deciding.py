# SPDX-License-Identifier: MIT
"""Deciding: a person says what becomes of what an envelope brought; the sender gets a receipt that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, PeerError
from tasuki.base.ids import participant
from tasuki.base.time import parse_rfc3339
from tasuki.core.channel import deciding
from tasuki.core.channel.model import Arrival, Disposition, Lane
from tasuki.core.channel.reasons import DECIDED_ON_NOTHING
from tasuki.core.release.released import release_notice
from tasuki.formats.envelope.objects import read_objects
from tasuki.formats.json import strict
from tasuki.formats.stix.assistance import TYPES
from tasuki.services.channel.peers import policy
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.services.reasons import NO_ENVELOPE, PAYLOAD_SURPRISE
from tasuki.store import channel as store

_STATEMENT: Final = b"assistance-"

Apply = Callable[[sa.Connection], Disposition]


def decide(node: Node, env_id: str, decision: str, office: str) -> None:
    """Say to its sender what a person decided on an envelope; saying the same again says it once.

    Raises:
        CallerError: this node did not receive it, it is a decided receipt, or the decision or office is none.
    """
    deciding.require_decision(decision, office)
    with node.database.read() as connection:
        found = store.passage(connection, env_id)
    if found is None:
        raise CallerError(NO_ENVELOPE.because(env_id=env_id[:60]))
    deciding.require_decidable(env_id, found.direction, found.type)

    def work(connection: sa.Connection) -> None:
        decide_within(node, connection, found, decision, office)

    node.database.write(work)
    node.signals.raise_(OUTBOX)


def decide_within(node: Node, connection: sa.Connection, passage: store.Passage, decision: str, office: str) -> None:
    """Queue a decided receipt in the transaction of the act that decided, unless the same was said last."""
    said = store.decisions(connection, [passage.env_id]).get(passage.env_id, [])
    ours = [each for each in said if each.direction == "out"]
    if ours and (ours[-1].decision, ours[-1].office) == (decision, office):
        return
    now = node.clock.now()
    store.keep_decision(
        connection,
        store.Decision(
            partner=passage.partner,
            direction="out",
            env_id=passage.env_id,
            decision=decision,
            office=office,
            at=now,
        ),
    )
    body = canonical(deciding.decided(passage.env_id, decision, office, now))
    store.enqueue(
        connection, partner=participant(passage.partner), lane=passage.lane, kind=deciding.TYPE, body=body, at=now
    )
    detail: dict[str, Json] = {
        "partner": passage.partner,
        "env_id": passage.env_id,
        "decision": decision,
        "office": office,
    }
    audit(node, connection, "envelope-decided", detail)


def decide_on_statement(
    node: Node, connection: sa.Connection, partner: str, digest: str, decision: str, office: str
) -> None:
    """Queue a decided receipt for the envelope that brought a statement, where one did and it is known."""
    env_id = store.brought_by(connection, partner, digest)
    passage = None if env_id is None else store.passage(connection, env_id)
    if passage is not None and passage.direction == "in":
        decide_within(node, connection, passage, decision, deciding.office_code(office))


def noting(arrival: Arrival, apply: Apply) -> Apply:
    """Return `apply` that also remembers which statements about requests for assistance the envelope brought."""
    digests = _statements(arrival)
    if not digests:
        return apply

    def noted(connection: sa.Connection) -> Disposition:
        done = apply(connection)
        if done.status == "stored":
            store.note_brought(connection, arrival.partner, arrival.env_id, digests)
        return done

    return noted


def _statements(arrival: Arrival) -> list[str]:
    """Return the digests of statements in an urgent envelope; on other lanes they do not come."""
    if arrival.type != "objects" or arrival.lane == Lane.BULK:
        return []
    return [hashlib.sha256(part.body).hexdigest() for part in read_objects(arrival.payload) if _is_statement(part.body)]


def _is_statement(body: bytes) -> bool:
    if _STATEMENT not in body:
        return False
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and value.get("type") in TYPES


def prepare_decided(node: Node, arrival: Arrival) -> Apply:
    """Read what a person at the partner decided; the function returned keeps it beside the envelope it is about.

    Raises:
        InputError: the message is not strict JSON.
        CallerError: it has not the form of a decided receipt.
        PeerError: it is about nothing that was sent to that partner, or about a decided receipt.
    """
    message = strict.loads(arrival.payload)
    if not isinstance(message, dict):
        raise PeerError(PAYLOAD_SURPRISE.because(cause=type(message).__name__))
    # The closed list of members holds for what comes in as for what goes out.
    release_notice(arrival.type, message, str(node.home), policy(node))
    env_id = str(message["env_id"])
    with node.database.read() as connection:
        about = store.passage(connection, env_id)
    if about is None or (about.direction, about.partner) != ("out", arrival.partner) or about.type == deciding.TYPE:
        raise PeerError(DECIDED_ON_NOTHING.because(partner=arrival.partner, env_id=env_id))
    decision = store.Decision(
        partner=arrival.partner,
        direction="in",
        env_id=env_id,
        decision=str(message["decision"]),
        office=str(message["office"]),
        at=parse_rfc3339(str(message["at"])),
    )

    def apply(connection: sa.Connection) -> Disposition:
        store.keep_message(connection, arrival, node.clock.now())
        store.keep_decision(connection, decision)
        return Disposition(status="stored", reason=None, counts={"messages": 1})

    return apply
