# SPDX-License-Identifier: MIT
"""Both directions for people: lanes with what waits on them, envelopes with what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.time import from_micros
from tasuki.core.channel.model import LaneState
from tasuki.store.channel.lanes import LANES
from tasuki.store.channel.outbox import OUTBOX
from tasuki.store.channel.received import ENVELOPES_IN
from tasuki.store.channel.sent import ENVELOPES_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One envelope that went out or came in, for people.

    Attributes:
        direction: `out` or `in`.
        status: `sealed` while unanswered, then that of the receipt.
        receipt: the stored receipt held or given; None while unanswered.
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
    receipt: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSummary:
    """One lane to one partner, both directions, for people.

    Attributes:
        waiting: outbox items not sealed yet.
        unanswered: envelopes sealed and not receipted.
        answered: envelopes out by receipt status.
    """

    partner: str
    lane: str
    sent: LaneState
    received: LaneState
    waiting: int
    unanswered: int
    answered: dict[str, int]


def history(connection: sa.Connection, *, partner: str | None, lane: str | None, limit: int) -> list[Passage]:
    """Return the newest envelopes of both directions, newest first."""
    found = [
        *_passages(connection, ENVELOPES_OUT, (partner, lane), limit),
        *_passages(connection, ENVELOPES_IN, (partner, lane), limit),
    ]
    return sorted(found, key=lambda each: (each.at, each.env_id), reverse=True)[:limit]


def passage(connection: sa.Connection, env_id: str) -> Passage | None:
    """Return one envelope by its id, whichever way it went."""
    for table in (ENVELOPES_OUT, ENVELOPES_IN):
        row = connection.execute(sa.select(table).where(table.c.env_id == env_id).limit(1)).one_or_none()
        if row is not None:
            return _passage(table, row)
    return None


def _passages(
    connection: sa.Connection, table: sa.Table, which: tuple[str | None, str | None], limit: int
) -> list[Passage]:
    query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
    for column, value in zip((table.c.partner, table.c.lane), which, strict=True):
        if value is not None:
            query = query.where(column == value)
    return [_passage(table, row) for row in connection.execute(query)]


def _passage(table: sa.Table, row: sa.Row[tuple[object, ...]]) -> Passage:
    out = table is ENVELOPES_OUT
    return Passage(
        direction="out" if out else "in",
        env_id=row.env_id,
        partner=row.partner,
        lane=row.lane,
        epoch=row.epoch,
        seq=row.seq,
        type=row.type,
        hash=row.hash,
        status=row.state if out else row.status,
        at=from_micros(row.sealed_at if out else row.received_at),
        receipt=row.receipt,
    )


def summaries(connection: sa.Connection) -> list[LaneSummary]:
    """Return every lane of every partner."""
    states = {
        (row.partner, row.lane, row.direction): LaneState(epoch=row.epoch, next_seq=row.next_seq, prev=row.prev)
        for row in connection.execute(sa.select(LANES))
    }
    queued = _counts(connection, OUTBOX, OUTBOX.c.state == "waiting")
    out = _counts(connection, ENVELOPES_OUT, sa.true())
    pairs = sorted({(partner, lane) for partner, lane, _ in states})
    return [
        LaneSummary(
            partner=partner,
            lane=lane,
            sent=states[partner, lane, "out"],
            received=states[partner, lane, "in"],
            waiting=queued.get((partner, lane), {}).get("waiting", 0),
            unanswered=out.get((partner, lane), {}).get("sealed", 0),
            answered={state: n for state, n in out.get((partner, lane), {}).items() if state != "sealed"},
        )
        for partner, lane in pairs
    ]


def _counts(
    connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]
) -> dict[tuple[str, str], dict[str, int]]:
    counts: dict[tuple[str, str], dict[str, int]] = {}
    query = (
        sa.select(table.c.partner, table.c.lane, table.c.state, sa.func.count())
        .where(where)
        .group_by(table.c.partner, table.c.lane, table.c.state)
    )
    for partner, lane, state, number in connection.execute(query):
        counts.setdefault((partner, lane), {})[state] = number
    return counts


def exchanged(connection: sa.Connection, env_id: str) -> tuple[bytes | None, bytes | None]:
    """Return (whole envelope, receipt) of an envelope sent, or (None, receipt) of one taken in."""
    row = connection.execute(
        sa.select(ENVELOPES_OUT.c.raw, ENVELOPES_OUT.c.receipt).where(ENVELOPES_OUT.c.env_id == env_id)
    ).first()
    if row is not None:
        return row.raw, row.receipt
    receipt = connection.execute(sa.select(ENVELOPES_IN.c.receipt).where(ENVELOPES_IN.c.env_id == env_id)).scalar()
    return None, receipt
