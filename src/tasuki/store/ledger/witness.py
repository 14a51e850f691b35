# SPDX-License-Identifier: MIT
"""The witness's memory: what was cosigned last of each log, and proof of logs that signed two histories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.formats.tlog import merkle
from tasuki.store.database import METADATA
from tasuki.store.ledger.writing import insert_unless_there

WITNESSED: Final = sa.Table(
    "witnessed",
    METADATA,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.LargeBinary, nullable=False),  # as its log signed it; empty before the first
)

FORKS: Final = sa.Table(
    "log_forks",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("root", sa.LargeBinary, primary_key=True),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("cosigned", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

MAX_FORKS: Final = 16
"""Forks kept of one partner: one proves it, and a partner that signs a thousand must not fill the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What was cosigned last here for a log; size 0 and no note before the first."""

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two checkpoints of a partner that cannot both be true, each signed by its log key.

    Attributes:
        note: the one that was refused.
        cosigned: the one that was cosigned before it.
    """

    size: int
    note: bytes
    cosigned: bytes
    at: datetime


def witnessed(connection: sa.Connection, origin: str) -> Witnessed:
    """Return what was cosigned last here for a log."""
    row = connection.execute(sa.select(WITNESSED).where(WITNESSED.c.origin == origin)).first()
    if row is None:
        return Witnessed(size=0, root=merkle.EMPTY_ROOT, note=b"")
    return Witnessed(size=row.size, root=row.root, note=row.note)


def move_witnessed(connection: sa.Connection, origin: str, expected: Witnessed, then: Witnessed) -> bool:
    """Remember what is about to be cosigned, if `expected` still is what was cosigned last; return whether it was.

    Two requests, in one process or in two, can never both start from the same state (compare-and-swap).
    """
    start = Witnessed(size=0, root=merkle.EMPTY_ROOT, note=b"")
    if expected == start:
        insert_unless_there(connection, WITNESSED, origin=origin, size=0, root=start.root, note=b"")
    done = connection.execute(
        WITNESSED.update()
        .where(WITNESSED.c.origin == origin, WITNESSED.c.size == expected.size, WITNESSED.c.root == expected.root)
        .values(size=then.size, root=then.root, note=then.note)
    )
    return done.rowcount == 1


def keep_fork(connection: sa.Connection, partner: str, fork: Fork, top: bytes) -> bool:
    """Keep the proof that a partner signed two histories; return whether it is new and there is room for it."""
    count = sa.select(sa.func.count()).select_from(FORKS).where(FORKS.c.partner == partner)
    if connection.execute(count).scalar_one() >= MAX_FORKS:
        return False
    return insert_unless_there(
        connection,
        FORKS,
        partner=partner,
        size=fork.size,
        root=top,
        note=fork.note,
        cosigned=fork.cosigned,
        at=to_micros(fork.at),
    )


def forks(connection: sa.Connection, partner: str) -> list[Fork]:
    """Return the proofs that a partner signed two histories, oldest first."""
    query = sa.select(FORKS).where(FORKS.c.partner == partner).order_by(FORKS.c.at, FORKS.c.size)
    return [
        Fork(size=row.size, note=row.note, cosigned=row.cosigned, at=from_micros(row.at))
        for row in connection.execute(query)
    ]
