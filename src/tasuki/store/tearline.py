# SPDX-License-Identifier: MIT
"""Tear-lines, and what each derives from: that is kept here and nowhere else, and nothing that leaves reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.ids import StixId
from tasuki.base.time import from_micros, to_micros
from tasuki.core.tearline.model import State
from tasuki.store.database import METADATA, insert_many
from tasuki.store.holdings import HOLDINGS

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TEARLINES: Final = sa.Table(
    "tearlines",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("stix_id", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=True),
    sa.Column("terms", sa.LargeBinary, nullable=False),
    sa.Column("drafted_by", sa.Text, nullable=False),
    sa.Column("drafted_at", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", sa.BigInteger, nullable=True),
    sa.Column("decided_why", sa.Text, nullable=False),
)
"""Drafts, and what became of them. The body is sealed; once it is decided on, it is a holding or it is gone."""

DERIVED: Final = sa.Table(
    "derived_from",
    METADATA,
    sa.Column("tearline", sa.BigInteger, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("stix_id", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
"""From which holdings each was made, in the order the drafter named them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A draft's body as it lies in the store."""

    digest: bytes
    ciphertext: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tearline:
    """One tear-line.

    Attributes:
        terms: JSON of whom it is for and how it is to be marked.
        body: None once it is decided on.
    """

    number: int
    stix_id: StixId
    terms: bytes
    body: Sealed | None
    drafted_by: str
    drafted_at: datetime
    why: str
    state: State
    decided_by: str
    decided_at: datetime | None
    decided_why: str


def add(  # noqa: PLR0913 the columns
    connection: sa.Connection, *, stix_id: str, body: Sealed, terms: bytes, by: str, at: datetime, why: str
) -> int:
    """Keep a draft; return its number."""
    row = {
        "stix_id": stix_id,
        "digest": body.digest,
        "ciphertext": body.ciphertext,
        "wrapped": body.wrapped,
        "terms": terms,
        "drafted_by": by,
        "drafted_at": to_micros(at),
        "why": why,
        "state": State.DRAFTED.value,
        "decided_by": "",
        "decided_why": "",
    }
    return int(connection.execute(TEARLINES.insert().values(row).returning(TEARLINES.c.number)).scalar_one())


def derive(connection: sa.Connection, number: int, sources: Sequence[tuple[int, str]]) -> None:
    """Remember from which holdings, by position and id, a tear-line is made."""
    rows = [(number, position, place, stix_id) for place, (position, stix_id) in enumerate(sources)]
    insert_many(connection, DERIVED, "tearline position place stix_id", rows)


def decide(connection: sa.Connection, number: int, state: State, *, by: str, at: datetime, why: str) -> None:
    """Release or reject a draft; its body here is gone with that."""
    values = {
        "state": state.value,
        "decided_by": by,
        "decided_at": to_micros(at),
        "decided_why": why,
        "ciphertext": None,
        "wrapped": None,
    }
    connection.execute(TEARLINES.update().where(TEARLINES.c.number == number).values(values))


def tearline(connection: sa.Connection, number: int) -> Tearline | None:
    """Return one tear-line."""
    row = connection.execute(sa.select(TEARLINES).where(TEARLINES.c.number == number)).one_or_none()
    return None if row is None else _tearline(row)


def tearlines(connection: sa.Connection, limit: int) -> list[Tearline]:
    """Return the newest tear-lines, newest first."""
    query = sa.select(TEARLINES).order_by(TEARLINES.c.number.desc()).limit(limit)
    return [_tearline(row) for row in connection.execute(query)]


def released(connection: sa.Connection) -> list[Tearline]:
    """Return every tear-line that is a holding, oldest first."""
    query = sa.select(TEARLINES).where(TEARLINES.c.state == State.RELEASED.value).order_by(TEARLINES.c.number)
    return [_tearline(row) for row in connection.execute(query)]


def _tearline(row: Any) -> Tearline:
    has_body = row.ciphertext is not None
    return Tearline(
        number=row.number,
        stix_id=StixId(row.stix_id),
        terms=row.terms,
        body=Sealed(digest=row.digest, ciphertext=row.ciphertext, wrapped=row.wrapped) if has_body else None,
        drafted_by=row.drafted_by,
        drafted_at=from_micros(row.drafted_at),
        why=row.why,
        state=State(row.state),
        decided_by=row.decided_by,
        decided_at=None if row.decided_at is None else from_micros(row.decided_at),
        decided_why=row.decided_why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A holding from which a tear-line was made.

    Attributes:
        source: who gave the holding.
        state: what became of it since: `held`, `recalled` or `disposed`.
    """

    tearline: int
    position: int
    stix_id: StixId
    source: str
    version: int
    id: int
    state: str


def origins(connection: sa.Connection, numbers: Iterable[int]) -> list[Origin]:
    """Return what these tear-lines were made from, in the order the drafters named them."""
    columns = (
        DERIVED.c.tearline,
        DERIVED.c.position,
        DERIVED.c.stix_id,
        HOLDINGS.c.source,
        HOLDINGS.c.version,
        HOLDINGS.c.id,
        HOLDINGS.c.state,
    )
    query = (
        sa.select(*columns)
        .join(HOLDINGS, HOLDINGS.c.position == DERIVED.c.position)
        .where(DERIVED.c.tearline.in_(list(numbers)))
        .order_by(DERIVED.c.tearline, DERIVED.c.place)
    )
    return [Origin(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 the documented way to a mapping
