# SPDX-License-Identifier: MIT
"""Labels form a lattice: combining them never lets anybody hear more."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from making_labels import anyone, labels
from tasuki.base.ids import Audience
from tasuki.base.limits import MAX_CAVEAT_AUDIENCES
from tasuki.core.markings.lattice import WIDEST, audiences, caveat, meet, meet_all, originated_by
from tasuki.core.markings.model import Label, Pap, Tlp


def rel(*names):
    return Label(tlp=Tlp.CLEAR, releasable_to=audiences(names), originators=frozenset(), blocked=frozenset())


def may_hear(label, reader):
    """Whether the caveat alone lets a reader hear."""
    return label.releasable_to is None or any(each.covers(reader) for each in label.releasable_to)


@given(labels)
def test_a_label_met_with_itself_is_itself(label):
    assert meet(label, label) == label


@given(labels, labels)
def test_the_order_of_two_does_not_matter(one, other):
    assert meet(one, other) == meet(other, one)


@given(labels, labels, labels)
def test_the_grouping_of_three_does_not_matter(one, other, third):
    assert meet(meet(one, other), third) == meet(one, meet(other, third))


@given(labels)
def test_the_widest_label_narrows_nothing(label):
    assert meet(label, WIDEST) == label


@given(labels, labels, anyone)
def test_together_they_allow_exactly_who_both_allow(one, other, reader):
    met = meet(one, other)
    assert may_hear(met, reader) == (may_hear(one, reader) and may_hear(other, reader))


@given(labels, labels)
def test_the_meet_is_never_wider_than_either(one, other):
    met = meet(one, other)
    for each in (one, other):
        assert met.tlp is None or (each.tlp is not None and met.tlp >= each.tlp)
        assert met.originators >= each.originators
        assert met.blocked >= each.blocked
        assert meet(met, each) == met


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (["JPN"], ["JPN/nco:csirt"], ["JPN/nco:csirt"]),
        (["JPN/nco"], ["JPN/nco:csirt"], ["JPN/nco:csirt"]),
        (["JPN/nco:csirt"], ["JPN/nco:policy"], []),
        (["JPN/nco"], ["JPN/npa"], []),
        (["JPN", "GBR/ncsc"], ["JPN/npa:police", "GBR"], ["JPN/npa:police", "GBR/ncsc"]),
        (["JPN"], ["GBR"], []),
        ([], ["JPN"], []),
    ],
    ids=["within", "capacity", "two capacities", "two organisations", "crosswise", "strangers", "nobody"],
)
def test_two_caveats_meet_in_the_narrower(one, other, both):
    assert meet(rel(*one), rel(*other)).releasable_to == audiences(both)


def test_no_caveat_and_an_empty_one_are_opposites():
    assert meet(WIDEST, rel()).releasable_to == frozenset()
    assert meet(WIDEST, WIDEST).releasable_to is None


def test_a_caveat_drops_what_another_of_its_audiences_covers():
    assert caveat(["JPN/nco:csirt", "JPN", "JPN/npa"]) == frozenset({Audience("JPN")})


@pytest.mark.parametrize("text", ["", "jpn", "JPN/", "JPN/nco:", "JPN/:csirt", "JPN/NCO", "JAPAN", "JPN nco"])
def test_an_audience_nobody_can_read_makes_the_caveat_unknown(text):
    assert caveat(["GBR", text]) is None


def test_a_caveat_of_too_many_audiences_is_unknown_and_read_no_further():
    def names():
        for number in range(MAX_CAVEAT_AUDIENCES + 1):
            yield f"JPN/o{number}"
        pytest.fail("read beyond the limit")

    assert caveat(names()) is None


def test_long_caveats_combine_without_comparing_each_with_each():
    many = [f"JPN/o{number}" for number in range(40_000)]
    assert len(meet(rel(*many), rel("JPN", *reversed(many))).releasable_to) == 40_000


def test_originators_add_up():
    assert meet_all([originated_by("JPN"), originated_by("GBR")]).originators == {"JPN", "GBR"}
    assert meet_all([]) == WIDEST


def test_every_part_is_met_in_its_own_way():
    early, late = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2))
    one = Label(
        tlp=Tlp.GREEN,
        releasable_to=audiences(["AAA", "BBB/cert"]),
        originators=frozenset({"AAA"}),
        blocked=frozenset({"a"}),
        pap=Pap.GREEN,
        consent_of=frozenset({"AAA"}),
        classifications=frozenset({"AAA:OPEN"}),
        embargo=early,
        ahead=audiences(["AAA", "BBB"]),
        until=late,
    )
    other = Label(
        tlp=Tlp.AMBER,
        releasable_to=audiences(["BBB"]),
        originators=frozenset({"BBB"}),
        blocked=frozenset({"b"}),
        pap=Pap.AMBER,
        consent_of=frozenset({"BBB"}),
        classifications=frozenset({"BBB:OPEN"}),
        embargo=late,
        ahead=audiences(["BBB/cert:csirt@mori"]),
        until=early,
    )
    assert meet(one, other) == Label(
        tlp=Tlp.AMBER,
        releasable_to=audiences(["BBB/cert"]),
        originators=frozenset({"AAA", "BBB"}),
        blocked=frozenset({"a", "b"}),
        pap=Pap.AMBER,
        consent_of=frozenset({"AAA", "BBB"}),
        classifications=frozenset({"AAA:OPEN", "BBB:OPEN"}),
        embargo=late,
        ahead=audiences(["BBB/cert:csirt@mori"]),
        until=early,
    )
    assert meet(one, WIDEST) == one == meet(WIDEST, one)
