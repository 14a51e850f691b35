# SPDX-License-Identifier: MIT
"""How far an urgent word has come is read alike from both databases."""

from __future__ import annotations

import pytest

from making_nodes import NOW
from tasuki.base.canonical import canonical
from tasuki.store import assistance, channel

PARTNER = "GBR"


@pytest.fixture
def queue(database):
    def put(positions, lane="urgent", kind="objects"):
        body = canonical({"positions": list(positions), "audience": "GBR/ncsc:csirt"})
        return database.write(
            lambda connection: channel.enqueue(connection, partner=PARTNER, lane=lane, kind=kind, body=body, at=NOW)
        )

    return put


def seal(database, items, env_id, state):
    envelope = channel.SealedEnvelope(
        env_id=env_id,
        lane="urgent",
        epoch=1,
        seq=int(env_id),
        type="objects",
        hash=env_id,
        raw=b"",
        objects=1,
        sealed_at=NOW,
        state=state,
    )

    def work(connection):
        channel.keep_sealed(connection, PARTNER, envelope)
        channel.settle(connection, items, state="sealed", env_id=env_id)

    database.write(work)


def passages(database, *positions, partner=PARTNER):
    with database.read() as connection:
        return assistance.passages(connection, partner, positions)


def test_a_word_waits_is_under_way_is_received_or_kept(database, queue):
    first, second, third, _ = queue([1, 2]), queue([3]), queue([4]), queue([5])
    seal(database, [first], "1", "stored")
    seal(database, [second], "2", "sealed")
    database.write(lambda connection: channel.settle(connection, [third], state="withheld", env_id=None))
    assert passages(database, 1, 2, 3, 4, 5, 6) == {1: "stored", 2: "stored", 3: "sealed", 4: "withheld", 5: "waiting"}


def test_the_newest_passage_counts_where_something_was_sent_again(database, queue):
    seal(database, [queue([1])], "1", "stored")
    queue([1, 9])
    assert passages(database, 1) == {1: "waiting"}


def test_other_lanes_partners_and_kinds_say_nothing(database, queue):
    queue([1], lane="bulk")
    assert passages(database, 1) == {}
    queue([1])
    assert passages(database, 1, partner="FRA") == {}
    assert passages(database) == {}
