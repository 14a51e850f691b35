# SPDX-License-Identifier: MIT
"""What a reader may see, as sets: live holdings selected by the numbers of their labels, without opening a body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from tasuki.base.ids import Audience, StixId
from tasuki.base.time import format_rfc3339, to_micros
from tasuki.core.holdings.model import Holding, State
from tasuki.core.markings.labels import label_from_json
from tasuki.core.markings.model import Label
from tasuki.store.consent import GRANTS
from tasuki.store.database import parts
from tasuki.store.holdings import HANDLING, HOLDINGS, IDS, LOCAL, TOMBSTONES, as_holding
from tasuki.store.markings import MARKS
from tasuki.store.release import LABELS, SUBJECTS

NEWEST: Final = 2**63 - 1
"""Above every position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who looks, and when.

    Attributes:
        reader: for whom.
        whole: whether every live holding counts, by its own label: so the home sees what it holds. Else each id counts
            once, as the holding that would go, by the label of its closure.
        allowed: numbers of labels that may be seen.
        perhaps: numbers of labels that may be seen where somebody agreed.
    """

    reader: Audience
    whole: bool
    now: datetime
    allowed: frozenset[int]
    perhaps: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A live holding that may be seen, or perhaps.

    Attributes:
        id: number of its id.
        handling: number of its handling basis.
        own: label number of the holding; `mark`: of the marks people put on its id, None without any.
        label: label number that decides.
    """

    holding: Holding
    id: int
    handling: int
    own: int
    mark: int | None
    label: int

    @property
    def position(self) -> int:
        """Where it stands in the order of arrival here."""
        return self.holding.position

    @property
    def stix_id(self) -> StixId:
        """Its id."""
        return self.holding.stix_id


def labels_above(connection: sa.Connection, number: int) -> dict[int, Label]:
    """Return the labels with higher numbers."""
    query = sa.select(LABELS).where(LABELS.c.id > number)
    return {row.id: label_from_json(orjson.loads(row.body)) for row in connection.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which holdings, of those in a scope; nothing named means all.

    Attributes:
        below: only positions below this one.
        above: only positions above this one.
        rising: whether the oldest come first.
        departed: whether those count too that are no longer in use.
    """

    types: Sequence[str] = ()
    sources: Sequence[str] = ()
    below: int = NEWEST
    above: int = 0
    rising: bool = False
    departed: bool = False


EVERYTHING: Final = Wanted()


def rows(connection: sa.Connection, scope: Scope, wanted: Wanted, limit: int) -> list[Row]:
    """Return holdings in order of position."""
    order = HOLDINGS.c.position if wanted.rising else HOLDINGS.c.position.desc()
    query = _query(connection, scope, wanted).order_by(order).limit(limit)
    return [_row(row) for row in connection.execute(query)]


def rows_at(connection: sa.Connection, scope: Scope, positions: Iterable[int]) -> list[Row]:
    """Return the holdings at positions, those in the scope, the oldest first."""
    return _of(connection, scope, HOLDINGS.c.position, sorted(set(positions)), EVERYTHING)


def rows_of(
    connection: sa.Connection, scope: Scope, id_numbers: Iterable[int], wanted: Wanted = EVERYTHING
) -> list[Row]:
    """Return the holdings of ids, those in the scope, the oldest first."""
    return _of(connection, scope, HOLDINGS.c.id, list(id_numbers), wanted)


def own_label(connection: sa.Connection, position: int) -> int:
    """Return the own label number of a holding, whatever its state."""
    found = connection.execute(sa.select(HOLDINGS.c.own_label).where(HOLDINGS.c.position == position)).scalar_one()
    return int(found)


def count(connection: sa.Connection, scope: Scope, types: Sequence[str]) -> int:
    """Return how many holdings of some types may be seen, those included that perhaps may."""
    found = _query(connection, scope, Wanted(types=types)).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one()


def _of(
    connection: sa.Connection, scope: Scope, column: sa.Column[Any], values: Sequence[int], wanted: Wanted
) -> list[Row]:
    found: list[Row] = []
    for part in parts(values):
        query = _query(connection, scope, wanted).where(column.in_(part))
        found.extend(_row(row) for row in connection.execute(query))
    return sorted(found, key=lambda row: row.position)


def _row(row: sa.Row[tuple[Any, ...]]) -> Row:
    return Row(
        holding=as_holding(row),
        id=row.id,
        handling=row.handling,
        own=row.own_label,
        mark=row.mark,
        label=row.label,
    )


def _query(connection: sa.Connection, scope: Scope, wanted: Wanted) -> sa.Select[tuple[Any, ...]]:
    label = HOLDINGS.c.own_label if scope.whole else SUBJECTS.c.closure
    query = (
        sa.select(HOLDINGS, IDS.c.stix_id, MARKS.c.label.label("mark"), label.label("label"))
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .outerjoin(SUBJECTS, SUBJECTS.c.id == HOLDINGS.c.id)
        .outerjoin(MARKS, MARKS.c.id == HOLDINGS.c.id)
        .where(_visible(connection, scope, label))
    )
    if not wanted.departed:
        query = query.where(HOLDINGS.c.state == State.HELD.value)
    if not scope.whole:
        query = query.where(*_would_go(connection, scope))
    if wanted.types:
        query = query.where(HOLDINGS.c.type.in_(wanted.types))
    if wanted.sources:
        query = query.where(HOLDINGS.c.source.in_(wanted.sources))
    if wanted.above:
        query = query.where(HOLDINGS.c.position > wanted.above)
    return query if wanted.below == NEWEST else query.where(HOLDINGS.c.position < wanted.below)


def _visible(connection: sa.Connection, scope: Scope, label: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Say that a label is allowed, or may be turned by what is known of the very holding.

    What is denied for its own sake can be turned only where this holding was addressed to the reader or granted; what
    is denied for the sake of something it refers to may be turned there.
    """
    allowed = _among(connection, label, scope.allowed)
    if not scope.perhaps:
        return allowed
    covering = _covering(scope.reader)
    padded = sa.literal(" ") + HOLDINGS.c.addressed + sa.literal(" ")
    addressed = [padded.contains(f" {each} ", autoescape=True) for each in covering]
    granted = sa.select(GRANTS.c.digest).where(
        GRANTS.c.withdrawn.is_(False), GRANTS.c.audience.in_(covering), GRANTS.c.until > to_micros(scope.now)
    )
    turned = sa.or_(_among(connection, HOLDINGS.c.own_label, scope.allowed), *addressed, HOLDINGS.c.digest.in_(granted))
    return sa.or_(allowed, sa.and_(_among(connection, label, scope.perhaps), turned))


def _covering(reader: Audience) -> list[str]:
    """Return every audience that covers a reader, as it is written."""
    organisation = Audience(reader.participant, reader.organisation)
    return sorted({str(each) for each in (Audience(reader.participant), organisation, reader.desk, reader)})


def _would_go(connection: sa.Connection, scope: Scope) -> Iterator[sa.ColumnElement[bool]]:
    """Say that a holding is the one of its id that would go: preferred to all others, not recalled, not due.

    Source: docs/policy/release.md, section 3 (R0 and what follows the table).
    """
    other = HOLDINGS.alias("other")
    better = sa.exists().where(
        other.c.id == HOLDINGS.c.id,
        other.c.state == State.HELD.value,
        sa.tuple_(_is_ours(other), other.c.version, other.c.position)
        > sa.tuple_(_is_ours(HOLDINGS), HOLDINGS.c.version, HOLDINGS.c.position),
    )
    buried = sa.exists().where(TOMBSTONES.c.source == LOCAL, TOMBSTONES.c.stix_id == IDS.c.stix_id)
    yield ~better
    yield ~buried
    due = _due(connection, scope.now)
    if due:
        yield ~_among(connection, HOLDINGS.c.handling, due)


def _is_ours(holdings: Any) -> sa.ColumnElement[int]:
    return sa.case((holdings.c.source == LOCAL, 1), else_=0)


def _due(connection: sa.Connection, now: datetime) -> frozenset[int]:
    """Return the numbers of handling bases whose moment to dispose has come."""
    moment = format_rfc3339(now)
    return frozenset(
        number
        for number, body in connection.execute(sa.select(HANDLING.c.id, HANDLING.c.body))
        # Both are written in one form, in which the order of moments is that of their texts.
        if (until := orjson.loads(body)["dispose_by"]) is not None and until <= moment
    )


def _among(connection: sa.Connection, column: Any, numbers: frozenset[int]) -> sa.ColumnElement[bool]:
    """Say that a column is one of many numbers: one parameter, however many there are."""
    listed = sorted(numbers)
    if connection.dialect.name == "sqlite":
        values = sa.func.json_each(json.dumps(listed)).table_valued("value")
        return column.in_(sa.select(values.c.value))  # type: ignore[no-any-return]
    return column == sa.any_(sa.cast(listed, postgresql.ARRAY(sa.BigInteger)))  # type: ignore[no-any-return]
