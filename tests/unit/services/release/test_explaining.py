# SPDX-License-Identifier: MIT
"""Explaining names the rule, the reason, the digest of the rules, and the object that narrows it."""

import pytest

from making_release import AAA, BBB, CCC, indicator, report, take_in, three_nodes, uid
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.services import release, withdrawal

ONE, TWO, THREE = (uid("indicator", number) for number in (1, 2, 3))
REPORT = uid("report", 9)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def explain(node, stix_id, to=BBB):
    return release.explain(node, stix_id, to).as_json()


def test_what_may_go_is_explained_too(three):
    take_in(three.aaa, indicator(1, "green"))
    said = explain(three.aaa, ONE)
    assert (said["allowed"], said["rule"], said["narrowed_by"]) == (True, "R13", [])
    assert said["rules_digest"] == three.aaa.gate.rules.digest
    assert said["en"] == "TLP:GREEN may go to BBB/cert:csirt."
    assert said["own"] == said["closure"]


def test_the_object_that_narrows_it_is_named_with_its_rule(three):
    take_in(three.aaa, indicator(1, "green"), indicator(2, "red"), indicator(3, "green", description=f"like {TWO}"))
    take_in(three.aaa, report(9, "green", object_refs=[ONE, THREE]))
    said = explain(three.aaa, REPORT)
    assert (said["allowed"], said["rule"], said["code"]) == (False, "R5", "release.red")
    assert [(each["id"], each["rule"]) for each in said["narrowed_by"]] == [(TWO, "R5")]
    assert (said["own"]["tlp"], said["closure"]["tlp"]) == ("GREEN", "RED")


def test_a_missing_reference_is_named(three):
    take_in(three.aaa, report(9, "green", object_refs=[ONE]))
    said = explain(three.aaa, REPORT)
    assert [(each["id"], each["rule"]) for each in said["narrowed_by"]] == [(ONE, "R3")]


def test_the_object_itself_is_named_where_it_forbids(three):
    take_in(three.aaa, indicator(1, "red"))
    assert [each["id"] for each in explain(three.aaa, ONE)["narrowed_by"]] == [ONE]


def test_what_forbids_only_together_with_the_object_is_named(three):
    take_in(three.ccc, indicator(1, "clear"))
    release.share(three.ccc, [ONE], AAA)
    three.carry()
    take_in(three.aaa, report(9, "amber", object_refs=[ONE]))
    said = explain(three.aaa, REPORT)
    assert said["rule"] == "R9"
    assert [each["id"] for each in said["narrowed_by"]] == [ONE]


def test_what_forbids_only_all_together_is_named_all(three):
    take_in(three.ccc, indicator(1, "clear"))
    release.share(three.ccc, [ONE], AAA)
    three.carry()
    take_in(three.aaa, indicator(2, "amber"), report(9, "clear", object_refs=[ONE, TWO]))
    said = explain(three.aaa, REPORT)
    assert said["rule"] == "R9"
    assert {each["id"] for each in said["narrowed_by"]} == {ONE, TWO}


@pytest.mark.parametrize(("reader", "rule"), [("ZZZ", "R1"), ("AAA/cert:csirt", "R2"), ("AAA/police", "R13")])
def test_the_gate_has_an_answer_for_everybody(three, reader, rule):
    take_in(three.aaa, indicator(1, "amber"))
    said = explain(three.aaa, ONE, Audience.parse(reader))
    assert said["rule"] == rule
    assert said["narrowed_by"] == []


def test_what_is_not_here_is_explained_by_rule_zero(three):
    said = explain(three.aaa, ONE)
    assert (said["rule"], said["code"], said["own"]) == ("R0", "release.not-held", None)
    take_in(three.aaa, indicator(1, "green"))
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    assert explain(three.aaa, ONE)["code"] == "release.recalled"


def test_explaining_and_sharing_never_disagree(three):
    objects = [indicator(number, level) for number, level in enumerate(("clear", "green", "amber", "red"), 1)]
    objects += [indicator(5), report(6, "green", object_refs=[uid("indicator", 4)]), report(7, "clear")]
    take_in(three.aaa, *objects)
    take_in(three.aaa, indicator(8, "amber"), handling=BASES["victim-report"], caveats=(("CCC",),))
    ids = [each["id"] for each in objects] + [uid("indicator", 8)]
    for audience in (BBB, CCC, Audience("BBB"), Audience.parse("BBB/police:policy")):
        for stix_id in ids:
            said = explain(three.aaa, stix_id, audience)
            reported = release.share(three.aaa, [stix_id], audience)
            assert said["allowed"] == (reported.released == 1)
            assert said["allowed"] or reported.reasons[said["code"]].as_json()["en"] == said["en"]


def test_many_causes_are_cut_to_what_a_person_looks_at(three, monkeypatch):
    monkeypatch.setattr(release.explaining, "MOST_CAUSES", 3)
    take_in(three.aaa, report(9, "green", object_refs=[uid("indicator", number) for number in range(1, 9)]))
    assert len(explain(three.aaa, REPORT, AAA)["narrowed_by"]) == 0
    assert len(explain(three.aaa, REPORT)["narrowed_by"]) == 3
