# SPDX-License-Identifier: MIT
"""What a node holds: every assertion of every source, its body under its own key, its words for searching."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.ids import ParticipantId, StixId
from tasuki.base.time import from_micros, to_micros
from tasuki.core.holdings.model import Holding, State
from tasuki.core.markings.model import Label
from tasuki.store.database import METADATA, insert_many, parts

LOCAL: Final = "local"
"""The source of what this node's own people bring in."""

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

IDS: Final = sa.Table(
    "ids",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, nullable=False, index=True),
    sa.Column("stix_id", sa.Text, nullable=False),
)
"""Every id this node met, held or only referred to.

Everything else names an id by its number: numbers rise, so what comes together lies together on disk, and only the
index of `key` is random. Two ids may share a key (a stranger can make such), never a number.
"""

HOLDINGS: Final = sa.Table(
    "holdings",
    METADATA,
    sa.Column("position", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("id", sa.BigInteger, nullable=False, index=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("originator", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("spec_version", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("handling", sa.Integer, nullable=False),
    sa.Column("own_label", sa.Integer, nullable=False),
    sa.Column("flags", sa.Text, nullable=False),
    sa.Column("addressed", sa.Text, nullable=False),
    sa.Index("holdings_type", "type", "position"),
)

BODIES: Final = sa.Table(
    "bodies",
    METADATA,
    sa.Column("position", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
)

BODY_KEYS: Final = sa.Table(
    "body_keys",
    METADATA,
    sa.Column("position", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)

HANDLING: Final = sa.Table(
    "handling",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False, unique=True),
)

COUNTERS: Final = sa.Table(
    "counters",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

QUARANTINE: Final = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("stix_id", sa.Text, nullable=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)

TOMBSTONES: Final = sa.Table(
    "tombstones",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("stix_id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Recalls, kept for ever: one that overtakes its object waits here."""

DEPARTURES: Final = sa.Table(
    "departures",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("id", sa.BigInteger, nullable=False),
)
"""Ids of which a holding went out of use, in the order of the commits: what follows the holdings reads it on."""


Assertion = tuple[str, str, int, bytes]
"""Source, id, version and digest: the same again is a duplicate."""


@dataclass(slots=True, kw_only=True)
class NewHolding:
    """One holding about to be committed; its position, and the numbers of label and handling, come with the commit.

    Attributes:
        digest: SHA-256 of the body; also binds the ciphertext to this holding.
        handling: handling basis in its JSON form.
        addressed: to whom a partner addressed it; nothing for our own.
    """

    stix_id: StixId
    type: str
    version: int
    source: str
    originator: ParticipantId
    digest: bytes
    size: int
    spec_version: str
    ciphertext: bytes
    wrapped: bytes
    handling: str
    label: Label
    flags: str
    words: str
    references: tuple[str, ...]
    addressed: str = ""

    @property
    def assertion(self) -> Assertion:
        """What makes two holdings the same assertion of the same source."""
        return self.source, self.stix_id, self.version, self.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBody:
    """A body as it lies in the store, with what is needed to open it and to let it go."""

    position: int
    stix_id: StixId
    type: str
    digest: bytes
    ciphertext: bytes
    wrapped: bytes
    handling: int
    own_label: int
    originator: ParticipantId
    source: str


_SEALED: Final = tuple(each.name for each in fields(SealedBody))


def _key_of(text: str) -> int:
    """Return the 8-byte key of an id, signed as databases want it."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def numbers(connection: sa.Connection, stix_ids: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the ids this node ever met; others are left out."""
    wanted = set(stix_ids)
    found: dict[str, int] = {}
    for part in parts([_key_of(each) for each in wanted]):
        rows = connection.execute(sa.select(IDS.c.stix_id, IDS.c.number).where(IDS.c.key.in_(part))).all()
        found.update((stix_id, number) for stix_id, number in rows if stix_id in wanted)
    return found


def identify(connection: sa.Connection, stix_ids: Iterable[str]) -> dict[str, int]:
    """Return the numbers of ids, giving one to each that is new."""
    wanted = list(dict.fromkeys(stix_ids))
    # Asking for none locks the counter: no other writer numbers an id between our look and our insert.
    reserve(connection, "ids", 0)
    found = numbers(connection, wanted)
    new = [each for each in wanted if each not in found]
    if new:
        first = reserve(connection, "ids", len(new))
        rows = [(number, _key_of(each), each) for number, each in enumerate(new, first)]
        insert_many(connection, IDS, "number key stix_id", rows)
        found.update({each: number for number, each in enumerate(new, first)})
    return found


def names(connection: sa.Connection, id_numbers: Iterable[int]) -> dict[int, str]:
    """Return the ids that have these numbers."""
    found: dict[int, str] = {}
    for part in parts(list(id_numbers)):
        rows = connection.execute(sa.select(IDS.c.number, IDS.c.stix_id).where(IDS.c.number.in_(part)))
        found.update({row.number: row.stix_id for row in rows})
    return found


def held(connection: sa.Connection, id_numbers: Mapping[str, int]) -> set[Assertion]:
    """Return what is held of these ids, or was recalled; what was disposed of may come again."""
    found: set[Assertion] = set()
    by_number = {number: stix_id for stix_id, number in id_numbers.items()}
    columns = (HOLDINGS.c.source, HOLDINGS.c.id, HOLDINGS.c.version, HOLDINGS.c.digest)
    for part in parts(list(by_number)):
        query = sa.select(*columns).where(HOLDINGS.c.id.in_(part), HOLDINGS.c.state != State.DISPOSED.value)
        rows = connection.execute(query)
        found.update((source, by_number[number], version, digest) for source, number, version, digest in rows)
    return found


def stated(connection: sa.Connection, source: str, id_numbers: Mapping[str, int]) -> dict[Assertion, Newest]:
    """Return the live holdings that a source gave of these ids, by what they assert."""
    found: dict[Assertion, Newest] = {}
    by_number = {number: stix_id for stix_id, number in id_numbers.items()}
    columns = (HOLDINGS.c.id, HOLDINGS.c.version, HOLDINGS.c.digest, HOLDINGS.c.position, HOLDINGS.c.own_label)
    for part in parts(list(by_number)):
        query = sa.select(*columns).where(
            HOLDINGS.c.id.in_(part), HOLDINGS.c.source == source, HOLDINGS.c.state == State.HELD.value
        )
        for number, version, digest, position, label in connection.execute(query):
            found[source, by_number[number], version, digest] = Newest(position=position, own_label=label)
    return found


def restate(connection: sa.Connection, position: int, *, handling: int, own_label: int) -> None:
    """Put another handling basis and own label on a holding."""
    connection.execute(
        HOLDINGS.update().where(HOLDINGS.c.position == position).values(handling=handling, own_label=own_label)
    )


def address(connection: sa.Connection, rows: Iterable[NewHolding]) -> None:
    """Note to whom else a partner addressed what it had given before; both audiences may read it then."""
    by_source: dict[str, list[NewHolding]] = {}
    for row in rows:
        if row.addressed:
            by_source.setdefault(row.source, []).append(row)
    for source, again in by_source.items():
        held_before = stated(connection, source, numbers(connection, {row.stix_id for row in again}))
        for row in again:
            if (before := held_before.get(row.assertion)) is not None:
                _address(connection, before.position, row.addressed)


def _address(connection: sa.Connection, position: int, audience: str) -> None:
    at = HOLDINGS.c.position == position
    known = connection.execute(sa.select(HOLDINGS.c.addressed).where(at)).scalar_one().split()
    if audience not in known:
        connection.execute(HOLDINGS.update().where(at).values(addressed=" ".join([*known, audience])))


def purpose_of(handling: str) -> str | None:
    """Return the purpose that a handling basis in its JSON form states."""
    purpose: str | None = orjson.loads(handling).get("purpose")
    return purpose


def reserve(connection: sa.Connection, counter: str, count: int) -> int:
    """Return the first of `count` consecutive numbers; the counter's row keeps other writers waiting."""
    done = connection.execute(
        COUNTERS.update()
        .where(COUNTERS.c.name == counter)
        .values(value=COUNTERS.c.value + count)
        .returning(COUNTERS.c.value)
    ).scalar()
    if done is None:
        connection.execute(COUNTERS.insert().values(name=counter, value=count))
        done = count
    return int(done) - count + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers that ids, labels and handling bases have in this store."""

    ids: Mapping[str, int]
    labels: Mapping[Label, int]
    handling: Mapping[str, int]


def add(connection: sa.Connection, rows: Sequence[tuple[NewHolding, State]], known: Numbers, at: datetime) -> int:
    """Commit holdings; return the position of the first, the others follow in the order given."""
    first = reserve(connection, "holdings", len(rows))
    moment = to_micros(at)
    numbered = [(p, row) for p, (row, _) in enumerate(rows, first)]
    insert_many(
        connection,
        HOLDINGS,
        _COLUMNS,
        [_row(p, *each, known, moment) for p, each in enumerate(rows, first)],
    )
    insert_many(connection, BODIES, "position ciphertext", [(p, row.ciphertext) for p, row in numbered])
    insert_many(connection, BODY_KEYS, "position wrapped", [(p, row.wrapped) for p, row in numbered])
    return first


_COLUMNS: Final = " ".join(column.name for column in HOLDINGS.columns)


def _row(position: int, row: NewHolding, state: State, known: Numbers, moment: int) -> tuple[Any, ...]:
    return (
        position,
        known.ids[row.stix_id],
        row.type,
        row.version,
        row.source,
        row.originator,
        moment,
        row.digest,
        row.size,
        row.spec_version,
        state.value,
        known.handling[row.handling],
        known.labels[row.label],
        row.flags,
        row.addressed,
    )


def handling_number(connection: sa.Connection, body: str) -> int:
    """Return the number of a handling basis in its JSON form, giving it one if it is new."""
    number = connection.execute(sa.select(HANDLING.c.id).where(HANDLING.c.body == body)).scalar()
    if number is None:
        number = connection.execute(HANDLING.insert().values(body=body).returning(HANDLING.c.id)).scalar_one()
    return int(number)


def handling_bodies(connection: sa.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return handling bases in their JSON form, by number."""
    rows = connection.execute(sa.select(HANDLING).where(HANDLING.c.id.in_(set(numbers))))
    return {row.id: row.body for row in rows}


def latest(connection: sa.Connection, stix_ids: Iterable[str]) -> list[Holding]:
    """Return, for each id held, the newest live holding of each source."""
    best: dict[tuple[str, str], Holding] = {}
    for part in parts(list(numbers(connection, stix_ids).values())):
        query = _holdings().where(HOLDINGS.c.id.in_(part), HOLDINGS.c.state == State.HELD.value)
        for row in connection.execute(query.order_by(HOLDINGS.c.version, HOLDINGS.c.position)):
            holding = as_holding(row)
            best[holding.stix_id, holding.source] = holding
    return list(best.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live holding of any version and source, as far as marking must know it; `id` is the number of its id."""

    position: int
    id: int
    originator: ParticipantId
    own_label: int


def live(connection: sa.Connection, id_numbers: Iterable[int]) -> list[Live]:
    """Return every live holding of ids."""
    columns = (HOLDINGS.c.position, HOLDINGS.c.id, HOLDINGS.c.originator, HOLDINGS.c.own_label)
    found: list[Live] = []
    for part in parts(list(id_numbers)):
        query = sa.select(*columns).where(HOLDINGS.c.id.in_(part), HOLDINGS.c.state == State.HELD.value)
        found.extend(Live(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 the documented way
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest live holding of one source, as far as the gate needs it."""

    position: int
    own_label: int


def newest(connection: sa.Connection, id_numbers: Iterable[int]) -> dict[int, list[Newest]]:
    """Return, for each id number held, the newest live holding of each source."""
    best: dict[tuple[int, str], Newest] = {}
    columns = (HOLDINGS.c.id, HOLDINGS.c.source, HOLDINGS.c.position, HOLDINGS.c.own_label)
    for part in parts(list(id_numbers)):
        query = sa.select(*columns).where(HOLDINGS.c.id.in_(part), HOLDINGS.c.state == State.HELD.value)
        for number, source, position, label in connection.execute(
            query.order_by(HOLDINGS.c.version, HOLDINGS.c.position)
        ).all():
            best[number, source] = Newest(position=position, own_label=label)
    found: dict[int, list[Newest]] = {}
    for (number, _), each in best.items():
        found.setdefault(number, []).append(each)
    return found


def history(connection: sa.Connection, stix_id: str) -> list[Holding]:
    """Return every holding of an id, oldest first, whatever its state."""
    number = numbers(connection, [stix_id]).get(stix_id)
    query = _holdings().where(HOLDINGS.c.id == number).order_by(HOLDINGS.c.position)
    return [] if number is None else [as_holding(row) for row in connection.execute(query)]


def _holdings() -> sa.Select[tuple[Any, ...]]:
    return sa.select(HOLDINGS, IDS.c.stix_id).join(IDS, IDS.c.number == HOLDINGS.c.id)


def sealed(connection: sa.Connection, positions: Iterable[int]) -> list[SealedBody]:
    """Return the bodies of live holdings, sealed, in order of position."""
    found: list[SealedBody] = []
    for part in parts(sorted(set(positions))):
        query = _sealed_query().where(HOLDINGS.c.position.in_(part))
        found.extend(_sealed(row) for row in connection.execute(query.order_by(HOLDINGS.c.position)).all())
    return found


def sealed_after(connection: sa.Connection, cursor: int, limit: int, types: Sequence[str] = ()) -> list[SealedBody]:
    """Return live bodies after a position, in order: what a derived view reads next."""
    query = _sealed_query().where(HOLDINGS.c.position > cursor)
    if types:
        query = query.where(HOLDINGS.c.type.in_(types))
    return [_sealed(row) for row in connection.execute(query.order_by(HOLDINGS.c.position).limit(limit)).all()]


def _sealed_query() -> sa.Select[tuple[Any, ...]]:
    return (
        sa.select(
            HOLDINGS.c.position,
            IDS.c.stix_id,
            HOLDINGS.c.type,
            HOLDINGS.c.digest,
            BODIES.c.ciphertext,
            BODY_KEYS.c.wrapped,
            HOLDINGS.c.handling,
            HOLDINGS.c.own_label,
            HOLDINGS.c.originator,
            HOLDINGS.c.source,
        )
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .join(BODIES, BODIES.c.position == HOLDINGS.c.position)
        .join(BODY_KEYS, BODY_KEYS.c.position == HOLDINGS.c.position)
        .where(HOLDINGS.c.state == State.HELD.value)
    )


def _sealed(row: Sequence[Any]) -> SealedBody:
    return SealedBody(**dict(zip(_SEALED, row, strict=True)))


def top(connection: sa.Connection) -> int:
    """Return the highest position given so far."""
    return connection.execute(sa.select(COUNTERS.c.value).where(COUNTERS.c.name == "holdings")).scalar() or 0


def counts(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """Return how many holdings there are by (source, state)."""
    query = sa.select(HOLDINGS.c.source, HOLDINGS.c.state, sa.func.count()).group_by(
        HOLDINGS.c.source, HOLDINGS.c.state
    )
    return {(source, state): number for source, state, number in connection.execute(query)}


def kept_from(connection: sa.Connection, source: str) -> tuple[int, int]:
    """Return how many holdings of a source are held, and their bytes."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(HOLDINGS.c.size), 0)).where(
        HOLDINGS.c.source == source, HOLDINGS.c.state == State.HELD.value
    )
    count, size = connection.execute(query).one()
    return count, size


def live_positions(connection: sa.Connection, sources: Sequence[str], after: int, limit: int) -> list[tuple[int, str]]:
    """Return (position, id) of live holdings of some sources after a position, in order."""
    query = (
        sa.select(HOLDINGS.c.position, IDS.c.stix_id)
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .where(HOLDINGS.c.position > after, HOLDINGS.c.state == State.HELD.value, HOLDINGS.c.source.in_(sources))
    )
    return [(row.position, row.stix_id) for row in connection.execute(query.order_by(HOLDINGS.c.position).limit(limit))]


def set_own_label(connection: sa.Connection, positions: Iterable[int], label: int) -> None:
    """Put another own label on holdings."""
    for part in parts(list(positions)):
        connection.execute(HOLDINGS.update().where(HOLDINGS.c.position.in_(part)).values(own_label=label))


def set_state(connection: sa.Connection, source: str, stix_ids: Iterable[str], state: State) -> int:
    """Move the live holdings of one source to another state; return how many."""
    done = 0
    for part in parts(list(numbers(connection, stix_ids).values())):
        moved = connection.execute(
            HOLDINGS.update()
            .where(
                HOLDINGS.c.id.in_(part),
                HOLDINGS.c.source == source,
                HOLDINGS.c.state == State.HELD.value,
            )
            .values(state=state.value)
            .returning(HOLDINGS.c.id)
        )
        ids = list(moved.scalars())
        depart(connection, ids)
        done += len(ids)
    return done


def shred(connection: sa.Connection, positions: Sequence[int]) -> int:
    """Destroy the keys of bodies and the bodies: nobody can read them any more; return how many."""
    for part in parts(positions):
        connection.execute(BODY_KEYS.delete().where(BODY_KEYS.c.position.in_(part)))
        connection.execute(BODIES.delete().where(BODIES.c.position.in_(part)))
        gone = connection.execute(
            HOLDINGS.update()
            .where(HOLDINGS.c.position.in_(part))
            .values(state=State.DISPOSED.value)
            .returning(HOLDINGS.c.id)
        )
        depart(connection, list(gone.scalars()))
    return len(positions)


def depart(connection: sa.Connection, id_numbers: Iterable[int]) -> None:
    """Remember that a holding of each of these ids is no longer in use."""
    gone = list(dict.fromkeys(id_numbers))
    if gone:
        first = reserve(connection, "departures", len(gone))
        connection.execute(DEPARTURES.insert(), [{"number": n, "id": each} for n, each in enumerate(gone, first)])


def last_departure(connection: sa.Connection) -> int:
    """Return the number of the newest departure, 0 where there was none."""
    return connection.execute(sa.select(sa.func.max(DEPARTURES.c.number))).scalar() or 0


def departures(connection: sa.Connection, after: int) -> list[tuple[int, str]]:
    """Return (number, id) of the departures after a number, in order."""
    query = (
        sa.select(DEPARTURES.c.number, IDS.c.stix_id)
        .join(IDS, IDS.c.number == DEPARTURES.c.id)
        .where(DEPARTURES.c.number > after)
        .order_by(DEPARTURES.c.number)
    )
    return [(row.number, row.stix_id) for row in connection.execute(query)]


def bury(connection: sa.Connection, source: str, stix_ids: Iterable[str], at: datetime) -> None:
    """Remember a recall for ever, also of what never came."""
    known = tombstoned(connection, source, stix_ids)
    rows = [
        {"source": source, "stix_id": each, "at": to_micros(at)}
        for each in dict.fromkeys(stix_ids)
        if each not in known
    ]
    if rows:
        connection.execute(TOMBSTONES.insert(), rows)


def tombstoned(connection: sa.Connection, source: str, stix_ids: Iterable[str]) -> set[str]:
    """Return which ids a source has recalled."""
    found: set[str] = set()
    for part in parts(list(stix_ids)):
        query = sa.select(TOMBSTONES.c.stix_id).where(TOMBSTONES.c.source == source, TOMBSTONES.c.stix_id.in_(part))
        found.update(connection.execute(query).scalars())
    return found


def set_aside(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep quarantined pieces with the reason."""
    if rows:
        connection.execute(QUARANTINE.insert(), list(rows))


def quarantined(connection: sa.Connection, limit: int) -> list[sa.Row[tuple[Any, ...]]]:
    """Return the newest quarantined pieces."""
    return list(connection.execute(sa.select(QUARANTINE).order_by(QUARANTINE.c.id.desc()).limit(limit)))


def quarantine_count(connection: sa.Connection) -> int:
    """Return how many pieces are quarantined."""
    return connection.execute(sa.select(sa.func.count()).select_from(QUARANTINE)).scalar_one()


def as_holding(row: sa.Row[tuple[Any, ...]]) -> Holding:
    """Return a holding from a row with the columns of the table and `stix_id`."""
    return Holding(
        position=row.position,
        stix_id=StixId(row.stix_id),
        stix_type=row.type,
        version=row.version,
        source=row.source,
        originator=row.originator,
        received_at=from_micros(row.received_at),
        digest=row.digest.hex(),
        size=row.size,
        spec_version=row.spec_version,
        state=State(row.state),
        flags=tuple(row.flags.split()),
    )


def expired(connection: sa.Connection, now: str, limit: int) -> list[int]:
    """Return positions of live holdings whose handling basis says dispose by a moment before `now` (RFC 3339)."""
    numbers = [
        number
        for number, body in connection.execute(sa.select(HANDLING.c.id, HANDLING.c.body))
        if (until := orjson.loads(body).get("dispose_by")) is not None and until < now
    ]
    query = sa.select(HOLDINGS.c.position).where(
        HOLDINGS.c.handling.in_(numbers), HOLDINGS.c.state.not_in([State.DISPOSED.value, State.SEALED.value])
    )
    return list(connection.execute(query.limit(limit)).scalars())


def ids_at(connection: sa.Connection, positions: Sequence[int]) -> list[str]:
    """Return the ids at positions, each once."""
    found: dict[str, None] = {}
    for part in parts(positions):
        query = sa.select(IDS.c.stix_id).join(HOLDINGS, HOLDINGS.c.id == IDS.c.number)
        query = query.where(HOLDINGS.c.position.in_(part))
        found.update(dict.fromkeys(connection.execute(query).scalars()))
    return list(found)
