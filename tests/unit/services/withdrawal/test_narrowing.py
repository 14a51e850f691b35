# SPDX-License-Identifier: MIT
"""Fewer may have it: here, at whoever got it, and at whoever got it from them; never more, and nothing of another's."""

import pytest

from making_readers import let_in
from making_release import AAA, BBB, CCC, LATER, audited, indicator, report, states, take_in, three_nodes, uid
from making_withdrawal import explained, give, made, matches, received, say, told
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_to_json
from tasuki.core.markings.lattice import meet
from tasuki.services import holdings as showing
from tasuki.services import release, withdrawal
from tasuki.services.channel import push, seal_next
from tasuki.services.withdrawal.hearing import PASSED_ON
from tasuki.store import holdings
from tasuki.store.markings import MARKS

ONE, TWO, THREE = (uid("indicator", number) for number in (1, 2, 3))
POLICE, POLICY = (Audience.parse(f"BBB/{each}") for each in ("police:csirt", "cert:policy"))
WHY = "It names a source."


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def narrow(node, *ids, level=None, to=()):
    return withdrawal.narrow(node, ids, level=level, audiences=[str(each) for each in to], why=WHY)


def own(node, stix_id, source):
    """The own label of the newest live holding of a source."""
    with node.database.read() as connection:
        (newest,) = [each for each in holdings.latest(connection, [stix_id]) if each.source == source]
        (body,) = holdings.sealed(connection, [newest.position])
        return node.labels.label(connection, body.own_label)


class TestAtTheSender:
    """Who may still have it is told to narrow it, who may not that it is recalled."""

    def test_each_partner_hears_the_verb_that_fits_of_what_it_got(self, three):
        give(three.aaa, BBB, indicator(1, "clear"), indicator(2, "clear"))
        release.share(three.aaa, [ONE], CCC)
        three.carry()
        take_in(three.aaa, indicator(3, "clear"))
        answer = narrow(three.aaa, ONE, TWO, THREE, to=[BBB])
        assert (answer["narrowed"], answer["label"]) == (3, {"releasable_to": ["AAA/cert:csirt", "BBB/cert:csirt"]})
        assert told(answer) == {("BBB", "narrow"): 2, ("CCC", "recall"): 1}
        three.carry()
        assert received(three.bbb) == [("AAA", "narrow", [ONE, TWO], {"narrowed": 2})]
        assert received(three.ccc) == [("AAA", "recall", [ONE], {"use-stopped": 1})]
        assert made(three.aaa) == [
            ("CCC", "recall", [ONE], {"use-stopped": 1}),
            ("BBB", "narrow", [ONE, TWO], {"narrowed": 2}),
        ]
        (entry,) = audited(three.aaa, "withdrawal:objects:narrow")
        assert (entry["ids"], entry["why"], entry["label"]) == ([ONE, TWO, THREE], WHY, answer["label"])

    def test_one_audience_that_may_keep_it_keeps_it_for_the_partner(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        release.share(three.aaa, [ONE], POLICE)
        three.carry()
        assert told(narrow(three.aaa, ONE, to=[POLICE])) == {("BBB", "narrow"): 1}
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "held")]

    def test_a_level_that_no_organisation_may_have_recalls_from_all(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        assert told(narrow(three.aaa, ONE, level="red")) == {("BBB", "recall"): 1}

    def test_what_waits_is_asked_about_by_its_new_label_and_nobody_hears_of_it(self, three):
        give(three.aaa, CCC, indicator(1, "clear"))
        assert told(narrow(three.aaa, ONE, level="green")) == {}
        three.carry()
        assert states(three.ccc, ONE) == []
        assert received(three.ccc) == []

    def test_what_others_made_may_be_narrowed_where_we_passed_it_on(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        release.share(three.bbb, [ONE], CCC)
        three.carry()
        assert told(narrow(three.bbb, ONE, level="green")) == {("CCC", "recall"): 1}
        three.carry()
        assert states(three.ccc, ONE) == [("BBB", "recalled")]
        assert received(three.aaa) == []

    def test_it_holds_here_for_every_version(self, three):
        take_in(three.aaa, indicator(1, "clear"))
        narrow(three.aaa, ONE, to=[BBB])
        take_in(three.aaa, indicator(1, "clear", modified=LATER))
        assert (explained(three.aaa, ONE, BBB), explained(three.aaa, ONE, CCC)) == ("R13", "R6")

    @pytest.mark.parametrize("level", ["clear", None])
    def test_what_narrows_nothing_is_refused(self, three, level):
        take_in(three.aaa, indicator(1, "green"))
        with pytest.raises(CallerError):
            narrow(three.aaa, ONE, level=level)

    def test_one_id_that_is_not_held_leaves_all_as_it_was(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        three.carry()
        with pytest.raises(InputError):
            narrow(three.aaa, ONE, TWO, level="green")
        assert explained(three.aaa, ONE, CCC) == "R13"
        three.carry()
        assert received(three.bbb) == []


class TestAtTheReceiver:
    """What came from that partner is under the label, now and later; nothing else is."""

    @pytest.fixture
    def sent(self, three):
        give(three.aaa, BBB, indicator(1, "clear", name="wolf"))
        three.carry()
        return three

    def test_a_reader_who_may_not_have_it_any_longer_sees_nothing_of_it(self, sent):
        reader = let_in(sent.bbb, "bell", "BBB/police:csirt")
        assert reader.ids() == reader.found("wolf") == [ONE]
        narrow(sent.aaa, ONE, to=[BBB])
        sent.carry()
        assert reader.ids() == reader.found("wolf") == reader.taken() == []
        unknown = reader.ask("GET", f"/holdings/{TWO}")
        hidden = reader.ask("GET", f"/holdings/{ONE}")
        assert hidden.status_code == unknown.status_code
        assert hidden.content.replace(ONE.encode(), b"") == unknown.content.replace(TWO.encode(), b"")
        assert matches(sent.bbb, ONE)

    def test_it_goes_on_to_nobody_the_label_leaves_out(self, sent):
        assert explained(sent.bbb, ONE, CCC) == "R13"
        narrow(sent.aaa, ONE, to=[BBB])
        sent.carry()
        assert explained(sent.bbb, ONE, CCC) == "R6"
        assert list(release.share(sent.bbb, [ONE], CCC).reasons) == ["release.caveat"]

    def test_what_hangs_together_with_it_is_as_narrow(self, sent):
        take_in(sent.bbb, report(9, "clear", object_refs=[ONE]))
        narrow(sent.aaa, ONE, to=[BBB])
        sent.carry()
        assert explained(sent.bbb, uid("report", 9), CCC) == "R6"

    @pytest.mark.parametrize("modified", [None, LATER], ids=["same version", "newer"])
    def test_a_copy_that_comes_later_is_under_it_too(self, sent, modified):
        narrow(sent.aaa, ONE, level="amber", to=[BBB])
        sent.carry()
        # A partner that keeps no marks of its own sends it again, as wide as before.
        three = sent
        changes = {"modified": modified} if modified else {"name": "the same, otherwise"}
        three.aaa.database.write(lambda c: c.execute(MARKS.delete()))
        take_in(three.aaa, indicator(1, "clear", **changes))
        release.share(three.aaa, [ONE], BBB)
        three.carry()
        assert len(states(three.bbb, ONE)) == 2
        assert label_to_json(own(three.bbb, ONE, "AAA"))["releasable_to"] == ["AAA/cert:csirt", "BBB/cert:csirt"]
        assert str(own(three.bbb, ONE, "AAA").tlp) == "TLP:AMBER"

    def test_a_notice_that_overtakes_its_object_waits_for_it(self, three):
        give(three.aaa, BBB, indicator(1, "clear"))
        assert seal_next(three.aaa, "BBB", "bulk")
        narrow(three.aaa, ONE, to=[BBB])
        while seal_next(three.aaa, "BBB", "urgent") or push(three.aaa, "BBB", "urgent"):
            pass
        assert states(three.bbb, ONE) == []
        three.carry()
        assert made(three.aaa) == [("BBB", "narrow", [ONE], {"never-held": 1})]
        assert explained(three.bbb, ONE, CCC) == "R6"

    def test_narrowed_twice_it_is_under_both(self, sent):
        say(sent.aaa, "BBB", "narrow", ids=[ONE], label={"releasable_to": ["AAA", "BBB"]})
        say(sent.aaa, "BBB", "narrow", ids=[ONE], label={"tlp": "AMBER", "releasable_to": ["BBB/cert", "CCC"]})
        sent.carry()
        assert label_to_json(own(sent.bbb, ONE, "AAA"))["releasable_to"] == ["BBB/cert"]

    def test_a_wider_word_widens_nothing(self, sent):
        say(sent.aaa, "BBB", "narrow", ids=[ONE], label={"tlp": "RED", "releasable_to": []})
        sent.carry()
        before = own(sent.bbb, ONE, "AAA")
        say(sent.aaa, "BBB", "narrow", ids=[ONE], label={"tlp": "CLEAR", "releasable_to": ["AAA", "BBB", "CCC"]})
        sent.carry()
        assert own(sent.bbb, ONE, "AAA") == before

    def test_another_sources_copy_keeps_its_label_and_what_was_never_given_its_verdict(self, sent):
        take_in(sent.bbb, indicator(1, "clear", name="found here too"), indicator(2, "clear"))
        before = own(sent.bbb, ONE, "local")
        say(sent.aaa, "BBB", "narrow", ids=[ONE, TWO], label={"releasable_to": ["BBB/cert"]})
        sent.carry()
        assert own(sent.bbb, ONE, "local") == before
        assert explained(sent.bbb, TWO, CCC) == "R13"
        (_, _, _, counts), *_ = received(sent.bbb)
        assert counts == {"narrowed": 1, "never-held": 1}

    def test_what_it_recalled_before_stays_recalled(self, sent):
        withdrawal.recall(sent.aaa, [ONE], why=WHY)
        sent.carry()
        say(sent.aaa, "BBB", "narrow", ids=[ONE], label={"tlp": "GREEN"})
        sent.carry()
        assert received(sent.bbb)[0][3] == {"not-in-use": 1}
        assert states(sent.bbb, ONE) == [("AAA", "recalled")]

    def test_whoever_got_it_from_us_hears_the_verb_that_fits_in_our_words(self, sent):
        release.share(sent.bbb, [ONE], CCC)
        give(sent.aaa, BBB, indicator(2, "clear"))
        sent.carry()
        release.share(sent.bbb, [TWO], CCC)
        sent.carry()
        narrow(sent.aaa, ONE, to=[BBB])
        narrow(sent.aaa, TWO, to=[BBB, CCC])
        sent.carry()
        notices = withdrawal.withdrawals(sent.ccc, limit=9).received
        assert [(each.partner, each.verb, each.ids, each.why) for each in notices] == [
            ("BBB", "narrow", [TWO], PASSED_ON["narrow"]),
            ("BBB", "recall", [ONE], PASSED_ON["recall"]),
        ]
        assert notices[0].label == {"releasable_to": ["AAA/cert:csirt", "BBB/cert:csirt", "CCC/cert:csirt"]}
        assert states(sent.ccc, ONE) == [("BBB", "recalled")]
        assert explained(sent.ccc, TWO, Audience.parse("CCC/police:csirt")) == "R6"

    def test_the_partner_itself_and_whoever_got_our_own_copy_hear_nothing(self, sent):
        release.share(sent.bbb, [ONE], AAA)
        sent.carry()
        take_in(sent.bbb, indicator(1, "clear", name="found here too"))
        release.share(sent.bbb, [ONE], CCC)
        sent.carry()
        narrow(sent.aaa, ONE, to=[BBB])
        sent.carry()
        assert received(sent.ccc) == []
        assert [verb for _, verb, _, _ in received(sent.aaa)] == []


class TestRecallFrom:
    """Some audiences lose it and the others keep it, without anything leaving use here."""

    @pytest.fixture
    def sent(self, three):
        give(three.aaa, BBB, indicator(1, "green"))
        release.share(three.aaa, [ONE], POLICY)
        three.carry()
        return three

    def recall(self, node, ids, *audiences):
        return node.database.write(lambda c: withdrawal.recall_from(node, c, ids, audiences, WHY))

    def test_whoever_may_have_it_anyway_keeps_it(self, sent):
        assert self.recall(sent.aaa, [ONE], BBB) == []
        sent.carry()
        assert received(sent.bbb) == []
        assert not audited(sent.aaa, "withdrawal:objects:recall-from")

    def test_what_nobody_of_a_partner_may_have_is_recalled_and_stays_in_use_here(self, sent):
        release.mark(sent.aaa, [ONE], level="red")
        (word,) = self.recall(sent.aaa, [ONE], Audience.parse("BBB"))
        assert (word.partner, word.verb, word.ids) == ("BBB", "recall", (ONE,))
        sent.carry()
        assert states(sent.bbb, ONE) == [("AAA", "recalled")]
        assert states(sent.aaa, ONE) == [("local", "held")]
        assert matches(sent.aaa, ONE)
        (entry,) = audited(sent.aaa, "withdrawal:objects:recall-from")
        assert (entry["ids"], entry["audiences"], entry["why"]) == ([ONE], ["BBB"], WHY)

    def test_what_another_audience_of_the_partner_may_have_is_narrowed_to_it(self, sent):
        release.mark(sent.aaa, [ONE], level=None, audiences=[str(POLICY)])
        (word,) = self.recall(sent.aaa, [ONE, TWO], BBB)
        assert (word.verb, word.kept_by) == ("narrow", {POLICY})
        sent.carry()
        assert states(sent.bbb, ONE) == [("AAA", "held")]
        assert label_to_json(own(sent.bbb, ONE, "AAA"))["releasable_to"] == ["AAA/cert:csirt", "BBB/cert:policy"]

    def test_a_reason_is_one_sentence(self, sent):
        with pytest.raises(CallerError):
            sent.aaa.database.write(lambda c: withdrawal.recall_from(sent.aaa, c, [ONE], [BBB], ""))


def test_a_bound_label_is_met_and_never_put_in_place(three):
    give(three.aaa, BBB, indicator(1, "amber"))
    three.carry()
    before = own(three.bbb, ONE, "AAA")
    say(three.aaa, "BBB", "narrow", ids=[ONE], label={"tlp": "GREEN", "releasable_to": ["BBB", "CCC"]})
    three.carry()
    after = own(three.bbb, ONE, "AAA")
    assert meet(after, before) == after
    assert (after.tlp, after.originators) == (before.tlp, before.originators)
    (shown,) = showing.show(three.bbb, ONE)
    assert shown.label == label_to_json(after)
    assert shown.body == indicator(1, "amber")
