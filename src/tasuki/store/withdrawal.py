# SPDX-License-Identifier: MIT
"""What partners took back of what they gave, what we took back of what we gave, and what was stated about either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import ParticipantId
from tasuki.base.time import from_micros, to_micros
from tasuki.core.holdings.model import REVOKED, State
from tasuki.core.withdrawal.model import VERBS, Held, Left
from tasuki.store import holdings, sending
from tasuki.store.channel import ENVELOPES_OUT, MESSAGES_IN, OUTBOX
from tasuki.store.database import METADATA, parts
from tasuki.store.holdings import HOLDINGS, LOCAL

SOURCE_MARKS: Final = sa.Table(
    "source_marks",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("label", sa.Integer, nullable=False),
)
"""For each id that a source narrowed, the number of the meet of all it said; of its own holdings, and never of others.

Kept for ever, also of what never came: it is met into every version that comes later.
"""

STOPPED: Final = sa.Table(
    "stopped",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("usable_from", sa.BigInteger, nullable=False),
    sa.Column("noticed", sa.BigInteger, nullable=True),
)
"""For each id of which a source revoked or corrected a version, the lowest version of its that may still be used.

Kept for ever, as tombstones are. What is below may be read and matches nothing. `noticed` is the same as far as notices
said it, without what only a revoked version said of itself: what was noticed was passed on.
"""


def source_marks(connection: sa.Connection, source: str, id_numbers: Iterable[int]) -> dict[int, int]:
    """Return the label numbers of what a source said of ids by narrowing them; others are left out."""
    found: dict[int, int] = {}
    for part in parts(list(id_numbers)):
        query = sa.select(SOURCE_MARKS.c.id, SOURCE_MARKS.c.label)
        rows = connection.execute(query.where(SOURCE_MARKS.c.source == source, SOURCE_MARKS.c.id.in_(part)))
        found.update({row.id: row.label for row in rows})
    return found


def set_source_marks(connection: sa.Connection, source: str, labels: Mapping[int, int]) -> None:
    """Put label numbers on ids of a source, in place of what was there."""
    for part in parts(list(labels)):
        connection.execute(SOURCE_MARKS.delete().where(SOURCE_MARKS.c.source == source, SOURCE_MARKS.c.id.in_(part)))
        connection.execute(
            SOURCE_MARKS.insert(), [{"source": source, "id": each, "label": labels[each]} for each in part]
        )


def usable_from(connection: sa.Connection, source: str, id_numbers: Iterable[int]) -> dict[int, int]:
    """Return for ids of a source the lowest version that may be used; where all may, they are left out."""
    return {each: lowest for each, (lowest, _) in _stopped(connection, source, id_numbers).items()}


def stop(connection: sa.Connection, source: str, versions: Mapping[int, int], *, by_notice: bool = False) -> set[int]:
    """Take versions of a source out of use: for each id number, those below a version; nothing comes back by it.

    Returns:
        The id numbers of which a notice says anything new; without one, none.
    """
    known = _stopped(connection, source, versions)
    news: set[int] = set()
    raised: list[int] = []
    rows: dict[int, dict[str, object]] = {}
    for each, version in versions.items():
        lowest, noticed = known.get(each, (version - 1, None))
        if by_notice and (noticed is None or version > noticed):
            news.add(each)
            noticed = version
        if version > lowest:
            raised.append(each)
        rows[each] = {"source": source, "id": each, "usable_from": max(lowest, version), "noticed": noticed}
    for part in parts(sorted(news.union(raised))):
        connection.execute(STOPPED.delete().where(STOPPED.c.source == source, STOPPED.c.id.in_(part)))
        connection.execute(STOPPED.insert(), [rows[each] for each in part])
    holdings.depart(connection, raised)
    return news


def _stopped(connection: sa.Connection, source: str, id_numbers: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """Return (usable from, noticed) of the ids of a source that were ever stopped."""
    found: dict[int, tuple[int, int | None]] = {}
    for part in parts(list(id_numbers)):
        query = sa.select(STOPPED).where(STOPPED.c.source == source, STOPPED.c.id.in_(part))
        found.update({row.id: (row.usable_from, row.noticed) for row in connection.execute(query)})
    return found


def withdrawn(connection: sa.Connection, positions: Iterable[int]) -> set[int]:
    """Return which of these holdings are versions that their own source, or our own people, revoked or corrected.

    One that says of itself that it is revoked is none: it is what is to be known of the others.
    """
    found: set[int] = set()
    for part in parts(sorted(set(positions))):
        query = (
            sa.select(HOLDINGS.c.position, HOLDINGS.c.flags)
            .join(STOPPED, sa.and_(STOPPED.c.id == HOLDINGS.c.id, STOPPED.c.source.in_([HOLDINGS.c.source, LOCAL])))
            .where(HOLDINGS.c.position.in_(part), HOLDINGS.c.version < STOPPED.c.usable_from)
        )
        rows = connection.execute(query)
        found.update(row.position for row in rows if REVOKED not in row.flags.split())
    return found


def held_of(connection: sa.Connection, source: str, stix_ids: Sequence[str]) -> dict[str, Held]:
    """Return what is held of ids of what one source gave, each of them; what was never met is held as nothing."""
    numbers = holdings.numbers(connection, stix_ids)
    states: dict[int, list[tuple[int, str]]] = {}
    for part in parts(list(numbers.values())):
        query = sa.select(HOLDINGS.c.id, HOLDINGS.c.version, HOLDINGS.c.state)
        for row in connection.execute(query.where(HOLDINGS.c.id.in_(part), HOLDINGS.c.source == source)):
            states.setdefault(row.id, []).append((row.version, row.state))
    lowest = usable_from(connection, source, states)
    nothing = Held()
    return {
        each: _held(states[numbers[each]], lowest.get(numbers[each])) if numbers.get(each) in states else nothing
        for each in stix_ids
    }


def _held(versions: Iterable[tuple[int, str]], lowest: int | None) -> Held:
    listed = list(versions)
    return Held(
        live=tuple(sorted(version for version, state in listed if state == State.HELD.value)),
        kept=any(state == State.RECALLED.value for _, state in listed),
        sealed=any(state == State.SEALED.value for _, state in listed),
        came=True,
        usable_from=lowest,
    )


def ever_held(connection: sa.Connection, stix_ids: Iterable[str]) -> set[str]:
    """Return which ids anything was ever held of, from whomever and whatever became of it."""
    names = {number: stix_id for stix_id, number in holdings.numbers(connection, stix_ids).items()}
    found: set[str] = set()
    for part in parts(list(names)):
        query = sa.select(HOLDINGS.c.id).where(HOLDINGS.c.id.in_(part)).distinct()
        found.update(names[each] for each in connection.execute(query).scalars())
    return found


def left(connection: sa.Connection, stix_ids: Iterable[str], *, source: str | None = None) -> list[Left]:
    """Return what of these ids is in envelopes, and to whom; of one source's copies, or of all."""
    found = {
        Left(audience=each.audience, stix_id=each.stix_id)
        for each in sending.gone(connection, stix_ids)
        if source is None or each.source == source
    }
    return sorted(found)


def waiting(connection: sa.Connection, stix_ids: Iterable[str]) -> list[Left]:
    """Return what of these ids was shared and is in no envelope yet, and with whom."""
    return sorted({Left(audience=each.audience, stix_id=each.stix_id) for each in sending.queued(connection, stix_ids)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A notice of one of the four verbs between us and one partner, whichever way it went.

    Attributes:
        env_id: the envelope that carries it; None while it waits.
        state: `waiting`, `sealed` (on its way), or what its receipt says: `stored`, `refused`...
    """

    partner: ParticipantId
    kind: str
    body: bytes
    at: datetime
    env_id: str | None
    state: str


def told(connection: sa.Connection, limit: int) -> list[Said]:
    """Return what we told partners, newest first, one for each partner."""
    return _sent(connection, VERBS, limit)


def received_by_partners(connection: sa.Connection, before: datetime) -> list[Said]:
    """Return what we told partners of which they gave a stored receipt before a moment, oldest first."""
    columns = (OUTBOX.c.partner, OUTBOX.c.kind, OUTBOX.c.body, OUTBOX.c.env_id, ENVELOPES_OUT.c.receipt_at)
    query = (
        sa.select(*columns)
        .join(ENVELOPES_OUT, ENVELOPES_OUT.c.env_id == OUTBOX.c.env_id)
        .where(
            OUTBOX.c.kind.in_(sorted(VERBS)),
            ENVELOPES_OUT.c.state == "stored",
            ENVELOPES_OUT.c.receipt_at < to_micros(before),
        )
        .order_by(ENVELOPES_OUT.c.receipt_at)
    )
    return [
        Said(
            partner=row.partner,
            kind=row.kind,
            body=row.body,
            at=from_micros(row.receipt_at),
            env_id=row.env_id,
            state="stored",
        )
        for row in connection.execute(query)
    ]


def attested(connection: sa.Connection, limit: int) -> list[Said]:
    """Return what we stated to partners, newest first."""
    return _sent(connection, ("attestation",), limit)


def _sent(connection: sa.Connection, kinds: Iterable[str], limit: int) -> list[Said]:
    columns = (OUTBOX.c.partner, OUTBOX.c.kind, OUTBOX.c.body, OUTBOX.c.at, OUTBOX.c.env_id)
    query = (
        sa.select(*columns, OUTBOX.c.state, ENVELOPES_OUT.c.state.label("sealed"))
        .outerjoin(ENVELOPES_OUT, ENVELOPES_OUT.c.env_id == OUTBOX.c.env_id)
        .where(OUTBOX.c.kind.in_(sorted(kinds)))
        .order_by(OUTBOX.c.id.desc())
        .limit(limit)
    )
    return [
        Said(
            partner=row.partner,
            kind=row.kind,
            body=row.body,
            at=from_micros(row.at),
            env_id=row.env_id,
            state=row.sealed or row.state,
        )
        for row in connection.execute(query)
    ]


def heard(connection: sa.Connection, limit: int) -> list[Said]:
    """Return what partners told us, newest first."""
    query = sa.select(MESSAGES_IN).where(MESSAGES_IN.c.type.in_(sorted(VERBS)))
    rows = connection.execute(query.order_by(MESSAGES_IN.c.id.desc()).limit(limit))
    return [
        Said(
            partner=row.partner,
            kind=row.type,
            body=row.body,
            at=from_micros(row.received_at),
            env_id=row.env_id,
            state="stored",
        )
        for row in rows
    ]
