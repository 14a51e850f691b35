# SPDX-License-Identifier: MIT
"""Who is asked what: everybody whose say the gate misses, each for what it has a say in and for nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_consent import ONE, ask, give, grant, rule
from making_release import AAA, BBB, CCC, audited, indicator, report, take_in, three_nodes, uid
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.services import consent, release
from tasuki.store import channel

POLICE = Audience.parse("BBB/police:csirt")
TWO, REPORT = uid("indicator", 2), uid("report", 9)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def refused(three, family=CallerError, **changes):
    asking = consent.Asking(ids=(ONE,), to=CCC, until=three.hands.now + timedelta(days=3), why="They see it too.")
    with pytest.raises(family) as caught:
        consent.ask(three.bbb, replace(asking, **changes))
    return caught.value.reason


def waiting(node):
    with node.database.read() as connection:
        return [
            item
            for each in ("AAA", "CCC")
            for lane in ("bulk", "urgent")
            for item in channel.waiting(connection, each, lane, 9)
        ]


def test_the_originator_is_asked_for_the_version_that_is_held(three):
    give(three)
    (made,) = ask(three)
    assert (made.asked, made.state, made.audience, made.purpose) == ("AAA", "asked", str(CCC), "cyber-defence")
    (came,) = consent.listed(three.aaa, limit=9).requests
    assert (came.request, came.direction, came.asker, came.why) == (made.request, "in", "BBB", "They see it too.")
    assert came.objects == ({**made.objects[0], "known": "ours"},)
    assert audited(three.bbb, "consent:request:ask")[0]["partner"] == "AAA"
    assert audited(three.aaa, "consent:request:received")[0]["request"] == made.request


def test_each_hears_of_its_own_and_of_nothing_else(three):
    give(three)
    take_in(three.ccc, indicator(2, "amber"))
    release.share(three.ccc, [TWO], BBB)
    three.carry()
    take_in(three.bbb, report(9, "amber", object_refs=[ONE, TWO]))
    made = {each.asked: each for each in ask(three, REPORT, to=POLICE)}
    assert {who: [each["id"] for each in asked.objects] for who, asked in made.items()} == {"AAA": [ONE], "CCC": [TWO]}
    for node, mine in ((three.aaa, ONE), (three.ccc, TWO)):
        (came,) = consent.listed(node, limit=9).requests
        assert [each["id"] for each in came.objects] == [mine]
    grant(three, made["AAA"].request)
    assert rule(three.bbb, REPORT, POLICE) == "R9"
    consent.grant(three.ccc, made["CCC"].request, why="Fine.")
    three.carry()
    assert rule(three.bbb, REPORT, POLICE) == "R13"


def test_all_parts_of_a_closure_are_asked_for_at_once(three):
    give(three, indicator(1, "amber"), indicator(2, "amber"), report(9, "amber", object_refs=[ONE, TWO]))
    (made,) = ask(three, REPORT)
    assert {each["id"] for each in made.objects} == {ONE, TWO, REPORT}
    grant(three, made.request)
    assert {rule(three.bbb, each) for each in (ONE, TWO, REPORT)} == {"R13"}


def test_what_was_agreed_to_is_not_asked_for_again(three):
    give(three, indicator(1, "amber"), indicator(2, "amber"), report(9, "amber", object_refs=[ONE, TWO]))
    grant(three, ask(three)[0].request)
    (made,) = ask(three, REPORT)
    assert {each["id"] for each in made.objects} == {TWO, REPORT}


def test_nobody_is_asked_for_what_is_not_kept_back_for_want_of_consent(three):
    give(three)
    assert refused(three, to=AAA).code == "consent.not-asked-for"
    take_in(three.bbb, indicator(3))
    assert refused(three, ids=(uid("indicator", 3),)).params["rule"] == "R4"
    assert refused(three, to=Audience.parse("CCC")).code == "consent.stays-anyway"
    assert waiting(three.bbb) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": Audience.parse("DDD/cert:csirt")}, "release.unknown-reader"),
        ({"until": None}, "consent.past"),
        ({"why": ""}, "consent.no-reason"),
        ({"why": "two\nlines"}, "consent.no-reason"),
        ({"purpose": "Cyber Defence"}, "consent.no-purpose"),
        ({"purpose": "prosecution"}, "consent.other-purpose"),
    ],
    ids=str,
)
def test_a_question_that_could_never_count_is_refused(three, changes, code):
    give(three)
    if changes.get("until", 1) is None:
        changes = {"until": three.hands.now}
    assert refused(three, **changes).code == code
    assert waiting(three.bbb) == []


def test_what_is_not_held_is_not_asked_for(three):
    assert refused(three, InputError).code == "release.not-held"


def test_whoever_may_not_know_of_a_part_is_not_told_of_it_by_being_asked(three):
    take_in(three.ccc, indicator(2, "amber"))
    release.share(three.ccc, [TWO], BBB)
    three.carry()
    release.mark(three.bbb, [TWO], level=None, besides=release.Besides(consent_of=("AAA",)))
    reason = refused(three, InputError, ids=(TWO,), to=POLICE)
    assert (reason.code, reason.params["partner"], reason.params["rule"]) == ("consent.cannot-be-told", "AAA", "R9")
    assert waiting(three.bbb) == []


def test_what_is_ours_goes_along_to_whoever_is_asked_about_it(three):
    take_in(three.bbb, indicator(4, "amber"))
    release.mark(three.bbb, [uid("indicator", 4)], level=None, besides=release.Besides(consent_of=("AAA",)))
    (made,) = ask(three, uid("indicator", 4), to=POLICE)
    (came,) = consent.listed(three.aaa, limit=9).requests
    assert (came.request, came.objects[0]["known"]) == (made.request, "ours")
    grant(three, made.request)
    assert rule(three.bbb, uid("indicator", 4), POLICE) == "R13"


def test_a_victim_in_the_way_comes_first(three):
    give(three)
    take_in(three.bbb, report(9, "amber", object_refs=[ONE]), handling=BASES["victim-report"])
    assert refused(three, ids=(REPORT,)).params["code"] == "release.victim-consent"
