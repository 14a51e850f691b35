# SPDX-License-Identifier: MIT
"""An answer is a consent only where it repeats its request, comes from whom was asked, and comes in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_labels import NAMES, NOW
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.base.reasons import Reason
from tasuki.core.consent.judging import grants_of, heard, may_answer, may_grant, may_withdraw
from tasuki.core.consent.model import Answer, Decision, Request, Standing, State, Terms, Version
from tasuki.core.consent.notices import (
    answer_from_message,
    answer_to_message,
    request_from_message,
    request_to_message,
)
from tasuki.core.markings.labels import label_of
from tasuki.core.release.circumstances import Part, circumstances
from tasuki.core.release.forms import NOTICES

TICK = timedelta(microseconds=1)
ID = "indicator--00000000-0000-4000-8000-000000000001"
OTHER = "indicator--00000000-0000-4000-8000-000000000002"
TERMS = Terms(
    request="01890a5d-ac96-474b-8cce-b302099a8057",
    objects=(Version(ID, "a" * 64),),
    audience=Audience.parse("CCC/cert:csirt"),
    purpose="cyber-defence",
    until=NOW + TICK,
)
ASKED = Standing(asker="BBB", asked="AAA", request=Request(terms=TERMS, reason="They see it too.", at=NOW))
GRANTED = ASKED.after(Decision.GRANTED, NOW, "Fine.")
REFUSED = ASKED.after(Decision.REFUSED, NOW, "No.")
WITHDRAWN = GRANTED.after(Decision.WITHDRAWN, NOW, "No more.")
ALTERED = {
    "request": {"request": "01890a5d-ac96-474b-8cce-b302099a8058"},
    "objects": {"objects": (Version(ID, "b" * 64),)},
    "another id": {"objects": (Version(OTHER, "a" * 64),)},
    "one more": {"objects": (Version(ID, "a" * 64), Version(OTHER, "b" * 64))},
    "wider audience": {"audience": Audience.parse("CCC")},
    "narrower audience": {"audience": Audience.parse("CCC/cert:csirt@mori")},
    "purpose": {"purpose": "prosecution"},
    "later": {"until": NOW + 2 * TICK},
    "earlier": {"until": NOW},
}


def answer(decision=Decision.GRANTED, **changes):
    return Answer(terms=replace(TERMS, **changes), decision=decision, reason="Fine.", at=NOW)


def says(outcome):
    return outcome.code if isinstance(outcome, Reason) else outcome.decision


def test_an_answer_that_repeats_everything_counts():
    assert says(heard(ASKED, answer(), "AAA", NOW)) is Decision.GRANTED
    assert says(heard(ASKED, answer(Decision.REFUSED), "AAA", NOW)) is Decision.REFUSED


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("changes", ALTERED.values(), ids=ALTERED)
def test_an_altered_answer_changes_nothing_whatever_it_says(changes, decision):
    assert says(heard(ASKED, answer(decision, **changes), "AAA", NOW)) == "consent.differs"
    assert says(heard(GRANTED, answer(decision, **changes), "AAA", NOW)) == "consent.differs"


@pytest.mark.parametrize("sender", ["CCC", "BBB"])
def test_nobody_answers_for_another(sender):
    assert says(heard(ASKED, answer(), sender, NOW)) == "consent.no-request"
    assert says(heard(None, answer(), "AAA", NOW)) == "consent.no-request"


def test_a_consent_that_comes_with_the_last_moment_comes_too_late():
    assert says(heard(ASKED, answer(), "AAA", TERMS.until)) == "consent.too-late"
    assert says(heard(ASKED, answer(), "AAA", TERMS.until - TICK)) is Decision.GRANTED
    assert says(heard(ASKED, answer(Decision.REFUSED), "AAA", TERMS.until)) is Decision.REFUSED


@pytest.mark.parametrize("before", [GRANTED, REFUSED, WITHDRAWN], ids=["granted", "refused", "withdrawn"])
@pytest.mark.parametrize("said", [Decision.GRANTED, Decision.REFUSED])
def test_a_request_is_decided_on_once(before, said):
    assert says(heard(before, answer(said), "AAA", NOW)) == "consent.decided-before"


def test_a_withdrawal_counts_whenever_it_comes_and_is_final():
    for before in (ASKED, GRANTED):
        withdrawn = heard(before, answer(Decision.WITHDRAWN), "AAA", TERMS.until + TICK)
        assert says(withdrawn) is Decision.WITHDRAWN
        assert says(heard(withdrawn, answer(), "AAA", NOW)) == "consent.decided-before"
    assert says(heard(REFUSED, answer(Decision.WITHDRAWN), "AAA", NOW)) == "consent.decided-before"


@pytest.mark.parametrize(
    ("standing", "before", "after"),
    [
        (ASKED, State.ASKED, State.EXPIRED),
        (GRANTED, State.GRANTED, State.EXPIRED),
        (REFUSED, State.REFUSED, State.REFUSED),
        (WITHDRAWN, State.WITHDRAWN, State.WITHDRAWN),
    ],
    ids=["asked", "granted", "refused", "withdrawn"],
)
def test_a_no_stays_a_no_and_all_else_ends_in_time(standing, before, after):
    assert standing.state(TERMS.until - TICK) is before
    assert standing.state(TERMS.until) is after


def test_a_grant_lets_go_what_was_asked_for():
    (grant,) = grants_of(GRANTED)
    assert (grant.by, grant.digest, str(grant.audience), grant.purpose, grant.until) == (
        "AAA", "a" * 64, "CCC/cert:csirt", "cyber-defence", TERMS.until,
    )  # fmt: skip


OURS = {TERMS.objects[0]: True}


class TestWhatAnOriginatorMaySay:
    def refused(self, act, *given):
        with pytest.raises(CallerError) as caught:
            act(*given)
        return caught.value.reason.code

    def test_grants_for_its_own_material_in_that_very_version(self):
        may_grant(ASKED, "AAA", OURS, NOW)
        assert self.refused(may_grant, ASKED, "AAA", {}, NOW) == "consent.other-version"
        assert self.refused(may_grant, ASKED, "AAA", {TERMS.objects[0]: False}, NOW) == "consent.not-ours"

    def test_grants_all_of_it_or_nothing(self):
        two = replace(TERMS, objects=(*TERMS.objects, Version(OTHER, "b" * 64)))
        both = replace(ASKED, request=replace(ASKED.request, terms=two))
        assert self.refused(may_grant, both, "AAA", OURS, NOW) == "consent.other-version"

    @pytest.mark.parametrize("decided", [GRANTED, REFUSED, WITHDRAWN], ids=["granted", "refused", "withdrawn"])
    def test_answers_once(self, decided):
        assert self.refused(may_answer, decided, "AAA", NOW) == "consent.decided-before"

    def test_answers_in_time_and_what_it_was_asked(self):
        assert self.refused(may_answer, ASKED, "AAA", TERMS.until) == "consent.too-late"
        assert self.refused(may_answer, ASKED, "BBB", NOW) == "consent.ours"

    def test_withdraws_what_it_granted_and_nothing_else(self):
        may_withdraw(GRANTED, "AAA")
        for standing in (ASKED, REFUSED, WITHDRAWN):
            assert self.refused(may_withdraw, standing, "AAA") == "consent.not-granted"
        assert self.refused(may_withdraw, GRANTED, "BBB") == "consent.ours"


digests = st.text("0123456789abcdef", min_size=64, max_size=64)
uuids = st.uuids(version=4).map(str)
versions = st.builds(Version, uuids.map("report--{}".format), digests)
everything = st.builds(
    Terms,
    request=uuids,
    objects=st.lists(versions, min_size=1, max_size=4).map(tuple),
    audience=st.sampled_from(NAMES).map(Audience.parse),
    purpose=st.sampled_from(["cyber-defence", "prosecution"]),
    until=st.timedeltas(timedelta(0), timedelta(days=9)).map(NOW.__add__),
)
sentences = st.sampled_from(["Fine.", "調査中のため"])


@given(everything, sentences)
def test_what_is_written_is_read_and_has_the_form_of_its_notice(terms, reason):
    request = Request(terms=terms, reason=reason, at=NOW)
    said = request_to_message(request)
    assert request_from_message(said) == request
    assert all(fits(said[name]) for name, fits in NOTICES["consent-request"].items())
    reply = Answer(terms=terms, decision=Decision.REFUSED, reason=reason, at=NOW)
    said = answer_to_message(reply)
    assert answer_from_message(said) == reply
    assert all(fits(said[name]) for name, fits in NOTICES["consent"].items())
    assert said.keys() == NOTICES["consent"].keys()


@given(everything, everything, st.sampled_from(list(Decision)), st.sampled_from(["AAA", "CCC"]), st.integers(-2, 2))
def test_whatever_is_heard_only_what_was_asked_for_ever_goes(asked, answered, decision, sender, late):
    """The law: a grant comes of no answer but the whole one, from whom was asked, in time; and lets nothing else go."""
    standing = replace(ASKED, request=replace(ASKED.request, terms=asked))
    now = asked.until + late * TICK
    reply = Answer(terms=answered, decision=decision, reason="Fine.", at=NOW)
    outcome = heard(standing, reply, sender, now)
    is_grant = not isinstance(outcome, Reason) and outcome.decision is Decision.GRANTED
    assert is_grant == (decision is Decision.GRANTED and answered == asked and sender == "AAA" and now < asked.until)
    repeated = heard(standing, replace(reply, terms=asked), sender, now)
    if isinstance(repeated, Reason) or repeated.decision is not Decision.GRANTED:
        return
    own = label_of(levels=["amber"], caveats=(), blocked=(), originator="AAA")
    for digest in {"f" * 64, *(each.digest for each in asked.objects)}:
        part = Part(stix_id=ID, own=own, digest=digest, purpose=asked.purpose)
        agreed = circumstances([part], grants_of(repeated), asked.audience, now).agreed
        assert bool(agreed) == (digest in {each.digest for each in asked.objects})
