# SPDX-License-Identifier: MIT
"""Answering: a partner that was restored hears what this node knows of it, and nothing else.

What goes back is the partner's own: leaves of its log, its receipts, its notices, ids it sent; and receipts it was
given. Everything was the partner's before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Language, Reason
from tasuki.core.channel.model import START, Lane, LaneState
from tasuki.core.ledger.mirror import MAX_PAGE
from tasuki.core.ledger.model import Leaf, mirror_log, pair_log
from tasuki.core.recovery.copies import Copy, judge
from tasuki.core.recovery.messages import MAX_COSIGNED, MAX_GOT, MAX_MISSING, MAX_RECEIPTS, read_question, write_answer
from tasuki.core.recovery.model import Answer, Got, LaneAsked, LaneTold, Question, Sent
from tasuki.core.release.released import Released, release_notice
from tasuki.core.withdrawal.model import VERBS
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import channel
from tasuki.services.entries import audit
from tasuki.services.ledger.witnessing import theirs
from tasuki.services.node import Node
from tasuki.services.node.signals import SEALED
from tasuki.services.recovery import gone
from tasuki.services.recovery.posting import PATH
from tasuki.store import channel as lanes
from tasuki.store import ledger
from tasuki.store import recovery as store

__all__ = ["PATH", "answer"]


def answer(node: Node, partner: Anchor, body: bytes) -> Released:
    """Answer a question of a recovery: a message of the closed list, or a notice where the question is none.

    With `resend`, what the partner lost is queued to be sent to it again, byte for byte.
    """
    try:
        question = read_question(body)
    except InputError as error:
        return channel.refusal(node, error.reason)
    found = _answer(node, partner, question)
    message = write_answer(found, theirs(node, partner))
    return release_notice("recovered", message, str(partner.name), node.gate.rules.digest)


def _answer(node: Node, partner: Anchor, question: Question) -> Answer:
    participant = partner.name.participant
    number, why = _step(node, participant, question)
    refused = None if why is None else (why.code, why.sentence(), why.sentence(Language.JA))
    if question.restored and question.resend and refused is None:
        _send_again(node, participant, question)
    if question.restored and not question.resend and refused is None:
        with node.database.read() as connection:
            size = ledger.size(connection, mirror_log(participant))
            lost = _leaves(connection, participant, question, size)
        gone.pass_over(node, partner, lost, question.lanes)
    with node.database.read() as connection:
        size, root = ledger.root(connection, mirror_log(participant))
        return Answer(
            closed=store.is_closed(connection),
            number=number,
            size=size,
            root=root,
            note=_note(node, connection, partner),
            leaves=tuple(_leaves(connection, participant, question, size)),
            theirs=tuple(_own_leaves(connection, participant, question)),
            cosigned=tuple(_cosigned(connection, participant, question)),
            lanes=tuple(_lane(connection, participant, lane.value, question) for lane in Lane),
            receipts=tuple(_receipts(connection, participant, question)),
            sent=tuple(_sent(connection, participant, question)),
            got=tuple(_got(connection, participant, question)),
            refused=refused,
        )


def _note(node: Node, connection: sa.Connection, partner: Anchor) -> bytes:
    """Return the newest checkpoint of the partner's log that was cosigned here; nothing where none was."""
    first = theirs(node, partner)
    for period in reversed(ledger.periods(connection, mirror_log(partner.name.participant))):
        note = ledger.witnessed(connection, first + period.suffix).note
        if note:
            return note
    return b""


def _step(node: Node, partner: ParticipantId, question: Question) -> tuple[int, Reason | None]:
    """Move on the state of the partner's copy, by compare-and-swap in one transaction; return the number known then.

    A restored copy may show a number that is over: it hears the one that is known, and shows that.
    """

    def work(connection: sa.Connection) -> tuple[int, Reason | None]:
        before, _ = store.copy(connection, partner, "theirs")
        after = judge(before, question.step, partner)
        if isinstance(after, Copy):
            if after != before:
                store.note_copy(connection, partner, "theirs", after)
            if question.restored:
                detail: dict[str, Json] = {"partner": partner, "size": question.size, "resend": question.resend}
                audit(node, connection, "recovery:partner:answer", detail)
            return after.number, None
        audit(node, connection, "recovery:partner:refuse", {"partner": partner, "reason": after.code})
        return before.number, after

    return node.database.write(work)


def _send_again(node: Node, partner: ParticipantId, question: Question) -> None:
    def work(connection: sa.Connection) -> int:
        return sum(
            lanes.send_again(connection, partner, each.lane, each.epoch_in, each.next_in) for each in question.lanes
        )

    if node.database.write(work):
        node.signals.raise_(SEALED)


def _leaves(connection: sa.Connection, partner: ParticipantId, question: Question, size: int) -> list[Leaf]:
    if not question.restored or question.size >= size:
        return []
    end = min(size, question.size + MAX_PAGE)
    return ledger.leaves(connection, mirror_log(partner), question.size, end)


def _own_leaves(connection: sa.Connection, partner: ParticipantId, question: Question) -> list[Leaf]:
    """Return leaves of our own log up to what the partner cosigned: it must never cosign another history of it."""
    last = ledger.checkpoint(connection, pair_log(partner), cosigned=True) if question.restored else None
    if last is None or question.mirror >= last.end:
        return []
    end = min(last.end, question.mirror + MAX_PAGE)
    return ledger.leaves(connection, pair_log(partner), question.mirror, end)


def _cosigned(connection: sa.Connection, partner: ParticipantId, question: Question) -> Iterator[bytes]:
    if not question.restored:
        return
    newest = ledger.periods(connection, pair_log(partner))[-MAX_COSIGNED:]
    for period in newest:
        last = ledger.checkpoint_of(connection, period, cosigned=True)
        if last is not None and last.cosigned is not None:
            yield last.cosigned


def _lane(connection: sa.Connection, partner: ParticipantId, lane: str, question: Question) -> LaneTold:
    taken = lanes.lane_state(connection, partner, lane, "in") or START
    sealed: LaneState = lanes.lane_state(connection, partner, lane, "out") or START
    return LaneTold(
        lane=lane,
        taken=taken,
        epoch=sealed.epoch,
        sealed=sealed.next_seq,
        missing=tuple(_missing(connection, partner, lane, question)),
    )


def _missing(connection: sa.Connection, partner: ParticipantId, lane: str, question: Question) -> list[int]:
    asked = next((each for each in question.lanes if each.lane == lane), None)
    if asked is None or not question.restored:
        return []
    sealed = lanes.lane_state(connection, partner, lane, "out") or START
    kept = store.kept_numbers(connection, partner, lane, sealed.epoch, asked.next_in)
    gaps = (number for number in range(asked.next_in, sealed.next_seq) if number not in kept)
    return list(islice(gaps, MAX_MISSING))


def _receipts(connection: sa.Connection, partner: ParticipantId, question: Question) -> Iterator[bytes]:
    room = MAX_RECEIPTS if question.restored else 0
    for each in question.lanes:
        found = store.receipts_held(connection, partner, each.lane, each.epoch_in, each.receipts_from, room)
        room -= len(found)
        yield from found


def _sent(connection: sa.Connection, partner: ParticipantId, question: Question) -> Iterator[Sent]:
    room = MAX_RECEIPTS if question.restored else 0
    for each in question.lanes:
        found = store.taken(connection, partner, each.lane, each.epoch_out, each.sent_from, room)
        room -= len(found)
        for row in found:
            yield Sent(
                env_id=row.env_id,
                env_hash=row.hash,
                lane=row.lane,
                epoch=row.epoch,
                seq=row.seq,
                type=row.type,
                receipt=row.receipt,
                body=row.body if row.body is not None and row.type in VERBS else b"",
            )


def _got(connection: sa.Connection, partner: ParticipantId, question: Question) -> list[Got]:
    """Return what is held of the partner's from after the first envelope that it does not know any more."""
    since = _since(connection, partner, question.lanes) if question.restored else None
    if since is None:
        return []
    rows = store.got_since(connection, partner, since, question.got_after, MAX_GOT)
    return [Got(stix_id=stix_id, audiences=tuple(to.split()), position=position) for position, stix_id, to in rows]


def _since(connection: sa.Connection, partner: ParticipantId, asked: Sequence[LaneAsked]) -> datetime | None:
    moments = [store.taken_since(connection, partner, each.lane, each.epoch_out, each.next_out) for each in asked]
    return min((each for each in moments if each is not None), default=None)
