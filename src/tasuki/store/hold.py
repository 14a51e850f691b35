# SPDX-License-Identifier: MIT
"""Legal holds: which holdings are kept sealed, by whose word, and what they were before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.core.holdings.model import State
from tasuki.store import holdings
from tasuki.store.database import METADATA, parts
from tasuki.store.holdings import HOLDINGS, IDS

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

HOLDS: Final = sa.Table(
    "holds",
    METADATA,
    sa.Column("position", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("placed_by", sa.Text, nullable=False),
    sa.Column("placed_at", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
"""One row for each holding under hold; lifting takes it away, and the audit log keeps both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A holding under hold.

    Attributes:
        before: the state it goes back to when the hold is lifted.
    """

    position: int
    stix_id: str
    source: str
    before: str
    placed_by: str
    placed_at: datetime
    why: str


def place(connection: sa.Connection, id_numbers: Sequence[int], *, by: str, at: datetime, why: str) -> int:
    """Seal every holding of these ids that still has a body; return how many."""
    done = 0
    for part in parts(id_numbers):
        query = sa.select(HOLDINGS.c.position, HOLDINGS.c.state).where(
            HOLDINGS.c.id.in_(part), HOLDINGS.c.state.in_([State.HELD.value, State.RECALLED.value])
        )
        rows = connection.execute(query).all()
        if rows:
            connection.execute(
                HOLDS.insert(),
                [
                    {
                        "position": row.position,
                        "before": row.state,
                        "placed_by": by,
                        "placed_at": to_micros(at),
                        "why": why,
                    }
                    for row in rows
                ],
            )
            _move(connection, [row.position for row in rows], State.SEALED)
        done += len(rows)
    holdings.depart(connection, id_numbers)
    return done


def lift(connection: sa.Connection, id_numbers: Sequence[int]) -> int:
    """Put what is sealed of these ids back to what it was, or would be by now; return how many."""
    done = 0
    for part in parts(id_numbers):
        query = sa.select(HOLDS.c.position, HOLDS.c.before).join(HOLDINGS, HOLDINGS.c.position == HOLDS.c.position)
        rows = connection.execute(query.where(HOLDINGS.c.id.in_(part))).all()
        for state in (State.HELD, State.RECALLED):
            _move(connection, [row.position for row in rows if row.before == state.value], state)
        for positions in parts([row.position for row in rows]):
            connection.execute(HOLDS.delete().where(HOLDS.c.position.in_(positions)))
        done += len(rows)
    holdings.depart(connection, id_numbers)
    return done


def recall(connection: sa.Connection, source: str, id_numbers: Sequence[int]) -> None:
    """Let what is sealed of a source be recalled once its hold is lifted."""
    for part in parts(id_numbers):
        sealed = sa.select(HOLDINGS.c.position).where(HOLDINGS.c.id.in_(part), HOLDINGS.c.source == source)
        connection.execute(HOLDS.update().where(HOLDS.c.position.in_(sealed)).values(before=State.RECALLED.value))


def holds(connection: sa.Connection, id_numbers: Sequence[int] = ()) -> list[Hold]:
    """Return what is under hold, oldest position first: of some ids, or all."""
    query = (
        sa.select(HOLDS, IDS.c.stix_id, HOLDINGS.c.source)
        .join(HOLDINGS, HOLDINGS.c.position == HOLDS.c.position)
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .order_by(HOLDS.c.position)
    )
    if id_numbers:
        query = query.where(HOLDINGS.c.id.in_(list(id_numbers)))
    return [
        Hold(
            position=row.position,
            stix_id=row.stix_id,
            source=row.source,
            before=row.before,
            placed_by=row.placed_by,
            placed_at=from_micros(row.placed_at),
            why=row.why,
        )
        for row in connection.execute(query)
    ]


def _move(connection: sa.Connection, positions: Sequence[int], state: State) -> None:
    for part in parts(positions):
        connection.execute(HOLDINGS.update().where(HOLDINGS.c.position.in_(part)).values(state=state.value))
