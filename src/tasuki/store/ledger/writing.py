# SPDX-License-Identifier: MIT
"""One way to write a row unless it is there, on both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_unless_there(connection: sa.Connection, table: sa.Table, **values: object) -> bool:
    """Insert a row unless its key is taken, by whatever process; return whether it was free."""
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = maker(table)
    key = next(iter(table.primary_key.columns))
    # What was returned tells, not the row count, which drivers leave open for an insert.
    made = connection.execute(statement.values(**values).on_conflict_do_nothing().returning(key))
    return made.first() is not None
