# SPDX-License-Identifier: MIT
"""Lanes: where each direction of each stands, and how it moves on."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from tasuki.core.channel.model import START, Lane, LaneState
from tasuki.store.database import METADATA

LANES: Final = sa.Table(
    "lanes",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("lane", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),  # out | in
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("next_seq", sa.BigInteger, nullable=False),
    sa.Column("prev", sa.Text, nullable=True),
)


def open_lanes(connection: sa.Connection, partner: str) -> None:
    """Open every lane with a partner, both ways."""
    connection.execute(
        LANES.insert(),
        [
            {
                "partner": partner,
                "lane": lane.value,
                "direction": direction,
                "epoch": START.epoch,
                "next_seq": START.next_seq,
                "prev": START.prev,
            }
            for lane in Lane
            for direction in ("out", "in")
        ],
    )


def lane_state(connection: sa.Connection, partner: str, lane: str, direction: str) -> LaneState | None:
    """Return where one direction (`out` or `in`) of a lane stands; None without such a partner."""
    row = connection.execute(
        sa.select(LANES.c.epoch, LANES.c.next_seq, LANES.c.prev).where(
            LANES.c.partner == partner, LANES.c.lane == lane, LANES.c.direction == direction
        )
    ).one_or_none()
    return None if row is None else LaneState(epoch=row.epoch, next_seq=row.next_seq, prev=row.prev)


def advance(
    connection: sa.Connection, *, partner: str, lane: str, direction: str, expected: LaneState, then: LaneState
) -> bool:
    """Move a lane on if it still stands where `expected` says; return whether it did (compare-and-swap)."""
    done = connection.execute(
        LANES.update()
        .where(
            LANES.c.partner == partner,
            LANES.c.lane == lane,
            LANES.c.direction == direction,
            LANES.c.epoch == expected.epoch,
            LANES.c.next_seq == expected.next_seq,
            LANES.c.prev.is_(None) if expected.prev is None else LANES.c.prev == expected.prev,
        )
        .values(epoch=then.epoch, next_seq=then.next_seq, prev=then.prev)
    )
    return done.rowcount == 1
