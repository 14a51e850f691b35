# SPDX-License-Identifier: MIT
"""Asking: a closed node goes from partner to partner until it has caught up with each, and then opens by itself."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
import structlog

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError, TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.channel.model import START, Lane
from tasuki.core.recovery import reasons as why
from tasuki.core.recovery.model import Progress
from tasuki.services.channel.peers import partner_anchor
from tasuki.services.channel.running import trusted
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX, SEALED
from tasuki.services.recovery import confirming
from tasuki.services.recovery.collecting import collect, first_question
from tasuki.services.recovery.rebuilding import rebuild
from tasuki.store import channel
from tasuki.store import recovery as store

_LOG = structlog.get_logger("tasuki.recovery")

ITSELF = "caught-up"
"""Who opened a node that opened by itself."""


def catch_up(node: Node) -> bool:
    """Take every partner one step on, and open the node once all are caught up; return whether it is open.

    A partner that is away or objects keeps the node closed and the others waiting for nothing. One that was away when
    people opened the node is asked once it is back.
    """
    with node.locks.hold("recovery"):
        with node.database.read() as connection:
            is_open = not store.is_closed(connection)
            known = store.recoveries(connection)
        partners = [each for each in trusted(node) if not is_open or _is_behind(known.get(each))]
        if is_open and not partners:
            return True
        for partner in partners:
            try:
                _step(node, partner)
            except TasukiError as error:
                _LOG.warning("recovery.waits", partner=partner, reason=error.reason.code)
                _note(node, partner, error.reason, people=isinstance(error, PeerError))
        return is_open or _open(node, partners)


def _is_behind(known: store.Recovery | None) -> bool:
    """Whether a partner was not asked when people opened the node, and can be."""
    return (
        known is not None
        and known.state != Progress.CAUGHT_UP
        and not known.said.get("both")
        and known.said.get("code") != why.NOT_KNOWN_THERE.code
    )


def _step(node: Node, partner: ParticipantId) -> None:
    with node.database.read() as connection:
        known = store.recoveries(connection).get(partner)
    if known is None or "target" not in known.said:
        found = collect(node, partner_anchor(node, partner))
        if found is None:
            raise PeerError(why.NOT_KNOWN_THERE.because(partner=partner))
        rebuild(node, found)
        _ask_again(node, partner)
    elif known.state != Progress.CAUGHT_UP and not _is_caught_up(node, known):
        _ask_again(node, partner)
    with node.database.read() as connection:
        known = store.recoveries(connection)[partner]
    if known.state != Progress.CAUGHT_UP and _is_caught_up(node, known):
        _caught_up(node, known)


def _ask_again(node: Node, partner: ParticipantId) -> None:
    """Ask for everything that was lost to be sent again; what is here already is not asked for."""
    question = replace(first_question(node, partner), resend=True)
    confirming.ask_restored(node, partner_anchor(node, partner), question)


def _is_caught_up(node: Node, known: store.Recovery) -> bool:
    with node.database.read() as connection:
        state = channel.lane_state(connection, known.partner, Lane.URGENT.value, "in") or START
    return (state.epoch, state.next_seq) >= (_number(known.said["epoch"]), _number(known.said["target"]))


def _caught_up(node: Node, known: store.Recovery) -> None:
    """Say that a partner's urgent lane is here again; where it was restored too, people have to look."""
    both = bool(known.said.get("both"))
    state = Progress.PEOPLE if both else Progress.CAUGHT_UP
    said: dict[str, Json] = {**known.said}
    if both:
        said |= _reason(why.BOTH_RESTORED.because(partner=known.partner))
    if (known.state, known.said) == (state, said):
        return
    now = node.clock.now()
    node.database.write(lambda connection: store.note_recovery(connection, known.partner, state, said, now))


def _note(node: Node, partner: ParticipantId, reason: Reason, *, people: bool) -> None:
    """Remember why a partner is not caught up; what was rebuilt stays so."""

    def work(connection: sa.Connection) -> None:
        known = store.recoveries(connection).get(partner)
        said = {**(known.said if known is not None else {}), **_reason(reason)}
        state = Progress.PEOPLE.value if people else (known.state if known is not None else Progress.WAITING.value)
        if known is None or (known.state, known.said) != (state, said):
            store.note_recovery(connection, partner, state, said, node.clock.now())

    node.database.write(work)


def _reason(reason: Reason) -> dict[str, Json]:
    return {"code": reason.code, "en": reason.sentence(), "ja": reason.as_json()["ja"]}  # type: ignore[dict-item]


def _open(node: Node, partners: list[ParticipantId]) -> bool:
    def work(connection: sa.Connection) -> bool:
        known = store.recoveries(connection)
        if any(known.get(each) is None or known[each].state != Progress.CAUGHT_UP for each in partners):
            return False
        if store.open_up(connection, at=node.clock.now(), by=ITSELF):
            audit(node, connection, "recovery:node:open", {"by": [ITSELF], "partners": [*partners]})
        return True

    is_open = node.database.write(work)
    if is_open:
        node.signals.raise_(OUTBOX)
        node.signals.raise_(SEALED)
    return is_open


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
