# SPDX-License-Identifier: MIT
"""What the logs remember: leaves with their openings, the growing edge, checkpoints, mirrors, witness states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.time import to_micros
from tasuki.core.ledger.model import Leaf, hash_of
from tasuki.formats.tlog import merkle
from tasuki.store.database import METADATA

LEAVES: Final = sa.Table(
    "log_leaves",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

LOGS: Final = sa.Table(
    "logs",
    METADATA,
    sa.Column("log", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
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

MIRROR: Final = sa.Table(
    "mirror_leaves",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("leaf_index", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

WITNESSED: Final = sa.Table(
    "witnessed",
    METADATA,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSize:
    """A checkpoint as kept: the signed note, and the partner's cosigned form once there is one."""

    size: int
    note: bytes
    cosigned: bytes | None


def append(connection: sa.Connection, log: str, kind: str, body: Mapping[str, Json], at: datetime, salt: bytes) -> int:
    """Add a leaf to a log in the transaction of the act it records; return its index."""
    count, frontier = _edge(connection, log)
    value = hash_of(salt, kind, body)
    connection.execute(
        LEAVES.insert().values(
            log=log, leaf_index=count, kind=kind, salt=salt, body=canonical(dict(body)), hash=value, at=to_micros(at)
        )
    )
    grown = merkle.grow(frontier, count, value)
    connection.execute(LOGS.update().where(LOGS.c.log == log).values(size=count + 1, frontier=b"".join(grown)))
    return count


def _edge(connection: sa.Connection, log: str) -> tuple[int, list[bytes]]:
    """Return size and frontier of a log, locked against other writers; open the log if it is new."""
    row = connection.execute(sa.select(LOGS.c.size, LOGS.c.frontier).where(LOGS.c.log == log).with_for_update()).first()
    if row is None:
        connection.execute(LOGS.insert().values(log=log, size=0, frontier=b""))
        return 0, []
    return row.size, _hashes(row.frontier)


def _hashes(joined: bytes) -> list[bytes]:
    step = merkle.HASH_BYTES
    return [joined[i : i + step] for i in range(0, len(joined), step)]


def size(connection: sa.Connection, log: str) -> int:
    """Return how many leaves a log has."""
    return connection.execute(sa.select(LOGS.c.size).where(LOGS.c.log == log)).scalar() or 0


def root(connection: sa.Connection, log: str) -> tuple[int, bytes]:
    """Return size and root of a log, from its growing edge."""
    row = connection.execute(sa.select(LOGS.c.size, LOGS.c.frontier).where(LOGS.c.log == log)).first()
    if row is None:
        return 0, merkle.EMPTY_ROOT
    return row.size, merkle.root_of_frontier(_hashes(row.frontier))


def logs(connection: sa.Connection) -> list[str]:
    """Return the names of all logs."""
    return list(connection.execute(sa.select(LOGS.c.log).order_by(LOGS.c.log)).scalars())


def leaves(connection: sa.Connection, log: str, start: int, end: int) -> list[Leaf]:
    """Return the leaves [start, end) of a log with their openings."""
    return [_leaf(row) for row in connection.execute(_range(LEAVES, LEAVES.c.log == log, start, end))]


def newest(connection: sa.Connection, log: str, count: int) -> list[tuple[Leaf, int]]:
    """Return the newest leaves of a log, newest first, each with when it was added (microseconds since 1970)."""
    rows = connection.execute(
        sa.select(LEAVES).where(LEAVES.c.log == log).order_by(LEAVES.c.leaf_index.desc()).limit(count)
    )
    return [(_leaf(row), row.at) for row in rows]


def find(connection: sa.Connection, log: str, member: str, value: str) -> Leaf | None:
    """Return the first leaf of a log whose content has this member, such as an `env_id`."""
    needle = canonical({member: value})[1:-1]
    rows = connection.execute(sa.select(LEAVES).where(LEAVES.c.log == log).order_by(LEAVES.c.leaf_index))
    return next((_leaf(row) for row in rows if needle in row.body), None)


def leaf_hashes(connection: sa.Connection, log: str, start: int, end: int) -> list[bytes]:
    """Return the Merkle hashes of the leaves [start, end)."""
    columns = _range(LEAVES, LEAVES.c.log == log, start, end).with_only_columns(LEAVES.c.hash)
    return list(connection.execute(columns.order_by(LEAVES.c.leaf_index)).scalars())


def _range(table: sa.Table, which: sa.ColumnElement[bool], start: int, end: int) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(table)
        .where(which, table.c.leaf_index >= start, table.c.leaf_index < end)
        .order_by(table.c.leaf_index)
    )


def _leaf(row: sa.Row[tuple[object, ...]]) -> Leaf:
    return Leaf(index=row.leaf_index, kind=row.kind, salt=row.salt, body=orjson.loads(row.body))


def keep_checkpoint(connection: sa.Connection, log: str, count: int, note: bytes, at: datetime) -> None:
    """Keep a signed checkpoint; the same size is never signed twice."""
    connection.execute(CHECKPOINTS.insert().values(log=log, size=count, note=note, cosignature=None, at=to_micros(at)))


def keep_cosigned(connection: sa.Connection, log: str, count: int, note: bytes) -> None:
    """Keep the partner's cosigned form of a checkpoint."""
    connection.execute(
        CHECKPOINTS.update().where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == count).values(cosignature=note)
    )


def checkpoint(connection: sa.Connection, log: str, *, cosigned: bool = False) -> SignedSize | None:
    """Return the newest checkpoint of a log, or the newest that the partner cosigned."""
    query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.log == log).order_by(CHECKPOINTS.c.size.desc()).limit(1)
    if cosigned:
        query = query.where(CHECKPOINTS.c.cosignature.is_not(None))
    row = connection.execute(query).first()
    return None if row is None else SignedSize(size=row.size, note=row.note, cosigned=row.cosignature)


def mirror_size(connection: sa.Connection, partner: str) -> int:
    """Return how many leaves of a partner's pair log are mirrored here."""
    query = sa.select(sa.func.count()).select_from(MIRROR).where(MIRROR.c.partner == partner)
    return connection.execute(query).scalar_one()


def keep_mirror(connection: sa.Connection, partner: str, mirrored: Sequence[Leaf]) -> None:
    """Keep leaves of a partner's pair log."""
    if mirrored:
        connection.execute(
            MIRROR.insert(),
            [
                {
                    "partner": partner,
                    "leaf_index": leaf.index,
                    "kind": leaf.kind,
                    "salt": leaf.salt,
                    "body": canonical(dict(leaf.body)),
                    "hash": merkle.leaf_hash(leaf.commitment),
                }
                for leaf in mirrored
            ],
        )


def mirror_hashes(connection: sa.Connection, partner: str, end: int) -> list[bytes]:
    """Return the hashes of the first `end` mirrored leaves."""
    query = _range(MIRROR, MIRROR.c.partner == partner, 0, end).with_only_columns(MIRROR.c.hash)
    return list(connection.execute(query.order_by(MIRROR.c.leaf_index)).scalars())


def mirror(connection: sa.Connection, partner: str) -> list[Leaf]:
    """Return every mirrored leaf of a partner."""
    rows = connection.execute(sa.select(MIRROR).where(MIRROR.c.partner == partner).order_by(MIRROR.c.leaf_index))
    return [_leaf(row) for row in rows]


def witnessed(connection: sa.Connection, origin: str) -> tuple[int, bytes] | None:
    """Return the last size and root cosigned here for a log."""
    row = connection.execute(
        sa.select(WITNESSED.c.size, WITNESSED.c.root).where(WITNESSED.c.origin == origin).with_for_update()
    ).first()
    return None if row is None else (row.size, row.root)


def keep_witnessed(connection: sa.Connection, origin: str, count: int, top: bytes) -> None:
    """Remember what is about to be cosigned; kept before any answer goes out."""
    done = connection.execute(WITNESSED.update().where(WITNESSED.c.origin == origin).values(size=count, root=top))
    if done.rowcount == 0:
        connection.execute(WITNESSED.insert().values(origin=origin, size=count, root=top))
