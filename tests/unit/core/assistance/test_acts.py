# SPDX-License-Identifier: MIT
"""What a side says is checked before it exists: by the right side, in the words of the lists, naming no victim."""

from datetime import timedelta

import pytest

from making_assistance import LONDON, PROFILE, TOKYO, asking
from making_nodes import profile as without_scales
from making_statements import (
    LONDON_SIDE,
    REQUEST,
    START,
    TOKYO_SIDE,
    at,
    ending,
    name,
    request,
    response,
    said,
)
from tasuki.base.errors import CallerError
from tasuki.core.assistance import acts
from tasuki.core.assistance.acts import Amending, Answering, Desk, Office
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.words import written_status_line

JPN = Desk(home=TOKYO_SIDE, profile=PROFILE)
GBR = Desk(home=LONDON_SIDE, profile=PROFILE)
NEW = name("assistance-response", 7)


def case(*statements):
    (found,) = cases([said(each) for each in (request(), *statements)], PROFILE)
    return found


def refused(code, act, *arguments, **options):
    with pytest.raises(CallerError) as error:
        act(*arguments, **options)
    assert error.value.reason.code == f"assistance.{code}"
    return error.value.reason


def test_a_request_states_both_sides_its_own_scale_and_that_it_binds_nobody():
    made = acts.request(JPN, asking(), REQUEST, START + timedelta(microseconds=1234))
    assert (made.sender, made.to) == (TOKYO_SIDE, LONDON_SIDE)
    assert (made.severity.scale, made.severity.value) == ("jpn-ci-2018", "3")
    assert made.status_line == written_status_line(PROFILE)
    assert made.created == made.modified == START + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": TOKYO_SIDE}, "own-side"),
        ({"trigger": "Ransom Ware"}, "bad-trigger"),
        ({"trigger": ""}, "bad-trigger"),
        ({"trigger": "x" * 33}, "bad-trigger"),
        ({"trigger": "ランサム"}, "bad-trigger"),
        ({"severity": "C1"}, "no-level"),
        ({"severity": ""}, "no-level"),
        ({"wanted": ()}, "no-word"),
        ({"wanted": ("hunt", "hack-back")}, "no-word"),
        ({"effects": ("annoying",)}, "no-word"),
        ({"consent": "maybe"}, "no-word"),
        ({"consent": "national-only"}, "national-only"),
        ({"summary": "  \n"}, "bad-text"),
        ({"summary": "x" * 4001}, "bad-text"),
        ({"summary": "quiet\x1b[2Jscreen"}, "bad-text"),
        ({"explanation": "turned \u202e round"}, "bad-text"),
    ],
    ids=str,
)
def test_a_request_that_cannot_stand_says_why(changes, code):
    refused(code, acts.request, JPN, asking(**changes), REQUEST, START)


def test_japanese_text_with_its_own_space_is_plain_text():
    text = "出荷が停止。\u3000関連サーバーの情報を求める。\n(架空)"
    assert acts.request(JPN, asking(summary=text), REQUEST, START).summary == text


@pytest.mark.parametrize("field", ["summary", "explanation"])
@pytest.mark.parametrize(
    "written", ["Kujira Brewing", "KUJIRA BREWING", "Ｋｕｊｉｒａ Ｂｒｅｗｉｎｇ", "at kujira brewing's plant"]
)
def test_a_victim_is_never_named_and_the_reason_does_not_name_it_either(field, written):
    said_badly = asking(
        **{field: f"Shipments of {written} stopped.", "victims": ("くじら麦酒", " Kujira Brewing ", "")}
    )
    reason = refused("names-victim", acts.request, JPN, said_badly, REQUEST, START)
    assert "kujira" not in str(reason.as_json()).lower()
    acts.request(JPN, asking(victims=("Kujira Brewing",)), REQUEST, START)


def test_a_severity_without_a_scale_is_refused():
    bare = Desk(home=TOKYO_SIDE, profile=without_scales())
    refused("no-scale", acts.request, bare, asking(), REQUEST, START)


def test_only_the_asked_side_acknowledges_and_answers():
    refused("not-asked-side", acts.acknowledgement, JPN, case(), TOKYO, NEW, START)
    refused("not-asked-side", acts.answer, JPN, case(), Answering(accepted=("hunt",)), TOKYO, NEW, START)
    assert acts.acknowledgement(GBR, case(), LONDON, NEW, START).outcome == "acknowledged"


def test_only_the_asker_amends_and_ends():
    refused("not-asker", acts.amended, GBR, case(), Amending(summary="More."), START)
    refused("not-asker", acts.ending, GBR, case(), "fulfilled", LONDON, (NEW, START))
    assert acts.ending(JPN, case(), "fulfilled", TOKYO, (NEW, at(5))).request_modified == START


def test_nothing_is_answered_once_it_ended_and_only_an_amended_version_opens_it():
    over = case(ending("fulfilled", 10))
    refused("ended", acts.acknowledgement, GBR, over, LONDON, NEW, START)
    refused("ended", acts.ending, JPN, over, "withdrawn", TOKYO, (NEW, START))
    again = acts.amended(JPN, over, Amending(summary="It came back."), at(20))
    assert acts.acknowledgement(GBR, case(ending("fulfilled", 10), again), LONDON, NEW, at(21)).request_modified == at(
        20
    )


def test_hearsay_and_unknown_requests_cannot_be_answered():
    (passed,) = cases([said(request(), "FRA")], PROFILE)
    refused("passed-on", acts.acknowledgement, GBR, passed, LONDON, NEW, START)
    (orphan,) = cases([said(response("accepted", 5))], PROFILE)
    refused("no-request", acts.acknowledgement, GBR, orphan, LONDON, NEW, START)


@pytest.mark.parametrize(
    ("answering", "outcome"),
    [
        (Answering(accepted=("indicators", "hunt")), "accepted"),
        (Answering(accepted=("hunt",)), "accepted-in-part"),
        (Answering(accepted=("hunt",), declined=("indicators",), reason_code="law"), "accepted-in-part"),
        (Answering(declined=("hunt", "indicators"), reason_code="law"), "declined"),
        (Answering(referred_to="regulator"), "referred"),
        (Answering(question="Since when?"), "information-wanted"),
        (Answering(done=True), "answered"),
        (Answering(results=("indicator--x",)), "answered"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_an_answer_finds_its_word(answering, outcome):
    assert acts.answer(GBR, case(), answering, LONDON, NEW, at(5)).outcome == outcome


def test_a_referral_declines_what_is_open_and_keeps_what_was_accepted():
    known = case(response("accepted-in-part", 5, accepted=("hunt",)))
    made = acts.answer(GBR, known, Answering(referred_to="regulator"), LONDON, NEW, at(9))
    assert (made.declined, made.reason_code, made.referred_to) == (("indicators",), "other-channel", "regulator")


@pytest.mark.parametrize(
    ("answering", "code"),
    [
        (Answering(), "say-one-thing"),
        (Answering(accepted=("hunt",), question="Why?"), "say-one-thing"),
        (Answering(done=True, question="Why?"), "say-one-thing"),
        (Answering(accepted=("liaison",)), "not-wanted"),
        (Answering(accepted=("hunt",), declined=("hunt",), reason_code="law"), "both-ways"),
        (Answering(declined=("indicators", "hunt")), "needs-reason"),
        (Answering(declined=("indicators", "hunt"), reason_code="laziness"), "needs-reason"),
        (Answering(declined=("indicators",), reason_code="law"), "decide-rest"),
        (Answering(referred_to="the-press"), "no-word"),
        (Answering(question="bell \a"), "bad-text"),
        (Answering(accepted=("hunt",), severity="3"), "no-level"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_an_answer_that_cannot_stand_says_why(answering, code):
    refused(code, acts.answer, GBR, case(), answering, LONDON, NEW, at(5))


@pytest.mark.parametrize(
    "office", ["", " ", "x" * 121, "desk\n", "desk\x07"], ids=["none", "blank", "long", "line", "bell"]
)
def test_an_office_is_a_line_of_plain_text(office):
    refused("bad-text", acts.acknowledgement, GBR, case(), Office(office=office), NEW, START)


def test_a_sides_words_stay_in_order_even_if_its_clock_is_set_back():
    later = acts.answer(GBR, case(response("acknowledged", 60)), Answering(done=True), LONDON, NEW, at(-500))
    assert later.modified == at(60) + timedelta(milliseconds=1)
    amended = acts.amended(JPN, case(ending("fulfilled", 90)), Amending(summary="Again."), START)
    assert amended.modified == at(90) + timedelta(milliseconds=1)
    assert amended.created == START


def test_an_amended_request_keeps_what_is_not_said_anew():
    made = acts.amended(JPN, case(), Amending(severity="4", needed_by=at(300)), at(5))
    assert (made.wanted, made.summary, made.severity.value) == (("indicators", "hunt"), "Shipments stopped.", "4")
