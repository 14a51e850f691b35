# SPDX-License-Identifier: MIT
"""Clocks run alike at both nodes, hurry by each side's own scale, and never run out of time themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from making_assistance import PROFILE
from making_statements import START, at, ending, request, response, said
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.clocks import clocks, moment
from tasuki.core.assistance.watch import Wait, watch
from tasuki.core.partners.model import Pace, Paces
from tasuki.formats.stix.assistance import Severity

HOUR = timedelta(hours=1)
BOTH = ("indicators", "hunt")


def case(*statements):
    (found,) = cases([said(each) for each in statements], PROFILE)
    return found


def running(*statements, minutes=0.0):
    return clocks(case(*statements), PROFILE, at(minutes))


def jpn(code):
    return request(severity=Severity(scale="jpn-ci-2018", value=code))


@pytest.mark.parametrize(("code", "pace"), [("4", "urgent"), ("3", "urgent"), ("2", "routine"), ("0", "routine")])
def test_the_askers_own_scale_says_whether_it_hurries(code, pace):
    found = running(jpn(code))
    limits = PROFILE.assistance.urgent if pace == "urgent" else PROFILE.assistance.routine
    assert found.pace == pace
    assert found.acknowledge.due == START + limits.acknowledge
    assert found.decide.due == START + limits.decide


def test_the_other_sides_own_scale_may_hurry_too_and_no_number_is_carried_over():
    calm = response("acknowledged", 5, severity=Severity(scale="gbr-ncsc", value="C3"))
    grave = response("acknowledged", 5, severity=Severity(scale="gbr-ncsc", value="C2"))
    assert running(jpn("2"), calm).pace == "routine"
    assert running(jpn("2"), grave).pace == "urgent"


@pytest.mark.parametrize("severity", [None, Severity(scale="gbr-ncsc", value="C6"), Severity(scale="x", value="3")])
def test_a_request_without_a_severity_of_its_own_that_can_be_read_hurries(severity):
    assert running(request(severity=severity)).pace == "urgent"


def test_a_code_the_scale_does_not_have_hurries():
    assert running(jpn("9")).pace == "urgent"


def test_the_partnership_sets_the_paces():
    pace = Pace(acknowledge=timedelta(minutes=10), decide=timedelta(minutes=20))
    profile = replace(PROFILE, assistance=Paces(urgent=pace, routine=pace))
    assert clocks(case(request()), profile, START).acknowledge.due == at(10)


def test_nobody_hopes_for_an_acknowledgement_after_help_is_needed():
    assert running(request(needed_by=at(20))).acknowledge.due == at(20)
    assert running(request(needed_by=at(-20))).acknowledge.due == at(60)


def test_a_clock_is_overdue_past_its_moment_and_not_before():
    assert not running(request(), minutes=60).acknowledge.overdue
    assert running(request(), minutes=60.1).acknowledge.overdue


def test_what_was_done_late_is_done():
    found = running(request(), response("acknowledged", 90), minutes=100)
    assert (found.acknowledge.met_at, found.acknowledge.overdue) == (at(90), False)
    assert found.decide.met_at is None
    assert running(request(), response("accepted", 90, accepted=BOTH), minutes=999).decide.met_at == at(90)


def test_a_part_left_open_keeps_the_decision_waiting():
    found = running(request(), response("accepted-in-part", 5, accepted=("hunt",)), minutes=361)
    assert found.decide.overdue


def test_the_decision_waits_for_the_asker_while_a_question_is_open_and_starts_anew_with_its_answer():
    question = response("information-wanted", 5, question="Since when?")
    assert running(request(), question, minutes=999).decide is None
    assert running(request(300), question).decide.due == at(300) + PROFILE.assistance.urgent.decide


def test_help_given_stops_the_last_clock_and_an_end_stops_all():
    asked = request(needed_by=at(120))
    assert running(asked, minutes=121).needed.overdue
    assert running(asked, response("answered", 60), minutes=121).needed.met_at == at(60)
    refused = response("declined", 60, declined=BOTH, reason_code="law")
    assert not running(asked, refused, minutes=121).needed.overdue
    ended = running(asked, ending("withdrawn", 1), minutes=9999)
    assert not any(each.overdue for each in (ended.acknowledge, ended.decide, ended.needed))


def test_a_request_from_the_end_of_time_stops_no_clock_from_being_computed():
    last = datetime.max.replace(tzinfo=UTC)
    found = running(request(created=last, modified=last))
    assert found.acknowledge.due == last
    assert not found.acknowledge.overdue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", START + timedelta(minutes=90)),
        ("6h", START + 6 * HOUR),
        ("2d", START + 48 * HOUR),
        ("2026-03-01T18:30:00+09:00", None),
        ("2026-03-02T03:00:00+09:00", START + 6 * HOUR),
        ("2026-03-01T18:00:00.123456Z", datetime(2026, 3, 1, 18, 0, 0, 123000, tzinfo=UTC)),
    ],
)
def test_a_person_may_say_until_when_as_a_moment_or_from_now(text, expected):
    if expected is None:
        with pytest.raises(CallerError, match="after now"):
            moment(text, START)
    else:
        assert moment(text, START) == expected


@pytest.mark.parametrize("text", ["", "h", "soon", "-3h", "99999h", "٣h", "6 h", "2026-13-01T00:00:00Z", "1w"])
def test_anything_else_is_said_to_be_no_moment(text):
    with pytest.raises(CallerError, match="Expected a moment"):
        moment(text, START)


def waits(*statements, me, minutes):
    found = watch(case(*statements), me, PROFILE, at(minutes))
    return [each.wait for each in found]


def test_a_call_for_help_waits_for_us_from_the_first_moment_until_somebody_acknowledges():
    assert waits(request(), me="GBR", minutes=0) == [Wait.OUR_ACKNOWLEDGEMENT]
    assert waits(request(), response("acknowledged", 1), me="GBR", minutes=5) == []
    assert waits(request(), response("acknowledged", 1), me="GBR", minutes=361) == [Wait.OUR_DECISION]
    assert waits(request(), me="FRA", minutes=999) == []


def test_the_asker_hears_of_silence_and_of_questions():
    assert waits(request(), me="JPN", minutes=59) == []
    assert waits(request(), me="JPN", minutes=61) == [Wait.THEIR_ACKNOWLEDGEMENT]
    question = response("information-wanted", 5, question="Since when?")
    assert waits(request(), question, me="JPN", minutes=6) == [Wait.OUR_INFORMATION]
    assert waits(request(), ending("withdrawn", 70), me="JPN", minutes=99) == []


def test_what_somebody_else_passed_on_to_us_is_looked_at():
    passed = said(request(), "FRA")
    (found,) = cases([passed], PROFILE)
    assert [each.wait for each in watch(found, "GBR", PROFILE, START)] == [Wait.THE_ASKER]
    assert list(watch(found, "JPN", PROFILE, START)) == []
    (orphan,) = cases([said(response("accepted", 5))], PROFILE)
    assert list(watch(orphan, "JPN", PROFILE, START)) == []


def test_a_request_to_ones_own_side_waits_for_nobody():
    (found,) = cases([said(request(to=Audience.parse("JPN/npa:police")))], PROFILE)
    assert clocks(found, PROFILE, START) is None
