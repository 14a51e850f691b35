# SPDX-License-Identifier: MIT
"""Envelopes that went out, byte for byte, and the receipts held for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.store.database import METADATA, NUMBER

ENVELOPES_OUT: Final = sa.Table(
    "envelopes_out",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("env_id", sa.Text, nullable=False, unique=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("objects", sa.Integer, nullable=False),
    sa.Column("sealed_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # sealed | stored | refused | expired | unsupported
    sa.Column("receipt", sa.LargeBinary, nullable=True),
    sa.Column("receipt_at", sa.BigInteger, nullable=True),
    sa.UniqueConstraint("partner", "lane", "epoch", "seq", name="envelopes_out_seq"),
    sa.Index("envelopes_out_state", "partner", "lane", "state", "epoch", "seq"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEnvelope:
    """An envelope that took its number, ready to be pushed as often as needed.

    Attributes:
        state: `sealed` until a receipt is held, then the receipt's status.
        objects: how many objects it carries; 0 for a message.
    """

    env_id: str
    lane: str
    epoch: int
    seq: int
    type: str
    hash: str
    raw: bytes
    objects: int
    sealed_at: datetime
    state: str


def keep_sealed(connection: sa.Connection, partner: str, envelope: SealedEnvelope) -> None:
    """Keep a sealed envelope, byte for byte, until after it is receipted."""
    connection.execute(
        ENVELOPES_OUT.insert().values(
            env_id=envelope.env_id,
            partner=partner,
            lane=envelope.lane,
            epoch=envelope.epoch,
            seq=envelope.seq,
            type=envelope.type,
            hash=envelope.hash,
            raw=envelope.raw,
            objects=envelope.objects,
            sealed_at=to_micros(envelope.sealed_at),
            state=envelope.state,
        )
    )


def next_unanswered(connection: sa.Connection, partner: str, lane: str) -> SealedEnvelope | None:
    """Return the sealed envelope with the lowest number of a lane that has no receipt."""
    row = connection.execute(
        sa.select(ENVELOPES_OUT)
        .where(ENVELOPES_OUT.c.partner == partner, ENVELOPES_OUT.c.lane == lane, ENVELOPES_OUT.c.state == "sealed")
        .order_by(ENVELOPES_OUT.c.epoch, ENVELOPES_OUT.c.seq)
        .limit(1)
    ).one_or_none()
    return None if row is None else _sealed(row)


def sealed_envelope(connection: sa.Connection, partner: str, env_id: str) -> SealedEnvelope | None:
    """Return an envelope that was sealed for a partner, answered or not."""
    query = sa.select(ENVELOPES_OUT).where(ENVELOPES_OUT.c.env_id == env_id, ENVELOPES_OUT.c.partner == partner)
    row = connection.execute(query).one_or_none()
    return None if row is None else _sealed(row)


def _sealed(row: sa.Row[tuple[object, ...]]) -> SealedEnvelope:
    return SealedEnvelope(
        env_id=row.env_id,
        lane=row.lane,
        epoch=row.epoch,
        seq=row.seq,
        type=row.type,
        hash=row.hash,
        raw=row.raw,
        objects=row.objects,
        sealed_at=from_micros(row.sealed_at),
        state=row.state,
    )


def receipt_of(connection: sa.Connection, env_id: str) -> bytes | None:
    """Return the receipt that is held for an envelope, also while it is sent again; None without one."""
    return connection.execute(sa.select(ENVELOPES_OUT.c.receipt).where(ENVELOPES_OUT.c.env_id == env_id)).scalar()


def sealed_since(connection: sa.Connection, partner: str, since: datetime, limit: int) -> list[SealedEnvelope]:
    """Return what was sealed for a partner since a moment, oldest first."""
    rows = connection.execute(
        sa.select(ENVELOPES_OUT)
        .where(ENVELOPES_OUT.c.partner == partner, ENVELOPES_OUT.c.sealed_at >= to_micros(since))
        .order_by(ENVELOPES_OUT.c.id)
        .limit(limit)
    )
    return [_sealed(row) for row in rows]


def answer(connection: sa.Connection, env_id: str, *, status: str, receipt: bytes, at: datetime) -> bool:
    """Keep the partner's receipt for an envelope; return whether it had none before."""
    done = connection.execute(
        ENVELOPES_OUT.update()
        .where(ENVELOPES_OUT.c.env_id == env_id, ENVELOPES_OUT.c.state == "sealed")
        .values(state=status, receipt=receipt, receipt_at=to_micros(at))
    )
    return done.rowcount == 1


def send_again(connection: sa.Connection, partner: str, lane: str, epoch: int, from_seq: int) -> int:
    """Queue again what the partner lost (it was restored); return how many envelopes that is."""
    done = connection.execute(
        ENVELOPES_OUT.update()
        .where(
            ENVELOPES_OUT.c.partner == partner,
            ENVELOPES_OUT.c.lane == lane,
            ENVELOPES_OUT.c.epoch == epoch,
            ENVELOPES_OUT.c.seq >= from_seq,
            ENVELOPES_OUT.c.state != "sealed",
        )
        .values(state="sealed")
    )
    return done.rowcount


def sent_hash(connection: sa.Connection, env_id: str) -> str | None:
    """Return the hash of an envelope this node sent, or None."""
    return connection.execute(sa.select(ENVELOPES_OUT.c.hash).where(ENVELOPES_OUT.c.env_id == env_id)).scalar()


def round_trips(connection: sa.Connection, limit: int) -> list[int]:
    """Return microseconds from sealing to the stored receipt, of the newest envelopes."""
    query = (
        sa.select(ENVELOPES_OUT.c.receipt_at - ENVELOPES_OUT.c.sealed_at)
        .where(ENVELOPES_OUT.c.receipt_at.is_not(None))
        .order_by(ENVELOPES_OUT.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())
