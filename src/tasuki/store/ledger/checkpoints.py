# SPDX-License-Identifier: MIT
"""Checkpoints of our own logs: as signed here and, once it is, as cosigned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.store.database import METADATA
from tasuki.store.ledger.leaves import PAGE
from tasuki.store.ledger.writing import insert_unless_there

CHECKPOINTS: Final = sa.Table(
    "checkpoints",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("cosignature", sa.LargeBinary, nullable=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSize:
    """A checkpoint as kept: the signed note, and the partner's cosigned form once there is one."""

    size: int
    note: bytes
    cosigned: bytes | None
    at: datetime


def keep_checkpoint(connection: sa.Connection, log: str, count: int, note: bytes, at: datetime) -> SignedSize:
    """Keep a signed checkpoint, unless one of this size is kept already; return the one that stands."""
    values = {"log": log, "size": count, "note": note, "cosignature": None, "at": to_micros(at)}
    insert_unless_there(connection, CHECKPOINTS, **values)
    query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == count)
    return _signed_size(connection.execute(query).one())


def keep_cosigned(connection: sa.Connection, log: str, count: int, note: bytes) -> None:
    """Keep the partner's cosigned form of a checkpoint."""
    connection.execute(
        CHECKPOINTS.update().where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == count).values(cosignature=note)
    )


def checkpoint(connection: sa.Connection, log: str, *, cosigned: bool = False) -> SignedSize | None:
    """Return the newest checkpoint of a log, or the newest that the partner cosigned."""
    found = newest_checkpoints(connection, log, 1, cosigned=cosigned)
    return found[0] if found else None


def newest_checkpoints(connection: sa.Connection, log: str, count: int, *, cosigned: bool = False) -> list[SignedSize]:
    """Return the newest checkpoints of a log, newest first; only those the partner cosigned, if asked for."""
    query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.log == log).order_by(CHECKPOINTS.c.size.desc()).limit(count)
    if cosigned:
        query = query.where(CHECKPOINTS.c.cosignature.is_not(None))
    return [_signed_size(row) for row in connection.execute(query)]


def checkpoints(connection: sa.Connection, log: str) -> Iterator[SignedSize]:
    """Give every checkpoint of a log, smallest first, page by page."""
    last = -1
    while True:
        query = (
            sa.select(CHECKPOINTS)
            .where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size > last)
            .order_by(CHECKPOINTS.c.size)
            .limit(PAGE)
        )
        page = [_signed_size(row) for row in connection.execute(query)]
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].size


def checkpoint_count(connection: sa.Connection, log: str) -> int:
    """Return how many checkpoints of a log are kept."""
    query = sa.select(sa.func.count()).select_from(CHECKPOINTS).where(CHECKPOINTS.c.log == log)
    return connection.execute(query).scalar_one()


def _signed_size(row: sa.Row[tuple[object, ...]]) -> SignedSize:
    return SignedSize(size=row.size, note=row.note, cosigned=row.cosignature, at=from_micros(row.at))
