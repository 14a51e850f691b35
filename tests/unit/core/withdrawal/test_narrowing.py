# SPDX-License-Identifier: MIT
"""A narrowing survives the wire, has the form of its notice, and never widens whatever it is met into."""

from dataclasses import replace

import pytest
from hypothesis import given

from making_labels import labels
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import LEVELS
from tasuki.core.markings.lattice import WIDEST, meet
from tasuki.core.markings.model import Label, Tlp
from tasuki.core.release.forms import narrowing
from tasuki.core.withdrawal.narrowing import kept_to, narrowing_from_json, narrowing_to_json

HOME, CSIRT, POLICE = (Audience.parse(each) for each in ("GBR/ncsc:csirt", "JPN/nco:csirt", "JPN/npa:police"))


def spoken(label: Label) -> Label:
    """What of a label a notice can say."""
    return replace(WIDEST, tlp=label.tlp if label.tlp is not None else Tlp.CLEAR, releasable_to=label.releasable_to)


@given(labels)
def test_what_is_said_is_what_is_understood(label):
    said = narrowing_to_json(spoken(label))
    assert narrowing_from_json(said) == spoken(label)
    assert narrowing(said) or said == {}


@given(labels, labels)
def test_a_narrowing_is_never_a_widening(before, label):
    after = meet(before, narrowing_from_json(narrowing_to_json(spoken(label))))
    assert meet(after, before) == after
    assert before.tlp is None or after.tlp >= before.tlp
    assert (after.originators, after.blocked) == (before.originators, before.blocked)


@pytest.mark.parametrize("level", sorted(set(LEVELS) - {"clear"}))
def test_every_level_has_its_written_form(level):
    said = narrowing_to_json(replace(WIDEST, tlp=LEVELS[level]))
    assert said == {"tlp": level.upper()}
    assert narrowing_from_json(said).tlp is LEVELS[level]


def test_what_is_left_to_some_is_left_to_us_too():
    assert kept_to([CSIRT, POLICE], HOME).releasable_to == {CSIRT, POLICE, HOME}
    assert kept_to([Audience.parse("JPN"), CSIRT], HOME).releasable_to == {Audience.parse("JPN"), HOME}


def test_nobody_is_said_as_nobody():
    nobody = replace(WIDEST, releasable_to=frozenset())
    assert narrowing_to_json(nobody) == {"releasable_to": []}
    assert narrowing_from_json({"releasable_to": []}) == nobody
