# SPDX-License-Identifier: MIT
"""Returning: what comes again after a restore meets what was done with it; what is lost for ever is passed over.

Asked in the transaction that takes an envelope in again.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.time import parse_rfc3339
from tasuki.core.channel.model import LaneState
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.services import journal
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.store import channel, hold, holdings, recovery, search
from tasuki.store.disposal import asserted_at


def meet_again(node: Node, connection: sa.Connection, after: int) -> None:
    """Dispose again of what came behind a position and was disposed of before; seal again what was under hold."""
    came = asserted_at(connection, range(after + 1, holdings.top(connection) + 1))
    traces = {journal.trace(node, each.source, each.stix_id, each.digest): each for each in came}
    gone = [traces[each] for each in recovery.remembered(connection, journal.DISPOSED, traces)]
    if gone:
        holdings.shred(connection, [each.position for each in gone])
        search.forget(connection, [each.position for each in gone])
        settle(node, connection, [each.stix_id for each in gone])
    held = recovery.remembered(connection, journal.HELD, {each.stix_id for each in came})
    for stix_id, said in held.items():
        numbers = list(holdings.identify(connection, [stix_id]).values())
        at = parse_rfc3339(str(said["at"]))
        hold.place(connection, numbers, by=str(said["by"]), at=at, why=str(said["why"]))
        settle(node, connection, [stix_id])


def pass_over(node: Node, connection: sa.Connection, partner: str, lane: str, now: datetime) -> LaneState | None:
    """Move a lane on over numbers whose envelopes neither side has any more; return where it stands then.

    Their receipts were given and stand in the log; what was in them is lost, and the audit log says so.
    """
    state = channel.lane_state(connection, partner, lane, "in")
    while state is not None and (lost := recovery.lost_at(connection, partner, lane, state)) is not None:
        then = state.after(lost.hash)
        channel.advance(connection, partner=partner, lane=lane, direction="in", expected=state, then=then)
        receipt = read_receipt(lost.receipt).receipt
        row = channel.ReceivedEnvelope(
            env_id=lost.env_id,
            lane=lane,
            epoch=lost.epoch,
            seq=lost.seq,
            type="lost",
            hash=lost.hash,
            status=receipt.status,
            receipt=lost.receipt,
            held=None,
        )
        channel.keep_received(connection, partner, row, now)
        recovery.keep_promise(connection, partner, lost.env_id)
        body: dict[str, Json] = {"env_id": lost.env_id, "partner": partner, "lane": lane, "seq": lost.seq}
        audit(node, connection, "recovery:envelope:lost", body)
        state = then
    return state
