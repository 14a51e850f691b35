# SPDX-License-Identifier: MIT
"""Finding holdings by words: FTS5 on SQLite, tsvector on PostgreSQL, the same words in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event

from tasuki.store.database import METADATA

_SQLITE: Final = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5("
    "words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0')"
)
_POSTGRESQL: Final = (
    "CREATE TABLE IF NOT EXISTS search_words (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_words_gin ON search_words USING gin (words)",
)


def create(connection: sa.Connection) -> None:
    """Create the index, which is no ordinary table and differs by database."""
    for statement in (_SQLITE,) if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


@event.listens_for(METADATA, "after_create")
def _create_with_tables(_target: object, connection: sa.Connection, **_: object) -> None:
    create(connection)


def index(connection: sa.Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Add (position, words) rows; words are separated by spaces."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_words (rowid, words) VALUES (?, ?)", list(rows))
    else:
        connection.execute(
            sa.text(
                "INSERT INTO search_words (position, words) VALUES (:p, array_to_tsvector(string_to_array(:w, ' ')))"
            ),
            [{"p": position, "w": words} for position, words in rows],
        )


def forget(connection: sa.Connection, positions: Sequence[int]) -> None:
    """Remove positions from the index."""
    for position in positions:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DELETE FROM search_words WHERE rowid = ?", (position,))
        else:
            connection.execute(sa.text("DELETE FROM search_words WHERE position = :p"), {"p": position})


def candidates(connection: sa.Connection, words: Sequence[str], limit: int) -> list[int]:
    """Return positions whose words include all of `words`, newest first; the caller checks the text itself."""
    if not words:
        return []
    if connection.dialect.name == "sqlite":
        query = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
        statement = "SELECT rowid FROM search_words WHERE search_words MATCH ? ORDER BY rowid DESC LIMIT ?"
        return [row[0] for row in connection.exec_driver_sql(statement, (query, limit))]
    found = sa.text(
        "SELECT position FROM search_words WHERE words @@ CAST(:q AS tsquery) ORDER BY position DESC LIMIT :n"
    )
    query = " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words)
    return list(connection.execute(found, {"q": query, "n": limit}).scalars())
