# SPDX-License-Identifier: MIT
"""A node loses its database: a copy is put in its place, and nothing that was taken back comes back by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from making_ledger import cosigned
from making_nodes import Hands, two_nodes
from making_recovery import copied, leaves, put_back, receive, tried
from making_release import indicator, uid
from making_withdrawal import give, matches
from tasuki.base.ids import Audience
from tasuki.services import holdings, recovery, withdrawal
from tasuki.services.channel import seal_next, sync
from tasuki.services.ledger import cosign_with, examine

GBR, JPN = Audience.parse("GBR/ncsc:csirt"), Audience.parse("JPN/nco:csirt")
ONE, TWO, THREE, FOUR = (uid("indicator", number) for number in (1, 2, 3, 4))


@pytest.fixture
def pair(tmp_path):
    hands = Hands()
    with two_nodes(tmp_path, receive, hands=hands) as (gbr, jpn):
        nodes = {"gbr": gbr, "jpn": jpn, "hands": hands, "folder": tmp_path}
        yield nodes
        nodes["gbr"].database.close()
        nodes["jpn"].database.close()


def carry(pair):
    """Let everything that waits travel both ways."""
    while sync(pair["gbr"], "JPN") + sync(pair["jpn"], "GBR"):
        pair["hands"].now += timedelta(seconds=1)


def lose(pair, which, copy, **how):
    other = {"gbr": "jpn", "jpn": "gbr"}[which]
    pair[which] = put_back(pair[which], copy, pair[other], **how)


def caught_up(pair, node):
    """Let a closed node catch up; its partner sends what it lost."""
    for _ in range(4):
        if recovery.catch_up(pair[node]):
            return
        sync(pair[{"gbr": "jpn", "jpn": "gbr"}[node]], pair[node].me.participant)
    raise AssertionError(recovery.status(pair[node]))


def history(pair):
    """Share both ways, make a copy of Japan's database, and go on: two recalls, a narrowing, more objects."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    give(gbr, JPN, indicator(1, "green"), indicator(2, "green"))
    give(jpn, GBR, indicator(11, "green"), indicator(12, "green"))
    carry(pair)
    cosigned(gbr, jpn)
    copy = copied(jpn, pair["folder"] / "copy.db")
    withdrawal.recall(gbr, [ONE], why="Sent by mistake.")
    give(gbr, JPN, indicator(3, "green"))
    withdrawal.recall(jpn, [uid("indicator", 11)], why="Ours, by mistake.")
    give(jpn, GBR, indicator(13, "green"))
    carry(pair)
    cosigned(gbr, jpn)
    give(gbr, JPN, indicator(4, "green"))
    carry(pair)
    return copy


@pytest.mark.parametrize("journal", [True, False], ids=["journal survived", "journal lost"])
def test_what_was_recalled_stays_recalled_and_what_came_comes_again(pair, journal):
    copy = history(pair)
    before = leaves(pair["jpn"], "GBR")
    lose(pair, "jpn", copy, journal=journal)
    jpn = pair["jpn"]
    assert recovery.status(jpn).closed
    assert tried(seal_next, jpn, "GBR", "bulk") == "recovery.closed"
    assert matches(jpn, ONE) is not journal, "the journal replays before anybody was asked"
    caught_up(pair, "jpn")
    carry(pair)
    assert not recovery.status(jpn).closed
    assert not matches(jpn, ONE)
    assert not matches(jpn, uid("indicator", 11))
    assert matches(jpn, TWO)
    assert matches(jpn, THREE)
    assert matches(jpn, FOUR)
    after = leaves(jpn, "GBR")
    common = len(before) - 6
    assert after[:common] == before[:common]


def test_no_second_history_is_signed_and_both_logs_agree_afterwards(pair):
    copy = history(pair)
    lose(pair, "jpn", copy)
    jpn, gbr = pair["jpn"], pair["gbr"]
    caught_up(pair, "jpn")
    carry(pair)
    give(jpn, GBR, indicator(14, "green"))
    give(gbr, JPN, indicator(5, "green"))
    carry(pair)
    for _ in range(2):
        cosign_with(gbr, "JPN")
        cosign_with(jpn, "GBR")
    for node in (gbr, jpn):
        for each in examine(node, None):
            assert not each.differences, [reason.sentence() for reason in each.differences]
    assert holdings.show(gbr, uid("indicator", 14))
    assert holdings.show(jpn, uid("indicator", 5))
