# SPDX-License-Identifier: MIT
"""What the gate remembers: interned labels, and for each id its own label, its references and its closure label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_CLOSURE_OBJECTS
from tasuki.core.markings.labels import (
    CLOSURE_TOO_LARGE,
    MISSING_REFERENCE,
    blocking,
    label_from_json,
    label_to_json,
)
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.core.release.closure import close
from tasuki.store import holdings
from tasuki.store.database import METADATA, insert_many, is_writer, parts, reader

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

LABELS: Final = sa.Table(
    "labels",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False, unique=True),
)

SUBJECTS: Final = sa.Table(
    "subjects",
    METADATA,
    sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("own", sa.Integer, nullable=False),
    sa.Column("closure", sa.Integer, nullable=False),
)
"""What the gate knows of each id that is held; ids by their numbers."""

REFERENCES: Final = sa.Table(
    "subject_references",
    METADATA,
    sa.Column("source", sa.BigInteger, primary_key=True),
    sa.Column("target", sa.BigInteger, primary_key=True),
    sa.Index("subject_references_back", "target", "source"),
    sqlite_with_rowid=False,
)


@dataclass(slots=True, kw_only=True)
class Subject:
    """An id whose label or references changed or came; everything in numbers of this store.

    Attributes:
        own: labels of its newest live holdings, one per source; their meet is its own label.
        references: ids it refers to, official ones left out.
    """

    id: int
    own: tuple[int, ...]
    references: tuple[int, ...]


class Labels:
    """Labels of this store by number. A number never changes its label, so what was committed once stays true.

    Only what a reader saw is remembered: a label that a writer gave a number may still be undone, and its number
    given to another.
    """

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._by_number: dict[int, Label] = {}

    def number(self, connection: sa.Connection, label: Label) -> int:
        """Return the number of a label, giving it one if it is new."""
        body = canonical(label_to_json(label)).decode()
        found = connection.execute(sa.select(LABELS.c.id).where(LABELS.c.body == body)).scalar()
        if found is None:
            found = connection.execute(LABELS.insert().values(body=body).returning(LABELS.c.id)).scalar_one()
        return int(found)

    def label(self, connection: sa.Connection, number: int) -> Label:
        """Return the label of a number.

        Raises:
            KeyError: no label has it.
        """
        label = self._by_number.get(number)
        if label is None:
            label = self._committed(connection, number)
        if label is None:
            label = _read_label(connection, number)
        if label is None:
            raise KeyError(number)
        return label

    def _committed(self, connection: sa.Connection, number: int) -> Label | None:
        """Return and remember a label as a reader sees it; None where nothing of it is committed yet."""
        if not is_writer(connection):
            label = _read_label(connection, number)
        else:
            with reader(connection) as other:
                label = _read_label(other, number)
        if label is not None:
            self._by_number[number] = label
        return label


def _read_label(connection: sa.Connection, number: int) -> Label | None:
    body = connection.execute(sa.select(LABELS.c.body).where(LABELS.c.id == number)).scalar()
    return None if body is None else label_from_json(orjson.loads(body))


def settle(connection: sa.Connection, labels: Labels, batch: Sequence[Subject]) -> int:
    """Store own labels and references of a batch, and the closure labels of it and of all that depend on it.

    Returns:
        How many ids beyond the batch got another closure label.
    """
    if not batch:
        return 0
    graph = _Graph(connection, labels)
    keys = _store_batch(connection, graph, batch)
    _close_batch(connection, graph, keys)
    return _close_dependents(connection, graph, keys)


def _store_batch(connection: sa.Connection, graph: _Graph, batch: Sequence[Subject]) -> list[int]:
    ids = [subject.id for subject in batch]
    known = graph.read_subjects(ids)
    rows: list[tuple[int, int]] = []
    for subject in batch:
        own = graph.meet_all(subject.own)
        graph.own[subject.id] = own
        graph.references[subject.id] = subject.references
        rows.append((subject.id, own))
    insert_many(connection, SUBJECTS, "id own closure", [(key, own, own) for key, own in rows if key not in known])
    old = [{"k": key, "o": own} for key, own in rows if key in known]
    if old:
        connection.execute(
            SUBJECTS.update().where(SUBJECTS.c.id == sa.bindparam("k")).values(own=sa.bindparam("o")), old
        )
        for part in parts([row["k"] for row in old]):
            connection.execute(REFERENCES.delete().where(REFERENCES.c.source.in_(part)))
    edges = [(subject.id, target) for subject in batch for target in subject.references]
    insert_many(connection, REFERENCES, "source target", edges)
    return ids


def _close_batch(connection: sa.Connection, graph: _Graph, keys: list[int]) -> None:
    """Compute and store the closure labels of the batch; a new row already says its own label."""
    graph.load({target for key in keys for target in graph.references[key]} - set(keys))
    rows = [{"k": key, "c": graph.closure(key)} for key in keys]
    stored = [row for row in rows if row["c"] != graph.own[row["k"]] or row["k"] in graph.was]
    if stored:
        connection.execute(_SET_CLOSURE, stored)


_SET_CLOSURE: Final = SUBJECTS.update().where(SUBJECTS.c.id == sa.bindparam("k")).values(closure=sa.bindparam("c"))


def _close_dependents(connection: sa.Connection, graph: _Graph, keys: list[int]) -> int:
    """Follow references backwards from the batch until no label changes any more."""
    changed, seen, frontier = 0, set(keys), list(keys)
    while frontier:
        dependents = _dependents(connection, frontier) - seen
        seen |= dependents
        if not dependents:
            break
        before = graph.read_subjects(dependents)
        graph.load(dependents, whole=True)
        moved = [(key, number) for key in dependents if (number := graph.closure(key)) != before[key][1]]
        if moved:
            connection.execute(_SET_CLOSURE, [{"k": key, "c": number} for key, number in moved])
        changed += len(moved)
        frontier = [key for key, _ in moved]
    return changed


def _dependents(connection: sa.Connection, keys: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in parts(keys):
        query = sa.select(REFERENCES.c.source).where(REFERENCES.c.target.in_(part))
        found.update(connection.execute(query).scalars())
    return found


class _Graph:
    """The part of the reference graph that a settlement looks at, with labels as numbers of this store."""

    def __init__(self, connection: sa.Connection, labels: Labels) -> None:
        self.connection = connection
        self.labels = labels
        self.own: dict[int, int] = {}
        self.references: dict[int, Sequence[int]] = {}
        self.was: dict[int, tuple[int, int]] = {}
        self.meets: dict[tuple[int, int], int] = {}
        self.missing = labels.number(connection, blocking(MISSING_REFERENCE))

    def read_subjects(self, keys: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return (own, closure) of the ids that are held."""
        found: dict[int, tuple[int, int]] = {}
        for part in parts(list(keys)):
            rows = self.connection.execute(sa.select(SUBJECTS).where(SUBJECTS.c.id.in_(part)))
            found.update({row.id: (row.own, row.closure) for row in rows})
        self.was.update(found)
        return found

    def load(self, keys: Iterable[int], *, whole: bool = False) -> None:
        """Read own labels and references of ids and of all they reach; ids already here are not read again.

        `whole` reads even ids whose references are known from the batch.
        """
        wanted = {key for key in keys if whole or key not in self.references}
        while wanted:
            rows = self.read_subjects(wanted)
            found: dict[int, list[int]] = {key: [] for key in wanted}
            for part in parts(list(wanted)):
                query = sa.select(REFERENCES).where(REFERENCES.c.source.in_(part))
                for row in self.connection.execute(query):
                    found[row.source].append(row.target)
            self.references.update(found)
            self.own.update((key, rows[key][0] if key in rows else self.missing) for key in wanted)
            wanted = {t for key in wanted for t in self.references[key] if t not in self.references}

    def closure(self, key: int) -> int:
        """Return the closure label number of an id whose graph is loaded; one that is too large blocks that id alone.

        What a partner sends must be able to neither stop its lane nor be cut down to what may go.
        """
        own, references = self.own.__getitem__, self.references.__getitem__
        try:
            return close(key, own=own, references=references, meet_numbers=self.meet, limit=MAX_CLOSURE_OBJECTS)
        except InputError:
            return self.meet(own(key), self.labels.number(self.connection, blocking(CLOSURE_TOO_LARGE)))

    def meet(self, one: int, other: int) -> int:
        """Return the number of the meet of two labels; asked once for each pair in a transaction."""
        pair = (one, other) if one < other else (other, one)
        met = self.meets.get(pair)
        if met is None:
            labels, connection = self.labels, self.connection
            first, second = (labels.label(connection, number) for number in pair)
            met = self.meets[pair] = labels.number(connection, meet(first, second))
        return met

    def meet_all(self, numbers: Sequence[int]) -> int:
        """Return the number of the meet of one or more labels."""
        first, *rest = numbers
        for each in rest:
            first = self.meet(first, each)
        return first


def forget(connection: sa.Connection, labels: Labels, ids: Sequence[int]) -> int:
    """Forget ids of which nothing is held any more; whatever refers to them now refers to something missing.

    Returns:
        How many ids got another closure label.
    """
    for part in parts(ids):
        connection.execute(SUBJECTS.delete().where(SUBJECTS.c.id.in_(part)))
        connection.execute(REFERENCES.delete().where(REFERENCES.c.source.in_(part)))
    return _close_dependents(connection, _Graph(connection, labels), list(ids))


def closures(connection: sa.Connection, stix_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return (own, closure) label numbers of the ids that are held."""
    names = {number: stix_id for stix_id, number in holdings.numbers(connection, stix_ids).items()}
    found: dict[str, tuple[int, int]] = {}
    for part in parts(list(names)):
        rows = connection.execute(sa.select(SUBJECTS).where(SUBJECTS.c.id.in_(part)))
        found.update({names[row.id]: (row.own, row.closure) for row in rows})
    return found


def dependents(connection: sa.Connection, stix_ids: Iterable[str]) -> set[str]:
    """Return the ids that refer to any of these directly."""
    known = holdings.numbers(connection, stix_ids)
    return set(holdings.names(connection, _dependents(connection, list(known.values()))).values())


def reachable(connection: sa.Connection, stix_id: str) -> list[tuple[str, int | None]]:
    """Return (id, own label number) of an id and of all it refers to; None for what is not held."""
    frontier = list(holdings.numbers(connection, [stix_id]).values())
    own: dict[int, int | None] = {}
    while frontier:
        own.update(dict.fromkeys(frontier))
        targets: set[int] = set()
        for part in parts(frontier):
            rows = connection.execute(sa.select(SUBJECTS.c.id, SUBJECTS.c.own).where(SUBJECTS.c.id.in_(part)))
            own.update({row.id: row.own for row in rows})
            query = sa.select(REFERENCES.c.target).where(REFERENCES.c.source.in_(part))
            targets.update(connection.execute(query).scalars())
        frontier = sorted(targets - own.keys())
    names = holdings.names(connection, own)
    return [(names[each], number) for each, number in own.items()]
