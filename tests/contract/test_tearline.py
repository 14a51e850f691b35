# SPDX-License-Identifier: MIT
"""Tear-lines and what they derive from are kept on both databases alike; a body is gone once it is decided on."""

from __future__ import annotations

import pytest

from making_rows import NOW, hold, name, row
from tasuki.core.holdings.model import State as Life
from tasuki.core.tearline.model import State
from tasuki.store import holdings, tearline

BODY = tearline.Sealed(digest=b"d" * 32, ciphertext=b"c", wrapped=b"w")
NEW = "indicator--99999999-0000-4000-8000-000000000000"


def draft(database, *sources):
    def work(connection):
        number = tearline.add(
            connection, stix_id=NEW, body=BODY, terms=b"{}", by="mori", at=NOW, why="The method is enough."
        )
        tearline.derive(connection, number, sources)
        return number

    return database.write(work)


@pytest.fixture
def first(database):
    return hold(database, row(1), row(2), row(3, source="BBB"))


def read(database, number):
    with database.read() as connection:
        return tearline.tearline(connection, number)


def origins(database, *numbers):
    with database.read() as connection:
        return [
            (each.tearline, each.stix_id, each.source, each.state) for each in tearline.origins(connection, numbers)
        ]


def test_a_draft_is_kept_whole(database):
    found = read(database, draft(database))
    assert (found.stix_id, found.body, found.terms, found.state) == (NEW, BODY, b"{}", State.DRAFTED)
    assert (found.drafted_by, found.drafted_at, found.why) == ("mori", NOW, "The method is enough.")
    assert (found.decided_by, found.decided_at, found.decided_why) == ("", None, "")
    assert read(database, 99) is None


@pytest.mark.parametrize("state", [State.RELEASED, State.REJECTED])
def test_a_body_is_gone_once_it_is_decided_on(database, state):
    number = draft(database)
    database.write(lambda c: tearline.decide(c, number, state, by="bell", at=NOW, why="Fine."))
    found = read(database, number)
    assert (found.body, found.state, found.decided_by, found.decided_at, found.decided_why) == (
        None, state, "bell", NOW, "Fine.",
    )  # fmt: skip
    with database.read() as connection:
        assert [each.number for each in tearline.released(connection)] == ([number] if state is State.RELEASED else [])


def test_the_newest_come_first(database):
    numbers = [draft(database) for _ in range(3)]
    with database.read() as connection:
        assert [each.number for each in tearline.tearlines(connection, 2)] == numbers[:0:-1]


def test_what_each_derives_from_comes_in_the_order_named_with_what_became_of_it(database, first):
    one = draft(database, (first + 2, name(3)), (first, name(1)))
    two = draft(database, (first + 1, name(2)))
    database.write(lambda c: holdings.set_state(c, "local", [name(1)], Life.RECALLED))
    assert origins(database, one) == [(one, name(3), "BBB", "held"), (one, name(1), "local", "recalled")]
    assert origins(database, two, one)[-1] == (two, name(2), "local", "held")
    assert origins(database) == []
