# SPDX-License-Identifier: MIT
"""What a person is told: what two nodes do not share, who states nothing, whose promise of a log place was not kept."""

from datetime import timedelta

import pytest

from making_ledger import cosigned, put, send
from making_nodes import Hands
from making_reconciliation import forget_received, reconciled, restore, signed
from tasuki.base.errors import WorldError
from tasuki.core.channel.model import Lane
from tasuki.formats.envelope.statement import read_signed_statement
from tasuki.services.channel import push, seal_next, sync
from tasuki.services.health.alarms import alarms
from tasuki.services.reconciliation import INCLUDED_WITHIN, exchange, sync_with
from tasuki.store import channel, ledger
from tasuki.store import reconciliation as store

DAY = timedelta(hours=24)


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def pair(tmp_path, hands):
    with reconciled(tmp_path, hands) as nodes:
        yield nodes


def told(node, code):
    return [alarm for alarm in alarms(node) if alarm.reason.code == code]


def test_envelopes_that_only_one_side_holds_are_alarms_on_both_sides_with_their_numbers(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 4)
    forget_received(jpn, "GBR", "urgent", [2])
    exchange(gbr, "JPN")
    exchange(jpn, "GBR")
    (here,) = told(gbr, "reconciliation.missing-there")
    (there,) = told(jpn, "reconciliation.missing-here")
    assert here.severity == there.severity == "urgent"
    assert "urgent 1/2" in here.reason.sentence()
    assert "urgent 1/2" in there.reason.sentence()


def test_more_differences_than_a_person_can_read_are_counted(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 14)
    forget_received(jpn, "GBR", "urgent", list(range(1, 14)))
    exchange(gbr, "JPN")
    assert len(told(gbr, "reconciliation.missing-there")) == 10
    (more,) = told(gbr, "health.more-findings")
    assert more.reason.params["count"] == 3


def test_requests_that_differ_are_an_alarm_only_once_they_stay_different(pair):
    gbr, jpn = pair
    answer = gbr.link.receive

    def other(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        return signed(jpn, read_signed_statement(raw).statement, requests="a" * 64)

    gbr.link.receive = other
    exchange(gbr, "JPN")
    assert told(gbr, "reconciliation.requests-differ") == []
    exchange(gbr, "JPN")
    assert [each.severity for each in told(gbr, "reconciliation.requests-differ")] == ["look"]


def test_a_partner_that_states_nothing_for_a_day_is_an_alarm_and_gets_only_what_is_urgent(pair, hands):
    gbr, jpn = pair
    exchange(gbr, "JPN")
    hands.now += DAY + timedelta(seconds=1)
    for lane in (Lane.BULK, Lane.URGENT):
        put(gbr, "JPN", lane)
        seal_next(gbr, "JPN", lane)
    (alarm,) = told(gbr, "health.no-statement")
    assert alarm.severity == "urgent"
    with pytest.raises(WorldError) as held:
        push(gbr, "JPN", Lane.BULK)
    assert held.value.reason.code == "reconciliation.stale"
    assert push(gbr, "JPN", Lane.URGENT)
    with gbr.database.read() as connection:
        (leaf,) = [each for each in newest(connection) if each.kind == "receipt-held"]
    assert leaf.body["stale"] == "2026-03-01T12:00:00.000Z"
    (view,) = sync_with(gbr, "JPN")
    assert (view.receipted, view.stopped) == (1, None)
    assert told(gbr, "health.no-statement") == []
    assert told(jpn, "health.no-statement") == []


def newest(connection):
    return [leaf for leaf, _ in ledger.newest(connection, "audit", 100)]


def test_exactly_a_day_is_not_yet_too_old(pair, hands):
    gbr, _ = pair
    exchange(gbr, "JPN")
    hands.now += DAY
    put(gbr, "JPN", "bulk")
    assert sync(gbr, "JPN") == 1


def test_a_partners_clock_that_is_ahead_keeps_nothing_fresh_and_is_an_alarm(pair, hands):
    gbr, jpn = pair
    answer = gbr.link.receive

    def ahead(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        said = read_signed_statement(raw).statement
        return signed(jpn, said, at=said.at + timedelta(days=30))

    gbr.link.receive = ahead
    exchange(gbr, "JPN")
    (skew,) = told(gbr, "health.clock-skew")
    assert skew.reason.params["seconds"] == 30 * 86_400
    hands.now += DAY + timedelta(seconds=1)
    assert told(gbr, "health.no-statement")


@pytest.mark.parametrize(("seconds", "count"), [(30, 0), (31, 1), (-31, 1)], ids=["at-limit", "ahead", "behind"])
def test_a_clock_is_an_alarm_from_a_tenth_of_what_envelopes_may_differ(pair, seconds, count):
    gbr, jpn = pair
    answer = gbr.link.receive

    def skewed(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        said = read_signed_statement(raw).statement
        return signed(jpn, said, at=said.at + timedelta(seconds=seconds))

    gbr.link.receive = skewed
    exchange(gbr, "JPN")
    assert len(told(gbr, "health.clock-skew")) == count


def test_a_receipt_whose_leaf_stands_where_it_promised_is_settled(pair, hands):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    exchange(gbr, "JPN")
    hands.now += INCLUDED_WITHIN
    assert told(gbr, "health.promise-broken") == []
    with gbr.database.read() as connection:
        assert store.promise_counts(connection, "JPN", 100, before=hands.now) == (0, 0)


def test_a_receipt_without_its_leaf_is_an_alarm_an_hour_later_and_not_before(pair, hands):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    hands.now += INCLUDED_WITHIN - timedelta(seconds=1)
    exchange(gbr, "JPN")
    assert told(gbr, "health.promise-overdue") == []
    hands.now += timedelta(seconds=1)
    (alarm,) = told(gbr, "health.promise-overdue")
    assert (alarm.severity, alarm.reason.params["count"]) == ("look", 2)
    assert told(gbr, "health.promise-broken") == []
    cosigned(gbr, jpn)
    exchange(gbr, "JPN")
    assert told(gbr, "health.promise-overdue") == []


def test_a_leaf_of_another_receipt_in_the_promised_place_keeps_no_promise(pair, hands):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    gbr.database.write(lambda c: c.execute(store.PROMISES.update().values(receipt_hash="0" * 64)))
    cosigned(gbr, jpn)
    exchange(gbr, "JPN")
    hands.now += INCLUDED_WITHIN
    (alarm,) = told(gbr, "health.promise-broken")
    assert (alarm.severity, alarm.reason.params["count"]) == ("urgent", 2)
    assert told(gbr, "health.promise-overdue") == []


def test_an_envelope_nobody_here_can_read_is_an_alarm(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 1)
    table = channel.ENVELOPES_IN
    jpn.database.write(lambda c: c.execute(table.update().values(held=b"whole", status="unsupported")))
    (alarm,) = told(jpn, "health.held-unread")
    assert alarm.reason.params == {"partner": "GBR", "count": 1}


def test_a_partner_that_was_restored_is_shown_as_such(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 3)
    exchange(gbr, "JPN")
    restore(jpn, "GBR", "urgent", 1, "in")
    exchange(gbr, "JPN")
    codes = {alarm.reason.code for alarm in alarms(gbr)}
    assert {"reconciliation.lost-there", "reconciliation.taken-back"} <= codes
