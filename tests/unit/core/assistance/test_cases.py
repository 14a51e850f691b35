# SPDX-License-Identifier: MIT
"""Where a request stands depends on what each side said, and on nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_assistance import PROFILE
from making_statements import REQUEST, at, ending, name, request, response, said
from tasuki.base.ids import Audience
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.model import State
from tasuki.formats.stix.assistance import Severity

BOTH = ("indicators", "hunt")
PARIS = Audience.parse("FRA/anssi:csirt")


def case(*statements):
    (found,) = cases(statements, PROFILE)
    return found


def codes(found, what):
    return [each.code for step in found.steps if step.said.what == what for each in step.remarks]


def counted(found, what):
    return [step.counts for step in found.steps if step.said.what == what]


def test_a_request_alone_is_requested_and_everything_is_open():
    found = case(said(request()))
    assert (found.state, found.asker, found.asked) == (State.REQUESTED, "JPN", "GBR")
    assert found.open == ("indicators", "hunt")
    assert found.acknowledged_at is None


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (response("acknowledged", 5), State.ACKNOWLEDGED),
        (response("information-wanted", 5, question="Since when?"), State.INFORMATION_WANTED),
        (response("accepted", 5, accepted=BOTH), State.ACCEPTED),
        (response("accepted", 5), State.ACKNOWLEDGED),
        (response("accepted-in-part", 5, accepted=("hunt",)), State.ACCEPTED_IN_PART),
        (response("declined", 5, declined=BOTH, reason_code="law"), State.DECLINED),
        (response("declined", 5, declined=("hunt",), reason_code="law"), State.ACKNOWLEDGED),
        (response("referred", 5, declined=BOTH, referred_to="law-enforcement"), State.REFERRED),
        (response("answered", 5), State.ANSWERED),
        (ending("fulfilled", 5), State.CLOSED),
        (ending("withdrawn", 5), State.WITHDRAWN),
    ],
    ids=lambda each: each.value if isinstance(each, State) else each.outcome,
)
def test_one_word_of_the_rightful_side_moves_it(what, state):
    found = case(said(request()), said(what))
    assert found.state is state
    assert counted(found, what) == [True]


def test_any_word_of_the_asked_side_acknowledges():
    found = case(said(request()), said(response("accepted", 9, accepted=BOTH)), said(response("acknowledged", 12)))
    assert found.acknowledged_at == at(9)
    assert found.state is State.ACCEPTED


def test_a_later_word_on_one_item_leaves_the_others_alone():
    found = case(
        said(request()),
        said(response("accepted-in-part", 5, accepted=("indicators",))),
        said(response("declined", 9, declined=("hunt",), reason_code="capacity")),
    )
    assert (found.state, found.accepted, found.declined) == (State.ACCEPTED_IN_PART, ("indicators",), ("hunt",))
    assert found.decided_at == at(9)
    assert found.decisions[1].reason_code == "capacity"


def test_the_asked_side_may_change_its_mind():
    found = case(
        said(request()),
        said(response("accepted", 5, accepted=BOTH)),
        said(response("declined", 9, declined=BOTH, reason_code="capacity")),
    )
    assert found.state is State.DECLINED


def test_an_amended_request_answers_the_question_and_keeps_what_was_decided():
    asks = response("information-wanted", 5, question="Since when?")
    before = case(said(request()), said(asks))
    after = case(said(request()), said(asks), said(request(8, summary="Since Friday.")))
    assert (before.state, before.question) == (State.INFORMATION_WANTED, "Since when?")
    assert (after.state, after.question, after.request.summary) == (State.ACKNOWLEDGED, "", "Since Friday.")
    assert codes(after, asks) == ["assistance.earlier-version"]


def test_an_answer_to_an_earlier_version_is_no_answer_to_what_is_asked_now():
    statements = (said(request()), said(response("accepted", 3, accepted=BOTH)), said(response("answered", 5)))
    wider = said(request(8, wanted=("indicators", "hunt", "liaison")))
    assert case(*statements).state is State.ANSWERED
    found = case(*statements, wider)
    assert (found.state, found.open) == (State.ACCEPTED_IN_PART, ("liaison",))


def test_an_end_holds_for_the_versions_it_names_and_a_later_one_opens_again():
    ended = said(ending("unfulfilled", 10))
    assert case(said(request()), ended).state is State.CLOSED
    assert case(said(request()), ended, said(request(20))).state is State.REQUESTED
    again = said(ending("fulfilled", 30, request_modified=at(20)))
    assert case(said(request()), ended, said(request(20)), again).ending == "fulfilled"


def test_messages_that_cross_are_all_shown_and_the_end_stands():
    late = response("accepted", 11, accepted=BOTH)
    found = case(said(request()), said(ending("withdrawn", 10)), said(late))
    assert (found.state, found.accepted) == (State.WITHDRAWN, ("indicators", "hunt"))
    assert codes(found, late) == ["assistance.after-end"]


def test_an_asker_cannot_acknowledge_itself():
    wrong = replace(response("accepted", 5, accepted=BOTH), sender=request().sender)
    found = case(said(request()), said(wrong, "JPN"))
    assert (found.state, found.acknowledged_at) == (State.REQUESTED, None)
    assert codes(found, wrong) == ["assistance.wrong-side"]
    assert counted(found, wrong) == [False]


def test_the_asked_side_cannot_end_a_request():
    wrong = ending("fulfilled", 5)
    found = case(said(request()), said(wrong, "GBR"))
    assert found.state is State.REQUESTED
    assert codes(found, wrong) == ["assistance.wrong-side"]


@pytest.mark.parametrize(
    "what", [response("accepted", 5, accepted=BOTH), ending("withdrawn", 5)], ids=["response", "ending"]
)
def test_a_third_participant_says_nothing_that_counts(what):
    found = case(said(request()), said(what, "FRA"))
    assert found.state is State.REQUESTED
    assert codes(found, what) == ["assistance.third-party"]


def test_a_response_to_an_unknown_request_is_shown_and_counts_once_the_request_comes():
    early = said(response("accepted", 5, accepted=BOTH))
    alone = case(early)
    assert (alone.state, alone.asker, alone.request) == (State.UNKNOWN_REQUEST, None, None)
    assert codes(alone, early.what) == ["assistance.no-request"]
    assert case(early, said(request())).state is State.ACCEPTED


def test_a_request_somebody_passed_on_is_hearsay_until_its_asker_sends_it():
    passed = said(request(), "FRA")
    alone = case(passed, said(response("accepted", 5, accepted=BOTH)))
    assert (alone.state, alone.accepted) == (State.HEARSAY, ())
    assert codes(alone, passed.what) == ["assistance.passed-on"]
    whole = case(passed, said(request()))
    assert whole.state is State.REQUESTED
    assert sorted(counted(whole, request())) == [False, True]


def test_nobody_takes_over_a_request_by_using_its_id():
    theirs = request(50, sender=PARIS, summary="Ours now.")
    found = cases([said(request()), said(theirs), said(response("accepted", 5, accepted=BOTH))], PROFILE)
    by_asker = {each.asker: each for each in found}
    assert by_asker["JPN"].state is State.ACCEPTED
    assert by_asker["JPN"].request.summary == "Shipments stopped."
    assert by_asker["FRA"].state is State.REQUESTED


def test_a_request_to_its_own_side_cannot_be_answered():
    found = case(said(request(to=Audience.parse("JPN/npa:police"))))
    assert found.state is State.HEARSAY
    assert codes(found, found.request) == ["assistance.asks-itself"]


def test_two_texts_under_one_version_are_flagged_and_both_nodes_choose_the_same():
    one, other = said(request(summary="One.")), said(request(summary="Other."))
    assert case(one, other) == case(other, one)
    assert "assistance.two-texts" in [each.code for step in case(one, other).steps for each in step.remarks]


def test_two_words_of_one_moment_stand_in_the_same_order_everywhere():
    yes = said(response("accepted", 5, accepted=BOTH, id=name("assistance-response", 1)))
    no = said(response("declined", 5, declined=BOTH, reason_code="law", id=name("assistance-response", 2)))
    assert case(said(request()), yes, no) == case(said(request()), no, yes)
    assert case(said(request()), no, yes).state is State.DECLINED


def test_what_its_maker_revoked_no_longer_counts():
    taken_back = replace(response("accepted", 5, accepted=BOTH), revoked=True, modified=at(6))
    found = case(said(request()), said(response("accepted", 5, accepted=BOTH)), said(taken_back))
    assert found.state is State.REQUESTED
    assert codes(found, taken_back) == ["assistance.revoked"]
    assert case(said(request()), said(request(5, revoked=True))).state is State.WITHDRAWN


def test_an_unknown_word_is_shown_and_not_acted_on():
    strange = response("perhaps", 5)
    found = case(said(request()), said(strange))
    assert (found.state, codes(found, strange)) == (State.REQUESTED, ["assistance.unknown-word"])


def test_what_was_not_asked_for_and_what_contradicts_itself_does_not_count():
    odd = response("accepted-in-part", 5, accepted=("hunt", "liaison", "indicators"), declined=("hunt",))
    found = case(said(request()), said(odd))
    assert (found.accepted, found.declined, found.open) == (("indicators",), (), ("hunt",))
    assert codes(found, odd) == ["assistance.contradiction", "assistance.not-asked-for"]


def test_no_intent_is_read_into_a_word_without_items():
    bare = response("accepted", 5)
    found = case(said(request()), said(bare))
    assert (found.state, found.open) == (State.ACKNOWLEDGED, BOTH)
    assert codes(found, bare) == ["assistance.nothing-listed"]


def test_two_national_severities_stay_two_and_nobody_states_the_others():
    theirs = response("acknowledged", 5, severity=Severity(scale="gbr-ncsc", value="C3"))
    found = case(said(request()), said(theirs))
    assert found.severities == (
        ("JPN", Severity(scale="jpn-ci-2018", value="3")),
        ("GBR", Severity(scale="gbr-ncsc", value="C3")),
    )
    foreign = response("acknowledged", 6, severity=Severity(scale="jpn-ci-2018", value="1"))
    mixed = case(said(request()), said(theirs), said(foreign))
    assert mixed.severities == found.severities
    assert [each.code for each in mixed.steps[-1].remarks] == ["assistance.foreign-scale"]


def test_another_status_line_is_flagged():
    firm = request(status_line="You shall help.")
    assert codes(case(said(firm)), firm) == ["assistance.status-line"]


def statements():
    """Draw what three participants could send about one id, right or wrong, in a few minutes."""
    minute = st.integers(0, 6)
    items = st.lists(st.sampled_from(["indicators", "hunt", "liaison"]), unique=True, max_size=2).map(tuple)
    outcome = st.sampled_from(
        ["acknowledged", "information-wanted", "accepted", "accepted-in-part", "declined", "referred", "answered", "?"]
    )
    version = minute.map(at)
    speaker = st.sampled_from(["JPN", "GBR", "FRA"])
    revoked = st.sampled_from([False] * 7 + [True])
    asked = st.builds(
        lambda m, wanted, gone, who: said(request(m, wanted=wanted or ("hunt",), revoked=gone), who),
        minute,
        items,
        revoked,
        st.sampled_from(["JPN", "JPN", "FRA"]),
    )
    answered = st.builds(
        lambda n, m, out, yes, no, which, gone, who: said(
            response(
                out,
                m,
                id=name("assistance-response", n),
                accepted=yes,
                declined=no,
                request_modified=which,
                revoked=gone,
            ),
            who,
        ),
        st.integers(1, 6),
        minute,
        outcome,
        items,
        items,
        version,
        revoked,
        speaker,
    )
    ended = st.builds(
        lambda n, m, out, which, who: said(
            ending(out, m, id=name("assistance-ending", n), request_modified=which), who
        ),
        st.integers(1, 3),
        minute,
        st.sampled_from(["fulfilled", "withdrawn", "?"]),
        version,
        speaker,
    )
    return st.lists(st.one_of(asked, answered, ended), max_size=12)


@settings(deadline=None)
@given(statements(), st.data())
def test_order_and_repetition_of_arrival_are_nothing(heard, data):
    repeated = heard + data.draw(st.lists(st.sampled_from(heard), max_size=4) if heard else st.just([]))
    assert cases(data.draw(st.permutations(repeated)), PROFILE) == cases(heard, PROFILE)


def standing(found):
    return (found.state, found.decisions, found.ending, found.question, found.severities, found.acknowledged_at)


def genuine(statement):
    rightful = "GBR" if statement.what.id.startswith("assistance-response") else "JPN"
    return statement.speaker == rightful


@settings(deadline=None)
@given(statements())
def test_nobody_but_the_two_sides_in_their_own_parts_moves_a_request(heard):
    everything = {each.asker: standing(each) for each in cases(heard, PROFILE) if each.state is not State.HEARSAY}
    theirs = {each.asker: standing(each) for each in cases(filter(genuine, heard), PROFILE)}
    if "JPN" in theirs:
        assert everything["JPN"] == theirs["JPN"]


@settings(deadline=None)
@given(statements())
def test_everything_said_is_shown_in_its_newest_version(heard):
    shown = {(step.said.speaker, step.said.what.id) for found in cases(heard, PROFILE) for step in found.steps}
    assert shown == {(each.speaker, each.what.id) for each in heard}


@settings(deadline=None)
@given(statements())
def test_every_remark_says_itself_in_both_languages(heard):
    for found in cases(heard, PROFILE):
        assert found.id == REQUEST
        for step in found.steps:
            assert step.counts or step.remarks or found.state is State.HEARSAY
            assert not any("?" in (each.sentence() + each.as_json()["ja"]).replace("`?`", "") for each in step.remarks)
