# SPDX-License-Identifier: MIT
"""Labels are made of what an object says, and have one JSON form that is read strictly."""

import pytest
from hypothesis import given

from making_labels import labels
from tasuki.base.errors import InputError
from tasuki.core.markings import labels as room
from tasuki.core.markings.labels import label_from_json, label_of, label_to_json
from tasuki.core.markings.lattice import audiences
from tasuki.core.markings.model import Tlp

FORM = {"tlp": "AMBER", "releasable_to": ["JPN/nco:csirt"], "originators": ["GBR"], "blocked": []}


def made(**changes):
    said = {"levels": ["green"], "caveats": (), "blocked": (), "originator": "GBR", **changes}
    return label_of(**said)


@given(labels.filter(lambda label: label.blocked <= set(room.BLOCKS)))
def test_a_label_survives_its_json_form(label):
    assert label_from_json(label_to_json(label)) == label


def test_the_narrowest_of_several_levels_counts():
    assert made(levels=["clear", "red", "green"]).tlp is Tlp.RED


def test_no_level_is_no_marking():
    assert made(levels=[]).tlp is None


def test_every_caveat_must_hold():
    assert made(caveats=[["JPN", "GBR"], ["JPN/nco:csirt"]]).releasable_to == audiences(["JPN/nco:csirt"])


def test_a_caveat_that_cannot_be_read_blocks_and_the_others_still_narrow():
    label = made(caveats=[["the usual people"], ["JPN"]])
    assert label.blocked == {room.UNKNOWN_CAVEAT}
    assert label.releasable_to == audiences(["JPN"])


def test_a_label_names_its_originator():
    assert made(originator="JPN").originators == {"JPN"}


@pytest.mark.parametrize(
    "change",
    [
        {"tlp": "PURPLE"},
        {"tlp": True},
        {"tlp": ["AMBER"]},
        {"releasable_to": "JPN"},
        {"releasable_to": ["somebody"]},
        {"releasable_to": [1]},
        {"originators": ["gbr"]},
        {"originators": "GBR"},
        {"originators": {}},
        {"blocked": ["a-code-of-tomorrow"]},
        {"blocked": None},
        {"until": "2030"},
    ],
    ids=lambda change: ",".join(f"{name}={value}" for name, value in change.items()),
)
def test_what_is_not_understood_is_refused_and_never_guessed(change):
    with pytest.raises(InputError) as caught:
        label_from_json({**FORM, **change})
    assert caught.value.reason.code == "markings.label"


@pytest.mark.parametrize("value", [None, [], "AMBER", {**FORM, "tlp": "AMBER"} | {"blocked": [[]]}])
def test_another_form_is_refused(value):
    with pytest.raises(InputError):
        label_from_json(value)


def test_a_missing_member_is_not_filled_in():
    with pytest.raises(InputError):
        label_from_json({name: value for name, value in FORM.items() if name != "blocked"})
