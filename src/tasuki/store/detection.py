# SPDX-License-Identifier: MIT
"""What detection reads of the holdings: for each indicator the newest that is held of it, and which ones left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tasuki.core.holdings.model import State
from tasuki.store.database import parts
from tasuki.store.holdings import BODIES, BODY_KEYS, HANDLING, HOLDINGS, IDS, LOCAL, numbers
from tasuki.store.withdrawal import STOPPED

_TYPE: Final = "indicator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedIndicator:
    """The newest version of an indicator that any source gave and that is in use, sealed.

    Attributes:
        handling: its handling basis in its JSON form.
    """

    position: int
    stix_id: str
    digest: bytes
    ciphertext: bytes
    wrapped: bytes
    handling: str


def newest_after(connection: sa.Connection, cursor: int, limit: int) -> list[SealedIndicator]:
    """Return indicators whose newest usable holding lies after a position, in order of position."""
    query = _newest().where(HOLDINGS.c.position > cursor).order_by(HOLDINGS.c.position).limit(limit)
    return [_indicator(row) for row in connection.execute(query)]


def newest(connection: sa.Connection, stix_ids: Iterable[str]) -> list[SealedIndicator]:
    """Return the newest usable holding of each of these ids that has one."""
    found: list[SealedIndicator] = []
    for part in parts(list(numbers(connection, stix_ids).values())):
        found.extend(_indicator(row) for row in connection.execute(_newest().where(HOLDINGS.c.id.in_(part))))
    return found


def _newest() -> sa.Select[tuple[Any, ...]]:
    """Select indicators in use of which no source's use is newer: by version, then by when it came."""
    other = HOLDINGS.alias()
    outdated = sa.exists().where(
        other.c.id == HOLDINGS.c.id,
        _usable(other),
        sa.or_(
            other.c.version > HOLDINGS.c.version,
            sa.and_(other.c.version == HOLDINGS.c.version, other.c.position > HOLDINGS.c.position),
        ),
    )
    return (
        sa.select(
            HOLDINGS.c.position,
            IDS.c.stix_id,
            HOLDINGS.c.digest,
            BODIES.c.ciphertext,
            BODY_KEYS.c.wrapped,
            HANDLING.c.body.label("handling"),
        )
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .join(BODIES, BODIES.c.position == HOLDINGS.c.position)
        .join(BODY_KEYS, BODY_KEYS.c.position == HOLDINGS.c.position)
        .join(HANDLING, HANDLING.c.id == HOLDINGS.c.handling)
        .where(HOLDINGS.c.type == _TYPE, _usable(HOLDINGS), ~outdated)
    )


def _usable(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a holding is live, and no version that its own source, or our own people, revoked or corrected."""
    stopped = sa.exists().where(
        STOPPED.c.source.in_([table.c.source, LOCAL]),
        STOPPED.c.id == table.c.id,
        STOPPED.c.usable_from > table.c.version,
    )
    return sa.and_(table.c.state == State.HELD.value, ~stopped)


def _indicator(row: sa.Row[tuple[Any, ...]]) -> SealedIndicator:
    return SealedIndicator(**row._mapping)  # noqa: SLF001 the documented way from a row to a mapping
