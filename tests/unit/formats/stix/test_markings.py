# SPDX-License-Identifier: MIT
"""What an object's markings mean: nothing that marks any part of it is overlooked, and what is unknown is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.stix.acs import ACS_MEMBERS
from tasuki.formats.stix.admission import admit
from tasuki.formats.stix.caveats import CAVEAT_MEMBERS
from tasuki.formats.stix.extensions import ACS_3, CAVEAT, IEP_2, PAP, TLP_2
from tasuki.formats.stix.iep import IEP_MEMBERS
from tasuki.formats.stix.markings import meaning_of, read_markings
from tasuki.formats.stix.meaning import Meaning
from tasuki.formats.stix.tlp import OFFICIAL, marking_id

STATEMENT = {"id": "marking-definition--s", "definition_type": "statement", "definition": {"statement": "(c) Example"}}
CAVEATED = {
    "id": "marking-definition--c",
    "extensions": {CAVEAT: {"extension_type": "property-extension", "releasable_to": ["JPN/nco:csirt"]}},
}
STRANGE = {"id": "marking-definition--x", "extensions": {"extension-definition--other": {"a": 1}}}
AT_HAND = {each["id"]: each for each in (STATEMENT, CAVEATED, STRANGE)}


def admitted(**properties):
    return admit({"type": "note", "id": "note--00000000-0000-4000-8000-000000000001", **properties})


def test_each_kind_of_marking_is_sorted_out():
    refs = [marking_id("amber"), *AT_HAND, "marking-definition--missing"]
    found = read_markings(refs, AT_HAND.get)
    assert found.levels == {"amber"}
    assert found.caveats == (frozenset({"JPN/nco:csirt"}),)
    assert found.statements == {STATEMENT["id"]}
    assert found.unknown == {STRANGE["id"], "marking-definition--missing"}


def test_a_marking_of_a_part_counts_for_the_whole():
    granular = [{"selectors": ["description"], "marking_ref": marking_id("red")}]
    marked = admitted(object_marking_refs=[marking_id("green")], granular_markings=granular)
    found = read_markings(marked.markings, AT_HAND.get)
    assert found.levels == {"green", "red"}


def test_two_caveats_stay_two():
    other = {**CAVEATED, "id": "marking-definition--d"}
    found = read_markings([CAVEATED["id"], other["id"]], {**AT_HAND, other["id"]: other}.get)
    assert len(found.caveats) == 2


def test_a_caveat_that_names_nobody_allows_nobody():
    empty = {"id": "marking-definition--b", "extensions": {CAVEAT: {"releasable_to": []}}}
    found = read_markings([empty["id"]], {empty["id"]: empty}.get)
    assert (found.caveats, found.unknown) == ((frozenset(),), frozenset())


def test_a_statement_with_an_extension_nobody_knows_is_unknown():
    strange = {**STATEMENT, "extensions": {"extension-definition--other": {}}}
    found = read_markings([strange["id"]], {strange["id"]: strange}.get)
    assert (found.statements, found.unknown) == (frozenset(), {strange["id"]})


@pytest.mark.parametrize(
    ("definition", "levels", "caveats", "unknown"),
    [
        ({"extensions": {TLP_2: {"tlp_2_0": "amber"}, CAVEAT: {"releasable_to": ["JPN"]}}}, {"amber"}, 1, False),
        ({"extensions": {TLP_2: {"tlp_2_0": "amber"}, "extension-definition--other": {}}}, {"amber"}, 0, True),
        ({"extensions": {CAVEAT: {"releasable_to": ["JPN"]}, "extension-definition--other": {}}}, set(), 1, True),
        ({"extensions": {TLP_2: {"tlp_2_0": "purple"}}}, set(), 0, True),
        ({"extensions": ["a list"]}, set(), 0, True),
        ({"definition_type": "pep", "definition": {"pap": "amber"}}, set(), 0, True),
        ({"extensions": {CAVEAT: {"releasable_to": "JPN"}}}, set(), 0, True),
        ({"extensions": {CAVEAT: {"releasable_to": ["JPN"], "releasable": "all"}}}, set(), 1, True),
        ({"definition_type": "statement", "definition": {"statement": "TLP:RED for A and B"}}, set(), 0, True),
        ({"definition_type": "statement", "definition": {"statement": 7}}, set(), 0, True),
        ({"definition_type": "statement"}, set(), 0, True),
        ({}, set(), 0, True),
    ],
    ids=["tlp and caveat", "tlp and more", "caveat and more", "no level", "no extensions", "another kind",
         "no list", "another member", "tlp in a sentence", "no text", "no definition", "nothing"],
)  # fmt: skip
def test_a_definition_is_understood_whole_or_not_at_all(definition, levels, caveats, unknown):
    found = read_markings(["marking-definition--0"], lambda _: {"id": "marking-definition--0", **definition})
    assert (found.levels, len(found.caveats), bool(found.unknown)) == (levels, caveats, unknown)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("TLP:RED"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = {
    "caveat": (CAVEAT, [*CAVEAT_MEMBERS, "ahead", "extension_type"]),
    "iep": (IEP_2, [*IEP_MEMBERS]),
    "acs": (ACS_3, [*ACS_MEMBERS]),
    "pap": (PAP, ["pap", "extension_type"]),
    "tlp": (TLP_2, ["tlp_2_0", "extension_type"]),
}


@given(st.sampled_from([*MEMBERS]), st.data())
def test_whatever_an_extension_holds_is_read_or_named_as_unread(name, data):
    identifier, members = MEMBERS[name]
    body = data.draw(VALUES | st.dictionaries(st.sampled_from(members), VALUES, max_size=4))
    assert isinstance(meaning_of({"extensions": {identifier: body}}), Meaning)
    if isinstance(body, dict):
        found = meaning_of({"extensions": {identifier: {**body, "of nobody": 1}}})
        assert any(each in (name, f"{name}.of nobody") for each in found.unread)


@given(st.dictionaries(st.sampled_from(["definition_type", "definition", "extensions", "name", "id"]), VALUES))
def test_a_definition_of_any_form_is_read_or_unknown(definition):
    found = read_markings(["marking-definition--0"], lambda _: definition)
    assert found.unknown | found.statements or found.levels or found.paps


ENDLESS = {f"x{number}": number for number in range(101)}


@pytest.mark.parametrize(
    ("extensions", "unread"),
    [
        ({IEP_2: ENDLESS}, "iep"),
        (ENDLESS, "extensions"),
        ({ACS_3: {"further_sharing": [{"sharing_scope": ["SECTOR"], "rule_effect": "permit"}] * 1001}},
         "acs.further_sharing"),
        ({ACS_3: {"authority_reference": ["urn:isa:authority:x"] * 1001}}, "acs.authority_reference"),
        ({ACS_3: {"control_set": {"formal_determination": ["NF"] * 1001}}}, "acs.control_set.formal_determination"),
        ({ACS_3: {"control_set": {"permitted_nationalities": ["GBR"] * 1001}}},
         "acs.control_set.permitted_nationalities"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_endless_is_not_understood(extensions, unread):
    assert unread in meaning_of({"extensions": extensions}).unread


def test_what_stands_in_a_list_twice_is_said_once():
    body = {"control_set": {"classification": "U", "formal_determination": ["NF"] * 1000}}
    assert len(meaning_of({"extensions": {ACS_3: body}}).caveats) == 1


def test_what_is_understood_of_half_a_policy_names_the_country_that_holds_it():
    body = {
        "responsible_entity_custodian": "USA.DHS",
        "control_set": {"classification": "U", "formal_determination": ["NF"], "sensitivity": ["LES"]},
    }
    found = meaning_of({"extensions": {ACS_3: body}})
    assert found.unread
    assert found.caveats == (frozenset({"USA"}),)


IDS = st.sampled_from([*OFFICIAL, *AT_HAND, "marking-definition--missing"])


@given(st.lists(IDS, max_size=6))
def test_nothing_that_marks_is_lost_whatever_stands_beside_it(refs):
    found = read_markings(refs, AT_HAND.get)
    counted = len({each for each in refs if each in OFFICIAL and OFFICIAL[each] in found.levels})
    counted += len(found.caveats) + len(found.statements) + len(found.unknown)
    assert counted == len(set(refs))


RED = marking_id("red")


@pytest.mark.parametrize(
    "properties",
    [
        {"object_marking_refs": [RED]},
        {"granular_markings": [{"selectors": ["x"], "marking_ref": RED}]},
        {"objects": {"0": {"type": "file", "object_marking_refs": [RED]}}},
        {"objects": {"0": {"type": "file", "granular_markings": [{"selectors": ["name"], "marking_ref": RED}]}}},
        {"x_copies": [{"deep": [{"object_marking_refs": RED}]}]},
    ],
    ids=["whole", "part", "embedded", "part of embedded", "in a custom property"],
)
def test_a_marking_counts_wherever_it_stands(properties):
    assert RED in admitted(**properties).markings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("object_marking_refs", RED),
        ("object_marking_refs", [7]),
        ("object_marking_refs", None),
        ("object_marking_refs", {"0": RED}),
        ("granular_markings", {}),
        ("granular_markings", [{"selectors": ["x"]}]),
        ("granular_markings", [{"marking_ref": [RED]}]),
        ("granular_markings", ["x"]),
    ],
    ids=str,
)
def test_an_object_whose_markings_cannot_be_read_is_not_held_as_if_it_had_none(name, value):
    assert admitted(**{name: value}).code == "stix.reference"


def test_a_language_is_no_marking():
    assert admitted(granular_markings=[{"selectors": ["x"], "lang": "ja"}]).markings == ()


@pytest.mark.parametrize(("identifier", "level"), sorted(OFFICIAL.items()))
def test_an_official_id_means_its_level_whatever_is_held_under_it(identifier, level):
    found = read_markings([identifier], {identifier: STATEMENT}.get)
    assert (found.levels, found.statements, found.unknown) == ({level}, set(), set())


def test_the_ids_of_tlp_1_are_read_as_their_successors():
    assert {
        "613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
        "34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
        "f88d31f6-486f-44da-b317-01333bde0b82": "amber",
        "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    }.items() <= {
        identifier.removeprefix("marking-definition--"): level for identifier, level in OFFICIAL.items()
    }.items()


def test_a_level_beside_a_statement_counts_too():
    body = {"statement": "(c) Example", "tlp": "red"}
    assert meaning_of({"definition_type": "statement", "definition": body}).levels == {"red"}


@pytest.mark.parametrize(
    "caveat",
    [
        {},
        {"ahead": ["JPN"]},
        {"releasable_to": ["JPN", 1]},
        {"releasable_to": "JPN"},
        {"embargo": "2030-01-01T00:00:00Z", "ahead": ["JPN", None]},
    ],
    ids=str,
)
def test_a_caveat_that_is_not_read_whole_is_unknown(caveat):
    extension = {"extension_type": "property-extension", **caveat}
    assert meaning_of({"extensions": {CAVEAT: extension}}).unread
