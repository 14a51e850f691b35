# SPDX-License-Identifier: MIT
"""Sharing puts everything to the gate, twice, and says what stays and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_release import (
    AAA,
    BBB,
    CCC,
    CREATED,
    LATER,
    audited,
    indicator,
    report,
    states,
    take_in,
    three_nodes,
    uid,
)
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import PersonalData
from tasuki.services import holdings as showing
from tasuki.services import release, withdrawal
from tasuki.store import channel
from tasuki.store import release as settled

ONE, TWO = uid("indicator", 1), uid("indicator", 2)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def share(node, *ids, to=BBB, **how):
    return release.share(node, ids, to, **how)


def only_reason(reported):
    (code,) = reported.reasons
    return code


def test_what_may_go_arrives_byte_for_byte_and_is_told(three):
    take_in(three.aaa, indicator(1, "amber"), indicator(2, "red"))
    reported = share(three.aaa, ONE, TWO)
    assert (reported.released, reported.already, dict(reported.withheld)) == (1, 0, {"release.red": 1})
    assert reported.as_json()["why"][0]["rule"] == "R5"
    assert reported.as_json()["why"][0]["example"] == TWO
    three.carry()
    (mine,), (theirs,) = showing.show(three.aaa, ONE), showing.show(three.bbb, ONE)
    assert mine.holding.digest == theirs.holding.digest
    assert states(three.bbb, TWO) == []
    assert states(three.ccc, ONE) == []
    (entry,) = audited(three.aaa, "release:objects:share")
    assert (entry["released"], entry["withheld"], entry["audience"]) == (1, {"release.red": 1}, str(BBB))
    assert entry["rules"] == three.aaa.gate.rules.digest


@pytest.mark.parametrize(
    ("audience", "code"),
    [
        ("ZZZ", "release.unknown-reader"),
        ("BBB/nobody:csirt", "release.unknown-reader"),
        ("AAA/police:csirt", "release.own-participant"),
        ("AAA", "release.own-participant"),
    ],
)
def test_an_audience_nobody_can_send_to_is_refused_before_anything_is_queued(three, audience, code):
    take_in(three.aaa, indicator(1, "clear"))
    for act in (release.share, lambda node, _ids, to: release.share_all(node, to)):
        with pytest.raises(CallerError) as caught:
            act(three.aaa, [ONE], Audience.parse(audience))
        assert caught.value.reason.code == code
    assert not audited(three.aaa, "release:objects:share")


def test_a_partner_whose_anchor_nobody_compared_gets_nothing(three):
    take_in(three.aaa, indicator(1, "clear"))
    three.aaa.database.write(lambda c: c.execute(channel.PARTNERS.update().values(state="known")))
    with pytest.raises(CallerError) as caught:
        share(three.aaa, ONE)
    assert caught.value.reason.code == "services.unknown-partner"


def test_a_lane_nobody_has_is_refused(three):
    take_in(three.aaa, indicator(1, "clear"))
    with pytest.raises(CallerError) as caught:
        share(three.aaa, ONE, lane="express")
    assert caught.value.reason.code == "channel.unknown-lane"


def test_the_same_again_is_not_sent_twice(three):
    take_in(three.aaa, indicator(1, "green"))
    assert share(three.aaa, ONE).released == 1
    again = share(three.aaa, ONE, ONE)
    assert (again.released, again.already) == (0, 1)


def test_everything_of_our_own_goes_once_and_nothing_of_others(three):
    take_in(three.bbb, indicator(7, "clear"))
    share(three.bbb, uid("indicator", 7), to=AAA)
    three.carry()
    take_in(three.aaa, indicator(1, "green"), report(2, "green", object_refs=[ONE]), indicator(3, "red"))
    first = release.share_all(three.aaa, BBB)
    assert (first.released, sum(first.withheld.values())) == (2, 1)
    second = release.share_all(three.aaa, BBB, types=["report"])
    assert (second.released, second.already, dict(second.withheld)) == (0, 1, {})


def test_a_long_share_goes_on_where_it_stopped(three, monkeypatch):
    monkeypatch.setattr(release.sharing, "MAX_BATCH_OBJECTS", 2)
    take_in(three.aaa, *(indicator(number, "green") for number in range(1, 6)))
    counts, after = [], 0
    while after is not None:
        part, after = release.share_next(three.aaa, BBB, after=after)
        counts.append(part.released)
    assert counts == [2, 2, 1]


def test_what_is_not_held_is_said_so(three):
    reported = share(three.aaa, ONE)
    assert reported.reasons["release.not-held"].params == {"stix_id": ONE}
    assert reported.rules["release.not-held"] == "R0"


def test_a_reference_that_is_narrower_keeps_the_whole_and_names_nothing_to_the_partner(three):
    take_in(three.aaa, indicator(1, "red"), report(2, "green", object_refs=[ONE]))
    assert only_reason(share(three.aaa, uid("report", 2))) == "release.red"


def test_a_reference_to_what_is_not_held_keeps_it(three):
    take_in(three.aaa, report(2, "green", object_refs=[ONE]))
    assert only_reason(share(three.aaa, uid("report", 2))) == "release.missing-reference"


@pytest.mark.parametrize(
    "properties",
    [
        {"description": f"see {ONE}"},
        {"x_note": {"path": [f"objects/{ONE}/pattern"]}},
        {"external_references": [{"source_name": "us", "external_id": ONE}]},
    ],
    ids=["text", "path", "external reference"],
)
def test_an_id_inside_a_text_narrows_like_a_reference(three, properties):
    take_in(three.aaa, indicator(1, "red"), report(2, "green", **properties))
    assert only_reason(share(three.aaa, uid("report", 2))) == "release.red"


def test_a_creator_who_is_restricted_keeps_what_it_made(three):
    creator = {
        "type": "identity", "spec_version": "2.1", "id": uid("identity", 5), "created": CREATED,
        "modified": CREATED, "name": "A victim", "identity_class": "organization",
    }  # fmt: skip
    take_in(three.aaa, creator, levels=("red",))
    take_in(three.aaa, indicator(1, "green", created_by_ref=creator["id"]))
    assert only_reason(share(three.aaa, ONE)) == "release.red"


def test_a_granular_marking_counts_for_the_whole(three):
    red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
    narrowed = indicator(1, "green", granular_markings=[{"selectors": ["description"], "marking_ref": red}])
    take_in(three.aaa, {**narrowed, "description": "the name of the victim"})
    assert only_reason(share(three.aaa, ONE)) == "release.red"


def test_an_unknown_marking_keeps_it(three):
    take_in(three.aaa, indicator(1, "green", object_marking_refs=[uid("marking-definition", 9)]))
    assert only_reason(share(three.aaa, ONE)) == "release.unknown-marking"


def test_an_unmarked_object_stays(three):
    take_in(three.aaa, indicator(1))
    assert only_reason(share(three.aaa, ONE)) == "release.no-tlp"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": None}, "release.unknown-handling"),
        ({"permitted_use": ()}, "release.unknown-handling"),
        ({"personal_data": PersonalData.UNKNOWN}, "release.unknown-handling"),
        ({"personal_data": PersonalData.YES}, "release.personal-data"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_handling_basis_that_is_not_whole_keeps_it(three, changes, code):
    take_in(three.aaa, indicator(1, "green"), handling=replace(BASES["own-sensor"], **changes))
    assert only_reason(share(three.aaa, ONE)) == code


def test_what_is_due_for_disposal_no_longer_goes_even_before_it_is_disposed_of(three):
    until = three.hands.now + timedelta(hours=1)
    take_in(three.aaa, indicator(1, "green"), handling=replace(BASES["own-sensor"], dispose_by=until))
    assert share(three.aaa, ONE).released == 1
    three.hands.now = until
    assert only_reason(share(three.aaa, ONE, to=CCC)) == "release.due"
    three.carry()
    assert states(three.bbb, ONE) == []


def test_a_caveat_of_the_import_holds(three):
    take_in(three.aaa, indicator(1, "amber"), caveats=(("BBB/police",),))
    assert only_reason(share(three.aaa, ONE)) == "release.caveat"
    assert share(three.aaa, ONE, to=Audience.parse("BBB/police:csirt")).released == 1


def test_two_sources_with_different_markings_are_as_narrow_as_both(three):
    take_in(three.aaa, indicator(1, "amber"))
    share(three.aaa, ONE)
    three.carry()
    take_in(three.bbb, indicator(1, "clear"))
    assert only_reason(share(three.bbb, ONE, to=CCC)) == "release.third-party"


def test_our_own_holding_goes_before_a_newer_one_of_a_partner(three):
    take_in(three.aaa, indicator(1, "green", name="theirs", modified=LATER))
    share(three.aaa, ONE)
    three.carry()
    take_in(three.bbb, indicator(1, "green", name="ours"))
    share(three.bbb, ONE, to=AAA)
    three.carry()
    names = {each.holding.source: each.body["name"] for each in showing.show(three.aaa, ONE)}
    assert names == {"local": "theirs", "BBB": "ours"}


class TestThirdParties:
    """What one partner gave goes on to another only as its marking says."""

    @pytest.mark.parametrize(
        ("level", "onward"), [("clear", None), ("green", "release.community"), ("amber", "release.third-party"),
                              ("amber+strict", "release.third-party")]
    )  # fmt: skip
    def test_onward_release_follows_the_marking(self, three, level, onward):
        take_in(three.aaa, indicator(1, level))
        share(three.aaa, ONE)
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "held")]
        reported = share(three.bbb, ONE, to=CCC)
        assert (None if reported.released else only_reason(reported)) == onward

    def test_green_goes_on_within_the_community_and_keeps_its_originator(self, three):
        take_in(three.ccc, indicator(1, "green"))
        share(three.ccc, ONE, to=AAA)
        three.carry()
        share(three.aaa, ONE, to=BBB)
        three.carry()
        (shown,) = showing.show(three.bbb, ONE)
        assert (shown.holding.source, shown.holding.originator) == ("AAA", "CCC")
        assert shown.label["originators"] == ["AAA", "CCC"]

    def test_a_report_of_ours_about_their_material_is_theirs_too(self, three):
        take_in(three.aaa, indicator(1, "amber"))
        share(three.aaa, ONE)
        three.carry()
        take_in(three.bbb, report(2, "amber", object_refs=[ONE]))
        assert only_reason(share(three.bbb, uid("report", 2), to=CCC)) == "release.third-party"
        assert share(three.bbb, uid("report", 2), to=AAA).released == 1

    def test_a_newer_version_of_ours_does_not_make_their_material_ours(self, three):
        take_in(three.aaa, indicator(1, "amber"))
        share(three.aaa, ONE)
        three.carry()
        take_in(three.bbb, indicator(1, "amber", modified=LATER))
        assert only_reason(share(three.bbb, ONE, to=CCC)) == "release.third-party"


class TestSealing:
    """The gate is asked again when the envelope is made, and once more when it is committed."""

    def test_what_was_narrowed_while_it_waited_never_leaves(self, three):
        take_in(three.aaa, indicator(1, "green"), indicator(2, "green"))
        share(three.aaa, ONE, TWO)
        release.mark(three.aaa, [ONE], level="red")
        three.carry()
        assert states(three.bbb, ONE) == []
        assert states(three.bbb, TWO) == [("AAA", "held")]

    def test_a_newer_and_narrower_version_holds_back_the_older_one(self, three):
        take_in(three.aaa, indicator(1, "green"))
        share(three.aaa, ONE)
        take_in(three.aaa, indicator(1, "red", modified=LATER))
        three.carry()
        assert states(three.bbb, ONE) == []

    def test_a_newer_and_wider_version_does_not_let_the_older_one_go(self, three):
        take_in(three.aaa, indicator(1, "green"))
        share(three.aaa, ONE)
        release.mark(three.aaa, [ONE], level="red")
        take_in(three.aaa, indicator(1, "clear", modified=LATER))
        three.carry()
        assert states(three.bbb, ONE) == []

    def test_an_older_version_that_is_as_wide_does_not_go_either(self, three):
        take_in(three.aaa, indicator(1, "green"))
        share(three.aaa, ONE)
        take_in(three.aaa, indicator(1, "green", modified=LATER))
        three.carry()
        assert states(three.bbb, ONE) == []
        share(three.aaa, ONE)
        three.carry()
        assert states(three.bbb, ONE) == [("AAA", "held")]

    def test_a_replaced_version_does_not_go_and_the_new_one_does_when_shared(self, three):
        take_in(three.aaa, indicator(1, "green"))
        share(three.aaa, ONE)
        take_in(three.aaa, indicator(1, "green", modified=LATER, revoked=True))
        three.carry()
        assert states(three.bbb, ONE) == []
        assert share(three.aaa, ONE).released == 1
        three.carry()
        (shown,) = showing.show(three.bbb, ONE)
        assert shown.body["revoked"] is True

    def test_what_was_kept_back_may_be_shared_anew(self, three):
        take_in(
            three.aaa, indicator(1, "red"), report(2, "green", object_refs=[uid("indicator", 3)]), indicator(3, "green")
        )
        share(three.aaa, uid("report", 2))
        showing.dispose(three.aaa, [uid("indicator", 3)])
        three.carry()
        take_in(three.aaa, indicator(3, "green", modified=LATER))
        assert share(three.aaa, uid("report", 2)).released == 1
        three.carry()
        assert states(three.bbb, uid("report", 2)) == [("AAA", "held")]

    @pytest.mark.parametrize("act", ["recall", "mark"])
    def test_what_is_narrowed_between_the_gate_and_the_commit_does_not_leave(self, three, monkeypatch, act):
        take_in(three.aaa, indicator(1, "green"), indicator(2, "green"))
        share(three.aaa, ONE, TWO)
        node, done = three.aaa, []
        real = release.release_positions

        def overtaken(asked, positions, audience):
            released = real(asked, positions, audience)
            if asked is node and not done:
                done.append(len(released.objects))
                if act == "recall":
                    withdrawal.recall(node, [ONE], why="Too early.")
                else:
                    release.mark(node, [ONE], level="red")
            return released

        monkeypatch.setattr(release, "release_positions", overtaken)
        three.carry()
        assert done == [2]
        assert states(three.bbb, ONE) == []
        assert states(three.bbb, TWO) == [("AAA", "held")]
        assert withdrawal.withdrawals(three.bbb, limit=9).received == []


class TestTooMuch:
    """What hangs together beyond the limit stays, and stops nothing else."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(settled, "MAX_CLOSURE_OBJECTS", 5)

    def chain(self, length):
        first = indicator(1, "green")
        return [first] + [
            report(number, "green", object_refs=[uid("report", number - 1) if number > 2 else first["id"]])
            for number in range(2, length + 1)
        ]

    def test_it_is_held_and_explained_and_does_not_go(self, three):
        take_in(three.aaa, *self.chain(8))
        assert share(three.aaa, uid("report", 5)).released == 1
        said = release.explain(three.aaa, uid("report", 8), BBB)
        assert (said.verdict.rule, said.verdict.reason.code) == ("R3", "release.closure-too-large")
        assert only_reason(share(three.aaa, uid("report", 8))) == "release.closure-too-large"

    def test_a_partner_cannot_stop_its_lane_with_it(self, three, monkeypatch):
        take_in(three.aaa, *self.chain(5))
        release.share_all(three.aaa, BBB)
        monkeypatch.setattr(settled, "MAX_CLOSURE_OBJECTS", 3)
        three.carry()
        assert states(three.bbb, uid("report", 5)) == [("AAA", "held")]
        assert release.explain(three.bbb, uid("report", 5), AAA).verdict.rule == "R3"
