# SPDX-License-Identifier: MIT
"""Who may read at this node: names, desks, and the digests of their tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import Audience
from tasuki.base.time import from_micros, to_micros
from tasuki.core.persons.model import Person
from tasuki.store.database import METADATA

PERSONS: Final = sa.Table(
    "persons",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("reader", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=True, unique=True),
    sa.Column("added_at", sa.BigInteger, nullable=False),
)
"""People by name. One who was removed has no digest any more; the name stays theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name that is or was in use.

    Attributes:
        active: whether the person may read now.
    """

    person: Person
    active: bool


def entry(connection: sa.Connection, name: str) -> Entry | None:
    """Return who has or had a name, or None."""
    row = connection.execute(sa.select(PERSONS).where(PERSONS.c.name == name)).one_or_none()
    return None if row is None else Entry(person=_person(row.reader, row.added_at), active=row.digest is not None)


def by_digest(connection: sa.Connection, digest: bytes) -> Person | None:
    """Return who may read now with the token of a digest, or None."""
    row = connection.execute(sa.select(PERSONS).where(PERSONS.c.digest == digest)).one_or_none()
    return None if row is None else _person(row.reader, row.added_at)


def active(connection: sa.Connection) -> list[Person]:
    """Return everybody who may read now, in the order in which they were added."""
    query = sa.select(PERSONS).where(PERSONS.c.digest.is_not(None)).order_by(PERSONS.c.added_at, PERSONS.c.name)
    return [_person(row.reader, row.added_at) for row in connection.execute(query)]


def add(connection: sa.Connection, person: Person, digest: bytes) -> None:
    """Let a person read; under a name that nobody else ever had."""
    connection.execute(PERSONS.delete().where(PERSONS.c.name == person.name))
    connection.execute(
        PERSONS.insert().values(
            name=person.name, reader=str(person.reader), digest=digest, added_at=to_micros(person.added_at)
        )
    )


def remove(connection: sa.Connection, name: str) -> None:
    """Let a person read no longer."""
    connection.execute(PERSONS.update().where(PERSONS.c.name == name).values(digest=None))


def _person(reader: str, added_at: int) -> Person:
    return Person(reader=Audience.parse(reader), added_at=from_micros(added_at))
