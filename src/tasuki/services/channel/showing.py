# SPDX-License-Identifier: MIT
"""Showing: where the lanes stand, and what became of each envelope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tasuki.base.errors import CallerError, PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.services.channel.running import trusted
from tasuki.services.channel.sending import sync
from tasuki.services.node import Node
from tasuki.services.reasons import NO_ENVELOPE, UNKNOWN_PARTNER
from tasuki.store import channel as store


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One lane to one partner.

    Attributes:
        waiting: acts not sealed yet.
        unanswered: envelopes sealed, whose receipt is not held yet.
        sent: number of the last envelope sealed; `received`: of the last one taken in.
        answered: envelopes out by the status of their receipt.
    """

    partner: str
    lane: str
    waiting: int
    unanswered: int
    sent: int
    received: int
    answered: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """What a stored receipt says."""

    status: str
    reason: str | None
    params: dict[str, str | int]
    contiguous: int
    log_index: int
    at: datetime
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """What a person decided on an envelope.

    Attributes:
        by: the participant whose person it was; `office` is theirs.
    """

    by: str
    decision: str
    office: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeView:
    """One envelope and what became of it; nothing of its content.

    Attributes:
        decided: what people decided on it, oldest first.
    """

    direction: str
    env_id: str
    partner: str
    lane: str
    epoch: int
    seq: int
    type: str
    hash: str
    status: str
    at: datetime
    receipt: ReceiptView | None
    decided: list[DecisionView]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncView:
    """What a sync with one partner came to.

    Attributes:
        receipted: envelopes whose receipt was brought home.
        stopped: why it ended early, as code and sentences; None where nothing waits any more.
    """

    partner: str
    receipted: int
    stopped: dict[str, object] | None


def lanes(node: Node) -> list[LaneView]:
    """Return where every lane to every partner stands."""
    with node.database.read() as connection:
        return [
            LaneView(
                partner=each.partner,
                lane=each.lane,
                waiting=each.waiting,
                unanswered=each.unanswered,
                sent=each.sent.next_seq - 1,
                received=each.received.next_seq - 1,
                answered=each.answered,
            )
            for each in store.summaries(connection)
        ]


def envelopes(node: Node, *, partner: str | None, lane: str | None, limit: int) -> list[EnvelopeView]:
    """Return the newest envelopes of both directions, newest first."""
    with node.database.read() as connection:
        found = store.history(connection, partner=partner, lane=lane, limit=limit)
        decided = store.decisions(connection, [each.env_id for each in found])
    return [_view(node, each, decided.get(each.env_id, ())) for each in found]


def envelope(node: Node, env_id: str) -> EnvelopeView:
    """Return one envelope and its receipt.

    Raises:
        CallerError: this node neither sent nor received it.
    """
    with node.database.read() as connection:
        found = store.passage(connection, env_id)
        decided = store.decisions(connection, [env_id]).get(env_id, ())
    if found is None:
        raise CallerError(NO_ENVELOPE.because(env_id=env_id[:60]))
    return _view(node, found, decided)


def sync_with(node: Node, partner: str | None) -> list[SyncView]:
    """Seal and push what waits for one partner, or for all; a partner that cannot be reached stops only itself.

    Raises:
        CallerError: no partner of that name is trusted here.
    """
    known = trusted(node)
    if partner is not None and partner not in known:
        raise CallerError(UNKNOWN_PARTNER.because(partner=partner[:60]))
    return [_sync_one(node, each) for each in known if partner in (None, each)]


def _sync_one(node: Node, partner: ParticipantId) -> SyncView:
    receipted = 0
    stopped: dict[str, object] | None = None
    try:
        receipted = sync(node, partner)
    except (WorldError, PeerError) as error:
        stopped = error.reason.as_json()
    return SyncView(partner=partner, receipted=receipted, stopped=stopped)


def _view(node: Node, found: store.Passage, decided: Iterable[store.Decision]) -> EnvelopeView:
    return EnvelopeView(
        direction=found.direction,
        env_id=found.env_id,
        partner=found.partner,
        lane=found.lane,
        epoch=found.epoch,
        seq=found.seq,
        type=found.type,
        hash=found.hash,
        status=found.status,
        at=found.at,
        receipt=None if found.receipt is None else _receipt(found.receipt),
        decided=[
            DecisionView(
                by=node.me.participant if each.direction == "out" else each.partner,
                decision=each.decision,
                office=each.office,
                at=each.at,
            )
            for each in decided
        ],
    )


def _receipt(raw: bytes) -> ReceiptView:
    signed = read_receipt(raw)
    receipt = signed.receipt
    return ReceiptView(
        status=receipt.status,
        reason=receipt.reason,
        params=dict(receipt.params),
        contiguous=receipt.contiguous,
        log_index=receipt.log_index,
        at=receipt.at,
        hash=signed.hash,
    )
