# SPDX-License-Identifier: MIT
"""Passing: a number that a partner's log names and whose envelope nobody has any more does not hold its lane up.

The partner was put back after it sealed and before it pushed. The number is spent on a receipt that refuses it, so that
both logs tell what became of it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.core.channel.model import LaneState
from tasuki.core.ledger.mirror import ISSUED
from tasuki.core.ledger.model import SALT_BYTES, pair_log
from tasuki.core.recovery.reasons import GONE
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.receipt import Receipt, read_receipt, receipt_statement, write_receipt
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import SUITE
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.store import channel as store
from tasuki.store import ledger, recovery, trust

STATUS = "refused"
TYPE = "lost"
"""What an envelope that nobody has is listed as."""


def pass_gone(node: Node, partner: Anchor, lane: str) -> bool:
    """Spend the numbers that come next on a lane and are gone; return whether any was.

    Whoever calls this holds the lock of that direction of the lane.

    Raises:
        WorldError: the signer or the database failed; what was spent before stays so.
    """
    passed = False
    while _pass_next(node, partner, lane):
        passed = True
    return passed


def _pass_next(node: Node, partner: Anchor, lane: str) -> bool:
    participant, log = partner.name.participant, pair_log(partner.name.participant)
    with node.locks.hold(log):
        now = node.clock.now()
        with node.database.read() as connection:
            state = store.lane_state(connection, participant, lane, "in")
            gone = None if state is None else recovery.gone_at(connection, participant, lane, state)
            index = ledger.size(connection, log)
        if state is None or gone is None:
            return False
        receipt = _receipt(node, partner, gone, index, now)
        statement = receipt_statement(receipt)
        raw = write_receipt(statement, node.signer.sign_receipt(statement))
        return node.database.write(lambda connection: _keep(node, connection, receipt, raw, state, now))


def _receipt(node: Node, partner: Anchor, gone: recovery.GivenBack, index: int, now: datetime) -> Receipt:
    params: dict[str, str | int] = {"partner": partner.name.participant, "lane": gone.lane, "seq": gone.seq}
    return Receipt(
        by=node.me,
        to=partner.name,
        env_id=gone.env_id,
        env_hash=gone.hash,
        lane=gone.lane,
        epoch=gone.epoch,
        seq=gone.seq,
        contiguous=gone.seq,
        status=STATUS,
        reason=GONE.code,
        params=params,
        log_index=index,
        at=now,
        suite=SUITE,
        sig_keys=node.anchor.current_pair(Purpose.ENVELOPE, now).ids,
    )


def _keep(node: Node, connection: sa.Connection, receipt: Receipt, raw: bytes, state: LaneState, now: datetime) -> bool:
    """Keep the receipt with its leaf; return whether it could be: else it is tried again when the partner asks again.

    Another process may have been faster, or a key been revoked since it signed.
    """
    partner = receipt.to.participant
    unmoved = ledger.size(connection, pair_log(partner)) == receipt.log_index
    if not unmoved or trust.any_revoked(connection, receipt.sig_keys):
        return False
    then = state.after(receipt.env_hash)
    if not store.advance(connection, partner=partner, lane=receipt.lane, direction="in", expected=state, then=then):
        return False
    leaf: dict[str, Json] = {
        "env_id": receipt.env_id,
        "env_hash": receipt.env_hash,
        "lane": receipt.lane,
        "epoch": receipt.epoch,
        "seq": receipt.seq,
        "status": receipt.status,
        "receipt_hash": read_receipt(raw).hash,
    }
    ledger.append(connection, pair_log(partner), ISSUED, leaf, now, node.entropy.draw(SALT_BYTES))
    row = store.ReceivedEnvelope(
        env_id=receipt.env_id,
        lane=receipt.lane,
        epoch=receipt.epoch,
        seq=receipt.seq,
        type=TYPE,
        hash=receipt.env_hash,
        status=receipt.status,
        receipt=raw,
        held=None,
    )
    store.keep_received(connection, partner, row, now)
    audit(node, connection, "recovery:envelope:gone", {**leaf, "partner": partner, "reason": receipt.reason})
    return True
