# SPDX-License-Identifier: MIT
"""What the store says about how the node fares: the oldest that waits, what failed, what nobody cosigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.core.ledger.mirror import SENT
from tasuki.core.ledger.model import MIRROR, PAIR
from tasuki.store.channel import ENVELOPES_IN, ENVELOPES_OUT, EQUIVOCATIONS, OUTBOX
from tasuki.store.database import Database
from tasuki.store.holdings import QUARANTINE
from tasuki.store.ledger import CONTRADICTIONS, FORKS, LEAVES, UNSEEN, checkpoint, sizes

_DEAD: Final = ("refused", "expired", "unsupported")
_WAL_RESET: Final = ((3, 7, 0), (3, 51, 3))
_BACKPORTS: Final = ((3, 50, 7), (3, 44, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The oldest thing on a lane without a receipt, sealed or not, and how many there are."""

    partner: str
    lane: str
    since: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncosigned:
    """A pair log that grew since the partner last cosigned it: the first leaf that is not covered."""

    log: str
    since: datetime
    leaves: int


def waiting(connection: sa.Connection) -> list[Waiting]:
    """Return what waits longest on each lane of each partner."""
    queued = sa.select(OUTBOX.c.partner, OUTBOX.c.lane, OUTBOX.c.at.label("at")).where(OUTBOX.c.state == "waiting")
    sealed = sa.select(ENVELOPES_OUT.c.partner, ENVELOPES_OUT.c.lane, ENVELOPES_OUT.c.sealed_at.label("at")).where(
        ENVELOPES_OUT.c.state == "sealed"
    )
    both = queued.union_all(sealed).subquery()
    query = sa.select(both.c.partner, both.c.lane, sa.func.min(both.c.at), sa.func.count()).group_by(
        both.c.partner, both.c.lane
    )
    return [
        Waiting(partner=partner, lane=lane, since=from_micros(at), count=count)
        for partner, lane, at, count in connection.execute(query)
    ]


def dead(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """Return how many envelopes each partner answered with something else than `stored`, by (partner, status)."""
    query = (
        sa.select(ENVELOPES_OUT.c.partner, ENVELOPES_OUT.c.state, sa.func.count())
        .where(ENVELOPES_OUT.c.state.in_(_DEAD))
        .group_by(ENVELOPES_OUT.c.partner, ENVELOPES_OUT.c.state)
    )
    return {(partner, state): count for partner, state, count in connection.execute(query)}


def equivocations(connection: sa.Connection) -> dict[str, int]:
    """Return how often each partner signed two truths."""
    query = sa.select(EQUIVOCATIONS.c.partner, sa.func.count()).group_by(EQUIVOCATIONS.c.partner)
    return dict(connection.execute(query).all())


def forks(connection: sa.Connection) -> dict[str, int]:
    """Return how many checkpoints of a second history each partner signed, as far as they are kept."""
    query = sa.select(FORKS.c.partner, sa.func.count()).group_by(FORKS.c.partner)
    return dict(connection.execute(query).all())


def contradictions(connection: sa.Connection) -> dict[str, int]:
    """Return how many leaves of each partner say of both of us what our own log contradicts."""
    query = sa.select(CONTRADICTIONS.c.partner, sa.func.count()).group_by(CONTRADICTIONS.c.partner)
    return dict(connection.execute(query).all())


def stranded(connection: sa.Connection, before: datetime) -> dict[str, int]:
    """Return how many envelopes each partner logged as sent to us before then that have not arrived."""
    log = sa.literal(MIRROR) + UNSEEN.c.partner
    leaf = sa.and_(LEAVES.c.log == log, LEAVES.c.leaf_index == UNSEEN.c.leaf_index, LEAVES.c.kind == SENT)
    received = sa.and_(ENVELOPES_IN.c.partner == UNSEEN.c.partner, ENVELOPES_IN.c.env_id == LEAVES.c.env_id)
    query = (
        sa.select(UNSEEN.c.partner, sa.func.count())
        .join(LEAVES, leaf)
        .outerjoin(ENVELOPES_IN, received)
        .where(UNSEEN.c.mirrored_at < to_micros(before), ENVELOPES_IN.c.id.is_(None))
        .group_by(UNSEEN.c.partner)
    )
    return dict(connection.execute(query).all())


def quarantine(connection: sa.Connection) -> Mapping[str, int]:
    """Return how many objects were set aside, by reason code."""
    query = sa.select(QUARANTINE.c.code, sa.func.count()).group_by(QUARANTINE.c.code)
    return dict(connection.execute(query).all())


def uncosigned(connection: sa.Connection) -> list[Uncosigned]:
    """Return the pair logs with leaves that no cosignature covers."""
    found = []
    for log, size in sizes(connection).items():
        if not log.startswith(PAIR):
            continue
        last = checkpoint(connection, log, cosigned=True)
        covered = 0 if last is None else last.end
        first = sa.select(LEAVES.c.at).where(LEAVES.c.log == log, LEAVES.c.leaf_index == covered)
        at = connection.execute(first).scalar()
        if at is not None and size > covered:
            found.append(Uncosigned(log=log, leaves=size - covered, since=from_micros(at)))
    return found


def log_sizes(connection: sa.Connection) -> dict[str, int]:
    """Return the size of every log."""
    return sizes(connection)


def database_bytes(database: Database) -> int:
    """Return how large the database is, with what was deleted in it."""
    query = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if database.dialect == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    with database.read() as connection:
        return int(connection.exec_driver_sql(query).scalar_one())


def sqlite_with_reset_bug(database: Database) -> str | None:
    """Return the version of an SQLite in which a WAL reset can corrupt the database; None where that cannot be.

    Source: sqlite.org/wal.html#walresetbug: fixed in 3.51.3 and the branches 3.50.7 and 3.44.6.
    """
    if database.dialect != "sqlite":
        return None
    running = str(getattr(database.engine.dialect.dbapi, "sqlite_version", "0"))
    version = tuple(int(part) for part in running.split("."))
    fixed = any(version[:2] == back[:2] and version >= back for back in _BACKPORTS)
    affected = _WAL_RESET[0] <= version < _WAL_RESET[1] and not fixed
    return running if affected else None
