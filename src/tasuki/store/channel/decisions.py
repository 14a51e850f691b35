# SPDX-License-Identifier: MIT
"""What people decided on envelopes, here and at partners, and which envelope brought what may be decided on later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.store.database import METADATA, NUMBER, parts

DECISIONS: Final = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),  # in: the partner decided | out: we did
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("decisions_env_id", "env_id"),
)

BROUGHT: Final = sa.Table(
    "brought",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("env_id", sa.Text, nullable=False),
)
"""Which envelope first brought each statement about a request for assistance, by the SHA-256 of its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's decision on an envelope.

    Attributes:
        direction: `out` if it was ours, `in` if the partner's.
        office: who decided: an office, never a person's name.
    """

    partner: str
    direction: str
    env_id: str
    decision: str
    office: str
    at: datetime


def keep_decision(connection: sa.Connection, decision: Decision) -> None:
    """Keep a decision, in the transaction that queues or takes in its receipt."""
    connection.execute(
        DECISIONS.insert().values(
            partner=decision.partner,
            direction=decision.direction,
            env_id=decision.env_id,
            decision=decision.decision,
            office=decision.office,
            at=to_micros(decision.at),
        )
    )


def decisions(connection: sa.Connection, env_ids: Iterable[str]) -> dict[str, list[Decision]]:
    """Return what was decided on envelopes, oldest first."""
    found: dict[str, list[Decision]] = {}
    for part in parts(sorted(set(env_ids))):
        query = sa.select(DECISIONS).where(DECISIONS.c.env_id.in_(part)).order_by(DECISIONS.c.id)
        for row in connection.execute(query):
            decision = Decision(
                partner=row.partner,
                direction=row.direction,
                env_id=row.env_id,
                decision=row.decision,
                office=row.office,
                at=from_micros(row.at),
            )
            found.setdefault(row.env_id, []).append(decision)
    return found


def note_brought(connection: sa.Connection, partner: str, env_id: str, digests: Iterable[str]) -> None:
    """Remember which envelope first brought statements."""
    for digest in sorted(set(digests)):
        known = sa.select(BROUGHT.c.env_id).where(BROUGHT.c.partner == partner, BROUGHT.c.digest == digest)
        if connection.execute(known).first() is None:
            connection.execute(BROUGHT.insert().values(partner=partner, digest=digest, env_id=env_id))


def brought_by(connection: sa.Connection, partner: str, digest: str) -> str | None:
    """Return the envelope that first brought a statement; None if none did."""
    query = sa.select(BROUGHT.c.env_id).where(BROUGHT.c.partner == partner, BROUGHT.c.digest == digest)
    return connection.execute(query).scalar()
