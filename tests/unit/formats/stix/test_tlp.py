# SPDX-License-Identifier: MIT
"""TLP is understood in every form in use, old names included, and in no other."""

import json

import pytest

from tasuki.formats.stix.extensions import TLP_2
from tasuki.formats.stix.markings import meaning_of
from tasuki.formats.stix.tlp import (
    LEVELS,
    TLP_1_IDS,
    TLP_IDS,
    level_of_text,
    marking_id,
    official_definition,
)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("TLP:AMBER+STRICT", "amber+strict"),
        ("tlp:amber_strict", "amber+strict"),
        ("TLP:WHITE", "clear"),
        (" Green ", "green"),
        ("TLP: red", "red"),
        ("TLP:PURPLE", None),
        ("amber strict", None),
        ("", None),
    ],
)
def test_a_label_is_read_in_the_spellings_in_use(text, level):
    assert level_of_text(text) == level


@pytest.mark.parametrize("level", LEVELS)
def test_the_official_definition_of_a_level_says_so(level):
    definition = json.loads(official_definition(level))
    assert definition["id"] == marking_id(level)
    assert meaning_of(definition).levels == {level}
    assert meaning_of({**definition, "id": "marking-definition--0"}).levels == {level}


@pytest.mark.parametrize("identifier", sorted(TLP_IDS) + sorted(TLP_1_IDS))
def test_an_official_id_counts_whatever_a_definition_under_it_claims(identifier):
    forged = {"id": identifier, "definition_type": "tlp", "definition": {"tlp": "clear"}}
    assert meaning_of(forged).levels == {{**TLP_IDS, **TLP_1_IDS}[identifier]}


STATED = "statement"


@pytest.mark.parametrize(
    ("definition", "levels", "unread"),
    [
        ({"definition_type": "tlp", "definition": {"tlp": "white"}}, {"clear"}, ()),
        ({"definition_type": STATED, "definition": {"statement": "TLP:AMBER"}}, {"amber"}, ()),
        ({"definition_type": STATED, "definition": {"statement": "amber waves"}}, set(), ()),
        ({"definition_type": STATED, "definition": {"statement": "TLPX is a company"}}, set(), ()),
        ({"definition_type": STATED, "definition": {"statement": " tlp red, for members"}}, set(), ("statement",)),
        ({"definition_type": STATED, "definition": {"statement": "TLP:AMBER for members"}}, set(), ("statement",)),
        ({"definition": {"statement": "TLP:AMBER"}}, {"amber"}, ()),
        ({"definition": {"statement": "amber waves"}}, set(), ("definition",)),
        ({"definition_type": "tlp", "definition": {"tlp": ["red"]}}, set(), ("tlp",)),
        ({"definition_type": "tlp"}, set(), ("tlp",)),
        ({"extensions": {TLP_2: {"tlp_2_0": "purple"}}}, set(), ("tlp.tlp_2_0",)),
        ({"extensions": {TLP_2: {"tlp_2_0": "red", "more": 1}}}, {"red"}, ("tlp.more",)),
        ({"extensions": {TLP_2: {"tlp_2_0": "red", "extension_type": "new-sdo"}}}, {"red"}, ("tlp.extension_type",)),
        ({"extensions": {TLP_2: {}}}, set(), ("tlp.tlp_2_0",)),
        ({"extensions": {TLP_2: "red"}}, set(), ("tlp",)),
        ({}, set(), ("definition",)),
    ],
    ids=str,
)
def test_other_forms_are_read_whole_or_said_to_be_unreadable(definition, levels, unread):
    found = meaning_of({"id": "marking-definition--0", **definition})
    assert (found.levels, found.unread) == (levels, unread)


def test_a_definition_that_says_two_things_says_both():
    both = {
        "id": "marking-definition--0",
        "definition_type": "tlp",
        "definition": {"tlp": "red"},
        "extensions": {TLP_2: {"tlp_2_0": "green"}},
    }
    assert meaning_of(both).levels == {"green", "red"}


def test_the_five_official_objects_are_those_published(data):
    published = json.loads((data / "tlp-2.0" / "marking-definitions.json").read_bytes())
    objects = published["objects"] if isinstance(published, dict) else published
    assert {each["id"]: meaning_of({**each, "id": ""}).levels for each in objects} == {
        key: {level} for key, level in TLP_IDS.items()
    }
