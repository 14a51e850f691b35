# SPDX-License-Identifier: MIT
"""The outbox: what acts decided to send and no sealer has taken yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import ParticipantId
from tasuki.base.time import from_micros, to_micros
from tasuki.store.database import METADATA, NUMBER

OUTBOX: Final = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting | sealed | withheld
    sa.Column("env_id", sa.Text, nullable=True),
    sa.Index("outbox_waiting", "partner", "lane", "state", "id"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """Something an act decided to send; not sealed yet."""

    id: int
    kind: str
    body: bytes
    at: datetime


def enqueue(
    connection: sa.Connection, *, partner: ParticipantId, lane: str, kind: str, body: bytes, at: datetime
) -> int:
    """Put something into the outbox, in the transaction of the act that decided it; return its id."""
    identifier: int = connection.execute(
        OUTBOX.insert()
        .values(partner=partner, lane=lane, kind=kind, body=body, at=to_micros(at), state="waiting", env_id=None)
        .returning(OUTBOX.c.id)
    ).scalar_one()
    return identifier


def waiting(connection: sa.Connection, partner: str, lane: str, limit: int) -> list[OutboxItem]:
    """Return the oldest outbox items of a lane that are not sealed yet."""
    rows = connection.execute(
        sa.select(OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.body, OUTBOX.c.at)
        .where(OUTBOX.c.partner == partner, OUTBOX.c.lane == lane, OUTBOX.c.state == "waiting")
        .order_by(OUTBOX.c.id)
        .limit(limit)
    )
    return [OutboxItem(id=row.id, kind=row.kind, body=row.body, at=from_micros(row.at)) for row in rows]


def settle(connection: sa.Connection, ids: Sequence[int], *, state: str, env_id: str | None) -> int:
    """Take waiting outbox items out of the queue; return how many were still waiting."""
    done = connection.execute(
        OUTBOX.update().where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "waiting").values(state=state, env_id=env_id)
    )
    return done.rowcount


def shorten(connection: sa.Connection, item: int, body: bytes) -> None:
    """Leave in the outbox what did not fit into an envelope."""
    connection.execute(OUTBOX.update().where(OUTBOX.c.id == item).values(body=body))
