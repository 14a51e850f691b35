# SPDX-License-Identifier: MIT
"""Checkpoints of our own logs: as signed here and, once it is, as cosigned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.core.ledger.periods import Period
from tasuki.store.database import METADATA
from tasuki.store.ledger.leaves import PAGE, added_at
from tasuki.store.ledger.writing import insert_unless_there

CHECKPOINTS: Final = sa.Table(
    "checkpoints",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),  # leaves before its period
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("cosignature", sa.LargeBinary, nullable=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSize:
    """A checkpoint as kept: the signed note, and the partner's cosigned form once there is one.

    Attributes:
        start: leaves of the log before the period it is of.
        size: leaves of the period that it covers.
    """

    start: int
    size: int
    note: bytes
    cosigned: bytes | None
    at: datetime

    @property
    def end(self) -> int:
        """Leaves of the log that are covered once its periods before are."""
        return self.start + self.size


def keep_checkpoint(connection: sa.Connection, period: Period, count: int, note: bytes, at: datetime) -> SignedSize:
    """Keep a signed checkpoint, unless one of this size is kept already; return the one that stands."""
    values = {"size": count, "note": note, "cosignature": None, "at": to_micros(at)}
    insert_unless_there(connection, CHECKPOINTS, log=period.log, start=period.start, **values)
    return _signed_size(connection.execute(sa.select(CHECKPOINTS).where(*_at(period, count))).one())


def keep_cosigned(connection: sa.Connection, period: Period, count: int, note: bytes) -> None:
    """Keep the cosigned form of a checkpoint."""
    connection.execute(CHECKPOINTS.update().where(*_at(period, count)).values(cosignature=note))


def cosigned_for_update(connection: sa.Connection, period: Period, count: int) -> bytes | None:
    """Return the cosigned form of a checkpoint, locked against other writers until the transaction ends."""
    query = sa.select(CHECKPOINTS.c.cosignature).where(*_at(period, count)).with_for_update()
    return connection.execute(query).scalar()


def _at(period: Period, count: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (*_of(period), CHECKPOINTS.c.size == count)


def _of(period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return CHECKPOINTS.c.log == period.log, CHECKPOINTS.c.start == period.start


def checkpoint(connection: sa.Connection, log: str, *, cosigned: bool = False) -> SignedSize | None:
    """Return the newest checkpoint of a log, or the newest that the partner cosigned, of whatever period."""
    found = newest_checkpoints(connection, log, 1, cosigned=cosigned)
    return found[0] if found else None


def checkpoint_of(connection: sa.Connection, period: Period, *, cosigned: bool = False) -> SignedSize | None:
    """Return the newest checkpoint of one period, or the newest that the partner cosigned."""
    row = connection.execute(_newest(cosigned=cosigned).where(*_of(period)).limit(1)).first()
    return None if row is None else _signed_size(row)


def newest_checkpoints(connection: sa.Connection, log: str, count: int, *, cosigned: bool = False) -> list[SignedSize]:
    """Return the newest checkpoints of a log, newest first; only those the partner cosigned, if asked for."""
    query = _newest(cosigned=cosigned).where(CHECKPOINTS.c.log == log).limit(count)
    return [_signed_size(row) for row in connection.execute(query)]


def _newest(*, cosigned: bool) -> sa.Select[Any]:
    query = sa.select(CHECKPOINTS).order_by(CHECKPOINTS.c.start.desc(), CHECKPOINTS.c.size.desc())
    return query.where(CHECKPOINTS.c.cosignature.is_not(None)) if cosigned else query


def uncosigned_since(connection: sa.Connection, log: str) -> datetime | None:
    """Return when the oldest leaf of a log that no cosignature covers was added; None where all are covered."""
    last = checkpoint(connection, log, cosigned=True)
    return added_at(connection, log, 0 if last is None else last.end)


def checkpoints(connection: sa.Connection, period: Period) -> Iterator[SignedSize]:
    """Give every checkpoint of a period, smallest first, page by page."""
    last = -1
    while True:
        query = (
            sa.select(CHECKPOINTS)
            .where(*_of(period), CHECKPOINTS.c.size > last)
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


def _signed_size(row: sa.Row[Any]) -> SignedSize:
    return SignedSize(start=row.start, size=row.size, note=row.note, cosigned=row.cosignature, at=from_micros(row.at))
