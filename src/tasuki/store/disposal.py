# SPDX-License-Identifier: MIT
"""What was asserted at positions, as the journal names what was disposed of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tasuki.core.holdings.model import State
from tasuki.store.database import parts
from tasuki.store.holdings import HOLDINGS, IDS

_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """One holding by what it asserts: the same bytes of the same source are the same assertion in any database."""

    position: int
    source: str
    stix_id: str
    digest: bytes


def asserted_at(connection: sa.Connection, positions: Sequence[int]) -> list[Asserted]:
    """Return what is asserted at positions."""
    found: list[Asserted] = []
    for part in parts(positions):
        found.extend(_rows(connection, _query().where(HOLDINGS.c.position.in_(part))))
    return found


def undisposed(connection: sa.Connection) -> Iterator[list[Asserted]]:
    """Yield what is asserted wherever there still is a body, page by page."""
    after = 0
    while True:
        query = _query().where(HOLDINGS.c.position > after, HOLDINGS.c.state != State.DISPOSED.value)
        page = _rows(connection, query.order_by(HOLDINGS.c.position).limit(_PAGE))
        if not page:
            return
        yield page
        after = page[-1].position


def _query() -> sa.Select[Any]:
    columns = HOLDINGS.c.position, HOLDINGS.c.source, IDS.c.stix_id, HOLDINGS.c.digest
    return sa.select(*columns).join(IDS, IDS.c.number == HOLDINGS.c.id)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[Asserted]:
    return [
        Asserted(position=row.position, source=row.source, stix_id=row.stix_id, digest=row.digest)
        for row in connection.execute(query)
    ]
