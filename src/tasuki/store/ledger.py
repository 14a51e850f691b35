# SPDX-License-Identifier: MIT
"""What the logs remember: leaves with their openings, roots of full subtrees, checkpoints, mirrors, witness states.

A log of our own and the mirror of a partner's are kept alike; only the first has checkpoints. Beside the leaves stands
the root of every full subtree of 256, 65,536... leaves, so that a root or a proof reads some hundred hashes at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import WorldError
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.base.time import from_micros, to_micros
from tasuki.core.ledger.model import Leaf, hash_stored
from tasuki.core.ledger.reasons import STORE_ALTERED
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.tiles import HEIGHT, WIDTH, Row, subtree_frontier, subtree_root
from tasuki.store.channel import ENVELOPES_IN, ENVELOPES_OUT
from tasuki.store.database import METADATA, insert_many

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

CHECKPOINTS: Final = sa.Table(
    "checkpoints",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("cosignature", sa.LargeBinary, nullable=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)

WITNESSED: Final = sa.Table(
    "witnessed",
    METADATA,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.LargeBinary, nullable=False),  # as its log signed it; empty before the first
)

UNSEEN: Final = sa.Table(
    "mirror_unseen",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("mirrored_at", sa.BigInteger, nullable=False),
    sa.Column("cosigned_at", sa.BigInteger, nullable=True),
)

FORKS: Final = sa.Table(
    "log_forks",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("root", sa.LargeBinary, primary_key=True),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("cosigned", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

CONTRADICTIONS: Final = sa.Table(
    "mirror_contradictions",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

MAX_FORKS: Final = 16
"""Forks kept of one partner: one proves it, and a partner that signs a thousand must not fill the disk."""

PAGE: Final = 1000
"""Leaves read or looked up at once."""


_HEAD_BYTES: Final = MAX_HEADER_BYTES + (8 << 10)
"""Magic, header and signatures of the largest envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSize:
    """A checkpoint as kept: the signed note, and the partner's cosigned form once there is one."""

    size: int
    note: bytes
    cosigned: bytes | None
    at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeaf:
    """A leaf exactly as it lies in the store, which may have been altered."""

    index: int
    kind: str
    env_id: str | None
    salt: bytes
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What was cosigned last here for a log; size 0 and no note before the first."""

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A mirrored leaf about something that has not arrived here.

    Attributes:
        cosigned_at: when a checkpoint over it was cosigned all the same; None while none was.
    """

    index: int
    mirrored_at: datetime
    cosigned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two checkpoints of a partner that cannot both be true, each signed by its log key.

    Attributes:
        note: the one that was refused.
        cosigned: the one that was cosigned before it.
    """

    size: int
    note: bytes
    cosigned: bytes
    at: datetime


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
        _insert_unless_there(connection, LOGS, log=log, size=0, frontier=b"")
        row = connection.execute(query).one()
    return row.size, _hashes(row.frontier)


def _insert_unless_there(connection: sa.Connection, table: sa.Table, **values: object) -> bool:
    """Insert a row unless its key is taken, by whatever process; return whether it was free."""
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = maker(table)
    key = next(iter(table.primary_key.columns))
    # What was returned tells, not the row count, which drivers leave open for an insert.
    made = connection.execute(statement.values(**values).on_conflict_do_nothing().returning(key))
    return made.first() is not None


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
    return [(_leaf(row), row.at) for row in rows]


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
            yield _leaf(row)
        except WorldError:
            if not lenient:
                raise


def _leaf(row: sa.Row[Any]) -> Leaf:
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


def subtrees(connection: sa.Connection, log: str) -> Iterator[tuple[int, int, bytes]]:
    """Give (level, position, root) of every full subtree kept for a log, level by level."""
    query = (
        sa.select(SUBTREES.c.level, SUBTREES.c.position, SUBTREES.c.root)
        .where(SUBTREES.c.log == log)
        .order_by(SUBTREES.c.level, SUBTREES.c.position)
    )
    for row in connection.execute(query):
        yield row.level, row.position, row.root


def keep_checkpoint(connection: sa.Connection, log: str, count: int, note: bytes, at: datetime) -> SignedSize:
    """Keep a signed checkpoint, unless one of this size is kept already; return the one that stands."""
    values = {"log": log, "size": count, "note": note, "cosignature": None, "at": to_micros(at)}
    _insert_unless_there(connection, CHECKPOINTS, **values)
    query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == count)
    return _signed_size(connection.execute(query).one())


def keep_cosigned(connection: sa.Connection, log: str, count: int, note: bytes) -> None:
    """Keep the partner's cosigned form of a checkpoint."""
    connection.execute(
        CHECKPOINTS.update().where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == count).values(cosignature=note)
    )


def checkpoint(connection: sa.Connection, log: str, *, cosigned: bool = False) -> SignedSize | None:
    """Return the newest checkpoint of a log, or the newest that the partner cosigned."""
    found = newest_checkpoints(connection, log, 1, cosigned=cosigned)
    return found[0] if found else None


def newest_checkpoints(connection: sa.Connection, log: str, count: int, *, cosigned: bool = False) -> list[SignedSize]:
    """Return the newest checkpoints of a log, newest first; only those the partner cosigned, if asked for."""
    query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.log == log).order_by(CHECKPOINTS.c.size.desc()).limit(count)
    if cosigned:
        query = query.where(CHECKPOINTS.c.cosignature.is_not(None))
    return [_signed_size(row) for row in connection.execute(query)]


def checkpoints(connection: sa.Connection, log: str) -> Iterator[SignedSize]:
    """Give every checkpoint of a log, smallest first, page by page."""
    last = -1
    while True:
        query = (
            sa.select(CHECKPOINTS)
            .where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size > last)
            .order_by(CHECKPOINTS.c.size)
            .limit(PAGE)
        )
        page = [_signed_size(row) for row in connection.execute(query)]
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].size


def checkpoint_count(connection: sa.Connection, log: str) -> int:
    """Return how many checkpoints of a log are kept."""
    query = sa.select(sa.func.count()).select_from(CHECKPOINTS).where(CHECKPOINTS.c.log == log)
    return connection.execute(query).scalar_one()


def _signed_size(row: sa.Row[tuple[object, ...]]) -> SignedSize:
    return SignedSize(size=row.size, note=row.note, cosigned=row.cosignature, at=from_micros(row.at))


def places(
    connection: sa.Connection, partner: str, asked: Iterable[tuple[str, int, int]]
) -> dict[tuple[str, int, int], str]:
    """Return which envelope of a partner took each of these places (lane, epoch, number), where one did."""
    table = ENVELOPES_IN.c
    place = sa.tuple_(table.lane, table.epoch, table.seq)
    query = sa.select(table.lane, table.epoch, table.seq, table.env_id).where(
        table.partner == partner, place.in_(sorted(set(asked)))
    )
    return {(row.lane, row.epoch, row.seq): row.env_id for row in connection.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An envelope as the channel keeps it, to be held against the leaves about it.

    Attributes:
        row: number of its row, to page by.
        sent: whether it went out; else it came in.
        start: its first bytes, header and signatures among them; None where it is not kept.
        receipt: the stored receipt held or given.
    """

    row: int
    env_id: str
    sent: bool
    hash: str
    lane: str
    epoch: int
    seq: int
    start: bytes | None
    receipt: bytes | None


def records(connection: sa.Connection, partner: str, *, sent: bool, after: int) -> list[Record]:
    """Return the next envelopes exchanged with a partner behind row `after`, in the order they were kept."""
    table = ENVELOPES_OUT if sent else ENVELOPES_IN
    # By row number, not by partner: else every page would sort all that is left.
    query = _record_query(table).where(table.c.partner.concat("") == partner, table.c.id > after)
    return [_record(row, sent=sent) for row in connection.execute(query.order_by(table.c.id).limit(PAGE))]


def records_of(connection: sa.Connection, partner: str, env_ids: Iterable[str], *, sent: bool) -> dict[str, Record]:
    """Return these envelopes exchanged with a partner, in one direction."""
    table = ENVELOPES_OUT if sent else ENVELOPES_IN
    query = _record_query(table).where(table.c.partner == partner, table.c.env_id.in_(sorted(set(env_ids))))
    return {row.env_id: _record(row, sent=sent) for row in connection.execute(query)}


def _record_query(table: sa.Table) -> sa.Select[Any]:
    raw = table.c.raw if table is ENVELOPES_OUT else table.c.held
    # Not the ciphertext: its hash stands in the header, and it may be sixteen megabytes.
    start = sa.func.substr(raw, 1, _HEAD_BYTES).label("start")
    place = table.c.lane, table.c.epoch, table.c.seq
    return sa.select(table.c.id, table.c.env_id, table.c.hash, *place, start, table.c.receipt)


def _record(row: sa.Row[Any], *, sent: bool) -> Record:
    return Record(
        row=row.id,
        env_id=row.env_id,
        sent=sent,
        hash=row.hash,
        lane=row.lane,
        epoch=row.epoch,
        seq=row.seq,
        start=row.start,
        receipt=row.receipt,
    )


def keep_unseen(connection: sa.Connection, partner: str, indexes: Sequence[int], at: datetime) -> None:
    """Remember mirrored leaves about what has not arrived here."""
    if indexes:
        rows = [{"partner": partner, "leaf_index": index, "mirrored_at": to_micros(at)} for index in indexes]
        connection.execute(UNSEEN.insert(), rows)


def unseen(connection: sa.Connection, partner: str, start: int, count: int) -> list[Unseen]:
    """Return mirrored leaves from index `start` on that are about what has not arrived here."""
    table = UNSEEN.c
    query = (
        sa.select(UNSEEN)
        .where(table.partner == partner, table.leaf_index >= start)
        .order_by(table.leaf_index)
        .limit(count)
    )
    return [
        Unseen(
            index=row.leaf_index,
            mirrored_at=from_micros(row.mirrored_at),
            cosigned_at=None if row.cosigned_at is None else from_micros(row.cosigned_at),
        )
        for row in connection.execute(query)
    ]


def settle_unseen(connection: sa.Connection, partner: str, arrived: Sequence[int], end: int, at: datetime) -> None:
    """Forget leaves whose matter arrived; of the rest below `end`, remember that they are cosigned unseen."""
    table = UNSEEN.c
    for i in range(0, len(arrived), PAGE):
        part = arrived[i : i + PAGE]
        connection.execute(UNSEEN.delete().where(table.partner == partner, table.leaf_index.in_(part)))
    connection.execute(
        UNSEEN.update()
        .where(table.partner == partner, table.leaf_index < end, table.cosigned_at.is_(None))
        .values(cosigned_at=to_micros(at))
    )


def keep_contradiction(connection: sa.Connection, partner: str, leaf: Leaf, member: str, at: datetime) -> bool:
    """Keep a leaf of a partner that our own log contradicts; return whether it is the first at its index."""
    return _insert_unless_there(
        connection,
        CONTRADICTIONS,
        partner=partner,
        leaf_index=leaf.index,
        kind=leaf.kind,
        salt=leaf.salt,
        body=canonical(dict(leaf.body)),
        member=member,
        at=to_micros(at),
    )


def contradictions(connection: sa.Connection, partner: str) -> list[tuple[Leaf, str, datetime]]:
    """Return the leaves of a partner that our own log contradicted, each with the member and when."""
    table = CONTRADICTIONS
    query = sa.select(table, sa.literal(partner).label("log")).where(table.c.partner == partner)
    rows = connection.execute(query.order_by(table.c.leaf_index))
    return [(_leaf(row), row.member, from_micros(row.at)) for row in rows]


def witnessed(connection: sa.Connection, origin: str) -> Witnessed:
    """Return what was cosigned last here for a log."""
    row = connection.execute(sa.select(WITNESSED).where(WITNESSED.c.origin == origin)).first()
    if row is None:
        return Witnessed(size=0, root=merkle.EMPTY_ROOT, note=b"")
    return Witnessed(size=row.size, root=row.root, note=row.note)


def move_witnessed(connection: sa.Connection, origin: str, expected: Witnessed, then: Witnessed) -> bool:
    """Remember what is about to be cosigned, if `expected` still is what was cosigned last; return whether it was.

    Two requests, in one process or in two, can never both start from the same state (compare-and-swap).
    """
    start = Witnessed(size=0, root=merkle.EMPTY_ROOT, note=b"")
    if expected == start:
        _insert_unless_there(connection, WITNESSED, origin=origin, size=0, root=start.root, note=b"")
    done = connection.execute(
        WITNESSED.update()
        .where(WITNESSED.c.origin == origin, WITNESSED.c.size == expected.size, WITNESSED.c.root == expected.root)
        .values(size=then.size, root=then.root, note=then.note)
    )
    return done.rowcount == 1


def keep_fork(connection: sa.Connection, partner: str, fork: Fork, top: bytes) -> bool:
    """Keep the proof that a partner signed two histories; return whether it is new and there is room for it."""
    count = sa.select(sa.func.count()).select_from(FORKS).where(FORKS.c.partner == partner)
    if connection.execute(count).scalar_one() >= MAX_FORKS:
        return False
    return _insert_unless_there(
        connection,
        FORKS,
        partner=partner,
        size=fork.size,
        root=top,
        note=fork.note,
        cosigned=fork.cosigned,
        at=to_micros(fork.at),
    )


def forks(connection: sa.Connection, partner: str) -> list[Fork]:
    """Return the proofs that a partner signed two histories, oldest first."""
    query = sa.select(FORKS).where(FORKS.c.partner == partner).order_by(FORKS.c.at, FORKS.c.size)
    return [
        Fork(size=row.size, note=row.note, cosigned=row.cosigned, at=from_micros(row.at))
        for row in connection.execute(query)
    ]
