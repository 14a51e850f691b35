# SPDX-License-Identifier: MIT
"""A recall takes what should not have been sent out of use everywhere it went, and tells nobody else of it."""

import json

import pytest

from making_release import (
    AAA,
    BBB,
    CCC,
    LATER,
    audited,
    indicator,
    report,
    states,
    take_in,
    three_nodes,
    uid,
)
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.core.release.released import Released
from tasuki.services import holdings as showing
from tasuki.services import release, withdrawal
from tasuki.services.channel import push, seal_next, sealing
from tasuki.services.withdrawal.hearing import PASSED_ON
from tasuki.store import channel
from tasuki.store.holdings import TOMBSTONES

ONE, TWO, THREE = (uid("indicator", number) for number in (1, 2, 3))


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def give(node, to, *objects):
    take_in(node, *objects)
    reported = release.share(node, [each["id"] for each in objects], to)
    assert not reported.withheld


def told(answer):
    """Who is told of how many ids, all by the same verb."""
    assert {each["verb"] for each in answer["told"]} <= {"recall"}
    return {each["partner"]: each["ids"] for each in answer["told"]}


def matches(node, stix_id):
    node.matching.catch_up(node)
    return stix_id in node.matching.compiled


def found(node, word):
    return [each["id"] for each in showing.find(node, word, 10)]


def exported(node):
    whole = b"".join(part.body for part in showing.export(node, showing.Selection()))
    return {each["id"] for each in json.loads(whole)["objects"]}


class TestCompleteness:
    """After a recall the object is gone from everything that uses objects, at both ends."""

    @pytest.fixture
    def recalled(self, three):
        give(three.aaa, BBB, indicator(1, "amber", name="wolf"), indicator(2, "amber", name="wolf"))
        three.carry()
        for node in (three.aaa, three.bbb):
            assert matches(node, ONE)
            assert found(node, "wolf") == [TWO, ONE]
            assert exported(node) == {ONE, TWO}
        assert told(withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")) == {"BBB": 1}
        three.carry()
        return three

    @pytest.mark.parametrize("who", ["aaa", "bbb"])
    def test_it_is_out_of_search_matchers_export_and_sharing(self, recalled, who):
        node = getattr(recalled, who)
        assert not matches(node, ONE)
        assert matches(node, TWO)
        assert found(node, "wolf") == [TWO]
        assert exported(node) == {TWO}
        with pytest.raises(InputError):
            showing.export(node, showing.Selection(ids=(ONE,)))
        assert [each["id"] for each in showing.listed(node, types=(), sources=(), limit=9)] == [TWO]
        to = CCC if who == "aaa" else AAA
        code = "release.recalled" if who == "aaa" else "release.not-held"
        assert list(release.share(node, [ONE], to).reasons) == [code]

    @pytest.mark.parametrize("who", ["aaa", "bbb"])
    def test_its_body_is_no_longer_shown_and_that_it_was_there_is(self, recalled, who):
        (shown,) = showing.show(getattr(recalled, who), ONE)
        assert (shown.holding.state.value, shown.body) == ("recalled", None)

    @pytest.mark.parametrize("modified", [None, LATER], ids=["same", "newer"])
    def test_a_copy_sent_again_waits_behind_the_tombstone(self, recalled, modified):
        node = recalled.aaa
        node.database.write(lambda c: c.execute(TOMBSTONES.delete()))
        changes = {"modified": modified} if modified else {"name": "the same, otherwise"}
        give(node, BBB, indicator(1, "amber", **changes))
        recalled.carry()
        assert states(recalled.bbb, ONE) == [("AAA", "recalled"), ("AAA", "recalled")]
        assert not matches(recalled.bbb, ONE)

    def test_a_new_version_of_ours_may_be_used_here_and_never_goes_out(self, recalled):
        take_in(recalled.aaa, indicator(1, "clear", modified=LATER))
        assert matches(recalled.aaa, ONE)
        assert list(release.share(recalled.aaa, [ONE], BBB).reasons) == ["release.recalled"]

    def test_recalled_once_more_it_leaves_the_matchers_once_more(self, recalled):
        recalled.hands.now = recalled.hands.now.replace(hour=13)
        withdrawal.recall(recalled.aaa, [TWO], why="That one too.")
        assert not matches(recalled.aaa, TWO)
        take_in(recalled.aaa, indicator(1, "clear", modified=LATER))
        assert matches(recalled.aaa, ONE)
        withdrawal.recall(recalled.aaa, [ONE], why="Again.")
        assert not matches(recalled.aaa, ONE)

    def test_the_partner_attests_and_people_see_it(self, recalled):
        (made,) = withdrawal.withdrawals(recalled.aaa, limit=9).made
        assert (made.partner, made.ids, made.why, made.state) == ("BBB", [ONE], "Sent by mistake.", "stored")
        assert made.attested.counts == {"use-stopped": 1}
        (received,) = withdrawal.withdrawals(recalled.bbb, limit=9).received
        assert (received.partner, received.ids, received.why) == ("AAA", [ONE], "Sent by mistake.")
        (entry,) = audited(recalled.aaa, "withdrawal:objects:recall")
        assert (entry["ids"], entry["told"], entry["why"]) == (
            [ONE],
            [{"partner": "BBB", "verb": "recall", "ids": 1}],
            "Sent by mistake.",
        )
        (entry,) = audited(recalled.bbb, "withdrawal:recall:received")
        assert entry["counts"]["use-stopped"] == 1

    def test_what_refers_to_it_refers_to_something_missing(self, three):
        give(three.aaa, BBB, indicator(1, "green"))
        take_in(three.aaa, report(9, "green", object_refs=[ONE]))
        withdrawal.recall(three.aaa, [ONE], why="Wrong.")
        said = release.explain(three.aaa, uid("report", 9), BBB)
        assert said.verdict.reason.code == "release.missing-reference"


class TestWhoIsTold:
    """A partner hears of what it got, and of nothing else."""

    def told(self, node):
        return {each.partner: each.ids for each in withdrawal.withdrawals(node, limit=99).made}

    def test_each_partner_hears_only_of_what_it_got(self, three):
        give(three.aaa, BBB, indicator(1, "amber"), indicator(2, "amber"))
        give(three.aaa, CCC, indicator(3, "amber"))
        release.share(three.aaa, [TWO], CCC)
        three.carry()
        answer = withdrawal.recall(three.aaa, [ONE, TWO, THREE], why="All of it.")
        assert told(answer) == {"BBB": 2, "CCC": 2}
        assert self.told(three.aaa) == {"BBB": [ONE, TWO], "CCC": [TWO, THREE]}
        three.carry()
        assert [each.ids for each in withdrawal.withdrawals(three.bbb, limit=9).received] == [[ONE, TWO]]
        assert [each.ids for each in withdrawal.withdrawals(three.ccc, limit=9).received] == [[TWO, THREE]]

    def test_nobody_hears_of_what_the_gate_kept_back(self, three):
        give(three.aaa, BBB, indicator(1, "amber"))
        release.mark(three.aaa, [ONE], level="red")
        three.carry()
        assert told(withdrawal.recall(three.aaa, [ONE], why="Never mind.")) == {}
        three.carry()
        assert withdrawal.withdrawals(three.bbb, limit=9).received == []

    def test_nobody_hears_of_what_still_waited_and_it_does_not_go(self, three):
        give(three.aaa, BBB, indicator(1, "amber"))
        assert told(withdrawal.recall(three.aaa, [ONE], why="Stop.")) == {}
        three.carry()
        assert states(three.bbb, ONE) == []
        assert withdrawal.withdrawals(three.bbb, limit=9).received == []

    def test_what_is_sealed_and_not_yet_sent_is_told_of_and_the_recall_overtakes_it(self, three):
        give(three.aaa, BBB, indicator(1, "amber"))
        assert seal_next(three.aaa, "BBB", "bulk")
        assert told(withdrawal.recall(three.aaa, [ONE], why="Stop.")) == {"BBB": 1}
        assert seal_next(three.aaa, "BBB", "urgent")
        push(three.aaa, "BBB", "urgent")
        assert states(three.bbb, ONE) == []
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "recalled")]
        (made,) = withdrawal.withdrawals(three.aaa, limit=9).made
        assert made.attested.counts["never-held"] == 1

    def test_what_waits_on_one_lane_and_went_on_another_is_told_of(self, three):
        take_in(three.aaa, indicator(1, "amber"))
        release.share(three.aaa, [ONE], BBB)
        three.aaa.database.write(lambda c: release.share_within(three.aaa, c, [ONE], BBB, lane="urgent", again=True))
        assert seal_next(three.aaa, "BBB", "urgent")
        assert told(withdrawal.recall(three.aaa, [ONE], why="Stop.")) == {"BBB": 1}
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "recalled")]

    def test_what_nobody_got_leaves_use_here_alone(self, three):
        take_in(three.aaa, indicator(1, "amber"))
        assert withdrawal.recall(three.aaa, [ONE], why="Wrong.") == {"recalled": 1, "told": []}

    def test_what_was_never_held_cannot_be_recalled(self, three):
        take_in(three.aaa, indicator(1, "amber"))
        with pytest.raises(InputError):
            withdrawal.recall(three.aaa, [ONE, TWO], why="Wrong.")
        assert states(three.aaa, ONE) == [("local", "held")]

    @pytest.mark.parametrize("why", ["", "x" * 501, "two\nlines", "\x00"])
    def test_a_reason_is_one_sentence(self, three, why):
        take_in(three.aaa, indicator(1, "amber"))
        with pytest.raises(CallerError) as caught:
            withdrawal.recall(three.aaa, [ONE], why=why)
        assert caught.value.reason.code == "withdrawal.no-sentence"


class TestOthersMaterial:
    """A recall of what went on reaches whoever got it, without the words of whoever recalled it."""

    def test_a_recall_is_passed_on_to_whom_we_passed_the_object(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        release.share(three.bbb, [ONE], CCC)
        three.carry()
        assert states(three.ccc, ONE) == [("BBB", "held")]
        withdrawal.recall(three.aaa, [ONE], why="It names our informant.")
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "recalled")]
        assert states(three.ccc, ONE) == [("BBB", "recalled")]
        (received,) = withdrawal.withdrawals(three.ccc, limit=9).received
        assert (received.partner, received.why) == ("BBB", PASSED_ON["recall"])
        (entry,) = audited(three.bbb, "withdrawal:recall:received")
        assert entry["passed_on"] == [{"partner": "CCC", "verb": "recall", "ids": 1}]

    def test_nobody_hears_of_it_who_got_our_own_copy_or_gave_it_to_us(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        release.share(three.bbb, [ONE], AAA)
        three.carry()
        give(three.bbb, CCC, indicator(1, "clear", name="found here too"))
        three.carry()
        withdrawal.recall(three.aaa, [ONE], why="Wrong.")
        three.carry()
        (entry,) = audited(three.bbb, "withdrawal:recall:received")
        assert entry["passed_on"] == []
        assert states(three.ccc, ONE) == [("BBB", "held")]
        assert withdrawal.withdrawals(three.aaa, limit=9).received == []

    def test_the_attestation_says_nothing_of_a_third(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        release.share(three.bbb, [ONE], CCC)
        three.carry()
        withdrawal.recall(three.aaa, [ONE], why="Wrong.")
        three.carry()
        with three.aaa.database.read() as connection:
            ((_, body, _),) = channel.messages(connection, "attestation")
        assert b"CCC" not in body
        assert json.loads(body)["counts"] == {"use-stopped": 1}

    def test_a_partner_recalls_only_what_came_from_it(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        take_in(three.bbb, indicator(1, "clear", name="found here too"))
        take_in(three.bbb, indicator(2, "clear"))
        withdrawal.recall(three.aaa, [ONE], why="Wrong.")
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "recalled"), ("local", "held")]
        assert matches(three.bbb, ONE)
        assert release.share(three.bbb, [ONE], CCC).released == 1

    def test_a_partner_cannot_recall_what_it_never_sent(self, three):
        take_in(three.bbb, indicator(2, "clear"))
        body = canonical({"ids": [TWO], "reason": "Ours, we say.", "at": LATER})
        three.aaa.database.write(
            lambda c: channel.enqueue(c, partner="BBB", lane="urgent", kind="recall", body=body, at=three.hands.now)
        )
        three.carry()
        assert states(three.bbb, TWO) == [("local", "held")]
        assert matches(three.bbb, TWO)

    def test_what_we_should_not_have_passed_on_is_recalled_there_and_stays_in_use_here(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        release.share(three.bbb, [ONE], CCC)
        three.carry()
        assert withdrawal.recall(three.bbb, [ONE], why="Not theirs.") == {
            "recalled": 0,
            "told": [{"partner": "CCC", "verb": "recall", "ids": 1}],
        }
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "held")]
        assert states(three.ccc, ONE) == [("BBB", "recalled")]
        assert list(release.share(three.bbb, [ONE], CCC).reasons) == ["release.recalled"]

    @pytest.mark.parametrize(
        "message",
        [
            {"ids": [], "reason": "x", "at": LATER},
            {"ids": ["x" * 400], "reason": "x", "at": LATER},
            {"ids": [ONE], "at": LATER},
            {"ids": [ONE], "reason": "x", "at": LATER, "more": 1},
            ["ids"],
        ],
        ids=["nothing", "no id", "no reason", "another member", "a list"],
    )
    def test_a_recall_of_another_form_changes_nothing_and_is_receipted_refused(self, three, monkeypatch, message):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()

        def forged(kind, _message, audience, policy):
            # What a compromised partner does with its own gate.
            made = object.__new__(Released)
            values = {"kind": kind, "audience": audience, "policy": policy, "objects": (), "body": canonical(message)}
            for name, value in {**values, "label": None}.items():
                object.__setattr__(made, name, value)
            return made

        monkeypatch.setattr(sealing, "release_notice", forged)
        three.aaa.database.write(
            lambda c: channel.enqueue(c, partner="BBB", lane="urgent", kind="recall", body=b"{}", at=three.hands.now)
        )
        while seal_next(three.aaa, "BBB", "urgent") or push(three.aaa, "BBB", "urgent"):
            pass
        with three.aaa.database.read() as connection:
            (sent,) = channel.history(connection, partner="BBB", lane="urgent", limit=9)
        assert (sent.type, sent.status) == ("recall", "refused")
        assert states(three.bbb, ONE) == [("AAA", "held")]
        assert not audited(three.bbb, "withdrawal:recall:received")
