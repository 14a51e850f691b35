# SPDX-License-Identifier: MIT
"""What the channel remembers: queues in order, lanes that move once, receipts kept once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasuki.base.errors import WorldError
from tasuki.base.ids import NodeName
from tasuki.core.channel.model import START, Arrival, LaneState, Seen
from tasuki.store import channel

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SEALED = channel.SealedEnvelope(
    env_id="e1", lane="bulk", epoch=1, seq=1, type="objects", hash="a" * 64, raw=b"raw", objects=3, sealed_at=NOW,
    state="sealed",
)  # fmt: skip
RECEIVED = channel.ReceivedEnvelope(
    env_id="e1", lane="bulk", epoch=1, seq=1, type="objects", hash="a" * 64, status="stored", receipt=b"r", held=None
)


@pytest.fixture(autouse=True)
def partner(database):
    database.write(
        lambda connection: channel.add_partner(connection, participant="JPN", node="JPN/jpn-1", anchor=b"a", at=NOW)
    )


def put(database, number, lane="bulk"):
    return database.write(
        lambda connection: channel.enqueue(
            connection, partner="JPN", lane=lane, kind="objects", body=str(number).encode(), at=NOW
        )
    )


def read(database, act, *arguments):
    with database.read() as connection:
        return act(connection, *arguments)


def test_a_partner_is_known_then_trusted(database):
    assert read(database, channel.partner, "JPN").state == "known"
    assert database.write(lambda c: channel.trust_partner(c, participant="JPN", compared_by="A. Sato"))
    assert not database.write(lambda c: channel.trust_partner(c, participant="USA", compared_by="A. Sato"))
    kept = read(database, channel.partner, "JPN")
    assert (kept.state, kept.compared_by, kept.added_at) == ("trusted", "A. Sato", NOW)
    assert [row.participant for row in read(database, channel.partners)] == ["JPN"]
    assert read(database, channel.partner, "USA") is None


def test_the_outbox_keeps_order_and_lanes_apart(database):
    ids = [put(database, number) for number in range(3)]
    put(database, 9, "urgent")
    assert [item.body for item in read(database, channel.waiting, "JPN", "bulk", 2)] == [b"0", b"1"]
    assert database.write(lambda c: channel.settle(c, ids[:1], state="sealed", env_id="e1")) == 1
    assert database.write(lambda c: channel.settle(c, ids[:1], state="sealed", env_id="e2")) == 0
    database.write(lambda c: channel.shorten(c, ids[1], b"less"))
    assert [item.body for item in read(database, channel.waiting, "JPN", "bulk", 9)] == [b"less", b"2"]


def test_a_lane_moves_only_from_where_it_stands(database):
    def move(expected, then):
        return database.write(
            lambda c: channel.advance(c, partner="JPN", lane="bulk", direction="out", expected=expected, then=then)
        )

    first = START.after("a" * 64)
    assert read(database, channel.lane_state, "JPN", "bulk", "out") == START
    assert move(START, first)
    assert not move(START, first)
    assert not move(replace(first, prev="b" * 64), first.after("c" * 64))
    assert not move(replace(first, epoch=2), first.after("c" * 64))
    assert move(first, first.after("c" * 64))
    assert read(database, channel.lane_state, "JPN", "bulk", "out") == LaneState(epoch=1, next_seq=3, prev="c" * 64)
    assert read(database, channel.lane_state, "JPN", "bulk", "in") == START
    assert read(database, channel.lane_state, "JPN", "none", "in") is None


def test_an_envelope_waits_until_its_one_receipt(database):
    second = replace(SEALED, env_id="e2", seq=2)
    database.write(lambda c: (channel.keep_sealed(c, "JPN", second), channel.keep_sealed(c, "JPN", SEALED)))
    assert read(database, channel.next_unanswered, "JPN", "bulk") == SEALED
    assert database.write(lambda c: channel.answer(c, "e1", status="stored", receipt=b"r", at=NOW))
    assert not database.write(lambda c: channel.answer(c, "e1", status="refused", receipt=b"x", at=NOW))
    assert read(database, channel.next_unanswered, "JPN", "bulk") == second
    assert database.write(lambda c: channel.send_again(c, "JPN", "bulk", 1, 1)) == 1
    assert read(database, channel.next_unanswered, "JPN", "bulk") == SEALED


def test_what_came_is_found_by_id_and_by_number(database):
    database.write(lambda c: channel.keep_received(c, "JPN", RECEIVED, NOW))
    known = Seen(env_id="e1", hash="a" * 64, receipt=b"r")
    assert read(database, channel.seen, "JPN", "e1", ("urgent", 1, 1)) == [known]
    assert read(database, channel.seen, "JPN", "e9", ("bulk", 1, 1)) == [known]
    assert read(database, channel.seen, "JPN", "e9", ("bulk", 2, 1)) == []
    assert read(database, channel.seen, "USA", "e1", ("bulk", 1, 1)) == []


def test_evidence_of_a_lie_is_kept_once(database):
    def keep():
        return database.write(
            lambda c: channel.keep_equivocation(
                c, partner="JPN", env_id="e1", hashes=("a" * 64, "b" * 64), second=b"raw", at=NOW
            )
        )

    assert keep()
    assert not keep()


def test_lanes_are_summed_up_for_people(database):
    put(database, 1)
    database.write(
        lambda c: (
            channel.keep_sealed(c, "JPN", SEALED),
            channel.keep_sealed(c, "JPN", replace(SEALED, env_id="e2", seq=2)),
        )
    )
    database.write(lambda c: channel.answer(c, "e1", status="stored", receipt=b"r", at=NOW))
    bulk = next(each for each in read(database, channel.summaries) if each.lane == "bulk")
    assert (bulk.waiting, bulk.unanswered, bulk.answered) == (1, 1, {"stored": 1})


def test_a_message_is_kept_as_it_came(database):
    arrival = Arrival(
        env_id="e1", partner="JPN", sender=NodeName.parse("JPN/jpn-1"), lane="bulk", type="attestation",
        in_reply_to=None, created=NOW, payload=b"{}",
    )  # fmt: skip
    database.write(lambda c: channel.keep_message(c, arrival, NOW))
    with database.read() as connection:
        assert connection.execute(channel.MESSAGES_IN.select()).one().body == b"{}"


def test_what_passed_is_listed_newest_first_and_found_by_its_id(database):
    later = NOW + timedelta(minutes=1)
    database.write(lambda c: channel.keep_sealed(c, "JPN", SEALED))
    database.write(lambda c: channel.keep_received(c, "JPN", replace(RECEIVED, env_id="e2", lane="urgent"), later))
    listed = lambda partner=None, lane=None, limit=9: [  # noqa: E731
        (each.env_id, each.direction, each.status)
        for each in read(database, lambda c: channel.history(c, partner=partner, lane=lane, limit=limit))
    ]
    assert listed() == [("e2", "in", "stored"), ("e1", "out", "sealed")]
    assert listed(limit=1) == [("e2", "in", "stored")]
    assert listed(lane="bulk") == [("e1", "out", "sealed")]
    assert listed(partner="AUS") == []
    assert read(database, channel.passage, "e1").at == NOW
    assert read(database, channel.passage, "e2").receipt == b"r"
    assert read(database, channel.passage, "e9") is None


def test_an_envelope_and_its_receipt_are_there_to_be_shown_and_timed(database):
    database.write(lambda c: channel.keep_sealed(c, "JPN", SEALED))
    assert read(database, channel.exchanged, "e1") == (b"raw", None)
    assert read(database, channel.round_trips, 9) == []
    later = NOW + timedelta(milliseconds=20)
    database.write(lambda c: channel.answer(c, "e1", status="stored", receipt=b"r", at=later))
    assert read(database, channel.exchanged, "e1") == (b"raw", b"r")
    assert read(database, channel.round_trips, 9) == [20_000]
    database.write(lambda c: channel.keep_received(c, "JPN", replace(RECEIVED, env_id="e2", seq=2), NOW))
    assert read(database, channel.exchanged, "e2") == (None, b"r")
    assert (read(database, channel.sent_hash, "e1"), read(database, channel.received_hash, "e2")) == ("a" * 64,) * 2
    assert (read(database, channel.sent_hash, "e2"), read(database, channel.received_hash, "e1")) == (None, None)


def test_an_envelope_number_is_taken_once(database):
    database.write(lambda c: channel.keep_sealed(c, "JPN", SEALED))
    with pytest.raises(WorldError):
        database.write(lambda c: channel.keep_sealed(c, "JPN", replace(SEALED, env_id="e2")))
    database.write(lambda c: channel.keep_received(c, "JPN", RECEIVED, NOW))
    with pytest.raises(WorldError):
        database.write(lambda c: channel.keep_received(c, "JPN", replace(RECEIVED, env_id="e2"), NOW))
    assert read(database, channel.passage, "e2") is None


def test_a_newer_anchor_takes_the_place_of_the_old_one(database):
    database.write(lambda c: channel.replace_anchor(c, participant="JPN", anchor=b"newer", state="known"))
    assert read(database, channel.partner, "JPN").anchor == b"newer"
