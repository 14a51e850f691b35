# SPDX-License-Identifier: MIT
"""What reconciliation remembers: the newest statements each way, and what the last comparison with a partner found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import canonical
from tasuki.base.limits import MAX_SAFE_INTEGER
from tasuki.base.time import from_micros, to_micros
from tasuki.store.channel.lanes import LANES
from tasuki.store.channel.received import ENVELOPES_IN
from tasuki.store.channel.sent import ENVELOPES_OUT
from tasuki.store.database import METADATA, parts
from tasuki.store.recovery import GIVEN_BACK

STATEMENTS: Final = sa.Table(
    "statements",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),  # out | in
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("stated_at", sa.BigInteger, nullable=False),
    sa.Column("kept_at", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("before", sa.LargeBinary, nullable=True),  # the one it takes back, as evidence
    sa.Column("fell", sa.Text, nullable=True),  # in what it takes that one back
)
"""The newest statement made for each partner and the newest taken from it; neither ever goes back."""

RECONCILIATIONS: Final = sa.Table(
    "reconciliations",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),  # equal | under-way | differs | none
    sa.Column("skew", sa.BigInteger, nullable=True),  # microseconds the partner's clock is ahead
)
"""How the last exchange of statements with each partner ended; `none`: it knows no statements."""

FINDINGS: Final = sa.Table(
    "findings",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("params", sa.LargeBinary, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("rounds", sa.Integer, nullable=False),
)
"""What the two do not share, as reasons, until a later comparison finds otherwise."""

PROMISES: Final = sa.Table(
    "promises",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("env_id", sa.Text, primary_key=True),
    sa.Column("log_index", sa.BigInteger, nullable=False),
    sa.Column("receipt_hash", sa.Text, nullable=False),
    sa.Column("held_at", sa.BigInteger, nullable=False),
)
"""Receipts held whose leaf has not been seen in the partner's log, where the receipt promises it."""

Direction = Literal["out", "in"]
Outcome = Literal["equal", "under-way", "differs", "none"]

_STEP: Final = 5000
"""Rows read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement as it is kept.

    Attributes:
        stated_at: what it says of its time; `kept_at` is when it was made or taken here.
        fell: in what it takes back the one in `before`; None where it takes nothing back.
    """

    version: int
    stated_at: datetime
    kept_at: datetime
    raw: bytes
    before: bytes | None = None
    fell: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How the last exchange of statements with a partner ended.

    Attributes:
        skew_us: microseconds by which the partner's clock is ahead of ours; None where it stated nothing.
    """

    partner: str
    asked_at: datetime
    outcome: Outcome
    skew_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the two do not share.

    Attributes:
        since: when it was first found; `rounds` is how many comparisons in a row found it.
    """

    partner: str
    code: str
    params: dict[str, str | int]
    since: datetime
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A receipt that says at which place of the partner's log its leaf stands."""

    env_id: str
    log_index: int
    receipt_hash: str
    held_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Height:
    """How far one lane goes, one way, in its present epoch.

    Attributes:
        last: the last number given or spent; 0 for none.
        answered: of the way out, the number up to which every envelope has its receipt.
    """

    lane: str
    epoch: int
    last: int
    answered: int


def stated(connection: sa.Connection, partner: str, direction: Direction) -> Stated | None:
    """Return the newest statement made for a partner (`out`) or taken from it (`in`)."""
    row = connection.execute(
        sa.select(STATEMENTS).where(STATEMENTS.c.partner == partner, STATEMENTS.c.direction == direction)
    ).one_or_none()
    if row is None:
        return None
    return Stated(
        version=row.version,
        stated_at=from_micros(row.stated_at),
        kept_at=from_micros(row.kept_at),
        raw=row.raw,
        before=row.before,
        fell=row.fell,
    )


def keep_stated(connection: sa.Connection, partner: str, direction: Direction, statement: Stated) -> bool:
    """Keep a statement in the place of an older one; return whether it was newer than what is kept."""
    values = {
        "version": statement.version,
        "stated_at": to_micros(statement.stated_at),
        "kept_at": to_micros(statement.kept_at),
        "raw": statement.raw,
        "before": statement.before,
        "fell": statement.fell,
    }
    known = stated(connection, partner, direction)
    if known is None:
        connection.execute(STATEMENTS.insert().values(partner=partner, direction=direction, **values))
        return True
    done = connection.execute(
        STATEMENTS.update()
        .where(
            STATEMENTS.c.partner == partner,
            STATEMENTS.c.direction == direction,
            STATEMENTS.c.version < statement.version,
        )
        .values(**values)
    )
    return done.rowcount == 1


def newest_stated(connection: sa.Connection, partner: str) -> datetime | None:
    """Return how new the newest statement of a partner is; None if it never gave one.

    By the partner's clock or ours, whichever says that it is older: a clock that is ahead keeps no statement fresh.
    """
    row = connection.execute(
        sa.select(STATEMENTS.c.stated_at, STATEMENTS.c.kept_at).where(
            STATEMENTS.c.partner == partner, STATEMENTS.c.direction == "in"
        )
    ).one_or_none()
    return None if row is None else from_micros(min(row.stated_at, row.kept_at))


def keep_reconciled(connection: sa.Connection, reconciled: Reconciled, found: Sequence[Finding]) -> None:
    """Keep how an exchange of statements ended, and what it found in the place of what the one before found."""
    partner = reconciled.partner
    values = {
        "asked_at": to_micros(reconciled.asked_at),
        "outcome": reconciled.outcome,
        "skew": reconciled.skew_us,
    }
    done = connection.execute(RECONCILIATIONS.update().where(RECONCILIATIONS.c.partner == partner).values(**values))
    if done.rowcount == 0:
        connection.execute(RECONCILIATIONS.insert().values(partner=partner, **values))
    before = {(each.code, canonical(each.params)): each for each in findings(connection, partner)}
    connection.execute(FINDINGS.delete().where(FINDINGS.c.partner == partner))
    rows = []
    for number, each in enumerate(found):
        params = canonical(each.params)
        known = before.get((each.code, params))
        rows.append(
            {
                "partner": partner,
                "number": number,
                "code": each.code,
                "params": params,
                "since": to_micros(each.since if known is None else known.since),
                "rounds": 1 if known is None else known.rounds + 1,
            }
        )
    if rows:
        connection.execute(FINDINGS.insert(), rows)


def reconciled(connection: sa.Connection) -> dict[str, Reconciled]:
    """Return how the last exchange with each partner ended."""
    return {
        row.partner: Reconciled(
            partner=row.partner, asked_at=from_micros(row.asked_at), outcome=row.outcome, skew_us=row.skew
        )
        for row in connection.execute(sa.select(RECONCILIATIONS))
    }


def findings(connection: sa.Connection, partner: str | None = None) -> list[Finding]:
    """Return what is not shared with one partner, or with all, in the order in which it was found."""
    query = sa.select(FINDINGS).order_by(FINDINGS.c.partner, FINDINGS.c.number)
    if partner is not None:
        query = query.where(FINDINGS.c.partner == partner)
    return [
        Finding(
            partner=row.partner,
            code=row.code,
            params=orjson.loads(row.params),
            since=from_micros(row.since),
            rounds=row.rounds,
        )
        for row in connection.execute(query)
    ]


def heights(connection: sa.Connection, partner: str, direction: Direction) -> list[Height]:
    """Return how far every lane goes one way, by name."""
    query = (
        sa.select(LANES.c.lane, LANES.c.epoch, LANES.c.next_seq)
        .where(LANES.c.partner == partner, LANES.c.direction == direction)
        .order_by(LANES.c.lane)
    )
    found = []
    for lane, epoch, next_seq in connection.execute(query).all():
        last = next_seq - 1
        open_ = None if direction == "in" else _unanswered(connection, partner, lane, epoch)
        answered = last if open_ is None else open_ - 1
        found.append(Height(lane=lane, epoch=epoch, last=last, answered=answered))
    return found


def _unanswered(connection: sa.Connection, partner: str, lane: str, epoch: int) -> int | None:
    """Return the lowest number of a lane without a receipt; one that is sent again keeps the receipt it had."""
    return connection.execute(
        sa.select(sa.func.min(ENVELOPES_OUT.c.seq)).where(
            ENVELOPES_OUT.c.partner == partner,
            ENVELOPES_OUT.c.lane == lane,
            ENVELOPES_OUT.c.state == "sealed",
            ENVELOPES_OUT.c.epoch == epoch,
        )
    ).scalar()


def items(
    connection: sa.Connection, partner: str, direction: Direction, place: tuple[str, int], span: tuple[int, int]
) -> Iterator[tuple[int, str]]:
    """Give number and hash of the envelopes of a lane and epoch from one number to another, in order.

    What went before a restore and is known from the partner alone was sent all the same.
    """
    (lane, epoch), (first, last) = place, span
    tables = (ENVELOPES_OUT, GIVEN_BACK) if direction == "out" else (ENVELOPES_IN,)
    while True:
        queries = [
            sa.select(table.c.seq, table.c.hash).where(
                table.c.partner == partner,
                table.c.lane == lane,
                table.c.epoch == epoch,
                table.c.seq.between(first, last),
                *([table.c.direction == "out"] if table is GIVEN_BACK else []),
            )
            for table in tables
        ]
        whole = sa.union_all(*queries).subquery()
        rows = connection.execute(sa.select(whole).order_by(whole.c.seq).limit(_STEP)).all()
        if not rows:
            return
        yield from ((row.seq, row.hash) for row in rows)
        first = rows[-1].seq + 1


def keep_promise(connection: sa.Connection, partner: str, promise: Promise) -> None:
    """Remember a promise until its leaf is seen; a receipt given anew takes the place of the one before."""
    connection.execute(PROMISES.delete().where(PROMISES.c.partner == partner, PROMISES.c.env_id == promise.env_id))
    connection.execute(
        PROMISES.insert().values(
            partner=partner,
            env_id=promise.env_id,
            log_index=promise.log_index,
            receipt_hash=promise.receipt_hash,
            held_at=to_micros(promise.held_at),
        )
    )


def promises(
    connection: sa.Connection, partner: str, *, before: datetime, limit: int, below: int = MAX_SAFE_INTEGER
) -> list[Promise]:
    """Return promises of a partner made up to a moment, oldest first; only of places below a size of its log."""
    query = (
        sa.select(PROMISES)
        .where(
            PROMISES.c.partner == partner,
            PROMISES.c.held_at <= to_micros(before),
            PROMISES.c.log_index < below,
        )
        .order_by(PROMISES.c.held_at, PROMISES.c.env_id)
        .limit(limit)
    )
    return [
        Promise(
            env_id=row.env_id,
            log_index=row.log_index,
            receipt_hash=row.receipt_hash,
            held_at=from_micros(row.held_at),
        )
        for row in connection.execute(query)
    ]


def settle_promises(connection: sa.Connection, partner: str, env_ids: Sequence[str]) -> None:
    """Forget promises that were kept."""
    for part in parts(env_ids):
        connection.execute(PROMISES.delete().where(PROMISES.c.partner == partner, PROMISES.c.env_id.in_(part)))


def promise_counts(connection: sa.Connection, partner: str, mirrored: int, *, before: datetime) -> tuple[int, int]:
    """Return how many promises made up to a moment are not kept: below a size of the partner's log, and beyond it."""
    due = PROMISES.c.partner == partner, PROMISES.c.held_at <= to_micros(before)
    query = sa.select(sa.func.count()).select_from(PROMISES).where(*due)
    below = connection.execute(query.where(PROMISES.c.log_index < mirrored)).scalar_one()
    return below, connection.execute(query).scalar_one() - below
