# SPDX-License-Identifier: MIT
"""Leaves with their openings, as they are read: of our own logs and of mirrors alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import WorldError
from tasuki.base.time import from_micros
from tasuki.core.ledger.model import Leaf
from tasuki.core.ledger.reasons import STORE_ALTERED
from tasuki.store.database import METADATA

LEAVES: Final = sa.Table(
    "log_leaves",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=True),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index(
        "log_leaves_env_id",
        "env_id",
        sqlite_where=sa.text("env_id IS NOT NULL"),
        postgresql_where=sa.text("env_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

PAGE: Final = 1000
"""Leaves read or looked up at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeaf:
    """A leaf exactly as it lies in the store, which may have been altered."""

    index: int
    kind: str
    env_id: str | None
    salt: bytes
    body: bytes
    hash: bytes


def leaves(connection: sa.Connection, log: str, start: int, end: int) -> list[Leaf]:
    """Return the leaves [start, end) of a log with their openings.

    Raises:
        WorldError: one is not readable any more.
    """
    query = sa.select(LEAVES).where(LEAVES.c.log == log, LEAVES.c.leaf_index >= start, LEAVES.c.leaf_index < end)
    return list(_read(connection.execute(query.order_by(LEAVES.c.leaf_index)), lenient=False))


def leaves_at(connection: sa.Connection, log: str, indexes: Sequence[int], *, lenient: bool = False) -> dict[int, Leaf]:
    """Return the leaves of a log at these indexes, those that are there; see `about`."""
    query = sa.select(LEAVES).where(LEAVES.c.log == log, LEAVES.c.leaf_index.in_(indexes))
    return {leaf.index: leaf for leaf in _read(connection.execute(query), lenient=lenient)}


def stored_leaves(connection: sa.Connection, log: str, start: int = 0) -> Iterator[StoredLeaf]:
    """Give every leaf of a log from `start` on, as it lies in the store, page by page."""
    while True:
        query = (
            sa.select(LEAVES)
            .where(LEAVES.c.log == log, LEAVES.c.leaf_index >= start)
            .order_by(LEAVES.c.leaf_index)
            .limit(PAGE)
        )
        page = [
            StoredLeaf(
                index=row.leaf_index, kind=row.kind, env_id=row.env_id, salt=row.salt, body=row.body, hash=row.hash
            )
            for row in connection.execute(query)
        ]
        yield from page
        if len(page) < PAGE:
            return
        start = page[-1].index + 1


def newest(connection: sa.Connection, log: str, count: int) -> list[tuple[Leaf, int]]:
    """Return the newest leaves of a log, newest first, each with when it was added (microseconds since 1970)."""
    rows = connection.execute(
        sa.select(LEAVES).where(LEAVES.c.log == log).order_by(LEAVES.c.leaf_index.desc()).limit(count)
    )
    return [(read_leaf(row), row.at) for row in rows]


def added_at(connection: sa.Connection, log: str, index: int) -> datetime | None:
    """Return when a leaf was added here; None where there is none."""
    at = connection.execute(sa.select(LEAVES.c.at).where(LEAVES.c.log == log, LEAVES.c.leaf_index == index)).scalar()
    return None if at is None else from_micros(at)


def about(
    connection: sa.Connection, log: str, env_ids: Iterable[str], *, lenient: bool = False
) -> dict[str, list[Leaf]]:
    """Return the leaves of a log about these envelopes, by envelope, oldest first.

    Args:
        connection: where to read.
        log: its name.
        env_ids: the envelopes.
        lenient: leave out what is not readable any more, as an audit does that goes on to the rest.

    Raises:
        WorldError: one is not readable any more.
    """
    found: dict[str, list[Leaf]] = {}
    for leaf in _read(connection.execute(about_query(log, env_ids)), lenient=lenient):
        found.setdefault(str(leaf.body.get("env_id")), []).append(leaf)
    return found


def about_query(log: str, env_ids: Iterable[str]) -> sa.Select[Any]:
    """Return the query for the leaves about some envelopes, which reads by envelope and not the whole log."""
    # As an expression the log is no key: else SQLite, which keeps no statistics, walks the log from end to end.
    this_log = LEAVES.c.log.concat("") == log
    wanted = LEAVES.c.env_id.in_(sorted(set(env_ids)))
    return sa.select(LEAVES).where(this_log, wanted).order_by(LEAVES.c.leaf_index)


def _read(rows: Iterable[sa.Row[Any]], *, lenient: bool) -> Iterator[Leaf]:
    for row in rows:
        try:
            yield read_leaf(row)
        except WorldError:
            if not lenient:
                raise


def read_leaf(row: sa.Row[Any]) -> Leaf:
    """Return the leaf in a row of a leaf table.

    Raises:
        WorldError: it is not readable any more.
    """
    body = _body(row.body)
    if body is None:
        raise WorldError(STORE_ALTERED.because(index=row.leaf_index, log=row.log), retry=False)
    return Leaf(index=row.leaf_index, kind=row.kind, salt=row.salt, body=body)


def opened(stored: StoredLeaf) -> Leaf | None:
    """Return a stored leaf with its content read; None where it is not readable any more."""
    body = _body(stored.body)
    return None if body is None else Leaf(index=stored.index, kind=stored.kind, salt=stored.salt, body=body)


def _body(raw: bytes) -> dict[str, Json] | None:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None
