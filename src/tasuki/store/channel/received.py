# SPDX-License-Identifier: MIT
"""Envelopes that came in and the receipts given for them; what partners said; and their lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.core.channel.model import Arrival, Seen
from tasuki.store.database import METADATA, NUMBER

ENVELOPES_IN: Final = sa.Table(
    "envelopes_in",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("receipt", sa.LargeBinary, nullable=False),
    sa.Column("held", sa.LargeBinary, nullable=True),  # the whole envelope, where its type is unknown here
    sa.Column("sig_key", sa.Text, nullable=True),  # id of the Ed25519 key that signed it
    sa.UniqueConstraint("partner", "env_id", name="envelopes_in_env_id"),
    sa.Index(
        "envelopes_in_held",
        "partner",
        sqlite_where=sa.text("held IS NOT NULL"),
        postgresql_where=sa.text("held IS NOT NULL"),
    ),
    sa.UniqueConstraint("partner", "lane", "epoch", "seq", name="envelopes_in_seq"),
)


MESSAGES_IN: Final = sa.Table(
    "messages_in",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("in_reply_to", sa.Text, nullable=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("partner", "env_id", name="messages_in_env_id"),
)


EQUIVOCATIONS: Final = sa.Table(
    "equivocations",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("first_hash", sa.Text, nullable=False),
    sa.Column("second_hash", sa.Text, nullable=False),
    sa.Column("second", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("partner", "first_hash", "second_hash", name="equivocations_pair"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEnvelope:
    """What is remembered of an envelope that came in, whatever became of it."""

    env_id: str
    lane: str
    epoch: int
    seq: int
    type: str
    hash: str
    status: str
    receipt: bytes
    held: bytes | None
    sig_key: str | None = None


def seen(connection: sa.Connection, partner: str, env_id: str, place: tuple[str, int, int]) -> list[Seen]:
    """Return what came before under this envelope id, or under this (lane, epoch, seq)."""
    lane, epoch, seq = place
    same_id = ENVELOPES_IN.c.env_id == env_id
    same_place = sa.and_(ENVELOPES_IN.c.lane == lane, ENVELOPES_IN.c.epoch == epoch, ENVELOPES_IN.c.seq == seq)
    columns = (ENVELOPES_IN.c.env_id, ENVELOPES_IN.c.hash, ENVELOPES_IN.c.receipt)
    return [
        Seen(env_id=row.env_id, hash=row.hash, receipt=row.receipt)
        for row in connection.execute(
            sa.union_all(
                *(sa.select(*columns).where(ENVELOPES_IN.c.partner == partner, same) for same in (same_id, same_place))
            )
        )
    ]


def keep_received(connection: sa.Connection, partner: str, envelope: ReceivedEnvelope, at: datetime) -> None:
    """Remember an envelope and the receipt it got, for the life of the epoch."""
    connection.execute(
        ENVELOPES_IN.insert().values(
            partner=partner,
            env_id=envelope.env_id,
            lane=envelope.lane,
            epoch=envelope.epoch,
            seq=envelope.seq,
            type=envelope.type,
            hash=envelope.hash,
            status=envelope.status,
            received_at=to_micros(at),
            receipt=envelope.receipt,
            held=envelope.held,
            sig_key=envelope.sig_key,
        )
    )


def received_hash(connection: sa.Connection, env_id: str) -> str | None:
    """Return the hash of an envelope this node took in, or None."""
    return connection.execute(sa.select(ENVELOPES_IN.c.hash).where(ENVELOPES_IN.c.env_id == env_id)).scalar()


def keep_message(connection: sa.Connection, arrival: Arrival, at: datetime) -> None:
    """Keep a protocol message (attestation, decided receipt) as it came."""
    connection.execute(
        MESSAGES_IN.insert().values(
            partner=arrival.partner,
            env_id=arrival.env_id,
            type=arrival.type,
            in_reply_to=arrival.in_reply_to,
            body=arrival.payload,
            received_at=to_micros(at),
        )
    )


def messages(connection: sa.Connection, kind: str) -> list[tuple[str, bytes, datetime]]:
    """Return (partner, body, when) of every message of a kind that partners sent, oldest first."""
    query = sa.select(MESSAGES_IN).where(MESSAGES_IN.c.type == kind).order_by(MESSAGES_IN.c.id)
    return [(row.partner, row.body, from_micros(row.received_at)) for row in connection.execute(query)]


def keep_equivocation(
    connection: sa.Connection, *, partner: str, env_id: str, hashes: tuple[str, str], second: bytes, at: datetime
) -> bool:
    """Keep the evidence that a partner signed two envelopes for one id or number; return whether it is new."""
    first_hash, second_hash = hashes
    known = connection.execute(
        sa.select(EQUIVOCATIONS.c.id).where(
            EQUIVOCATIONS.c.partner == partner,
            EQUIVOCATIONS.c.first_hash == first_hash,
            EQUIVOCATIONS.c.second_hash == second_hash,
        )
    ).first()
    if known is not None:
        return False
    connection.execute(
        EQUIVOCATIONS.insert().values(
            partner=partner,
            env_id=env_id,
            first_hash=first_hash,
            second_hash=second_hash,
            second=second,
            at=to_micros(at),
        )
    )
    return True


def held_unread(connection: sa.Connection) -> dict[str, int]:
    """Return how many envelopes of each partner are held because nobody here knows their type."""
    query = (
        sa.select(ENVELOPES_IN.c.partner, sa.func.count())
        .where(ENVELOPES_IN.c.held.is_not(None))
        .group_by(ENVELOPES_IN.c.partner)
    )
    return dict(connection.execute(query).all())


def equivocation_count(connection: sa.Connection, partner: str | None = None) -> int:
    """Return how many lies of one partner, or of all, are kept as evidence."""
    query = sa.select(sa.func.count()).select_from(EQUIVOCATIONS)
    if partner is not None:
        query = query.where(EQUIVOCATIONS.c.partner == partner)
    return connection.execute(query).scalar_one()
