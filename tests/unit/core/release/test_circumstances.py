# SPDX-License-Identifier: MIT
"""What was agreed to counts for one version, audience, purpose and time; and only where every part is covered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_labels import NOW
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import PERSONAL_DATA, VICTIM_CONSENT, label_of
from tasuki.core.release.circumstances import LIFTABLE, Grant, GrantKind, Part, circumstances, lacking, relied_on

READER = Audience.parse("BBB/cert:csirt")
ID = "indicator--00000000-0000-4000-8000-000000000001"
LATER = NOW + timedelta(microseconds=1)
GRANT = Grant(kind=GrantKind.ONWARD, by="CCC", digest="a" * 64, audience=READER, purpose="cyber-defence", until=LATER)


def part(*blocked, digest="a", originator="CCC", purpose="cyber-defence", **more):
    own = label_of(levels=["amber"], caveats=(), blocked=blocked, originator=originator)
    return Part(stix_id=ID, own=own, digest=digest * 64, purpose=purpose, **more)


def agreed(parts, *grants, reader=READER):
    return circumstances(parts, grants, reader, NOW).agreed


def test_a_grant_that_fits_counts():
    assert agreed([part()], GRANT) == {"CCC"}
    assert agreed([part()], replace(GRANT, audience=Audience.parse("BBB"))) == {"CCC"}


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "b" * 64},
        {"audience": Audience.parse("BBB/police:csirt")},
        {"audience": Audience.parse("BBB/cert:csirt@mori")},
        {"purpose": "prosecution"},
        {"until": NOW},
        {"by": "BBB"},
        {"by": None, "kind": GrantKind.LIFE},
        {"kind": GrantKind.VICTIM},
        {"kind": GrantKind.STATUTORY},
    ],
    ids=str,
)
def test_a_grant_that_differs_in_anything_does_not(change):
    assert agreed([part()], replace(GRANT, **change)) - {"BBB"} == set()


def test_who_is_no_originator_has_nothing_to_agree_to():
    assert agreed([part(originator="AAA")], GRANT) == set()


def test_every_part_of_an_originator_needs_its_own_grant():
    parts = [part(), part(digest="b")]
    assert agreed(parts, GRANT) == set()
    assert agreed(parts, GRANT, replace(GRANT, digest="b" * 64)) == {"CCC"}
    assert agreed([part(), part(digest="b", originator="AAA")], GRANT) == {"CCC"}


def test_who_has_to_be_asked_whatever_the_tlp_is_asked_like_an_originator():
    asked = part(originator="AAA")
    asked = replace(asked, own=replace(asked.own, consent_of=frozenset({"CCC"})))
    assert agreed([asked]) == set()
    assert agreed([asked], GRANT) == {"CCC"}


def test_a_handling_basis_without_purpose_is_covered_by_nothing():
    assert agreed([part(purpose=None)], GRANT) == set()


@pytest.mark.parametrize(
    ("kind", "lifted"),
    [
        (GrantKind.ONWARD, set()),
        (GrantKind.VICTIM, {VICTIM_CONSENT}),
        (GrantKind.STATUTORY, {VICTIM_CONSENT, PERSONAL_DATA}),
        (GrantKind.LIFE, {VICTIM_CONSENT, PERSONAL_DATA}),
    ],
)
def test_each_kind_lifts_what_the_policy_says(kind, lifted):
    parts = [part(VICTIM_CONSENT, PERSONAL_DATA)]
    assert circumstances(parts, [replace(GRANT, kind=kind, by=None)], READER, NOW).lifted == lifted


def test_a_block_of_one_part_is_not_lifted_by_a_grant_for_another():
    parts = [part(VICTIM_CONSENT), part(VICTIM_CONSENT, digest="b")]
    grant = replace(GRANT, kind=GrantKind.VICTIM, by=None)
    assert circumstances(parts, [grant], READER, NOW).lifted == set()
    assert circumstances(parts, [grant, replace(grant, digest="b" * 64)], READER, NOW).lifted == {VICTIM_CONSENT}


def test_what_a_partner_addressed_to_somebody_is_agreed_to_for_them_alone():
    sent = part(VICTIM_CONSENT, giver="CCC", addressed=frozenset({Audience.parse("BBB/cert")}))
    assert circumstances([sent], [], READER, NOW).agreed == {"CCC"}
    assert circumstances([sent], [], READER, NOW).lifted == LIFTABLE & {VICTIM_CONSENT}
    assert circumstances([sent], [], Audience.parse("BBB/police"), NOW).agreed == set()
    passed_on = replace(sent, giver="AAA")
    assert circumstances([passed_on], [], READER, NOW).agreed == set()


@given(st.lists(st.sampled_from([part(), part(digest="b"), part(VICTIM_CONSENT)]), max_size=4), st.booleans())
def test_one_part_more_never_adds_agreement_of_those_who_were_concerned(parts, has_grant):
    grants = [GRANT] if has_grant else []
    before = circumstances(parts, grants, READER, NOW)
    after = circumstances([*parts, part(digest="c")], grants, READER, NOW)
    assert not parts or after.agreed <= before.agreed


def test_what_is_lacking_is_named_for_each_who_has_a_say():
    mine, other = part(), part(digest="b", originator="AAA")
    both = part(digest="c")
    assert lacking([mine, other, both], [GRANT], READER, NOW) == {"AAA": (other,), "CCC": (both,)}
    assert lacking([mine, both], [GRANT], Audience.parse("AAA/cert"), NOW) == {"CCC": (mine, both)}
    assert lacking([mine], [GRANT], READER, LATER) == {"CCC": (mine,)}
    assert lacking([mine], [GRANT], READER, NOW) == {"CCC": ()}


def test_what_a_release_relies_on_are_the_grants_that_count_each_once():
    grants = [
        GRANT,
        replace(GRANT, number=2, until=NOW),
        replace(GRANT, number=3, audience=Audience.parse("AAA")),
        replace(GRANT, number=4, by="BBB"),
        replace(GRANT, number=5, digest="b" * 64),
        replace(GRANT, number=6, kind=GrantKind.VICTIM, by=None),
    ]
    parts = [part(), part(digest="b"), part()]
    assert relied_on(parts, grants, READER, NOW) == (GRANT, grants[4])
    addressed = part(giver="CCC", addressed=frozenset({READER}))
    assert relied_on([addressed], grants, READER, NOW) == ()
    assert relied_on([replace(addressed, addressed=frozenset())], grants, READER, NOW) == (GRANT,)


def test_the_moment_asked_about_is_the_moment_answered_for():
    assert circumstances([part()], [GRANT], READER, NOW).now == NOW
