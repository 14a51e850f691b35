# SPDX-License-Identifier: MIT
"""How much each partner made this node keep: counted with every envelope, and counted anew from what is there."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from tasuki.core.channel.quotas import Usage
from tasuki.store.channel.received import ENVELOPES_IN, EQUIVOCATIONS, MESSAGES_IN
from tasuki.store.database import METADATA

USAGES: Final = sa.Table(
    "usages",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("objects", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
)


def usage(connection: sa.Connection, partner: str) -> Usage:
    """Return what a partner uses."""
    row = connection.execute(
        sa.select(USAGES.c.objects, USAGES.c.size).where(USAGES.c.partner == partner)
    ).one_or_none()
    return Usage(objects=0, size=0) if row is None else Usage(objects=row.objects, size=row.size)


def usages(connection: sa.Connection) -> dict[str, Usage]:
    """Return what every partner uses."""
    rows = connection.execute(sa.select(USAGES)).all()
    return {row.partner: Usage(objects=row.objects, size=row.size) for row in rows}


def add_usage(connection: sa.Connection, partner: str, *, objects: int, size: int) -> None:
    """Add what one envelope brought, in its own transaction."""
    done = connection.execute(
        USAGES.update()
        .where(USAGES.c.partner == partner)
        .values(objects=USAGES.c.objects + objects, size=USAGES.c.size + size)
    )
    if done.rowcount == 0:
        connection.execute(USAGES.insert().values(partner=partner, objects=objects, size=size))


def count_again(connection: sa.Connection, partner: str, *, objects: int, size: int) -> None:
    """Put what is there in the place of what was added up: holdings, given by number and bytes, and what lies here.

    Disposals make room again; only counting shows it.
    """
    for table, column in (
        (ENVELOPES_IN, ENVELOPES_IN.c.receipt),
        (ENVELOPES_IN, ENVELOPES_IN.c.held),
        (MESSAGES_IN, MESSAGES_IN.c.body),
        (EQUIVOCATIONS, EQUIVOCATIONS.c.second),
    ):
        query = sa.select(sa.func.coalesce(sa.func.sum(sa.func.length(column)), 0)).where(table.c.partner == partner)
        size += connection.execute(query).scalar_one()
    connection.execute(USAGES.delete().where(USAGES.c.partner == partner))
    connection.execute(USAGES.insert().values(partner=partner, objects=objects, size=size))
