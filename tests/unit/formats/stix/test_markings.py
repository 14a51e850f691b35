# SPDX-License-Identifier: MIT
"""What an object's markings mean: nothing that marks any part of it is overlooked, and what is unknown is said."""

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.stix.extensions import CAVEAT
from tasuki.formats.stix.markings import read_markings
from tasuki.formats.stix.tlp import OFFICIAL, marking_id

STATEMENT = {"id": "marking-definition--s", "definition_type": "statement", "definition": {"statement": "(c) Example"}}
CAVEATED = {
    "id": "marking-definition--c",
    "extensions": {CAVEAT: {"extension_type": "property-extension", "releasable_to": ["JPN/nco:csirt"]}},
}
STRANGE = {"id": "marking-definition--x", "extensions": {"extension-definition--other": {"a": 1}}}
AT_HAND = {each["id"]: each for each in (STATEMENT, CAVEATED, STRANGE)}


def test_each_kind_of_marking_is_sorted_out():
    refs = [marking_id("amber"), *AT_HAND, "marking-definition--missing"]
    found = read_markings({"object_marking_refs": refs}, AT_HAND.get)
    assert found.levels == {"amber"}
    assert found.caveats == (frozenset({"JPN/nco:csirt"}),)
    assert found.statements == {STATEMENT["id"]}
    assert found.unknown == {STRANGE["id"], "marking-definition--missing"}


def test_a_marking_of_a_part_counts_for_the_whole():
    granular = [{"selectors": ["description"], "marking_ref": marking_id("red")}]
    found = read_markings({"object_marking_refs": [marking_id("green")], "granular_markings": granular}, AT_HAND.get)
    assert found.levels == {"green", "red"}


def test_two_caveats_stay_two():
    other = {**CAVEATED, "id": "marking-definition--d"}
    found = read_markings({"object_marking_refs": [CAVEATED["id"], other["id"]]}, {**AT_HAND, other["id"]: other}.get)
    assert len(found.caveats) == 2


def test_a_caveat_that_names_nobody_allows_nobody():
    broken = {"id": "marking-definition--b", "extensions": {CAVEAT: {"releasable_to": "JPN"}}}
    found = read_markings({"object_marking_refs": [broken["id"]]}, {broken["id"]: broken}.get)
    assert found.caveats == (frozenset(),)


def test_a_statement_with_an_extension_nobody_knows_is_unknown():
    strange = {**STATEMENT, "extensions": {"extension-definition--other": {}}}
    found = read_markings({"object_marking_refs": [strange["id"]]}, {strange["id"]: strange}.get)
    assert (found.statements, found.unknown) == (frozenset(), {strange["id"]})


IDS = st.sampled_from([*OFFICIAL, *AT_HAND, "marking-definition--missing"])
REFS = st.lists(IDS | st.integers() | st.none(), max_size=5) | st.none() | st.text(max_size=3)
GRANULAR = st.lists(st.fixed_dictionaries({"marking_ref": IDS | st.none() | st.integers()}) | st.integers(), max_size=4)


@given(REFS, GRANULAR | st.integers())
def test_nothing_that_marks_is_lost_whatever_stands_beside_it(refs, granular):
    found = read_markings({"object_marking_refs": refs, "granular_markings": granular}, AT_HAND.get)
    named = {each for each in refs if isinstance(each, str)} if isinstance(refs, list) else set()
    if isinstance(granular, list):
        named |= {
            each["marking_ref"] for each in granular if isinstance(each, dict) and isinstance(each["marking_ref"], str)
        }
    counted = len({each for each in named if each in OFFICIAL and OFFICIAL[each] in found.levels})
    counted += len(found.caveats) + len(found.statements) + len(found.unknown)
    assert counted == len(named)
