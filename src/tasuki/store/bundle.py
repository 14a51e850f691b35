# SPDX-License-Identifier: MIT
"""Bundles that went out and came in, what is to be answered in the next, and how far both sides are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from tasuki.base.time import from_micros, to_micros
from tasuki.store.channel.sent import ENVELOPES_OUT
from tasuki.store.database import METADATA, NUMBER
from tasuki.store.ledger.writing import insert_unless_there

BUNDLES: Final = sa.Table(
    "bundles",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),  # out | in
    sa.Column("epoch", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # out: made | received | over; in: held | taken | other | over
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("envelopes", sa.Integer, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=True),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
)
"""Every bundle, sealed as it went or came; one that the recipient said it received is kept by its hash alone."""

BUNDLE_ENDS: Final = sa.Table(
    "bundle_ends",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("made_hash", sa.Text, nullable=True),
    sa.Column("told", sa.BigInteger, nullable=False),
    sa.Column("taken", sa.BigInteger, nullable=False),
    sa.Column("taken_hash", sa.Text, nullable=True),
    sa.Column("log_start", sa.BigInteger, nullable=False),
    sa.Column("log_mirrored", sa.BigInteger, nullable=False),
    sa.Column("log_witnessed", sa.BigInteger, nullable=False),
    sa.Column("log_bundle", sa.BigInteger, nullable=False),
)
"""How far each side is: the last number made here, the last the partner said it has, the last taken in."""

BUNDLE_ANSWERS: Final = sa.Table(
    "bundle_answers",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("of", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("bundle", sa.BigInteger, nullable=True),
    sa.UniqueConstraint("partner", "kind", "of", name="bundle_answers_of"),
)
"""What is to go back, and in which bundle it went."""

BUNDLE_ENVELOPES: Final = sa.Table(
    "bundle_envelopes",
    METADATA,
    sa.Column("env_id", sa.Text, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("bundle", sa.BigInteger, nullable=False),
)
"""In which bundle an envelope went last."""

Direction = Literal["out", "in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How far both sides are.

    Attributes:
        made: number of the last bundle made here; `told`: of the last the partner said it has.
        taken: number of the last bundle taken in.
        log_start: first leaf of the period of our log that was carried last; `log_mirrored` and `log_witnessed`: how
            much of it the partner has and cosigned once it has taken in bundle `log_bundle`.
    """

    epoch: int = 1
    made: int = 0
    made_hash: str | None = None
    told: int = 0
    taken: int = 0
    taken_hash: str | None = None
    log_start: int = 0
    log_mirrored: int = 0
    log_witnessed: int = 0
    log_bundle: int = 0


_FIELDS: Final = tuple(column.name for column in BUNDLE_ENDS.columns if column.name != "partner")


def ends(connection: sa.Connection, partner: str) -> Ends:
    """Return how far both sides are."""
    row = connection.execute(sa.select(BUNDLE_ENDS).where(BUNDLE_ENDS.c.partner == partner)).one_or_none()
    return Ends() if row is None else Ends(**{name: getattr(row, name) for name in _FIELDS})


def move_ends(connection: sa.Connection, partner: str, expected: Ends, then: Ends) -> bool:
    """Put `then` in the place of `expected`; return False, and change nothing, where something else stands there."""
    insert_unless_there(connection, BUNDLE_ENDS, partner=partner, **_values(Ends()))
    same = [BUNDLE_ENDS.c[name].is_not_distinct_from(value) for name, value in _values(expected).items()]
    done = connection.execute(BUNDLE_ENDS.update().where(BUNDLE_ENDS.c.partner == partner, *same).values(_values(then)))
    return done.rowcount == 1


def _values(of: Ends) -> dict[str, object]:
    return {name: getattr(of, name) for name in _FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A bundle as it is kept.

    Attributes:
        sealed: its bytes under a key of their own, with that key wrapped; None once nobody needs them.
    """

    partner: str
    direction: Direction
    epoch: int
    number: int
    hash: str
    state: str
    at: datetime
    size: int
    envelopes: int
    sealed: tuple[bytes, bytes] | None

    @property
    def name(self) -> bytes:
        """What binds the sealed bytes to their place."""
        return f"bundle:{self.partner}:{self.direction}:{self.epoch}:{self.number}:{self.hash}".encode()


def keep(connection: sa.Connection, bundle: Kept) -> bool:
    """Keep a bundle; return False where the same one is kept already."""
    sealed, wrapped = bundle.sealed or (None, None)
    return insert_unless_there(
        connection,
        BUNDLES,
        partner=bundle.partner,
        direction=bundle.direction,
        epoch=bundle.epoch,
        number=bundle.number,
        hash=bundle.hash,
        state=bundle.state,
        at=to_micros(bundle.at),
        size=bundle.size,
        envelopes=bundle.envelopes,
        sealed=sealed,
        wrapped_key=wrapped,
    )


def mark(connection: sa.Connection, bundle: Kept, state: str) -> None:
    """Say what became of a bundle."""
    connection.execute(BUNDLES.update().where(*_is(bundle)).values(state=state))


def _is(bundle: Kept) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        BUNDLES.c.partner == bundle.partner,
        BUNDLES.c.direction == bundle.direction,
        BUNDLES.c.epoch == bundle.epoch,
        BUNDLES.c.number == bundle.number,
        BUNDLES.c.hash == bundle.hash,
    )


def kept(
    connection: sa.Connection, partner: str | None, direction: Direction, *, number: int | None = None
) -> list[Kept]:
    """Return the bundles kept, of one partner or of all, by number."""
    query = sa.select(BUNDLES).where(BUNDLES.c.direction == direction)
    if partner is not None:
        query = query.where(BUNDLES.c.partner == partner)
    if number is not None:
        query = query.where(BUNDLES.c.number == number)
    rows = connection.execute(query.order_by(BUNDLES.c.partner, BUNDLES.c.epoch, BUNDLES.c.number, BUNDLES.c.state))
    return [_kept(row) for row in rows]


def _kept(row: sa.Row[Any]) -> Kept:
    return Kept(
        partner=row.partner,
        direction=row.direction,
        epoch=row.epoch,
        number=row.number,
        hash=row.hash,
        state=row.state,
        at=from_micros(row.at),
        size=row.size,
        envelopes=row.envelopes,
        sealed=None if row.sealed is None else (row.sealed, row.wrapped_key),
    )


def received(connection: sa.Connection, partner: str, epoch: int, told: int) -> None:
    """Note that the partner has our bundles up to a number: their bytes and what was answered in them may go."""
    connection.execute(
        BUNDLES.update()
        .where(
            BUNDLES.c.partner == partner,
            BUNDLES.c.direction == "out",
            BUNDLES.c.epoch == epoch,
            BUNDLES.c.number <= told,
            BUNDLES.c.state == "made",
        )
        .values(state="received", sealed=None, wrapped_key=None)
    )
    connection.execute(
        BUNDLE_ANSWERS.delete().where(BUNDLE_ANSWERS.c.partner == partner, BUNDLE_ANSWERS.c.bundle <= told)
    )


def begin_epoch(connection: sa.Connection, partner: str) -> None:
    """Forget in which bundle things went: those of an older epoch count no more, and what is unanswered goes again."""
    connection.execute(BUNDLE_ENVELOPES.delete().where(BUNDLE_ENVELOPES.c.partner == partner))
    connection.execute(BUNDLE_ANSWERS.update().where(BUNDLE_ANSWERS.c.partner == partner).values(bundle=None))
    over = BUNDLES.c.partner == partner, BUNDLES.c.state.in_(("made", "held"))
    connection.execute(BUNDLES.update().where(*over).values(state="over"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Something that is to go back.

    Attributes:
        of: what it answers; the newest answer to the same takes the place of one before.
    """

    id: int
    kind: str
    of: str
    body: bytes


def keep_answer(connection: sa.Connection, partner: str, kind: str, of: str, body: bytes) -> None:
    """Keep an answer for the next bundle; it takes the place of an earlier one to the same."""
    same = BUNDLE_ANSWERS.c.partner == partner, BUNDLE_ANSWERS.c.kind == kind, BUNDLE_ANSWERS.c.of == of
    connection.execute(BUNDLE_ANSWERS.delete().where(*same))
    connection.execute(BUNDLE_ANSWERS.insert().values(partner=partner, kind=kind, of=of, body=body, bundle=None))


def answers(connection: sa.Connection, partner: str) -> list[Answer]:
    """Return what is to go back and went in no bundle yet, oldest first."""
    waits = BUNDLE_ANSWERS.c.partner == partner, BUNDLE_ANSWERS.c.bundle.is_(None)
    rows = connection.execute(sa.select(BUNDLE_ANSWERS).where(*waits).order_by(BUNDLE_ANSWERS.c.id))
    return [Answer(id=row.id, kind=row.kind, of=row.of, body=row.body) for row in rows]


def carry(
    connection: sa.Connection, partner: str, number: int, answered: Sequence[int], env_ids: Sequence[str]
) -> None:
    """Note in which bundle answers and envelopes go."""
    for one in answered:
        connection.execute(BUNDLE_ANSWERS.update().where(BUNDLE_ANSWERS.c.id == one).values(bundle=number))
    for env_id in env_ids:
        connection.execute(BUNDLE_ENVELOPES.delete().where(BUNDLE_ENVELOPES.c.env_id == env_id))
        connection.execute(BUNDLE_ENVELOPES.insert().values(env_id=env_id, partner=partner, bundle=number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An envelope without a receipt that may go into the next bundle."""

    env_id: str
    size: int


def waiting(connection: sa.Connection, partner: str, lane: str, told: int) -> list[Waiting]:
    """Return the envelopes of a lane that have no receipt and are in no bundle the partner may still be waiting for."""
    query = (
        sa.select(ENVELOPES_OUT.c.env_id, sa.func.length(ENVELOPES_OUT.c.raw).label("size"))
        .outerjoin(BUNDLE_ENVELOPES, BUNDLE_ENVELOPES.c.env_id == ENVELOPES_OUT.c.env_id)
        .where(
            ENVELOPES_OUT.c.partner == partner,
            ENVELOPES_OUT.c.lane == lane,
            ENVELOPES_OUT.c.state == "sealed",
            sa.or_(BUNDLE_ENVELOPES.c.bundle.is_(None), BUNDLE_ENVELOPES.c.bundle <= told),
        )
        .order_by(ENVELOPES_OUT.c.epoch, ENVELOPES_OUT.c.seq)
    )
    return [Waiting(env_id=row.env_id, size=row.size) for row in connection.execute(query)]


def raw_of(connection: sa.Connection, env_id: str) -> bytes:
    """Return the bytes of an envelope that was sealed here."""
    query = sa.select(ENVELOPES_OUT.c.raw).where(ENVELOPES_OUT.c.env_id == env_id)
    return bytes(connection.execute(query).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Bundles of which a partner did not say yet that it has them."""

    partner: str
    count: int
    since: datetime


def unconfirmed(connection: sa.Connection) -> list[Unconfirmed]:
    """Return, by partner, how many bundles wait to be confirmed, and since when the oldest does."""
    query = (
        sa.select(BUNDLES.c.partner, sa.func.count().label("bundles"), sa.func.min(BUNDLES.c.at).label("since"))
        .where(BUNDLES.c.direction == "out", BUNDLES.c.state == "made")
        .group_by(BUNDLES.c.partner)
        .order_by(BUNDLES.c.partner)
    )
    return [
        Unconfirmed(partner=row.partner, count=row.bundles, since=from_micros(row.since))
        for row in connection.execute(query)
    ]
