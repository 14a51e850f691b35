# SPDX-License-Identifier: MIT
"""What was agreed to: grants, each for one version of one object, one audience, one purpose, until a moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.ids import Audience, participant
from tasuki.base.time import from_micros
from tasuki.core.release.circumstances import Grant, GrantKind, Part
from tasuki.store import holdings
from tasuki.store.database import METADATA, parts
from tasuki.store.holdings import HANDLING, HOLDINGS
from tasuki.store.release import Labels, reachable

GRANTS: Final = sa.Table(
    "grants",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=True),
    sa.Column("stix_id", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, index=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
)
"""What counts for the gate; who asked, who said it and why stands with the request or the proposal."""


def grants(connection: sa.Connection, digests: Iterable[str]) -> list[Grant]:
    """Return the grants for versions by their digests in lower-case hex, less those withdrawn."""
    found: list[Grant] = []
    for part in parts([bytes.fromhex(each) for each in digests]):
        query = sa.select(GRANTS).where(GRANTS.c.digest.in_(part), GRANTS.c.withdrawn.is_(False))
        found.extend(_grant(row) for row in connection.execute(query))
    return found


def _grant(row: Any) -> Grant:
    return Grant(
        kind=GrantKind(row.kind),
        by=None if row.by is None else participant(row.by),
        digest=row.digest.hex(),
        audience=Audience.parse(row.audience),
        purpose=row.purpose,
        until=from_micros(row.until),
    )


def is_anything_granted(connection: sa.Connection) -> bool:
    """Whether any grant may count at this node: where none does, nobody need look further."""
    query = sa.select(GRANTS.c.id).where(GRANTS.c.withdrawn.is_(False)).limit(1)
    return connection.execute(query).first() is not None


def question(connection: sa.Connection, labels: Labels, position: int, stix_id: str) -> list[Part]:
    """Return the parts of a question: the holding asked about, and the newest live ones of all it hangs together with.

    Source: docs/policy/release.md, section 2.5.
    """
    numbers = holdings.numbers(connection, [name for name, _ in reachable(connection, stix_id)])
    newest = holdings.newest(connection, numbers.values())
    positions = {position, *(each.position for sources in newest.values() for each in sources)}
    columns = (
        HOLDINGS.c.digest,
        HOLDINGS.c.source,
        HOLDINGS.c.own_label,
        HOLDINGS.c.addressed,
        HANDLING.c.body.label("handling"),
    )
    found: list[Part] = []
    for part in parts(sorted(positions)):
        query = sa.select(*columns).join(HANDLING, HANDLING.c.id == HOLDINGS.c.handling)
        rows = connection.execute(query.where(HOLDINGS.c.position.in_(part)))
        found.extend(_part(connection, labels, row) for row in rows)
    return found


def _part(connection: sa.Connection, labels: Labels, row: Any) -> Part:
    return Part(
        own=labels.label(connection, row.own_label),
        digest=row.digest.hex(),
        purpose=holdings.purpose_of(row.handling),
        giver=None if row.source == holdings.LOCAL else participant(row.source),
        addressed=frozenset(Audience.parse(each) for each in row.addressed.split()),
    )
