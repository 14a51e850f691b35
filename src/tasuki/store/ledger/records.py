# SPDX-License-Identifier: MIT
"""Envelopes and receipts as the channel keeps them, to be held against the leaves about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.store.channel import ENVELOPES_IN, ENVELOPES_OUT
from tasuki.store.ledger.leaves import PAGE

_HEAD_BYTES: Final = MAX_HEADER_BYTES + (8 << 10)
"""Magic, header and signatures of the largest envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An envelope as the channel keeps it, to be held against the leaves about it.

    Attributes:
        row: number of its row, to page by.
        sent: whether it went out; else it came in.
        start: its first bytes, header and signatures among them; None where it is not kept.
        receipt: the stored receipt held or given.
    """

    row: int
    env_id: str
    sent: bool
    hash: str
    lane: str
    epoch: int
    seq: int
    start: bytes | None
    receipt: bytes | None


def records(connection: sa.Connection, partner: str, *, sent: bool, after: int) -> list[Record]:
    """Return the next envelopes exchanged with a partner behind row `after`, in the order they were kept."""
    table = ENVELOPES_OUT if sent else ENVELOPES_IN
    # By row number, not by partner: else every page would sort all that is left.
    query = _record_query(table).where(table.c.partner.concat("") == partner, table.c.id > after)
    return [_record(row, sent=sent) for row in connection.execute(query.order_by(table.c.id).limit(PAGE))]


def records_of(connection: sa.Connection, partner: str, env_ids: Iterable[str], *, sent: bool) -> dict[str, Record]:
    """Return these envelopes exchanged with a partner, in one direction."""
    table = ENVELOPES_OUT if sent else ENVELOPES_IN
    query = _record_query(table).where(table.c.partner == partner, table.c.env_id.in_(sorted(set(env_ids))))
    return {row.env_id: _record(row, sent=sent) for row in connection.execute(query)}


def _record_query(table: sa.Table) -> sa.Select[Any]:
    raw = table.c.raw if table is ENVELOPES_OUT else table.c.held
    # Not the ciphertext: its hash stands in the header, and it may be sixteen megabytes.
    start = sa.func.substr(raw, 1, _HEAD_BYTES).label("start")
    place = table.c.lane, table.c.epoch, table.c.seq
    return sa.select(table.c.id, table.c.env_id, table.c.hash, *place, start, table.c.receipt)


def _record(row: sa.Row[Any], *, sent: bool) -> Record:
    return Record(
        row=row.id,
        env_id=row.env_id,
        sent=sent,
        hash=row.hash,
        lane=row.lane,
        epoch=row.epoch,
        seq=row.seq,
        start=row.start,
        receipt=row.receipt,
    )
