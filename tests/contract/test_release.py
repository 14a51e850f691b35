# SPDX-License-Identifier: MIT
"""What the gate remembers: labels by number, closure labels that follow every change."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from tasuki.base.time import parse_rfc3339
from tasuki.core.markings.labels import MISSING_REFERENCE, UNKNOWN_MARKING, blocking
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label, Tlp
from tasuki.store import holdings, release
from tasuki.store.release import Labels, Subject

NOW = parse_rfc3339("2026-03-01T12:00:00Z")
MISSING = blocking(MISSING_REFERENCE)


def label(tlp: Tlp, *originators: str) -> Label:
    return Label(tlp=tlp, releasable_to=None, originators=frozenset(originators or {"GBR"}), blocked=frozenset())


CLEAR, GREEN, AMBER = label(Tlp.CLEAR), label(Tlp.GREEN), label(Tlp.AMBER, "JPN")


def name(number: int) -> str:
    return f"indicator--{number:08}-0000-4000-8000-000000000000"


class Gate:
    """A gate's memory, spoken to in labels and small numbers."""

    def __init__(self, database) -> None:
        self.database = database
        self.labels = Labels()

    def settle(self, **subjects: tuple[Label, list[int]]) -> int:
        """Settle `_1=(label, [2, 3])`: id 1 has that label and refers to 2 and 3."""

        def work(connection):
            batch = []
            for key, (own, targets) in subjects.items():
                ids = holdings.identify(connection, [name(int(key[1:])), *map(name, targets)])
                number = self.labels.number(connection, own)
                references = tuple(ids[name(target)] for target in dict.fromkeys(targets))
                batch.append(Subject(id=ids[name(int(key[1:]))], own=(number,), references=references))
            return release.settle(connection, self.labels, batch)

        return self.database.write(work)

    def forget(self, *numbers: int) -> int:
        def work(connection):
            ids = holdings.numbers(connection, map(name, numbers))
            return release.forget(connection, self.labels, list(ids.values()))

        return self.database.write(work)

    def closure(self, number: int) -> Label:
        with self.database.read() as connection:
            found = release.closures(connection, [name(number)])
            return self.labels.label(connection, found[name(number)][1])


@pytest.fixture
def gate(database):
    return Gate(database)


def test_a_label_has_one_number_and_a_number_one_label(database):
    labels = Labels()
    numbers = [database.write(lambda c, each=each: labels.number(c, each)) for each in (CLEAR, GREEN, CLEAR)]
    assert numbers[0] == numbers[2] != numbers[1]
    with database.read() as connection:
        assert [labels.label(connection, number) for number in numbers] == [CLEAR, GREEN, CLEAR]
        with pytest.raises(KeyError):
            labels.label(connection, 99)


def test_a_number_given_in_an_act_that_was_undone_is_not_remembered(database):
    labels = Labels()

    def undone(connection):
        number = labels.number(connection, GREEN)
        assert labels.label(connection, number) == GREEN
        raise KeyError(number)

    with pytest.raises(KeyError) as caught:
        database.write(undone)
    given = database.write(lambda c: labels.number(c, AMBER))
    with database.read() as connection:
        assert labels.label(connection, given) == AMBER
        if given != caught.value.args[0]:
            with pytest.raises(KeyError):
                labels.label(connection, caught.value.args[0])


def test_the_closure_is_as_narrow_as_the_narrowest_it_reaches(gate):
    gate.settle(_3=(AMBER, []), _2=(CLEAR, [3]), _1=(GREEN, [2]))
    assert gate.closure(1) == meet(meet(GREEN, CLEAR), AMBER)
    assert gate.closure(2) == meet(CLEAR, AMBER)
    assert gate.closure(3) == AMBER


def test_a_reference_to_what_is_not_held_blocks_until_it_comes(gate):
    gate.settle(_1=(GREEN, [2]))
    assert gate.closure(1) == meet(GREEN, MISSING)
    assert gate.settle(_2=(CLEAR, [])) == 1
    assert gate.closure(1) == meet(GREEN, CLEAR)


def test_a_narrower_label_reaches_all_that_depend_on_it_however_far(gate):
    gate.settle(**{f"_{n}": (CLEAR, [n + 1]) for n in range(1, 30)}, _30=(CLEAR, []))
    assert gate.settle(_30=(AMBER, [])) == 29
    assert gate.closure(1) == meet(CLEAR, AMBER)
    assert gate.settle(_30=(CLEAR, [])) == 29
    assert gate.closure(1) == CLEAR


def test_what_refers_in_a_circle_has_one_closure(gate):
    gate.settle(_1=(CLEAR, [2]), _2=(GREEN, [3]), _3=(CLEAR, [1]))
    assert {gate.closure(number) for number in (1, 2, 3)} == {meet(CLEAR, GREEN)}


def test_what_is_forgotten_is_missing_to_what_refers_to_it(gate):
    gate.settle(_2=(CLEAR, []), _1=(GREEN, [2]))
    assert gate.forget(2) == 1
    assert gate.closure(1) == meet(GREEN, MISSING)
    with gate.database.read() as connection:
        assert release.closures(connection, [name(2)]) == {}


def test_dropping_a_reference_widens_again(gate):
    gate.settle(_2=(AMBER, []), _1=(GREEN, [2]))
    gate.settle(_1=(GREEN, []))
    assert gate.closure(1) == GREEN
    with gate.database.read() as connection:
        assert release.dependents(connection, [name(2)]) == set()


@pytest.mark.parametrize("seed", range(6))
def test_stored_closures_agree_with_a_plain_search_after_any_changes(gate, seed):
    chance = random.Random(seed)  # noqa: S311 a seed, to be repeated
    held: dict[int, tuple[Label, list[int]]] = {}
    for _ in range(12):
        if held and chance.random() < 0.2:
            gone = chance.choice(sorted(held))
            gate.forget(gone)
            del held[gone]
            continue
        batch = {
            number: (chance.choice((CLEAR, GREEN, AMBER)), chance.sample(range(8), chance.randrange(3)))
            for number in chance.sample(range(8), chance.randrange(1, 4))
        }
        gate.settle(**{f"_{number}": subject for number, subject in batch.items()})
        held.update(batch)
    for number in held:
        reached, frontier = {number}, [number]
        while frontier:
            new = {t for n in frontier if n in held for t in held[n][1]} - reached
            reached |= new
            frontier = list(new)
        expected = held[number][0]
        for each in reached:
            expected = meet(expected, held[each][0] if each in held else MISSING)
        assert gate.closure(number) == expected


def test_everything_reached_is_listed_with_its_own_label(gate):
    gate.settle(_2=(CLEAR, [3]), _1=(GREEN, [2]))
    with gate.database.read() as connection:
        numbers = {gate.labels.number(connection, each): each for each in (CLEAR, GREEN)}
        found = {stix_id: numbers.get(own) for stix_id, own in release.reachable(connection, name(1))}
        assert release.reachable(connection, "unknown--1") == []
    assert found == {name(1): GREEN, name(2): CLEAR, name(3): None}


def test_a_label_survives_the_store_whole(database):
    labels = Labels()
    full = Label(
        tlp=Tlp.AMBER_STRICT,
        releasable_to=None,
        originators=frozenset({"GBR", "JPN"}),
        blocked=frozenset({UNKNOWN_MARKING, MISSING_REFERENCE}),
    )
    number = database.write(lambda c: labels.number(c, full))
    with database.read() as connection:
        assert labels.label(connection, number) == full
        assert connection.execute(sa.select(sa.func.count()).select_from(release.LABELS)).scalar_one() == 1
