# SPDX-License-Identifier: MIT
"""What a node remembers of trust: its own metadata and keys, what partners hold of it, and what people confirmed anew.

A partner's own metadata stands in its row of `partners`: the newest chain is all that counts; nothing in it goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.formats.suites.keys import PublicKey
from tasuki.store.channel.received import ENVELOPES_IN
from tasuki.store.database import METADATA, NUMBER

OWN_TRUST: Final = sa.Table(
    "own_trust",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("chain", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

OWN_KEYS: Final = sa.Table(
    "own_keys",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("algorithm", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),  # version of `keys` that named it first
    sa.Column("used_at", sa.BigInteger, nullable=True),  # null: partners may not know it yet
    sa.Column("revoked_at", sa.BigInteger, nullable=True),
    sa.Column("destroyed_at", sa.BigInteger, nullable=True),
)

HELD_TRUST: Final = sa.Table(
    "held_trust",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("root", sa.BigInteger, nullable=False),
    sa.Column("keys", sa.BigInteger, nullable=False),
    sa.Column("peers", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

CONFIRMED: Final = sa.Table(
    "confirmed",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("env_id", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """A key of this node.

    Attributes:
        since: version of `keys` that named it first.
        used_at: since when it signs; None while partners may not know it yet.
        destroyed_at: when its private half was removed.
    """

    key: str
    purpose: str
    algorithm: str
    since: int
    used_at: datetime | None
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a partner holds of this node's metadata, as it said itself.

    Attributes:
        at: since when it holds this version of `keys`.
    """

    versions: Mapping[str, int]
    at: datetime


def newest(connection: sa.Connection) -> tuple[int, bytes] | None:
    """Return number and bytes of this node's newest chain; None for a node without."""
    row = connection.execute(
        sa.select(OWN_TRUST.c.id, OWN_TRUST.c.chain).order_by(OWN_TRUST.c.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else (row.id, row.chain)


def keep(connection: sa.Connection, chain: bytes, expected: int, at: datetime) -> bool:
    """Keep a newer chain if the newest still is number `expected` (0 for none); return whether it was."""
    before = newest(connection)
    if (0 if before is None else before[0]) != expected:
        return False
    connection.execute(OWN_TRUST.insert().values(chain=chain, at=to_micros(at)))
    return True


def add_keys(connection: sa.Connection, keys: Iterable[PublicKey], since: int, used_at: datetime | None) -> None:
    """Remember which version named these keys first."""
    rows = [
        {
            "key": each.id,
            "purpose": each.purpose.value,
            "algorithm": each.algorithm.value,
            "since": since,
            "used_at": None if used_at is None else to_micros(used_at),
            "revoked_at": None,
            "destroyed_at": None,
        }
        for each in keys
    ]
    if rows:
        connection.execute(OWN_KEYS.insert(), rows)


def own_keys(connection: sa.Connection) -> list[OwnKey]:
    """Return every key this node ever published, oldest first."""
    rows = connection.execute(sa.select(OWN_KEYS).order_by(OWN_KEYS.c.since, OWN_KEYS.c.purpose, OWN_KEYS.c.key))
    return [
        OwnKey(
            key=row.key,
            purpose=row.purpose,
            algorithm=row.algorithm,
            since=row.since,
            used_at=None if row.used_at is None else from_micros(row.used_at),
            destroyed_at=None if row.destroyed_at is None else from_micros(row.destroyed_at),
        )
        for row in rows
    ]


def use_keys(connection: sa.Connection, keys: Iterable[str], at: datetime) -> int:
    """Mark keys as in use; return how many were not yet."""
    done = connection.execute(
        OWN_KEYS.update()
        .where(OWN_KEYS.c.key.in_(list(keys)), OWN_KEYS.c.used_at.is_(None))
        .values(used_at=to_micros(at))
    )
    return done.rowcount


def mark_revoked(connection: sa.Connection, key: str, at: datetime) -> None:
    """Mark a key as dead: nothing signed with it is committed from here on."""
    connection.execute(OWN_KEYS.update().where(OWN_KEYS.c.key == key).values(revoked_at=to_micros(at)))


def any_revoked(connection: sa.Connection, keys: Iterable[str]) -> bool:
    """Return whether one of these keys of ours is dead."""
    query = sa.select(OWN_KEYS.c.key).where(OWN_KEYS.c.key.in_(list(keys)), OWN_KEYS.c.revoked_at.is_not(None))
    return connection.execute(query.limit(1)).first() is not None


def mark_destroyed(connection: sa.Connection, key: str, at: datetime) -> bool:
    """Mark a private key as removed; return whether it was not yet."""
    done = connection.execute(
        OWN_KEYS.update()
        .where(OWN_KEYS.c.key == key, OWN_KEYS.c.destroyed_at.is_(None))
        .values(destroyed_at=to_micros(at))
    )
    return done.rowcount == 1


def held(connection: sa.Connection) -> dict[str, Held]:
    """Return what each partner holds of this node's metadata."""
    return {
        row.partner: Held(versions={"root": row.root, "keys": row.keys, "peers": row.peers}, at=from_micros(row.at))
        for row in connection.execute(sa.select(HELD_TRUST))
    }


def keep_held(connection: sa.Connection, partner: str, versions: Mapping[str, int], at: datetime) -> bool:
    """Remember what a partner holds; return whether that is news."""
    before = connection.execute(sa.select(HELD_TRUST).where(HELD_TRUST.c.partner == partner)).one_or_none()
    if before is None:
        connection.execute(HELD_TRUST.insert().values(partner=partner, **versions, at=to_micros(at)))
        return True
    if (before.root, before.keys, before.peers) == (versions["root"], versions["keys"], versions["peers"]):
        return False
    since = before.at if before.keys == versions["keys"] else to_micros(at)
    connection.execute(HELD_TRUST.update().where(HELD_TRUST.c.partner == partner).values(**versions, at=since))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """An envelope a partner signed with a key that may have been in wrong hands."""

    env_id: str
    lane: str
    seq: int
    type: str
    received_at: datetime
    confirmed_by: str | None


def signed_by(connection: sa.Connection, partner: str, key: str, since: datetime, limit: int) -> list[SignedBy]:
    """Return what was taken in of a partner under one key since a moment, oldest first."""
    query = (
        sa.select(
            ENVELOPES_IN.c.env_id,
            ENVELOPES_IN.c.lane,
            ENVELOPES_IN.c.seq,
            ENVELOPES_IN.c.type,
            ENVELOPES_IN.c.received_at,
            CONFIRMED.c.by,
        )
        .select_from(
            ENVELOPES_IN.outerjoin(
                CONFIRMED,
                sa.and_(CONFIRMED.c.partner == ENVELOPES_IN.c.partner, CONFIRMED.c.env_id == ENVELOPES_IN.c.env_id),
            )
        )
        .where(
            ENVELOPES_IN.c.partner == partner,
            ENVELOPES_IN.c.sig_key == key,
            ENVELOPES_IN.c.received_at >= to_micros(since),
        )
        .order_by(ENVELOPES_IN.c.id)
        .limit(limit)
    )
    return [
        SignedBy(
            env_id=row.env_id,
            lane=row.lane,
            seq=row.seq,
            type=row.type,
            received_at=from_micros(row.received_at),
            confirmed_by=row.by,
        )
        for row in connection.execute(query)
    ]


def confirm(connection: sa.Connection, partner: str, env_id: str, by: str, at: datetime) -> bool:
    """Keep who confirmed an envelope anew; return whether it was not confirmed yet."""
    known = connection.execute(
        sa.select(CONFIRMED.c.by).where(CONFIRMED.c.partner == partner, CONFIRMED.c.env_id == env_id)
    ).first()
    if known is not None:
        return False
    connection.execute(CONFIRMED.insert().values(partner=partner, env_id=env_id, by=by, at=to_micros(at)))
    return True


def confirmations(connection: sa.Connection, partner: str) -> dict[str, str]:
    """Return who confirmed which envelopes with a partner."""
    rows = connection.execute(sa.select(CONFIRMED.c.env_id, CONFIRMED.c.by).where(CONFIRMED.c.partner == partner))
    return {row.env_id: row.by for row in rows}
