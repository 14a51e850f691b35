# SPDX-License-Identifier: MIT
"""What stands behind what is sent: whether a holding may still go, to whom it went, and who was told of a recall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from tasuki.base.ids import Audience, ParticipantId, StixId
from tasuki.base.time import from_micros
from tasuki.core.holdings.model import State
from tasuki.store.channel import ENVELOPES_OUT, OUTBOX
from tasuki.store.database import parts
from tasuki.store.holdings import HANDLING, HOLDINGS, IDS, numbers
from tasuki.store.markings import MARKS
from tasuki.store.release import SENT, SUBJECTS


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
        rows = connection.execute(query.where(HOLDINGS.c.position.in_(part)))
        found.extend(Standing(**row._mapping) for row in rows)  # noqa: SLF001 the documented way to a mapping
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One holding that was queued for an audience, and may have left."""

    audience: Audience
    position: int
    stix_id: StixId
    source: str


def sent(connection: sa.Connection, stix_ids: Iterable[str]) -> list[Sent]:
    """Return what of these ids was queued for whom, whatever became of the holdings since."""
    found: list[Sent] = []
    for part in parts(list(numbers(connection, stix_ids).values())):
        query = (
            sa.select(SENT.c.audience, SENT.c.position, IDS.c.stix_id, HOLDINGS.c.source)
            .join(HOLDINGS, HOLDINGS.c.position == SENT.c.position)
            .join(IDS, IDS.c.number == HOLDINGS.c.id)
            .where(HOLDINGS.c.id.in_(part))
            .order_by(SENT.c.audience, SENT.c.position)
        )
        found.extend(
            Sent(audience=Audience.parse(row.audience), position=row.position, stix_id=row.stix_id, source=row.source)
            for row in connection.execute(query)
        )
    return found


def unsend(connection: sa.Connection, audience: str, positions: Sequence[int]) -> None:
    """Forget that something was queued for an audience: it never left."""
    for part in parts(positions):
        connection.execute(SENT.delete().where(SENT.c.audience == audience, SENT.c.position.in_(part)))


def queued(connection: sa.Connection, partner: str) -> set[tuple[str, int]]:
    """Return (audience, position) of every object that waits for a partner and is in no envelope yet."""
    query = sa.select(OUTBOX.c.body).where(
        OUTBOX.c.partner == partner, OUTBOX.c.state == "waiting", OUTBOX.c.kind == "objects"
    )
    bodies = (orjson.loads(body) for body in connection.execute(query).scalars())
    return {(body["audience"], position) for body in bodies for position in body["positions"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recall of ours to one partner.

    Attributes:
        env_id: the envelope that carries it; None while it waits.
        state: `waiting`, `sealed` (on its way), or what its receipt says: `stored`, `refused`...
    """

    partner: ParticipantId
    body: bytes
    at: datetime
    env_id: str | None
    state: str


def told(connection: sa.Connection, limit: int) -> list[Told]:
    """Return the newest recalls of ours, newest first, one for each partner."""
    query = (
        sa.select(OUTBOX.c.partner, OUTBOX.c.body, OUTBOX.c.at, OUTBOX.c.env_id, OUTBOX.c.state, ENVELOPES_OUT.c.state)
        .outerjoin(ENVELOPES_OUT, ENVELOPES_OUT.c.env_id == OUTBOX.c.env_id)
        .where(OUTBOX.c.kind == "recall")
        .order_by(OUTBOX.c.id.desc())
        .limit(limit)
    )
    return [
        Told(partner=partner, body=body, at=from_micros(at), env_id=env_id, state=sealed or state)
        for partner, body, at, env_id, state, sealed in connection.execute(query)
    ]
