# SPDX-License-Identifier: MIT
"""Sending: sealed envelopes go out in order, as often as it takes, until the partner's receipt is held."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.model import Lane
from tasuki.core.channel.reasons import BUSY, BUSY_RATE, GAP
from tasuki.core.channel.sending import Sent, accept_receipt
from tasuki.core.ledger.mirror import HELD, ISSUED
from tasuki.core.ledger.model import AUDIT, SALT_BYTES, pair_log
from tasuki.core.reconciliation.judging import FRESH_FOR, is_stale
from tasuki.core.reconciliation.reasons import STALE
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.receipt import Receipt, is_receipt, read_receipt
from tasuki.services.channel.peers import PATH, logged_at, partner_anchor, protocol, require_lane
from tasuki.services.channel.sealing import seal_next
from tasuki.services.closing import require_open_within
from tasuki.services.node import Node
from tasuki.services.node.signals import SEALED
from tasuki.services.reasons import PARTNER_BEHIND, PARTNER_BUSY, REFUSED_BY_PARTNER
from tasuki.store import channel as store
from tasuki.store import ledger, reconciliation

URGENT_FIRST = (Lane.URGENT, Lane.EXERCISE, Lane.BULK)
"""The order in which one worker serves the lanes."""


LONGEST_HINT_S = 600
"""Seconds a partner may ask us to wait at most: it must not be able to put us to sleep."""


class BusyError(WorldError):
    """The partner has no room now; `after_s` is how long it asks us to wait."""

    def __init__(self, reason: Reason, after_s: int) -> None:
        """Say why, and when it is worth trying again."""
        super().__init__(reason, retry=True)
        self.after_s = after_s


def push(node: Node, partner: ParticipantId, lane: str) -> bool:
    """Push the oldest unanswered envelope of a lane and keep the receipt; return whether there was one.

    Raises:
        WorldError: the partner was not reached or did not take it, or has stated nothing for too long and the lane is
            not the urgent one; it stays queued, to be pushed again.
        PeerError: the partner is not trusted, or its answer breaks the protocol; the envelope stays queued.
    """
    with node.locks.hold(f"push:{partner}:{lane}"):
        with node.database.read() as connection:
            require_open_within(connection)
            envelope = store.next_unanswered(connection, partner, lane)
        if envelope is None:
            return False
        anchor = partner_anchor(node, partner)
        require_lane(anchor, lane)
        if lane != Lane.URGENT:
            _require_fresh(node, partner)
        answer = node.link.post(anchor, PATH, protocol(node, "envelope", envelope.raw, partner))
        take_answer(node, anchor, envelope, answer)
        return True


def take_answer(node: Node, anchor: Anchor, envelope: store.SealedEnvelope, answer: bytes) -> None:
    """Keep a partner's receipt for an envelope, or act on its notice, however it came.

    Raises:
        WorldError: it took nothing.
        PeerError: the answer breaks the protocol.
    """
    if is_receipt(answer):
        _keep_receipt(node, anchor, envelope, answer)
    else:
        _heed(node, anchor, envelope, answer)


def stale_since(node: Node, partner: ParticipantId) -> datetime | None:
    """Return of when the newest statement of a partner is, where it is too old for bulk traffic; else None."""
    with node.database.read() as connection:
        newest = reconciliation.newest_stated(connection, partner)
    return newest if is_stale(newest, node.clock.now()) else None


def _require_fresh(node: Node, partner: ParticipantId) -> None:
    """Hold back what can wait while a partner has stated nothing for too long: somebody may be hiding its news."""
    since = stale_since(node, partner)
    if since is not None:
        hours = int(FRESH_FOR.total_seconds()) // 3600
        raise WorldError(STALE.because(partner=partner, hours=hours, at=format_rfc3339(since)), retry=True)


def sync(node: Node, partner: ParticipantId) -> int:
    """Seal and push everything that waits for a partner, urgent first; return how many envelopes were receipted.

    Raises:
        WorldError: the partner was not reached; what is left stays queued.
        PeerError: the partner is not trusted or broke the protocol.
    """
    pushed = 0
    while True:
        # After every envelope the lanes are looked at anew, so that something urgent waits for one at most.
        for lane in URGENT_FIRST:
            sealed = seal_next(node, partner, lane)
            if push(node, partner, lane):
                pushed += 1
                break
            if sealed:
                break
        else:
            return pushed


def _keep_receipt(node: Node, anchor: Anchor, envelope: store.SealedEnvelope, raw: bytes) -> None:
    signed = read_receipt(raw)
    sent = Sent(
        env_id=envelope.env_id, env_hash=envelope.hash, lane=envelope.lane, epoch=envelope.epoch, seq=envelope.seq
    )
    with node.database.read() as connection:
        stated = envelope.env_id, "receipt_hash", signed.hash
        logged = logged_at(connection, anchor, ISSUED, stated, signed.receipt.sig_keys)
    receipt = accept_receipt(signed, sent, node.me, anchor, logged)
    partner, now = anchor.name.participant, node.clock.now()
    leaf = _leaf(receipt, signed.hash)
    stale = stale_since(node, partner)

    def work(connection: sa.Connection) -> None:
        before = store.receipt_of(connection, envelope.env_id)
        if not store.answer(connection, envelope.env_id, status=receipt.status, receipt=raw, at=now) or before == raw:
            # A partner that was restored gives the same receipt once more: its leaf is there.
            return
        if _is_logged(connection, partner, envelope.env_id, signed.hash):
            # This node was restored: the leaf came back from the partner's mirror, the receipt comes only now.
            return
        ledger.append(connection, pair_log(partner), "receipt-held", leaf, now, node.entropy.draw(SALT_BYTES))
        body: dict[str, Json] = {**leaf, "act": "receipt-held", "reason": receipt.reason}
        promise = reconciliation.Promise(
            env_id=envelope.env_id, log_index=receipt.log_index, receipt_hash=signed.hash, held_at=now
        )
        reconciliation.keep_promise(connection, partner, promise)
        if stale:
            body["stale"] = format_rfc3339(stale)
        ledger.append(connection, AUDIT, "receipt-held", body, now, node.entropy.draw(SALT_BYTES))

    # A crash before the commit: the envelope is pushed again and the partner gives the same receipt again.
    with node.locks.hold(pair_log(partner)):
        node.database.write(work)


def _is_logged(connection: sa.Connection, partner: str, env_id: str, receipt_hash: str) -> bool:
    """Whether our pair log says already that this receipt is held."""
    leaves = ledger.about(connection, pair_log(partner), [env_id]).get(env_id, ())
    return any(each.kind == HELD and each.body.get("receipt_hash") == receipt_hash for each in leaves)


def _leaf(receipt: Receipt, receipt_hash: str) -> dict[str, Json]:
    return {
        "env_id": receipt.env_id,
        "env_hash": receipt.env_hash,
        "lane": receipt.lane,
        "epoch": receipt.epoch,
        "seq": receipt.seq,
        "status": receipt.status,
        "receipt_hash": receipt_hash,
        "log_index": receipt.log_index,
    }


def _heed(node: Node, anchor: Anchor, envelope: store.SealedEnvelope, answer: bytes) -> None:
    """Act on an unsigned notice: resend from where the partner stands, or say why it took nothing."""
    notice = read_notice(answer)
    partner, lane = anchor.name.participant, envelope.lane
    if notice.code == GAP.code and 0 < notice.expected_seq < envelope.seq:
        again = node.database.write(
            lambda connection: store.send_again(connection, partner, lane, envelope.epoch, notice.expected_seq)
        )
        if again:
            node.signals.raise_(SEALED)
            return
        raise PeerError(PARTNER_BEHIND.because(partner=partner, expected=notice.expected_seq, lane=lane))
    if notice.code in (BUSY.code, BUSY_RATE.code):
        seconds = min(notice.retry_s, LONGEST_HINT_S)
        raise BusyError(PARTNER_BUSY.because(partner=partner, said=notice.en[:300], seconds=seconds), seconds)
    refused = REFUSED_BY_PARTNER.because(
        partner=partner, env_id=envelope.env_id, code=notice.code, said=notice.en[:300]
    )
    raise WorldError(refused, retry=True)
