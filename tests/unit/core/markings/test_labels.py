# SPDX-License-Identifier: MIT
"""Labels are made of what an object says, and have one JSON form that is read strictly."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from making_labels import labels
from tasuki.base.errors import InputError
from tasuki.core.markings import labels as room
from tasuki.core.markings.labels import classification, label_from_json, label_of, label_to_json, stated
from tasuki.core.markings.lattice import WIDEST, audiences
from tasuki.core.markings.model import Pap, Tlp

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


T1, T2 = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2))


def test_what_markings_state_is_met():
    said = stated(
        paps=["green", "amber", "clear"],
        consent_of=["JPN", "GBR"],
        classifications=["GBR:OFFICIAL", "JPN:機密性2"],
        embargoes=[(T1, ["JPN", "GBR"]), (T2, ["JPN/nco"])],
        untils=[T2, T1],
    )
    assert said == replace(
        WIDEST,
        pap=Pap.AMBER,
        consent_of=frozenset({"JPN", "GBR"}),
        classifications=frozenset({"GBR:OFFICIAL", "JPN:機密性2"}),
        embargo=T2,
        ahead=audiences(["JPN/nco"]),
        until=T1,
    )


def test_nothing_stated_narrows_nothing():
    assert stated() == WIDEST


def test_an_embargo_without_anybody_ahead_is_for_everybody():
    assert stated(embargoes=[(T1, [])]) == replace(WIDEST, embargo=T1, ahead=frozenset())


@pytest.mark.parametrize(
    ("said", "kept", "code"),
    [
        ({"consent_of": ["Japan"], "untils": [T1]}, {"until": T1}, room.UNKNOWN_MARKING),
        ({"classifications": ["OFFICIAL"], "paps": ["red"]}, {"pap": Pap.RED}, room.UNKNOWN_MARKING),
        (
            {"embargoes": [(T1, ["the usual people"])]},
            {"embargo": T1, "ahead": frozenset()},
            room.UNKNOWN_CAVEAT,
        ),
    ],
)
def test_what_cannot_be_read_blocks_and_the_rest_still_narrows(said, kept, code):
    assert stated(**said) == replace(WIDEST, **kept, blocked=frozenset({code}))


def test_what_holds_besides_is_met_in():
    besides = replace(WIDEST, until=T1, tlp=Tlp.RED, blocked=frozenset({room.PERSONAL_DATA}))
    label = made(besides=besides, blocked=[room.UNKNOWN_HANDLING])
    assert (label.until, label.tlp) == (T1, Tlp.RED)
    assert label.blocked == {room.PERSONAL_DATA, room.UNKNOWN_HANDLING}


@pytest.mark.parametrize("text", ["GBR:OFFICIAL", "JPN:機密性2", "GBR:A", "GBR:A B", "GBR:" + "x" * 60, "GBR:A:B"])
def test_a_classification_is_a_participant_and_a_level(text):
    assert classification(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GBR",
        "GBR:",
        "gbr:OFFICIAL",
        "GBR: OFFICIAL",
        "GBR:OFFICIAL ",
        "GBR:" + "x" * 61,
        "GBR:A\tB",
        "GBR:A\u200bB",
    ],
)
def test_what_is_no_classification_says_so(text):
    with pytest.raises(ValueError, match="expected a classification such as GBR:OFFICIAL, found "):
        classification(text)


WHOLE = replace(
    made(levels=["amber+strict"], caveats=[["JPN/nco", "GBR"]]),
    pap=Pap.AMBER,
    consent_of=frozenset({"JPN", "GBR"}),
    classifications=frozenset({"GBR:OFFICIAL"}),
    embargo=T1,
    ahead=audiences(["JPN/nco"]),
    until=T2,
)


def test_the_json_form_is_this_one():
    assert label_to_json(WHOLE) == {
        "tlp": "AMBER+STRICT",
        "releasable_to": ["GBR", "JPN/nco"],
        "originators": ["GBR"],
        "blocked": [],
        "pap": "AMBER",
        "consent_of": ["GBR", "JPN"],
        "classifications": ["GBR:OFFICIAL"],
        "embargo": "2026-03-01T00:00:00.000Z",
        "ahead": ["JPN/nco"],
        "until": "2026-03-02T00:00:00.000Z",
    }
    assert label_to_json(replace(WIDEST, tlp=None, blocked=frozenset({"b", "a"}))) == {
        "tlp": None,
        "releasable_to": None,
        "originators": [],
        "blocked": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"pap": "PURPLE"}, "'purple'"),
        ({"pap": None}, "'none'"),
        ({"consent_of": "GBR"}, "no list of texts"),
        ({"consent_of": ["gbr"]}, "expected a participant as three capital letters such as JPN, found 'gbr'"),
        ({"classifications": ["SECRET"]}, "expected a classification such as GBR:OFFICIAL, found 'SECRET'"),
        ({"until": "soon"}, "expected an RFC 3339 timestamp, found 'soon'"),
        ({"embargo": "2026-03-01T00:00:00Z"}, "an embargo without who may have it before, or the other way round"),
        ({"ahead": []}, "an embargo without who may have it before, or the other way round"),
        ({"blocked": ["a-code-of-tomorrow"]}, "an unknown block"),
        ({"note": 1}, "other members"),
    ],
    ids=str,
)
def test_a_label_that_is_refused_says_what_was_found(change, found):
    with pytest.raises(InputError) as caught:
        label_from_json({**FORM, **change})
    assert caught.value.reason.params == {"found": found[:80]}
