# SPDX-License-Identifier: MIT
"""What stands behind what is sent: whether a holding may still go, and to whom it went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import sqlalchemy as sa

from tasuki.base.ids import Audience, StixId
from tasuki.core.holdings.model import State
from tasuki.store.database import METADATA, parts
from tasuki.store.holdings import HANDLING, HOLDINGS, IDS, numbers
from tasuki.store.markings import MARKS
from tasuki.store.release import SUBJECTS

SENT: Final = sa.Table(
    "sent",
    METADATA,
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("gone", sa.Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""What was queued for whom, so that nothing is queued twice; `gone` says that it is in an envelope.

A recall names what is gone and nothing else: who never got an object must not learn its id.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A live holding as the gate sees it; nothing of its body.

    Attributes:
        id: number of its id.
        handling: its handling basis in JSON form.
        own: label number of this very holding; `mark`: of the marks people put on its id, None without any.
        closure: label number of its id and of all it refers to.
    """

    position: int
    id: int
    stix_id: StixId
    version: int
    source: str
    handling: str
    own: int
    mark: int | None
    closure: int


_STANDING: Final = tuple(each.name for each in fields(Standing))


def standing(connection: sa.Connection, positions: Iterable[int]) -> list[Standing]:
    """Return the live holdings at positions, in order of position; what is gone is left out."""
    found: list[Standing] = []
    query = (
        sa.select(
            HOLDINGS.c.position,
            HOLDINGS.c.id,
            IDS.c.stix_id,
            HOLDINGS.c.version,
            HOLDINGS.c.source,
            HANDLING.c.body.label("handling"),
            HOLDINGS.c.own_label.label("own"),
            MARKS.c.label.label("mark"),
            SUBJECTS.c.closure,
        )
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .join(HANDLING, HANDLING.c.id == HOLDINGS.c.handling)
        .join(SUBJECTS, SUBJECTS.c.id == HOLDINGS.c.id)
        .outerjoin(MARKS, MARKS.c.id == HOLDINGS.c.id)
        .where(HOLDINGS.c.state == State.HELD.value)
        .order_by(HOLDINGS.c.position)
    )
    for part in parts(sorted(set(positions))):
        rows = connection.execute(query.where(HOLDINGS.c.position.in_(part))).all()
        found.extend(_stand(row) for row in rows)
    return found


def _stand(row: Sequence[Any]) -> Standing:
    return Standing(**dict(zip(_STANDING, row, strict=True)))


def already_sent(connection: sa.Connection, audience: str, positions: Sequence[int]) -> set[int]:
    """Return which positions were queued for an audience before."""
    found: set[int] = set()
    for part in parts(positions):
        query = sa.select(SENT.c.position).where(SENT.c.audience == audience, SENT.c.position.in_(part))
        found.update(connection.execute(query).scalars().all())
    return found


def note_sent(connection: sa.Connection, audience: str, positions: Sequence[int]) -> None:
    """Remember what was queued for an audience."""
    rows = [{"audience": audience, "position": each, "gone": False} for each in sorted(positions)]
    connection.execute(SENT.insert(), rows)


def note_gone(connection: sa.Connection, audience: str, positions: Sequence[int]) -> None:
    """Remember that something is in an envelope to an audience, whoever queued it."""
    missing = sorted(set(positions) - already_sent(connection, audience, positions))
    if missing:
        note_sent(connection, audience, missing)
    for part in parts(positions):
        at = SENT.c.audience == audience, SENT.c.position.in_(part)
        connection.execute(SENT.update().where(*at).values(gone=True))


def unsend(connection: sa.Connection, audience: str, positions: Sequence[int]) -> None:
    """Forget that something was queued for an audience, unless it is in an envelope: it may be shared anew."""
    for part in parts(positions):
        at = SENT.c.audience == audience, SENT.c.position.in_(part)
        connection.execute(SENT.delete().where(*at, SENT.c.gone.is_(False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """One holding that is in an envelope to an audience, or queued for one."""

    audience: Audience
    stix_id: StixId
    source: str


def gone(connection: sa.Connection, stix_ids: Iterable[str]) -> list[Gone]:
    """Return what of these ids left, and for whom, whatever became of the holdings since."""
    return _sent(connection, stix_ids, SENT.c.gone)


def queued(connection: sa.Connection, stix_ids: Iterable[str]) -> list[Gone]:
    """Return what of these ids was queued and has not left yet, and for whom."""
    return _sent(connection, stix_ids, SENT.c.gone.is_(False))


def _sent(connection: sa.Connection, stix_ids: Iterable[str], state: sa.ColumnElement[bool]) -> list[Gone]:
    found: list[Gone] = []
    for part in parts(list(numbers(connection, stix_ids).values())):
        query = (
            sa.select(SENT.c.audience, IDS.c.stix_id, HOLDINGS.c.source)
            .join(HOLDINGS, HOLDINGS.c.position == SENT.c.position)
            .join(IDS, IDS.c.number == HOLDINGS.c.id)
            .where(HOLDINGS.c.id.in_(part), state)
            .distinct()
        )
        found.extend(
            Gone(audience=Audience.parse(row.audience), stix_id=row.stix_id, source=row.source)
            for row in connection.execute(query)
        )
    return found
