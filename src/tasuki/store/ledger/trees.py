# SPDX-License-Identifier: MIT
"""The trees over the leaves, one for each period of a log, and how they grow.

Beside the leaves stands the root of every full subtree of 256, 65,536... leaves, so that a root or a proof reads some
hundred hashes at most. Leaves count over the whole log, what is said of a tree from the
first leaf of its period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import WorldError
from tasuki.base.time import to_micros
from tasuki.core.ledger.model import hash_stored
from tasuki.core.ledger.periods import PERIOD_OPENED, Period, Turn, after, read_turn
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
    sa.Column("start", sa.BigInteger, primary_key=True),  # leaves before this period
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
)
"""The periods of every log."""

SUBTREES: Final = sa.Table(
    "log_subtrees",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
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
    """Add leaves to a log, in order; return the index of the first. Other writers of the log wait.

    A leaf that opens a period does so here, whosever log it is: the periods follow from the leaves alone.

    Raises:
        InputError: a leaf opens a period that does not fit what is before it; nothing is added.
    """
    growing = _Growing(log, *_edge_for_update(connection, log))
    start = growing.period.end
    for entry in entries:
        if entry.kind == PERIOD_OPENED:
            growing.turn(connection, read_turn(_object(entry.body)))
        growing.add(entry, to_micros(at))
    growing.keep(connection)
    return start


class _Growing:
    """A log while leaves are added to it: the tree of its newest period, and the rows that are to be written."""

    def __init__(self, log: str, period: Period, frontier: list[bytes]) -> None:
        self.period = period
        self._log = log
        self._frontier = frontier
        self._size = period.size
        self._leaves: list[tuple[object, ...]] = []
        self._subtrees: list[tuple[object, ...]] = []

    def turn(self, connection: sa.Connection, turn: Turn) -> None:
        ended = replace(self.period, size=self._size)
        opened = after(ended, merkle.root_of_frontier(self._frontier), _count(connection, self._log), turn)
        self.keep(connection)
        values = {"log": self._log, "start": opened.start, "year": opened.year, "size": 0, "frontier": b""}
        connection.execute(LOGS.insert().values(**values))
        self.period, self._frontier, self._size = opened, [], 0

    def add(self, entry: Entry, moment: int) -> None:
        start, index = self.period.start, self._size
        value = hash_stored(entry.salt, entry.kind, entry.body)
        self._leaves.append((self._log, start + index, entry.kind, entry.env_id, entry.salt, entry.body, value, moment))
        roots = merkle.completed(self._frontier, index, value)
        self._frontier = [*self._frontier[: len(self._frontier) - len(roots) + 1], roots[-1]]
        self._subtrees += [
            (self._log, start, height // HEIGHT, index >> height, roots[height])
            for height in range(HEIGHT, len(roots), HEIGHT)
        ]
        self._size += 1

    def keep(self, connection: sa.Connection) -> None:
        insert_many(connection, LEAVES, "log leaf_index kind env_id salt body hash at", self._leaves)
        insert_many(connection, SUBTREES, "log start level position root", self._subtrees)
        grown = {"size": self._size, "frontier": b"".join(self._frontier)}
        here = LOGS.c.log == self._log, LOGS.c.start == self.period.start
        connection.execute(LOGS.update().where(*here).values(**grown))
        self._leaves, self._subtrees = [], []


def _object(raw: bytes) -> dict[str, Json]:
    value = orjson.loads(raw)
    return value if isinstance(value, dict) else {}


def _edge_for_update(connection: sa.Connection, log: str) -> tuple[Period, list[bytes]]:
    """Return the newest period of a log and its frontier, locked against other writers; open the log if it is new."""
    query = _newest(log).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        insert_unless_there(connection, LOGS, log=log, start=0, year=0, size=0, frontier=b"")
        row = connection.execute(query).one()
    # Whoever held the lock before may have opened a period: the row that was waited for is not the newest then.
    while (newest := connection.execute(_newest(log)).one()).start != row.start:
        row = connection.execute(_row_of_period(log, newest.start).with_for_update()).one()
    return _period(row), _hashes(row.frontier)


def last_period_for_update(connection: sa.Connection, log: str) -> tuple[Period, bytes]:
    """Return the newest period of a log and its root, locked against other writers until the transaction ends."""
    period, frontier = _edge_for_update(connection, log)
    return period, merkle.root_of_frontier(frontier)


def _newest(log: str) -> sa.Select[Any]:
    return sa.select(LOGS).where(LOGS.c.log == log).order_by(LOGS.c.start.desc()).limit(1)


def _row_of_period(log: str, start: int) -> sa.Select[Any]:
    return sa.select(LOGS).where(LOGS.c.log == log, LOGS.c.start == start)


def _period(row: sa.Row[Any]) -> Period:
    return Period(log=row.log, year=row.year, start=row.start, size=row.size)


def _count(connection: sa.Connection, log: str) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(LOGS).where(LOGS.c.log == log)).scalar_one()


def _hashes(joined: bytes) -> list[bytes]:
    step = merkle.HASH_BYTES
    return [joined[i : i + step] for i in range(0, len(joined), step)]


def periods(connection: sa.Connection, log: str) -> list[Period]:
    """Return the periods of a log, oldest first; none before its first leaf."""
    return [_period(row) for row in connection.execute(sa.select(LOGS).where(LOGS.c.log == log).order_by(LOGS.c.start))]


def newest_period(connection: sa.Connection, log: str) -> Period:
    """Return the newest period of a log; an empty one before its first leaf."""
    row = connection.execute(_newest(log)).first()
    return Period(log=log) if row is None else _period(row)


def period_at(connection: sa.Connection, log: str, index: int) -> Period:
    """Return the period in which leaf `index` of a log stands, or would stand if it were the next."""
    row = connection.execute(_newest(log).where(LOGS.c.start <= index)).first()
    return Period(log=log) if row is None else _period(row)


def size(connection: sa.Connection, log: str) -> int:
    """Return how many leaves a log has, over all its periods."""
    return newest_period(connection, log).end


def edge(connection: sa.Connection, period: Period) -> tuple[int, list[bytes]]:
    """Return size and frontier of the tree of a period, as kept."""
    row = connection.execute(_row_of_period(period.log, period.start)).first()
    return (0, []) if row is None else (row.size, _hashes(row.frontier))


def root(connection: sa.Connection, log: str) -> tuple[int, bytes]:
    """Return how many leaves a log has over all its periods, and the root of its newest period."""
    period = newest_period(connection, log)
    return period.end, root_of(connection, period)


def root_of(connection: sa.Connection, period: Period) -> bytes:
    """Return the root of a period as it stands, from its growing edge."""
    return merkle.root_of_frontier(edge(connection, period)[1])


def root_at(connection: sa.Connection, log: str, count: int) -> bytes:
    """Return the second value that `root` gave when the log had `count` leaves.

    Raises:
        WorldError: leaves or subtrees are missing.
    """
    period = period_at(connection, log, max(count - 1, 0))
    return root_in(connection, period, count - period.start)


def root_in(connection: sa.Connection, period: Period, count: int) -> bytes:
    """Return the root that a period had when it had `count` leaves.

    Raises:
        WorldError: leaves or subtrees are missing.
    """
    return subtree_root(0, count, row_of(connection, period))


def frontier_at(connection: sa.Connection, period: Period, count: int) -> list[bytes]:
    """Return the frontier that a period had when it had `count` leaves.

    Raises:
        WorldError: leaves or subtrees are missing.
    """
    return subtree_frontier(0, count, row_of(connection, period))


def range_of(connection: sa.Connection, period: Period) -> merkle.Range:
    """Return what gives proofs of a period the roots they need."""
    row = row_of(connection, period)
    return lambda start, end: subtree_root(start, end, row)


def row_of(connection: sa.Connection, period: Period) -> Row:
    """Return what reads hashes of a period by level, a tile of 256 at a time; it is good for one transaction.

    What is returned raises:
        WorldError: one is missing.
    """
    tiles: dict[tuple[int, int], dict[int, bytes]] = {}

    def row(level: int, first: int, count: int) -> Sequence[bytes]:
        found: list[bytes] = []
        for position in range(first, first + count):
            key = level, position // WIDTH
            if key not in tiles:
                tiles[key] = _tile(connection, period, *key)
            value = tiles[key].get(position)
            if value is None:
                index = period.start + (position << (HEIGHT * level))
                raise WorldError(STORE_ALTERED.because(index=index, log=period.log), retry=False)
            found.append(value)
        return found

    return row


def _tile(connection: sa.Connection, period: Period, level: int, tile: int) -> dict[int, bytes]:
    start, end = tile * WIDTH, (tile + 1) * WIDTH
    if level == 0:
        at, value = LEAVES.c.leaf_index, LEAVES.c.hash
        first = period.start
        within = at >= first + start, at < first + end
        query = sa.select(at, value).where(LEAVES.c.log == period.log, *within)
        return {index - first: found for index, found in connection.execute(query)}
    at, value = SUBTREES.c.position, SUBTREES.c.root
    tree = SUBTREES.c.log == period.log, SUBTREES.c.start == period.start
    query = sa.select(at, value).where(*tree, SUBTREES.c.level == level, at >= start, at < end)
    return dict(connection.execute(query).all())


def logs(connection: sa.Connection) -> list[str]:
    """Return the names of all logs, mirrors among them."""
    return list(connection.execute(sa.select(LOGS.c.log).distinct().order_by(LOGS.c.log)).scalars())


def sizes(connection: sa.Connection) -> dict[str, int]:
    """Return how many leaves every log has, over all its periods."""
    query = sa.select(LOGS.c.log, sa.func.max(LOGS.c.start + LOGS.c.size)).group_by(LOGS.c.log)
    return dict(connection.execute(query).all())


def subtrees(connection: sa.Connection, period: Period) -> Iterator[tuple[int, int, bytes]]:
    """Give (level, position, root) of every full subtree kept for a period, level by level."""
    query = (
        sa.select(SUBTREES.c.level, SUBTREES.c.position, SUBTREES.c.root)
        .where(SUBTREES.c.log == period.log, SUBTREES.c.start == period.start)
        .order_by(SUBTREES.c.level, SUBTREES.c.position)
    )
    for row in connection.execute(query):
        yield row.level, row.position, row.root
