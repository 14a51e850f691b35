# SPDX-License-Identifier: MIT
"""A tear-line is never wider than its originators and victims let it be, whatever two people decide."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_labels import NOW, labels
from tasuki.base.errors import CallerError
from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.core.holdings.model import PersonalData, Victim
from tasuki.core.markings.labels import PERSONAL_DATA, VICTIM_CONSENT, blocking, label_of
from tasuki.core.markings.lattice import WIDEST, meet
from tasuki.core.markings.model import Tlp
from tasuki.core.tearline.inheriting import (
    basis_of,
    inherited,
    needs_words,
    require_readable,
    victim_of,
    widens,
)
from tasuki.core.tearline.model import Source

ID = "report--00000000-0000-4000-8000-000000000001"
OWN = BASES["own-analysis"]


def label(level="amber", originator="AAA", **parts):
    return replace(label_of(levels=[level], caveats=(), blocked=(), originator=originator), **parts)


def source(of=None, basis=OWN, victims=()):
    return Source(
        stix_id=ID, obj={"type": "report"}, label=of or label(), basis=basis, victims=frozenset(victims), parts={}
    )


def decided(level):
    return replace(WIDEST, tlp=level)


def test_what_originators_alone_may_lift_is_handed_down():
    first = label(consent_of=frozenset({"CCC"}), until=NOW + timedelta(days=2), embargo=NOW, ahead=frozenset())
    second = label(originator="BBB", until=NOW + timedelta(days=1))
    floor = inherited(decided(Tlp.AMBER), [source(first), source(second)], "BBB")
    assert floor.originators == {"AAA", "BBB"}
    assert floor.consent_of == {"CCC"}
    assert (floor.embargo, floor.ahead, floor.until) == (NOW, frozenset(), NOW + timedelta(days=1))


def test_to_be_wider_than_anothers_source_takes_its_consent():
    assert inherited(decided(Tlp.GREEN), [source()], "BBB").consent_of == {"AAA"}
    assert inherited(decided(Tlp.AMBER), [source()], "BBB").consent_of == set()
    assert inherited(decided(Tlp.GREEN), [source()], "AAA").consent_of == set()
    people = label(blocked=frozenset({PERSONAL_DATA}))
    assert inherited(decided(Tlp.AMBER), [source(people)], "BBB").consent_of == {"AAA"}
    assert inherited(meet(decided(Tlp.AMBER), blocking(PERSONAL_DATA)), [source(people)], "BBB").consent_of == set()
    caveat = label("green", releasable_to=frozenset())
    assert inherited(decided(Tlp.GREEN), [source(caveat)], "BBB").consent_of == {"AAA"}


@given(labels, labels, st.sampled_from(["AAA", "BBB"]))
def test_nobody_elses_say_is_lost_on_the_way(one, two, me):
    """Whoever had a say in a source has it in the tear-line; of what is wider than it had, by consent."""
    sources = [source(one), source(two)]
    floor = inherited(decided(Tlp.CLEAR), sources, me)
    whole = meet(decided(Tlp.CLEAR), floor)
    for each in (one, two):
        assert each.originators | each.consent_of <= whole.originators | whole.consent_of
        assert each.until is None or whole.until <= each.until
        assert each.embargo is None or whole.embargo >= each.embargo
        if widens(decided(Tlp.CLEAR), each):
            assert each.originators - {me} <= whole.consent_of


@given(labels)
def test_what_is_as_narrow_as_its_source_widens_nothing(one):
    assert not widens(meet(decided(Tlp.CLEAR), one), one)


def test_the_victims_word_goes_with_it_unless_it_agreed_to_this():
    assert victim_of([source()]) is Victim.NONE
    assert victim_of([source(victims=[Victim.ANONYMOUS])]) is Victim.GIVEN
    assert victim_of([source(victims=[Victim.ANONYMOUS, Victim.NOT_ASKED])]) is Victim.NOT_ASKED
    assert victim_of([source(), source(basis=replace(OWN, victim=Victim.REFUSED))]) is Victim.REFUSED
    for word in (Victim.REFUSED, Victim.NATIONAL_ONLY, Victim.NOT_ASKED):
        assert inherited(decided(Tlp.RED), [source(victims=[word])], "AAA").blocked == {VICTIM_CONSENT}
    assert inherited(decided(Tlp.RED), [source(victims=[Victim.ANONYMOUS])], "AAA").blocked == set()


def test_a_name_that_must_not_occur_must_be_said():
    assert needs_words([source(victims=[Victim.ANONYMOUS])])
    assert needs_words([source(basis=replace(OWN, victim=Victim.ANONYMOUS))])
    assert not needs_words([source(victims=[Victim.NOT_ASKED])])


def test_the_basis_is_what_all_sources_share():
    early, late = NOW, NOW + timedelta(days=1)
    one = source(basis=replace(OWN, permitted_use=("detect", "block"), dispose_by=late))
    two = source(basis=replace(OWN, permitted_use=("notify", "detect"), dispose_by=early))
    basis = basis_of([one, two], None)
    assert (basis.permitted_use, basis.dispose_by, basis.personal_data) == (("detect",), early, PersonalData.NO)


def test_personal_data_is_stated_as_the_sources_have_it_unless_two_people_say_otherwise():
    with_people = source(basis=replace(OWN, personal_data=PersonalData.YES))
    assert basis_of([source(), with_people], None).personal_data is PersonalData.YES
    assert basis_of([with_people], PersonalData.NO).personal_data is PersonalData.NO


@pytest.mark.parametrize(
    "sources",
    [
        [source(basis=UNKNOWN)],
        [source(), source(basis=replace(OWN, purpose="prosecution"))],
        [source(), source(basis=replace(OWN, permitted_use=("archive",)))],
    ],
    ids=["unknown", "other purpose", "no shared use"],
)
def test_what_shares_no_basis_makes_no_tear_line(sources):
    with pytest.raises(CallerError):
        basis_of(sources, None)


@pytest.mark.parametrize("code", ["unknown-marking", "unknown-caveat", "above-ceiling", "closure-too-large"])
def test_what_cannot_be_read_hands_nothing_down(code):
    with pytest.raises(CallerError) as refused:
        require_readable(ID, label(blocked=frozenset({code})))
    assert refused.value.reason.params["code"] == code


def test_blocks_that_leaving_something_out_lifts_do_not_hinder():
    require_readable(ID, label(blocked=frozenset({"missing-reference", "personal-data", "victim-consent"})))
