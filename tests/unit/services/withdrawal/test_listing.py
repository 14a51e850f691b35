# SPDX-License-Identifier: MIT
"""What was taken back is followed until every partner has accounted for all of it."""

from datetime import timedelta

import pytest

from making_release import BBB, CCC, indicator, three_nodes, uid
from making_withdrawal import give, made
from tasuki.base.time import format_rfc3339
from tasuki.services import health, release, withdrawal
from tasuki.services.channel import push, seal_next
from tasuki.store.channel import MESSAGES_IN

ONE, TWO = uid("indicator", 1), uid("indicator", 2)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        give(nodes.aaa, BBB, indicator(1, "clear"), indicator(2, "clear"))
        release.share(nodes.aaa, [ONE], CCC)
        nodes.carry()
        yield nodes


def alarms(node):
    return [
        (each.reason.code, dict(each.reason.params))
        for each in health.alarms(node)
        if each.reason.code in ("health.not-attested", "health.attested-short")
    ]


def deliver(three, partner):
    """Bring the notices to a partner, and none of its answers back."""
    while seal_next(three.aaa, partner, "urgent") or push(three.aaa, partner, "urgent"):
        pass


def test_who_states_nothing_for_a_quarter_of_an_hour_is_an_alarm_until_it_does(three):
    withdrawal.recall(three.aaa, [ONE, TWO], why="Wrong.")
    deliver(three, "BBB")
    three.hands.now += timedelta(minutes=14)
    assert alarms(three.aaa) == []
    three.hands.now += timedelta(minutes=2)
    assert alarms(three.aaa) == [("health.not-attested", {"partner": "BBB", "count": 1, "minutes": 16})]
    three.carry()
    three.hands.now += timedelta(hours=1)
    assert alarms(three.aaa) == []


def test_what_has_not_arrived_is_no_silence(three):
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    three.hands.now += timedelta(hours=9)
    assert alarms(three.aaa) == []


def test_an_answer_that_leaves_some_out_is_an_alarm(three):
    withdrawal.recall(three.aaa, [ONE, TWO], why="Wrong.")
    three.carry()

    def shorten(connection):
        for row in connection.execute(MESSAGES_IN.select().where(MESSAGES_IN.c.partner == "BBB")).all():
            body = row.body.replace(b'{"use-stopped":2}', b'{"use-stopped":1}')
            connection.execute(MESSAGES_IN.update().where(MESSAGES_IN.c.id == row.id).values(body=body))

    three.aaa.database.write(shorten)
    three.hands.now += timedelta(hours=1)
    assert alarms(three.aaa) == [("health.attested-short", {"partner": "BBB", "count": 1})]


def test_each_partner_is_named_for_itself(three):
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    deliver(three, "BBB")
    three.hands.now += timedelta(minutes=1)
    withdrawal.narrow(three.aaa, [TWO], level="green", why="Fewer.")
    deliver(three, "BBB")
    deliver(three, "CCC")
    since = format_rfc3339(three.hands.now - timedelta(minutes=1))
    three.hands.now += timedelta(hours=1)
    found = withdrawal.unaccounted(three.aaa, three.hands.now)
    assert [(each.partner, each.unanswered, each.short) for each in found] == [("BBB", 2, 0), ("CCC", 1, 0)]
    assert format_rfc3339(found[0].since) == since


def test_the_newest_come_first_and_no_more_than_asked_for(three):
    for stix_id in (ONE, TWO):
        withdrawal.recall(three.aaa, [stix_id], why="Wrong.")
        three.carry()
    assert [each[2] for each in made(three.aaa) if each[0] == "BBB"] == [[TWO], [ONE]]
    listed = withdrawal.withdrawals(three.bbb, limit=1)
    (newest,) = listed.received
    assert (newest.ids, newest.attested.counts) == ([TWO], {"use-stopped": 1})
    assert listed.made == []
