# SPDX-License-Identifier: MIT
"""Collecting: everything a partner knows of this node from after the copy was made, page by page, and checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from tasuki.base.errors import PeerError, TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.core.channel.model import START, Lane, LaneState
from tasuki.core.channel.sending import Sent as Expected
from tasuki.core.channel.sending import accept_receipt
from tasuki.core.ledger.model import Leaf, mirror_log, pair_log
from tasuki.core.recovery.model import Answer, Got, LaneAsked, LaneTold, Question, Sent
from tasuki.core.recovery.reasons import STRANGE_ANSWER
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.receipt import STATEMENT_TYPE, SignedReceipt, read_receipt
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import verify
from tasuki.services.node import Node
from tasuki.services.recovery import confirming
from tasuki.store import channel, ledger

MAX_PAGES = 20_000
"""Answers of one collecting: four million receipts, twenty million leaves."""


@dataclass(slots=True, kw_only=True)
class Collected:
    """What one partner knows.

    Attributes:
        size: leaves of our log that were here before; `mirror` of the partner's.
        ours: where each lane stood here, by lane: what was taken in, what was given out.
        given: our own receipts that it holds, raw and read, by the envelope.
        sent: our envelopes that it took, each with its receipt.
    """

    anchor: Anchor
    size: int
    mirror: int
    ours: dict[str, tuple[LaneState, LaneState]]
    last: Answer
    leaves: list[Leaf] = field(default_factory=list)
    theirs: list[Leaf] = field(default_factory=list)
    given: dict[str, tuple[bytes, SignedReceipt]] = field(default_factory=dict)
    sent: list[tuple[Sent, SignedReceipt]] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)

    @property
    def partner(self) -> ParticipantId:
        """Who it is."""
        return self.anchor.name.participant

    @property
    def lanes(self) -> dict[str, LaneTold]:
        """Where its lanes stand, by lane."""
        return {each.lane: each for each in self.last.lanes}


def first_question(node: Node, partner: ParticipantId) -> Question:
    """Return the question of a node that lost what came after the state it is in."""
    with node.database.read() as connection:
        size = ledger.size(connection, pair_log(partner))
        mirror = ledger.size(connection, mirror_log(partner))
        lanes = tuple(_asked(connection, partner, lane.value) for lane in Lane)
    step = confirming.propose(node, partner, restored=True)
    return Question(restored=True, size=size, mirror=mirror, got_after=0, resend=False, step=step, lanes=lanes)


def _asked(connection: sa.Connection, partner: ParticipantId, lane: str) -> LaneAsked:
    came = channel.lane_state(connection, partner, lane, "in") or START
    went = channel.lane_state(connection, partner, lane, "out") or START
    return LaneAsked(
        lane=lane,
        epoch_in=came.epoch,
        next_in=came.next_seq,
        receipts_from=came.next_seq,
        epoch_out=went.epoch,
        next_out=went.next_seq,
        sent_from=went.next_seq,
    )


def collect(node: Node, anchor: Anchor) -> Collected | None:
    """Ask until nothing more comes; None where the partner runs a release that cannot be asked.

    Raises:
        WorldError: the partner was not reached.
        PeerError: what it says contradicts itself, or is not signed by whom it should be.
    """
    partner = anchor.name.participant
    question = first_question(node, partner)
    answer = confirming.ask_restored(node, anchor, question)
    if answer is None:
        return None
    with node.database.read() as connection:
        ours = {lane.value: _states(connection, partner, lane.value) for lane in Lane}
    found = Collected(anchor=anchor, size=question.size, mirror=question.mirror, ours=ours, last=answer)
    for _ in range(MAX_PAGES):
        grown = _keep(node, found, answer)
        if not grown:
            return found
        question = _next(node, question, found, answer)
        answer = confirming.ask_restored(node, anchor, question)
        if answer is None:
            break
        found.last = answer
    raise PeerError(STRANGE_ANSWER.because(partner=partner, found="more than it can hold"))


def _states(connection: sa.Connection, partner: ParticipantId, lane: str) -> tuple[LaneState, LaneState]:
    came = channel.lane_state(connection, partner, lane, "in") or START
    went = channel.lane_state(connection, partner, lane, "out") or START
    return came, went


def _next(node: Node, question: Question, found: Collected, answer: Answer) -> Question:
    receipts: dict[str, int] = {}
    for raw in answer.receipts:
        receipt = read_receipt(raw).receipt
        receipts[receipt.lane] = receipt.seq + 1
    sent = {each.lane: each.seq + 1 for each in answer.sent}
    lanes = tuple(
        replace(
            each,
            receipts_from=receipts.get(each.lane, each.receipts_from),
            sent_from=sent.get(each.lane, each.sent_from),
        )
        for each in question.lanes
    )
    return replace(
        question,
        size=found.size + len(found.leaves),
        mirror=found.mirror + len(found.theirs),
        got_after=found.got[-1].position if found.got else 0,
        lanes=lanes,
        step=confirming.propose(node, found.partner, restored=True),
    )


def _keep(node: Node, found: Collected, answer: Answer) -> bool:
    """Take one answer in; return whether it brought anything."""
    try:
        given = [(raw, _own(node, found.anchor, raw)) for raw in answer.receipts]
        sent = [(each, _theirs(node, found.anchor, each)) for each in answer.sent]
    except TasukiError as error:
        raise PeerError(STRANGE_ANSWER.because(partner=found.partner, found=str(error)[:120])) from error
    found.leaves += answer.leaves
    found.theirs += answer.theirs
    found.given.update({signed.receipt.env_id: (raw, signed) for raw, signed in given})
    found.sent += sent
    found.got += answer.got
    return bool(answer.leaves or answer.theirs or answer.receipts or answer.sent or answer.got)


def _own(node: Node, anchor: Anchor, raw: bytes) -> SignedReceipt:
    """Return a receipt of our own, once it is clear that this node signed it for this partner.

    Raises:
        PeerError: it did not.
    """
    signed = read_receipt(raw)
    receipt = signed.receipt
    if receipt.by != node.me or receipt.to != anchor.name:
        raise PeerError(STRANGE_ANSWER.because(partner=anchor.name.participant, found="a receipt of somebody else"))
    pair = node.anchor.pair(receipt.sig_keys, Purpose.ENVELOPE, receipt.at)
    verify(STATEMENT_TYPE, signed.statement, signed.signatures, pair, Purpose.ENVELOPE)
    return signed


def _theirs(node: Node, anchor: Anchor, each: Sent) -> SignedReceipt:
    """Return the partner's receipt for an envelope of ours.

    Raises:
        PeerError: it is none for that envelope.
    """
    signed = read_receipt(each.receipt)
    expected = Expected(env_id=each.env_id, env_hash=each.env_hash, lane=each.lane, epoch=each.epoch, seq=each.seq)
    accept_receipt(signed, expected, node.me, anchor)
    return signed
