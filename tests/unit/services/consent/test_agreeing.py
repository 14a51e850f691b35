# SPDX-License-Identifier: MIT
"""What a victim said holds for what it was said of, until then, to those named, and no longer than it says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_consent import ONE, rule
from making_release import BBB, CCC, audited, indicator, report, states, take_in, three_nodes, uid
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import Victim
from tasuki.services import consent, holdings, release
from tasuki.services.consent import Agreeing

REPORTED = BASES["victim-report"]
TWO, REPORT = uid("indicator", 2), uid("report", 9)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        take_in(nodes.aaa, indicator(1, "amber"), handling=REPORTED)
        yield nodes


def agreeing(three, **changes):
    until = three.hands.now + timedelta(days=3)
    whole = Agreeing(stix_id=ONE, to=(BBB,), until=until, reference="IR-2026-0031", why="Agreed in writing.")
    return replace(whole, **changes)


def refused(three, family=CallerError, **changes):
    with pytest.raises(family) as caught:
        consent.agree(three.aaa, agreeing(three, **changes))
    return caught.value.reason.code


def handling(node, stix_id=ONE):
    return [each.handling["victim"] for each in holdings.show(node, stix_id)]


def test_what_a_victim_reported_stays_until_it_was_asked(three):
    assert rule(three.aaa, to=BBB) == "R3"
    assert handling(three.aaa) == ["not-asked"]


def test_what_the_victim_agreed_to_goes_to_whom_it_named_until_then(three):
    made = consent.agree(three.aaa, agreeing(three))
    assert (made.kind, made.state, made.reference, made.audiences) == (
        "victim", "in-force", "IR-2026-0031", (str(BBB),),
    )  # fmt: skip
    assert (rule(three.aaa, to=BBB), rule(three.aaa, to=CCC)) == ("R13", "R3")
    three.hands.now += timedelta(days=3)
    assert rule(three.aaa, to=BBB) == "R3"
    assert consent.listed(three.aaa, limit=9).agreements[0].state == "expired"


def test_it_agreed_to_this_version_and_to_no_later_one(three):
    consent.agree(three.aaa, agreeing(three))
    take_in(three.aaa, indicator(1, "amber", modified="2026-02-02T00:00:00.000Z", name="More"), handling=REPORTED)
    assert rule(three.aaa, to=BBB) == "R3"


def test_it_agreed_to_this_object_and_not_to_all_that_it_hangs_together_with(three):
    take_in(three.aaa, report(9, "amber", object_refs=[ONE]), handling=REPORTED)
    consent.agree(three.aaa, agreeing(three, stix_id=REPORT))
    assert rule(three.aaa, REPORT, BBB) == "R3"
    consent.agree(three.aaa, agreeing(three))
    assert rule(three.aaa, REPORT, BBB) == "R13"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": "Example Foods Ltd"}, "consent.no-case"),
        ({"reference": ""}, "consent.no-case"),
        ({"why": ""}, "consent.no-reason"),
        ({"to": (Audience.parse("DDD"),)}, "release.unknown-reader"),
    ],
    ids=str,
)
def test_an_entry_that_says_too_little_or_too_much_is_refused(three, changes, code):
    assert refused(three, **changes) == code
    assert rule(three.aaa, to=BBB) == "R3"


def test_a_moment_that_has_passed_is_refused(three):
    assert refused(three, until=three.hands.now) == "consent.past"


def test_there_is_nothing_to_agree_to_where_no_victim_is(three):
    take_in(three.aaa, indicator(2, "amber"))
    assert refused(three, stix_id=TWO) == "consent.no-victim"


def test_of_anothers_material_only_the_other_says_what_its_victim_said(three):
    consent.agree(three.aaa, agreeing(three))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    with pytest.raises(InputError) as caught:
        consent.agree(three.bbb, agreeing(three, to=(CCC,)))
    assert caught.value.reason.code == "consent.no-own"
    with pytest.raises(InputError):
        consent.state_victim(three.bbb, ONE, Victim.REFUSED, why="It rang us.")


def test_a_victim_that_changes_its_mind_is_heard(three):
    made = consent.agree(three.aaa, agreeing(three))
    release.share(three.aaa, [ONE], BBB)
    three.carry()
    stated = consent.state_victim(three.aaa, ONE, Victim.REFUSED, why="It took its word back.")
    assert (stated.changed, stated.ended, stated.left) == (1, (made.number,), (str(BBB),))
    assert rule(three.aaa, to=BBB) == "R3"
    assert handling(three.aaa) == ["refused"]
    assert states(three.bbb, ONE) == [("AAA", "held")]
    ended = consent.listed(three.aaa, limit=9).agreements[0]
    assert (ended.state, ended.decided_why) == ("ended", "It took its word back.")


@pytest.mark.parametrize("victim", [Victim.REFUSED, Victim.ANONYMOUS, Victim.NATIONAL_ONLY])
def test_whatever_it_says_instead_keeps_it_here_also_what_had_no_victim(three, victim):
    take_in(three.aaa, indicator(2, "amber"))
    assert rule(three.aaa, TWO, BBB) == "R13"
    consent.state_victim(three.aaa, TWO, victim, why="It tells of one.")
    assert rule(three.aaa, TWO, BBB) == "R3"
    assert handling(three.aaa, TWO) == [victim.value]


def test_a_word_that_was_given_at_import_holds_and_can_be_taken_back(three):
    take_in(three.aaa, indicator(2, "amber"), handling=replace(REPORTED, victim=Victim.GIVEN))
    assert rule(three.aaa, TWO, BBB) == "R13"
    consent.state_victim(three.aaa, TWO, Victim.NATIONAL_ONLY, why="Only here.")
    assert rule(three.aaa, TWO, BBB) == "R3"


def test_every_version_of_ours_says_it(three):
    take_in(three.aaa, indicator(1, "amber", modified="2026-02-02T00:00:00.000Z"), handling=REPORTED)
    assert consent.state_victim(three.aaa, ONE, Victim.ANONYMOUS, why="Without the name.").changed == 2
    assert handling(three.aaa) == ["anonymous"] * 2


def test_what_was_said_and_why_is_in_the_log_and_what_it_is_about_is_not(three):
    consent.agree(three.aaa, agreeing(three))
    consent.state_victim(three.aaa, ONE, Victim.REFUSED, why="It took its word back.")
    (agreed,), (stated,) = (audited(three.aaa, f"consent:victim:{act}") for act in ("agree", "state"))
    assert (agreed["reference"], agreed["why"]) == ("IR-2026-0031", "Agreed in writing.")
    assert (stated["victim"], stated["ended"]) == ("refused", [1])
    assert "n1.example" not in str((agreed, stated))


def test_where_something_else_blocks_too_it_is_named_and_not_the_victim_who_agreed(three):
    take_in(three.aaa, indicator(2, "amber", created_by_ref=uid("identity", 77)), handling=REPORTED)
    consent.agree(three.aaa, agreeing(three, stix_id=TWO))
    verdict = release.explain(three.aaa, TWO, BBB).verdict
    assert (verdict.rule, verdict.reason.code) == ("R3", "release.missing-reference")
