# SPDX-License-Identifier: MIT
"""Partners: whose anchor this node keeps, and whether people compared it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import ParticipantId
from tasuki.base.time import from_micros, to_micros
from tasuki.store.channel.lanes import open_lanes
from tasuki.store.database import METADATA

PARTNERS: Final = sa.Table(
    "partners",
    METADATA,
    sa.Column("participant", sa.Text, primary_key=True),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("anchor", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # known | trusted | ended
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("compared_by", sa.Text, nullable=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """A partner as this node keeps it.

    Attributes:
        state: `known` (anchor added), `trusted` (people compared the fingerprint), `ended`.
        compared_by: who compared the fingerprint.
    """

    participant: ParticipantId
    node: str
    anchor: bytes
    state: str
    added_at: datetime
    compared_by: str | None


def add_partner(
    connection: sa.Connection, *, participant: ParticipantId, node: str, anchor: bytes, at: datetime
) -> None:
    """Keep a partner's anchor, not yet trusted, and open its lanes."""
    connection.execute(
        PARTNERS.insert().values(
            participant=participant, node=node, anchor=anchor, state="known", added_at=to_micros(at), compared_by=None
        )
    )
    open_lanes(connection, participant)


def replace_anchor(connection: sa.Connection, *, participant: ParticipantId, anchor: bytes, state: str) -> None:
    """Put a newer anchor of a partner in place of the old one."""
    connection.execute(
        PARTNERS.update().where(PARTNERS.c.participant == participant).values(anchor=anchor, state=state)
    )


def trust_partner(connection: sa.Connection, *, participant: ParticipantId, compared_by: str) -> bool:
    """Mark a partner's fingerprint as compared; return whether there is such a partner."""
    done = connection.execute(
        PARTNERS.update().where(PARTNERS.c.participant == participant).values(state="trusted", compared_by=compared_by)
    )
    return done.rowcount == 1


def partners(connection: sa.Connection) -> list[PartnerRow]:
    """Return every partner, by participant."""
    return [_partner(row) for row in connection.execute(sa.select(PARTNERS).order_by(PARTNERS.c.participant))]


def partner(connection: sa.Connection, participant: ParticipantId) -> PartnerRow | None:
    """Return one partner."""
    row = connection.execute(sa.select(PARTNERS).where(PARTNERS.c.participant == participant)).one_or_none()
    return None if row is None else _partner(row)


def _partner(row: sa.Row[tuple[object, ...]]) -> PartnerRow:
    return PartnerRow(
        participant=row.participant,
        node=row.node,
        anchor=row.anchor,
        state=row.state,
        added_at=from_micros(row.added_at),
        compared_by=row.compared_by,
    )
