# SPDX-License-Identifier: MIT
"""An override takes a ground in words and two people; it lifts what victims and personal data keep, nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_consent import ONE, give, person, rule
from making_release import BBB, CCC, audited, indicator, report, take_in, three_nodes, uid
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.core.holdings.handling import BASES
from tasuki.core.holdings.model import PersonalData
from tasuki.core.persons.model import Principal
from tasuki.core.release.circumstances import GrantKind
from tasuki.services import consent, withdrawal

OWN, REPORTED = BASES["own-analysis"], BASES["victim-report"]
REPORT, TWO = uid("report", 9), uid("indicator", 2)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        people = replace(OWN, personal_data=PersonalData.YES)
        take_in(nodes.aaa, indicator(1, "amber"), handling=REPORTED)
        take_in(nodes.aaa, indicator(2, "amber"), handling=people)
        take_in(nodes.aaa, report(9, "amber", object_refs=[ONE, TWO]))
        yield nodes


@pytest.fixture
def mori(three):
    return person(three.aaa, "mori")


@pytest.fixture
def bell(three):
    return person(three.aaa, "bell")


def proposal(three, **changes):
    until = three.hands.now + timedelta(days=1)
    kind = GrantKind.LIFE
    whole = consent.Proposal(stix_id=REPORT, to=BBB, kind=kind, words="A hospital is down.", until=until)
    return replace(whole, **changes)


def code(act, *given, family=CallerError, **named):
    with pytest.raises(family) as refused:
        act(*given, **named)
    return refused.value.reason.code


@pytest.mark.parametrize("kind", [GrantKind.LIFE, GrantKind.STATUTORY])
def test_two_people_lift_everything_that_a_victim_or_personal_data_keeps(three, mori, bell, kind):
    made = consent.propose(three.aaa, mori, proposal(three, kind=kind))
    assert (made.state, made.made_by, made.kind) == ("proposed", "mori", kind.value)
    assert rule(three.aaa, REPORT, BBB) == "R3"
    done = consent.confirm(three.aaa, bell, made.number, why="It is so.")
    assert (done.state, done.decided_by, done.decided_why) == ("in-force", "bell", "It is so.")
    assert (rule(three.aaa, REPORT, BBB), rule(three.aaa, REPORT, CCC)) == ("R13", "R3")
    three.hands.now += timedelta(days=1)
    assert rule(three.aaa, REPORT, BBB) == "R3"


def test_the_same_person_twice_is_one(three, mori):
    made = consent.propose(three.aaa, mori, proposal(three))
    assert code(consent.confirm, three.aaa, mori, made.number, why="Yes.") == "persons.same-person"
    assert rule(three.aaa, REPORT, BBB) == "R3"


@pytest.mark.parametrize("reader", ["AAA/cert:csirt", "AAA/police:csirt@aoki", "AAA/cert:policy@aoki"])
def test_neither_the_bare_home_nor_another_desk_counts(three, mori, reader):
    audience = Audience.parse(reader)
    nobody = Principal(audience, audience.person or None)
    assert code(consent.propose, three.aaa, nobody, proposal(three)) == "persons.not-named"
    made = consent.propose(three.aaa, mori, proposal(three))
    for act in (consent.confirm, consent.reject, consent.end):
        assert code(act, three.aaa, nobody, made.number, why="Yes.") == "persons.not-named"
    assert rule(three.aaa, REPORT, BBB) == "R3"


def test_what_was_rejected_or_ended_counts_no_more(three, mori, bell):
    first = consent.propose(three.aaa, mori, proposal(three))
    consent.reject(three.aaa, mori, first.number, why="A mistake of mine.")
    assert code(consent.confirm, three.aaa, bell, first.number, why="Yes.") == "consent.no-proposal"
    second = consent.propose(three.aaa, mori, proposal(three))
    consent.confirm(three.aaa, bell, second.number, why="It is so.")
    assert consent.end(three.aaa, mori, second.number, why="Over.").state == "ended"
    assert rule(three.aaa, REPORT, BBB) == "R3"
    assert code(consent.end, three.aaa, mori, second.number, why="Over.") == "consent.no-proposal"


@pytest.mark.parametrize("number", [0, 99, -1])
def test_a_number_nobody_gave_is_named_as_such(three, bell, number):
    assert code(consent.confirm, three.aaa, bell, number, why="Yes.") == "consent.no-proposal"


def test_what_a_victim_agreed_to_is_no_override(three, bell):
    until = three.hands.now + timedelta(days=1)
    agreed = consent.agree(
        three.aaa, consent.Agreeing(stix_id=ONE, to=(BBB,), until=until, reference="IR-1", why="In writing.")
    )
    assert code(consent.end, three.aaa, bell, agreed.number, why="Over.") == "consent.no-proposal"


def test_it_is_confirmed_for_what_was_proposed_and_for_nothing_that_came_since(three, mori, bell):
    made = consent.propose(three.aaa, mori, proposal(three))
    take_in(three.aaa, indicator(1, "amber", modified="2026-02-02T00:00:00.000Z", name="More"), handling=REPORTED)
    assert code(consent.confirm, three.aaa, bell, made.number, why="Yes.") == "consent.changed"
    assert rule(three.aaa, REPORT, BBB) == "R3"


def test_a_proposal_whose_time_has_passed_is_confirmed_no_more(three, mori, bell):
    made = consent.propose(three.aaa, mori, proposal(three))
    three.hands.now += timedelta(days=1)
    assert consent.listed(three.aaa, limit=1).agreements[0].state == "expired"
    assert code(consent.confirm, three.aaa, bell, made.number, why="Yes.") == "consent.past"


def test_nobody_elses_say_is_overridden(three, mori, bell):
    """Not the originator's, and not a caveat."""
    give(three, indicator(5, "amber"))
    five = uid("indicator", 5)
    take_in(three.bbb, report(8, "amber", object_refs=[five]), handling=REPORTED)
    there = person(three.bbb, "mori"), person(three.bbb, "bell")
    made = consent.propose(three.bbb, there[0], proposal(three, stix_id=uid("report", 8), to=CCC))
    consent.confirm(three.bbb, there[1], made.number, why="It is so.")
    assert rule(three.bbb, uid("report", 8), CCC) == "R9"
    take_in(three.aaa, indicator(6, "amber"), handling=REPORTED, caveats=(("CCC",),))
    made = consent.propose(three.aaa, mori, proposal(three, stix_id=uid("indicator", 6)))
    consent.confirm(three.aaa, bell, made.number, why="It is so.")
    assert rule(three.aaa, uid("indicator", 6), BBB) == "R6"


def test_there_is_nothing_to_override_where_no_victim_or_person_is(three, mori):
    take_in(three.aaa, indicator(7))
    assert code(consent.propose, three.aaa, mori, proposal(three, stix_id=uid("indicator", 7))) == (
        "consent.nothing-to-override"
    )
    absent = proposal(three, stix_id=uid("indicator", 99))
    assert code(consent.propose, three.aaa, mori, absent, family=InputError) == "release.not-held"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"words": ""}, "consent.no-reason"),
        ({"words": "two\nlines"}, "consent.no-reason"),
        ({"to": Audience.parse("DDD")}, "release.unknown-reader"),
    ],
    ids=str,
)
def test_a_proposal_without_ground_or_addressee_is_none(three, mori, changes, found):
    assert code(consent.propose, three.aaa, mori, proposal(three, **changes)) == found


def test_both_people_and_both_reasons_are_in_the_log(three, mori, bell):
    made = consent.propose(three.aaa, mori, proposal(three))
    consent.confirm(three.aaa, bell, made.number, why="It is so.")
    consent.end(three.aaa, bell, made.number, why="Over.")
    (proposed,), (confirmed,), (ended,) = (
        audited(three.aaa, f"consent:override:{act}") for act in ("propose", "confirm", "end")
    )
    assert (proposed["person"], proposed["words"], proposed["kind"]) == ("mori", "A hospital is down.", "life")
    assert (confirmed["person"], confirmed["proposed_by"], confirmed["why"]) == ("bell", "mori", "It is so.")
    assert (ended["person"], ended["why"]) == ("bell", "Over.")


def test_a_recalled_object_is_not_brought_back(three, mori, bell):
    made = consent.propose(three.aaa, mori, proposal(three, stix_id=ONE))
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    assert code(consent.confirm, three.aaa, bell, made.number, why="Yes.") == "consent.changed"
    assert rule(three.aaa, ONE, BBB) == "R0"
