# SPDX-License-Identifier: MIT
"""Marking narrows for good, and widens nothing but what was never marked."""

import pytest

from making_release import AAA, BBB, CCC, LATER, audited, indicator, report, take_in, three_nodes, uid
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_to_json
from tasuki.services import holdings as showing
from tasuki.services import release
from tasuki.store import consent, holdings
from tasuki.store.holdings import HOLDINGS

ONE, TWO = uid("indicator", 1), uid("indicator", 2)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def verdict(node, stix_id, to=BBB):
    return release.explain(node, stix_id, to).verdict


def label(node, stix_id):
    return label_to_json(release.explain(node, stix_id, BBB).own)


def test_unmarked_material_of_ours_gets_its_level(three):
    take_in(three.aaa, indicator(1))
    assert not verdict(three.aaa, ONE).allowed
    assert release.mark(three.aaa, [ONE, ONE], level="amber") == 1
    assert verdict(three.aaa, ONE).allowed
    (entry,) = audited(three.aaa, "release:holding:mark")
    assert (entry["ids"], entry["label"]["tlp"]) == ([ONE], "AMBER")


def test_a_level_is_narrowed_and_never_widened(three):
    take_in(three.aaa, indicator(1, "amber"))
    release.mark(three.aaa, [ONE], level="clear")
    assert label(three.aaa, ONE)["tlp"] == "AMBER"
    release.mark(three.aaa, [ONE], level="amber+strict")
    assert label(three.aaa, ONE)["tlp"] == "AMBER+STRICT"


def test_a_caveat_names_who_alone_may_have_it_and_ourselves(three):
    take_in(three.aaa, indicator(1, "amber"))
    release.mark(three.aaa, [ONE], level=None, audiences=["BBB/cert"])
    assert label(three.aaa, ONE)["releasable_to"] == ["AAA/cert:csirt", "BBB/cert"]
    assert verdict(three.aaa, ONE).allowed
    assert verdict(three.aaa, ONE, CCC).rule == "R6"


def test_with_a_caveat_the_answer_still_finds_its_way_back(three):
    take_in(three.aaa, indicator(1, "amber"))
    release.mark(three.aaa, [ONE], level=None, audiences=["BBB/cert:csirt"])
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    take_in(three.bbb, report(2, "amber", object_refs=[ONE]))
    assert release.share(three.bbb, [uid("report", 2)], AAA).released == 1


def test_a_mark_holds_for_the_versions_to_come_and_for_those_that_were(three):
    take_in(three.aaa, indicator(1, "green"))
    take_in(three.aaa, indicator(1, "green", modified="2026-02-01T12:00:00.000Z"))
    release.mark(three.aaa, [ONE], level="red")
    take_in(three.aaa, indicator(1, "clear", modified=LATER))
    assert verdict(three.aaa, ONE).rule == "R5"
    assert [each.label["tlp"] for each in showing.show(three.aaa, ONE)][:2] == ["RED", "RED"]


@pytest.mark.parametrize("first", ["the mark", "the version"])
def test_the_consent_a_mark_asks_for_is_asked_for_every_version_whichever_came_first(three, first):
    take_in(three.aaa, indicator(1, "green"))
    later = indicator(1, "green", modified=LATER)
    if first == "the version":
        take_in(three.aaa, later)
    release.mark(three.aaa, [ONE], level=None, besides=release.Besides(consent_of=("CCC",)))
    if first == "the mark":
        take_in(three.aaa, later)
    with three.aaa.database.read() as connection:
        position = holdings.history(connection, ONE)[-1].position
        asked = consent.parts_at(connection, three.aaa.labels, [position])
    assert [each.own.consent_of for each in asked] == [{"CCC"}]


def test_a_mark_narrows_what_refers_to_a_later_version(three):
    take_in(three.aaa, indicator(1, "green"), report(2, "green", object_refs=[ONE]))
    release.mark(three.aaa, [ONE], level="red")
    take_in(three.aaa, indicator(1, "clear", modified=LATER))
    assert verdict(three.aaa, uid("report", 2)).rule == "R5"


def test_marks_add_up_for_the_versions_to_come(three):
    take_in(three.aaa, indicator(1, "clear"))
    release.mark(three.aaa, [ONE], level="amber")
    release.mark(three.aaa, [ONE], level=None, audiences=["BBB"])
    take_in(three.aaa, indicator(1, "clear", modified=LATER))
    assert label(three.aaa, ONE)["tlp"] == "AMBER"
    assert verdict(three.aaa, ONE, CCC).rule == "R6"


def test_a_mark_travels_with_a_later_version_too(three):
    take_in(three.aaa, indicator(1, "clear"))
    release.mark(three.aaa, [ONE], level="amber")
    take_in(three.aaa, indicator(1, "clear", modified=LATER))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    (shown,) = showing.show(three.bbb, ONE)
    assert shown.label["tlp"] == "AMBER"


def test_a_mark_narrows_what_refers_to_it(three):
    take_in(three.aaa, indicator(1, "green"), report(2, "green", object_refs=[ONE]))
    assert verdict(three.aaa, uid("report", 2)).allowed
    release.mark(three.aaa, [ONE], level="red")
    assert verdict(three.aaa, uid("report", 2)).rule == "R5"


def test_others_material_may_be_narrowed_and_keeps_the_mark_when_it_comes_anew(three):
    take_in(three.aaa, indicator(1, "clear"))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    assert verdict(three.bbb, ONE, CCC).allowed
    release.mark(three.bbb, [ONE], level="amber")
    take_in(three.aaa, indicator(1, "clear", modified=LATER))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    assert len(showing.show(three.bbb, ONE)) == 2
    assert verdict(three.bbb, ONE, CCC).rule == "R9"


def test_a_mark_put_on_a_copy_travels_with_it(three):
    take_in(three.aaa, indicator(1, "clear"))
    release.mark(three.aaa, [ONE], level="green", audiences=["BBB"])
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    (shown,) = showing.show(three.bbb, ONE)
    assert (shown.label["tlp"], shown.label["releasable_to"]) == ("GREEN", ["AAA/cert:csirt", "BBB"])


def test_unmarked_material_of_others_is_not_ours_to_mark(three):
    take_in(three.bbb, indicator(1))
    holding = showing.show(three.bbb, ONE)[0].holding
    three.bbb.database.write(
        lambda c: c.execute(HOLDINGS.update().where(HOLDINGS.c.position == holding.position).values(originator="AAA"))
    )
    with pytest.raises(CallerError) as caught:
        release.mark(three.bbb, [ONE], level="clear")
    assert caught.value.reason.code == "release.others-material"
    assert not audited(three.bbb, "release:holding:mark")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"level": "purple"}, "release.no-level"),
        ({"level": None}, "release.nothing-to-mark"),
        ({"level": "amber", "audiences": ["the usual people"]}, "release.unknown-reader"),
        ({"level": "amber", "audiences": ["BBB/typo"]}, "release.unknown-reader"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value),
)
def test_a_mark_nobody_understands_is_refused(three, how, code):
    take_in(three.aaa, indicator(1))
    with pytest.raises(CallerError) as caught:
        release.mark(three.aaa, [ONE], **how)
    assert caught.value.reason.code == code


def test_of_several_either_all_are_marked_or_none(three):
    take_in(three.aaa, indicator(1, "green"))
    with pytest.raises(InputError) as caught:
        release.mark(three.aaa, [ONE, TWO], level="red")
    assert caught.value.reason.params == {"stix_id": TWO}
    assert label(three.aaa, ONE)["tlp"] == "GREEN"


def test_everything_a_mark_can_say_is_met_in(three):
    take_in(three.aaa, indicator(1, "green"))
    said = release.Besides(
        pap="amber",
        consent_of=("AAA",),
        classifications=("AAA:OPEN",),
        embargo="2030-01-01T00:00:00Z",
        ahead=("BBB/cert", "BBB/cert:csirt"),
        until="2031-01-01T00:00:00Z",
    )
    release.mark(three.aaa, [ONE], level=None, besides=said)
    assert label(three.aaa, ONE) == {
        "tlp": "GREEN",
        "releasable_to": None,
        "originators": ["AAA"],
        "blocked": [],
        "pap": "AMBER",
        "consent_of": ["AAA"],
        "classifications": ["AAA:OPEN"],
        "embargo": "2030-01-01T00:00:00.000Z",
        "ahead": ["BBB/cert"],
        "until": "2031-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"pap": "purple"}, "release.no-pap"),
        ({"consent_of": ("ZZZ",)}, "release.no-participant"),
        ({"classifications": ("AAA:SECRET",)}, "release.no-classification"),
        ({"ahead": ("BBB",)}, "release.ahead-of-nothing"),
        ({"embargo": "2030-01-01T00:00:00Z", "ahead": ("ZZZ",)}, "release.unknown-reader"),
        ({"embargo": "tomorrow"}, "release.no-moment"),
        ({"until": "2000-01-01T00:00:00Z"}, "release.no-moment"),
        ({}, "release.nothing-to-mark"),
    ],
    ids=str,
)
def test_a_mark_that_nobody_could_keep_is_refused(three, said, code):
    take_in(three.aaa, indicator(1, "green"))
    with pytest.raises(CallerError) as caught:
        release.mark(three.aaa, [ONE], level=None, besides=release.Besides(**said))
    assert caught.value.reason.code == code


def test_red_goes_to_the_person_a_mark_names_and_to_nobody_else(three):
    take_in(three.aaa, indicator(1, "red"))
    release.mark(three.aaa, [ONE], level=None, audiences=["BBB/cert:csirt@mori"])
    verdicts = {
        name: release.explain(three.aaa, ONE, Audience.parse(name)).verdict.rule
        for name in ("BBB/cert:csirt@mori", "BBB/cert:csirt@bell", "BBB/cert:csirt", "BBB")
    }
    assert verdicts == {"BBB/cert:csirt@mori": "R13", "BBB/cert:csirt@bell": "R5", "BBB/cert:csirt": "R5", "BBB": "R5"}


def test_a_later_version_of_ours_without_a_level_gets_the_one_that_was_given(three):
    take_in(three.aaa, indicator(1))
    release.mark(three.aaa, [ONE], level="green")
    release.mark(three.aaa, [ONE], level=None, besides=release.Besides(pap="amber"))
    take_in(three.aaa, indicator(1, modified=LATER))
    assert label(three.aaa, ONE)["tlp"] == "GREEN"


def test_a_mark_that_gives_no_level_gives_none_to_a_later_version(three):
    take_in(three.aaa, indicator(1))
    release.mark(three.aaa, [ONE], level=None, besides=release.Besides(pap="amber"))
    take_in(three.aaa, indicator(1, modified=LATER))
    assert label(three.aaa, ONE)["tlp"] is None
