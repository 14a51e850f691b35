# SPDX-License-Identifier: MIT
"""What stands behind what is sent: queued once, gone once it is in an envelope, marked for good."""

from __future__ import annotations

import hashlib

import pytest

from tasuki.base.time import parse_rfc3339
from tasuki.core.holdings.model import State
from tasuki.core.markings.labels import label_of
from tasuki.core.markings.model import Tlp
from tasuki.store import holdings, markings, release, sending
from tasuki.store.holdings import NewHolding, Numbers
from tasuki.store.release import Labels, Subject

NOW = parse_rfc3339("2026-03-01T12:00:00Z")
TOKYO = "JPN/nco:csirt"
POLICE = "JPN/npa:police"
GREEN, AMBER = (label_of(levels=[level], caveats=(), blocked=(), originator="GBR") for level in ("green", "amber"))
HANDLING = '{"dispose_by":null}'


def name(number):
    return f"indicator--{number:08}-0000-4000-8000-000000000000"


def row(stix_id, source="local", version=1):
    return NewHolding(
        stix_id=stix_id, type="indicator", version=version, source=source, originator="GBR",
        digest=hashlib.sha256(f"{stix_id}{source}{version}".encode()).digest(), size=1, spec_version="2.1",
        ciphertext=b"c", wrapped=b"w", handling=HANDLING, label=GREEN, flags="", words="", references=(),
    )  # fmt: skip


@pytest.fixture
def first(database):
    """Hold four ids; return the position of the first."""
    labels = Labels()

    def hold(connection):
        rows = [row(name(0)), row(name(1)), row(name(2)), row(name(0), source="JPN")]
        ids = holdings.identify(connection, map(name, range(3)))
        green, amber = (labels.number(connection, each) for each in (GREEN, AMBER))
        number = holdings.handling_number(connection, HANDLING)
        known = Numbers(ids=ids, labels={GREEN: green}, handling={HANDLING: number})
        start = holdings.add(connection, [(each, State.HELD) for each in rows], known, NOW)
        subjects = [Subject(id=each, own=(green,), references=()) for each in ids.values()]
        release.settle(connection, labels, subjects)
        markings.set_marks(connection, {ids[name(1)]: amber}, None)
        return start

    return database.write(hold)


def test_what_is_queued_is_not_gone_and_what_is_gone_stays_so(database, first):
    database.write(lambda c: sending.note_sent(c, TOKYO, [first, first + 1]))
    database.write(lambda c: sending.note_gone(c, TOKYO, [first]))
    database.write(lambda c: sending.note_gone(c, "AUS", [first, first + 2]))
    with database.read() as connection:
        assert sending.already_sent(connection, TOKYO, [first, first + 1, first + 2]) == {first, first + 1}
        assert sending.already_sent(connection, POLICE, [first]) == set()
        gone = sending.gone(connection, map(name, range(3)))
    assert {(str(each.audience), each.stix_id, each.source) for each in gone} == {
        (TOKYO, name(0), "local"),
        ("AUS", name(0), "local"),
        ("AUS", name(2), "local"),
    }


def test_what_never_left_may_be_queued_anew_and_what_left_is_not_forgotten(database, first):
    database.write(lambda c: sending.note_sent(c, TOKYO, [first, first + 1]))
    database.write(lambda c: sending.note_gone(c, TOKYO, [first]))
    database.write(lambda c: sending.unsend(c, TOKYO, [first, first + 1, first + 3]))
    with database.read() as connection:
        assert sending.already_sent(connection, TOKYO, [first, first + 1]) == {first}
        assert [each.stix_id for each in sending.gone(connection, [name(0), name(1)])] == [name(0)]
    database.write(lambda c: sending.note_sent(c, TOKYO, [first + 1]))


def test_a_holding_stands_with_its_labels_its_handling_and_its_mark(database, first):
    with database.read() as connection:
        found = sending.standing(connection, range(first, first + 9))
        amber = markings.marks(connection, [each.id for each in found])
    assert [(each.position - first, each.stix_id, each.source) for each in found] == [
        (0, name(0), "local"),
        (1, name(1), "local"),
        (2, name(2), "local"),
        (3, name(0), "JPN"),
    ]
    assert [each.mark for each in found] == [None, amber[found[1].id], None, None]
    assert {each.own for each in found} == {each.closure for each in found}
    assert {each.handling for each in found} == {HANDLING}


def test_what_is_out_of_use_does_not_stand(database, first):
    database.write(lambda c: holdings.set_state(c, "local", [name(0)], State.RECALLED))
    with database.read() as connection:
        assert [each.position - first for each in sending.standing(connection, range(first, first + 4))] == [1, 2, 3]


@pytest.mark.usefixtures("first")
def test_a_mark_replaces_the_mark_before(database):
    def work(connection):
        (number,) = holdings.numbers(connection, [name(1)]).values()
        before = markings.marks(connection, [number])
        markings.set_marks(connection, {number: 7}, None)
        return before, markings.marks(connection, [number, 10**6])

    before, after = database.write(work)
    assert list(after.values()) == [7]
    assert before != after


@pytest.mark.usefixtures("first")
def test_the_narrowest_level_that_was_given_stays(database):
    def work(connection):
        (number,) = holdings.numbers(connection, [name(1)]).values()
        given = []
        for level in (None, Tlp.AMBER, None, Tlp.GREEN, Tlp.RED):
            markings.set_marks(connection, {number: 7}, level)
            given.append(markings.levels(connection, [number, 10**6]).get(number))
        return given

    assert database.write(work) == [None, Tlp.AMBER, Tlp.AMBER, Tlp.AMBER, Tlp.RED]
