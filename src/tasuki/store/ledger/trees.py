# SPDX-License-Identifier: MIT
"""The tree over the leaves: what is added, and the roots of full subtrees beside it.

Beside the leaves stands the root of every full subtree of 256, 65,536... leaves, so that a root or a proof reads some
hundred hashes at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import WorldError
from tasuki.base.time import to_micros
from tasuki.core.ledger.model import hash_stored
from tasuki.core.ledger.reasons import STORE_ALTERED
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.tiles import HEIGHT, WIDTH, Row, subtree_frontier, subtree_root
from tasuki.store.database import METADATA, insert_many
from tasuki.store.ledger.leaves import LEAVES
from tasuki.store.ledger.writing import insert_unless_there

LOGS: Final = sa.Table(
    "logs",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
)

SUBTREES: Final = sa.Table(
    "log_subtrees",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("level", sa.Integer, primary_key=True),  # from 1: the root is over 256^level leaves
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A leaf that is about to be added.

    Attributes:
        body: its canonical bytes.
        env_id: the envelope it is about, to find it by; None where it is about none.
    """

    kind: str
    salt: bytes
    body: bytes
    env_id: str | None


def append(connection: sa.Connection, log: str, kind: str, body: Mapping[str, Json], at: datetime, salt: bytes) -> int:
    """Add a leaf to a log in the transaction of the act it records; return its index."""
    env_id = body.get("env_id")
    entry = Entry(kind=kind, salt=salt, body=canonical(dict(body)), env_id=env_id if isinstance(env_id, str) else None)
    return extend(connection, log, [entry], at)


def extend(connection: sa.Connection, log: str, entries: Sequence[Entry], at: datetime) -> int:
    """Add leaves to a log, in order; return the index of the first. Other writers of the log wait."""
    start, frontier = _edge_for_update(connection, log)
    moment = to_micros(at)
    leaves: list[tuple[object, ...]] = []
    subtrees: list[tuple[object, ...]] = []
    for index, entry in enumerate(entries, start):
        value = hash_stored(entry.salt, entry.kind, entry.body)
        leaves.append((log, index, entry.kind, entry.env_id, entry.salt, entry.body, value, moment))
        roots = merkle.completed(frontier, index, value)
        frontier = [*frontier[: len(frontier) - len(roots) + 1], roots[-1]]
        subtrees += [
            (log, height // HEIGHT, index >> height, roots[height]) for height in range(HEIGHT, len(roots), HEIGHT)
        ]
    insert_many(connection, LEAVES, "log leaf_index kind env_id salt body hash at", leaves)
    insert_many(connection, SUBTREES, "log level position root", subtrees)
    grown = {"size": start + len(leaves), "frontier": b"".join(frontier)}
    connection.execute(LOGS.update().where(LOGS.c.log == log).values(**grown))
    return start


def _edge_for_update(connection: sa.Connection, log: str) -> tuple[int, list[bytes]]:
    """Return size and frontier of a log, locked against other writers; open the log if it is new."""
    query = sa.select(LOGS.c.size, LOGS.c.frontier).where(LOGS.c.log == log).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        insert_unless_there(connection, LOGS, log=log, size=0, frontier=b"")
        row = connection.execute(query).one()
    return row.size, _hashes(row.frontier)


def _hashes(joined: bytes) -> list[bytes]:
    step = merkle.HASH_BYTES
    return [joined[i : i + step] for i in range(0, len(joined), step)]


def size(connection: sa.Connection, log: str) -> int:
    """Return how many leaves a log has."""
    return connection.execute(sa.select(LOGS.c.size).where(LOGS.c.log == log)).scalar() or 0


def edge(connection: sa.Connection, log: str) -> tuple[int, list[bytes]]:
    """Return size and frontier of a log, as kept."""
    row = connection.execute(sa.select(LOGS.c.size, LOGS.c.frontier).where(LOGS.c.log == log)).first()
    return (0, []) if row is None else (row.size, _hashes(row.frontier))


def root(connection: sa.Connection, log: str) -> tuple[int, bytes]:
    """Return size and root of a log, from its growing edge."""
    count, frontier = edge(connection, log)
    return count, merkle.root_of_frontier(frontier)


def root_at(connection: sa.Connection, log: str, count: int) -> bytes:
    """Return the root that a log had when it had `count` leaves.

    Raises:
        WorldError: leaves or subtrees are missing.
    """
    return subtree_root(0, count, row_of(connection, log))


def frontier_at(connection: sa.Connection, log: str, count: int) -> list[bytes]:
    """Return the frontier that a log had when it had `count` leaves.

    Raises:
        WorldError: leaves or subtrees are missing.
    """
    return subtree_frontier(0, count, row_of(connection, log))


def range_of(connection: sa.Connection, log: str) -> merkle.Range:
    """Return what gives proofs of a log the roots they need."""
    row = row_of(connection, log)
    return lambda start, end: subtree_root(start, end, row)


def row_of(connection: sa.Connection, log: str) -> Row:
    """Return what reads hashes of a log by level, a tile of 256 at a time; it is good for one transaction.

    What is returned raises:
        WorldError: one is missing.
    """
    tiles: dict[tuple[int, int], dict[int, bytes]] = {}

    def row(level: int, first: int, count: int) -> Sequence[bytes]:
        found: list[bytes] = []
        for position in range(first, first + count):
            key = level, position // WIDTH
            if key not in tiles:
                tiles[key] = _tile(connection, log, *key)
            value = tiles[key].get(position)
            if value is None:
                raise WorldError(STORE_ALTERED.because(index=position << (HEIGHT * level), log=log), retry=False)
            found.append(value)
        return found

    return row


def _tile(connection: sa.Connection, log: str, level: int, tile: int) -> dict[int, bytes]:
    start, end = tile * WIDTH, (tile + 1) * WIDTH
    if level == 0:
        at, value = LEAVES.c.leaf_index, LEAVES.c.hash
        query = sa.select(at, value).where(LEAVES.c.log == log, at >= start, at < end)
    else:
        at, value = SUBTREES.c.position, SUBTREES.c.root
        query = sa.select(at, value).where(SUBTREES.c.log == log, SUBTREES.c.level == level, at >= start, at < end)
    return dict(connection.execute(query).all())


def logs(connection: sa.Connection) -> list[str]:
    """Return the names of all logs, mirrors among them."""
    return list(connection.execute(sa.select(LOGS.c.log).order_by(LOGS.c.log)).scalars())


def subtrees(connection: sa.Connection, log: str) -> Iterator[tuple[int, int, bytes]]:
    """Give (level, position, root) of every full subtree kept for a log, level by level."""
    query = (
        sa.select(SUBTREES.c.level, SUBTREES.c.position, SUBTREES.c.root)
        .where(SUBTREES.c.log == log)
        .order_by(SUBTREES.c.level, SUBTREES.c.position)
    )
    for row in connection.execute(query):
        yield row.level, row.position, row.root
