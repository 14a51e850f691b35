# SPDX-License-Identifier: MIT
"""A node loses its database: a copy is put in its place, and nothing that was taken back comes back by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from making_ledger import cosigned
from making_nodes import UNREACHED, Hands, two_nodes
from making_recovery import copied, leaves, put_back, receive, tried
from making_release import audited, indicator, take_in, uid
from making_withdrawal import give, matches
from tasuki.base.errors import WorldError
from tasuki.base.ids import Audience
from tasuki.core.ledger.evidence import verify_evidence
from tasuki.core.ledger.model import pair_log
from tasuki.services import hold, holdings, reconciliation, recovery, release, withdrawal
from tasuki.services.channel import seal_next, sync
from tasuki.services.ledger import cosign_with, examine, export_evidence
from tasuki.services.node.confirmations import Confirmations
from tasuki.store import ledger as logs

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


def test_statements_of_both_sides_are_equal_afterwards(pair):
    copy = history(pair)
    lose(pair, "jpn", copy)
    caught_up(pair, "jpn")
    carry(pair)
    for node, partner in ((pair["gbr"], "JPN"), (pair["jpn"], "GBR")):
        (view,) = reconciliation.reconcile(node, partner)
        assert (view.outcome, view.findings) == ("equal", [])


def test_what_a_later_recall_must_reach_is_known_again(pair):
    """What was shared after the copy was made is in the partner's hands: a recall must not forget it."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    take_in(jpn, indicator(11, "green"))
    copy = copied(jpn, pair["folder"] / "copy.db")
    release.share(jpn, [uid("indicator", 11)], GBR)
    carry(pair)
    assert matches(gbr, uid("indicator", 11))
    lose(pair, "jpn", copy, journal=False)
    caught_up(pair, "jpn")
    told = withdrawal.recall(pair["jpn"], [uid("indicator", 11)], why="Sent by mistake.")["told"]
    assert told == [{"partner": "GBR", "verb": "recall", "ids": 1}]
    carry(pair)
    assert not matches(gbr, uid("indicator", 11))


def test_what_was_disposed_of_is_disposed_of_again_when_it_is_sent_again(pair):
    gbr, jpn = pair["gbr"], pair["jpn"]
    copy = copied(jpn, pair["folder"] / "copy.db")
    give(gbr, JPN, indicator(1, "green"), indicator(2, "green"))
    carry(pair)
    holdings.dispose(jpn, [ONE])
    lose(pair, "jpn", copy)
    caught_up(pair, "jpn")
    carry(pair)
    jpn = pair["jpn"]
    assert [each.holding.state.value for each in holdings.show(jpn, ONE)] == ["disposed"]
    assert matches(jpn, TWO)


def test_what_was_under_hold_is_sealed_again_when_it_is_sent_again(pair):
    gbr, jpn = pair["gbr"], pair["jpn"]
    copy = copied(jpn, pair["folder"] / "copy.db")
    give(gbr, JPN, indicator(1, "green"))
    carry(pair)
    hold.place(jpn, [ONE], by=["Ash", "Elm"], why="Court order.")
    lose(pair, "jpn", copy)
    caught_up(pair, "jpn")
    carry(pair)
    assert [each.holding.state.value for each in holdings.show(pair["jpn"], ONE)] == ["sealed"]


def test_a_number_nobody_has_any_more_is_passed_over_and_said(pair):
    """First the UK loses what it sent, then Japan what it got: the lane goes on, and the audit log names the loss."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    ours, theirs = copied(gbr, pair["folder"] / "gbr.db"), copied(jpn, pair["folder"] / "jpn.db")
    give(gbr, JPN, indicator(1, "green"))
    carry(pair)
    lose(pair, "gbr", ours, journal=False)
    caught_up(pair, "gbr")
    give(pair["gbr"], JPN, indicator(2, "green"))
    carry(pair)
    lose(pair, "jpn", theirs, journal=False)
    caught_up(pair, "jpn")
    carry(pair)
    jpn = pair["jpn"]
    assert matches(jpn, TWO)
    assert not matches(jpn, ONE)
    (lost,) = audited(jpn, "recovery:envelope:lost")
    assert (lost["lane"], lost["seq"]) == ("bulk", 1)
    give(pair["gbr"], JPN, indicator(3, "green"))
    carry(pair)
    assert matches(jpn, THREE)


def test_where_both_were_restored_people_on_both_sides_open(pair):
    gbr, jpn = pair["gbr"], pair["jpn"]
    give(gbr, JPN, indicator(1, "green"))
    carry(pair)
    ours, theirs = copied(gbr, pair["folder"] / "gbr.db"), copied(jpn, pair["folder"] / "jpn.db")
    give(gbr, JPN, indicator(2, "green"))
    carry(pair)
    lose(pair, "gbr", ours, journal=False)
    lose(pair, "jpn", theirs, journal=False)
    pair["gbr"].link.peers["JPN/jpn-1"] = pair["jpn"]
    for _ in range(3):
        for node in (pair["gbr"], pair["jpn"]):
            assert not recovery.catch_up(node)
    for node in (pair["gbr"], pair["jpn"]):
        (standing,) = recovery.status(node).partners
        assert standing.reason["code"] == "recovery.both-restored"
        assert recovery.open_by_people(node, ["Ash", "Elm"], "We compared the logs by telephone.").closed is False
    give(pair["gbr"], JPN, indicator(3, "green"))
    carry(pair)
    assert matches(pair["jpn"], THREE)


def test_a_partner_of_an_earlier_release_leaves_it_to_people(pair):
    copy = history(pair)
    lose(pair, "jpn", copy)
    jpn = pair["jpn"]
    ask = jpn.link.ask
    jpn.link.ask = lambda partner, path, body: (404, b"") if path == recovery.PATH else ask(partner, path, body)
    assert not recovery.catch_up(jpn)
    (standing,) = recovery.status(jpn).partners
    assert (standing.state, standing.reason["code"]) == ("people", "recovery.not-known-there")
    recovery.open_by_people(jpn, ["Ash", "Elm"], "We compared the logs by telephone.")
    (opened,) = audited(jpn, "recovery:node:open")
    assert (opened["by"], opened["behind"]) == (["Ash", "Elm"], ["GBR"])


def test_a_partner_that_was_put_back_and_does_not_know_is_told_of(pair):
    """The UK's database was swapped without its journal: it seals numbers that Japan holds already."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    copy = copied(gbr, pair["folder"] / "gbr.db")
    give(gbr, JPN, indicator(1, "green"), indicator(2, "green"))
    carry(pair)
    backup = copied(jpn, pair["folder"] / "jpn.db")
    lose(pair, "gbr", copy, journal=False, mark=False)
    lose(pair, "jpn", backup, journal=False)
    assert not recovery.catch_up(pair["jpn"])
    (standing,) = recovery.status(pair["jpn"]).partners
    assert standing.reason["code"] == "recovery.partner-behind"


def test_a_restore_in_the_middle_of_catching_up_begins_anew(pair):
    copy = history(pair)
    lose(pair, "jpn", copy)
    recovery.catch_up(pair["jpn"])
    again = copied(pair["jpn"], pair["folder"] / "again.db")
    lose(pair, "jpn", again)
    assert recovery.status(pair["jpn"]).partners[0].state == "waiting"
    caught_up(pair, "jpn")
    carry(pair)
    assert matches(pair["jpn"], FOUR)
    assert not matches(pair["jpn"], ONE)


def test_a_partner_that_was_away_when_people_opened_is_asked_once_it_is_back(pair):
    copy = history(pair)
    lose(pair, "jpn", copy, journal=False)
    jpn, gbr = pair["jpn"], pair["gbr"]
    jpn.link.cut = True
    assert not recovery.catch_up(jpn)
    recovery.open_by_people(jpn, ["Ash", "Elm"], "The UK cannot be reached for days.")
    take_in(jpn, indicator(14, "green"))
    release.share(jpn, [uid("indicator", 14)], GBR)
    assert tried(recovery.seal_confirmed, jpn, "GBR", "bulk"), "nothing is signed for it before it was asked"
    assert tried(sync, gbr, "JPN") == "recovery.not-rebuilt" or not sync(gbr, "JPN")
    jpn.link.cut = False
    assert recovery.catch_up(jpn)
    carry(pair)
    assert matches(jpn, FOUR)
    assert not matches(jpn, ONE)
    assert matches(gbr, uid("indicator", 14))


def test_a_request_of_the_recovery_that_arrives_late_moves_nothing(pair):
    """The way holds a request back and lets it through after the node has gone on: the node is no stale copy then."""
    copy = history(pair)
    lose(pair, "jpn", copy)
    jpn, gbr = pair["jpn"], pair["gbr"]
    ask, kept = jpn.link.ask, []

    def doubled(partner, path, body):
        if path == recovery.PATH:
            kept.append(body.body)
        return ask(partner, path, body)

    jpn.link.ask = doubled
    caught_up(pair, "jpn")
    carry(pair)
    jpn.link.ask = ask
    assert len(kept) > 2
    for late in kept:
        recovery.answer(gbr, jpn.anchor, late)
    again = replace(jpn, confirmations=Confirmations())
    assert tried(recovery.confirm, again, "GBR") == ""


def numbers(node, partner):
    """Return (lane, epoch, number) of every envelope that a pair log says was sent."""
    with node.database.read() as connection:
        log = pair_log(partner)
        known = logs.leaves(connection, log, 0, logs.size(connection, log))
    return [(each.body["lane"], each.body["epoch"], each.body["seq"]) for each in known if each.kind == "envelope-sent"]


def at_one(pair):
    """Require that both logs and both statements agree."""
    gbr, jpn = pair["gbr"], pair["jpn"]
    for _ in range(2):
        cosign_with(gbr, "JPN")
        cosign_with(jpn, "GBR")
    for node, partner in ((gbr, "JPN"), (jpn, "GBR")):
        for each in examine(node, None):
            assert not each.differences, [reason.sentence() for reason in each.differences]
        (view,) = reconciliation.reconcile(node, partner)
        assert (view.outcome, view.findings) == ("equal", [])


@pytest.mark.parametrize("waiting", [0, 2], ids=["nothing waits", "two that the copy has wait"])
def test_a_number_that_was_logged_and_never_pushed_is_not_given_again(pair, waiting):
    """Japan seals, the UK mirrors the leaf and cosigns, and Japan is put back before it pushes."""
    gbr = pair["gbr"]
    give(pair["jpn"], GBR, indicator(11, "green"))
    carry(pair)
    for number in range(waiting):
        give(pair["jpn"], GBR, indicator(30 + number, "green"))
        assert seal_next(pair["jpn"], "GBR", "bulk")
    copy = copied(pair["jpn"], pair["folder"] / "copy.db")
    for number in (12, 13):
        give(pair["jpn"], GBR, indicator(number, "green"))
        assert seal_next(pair["jpn"], "GBR", "bulk")
    cosigned(gbr, pair["jpn"])
    cosign_with(pair["jpn"], "GBR")
    lose(pair, "jpn", copy)
    caught_up(pair, "jpn")
    jpn = pair["jpn"]
    give(jpn, GBR, indicator(14, "green"))
    carry(pair)
    sent = numbers(jpn, "GBR")
    assert len(set(sent)) == len(sent)
    assert matches(gbr, uid("indicator", 14))
    assert all(matches(gbr, uid("indicator", 30 + number)) for number in range(waiting))
    gone = audited(gbr, "recovery:envelope:gone")
    assert [(each["partner"], each["seq"]) for each in gone] == [("JPN", 2 + waiting), ("JPN", 3 + waiting)]
    at_one(pair)


def test_a_receipt_that_never_arrived_is_given_again_and_no_leaf_contradicts_another(pair):
    """Japan takes an envelope in, its answer is lost, the UK mirrors the leaf, and Japan is put back."""
    gbr = pair["gbr"]
    copy = copied(pair["jpn"], pair["folder"] / "copy.db")
    give(gbr, JPN, indicator(1, "green"))
    post = gbr.link.post

    def deaf(partner, path, body):
        post(partner, path, body)
        raise WorldError(UNREACHED.because(), retry=True)

    gbr.link.post = deaf
    assert tried(sync, gbr, "JPN") == UNREACHED.because().code
    gbr.link.post = post
    assert matches(pair["jpn"], ONE)
    cosign_with(pair["jpn"], "GBR")
    lose(pair, "jpn", copy, journal=False)
    caught_up(pair, "jpn")
    carry(pair)
    jpn = pair["jpn"]
    assert matches(jpn, ONE)
    with jpn.database.read() as connection:
        known = logs.leaves(connection, pair_log("GBR"), 0, logs.size(connection, pair_log("GBR")))
    first, second = (each for each in known if each.kind == "receipt-issued")
    assert second.body == {**first.body, "receipt_hash": second.body["receipt_hash"], "again": first.index}
    at_one(pair)
    for node, partner in ((gbr, "JPN"), (jpn, "GBR")):
        raw = export_evidence(node, partner, first.body["env_id"], opened=True).body
        assert all(each.holds for each in verify_evidence(raw, [gbr.anchor, jpn.anchor]).checks)
