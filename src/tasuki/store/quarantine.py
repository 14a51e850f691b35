# SPDX-License-Identifier: MIT
"""What was set aside at intake: looked at, taken out again, let go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tasuki.store.holdings import QUARANTINE

Row = sa.Row[tuple[Any, ...]]


def newest(connection: sa.Connection, limit: int, code: str | None = None) -> list[Row]:
    """Return the newest pieces, of one reason where its code is named, newest first."""
    query = sa.select(QUARANTINE).order_by(QUARANTINE.c.id.desc()).limit(limit)
    return list(connection.execute(query if code is None else query.where(QUARANTINE.c.code == code)))


def entry(connection: sa.Connection, number: int) -> Row | None:
    """Return one piece, or None where there is none of that number."""
    return connection.execute(sa.select(QUARANTINE).where(QUARANTINE.c.id == number)).one_or_none()


def drop(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """Let pieces go with their bodies and keys."""
    connection.execute(QUARANTINE.delete().where(QUARANTINE.c.id.in_(numbers)))
