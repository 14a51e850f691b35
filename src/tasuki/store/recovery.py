# SPDX-License-Identifier: MIT
"""What a node remembers of having been restored: that it is closed, how far each partner is, what partners gave back.

And which state of this database its partners know, so that of two living copies one alone goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.time import from_micros, to_micros
from tasuki.core.channel.model import LaneState
from tasuki.core.recovery.copies import NOTHING, Copy
from tasuki.store.channel import ENVELOPES_IN, ENVELOPES_OUT, LANES, MESSAGES_IN
from tasuki.store.database import METADATA, parts
from tasuki.store.holdings import HOLDINGS, IDS

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

CLOSURES: Final = sa.Table(
    "closures",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("cause", sa.Text, nullable=False),  # restored | rolled-back
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("taken_at", sa.BigInteger, nullable=True),
    sa.Column("opened_at", sa.BigInteger, nullable=True),
    sa.Column("opened_by", sa.Text, nullable=True),
)
"""Each time this database was put back to an earlier state; the node is closed while the newest is not opened."""

RECOVERIES: Final = sa.Table(
    "recoveries",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("said", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""How far catching up with each partner is, as long as the node is closed."""

GIVEN_BACK: Final = sa.Table(
    "given_back",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),  # in | out | gone
    sa.Column("env_id", sa.Text, primary_key=True),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("receipt", sa.LargeBinary, nullable=False),
    sa.Column("lost", sa.Boolean, nullable=False),
)
"""What a partner knows of this node from after the copy was made.

`in`: receipts this node gave for envelopes it does not hold any more: given again, byte for byte, when they come again;
empty where the log has a leaf of the receipt and nobody has it.
`out`: envelopes this node sent and does not hold any more, with the partner's receipt; without one where it got none.
`gone`: envelopes that the log of a partner that was put back names, and that neither side has; without a receipt.
"""

REMEMBERED: Final = sa.Table(
    "remembered",
    METADATA,
    sa.Column("kind", sa.Text, primary_key=True),  # disposed: value is a trace; held: value is an id
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What the journal says of material that is not here yet: it is met again when it is sent again after a restore."""

COPIES: Final = sa.Table(
    "copies",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),  # ours: what the partner knows of us; theirs: what we know of it
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("next", sa.Text, nullable=False),  # the token proposed and not known to be taken; empty where none is
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One closing.

    Attributes:
        cause: `restored` from a backup, or `rolled-back` behind the node's own journal.
        taken_at: when the copy was made that is in place now; None where nobody knows.
        opened_by: who opened it: the node itself once it had caught up, or two people.
    """

    number: int
    cause: str
    at: datetime
    taken_at: datetime | None
    opened_at: datetime | None
    opened_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How far catching up with one partner is.

    Attributes:
        state: one of `core.recovery.model.Progress`.
        said: what people should know: a reason code with its values, and numbers.
    """

    partner: str
    state: str
    said: Mapping[str, Json]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """One row of `GIVEN_BACK`.

    Attributes:
        lost: neither side has the envelope any more; its number is spent all the same.
    """

    env_id: str
    lane: str
    epoch: int
    seq: int
    hash: str
    receipt: bytes
    lost: bool = False


def close(connection: sa.Connection, *, cause: str, at: datetime, taken_at: datetime | None) -> None:
    """Close the node until it has caught up with its partners; catching up begins anew with every one."""
    connection.execute(
        CLOSURES.insert().values(
            cause=cause,
            at=to_micros(at),
            taken_at=None if taken_at is None else to_micros(taken_at),
            opened_at=None,
            opened_by=None,
        )
    )
    connection.execute(RECOVERIES.delete())


def closure(connection: sa.Connection) -> Closure | None:
    """Return the newest closing, over or not; None where there never was one."""
    row = connection.execute(sa.select(CLOSURES).order_by(CLOSURES.c.number.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return Closure(
        number=row.number,
        cause=row.cause,
        at=from_micros(row.at),
        taken_at=None if row.taken_at is None else from_micros(row.taken_at),
        opened_at=None if row.opened_at is None else from_micros(row.opened_at),
        opened_by=row.opened_by,
    )


def is_closed(connection: sa.Connection) -> bool:
    """Whether the node is closed."""
    query = sa.select(CLOSURES.c.number).where(CLOSURES.c.opened_at.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def open_up(connection: sa.Connection, *, at: datetime, by: str) -> bool:
    """Open the node; return whether it was closed."""
    done = connection.execute(
        CLOSURES.update().where(CLOSURES.c.opened_at.is_(None)).values(opened_at=to_micros(at), opened_by=by)
    )
    return done.rowcount > 0


def recoveries(connection: sa.Connection) -> dict[str, Recovery]:
    """Return how far catching up with each partner is; one that is not asked yet is left out."""
    rows = connection.execute(sa.select(RECOVERIES).order_by(RECOVERIES.c.partner))
    return {
        row.partner: Recovery(partner=row.partner, state=row.state, said=orjson.loads(row.said), at=from_micros(row.at))
        for row in rows
    }


def note_recovery(connection: sa.Connection, partner: str, state: str, said: Mapping[str, Json], at: datetime) -> None:
    """Remember how far catching up with a partner is."""
    connection.execute(RECOVERIES.delete().where(RECOVERIES.c.partner == partner))
    row = {"partner": partner, "state": state, "said": canonical(dict(said)), "at": to_micros(at)}
    connection.execute(RECOVERIES.insert().values(**row))


def keep_given_back(connection: sa.Connection, partner: str, direction: str, rows: Iterable[GivenBack]) -> None:
    """Keep what a partner gave back, in place of what it gave back before of the same envelopes."""
    for row in rows:
        where = GIVEN_BACK.c.partner == partner, GIVEN_BACK.c.direction == direction
        connection.execute(GIVEN_BACK.delete().where(*where, GIVEN_BACK.c.env_id == row.env_id))
        connection.execute(
            GIVEN_BACK.insert().values(
                partner=partner,
                direction=direction,
                env_id=row.env_id,
                lane=row.lane,
                epoch=row.epoch,
                seq=row.seq,
                hash=row.hash,
                receipt=row.receipt,
                lost=row.lost,
            )
        )


def promised(connection: sa.Connection, partner: str, env_id: str, place: tuple[str, int, int]) -> list[GivenBack]:
    """Return the receipts this node gave before it was restored, for this envelope or for this place."""
    lane, epoch, seq = place
    same_place = sa.and_(GIVEN_BACK.c.lane == lane, GIVEN_BACK.c.epoch == epoch, GIVEN_BACK.c.seq == seq)
    query = sa.select(GIVEN_BACK).where(
        GIVEN_BACK.c.partner == partner,
        GIVEN_BACK.c.direction == "in",
        sa.or_(GIVEN_BACK.c.env_id == env_id, same_place),
    )
    return [_given_back(row) for row in connection.execute(query)]


def keep_promise(connection: sa.Connection, partner: str, env_id: str) -> None:
    """Forget a receipt given back: its envelope came again and got it."""
    connection.execute(
        GIVEN_BACK.delete().where(
            GIVEN_BACK.c.partner == partner, GIVEN_BACK.c.direction == "in", GIVEN_BACK.c.env_id == env_id
        )
    )


def given_back(connection: sa.Connection, partner: str, direction: str, env_ids: Iterable[str]) -> dict[str, GivenBack]:
    """Return what a partner gave back of these envelopes."""
    found: dict[str, GivenBack] = {}
    for part in parts(sorted(set(env_ids))):
        query = sa.select(GIVEN_BACK).where(
            GIVEN_BACK.c.partner == partner, GIVEN_BACK.c.direction == direction, GIVEN_BACK.c.env_id.in_(part)
        )
        found.update({row.env_id: _given_back(row) for row in connection.execute(query)})
    return found


def _given_back(row: sa.Row[tuple[object, ...]]) -> GivenBack:
    return GivenBack(
        env_id=row.env_id,
        lane=row.lane,
        epoch=row.epoch,
        seq=row.seq,
        hash=row.hash,
        receipt=row.receipt,
        lost=row.lost,
    )


def remember(connection: sa.Connection, kind: str, values: Iterable[str], body: Mapping[str, Json]) -> None:
    """Remember what the journal says of material that may be sent again."""
    for part in parts(sorted(set(values))):
        connection.execute(REMEMBERED.delete().where(REMEMBERED.c.kind == kind, REMEMBERED.c.value.in_(part)))
        rows = [{"kind": kind, "value": each, "body": canonical(dict(body))} for each in part]
        connection.execute(REMEMBERED.insert(), rows)


def forget(connection: sa.Connection, kind: str, values: Iterable[str]) -> None:
    """Forget it."""
    for part in parts(sorted(set(values))):
        connection.execute(REMEMBERED.delete().where(REMEMBERED.c.kind == kind, REMEMBERED.c.value.in_(part)))


def remembered(connection: sa.Connection, kind: str, values: Iterable[str]) -> dict[str, Mapping[str, Json]]:
    """Return what is remembered of these values."""
    found: dict[str, Mapping[str, Json]] = {}
    for part in parts(sorted(set(values))):
        query = sa.select(REMEMBERED).where(REMEMBERED.c.kind == kind, REMEMBERED.c.value.in_(part))
        found.update({row.value: orjson.loads(row.body) for row in connection.execute(query)})
    return found


def move_lane(connection: sa.Connection, partner: str, lane: str, state: LaneState) -> None:
    """Put our sending direction of a lane where the partner knows it to be."""
    connection.execute(
        LANES.update()
        .where(LANES.c.partner == partner, LANES.c.lane == lane, LANES.c.direction == "out")
        .values(epoch=state.epoch, next_seq=state.next_seq, prev=state.prev)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An envelope that came in from a partner: what the partner may be told of it again.

    Attributes:
        body: what a notice said; None for objects and for what was not stored.
    """

    env_id: str
    lane: str
    epoch: int
    seq: int
    hash: str
    type: str
    status: str
    receipt: bytes
    body: bytes | None


def taken(connection: sa.Connection, partner: str, lane: str, epoch: int, start: int, limit: int) -> list[Taken]:
    """Return the envelopes a partner sent on a lane from a number on, in order."""
    table = ENVELOPES_IN.c
    query = (
        sa.select(ENVELOPES_IN, MESSAGES_IN.c.body)
        .outerjoin(MESSAGES_IN, sa.and_(MESSAGES_IN.c.partner == table.partner, MESSAGES_IN.c.env_id == table.env_id))
        .where(table.partner == partner, table.lane == lane, table.epoch == epoch, table.seq >= start)
        .order_by(table.seq)
        .limit(limit)
    )
    return [
        Taken(
            env_id=row.env_id,
            lane=row.lane,
            epoch=row.epoch,
            seq=row.seq,
            hash=row.hash,
            type=row.type,
            status=row.status,
            receipt=row.receipt,
            body=row.body,
        )
        for row in connection.execute(query)
    ]


def taken_since(connection: sa.Connection, partner: str, lane: str, epoch: int, start: int) -> datetime | None:
    """Return when the first envelope of a lane from a number on came in; None where none did."""
    table = ENVELOPES_IN.c
    query = sa.select(sa.func.min(table.received_at)).where(
        table.partner == partner, table.lane == lane, table.epoch == epoch, table.seq >= start
    )
    found = connection.execute(query).scalar()
    return None if found is None else from_micros(found)


def receipts_held(
    connection: sa.Connection, partner: str, lane: str, epoch: int, start: int, limit: int
) -> list[bytes]:
    """Return a partner's receipts for our envelopes of a lane from a number on, in order; also for those lost here."""
    kept, lost = ENVELOPES_OUT.c, GIVEN_BACK.c
    ours = sa.select(kept.seq, kept.receipt).where(
        kept.partner == partner,
        kept.lane == lane,
        kept.epoch == epoch,
        kept.seq >= start,
        kept.receipt.is_not(None),
    )
    got = lost.receipt != b""
    forgotten = sa.select(lost.seq, lost.receipt).where(
        lost.partner == partner, lost.direction == "out", lost.lane == lane, lost.epoch == epoch, lost.seq >= start, got
    )
    both = ours.union_all(forgotten).subquery()
    return list(connection.execute(sa.select(both.c.receipt).order_by(both.c.seq).limit(limit)).scalars())


def kept_numbers(connection: sa.Connection, partner: str, lane: str, epoch: int, start: int) -> set[int]:
    """Return the numbers of a lane from one on whose envelopes are kept to be sent again."""
    table = ENVELOPES_OUT.c
    query = sa.select(table.seq).where(
        table.partner == partner, table.lane == lane, table.epoch == epoch, table.seq >= start
    )
    return set(connection.execute(query).scalars())


def lost_at(connection: sa.Connection, partner: str, lane: str, state: LaneState) -> GivenBack | None:
    """Return the receipt this node gave for the next number of a lane, where neither side has its envelope any more."""
    query = sa.select(GIVEN_BACK).where(
        GIVEN_BACK.c.partner == partner,
        GIVEN_BACK.c.direction == "in",
        GIVEN_BACK.c.lane == lane,
        GIVEN_BACK.c.epoch == state.epoch,
        GIVEN_BACK.c.seq == state.next_seq,
        GIVEN_BACK.c.lost,
    )
    row = connection.execute(query).first()
    return None if row is None else _given_back(row)


def gone_at(connection: sa.Connection, partner: str, lane: str, state: LaneState) -> GivenBack | None:
    """Return the next envelope of a lane where the partner's log names it and neither side has it."""
    query = sa.select(GIVEN_BACK).where(
        GIVEN_BACK.c.partner == partner,
        GIVEN_BACK.c.direction == "gone",
        GIVEN_BACK.c.lane == lane,
        GIVEN_BACK.c.epoch == state.epoch,
        GIVEN_BACK.c.seq == state.next_seq,
    )
    row = connection.execute(query).first()
    return None if row is None else _given_back(row)


def got_since(
    connection: sa.Connection, source: str, since: datetime, after: int, limit: int
) -> list[tuple[int, str, str]]:
    """Return (position, id, audiences) of what a source gave from a moment on, in order of position."""
    query = (
        sa.select(HOLDINGS.c.position, IDS.c.stix_id, HOLDINGS.c.addressed)
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .where(HOLDINGS.c.source == source, HOLDINGS.c.received_at >= to_micros(since), HOLDINGS.c.position > after)
        .order_by(HOLDINGS.c.position)
        .limit(limit)
    )
    return [(row.position, row.stix_id, row.addressed) for row in connection.execute(query)]


def positions_of(connection: sa.Connection, id_numbers: Sequence[int]) -> dict[int, list[int]]:
    """Return the positions of every holding of ids, whatever its state."""
    found: dict[int, list[int]] = {}
    for part in parts(id_numbers):
        query = sa.select(HOLDINGS.c.id, HOLDINGS.c.position).where(HOLDINGS.c.id.in_(part))
        for row in connection.execute(query):
            found.setdefault(row.id, []).append(row.position)
    return found


def copy(connection: sa.Connection, partner: str, direction: str) -> tuple[Copy, str]:
    """Return the state of a copy that is known (`ours` at the partner, `theirs` here), and what is proposed next."""
    query = sa.select(COPIES).where(COPIES.c.partner == partner, COPIES.c.direction == direction)
    row = connection.execute(query).one_or_none()
    return (NOTHING, "") if row is None else (Copy(number=row.number, token=row.token), row.next)


def note_copy(connection: sa.Connection, partner: str, direction: str, known: Copy, proposed: str = "") -> None:
    """Remember a state of a copy, and what is proposed next."""
    connection.execute(COPIES.delete().where(COPIES.c.partner == partner, COPIES.c.direction == direction))
    connection.execute(
        COPIES.insert().values(
            partner=partner, direction=direction, number=known.number, token=known.token, next=proposed
        )
    )
