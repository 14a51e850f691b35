# SPDX-License-Identifier: MIT
"""Four hours without the partner's cosignature: bulk and exercise wait, urgent matters go and their leaves say so."""

from datetime import timedelta

import pytest

from making_ledger import cosigned, joined, leaves_of, put, send
from making_nodes import Hands
from tasuki.core.ledger.quorum import UNWITNESSED, is_unwitnessed
from tasuki.services import ledger
from tasuki.services.channel import seal_next, sync
from tasuki.services.health.alarms import alarms

OURS = "pair:JPN"


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def nodes(tmp_path, hands):
    with joined(tmp_path, hands) as pair:
        send(pair[0], "JPN")
        cosigned(*pair)
        yield pair


def codes(node):
    return {alarm.reason.code: alarm.severity for alarm in alarms(node)}


def wait(hands, *, over):
    hands.now += UNWITNESSED + timedelta(seconds=int(over))


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("lane", ["bulk", "exercise", "urgent"])
def test_after_four_hours_urgent_matters_alone_go(nodes, hands, lane, over):
    gbr, _ = nodes
    send(gbr, "JPN")
    wait(hands, over=over)
    put(gbr, "JPN", lane)
    assert seal_next(gbr, "JPN", lane) is (not over or lane == "urgent")
    assert ("health.unwitnessed" in codes(gbr)) is over
    flagged = [leaf.body.get("unwitnessed", False) for leaf in leaves_of(gbr, OURS) if leaf.kind == "envelope-sent"]
    assert flagged[-1] is (over and lane == "urgent")


def test_the_flag_is_mirrored_like_any_leaf_and_the_next_cosignature_ends_it(nodes, hands):
    gbr, jpn = nodes
    send(gbr, "JPN")
    wait(hands, over=True)
    put(gbr, "JPN", "bulk")
    send(gbr, "JPN")
    assert codes(gbr)["health.unwitnessed"] == "urgent"
    assert ledger.cosign_with(gbr, "JPN")
    assert leaves_of(jpn, "mirror:GBR") == leaves_of(gbr, OURS)
    assert "health.unwitnessed" not in codes(gbr)
    sync(gbr, "JPN")
    last = [leaf for leaf in leaves_of(gbr, OURS) if leaf.kind == "envelope-sent"][-1]
    assert last.body["lane"] == "bulk"
    assert "unwitnessed" not in last.body
    (examined,) = ledger.examine(gbr, "JPN")
    assert examined.differences == ()


def test_a_quiet_log_waits_for_nothing(nodes, hands):
    gbr, _ = nodes
    hands.now += timedelta(days=3)
    put(gbr, "JPN", "bulk")
    assert seal_next(gbr, "JPN", "bulk")
    assert "health.unwitnessed" not in codes(gbr)


def test_what_goes_by_hand_does_not_wait_for_cosignatures_that_come_by_hand(nodes, hands):
    gbr, _ = nodes
    send(gbr, "JPN")
    wait(hands, over=True)
    put(gbr, "JPN", "bulk")
    assert seal_next(gbr, "JPN", "bulk", carried=True)


def test_the_last_second_is_inside():
    at = Hands().now
    assert not is_unwitnessed(None, at)
    assert not is_unwitnessed(at, at + timedelta(hours=4))
    assert is_unwitnessed(at, at + timedelta(hours=4, microseconds=1))
