# SPDX-License-Identifier: MIT
"""What is granted goes, until it is refused, expired or withdrawn; nothing near a grant is one."""

from datetime import timedelta

import pytest

from making_consent import ONE, answer_to, ask, give, grant, grants, message_of, rule, say
from making_release import CCC, LATER, audited, indicator, report, states, take_in, three_nodes, uid
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.base.time import format_exact
from tasuki.core.release.circumstances import Grant, GrantKind
from tasuki.services import consent, holdings, release, withdrawal
from tasuki.services.channel import sync
from tasuki.store import consent as store

TICK = timedelta(microseconds=1)


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        give(nodes)
        yield nodes


def code(act, *given, family=CallerError, **named):
    with pytest.raises(family) as refused:
        act(*given, **named)
    return refused.value.reason.code


def went(three):
    return states(three.ccc, ONE)


def pass_on(three):
    report = release.share(three.bbb, [ONE], CCC)
    three.carry()
    return report.released + report.already


def test_what_is_granted_goes_on(three):
    (made,) = ask(three)
    assert pass_on(three) == 0
    grant(three, made.request)
    shown = consent.show(three.bbb, made.request)
    assert (shown.state, shown.decided_why) == ("granted", "For their defence.")
    assert pass_on(three) == 1
    assert went(three) == [("BBB", "held")]


def test_what_is_refused_stays(three):
    (made,) = ask(three)
    consent.refuse(three.aaa, made.request, why="An investigation runs.")
    three.carry()
    assert {consent.show(node, made.request).state for node in (three.aaa, three.bbb)} == {"refused"}
    assert pass_on(three) == 0
    assert code(consent.grant, three.aaa, made.request, why="After all.") == "consent.decided-before"


def test_a_consent_ends_with_its_moment(three):
    (made,) = ask(three)
    grant(three, made.request)
    until = three.hands.now
    three.hands.now = until + timedelta(days=4)
    assert {consent.show(node, made.request).state for node in (three.aaa, three.bbb)} == {"expired"}
    assert pass_on(three) == 0


def test_the_last_microsecond_counts_and_the_next_does_not(three):
    (made,) = ask(three)
    grant(three, made.request)
    with three.bbb.database.read() as connection:
        (kept,) = store.grants(connection, [made.objects[0]["digest"]])
    three.hands.now = kept.until - TICK
    assert rule(three.bbb) == "R13"
    three.hands.now = kept.until
    assert rule(three.bbb) == "R9"


def test_an_unanswered_request_expires_and_can_be_granted_no_more(three):
    (made,) = ask(three)
    three.hands.now += timedelta(days=4)
    assert consent.show(three.bbb, made.request).state == "expired"
    assert code(consent.grant, three.aaa, made.request, why="Fine.") == "consent.too-late"
    assert code(consent.refuse, three.aaa, made.request, why="No.") == "consent.too-late"


def test_nobody_consents_to_what_is_not_held_in_that_version(three):
    (made,) = ask(three)
    holdings.dispose(three.aaa, [ONE])
    assert consent.show(three.aaa, made.request).objects[0]["known"] == "not-held"
    assert code(consent.grant, three.aaa, made.request, why="Fine.") == "consent.other-version"
    consent.refuse(three.aaa, made.request, why="We no longer hold it.")


def test_nobody_consents_to_what_was_recalled(three):
    (made,) = ask(three)
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    assert code(consent.grant, three.aaa, made.request, why="Fine.") == "consent.other-version"


def test_nobody_consents_to_what_is_anothers(three):
    take_in(three.ccc, indicator(2, "amber"))
    release.share(three.ccc, [uid("indicator", 2)], Audience.parse("AAA/cert:csirt"))
    three.carry()
    with three.aaa.database.read() as connection:
        found = release.weigh_ids(three.aaa, connection, [uid("indicator", 2)], three.aaa.home)
        (part,) = store.parts_at(connection, three.aaa.labels, [found[uid("indicator", 2)].standing.position])
    message = {**_request(three), "objects": [{"id": part.stix_id, "digest": part.digest}]}
    say(three, three.bbb, "AAA", "consent-request", message)
    shown = consent.show(three.aaa, message["request"])
    assert shown.objects[0]["known"] == "not-ours"
    assert code(consent.grant, three.aaa, message["request"], why="Fine.") == "consent.not-ours"


def _request(three, number=1):
    return {
        "request": f"00000000-0000-4000-8000-{number:012}",
        "objects": [{"id": ONE, "digest": "a" * 64}],
        "audience": str(CCC),
        "purpose": "cyber-defence",
        "until": format_exact(three.hands.now + timedelta(days=1)),
        "reason": "Please.",
        "at": LATER,
    }


def test_a_machine_never_says_what_is_held_here(three):
    """Whether a guessed version is held or not, nothing comes back before a person answers."""
    for number, digest in ((1, "a" * 64), (2, message_of(three.bbb, ask(three)[0].request)["objects"][0]["digest"])):
        before = len(three.aaa.link.carried)
        message = {**_request(three, number), "objects": [{"id": ONE, "digest": digest}]}
        say(three, three.bbb, "AAA", "consent-request", message)
        assert len(three.aaa.link.carried) == before
        assert consent.show(three.aaa, message["request"]).state == "asked"


def test_two_askers_may_choose_one_id_and_each_is_told_apart(three):
    message = _request(three)
    say(three, three.bbb, "AAA", "consent-request", message)
    say(three, three.ccc, "AAA", "consent-request", {**message, "reason": "We too."})
    assert code(consent.refuse, three.aaa, message["request"], why="No.") == "consent.two-requests"
    assert consent.refuse(three.aaa, message["request"], why="No.", partner="CCC").asker == "CCC"
    assert consent.show(three.aaa, message["request"], "BBB").state == "asked"


def test_an_unknown_request_is_named_as_such(three):
    for act in (consent.grant, consent.refuse, consent.withdraw):
        assert code(act, three.aaa, "nothing", why="Fine.", family=InputError) == "consent.unknown-request"


def test_the_asker_decides_nothing(three):
    (made,) = ask(three)
    for act, found in (
        (consent.grant, "consent.ours"),
        (consent.refuse, "consent.ours"),
        (consent.withdraw, "consent.ours"),
    ):
        assert code(act, three.bbb, made.request, why="Fine.") == found


class TestWithdrawal:
    @pytest.fixture
    def request_(self, three):
        (made,) = ask(three)
        grant(three, made.request)
        return made.request

    def test_calls_back_what_left_and_lets_nothing_more_go(self, three, request_):
        pass_on(three)
        consent.withdraw(three.aaa, request_, why="A source is at risk.")
        three.carry()
        assert went(three) == [("BBB", "recalled")]
        assert rule(three.bbb) == "R9"
        assert states(three.bbb, ONE) == [("AAA", "held")]
        (notice,) = withdrawal.withdrawals(three.bbb, limit=9).made
        assert (notice.partner, notice.verb, notice.ids) == ("CCC", "recall", [ONE])
        assert notice.attested.counts == {"use-stopped": 1}
        assert "A source is at risk" not in notice.why

    def test_lets_what_waits_never_leave(self, three, request_):
        release.share(three.bbb, [ONE], CCC)
        consent.withdraw(three.aaa, request_, why="No more.")
        # The answer reaches BBB before anything is sealed for CCC.
        sync(three.aaa, "BBB")
        three.carry()
        assert went(three) == []
        assert withdrawal.withdrawals(three.bbb, limit=9).made == []

    def test_leaves_what_another_consent_covers(self, three, request_):
        (second,) = _ask_again(three)
        grant(three, second)
        pass_on(three)
        consent.withdraw(three.aaa, request_, why="That one only.")
        three.carry()
        assert went(three) == [("BBB", "held")]
        assert rule(three.bbb) == "R13"
        consent.withdraw(three.aaa, second, why="And that.")
        three.carry()
        assert went(three) == [("BBB", "recalled")]

    def test_calls_back_with_the_last_consent_what_an_earlier_one_had_let_go(self, three, request_):
        pass_on(three)
        (second,) = _ask_again(three)
        grant(three, second)
        consent.withdraw(three.aaa, request_, why="That one only.")
        three.carry()
        assert went(three) == [("BBB", "held")]
        consent.withdraw(three.aaa, second, why="And that.")
        three.carry()
        assert went(three) == [("BBB", "recalled")]

    def test_calls_back_once_however_often_consent_comes_and_goes(self, three, request_):
        pass_on(three)
        consent.withdraw(three.aaa, request_, why="No more.")
        three.carry()
        (second,) = _ask_again(three)
        grant(three, second)
        consent.withdraw(three.aaa, second, why="Not again.")
        three.carry()
        assert len(withdrawal.withdrawals(three.bbb, limit=9).made) == 1

    def test_leaves_what_needed_no_consent(self, three, request_):
        take_in(three.bbb, indicator(3, "clear"))
        release.share(three.bbb, [uid("indicator", 3)], CCC)
        pass_on(three)
        consent.withdraw(three.aaa, request_, why="No more.")
        three.carry()
        assert states(three.ccc, uid("indicator", 3)) == [("BBB", "held")]

    def test_reaches_everything_that_rests_on_what_was_granted(self, three, request_):
        take_in(three.bbb, report(9, "amber", object_refs=[ONE]))
        release.share(three.bbb, [uid("report", 9), ONE], CCC)
        three.carry()
        assert states(three.ccc, uid("report", 9)) == [("BBB", "held")]
        consent.withdraw(three.aaa, request_, why="No more.")
        three.carry()
        assert states(three.ccc, uid("report", 9)) == [("BBB", "recalled")]
        assert went(three) == [("BBB", "recalled")]

    def test_that_overtakes_its_grant_is_final(self, three):
        (made,) = ask(three)
        asked = message_of(three.bbb, made.request)
        say(three, three.aaa, "BBB", "consent", answer_to(asked, "withdrawn"))
        say(three, three.aaa, "BBB", "consent", answer_to(asked))
        shown = consent.show(three.bbb, made.request)
        assert shown.state == "withdrawn"
        assert [each["flag"] and each["flag"]["code"] for each in shown.said] == ["consent.decided-before", None]
        assert rule(three.bbb) == "R9"

    def test_of_what_was_never_granted_is_refused(self, three):
        (made,) = ask(three)
        assert code(consent.withdraw, three.aaa, made.request, why="No more.") == "consent.not-granted"

    def test_is_in_both_logs_with_its_reason(self, three, request_):
        consent.withdraw(three.aaa, request_, why="A source is at risk.")
        three.carry()
        assert [each["decision"] for each in audited(three.aaa, "consent:request:answer")] == ["granted", "withdrawn"]
        said = audited(three.bbb, "consent:answer:received")
        assert [(each["decision"], each["flag"]) for each in said] == [("granted", None), ("withdrawn", None)]
        assert said[-1]["reason"] == "A source is at risk."


def _ask_again(three):
    """Ask although there is a consent: the gate would have nothing to ask for."""
    message = {**message_of(three.bbb, _first(three)), "request": "00000000-0000-4000-8000-000000000009"}
    row = {"asker": "BBB", "asked": "AAA", "request": message["request"], "body": canonical(message)}
    three.bbb.database.write(lambda c: store.keep_request(c, **row, at=three.hands.now))
    say(three, three.bbb, "AAA", "consent-request", message)
    return [message["request"]]


def _first(three):
    return consent.listed(three.bbb, limit=9).requests[-1].request


NEAR = {
    "another version": {"digest": "b" * 64},
    "another desk": {"audience": Audience.parse("CCC/police:csirt")},
    "a person of the desk": {"audience": Audience.parse("CCC/cert:csirt@mori")},
    "another participant": {"audience": Audience.parse("BBB/cert:csirt")},
    "another purpose": {"purpose": "prosecution"},
    "somebody else": {"by": "CCC"},
    "the asker itself": {"by": "BBB"},
    "a victim": {"kind": GrantKind.VICTIM, "by": None},
    "a statute": {"kind": GrantKind.STATUTORY, "by": None},
    "a threat to life": {"kind": GrantKind.LIFE, "by": None},
}


class TestNearMisses:
    def put(self, three, **changes):
        (made,) = ask(three)
        fit = {
            "kind": GrantKind.ONWARD, "by": "AAA", "digest": made.objects[0]["digest"], "audience": CCC,
            "purpose": "cyber-defence", "until": three.hands.now + TICK,
        }  # fmt: skip
        near = Grant(**{**fit, **changes})
        three.bbb.database.write(lambda c: store.add_grants(c, [(ONE, near)], "test"))

    def test_the_grant_that_fits_lets_it_go(self, three):
        self.put(three)
        assert rule(three.bbb) == "R13"

    @pytest.mark.parametrize("changes", NEAR.values(), ids=NEAR)
    def test_one_that_nearly_fits_lets_nothing_go(self, three, changes):
        self.put(three, **changes)
        assert rule(three.bbb) == "R9"
        assert pass_on(three) == 0

    def test_one_that_expired_a_microsecond_ago_lets_nothing_go(self, three):
        self.put(three, until=three.hands.now)
        three.hands.now += timedelta(0)
        assert rule(three.bbb) == "R9"

    def test_one_that_was_withdrawn_lets_nothing_go(self, three):
        self.put(three)
        assert three.bbb.database.write(lambda c: store.withdraw_grants(c, "test"))
        assert rule(three.bbb) == "R9"
        assert pass_on(three) == 0


def test_grants_are_kept_as_asked(three):
    (made,) = ask(three)
    digest = made.objects[0]["digest"]
    assert grants(three.bbb, digest) == 0
    grant(three, made.request)
    assert grants(three.bbb, digest) == 1
