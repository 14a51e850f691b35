# SPDX-License-Identifier: MIT
"""What an export takes out, in order of position, without opening a body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tasuki.core.holdings.model import State
from tasuki.store.database import parts
from tasuki.store.holdings import HOLDINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One live holding as far as an export must know it before it opens it.

    Attributes:
        id: number of its id.
        size: of its body in bytes.
    """

    position: int
    id: int
    version: int
    digest: bytes
    size: int


_COLUMNS = (HOLDINGS.c.position, HOLDINGS.c.id, HOLDINGS.c.version, HOLDINGS.c.digest, HOLDINGS.c.size)


def forms_after(connection: sa.Connection, cursor: int, top: int, limit: int, types: Sequence[str]) -> list[Form]:
    """Return live holdings of some types (none named: all) after one position, up to another."""
    query = _live(types).where(HOLDINGS.c.position > cursor, HOLDINGS.c.position <= top)
    return [_form(row) for row in connection.execute(query.order_by(HOLDINGS.c.position).limit(limit))]


def forms_of(connection: sa.Connection, id_numbers: Iterable[int], top: int) -> list[Form]:
    """Return the live holdings of ids up to a position."""
    found: list[Form] = []
    for part in parts(list(id_numbers)):
        query = _live(()).where(HOLDINGS.c.id.in_(part), HOLDINGS.c.position <= top)
        found.extend(_form(row) for row in connection.execute(query))
    return sorted(found, key=lambda form: form.position)


def count(connection: sa.Connection, top: int, types: Sequence[str]) -> int:
    """Return how many live holdings of some types there are up to a position."""
    rows = _live(types).where(HOLDINGS.c.position <= top).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one()


def _live(types: Sequence[str]) -> sa.Select[tuple[Any, ...]]:
    query = sa.select(*_COLUMNS).where(HOLDINGS.c.state == State.HELD.value)
    return query.where(HOLDINGS.c.type.in_(types)) if types else query


def _form(row: sa.Row[tuple[Any, ...]]) -> Form:
    return Form(position=row.position, id=row.id, version=row.version, digest=row.digest, size=row.size)
