# SPDX-License-Identifier: MIT
"""Beside a partner's mirrored log: what has not arrived here, and what our own log contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import canonical
from tasuki.base.time import from_micros, to_micros
from tasuki.core.ledger.model import Leaf
from tasuki.store.channel import ENVELOPES_IN
from tasuki.store.database import METADATA
from tasuki.store.ledger.leaves import PAGE, read_leaf
from tasuki.store.ledger.writing import insert_unless_there

UNSEEN: Final = sa.Table(
    "mirror_unseen",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("mirrored_at", sa.BigInteger, nullable=False),
    sa.Column("cosigned_at", sa.BigInteger, nullable=True),
)

CONTRADICTIONS: Final = sa.Table(
    "mirror_contradictions",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A mirrored leaf about something that has not arrived here.

    Attributes:
        cosigned_at: when a checkpoint over it was cosigned all the same; None while none was.
    """

    index: int
    mirrored_at: datetime
    cosigned_at: datetime | None


def places(
    connection: sa.Connection, partner: str, asked: Iterable[tuple[str, int, int]]
) -> dict[tuple[str, int, int], str]:
    """Return which envelope of a partner took each of these places (lane, epoch, number), where one did."""
    table = ENVELOPES_IN.c
    place = sa.tuple_(table.lane, table.epoch, table.seq)
    query = sa.select(table.lane, table.epoch, table.seq, table.env_id).where(
        table.partner == partner, place.in_(sorted(set(asked)))
    )
    return {(row.lane, row.epoch, row.seq): row.env_id for row in connection.execute(query)}


def keep_unseen(connection: sa.Connection, partner: str, indexes: Sequence[int], at: datetime) -> None:
    """Remember mirrored leaves about what has not arrived here."""
    if indexes:
        rows = [{"partner": partner, "leaf_index": index, "mirrored_at": to_micros(at)} for index in indexes]
        connection.execute(UNSEEN.insert(), rows)


def unseen(connection: sa.Connection, partner: str, start: int, count: int) -> list[Unseen]:
    """Return mirrored leaves from index `start` on that are about what has not arrived here."""
    table = UNSEEN.c
    query = (
        sa.select(UNSEEN)
        .where(table.partner == partner, table.leaf_index >= start)
        .order_by(table.leaf_index)
        .limit(count)
    )
    return [
        Unseen(
            index=row.leaf_index,
            mirrored_at=from_micros(row.mirrored_at),
            cosigned_at=None if row.cosigned_at is None else from_micros(row.cosigned_at),
        )
        for row in connection.execute(query)
    ]


def settle_unseen(connection: sa.Connection, partner: str, arrived: Sequence[int], end: int, at: datetime) -> None:
    """Forget leaves whose matter arrived; of the rest below `end`, remember that they are cosigned unseen."""
    table = UNSEEN.c
    for i in range(0, len(arrived), PAGE):
        part = arrived[i : i + PAGE]
        connection.execute(UNSEEN.delete().where(table.partner == partner, table.leaf_index.in_(part)))
    connection.execute(
        UNSEEN.update()
        .where(table.partner == partner, table.leaf_index < end, table.cosigned_at.is_(None))
        .values(cosigned_at=to_micros(at))
    )


def keep_contradiction(connection: sa.Connection, partner: str, leaf: Leaf, member: str, at: datetime) -> bool:
    """Keep a leaf of a partner that our own log contradicts; return whether it is the first at its index."""
    return insert_unless_there(
        connection,
        CONTRADICTIONS,
        partner=partner,
        leaf_index=leaf.index,
        kind=leaf.kind,
        salt=leaf.salt,
        body=canonical(dict(leaf.body)),
        member=member,
        at=to_micros(at),
    )


def contradictions(connection: sa.Connection, partner: str) -> list[tuple[Leaf, str, datetime]]:
    """Return the leaves of a partner that our own log contradicted, each with the member and when."""
    table = CONTRADICTIONS
    query = sa.select(table, sa.literal(partner).label("log")).where(table.c.partner == partner)
    rows = connection.execute(query.order_by(table.c.leaf_index))
    return [(read_leaf(row), row.member, from_micros(row.at)) for row in rows]
