# SPDX-License-Identifier: MIT
"""What the channel remembers: partners, lanes, what waits to go out, what went, what came, and lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import ParticipantId
from tasuki.base.time import from_micros, to_micros
from tasuki.core.channel.model import START, Arrival, Lane, LaneState, Seen
from tasuki.store.database import METADATA

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

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

LANES: Final = sa.Table(
    "lanes",
    METADATA,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("lane", sa.Text, primary_key=True),
    sa.Column("direction", sa.Text, primary_key=True),  # out | in
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("next_seq", sa.BigInteger, nullable=False),
    sa.Column("prev", sa.Text, nullable=True),
)

OUTBOX: Final = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # waiting | sealed | withheld
    sa.Column("env_id", sa.Text, nullable=True),
    sa.Index("outbox_waiting", "partner", "lane", "state", "id"),
    sqlite_autoincrement=True,
)

ENVELOPES_OUT: Final = sa.Table(
    "envelopes_out",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
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

ENVELOPES_IN: Final = sa.Table(
    "envelopes_in",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("receipt", sa.LargeBinary, nullable=False),
    sa.Column("held", sa.LargeBinary, nullable=True),  # the whole envelope, where its type is unknown here
    sa.UniqueConstraint("partner", "env_id", name="envelopes_in_env_id"),
    sa.UniqueConstraint("partner", "lane", "epoch", "seq", name="envelopes_in_seq"),
)

MESSAGES_IN: Final = sa.Table(
    "messages_in",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("in_reply_to", sa.Text, nullable=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("partner", "env_id", name="messages_in_env_id"),
)

EQUIVOCATIONS: Final = sa.Table(
    "equivocations",
    METADATA,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("env_id", sa.Text, nullable=False),
    sa.Column("first_hash", sa.Text, nullable=False),
    sa.Column("second_hash", sa.Text, nullable=False),
    sa.Column("second", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("partner", "first_hash", "second_hash", name="equivocations_pair"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """Something an act decided to send; not sealed yet."""

    id: int
    kind: str
    body: bytes
    at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEnvelope:
    """What is remembered of an envelope that came in, whatever became of it."""

    env_id: str
    lane: str
    epoch: int
    seq: int
    type: str
    hash: str
    status: str
    receipt: bytes
    held: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One envelope that went out or came in, for people.

    Attributes:
        direction: `out` or `in`.
        status: `sealed` while unanswered, then that of the receipt.
        receipt: the stored receipt held or given; None while unanswered.
    """

    direction: str
    env_id: str
    partner: str
    lane: str
    epoch: int
    seq: int
    type: str
    hash: str
    status: str
    at: datetime
    receipt: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSummary:
    """One lane to one partner, both directions, for people.

    Attributes:
        waiting: outbox items not sealed yet.
        unanswered: envelopes sealed and not receipted.
        answered: envelopes out by receipt status.
    """

    partner: str
    lane: str
    sent: LaneState
    received: LaneState
    waiting: int
    unanswered: int
    answered: dict[str, int]


def add_partner(
    connection: sa.Connection, *, participant: ParticipantId, node: str, anchor: bytes, at: datetime
) -> None:
    """Keep a partner's anchor, not yet trusted, and open its lanes."""
    connection.execute(
        PARTNERS.insert().values(
            participant=participant, node=node, anchor=anchor, state="known", added_at=to_micros(at), compared_by=None
        )
    )
    connection.execute(
        LANES.insert(),
        [
            {
                "partner": participant,
                "lane": lane.value,
                "direction": direction,
                "epoch": START.epoch,
                "next_seq": START.next_seq,
                "prev": START.prev,
            }
            for lane in Lane
            for direction in ("out", "in")
        ],
    )


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


def enqueue(
    connection: sa.Connection, *, partner: ParticipantId, lane: str, kind: str, body: bytes, at: datetime
) -> int:
    """Put something into the outbox, in the transaction of the act that decided it; return its id."""
    identifier: int = connection.execute(
        OUTBOX.insert()
        .values(partner=partner, lane=lane, kind=kind, body=body, at=to_micros(at), state="waiting", env_id=None)
        .returning(OUTBOX.c.id)
    ).scalar_one()
    return identifier


def waiting(connection: sa.Connection, partner: str, lane: str, limit: int) -> list[OutboxItem]:
    """Return the oldest outbox items of a lane that are not sealed yet."""
    rows = connection.execute(
        sa.select(OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.body, OUTBOX.c.at)
        .where(OUTBOX.c.partner == partner, OUTBOX.c.lane == lane, OUTBOX.c.state == "waiting")
        .order_by(OUTBOX.c.id)
        .limit(limit)
    )
    return [OutboxItem(id=row.id, kind=row.kind, body=row.body, at=from_micros(row.at)) for row in rows]


def settle(connection: sa.Connection, ids: Sequence[int], *, state: str, env_id: str | None) -> int:
    """Take waiting outbox items out of the queue; return how many were still waiting."""
    done = connection.execute(
        OUTBOX.update().where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "waiting").values(state=state, env_id=env_id)
    )
    return done.rowcount


def shorten(connection: sa.Connection, item: int, body: bytes) -> None:
    """Leave in the outbox what did not fit into an envelope."""
    connection.execute(OUTBOX.update().where(OUTBOX.c.id == item).values(body=body))


def lane_state(connection: sa.Connection, partner: str, lane: str, direction: str) -> LaneState | None:
    """Return where one direction (`out` or `in`) of a lane stands; None without such a partner."""
    row = connection.execute(
        sa.select(LANES.c.epoch, LANES.c.next_seq, LANES.c.prev).where(
            LANES.c.partner == partner, LANES.c.lane == lane, LANES.c.direction == direction
        )
    ).one_or_none()
    return None if row is None else LaneState(epoch=row.epoch, next_seq=row.next_seq, prev=row.prev)


def advance(
    connection: sa.Connection, *, partner: str, lane: str, direction: str, expected: LaneState, then: LaneState
) -> bool:
    """Move a lane on if it still stands where `expected` says; return whether it did (compare-and-swap)."""
    done = connection.execute(
        LANES.update()
        .where(
            LANES.c.partner == partner,
            LANES.c.lane == lane,
            LANES.c.direction == direction,
            LANES.c.epoch == expected.epoch,
            LANES.c.next_seq == expected.next_seq,
            LANES.c.prev.is_(None) if expected.prev is None else LANES.c.prev == expected.prev,
        )
        .values(epoch=then.epoch, next_seq=then.next_seq, prev=then.prev)
    )
    return done.rowcount == 1


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


def seen(connection: sa.Connection, partner: str, env_id: str, place: tuple[str, int, int]) -> list[Seen]:
    """Return what came before under this envelope id, or under this (lane, epoch, seq)."""
    lane, epoch, seq = place
    same_id = ENVELOPES_IN.c.env_id == env_id
    same_place = sa.and_(ENVELOPES_IN.c.lane == lane, ENVELOPES_IN.c.epoch == epoch, ENVELOPES_IN.c.seq == seq)
    columns = (ENVELOPES_IN.c.env_id, ENVELOPES_IN.c.hash, ENVELOPES_IN.c.receipt)
    return [
        Seen(env_id=row.env_id, hash=row.hash, receipt=row.receipt)
        for row in connection.execute(
            sa.union_all(
                *(sa.select(*columns).where(ENVELOPES_IN.c.partner == partner, same) for same in (same_id, same_place))
            )
        )
    ]


def keep_received(connection: sa.Connection, partner: str, envelope: ReceivedEnvelope, at: datetime) -> None:
    """Remember an envelope and the receipt it got, for the life of the epoch."""
    connection.execute(
        ENVELOPES_IN.insert().values(
            partner=partner,
            env_id=envelope.env_id,
            lane=envelope.lane,
            epoch=envelope.epoch,
            seq=envelope.seq,
            type=envelope.type,
            hash=envelope.hash,
            status=envelope.status,
            received_at=to_micros(at),
            receipt=envelope.receipt,
            held=envelope.held,
        )
    )


def keep_message(connection: sa.Connection, arrival: Arrival, at: datetime) -> None:
    """Keep a protocol message (attestation, decided receipt) as it came."""
    connection.execute(
        MESSAGES_IN.insert().values(
            partner=arrival.partner,
            env_id=arrival.env_id,
            type=arrival.type,
            in_reply_to=arrival.in_reply_to,
            body=arrival.payload,
            received_at=to_micros(at),
        )
    )


def keep_equivocation(
    connection: sa.Connection, *, partner: str, env_id: str, hashes: tuple[str, str], second: bytes, at: datetime
) -> bool:
    """Keep the evidence that a partner signed two envelopes for one id or number; return whether it is new."""
    first_hash, second_hash = hashes
    known = connection.execute(
        sa.select(EQUIVOCATIONS.c.id).where(
            EQUIVOCATIONS.c.partner == partner,
            EQUIVOCATIONS.c.first_hash == first_hash,
            EQUIVOCATIONS.c.second_hash == second_hash,
        )
    ).first()
    if known is not None:
        return False
    connection.execute(
        EQUIVOCATIONS.insert().values(
            partner=partner,
            env_id=env_id,
            first_hash=first_hash,
            second_hash=second_hash,
            second=second,
            at=to_micros(at),
        )
    )
    return True


def history(connection: sa.Connection, *, partner: str | None, lane: str | None, limit: int) -> list[Passage]:
    """Return the newest envelopes of both directions, newest first."""
    found = [
        *_passages(connection, ENVELOPES_OUT, (partner, lane), limit),
        *_passages(connection, ENVELOPES_IN, (partner, lane), limit),
    ]
    return sorted(found, key=lambda each: (each.at, each.env_id), reverse=True)[:limit]


def passage(connection: sa.Connection, env_id: str) -> Passage | None:
    """Return one envelope by its id, whichever way it went."""
    for table in (ENVELOPES_OUT, ENVELOPES_IN):
        row = connection.execute(sa.select(table).where(table.c.env_id == env_id).limit(1)).one_or_none()
        if row is not None:
            return _passage(table, row)
    return None


def _passages(
    connection: sa.Connection, table: sa.Table, which: tuple[str | None, str | None], limit: int
) -> list[Passage]:
    query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
    for column, value in zip((table.c.partner, table.c.lane), which, strict=True):
        if value is not None:
            query = query.where(column == value)
    return [_passage(table, row) for row in connection.execute(query)]


def _passage(table: sa.Table, row: sa.Row[tuple[object, ...]]) -> Passage:
    out = table is ENVELOPES_OUT
    return Passage(
        direction="out" if out else "in",
        env_id=row.env_id,
        partner=row.partner,
        lane=row.lane,
        epoch=row.epoch,
        seq=row.seq,
        type=row.type,
        hash=row.hash,
        status=row.state if out else row.status,
        at=from_micros(row.sealed_at if out else row.received_at),
        receipt=row.receipt,
    )


def summaries(connection: sa.Connection) -> list[LaneSummary]:
    """Return every lane of every partner."""
    states = {
        (row.partner, row.lane, row.direction): LaneState(epoch=row.epoch, next_seq=row.next_seq, prev=row.prev)
        for row in connection.execute(sa.select(LANES))
    }
    queued = _counts(connection, OUTBOX, OUTBOX.c.state == "waiting")
    out = _counts(connection, ENVELOPES_OUT, sa.true())
    pairs = sorted({(partner, lane) for partner, lane, _ in states})
    return [
        LaneSummary(
            partner=partner,
            lane=lane,
            sent=states[partner, lane, "out"],
            received=states[partner, lane, "in"],
            waiting=queued.get((partner, lane), {}).get("waiting", 0),
            unanswered=out.get((partner, lane), {}).get("sealed", 0),
            answered={state: n for state, n in out.get((partner, lane), {}).items() if state != "sealed"},
        )
        for partner, lane in pairs
    ]


def _counts(
    connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]
) -> dict[tuple[str, str], dict[str, int]]:
    counts: dict[tuple[str, str], dict[str, int]] = {}
    query = (
        sa.select(table.c.partner, table.c.lane, table.c.state, sa.func.count())
        .where(where)
        .group_by(table.c.partner, table.c.lane, table.c.state)
    )
    for partner, lane, state, number in connection.execute(query):
        counts.setdefault((partner, lane), {})[state] = number
    return counts


def sent_hash(connection: sa.Connection, env_id: str) -> str | None:
    """Return the hash of an envelope this node sent, or None."""
    return connection.execute(sa.select(ENVELOPES_OUT.c.hash).where(ENVELOPES_OUT.c.env_id == env_id)).scalar()


def received_hash(connection: sa.Connection, env_id: str) -> str | None:
    """Return the hash of an envelope this node took in, or None."""
    return connection.execute(sa.select(ENVELOPES_IN.c.hash).where(ENVELOPES_IN.c.env_id == env_id)).scalar()


def exchanged(connection: sa.Connection, env_id: str) -> tuple[bytes | None, bytes | None]:
    """Return (whole envelope, receipt) of an envelope sent, or (None, receipt) of one taken in."""
    row = connection.execute(
        sa.select(ENVELOPES_OUT.c.raw, ENVELOPES_OUT.c.receipt).where(ENVELOPES_OUT.c.env_id == env_id)
    ).first()
    if row is not None:
        return row.raw, row.receipt
    receipt = connection.execute(sa.select(ENVELOPES_IN.c.receipt).where(ENVELOPES_IN.c.env_id == env_id)).scalar()
    return None, receipt


def messages(connection: sa.Connection, kind: str) -> list[tuple[str, bytes, datetime]]:
    """Return (partner, body, when) of every message of a kind that partners sent, oldest first."""
    query = sa.select(MESSAGES_IN).where(MESSAGES_IN.c.type == kind).order_by(MESSAGES_IN.c.id)
    return [(row.partner, row.body, from_micros(row.received_at)) for row in connection.execute(query)]


def round_trips(connection: sa.Connection, limit: int) -> list[int]:
    """Return microseconds from sealing to the stored receipt, of the newest envelopes."""
    query = (
        sa.select(ENVELOPES_OUT.c.receipt_at - ENVELOPES_OUT.c.sealed_at)
        .where(ENVELOPES_OUT.c.receipt_at.is_not(None))
        .order_by(ENVELOPES_OUT.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def equivocation_count(connection: sa.Connection) -> int:
    """Return how many lies of partners are kept as evidence."""
    return connection.execute(sa.select(sa.func.count()).select_from(EQUIVOCATIONS)).scalar_one()
