# SPDX-License-Identifier: MIT
"""What must outlive a restore, on its way into the journal beside the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.store.database import METADATA, NOTED
from tasuki.store.holdings import COUNTERS, reserve

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

JOURNAL: Final = sa.Table(
    "journal",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Entries committed with their act and not yet in the file; they leave once the file holds them durably."""

_COUNTER: Final = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: its number rises by one each time and is never given twice in one history of the database."""

    number: int
    body: Mapping[str, Json]


def note(connection: sa.Connection, kind: str, body: Mapping[str, Json]) -> None:
    """Add an entry, in the transaction of the act it is about."""
    number = reserve(connection, _COUNTER, 1)
    connection.execute(JOURNAL.insert().values(number=number, body=canonical({**body, "kind": kind})))
    connection.info[NOTED] = True


def pending(connection: sa.Connection) -> list[Entry]:
    """Return the entries that are not known to be in the file, in order."""
    rows = connection.execute(sa.select(JOURNAL).order_by(JOURNAL.c.number))
    return [Entry(number=row.number, body=orjson.loads(row.body)) for row in rows]


def settle(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """Forget entries that the file holds."""
    for number in numbers:
        connection.execute(JOURNAL.delete().where(JOURNAL.c.number == number))


def last(connection: sa.Connection) -> int:
    """Return the highest number given so far."""
    return connection.execute(sa.select(COUNTERS.c.value).where(COUNTERS.c.name == _COUNTER)).scalar() or 0


def skip_to(connection: sa.Connection, number: int) -> None:
    """Give no number up to this one any more: the file knows them from a later state of the database."""
    behind = number - last(connection)
    if behind > 0:
        reserve(connection, _COUNTER, behind)
