# SPDX-License-Identifier: MIT
"""What reconciliation remembers, on both databases: newest statements, findings, promises, items of a lane."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasuki.core.channel.quotas import Usage
from tasuki.store import channel
from tasuki.store import reconciliation as store

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
STATED = store.Stated(version=3, stated_at=NOW, kept_at=LATER, raw=b"three", before=b"two", fell="log 2 > 1")
DONE = store.Reconciled(partner="JPN", asked_at=NOW, outcome="differs", skew_us=-1_500_000)
FOUND = store.Finding(partner="JPN", code="a.code", params={"seq": 7, "ours": "x"}, since=NOW, rounds=1)
SEALED = channel.SealedEnvelope(
    env_id="e1",
    lane="bulk",
    epoch=1,
    seq=1,
    type="objects",
    hash="a" * 64,
    raw=b"raw",
    objects=3,
    sealed_at=NOW,
    state="sealed",
)


def read(database, act, *arguments, **named):
    with database.read() as connection:
        return act(connection, *arguments, **named)


@pytest.fixture(autouse=True)
def partner(database):
    database.write(lambda c: channel.add_partner(c, participant="JPN", node="JPN/jpn-1", anchor=b"a", at=NOW))


def test_only_a_newer_statement_takes_the_place_of_the_one_that_is_kept(database):
    for version, kept in ((3, True), (3, False), (2, False), (4, True)):
        made = replace(STATED, version=version)
        assert database.write(lambda c, made=made: store.keep_stated(c, "JPN", "in", made)) is kept
    assert read(database, store.stated, "JPN", "in") == replace(STATED, version=4)
    assert read(database, store.stated, "JPN", "out") is None
    assert read(database, store.stated, "AUS", "in") is None


@pytest.mark.parametrize(("stated", "kept"), [(NOW, LATER), (LATER, NOW)], ids=["theirs-older", "ours-older"])
def test_a_statement_is_as_new_as_the_older_of_both_clocks_says(database, stated, kept):
    assert read(database, store.newest_stated, "JPN") is None
    database.write(lambda c: store.keep_stated(c, "JPN", "in", replace(STATED, stated_at=stated, kept_at=kept)))
    assert read(database, store.newest_stated, "JPN") == NOW


def test_findings_stand_until_a_later_comparison_and_keep_their_date_while_they_last(database):
    other = replace(FOUND, params={"seq": 8, "ours": "x"})
    database.write(lambda c: store.keep_reconciled(c, DONE, [FOUND, other]))
    again = replace(FOUND, since=LATER)
    new = replace(other, code="b.code", since=LATER)
    database.write(lambda c: store.keep_reconciled(c, replace(DONE, asked_at=LATER, outcome="equal"), [new, again]))
    assert read(database, store.findings) == [new, replace(FOUND, rounds=2)]
    assert read(database, store.findings, "AUS") == []
    assert read(database, store.reconciled) == {"JPN": replace(DONE, asked_at=LATER, outcome="equal")}
    database.write(lambda c: store.keep_reconciled(c, replace(DONE, skew_us=None, outcome="none"), []))
    assert read(database, store.findings) == []
    assert read(database, store.reconciled)["JPN"].skew_us is None


def test_a_lane_is_answered_up_to_the_first_envelope_without_a_receipt(database):
    def work(connection):
        for seq in range(1, 5):
            state = "sealed" if seq in (3, 4) else "stored"
            channel.keep_sealed(connection, "JPN", replace(SEALED, env_id=f"e{seq}", seq=seq, state=state))
        lanes = channel.LANES
        connection.execute(lanes.update().where(lanes.c.lane == "bulk", lanes.c.direction == "out").values(next_seq=5))
        connection.execute(lanes.update().where(lanes.c.lane == "urgent", lanes.c.direction == "in").values(next_seq=3))

    database.write(work)
    out = {each.lane: (each.epoch, each.last, each.answered) for each in read(database, store.heights, "JPN", "out")}
    assert out == {"bulk": (1, 4, 2), "exercise": (1, 0, 0), "urgent": (1, 0, 0)}
    into = {each.lane: each.last for each in read(database, store.heights, "JPN", "in")}
    assert into == {"bulk": 0, "exercise": 0, "urgent": 2}


def test_items_come_in_order_whatever_is_missing_and_however_many(database, monkeypatch):
    monkeypatch.setattr(store, "_STEP", 2)

    def work(connection):
        for seq in (6, 2, 3, 5, 1):
            channel.keep_sealed(connection, "JPN", replace(SEALED, env_id=f"e{seq}", seq=seq, hash=f"h{seq}"))
        channel.keep_sealed(connection, "JPN", replace(SEALED, env_id="other", lane="urgent", seq=4))

    database.write(work)
    with database.read() as connection:
        found = list(store.items(connection, "JPN", "out", ("bulk", 1), (2, 5)))
        none = list(store.items(connection, "JPN", "in", ("bulk", 1), (2, 5)))
    assert found == [(2, "h2"), (3, "h3"), (5, "h5")]
    assert none == []


def test_promises_wait_oldest_first_until_they_are_settled_and_a_new_receipt_renews_its_own(database):
    one = store.Promise(env_id="e1", log_index=4, receipt_hash="r1", held_at=LATER)
    two = store.Promise(env_id="e2", log_index=2, receipt_hash="r2", held_at=NOW)
    renewed = replace(one, log_index=9)

    def work(connection):
        for each in (one, two, renewed):
            store.keep_promise(connection, "JPN", each)
        store.keep_promise(connection, "AUS", one)

    database.write(work)
    assert read(database, store.promises, "JPN", before=LATER, limit=9) == [two, renewed]
    assert read(database, store.promises, "JPN", before=LATER, limit=1) == [two]
    assert read(database, store.promises, "JPN", before=LATER, limit=9, below=9) == [two]
    assert read(database, store.promise_counts, "JPN", 9, before=NOW) == (1, 0)
    assert read(database, store.promise_counts, "JPN", 9, before=LATER) == (1, 1)
    assert read(database, store.promise_counts, "JPN", 10, before=LATER) == (2, 0)
    database.write(lambda c: store.settle_promises(c, "JPN", ["e1", "unknown"]))
    assert read(database, store.promises, "JPN", before=LATER, limit=9) == [two]
    assert read(database, store.promise_counts, "AUS", 9, before=LATER) == (1, 0)


def test_what_a_partner_uses_adds_up(database):
    assert read(database, channel.usage, "JPN") == Usage(objects=0, size=0)
    for _ in range(2):
        database.write(lambda c: channel.add_usage(c, "JPN", objects=3, size=100))
    database.write(lambda c: channel.add_usage(c, "AUS", objects=1, size=1))
    assert read(database, channel.usages) == {"JPN": Usage(objects=6, size=200), "AUS": Usage(objects=1, size=1)}
    database.write(lambda c: channel.count_again(c, "JPN", objects=1, size=10))
    assert read(database, channel.usage, "JPN") == Usage(objects=1, size=10)


def test_decisions_come_oldest_first_beside_their_envelope(database):
    one = channel.Decision(partner="JPN", direction="in", env_id="e1", decision="noted", office="desk", at=NOW)
    two = replace(one, decision="taken-up", at=LATER)

    def work(connection):
        for each in (one, replace(one, env_id="e2"), two):
            channel.keep_decision(connection, each)

    database.write(work)
    assert read(database, channel.decisions, ["e1", "e9"]) == {"e1": [one, two]}


def test_a_statement_counts_for_the_envelope_that_brought_it_first(database):
    for env_id in ("e1", "e2"):
        database.write(lambda c, env_id=env_id: channel.note_brought(c, "JPN", env_id, ["d1", "d1"]))
    assert read(database, channel.brought_by, "JPN", "d1") == "e1"
    assert read(database, channel.brought_by, "AUS", "d1") is None
