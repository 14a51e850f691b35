# SPDX-License-Identifier: MIT
"""What a reader may see, as sets: live holdings selected by the numbers of their labels, without opening a body."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

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

_COVERING: Final = 4
"""Audiences that cover a reader: participant, organisation, desk, person."""


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
    statement = _ordered(_shape(connection, scope, wanted), wanted.rising)
    values = {**_values(connection, scope, wanted), "limit": limit}
    return [_row(row) for row in connection.execute(statement, values)]


def rows_at(connection: sa.Connection, scope: Scope, positions: Iterable[int]) -> list[Row]:
    """Return the holdings at positions, those in the scope, the oldest first."""
    return _of(connection, scope, "position", sorted(set(positions)), EVERYTHING)


def rows_of(
    connection: sa.Connection, scope: Scope, id_numbers: Iterable[int], wanted: Wanted = EVERYTHING
) -> list[Row]:
    """Return the holdings of ids, those in the scope, the oldest first."""
    return _of(connection, scope, "id", list(id_numbers), wanted)


def own_label(connection: sa.Connection, position: int) -> int:
    """Return the own label number of a holding, whatever its state."""
    found = connection.execute(sa.select(HOLDINGS.c.own_label).where(HOLDINGS.c.position == position)).scalar_one()
    return int(found)


def count(connection: sa.Connection, scope: Scope, types: Sequence[str]) -> int:
    """Return how many holdings of some types may be seen, those included that perhaps may."""
    wanted = Wanted(types=types)
    statement = _counted(_shape(connection, scope, wanted))
    found: int = connection.execute(statement, _values(connection, scope, wanted)).scalar_one()
    return found


def _of(connection: sa.Connection, scope: Scope, column: str, keys: Sequence[int], wanted: Wanted) -> list[Row]:
    found: list[Row] = []
    statement, values = _keyed(_shape(connection, scope, wanted), column), _values(connection, scope, wanted)
    for part in parts(keys):
        found.extend(_row(row) for row in connection.execute(statement, {**values, "keys": list(part)}))
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


class _Shape(NamedTuple):
    """What a statement depends on beside its values: statements are put together once, which takes longer than asking.

    Attributes:
        turnable: whether something may be turned by what somebody agreed to.
        typed: whether types are named; `sourced`: whether sources are.
    """

    dialect: str
    whole: bool
    turnable: bool
    typed: bool
    sourced: bool
    departed: bool


def _shape(connection: sa.Connection, scope: Scope, wanted: Wanted) -> _Shape:
    return _Shape(
        dialect=connection.dialect.name,
        whole=scope.whole,
        turnable=bool(scope.perhaps),
        typed=bool(wanted.types),
        sourced=bool(wanted.sources),
        departed=wanted.departed,
    )


def _values(connection: sa.Connection, scope: Scope, wanted: Wanted) -> dict[str, Any]:
    """Return the values of a statement of the shape of this scope and wish."""
    organisation = Audience(scope.reader.participant, scope.reader.organisation)
    covering = [
        str(each) for each in (Audience(scope.reader.participant), organisation, scope.reader.desk, scope.reader)
    ]
    numbers = _listed if connection.dialect.name == "postgresql" else _written
    return {
        "allowed": numbers(scope.allowed),
        "perhaps": numbers(scope.perhaps),
        "due": numbers(frozenset() if scope.whole else _due(connection, scope.now)),
        "now": to_micros(scope.now),
        "covering": covering,
        **{f"covering{number}": f" {each} " for number, each in enumerate(covering)},
        "above": wanted.above,
        "below": wanted.below,
        **({"types": list(wanted.types)} if wanted.types else {}),
        **({"sources": list(wanted.sources)} if wanted.sources else {}),
    }


def _listed(numbers: frozenset[int]) -> list[int]:
    return sorted(numbers)


@lru_cache(maxsize=64)
def _written(numbers: frozenset[int]) -> str:
    return json.dumps(sorted(numbers))


@cache
def _ordered(shape: _Shape, rising: bool) -> sa.Select[Any]:  # noqa: FBT001 part of the key
    order = HOLDINGS.c.position if rising else HOLDINGS.c.position.desc()
    return _statement(shape).order_by(order).limit(sa.bindparam("limit", type_=sa.Integer))


@cache
def _keyed(shape: _Shape, column: str) -> sa.Select[tuple[Any, ...]]:
    return _statement(shape).where(HOLDINGS.c[column].in_(sa.bindparam("keys", expanding=True)))


@cache
def _counted(shape: _Shape) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(_statement(shape).subquery())


def _statement(shape: _Shape) -> sa.Select[tuple[Any, ...]]:
    label = HOLDINGS.c.own_label if shape.whole else SUBJECTS.c.closure
    query = (
        sa.select(HOLDINGS, IDS.c.stix_id, MARKS.c.label.label("mark"), label.label("label"))
        .join(IDS, IDS.c.number == HOLDINGS.c.id)
        .outerjoin(SUBJECTS, SUBJECTS.c.id == HOLDINGS.c.id)
        .outerjoin(MARKS, MARKS.c.id == HOLDINGS.c.id)
        .where(
            _visible(shape, label),
            HOLDINGS.c.position > sa.bindparam("above", type_=sa.BigInteger),
            HOLDINGS.c.position < sa.bindparam("below", type_=sa.BigInteger),
        )
    )
    if not shape.departed:
        query = query.where(HOLDINGS.c.state == State.HELD.value)
    if not shape.whole:
        query = query.where(*_would_go(shape))
    if shape.typed:
        query = query.where(HOLDINGS.c.type.in_(sa.bindparam("types", expanding=True)))
    if shape.sourced:
        query = query.where(HOLDINGS.c.source.in_(sa.bindparam("sources", expanding=True)))
    return query


def _visible(shape: _Shape, label: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Say that a label is allowed, or may be turned by what is known of the very holding.

    What is denied for its own sake can be turned only where this holding was addressed to the reader or granted; what
    is denied for the sake of something it refers to may be turned there. Addressed and granted is what names an
    audience that covers the reader, and there are at most four.
    """
    allowed = _among(shape, label, "allowed")
    if not shape.turnable:
        return allowed
    padded = sa.literal(" ") + HOLDINGS.c.addressed + sa.literal(" ")
    addressed = [padded.contains(sa.bindparam(f"covering{number}", type_=sa.Text)) for number in range(_COVERING)]
    granted = sa.select(GRANTS.c.digest).where(
        GRANTS.c.withdrawn.is_(False),
        GRANTS.c.audience.in_(sa.bindparam("covering", expanding=True)),
        GRANTS.c.until > sa.bindparam("now", type_=sa.BigInteger),
    )
    turned = sa.or_(_among(shape, HOLDINGS.c.own_label, "allowed"), *addressed, HOLDINGS.c.digest.in_(granted))
    return sa.or_(allowed, sa.and_(_among(shape, label, "perhaps"), turned))


def _would_go(shape: _Shape) -> Iterator[sa.ColumnElement[bool]]:
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
    yield ~_among(shape, HOLDINGS.c.handling, "due")


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


def _among(shape: _Shape, column: Any, name: str) -> sa.ColumnElement[bool]:
    """Say that a column is one of many numbers: one value of the statement, however many there are."""
    if shape.dialect == "sqlite":
        values = sa.func.json_each(sa.bindparam(name, type_=sa.Text)).table_valued("value")
        return column.in_(sa.select(values.c.value))  # type: ignore[no-any-return]
    return column == sa.any_(sa.bindparam(name, type_=postgresql.ARRAY(sa.BigInteger)))  # type: ignore[no-any-return]
