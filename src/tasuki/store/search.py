# SPDX-License-Identifier: MIT
"""Finding holdings by words: FTS5 on SQLite, tsvector on PostgreSQL, the same words in both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event

from tasuki.store.database import METADATA, parts

_LONGEST: Final = 500
"""Characters of a word that count: in UTF-8 below the 2,046 bytes that PostgreSQL allows a lexeme."""

NEWEST: Final = 2**63 - 1
"""Above every position."""

_MOST: Final = 32
"""Words of a query that narrow the candidates; what a longer query adds is left to the caller's check."""

# Words come already cut and folded (core/holdings/words). This tokenizer parts them at spaces only, and takes every
# character beyond ASCII for a letter; `unicode61` would cut again, by tables older than ours.
_SQLITE: Final = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5("
    "words, content='', contentless_delete=1, detail=none, tokenize='ascii')"
)
_POSTGRESQL: Final = (
    "CREATE TABLE IF NOT EXISTS search_words (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_words_gin ON search_words USING gin (words)",
)


@event.listens_for(METADATA, "after_create")
def _create_with_tables(_target: object, connection: sa.Connection, **_: object) -> None:
    """Create the index, which is no ordinary table and differs by database."""
    for statement in (_SQLITE,) if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def index(connection: sa.Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Add (position, words) rows; words are separated by single spaces."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO search_words (rowid, words) VALUES (?, ?)"
    else:
        statement = (
            "INSERT INTO search_words (position, words) VALUES (%s, array_to_tsvector(string_to_array(%s, ' ')))"
        )
    connection.exec_driver_sql(statement, [(position, _clipped(words)) for position, words in rows])


def _clipped(words: str) -> str:
    return words if len(words) <= _LONGEST else " ".join(word[:_LONGEST] for word in words.split(" "))


def forget(connection: sa.Connection, positions: Sequence[int]) -> None:
    """Remove positions from the index, and on SQLite their words from its file (see `Database.scrub`)."""
    if not positions:
        return
    if connection.dialect.name == "sqlite":
        statement = "DELETE FROM search_words WHERE rowid = ?"
        connection.exec_driver_sql(statement, [(position,) for position in positions])
        # A deletion only marks; the words go when the index is written anew. Measured: 0.5 s for a million holdings.
        connection.exec_driver_sql("INSERT INTO search_words (search_words) VALUES ('optimize')")
        return
    for part in parts(positions):
        connection.execute(sa.text("DELETE FROM search_words WHERE position = ANY(:p)"), {"p": list(part)})


def candidates(connection: sa.Connection, words: Iterable[str], limit: int, *, before: int = NEWEST) -> list[int]:
    """Return positions below `before` whose words include all of `words`, newest first; the caller checks the text."""
    wanted = list(dict.fromkeys(word[:_LONGEST] for word in words))[:_MOST]
    if not wanted:
        return []
    if connection.dialect.name == "sqlite":
        query = " AND ".join('"' + word.replace('"', '""') + '"' for word in wanted)
        statement = (
            "SELECT rowid FROM search_words WHERE search_words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
        )
        return [row[0] for row in connection.exec_driver_sql(statement, (query, before, limit))]
    found = sa.text(
        "SELECT position FROM search_words WHERE words @@ CAST(:q AS tsquery) AND position < :b "
        "ORDER BY position DESC LIMIT :n"
    )
    query = " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in wanted)
    return list(connection.execute(found, {"q": query, "b": before, "n": limit}).scalars())
