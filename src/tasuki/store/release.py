# SPDX-License-Identifier: MIT
"""What the gate remembers: interned labels, and for each id its own label, its references and its closure label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import canonical
from tasuki.base.ids import Audience, ParticipantId
from tasuki.core.markings.labels import MISSING_REFERENCE, blocking, label_from_json, label_to_json
from tasuki.core.markings.model import Label
from tasuki.core.release.closure import LabelTable, close
from tasuki.store import holdings
from tasuki.store.database import METADATA
from tasuki.store.holdings import key_of

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
    sa.Column("key", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("own", sa.Integer, nullable=False),
    sa.Column("closure", sa.Integer, nullable=False),
)

REFERENCES: Final = sa.Table(
    "subject_references",
    METADATA,
    sa.Column("source", sa.BigInteger, primary_key=True),
    sa.Column("target", sa.BigInteger, primary_key=True),
    sa.Index("subject_references_back", "target", "source"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An id whose label changed or came: what `settle` needs to know of it.

    Attributes:
        own: number of its own label, already the meet over all its sources.
        references: ids it refers to, official ones left out.
    """

    stix_id: str
    own: int
    references: tuple[str, ...]


class Labels:
    """Labels of this store by number. Numbers never change, so what was read once stays true."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._by_number: dict[int, Label] = {}
        self._by_label: dict[Label, int] = {}

    def number(self, connection: sa.Connection, label: Label) -> int:
        """Return the number of a label, giving it one if it is new. Known ones cost no query."""
        number = self._by_label.get(label)
        if number is not None:
            return number
        body = canonical(label_to_json(label)).decode()
        found = connection.execute(sa.select(LABELS.c.id).where(LABELS.c.body == body)).scalar()
        if found is None:
            # Not remembered here: the transaction may still fail, and the number with it.
            return int(connection.execute(LABELS.insert().values(body=body).returning(LABELS.c.id)).scalar_one())
        self._by_number[found], self._by_label[label] = label, found
        return int(found)

    def label(self, connection: sa.Connection, number: int) -> Label:
        """Return the label of a number.

        Raises:
            KeyError: no label has it.
        """
        label = self._by_number.get(number)
        if label is None:
            body = connection.execute(sa.select(LABELS.c.body).where(LABELS.c.id == number)).scalar()
            if body is None:
                raise KeyError(number)
            label = label_from_json(orjson.loads(body))
        return label

    def all(self, connection: sa.Connection) -> dict[int, Label]:
        """Return every label by number."""
        return {row.id: label_from_json(orjson.loads(row.body)) for row in connection.execute(sa.select(LABELS))}


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
    keys = [key_of(subject.stix_id) for subject in batch]
    known = graph.read_subjects(keys)
    edges: dict[tuple[int, int], None] = {}
    rows: dict[int, dict[str, int]] = {}
    for key, subject in zip(keys, batch, strict=True):
        targets = [key_of(each) for each in subject.references]
        graph.own[key] = subject.own
        graph.references[key] = targets
        edges.update(dict.fromkeys((key, target) for target in targets))
        rows[key] = {"key": key, "own": subject.own, "closure": subject.own}
    new = [row for key, row in sorted(rows.items()) if key not in known]
    if new:
        connection.execute(SUBJECTS.insert(), new)
    old = [key for key in rows if key in known]
    if old:
        connection.execute(
            SUBJECTS.update().where(SUBJECTS.c.key == sa.bindparam("k")).values(own=sa.bindparam("o")),
            [{"k": key, "o": rows[key]["own"]} for key in old],
        )
        for part in _parts(old):
            connection.execute(REFERENCES.delete().where(REFERENCES.c.source.in_(part)))
    if edges:
        connection.execute(REFERENCES.insert(), [{"source": s, "target": t} for s, t in sorted(edges)])
    return list(rows)


def _close_batch(connection: sa.Connection, graph: _Graph, keys: list[int]) -> None:
    """Compute and store the closure labels of the batch; a new row already says its own label."""
    graph.load({target for key in keys for target in graph.references[key]} - set(keys))
    rows = [{"k": key, "c": graph.closure(key)} for key in keys]
    stored = [row for row in rows if row["c"] != graph.own[row["k"]] or row["k"] in graph.was]
    if stored:
        connection.execute(_SET_CLOSURE, stored)


_SET_CLOSURE: Final = SUBJECTS.update().where(SUBJECTS.c.key == sa.bindparam("k")).values(closure=sa.bindparam("c"))


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
    for part in _parts(keys):
        query = sa.select(REFERENCES.c.source).where(REFERENCES.c.target.in_(part))
        found.update(connection.execute(query).scalars())
    return found


class _Graph:
    """The part of the reference graph that a settlement looks at, with labels as numbers of this store."""

    def __init__(self, connection: sa.Connection, labels: Labels) -> None:
        self.connection = connection
        self.labels = labels
        self.own: dict[int, int] = {}
        self.references: dict[int, list[int]] = {}
        self.was: dict[int, tuple[int, int]] = {}
        self.table = LabelTable()
        self.missing = labels.number(connection, blocking(MISSING_REFERENCE))

    def read_subjects(self, keys: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Return (own, closure) of the ids that are held."""
        found: dict[int, tuple[int, int]] = {}
        for part in _parts(list(keys)):
            rows = self.connection.execute(sa.select(SUBJECTS).where(SUBJECTS.c.key.in_(part)))
            found.update({row.key: (row.own, row.closure) for row in rows})
        self.was.update(found)
        return found

    def load(self, keys: Iterable[int], *, whole: bool = False) -> None:
        """Read own labels and references of ids and of all they reach; ids already here are not read again.

        `whole` reads even ids whose references are known from the batch.
        """
        wanted = {key for key in keys if whole or key not in self.references}
        while wanted:
            rows = self.read_subjects(wanted)
            for key in wanted:
                self.own[key] = rows[key][0] if key in rows else self.missing
                self.references[key] = []
            for part in _parts(list(wanted)):
                query = sa.select(REFERENCES).where(REFERENCES.c.source.in_(part))
                for row in self.connection.execute(query):
                    self.references[row.source].append(row.target)
            wanted = {t for key in wanted for t in self.references[key] if t not in self.references}

    def closure(self, key: int) -> int:
        """Return the closure label number of an id whose graph is loaded."""
        return close(key, own=self.own.__getitem__, references=self.references.__getitem__, meet_numbers=self.meet)

    def meet(self, one: int, other: int) -> int:
        """Return the number of the meet of two labels."""
        table, labels, connection = self.table, self.labels, self.connection
        first, second = (table.number(labels.label(connection, number)) for number in (one, other))
        return labels.number(connection, table.label(table.meet(first, second)))


def closures(connection: sa.Connection, stix_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return (own, closure) label numbers of the ids that are held."""
    by_key = {key_of(each): each for each in stix_ids}
    found: dict[str, tuple[int, int]] = {}
    for part in _parts(list(by_key)):
        rows = connection.execute(sa.select(SUBJECTS).where(SUBJECTS.c.key.in_(part)))
        found.update({by_key[row.key]: (row.own, row.closure) for row in rows})
    return found


def references_of(connection: sa.Connection, stix_ids: Sequence[str]) -> dict[str, list[int]]:
    """Return the keys of what each id refers to."""
    by_key = {key_of(each): each for each in stix_ids}
    found: dict[str, list[int]] = {each: [] for each in stix_ids}
    for part in _parts(list(by_key)):
        for row in connection.execute(sa.select(REFERENCES).where(REFERENCES.c.source.in_(part))):
            found[by_key[row.source]].append(row.target)
    return found


def resettle(connection: sa.Connection, labels: Labels, stix_ids: Sequence[str]) -> int:
    """Recompute own labels of ids whose holdings changed (marked, recalled, disposed), and all that depends on them."""
    keys = {key_of(each): each for each in stix_ids}
    own = holdings.own_labels(connection, keys)
    gone = [key for key in keys if key not in own]
    dependents = _dependents(connection, gone)
    for part in _parts(gone):
        connection.execute(SUBJECTS.delete().where(SUBJECTS.c.key.in_(part)))
        connection.execute(REFERENCES.delete().where(REFERENCES.c.source.in_(part)))
    graph = _Graph(connection, labels)
    for key, numbers in own.items():
        number = _meet_all(graph.meet, numbers)
        connection.execute(SUBJECTS.update().where(SUBJECTS.c.key == key).values(own=number))
    touched = [*own, *dependents]
    graph.load(touched, whole=True)
    before = graph.read_subjects(touched)
    moved = [(key, number) for key in before if (number := graph.closure(key)) != before[key][1]]
    if moved:
        connection.execute(_SET_CLOSURE, [{"k": key, "c": number} for key, number in moved])
    return len(moved) + _close_dependents(connection, graph, [key for key, _ in moved])


def _meet_all(meet: Callable[[int, int], int], numbers: Iterable[int]) -> int:
    first, *rest = sorted(numbers)
    for each in rest:
        first = meet(first, each)
    return first


_PART: Final = 500


def _parts(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[i : i + _PART] for i in range(0, len(values), _PART)]


SENT: Final = sa.Table(
    "sent",
    METADATA,
    sa.Column("audience", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)
"""What was queued for whom: whom to tell of a recall, and what need not be sent twice."""


def already_sent(connection: sa.Connection, audience: str, positions: Sequence[int]) -> set[int]:
    """Return which positions were queued for an audience before."""
    found: set[int] = set()
    for part in _parts(positions):
        query = sa.select(SENT.c.position).where(SENT.c.audience == audience, SENT.c.position.in_(part))
        found.update(connection.execute(query).scalars())
    return found


def note_sent(connection: sa.Connection, audience: str, positions: Sequence[int]) -> None:
    """Remember what was queued for an audience."""
    connection.execute(SENT.insert(), [{"audience": audience, "position": each} for each in sorted(positions)])


def recipients(connection: sa.Connection, stix_ids: Sequence[str]) -> list[ParticipantId]:
    """Return the participants to whom any holding of these ids was queued."""
    found: set[str] = set()
    for part in _parts([key_of(each) for each in stix_ids]):
        query = (
            sa.select(SENT.c.audience)
            .join(holdings.HOLDINGS, holdings.HOLDINGS.c.position == SENT.c.position)
            .where(holdings.HOLDINGS.c.stix_key.in_(part))
            .distinct()
        )
        found.update(connection.execute(query).scalars())
    return sorted({Audience.parse(each).participant for each in found})


def reachable(connection: sa.Connection, stix_id: str) -> list[tuple[int, int | None]]:
    """Return (key, own label number) of an id and of all it refers to; None for what is not held."""
    seen = {key_of(stix_id)}
    frontier = list(seen)
    found: list[tuple[int, int | None]] = []
    while frontier:
        own = {}
        targets: set[int] = set()
        for part in _parts(frontier):
            rows = connection.execute(sa.select(SUBJECTS.c.key, SUBJECTS.c.own).where(SUBJECTS.c.key.in_(part)))
            own.update({row.key: row.own for row in rows})
            query = sa.select(REFERENCES.c.target).where(REFERENCES.c.source.in_(part))
            targets.update(connection.execute(query).scalars())
        found.extend((key, own.get(key)) for key in frontier)
        frontier = sorted(targets - seen)
        seen |= targets
    return found


def name_of(connection: sa.Connection, key: int) -> str:
    """Return the id that has a key, or its hexadecimal form where nothing of it is held."""
    query = sa.select(holdings.HOLDINGS.c.stix_id).where(holdings.HOLDINGS.c.stix_key == key).limit(1)
    return connection.execute(query).scalar() or f"(not held: {key & (2**64 - 1):016x})"
