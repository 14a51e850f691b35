# SPDX-License-Identifier: MIT
"""The page of the markings and the code say the same: every member, every value, and what each comes to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tasuki.base.time import parse_rfc3339
from tasuki.formats.stix import extensions
from tasuki.formats.stix.acs import (
    ACS_MEMBERS,
    ACS_REQUIRED,
    CONTROL_SET,
    CONTROL_WORDS,
    DENIED,
    POLICIES,
    read_acs,
)
from tasuki.formats.stix.iep import IEP_MEMBERS, IEP_REQUIRED, IEP_WORDS, read_iep
from tasuki.formats.stix.markings import EXTENSIONS
from tasuki.formats.stix.meaning import NOTHING, Meaning, together
from tasuki.formats.stix.pap import PAP_IDS

PAGE = (Path(__file__).parents[2] / "docs" / "policy" / "markings.md").read_text("utf-8")


def table(head: str) -> list[list[str]]:
    """Return the rows of the table whose first row begins with a text."""
    lines = PAGE[PAGE.index(f"| {head}") :].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


MOMENT = "2026-03-08T09:00:00Z"
CALLED = {
    "a text": "some text",
    "a moment": MOMENT,
    "texts": ["urn:isa:authority:example"],
    "`null`": None,
    "`2.0`": 2.0,
    "`1.0`": 1.0,
    "a permission": [{"rule_effect": "permit", "sharing_scope": ["FOREIGNGOV", "SECTOR"]}],
    "a denial of `FOREIGNGOV` alone": [{"rule_effect": "deny", "sharing_scope": ["FOREIGNGOV"]}],
    "a denial of anything else": [{"rule_effect": "deny", "sharing_scope": ["SECTOR"]}],
    "`released_by`, `released_on`": {"released_by": "Somebody", "released_on": MOMENT},
    "three-letter codes of countries": ["GBR", "JPN"],
    "fewer": ["MIL", "GOV"],
}
"""Values that the page describes in words."""

IN_LISTS = {*CONTROL_SET} - {"classification"} | {"shareability", "permitted_organizations"}


def values(member: str, cell: str) -> list[object]:
    """Return the values a row of the page speaks of, each as it stands in a marking."""
    if member == "responsible_entity_custodian":
        return ["USA.DHS", "USA.DHS.CISA"]
    if cell in CALLED:
        return [CALLED[cell]]
    named = codes(cell)
    if cell.startswith("all of "):
        return [named]
    assert named, cell
    return [[each] for each in named] if member in IN_LISTS else list(named)


def meaning(text: str) -> Meaning | None:
    """Return what a cell of the column `means` comes to; None for unknown."""
    if text.startswith("TLP:"):
        return Meaning(levels=frozenset({text.removeprefix("TLP:").lower()}))
    if text.startswith("PAP:"):
        return Meaning(paps=frozenset({text.removeprefix("PAP:").lower()}))
    return {
        "nothing": NOTHING,
        "unknown": None,
        "embargo": Meaning(embargoes=((parse_rfc3339(MOMENT), frozenset()),)),
        "until": Meaning(untils=(parse_rfc3339(MOMENT),)),
        "personal data": Meaning(personal_data=True),
        "consent of the custodian's country": Meaning(consent_of=frozenset({"USA"})),
        "caveat of the custodian's country": Meaning(caveats=(frozenset({"USA"}),)),
        "caveat of these countries": Meaning(caveats=(frozenset({"GBR", "JPN"}),)),
    }[text]


OPEN = "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=permit"
ACS = {
    "extension_type": "property-extension",
    "responsible_entity_custodian": "USA.DHS",
    "policy_reference": OPEN,
    "control_set": {"classification": "U"},
}
IEP = {
    "extension_type": "property-extension",
    "tlp": "green",
    "permitted_actions": "externally-visible-direct-actions",
    "affected_party_notifications": "may",
    "provider_attribution": "may",
    "unmodified_resale": "may",
    "encrypt_in_transit": "may",
    "start_date": "2026-01-01T00:00:00Z",
    "iep_version": 2.0,
}
OF_IEP, OF_ACS = table("member of IEP"), table("member of ACS")
OF_CONTROL, OF_ACTIONS = table("member of control_set"), table("action denied")


def names(row: list[str]) -> str:
    return " ".join(row[:2])[:80]


@pytest.mark.parametrize("row", OF_IEP, ids=names)
def test_a_value_of_iep_means_what_the_page_says(row):
    (member,), expected = codes(row[0]), meaning(row[2])
    for value in values(member, row[1]):
        found = read_iep({**IEP, member: value})
        if expected is None:
            assert found.unread == (member,)
        else:
            others = read_iep({name: each for name, each in IEP.items() if name != member})
            assert found == together([replace(others, unread=()), expected])


@pytest.mark.parametrize("row", OF_ACS, ids=names)
def test_a_value_of_acs_means_what_the_page_says(row):
    (member,), expected = codes(row[0]), meaning(row[2])
    for value in values(member, row[1]):
        found = read_acs({**ACS, member: value})
        assert found == expected if expected is not None else found.unread


@pytest.mark.parametrize("row", OF_CONTROL, ids=names)
def test_a_value_of_a_control_set_means_what_the_page_says(row):
    (member,), expected = codes(row[0]), meaning(row[2])
    for value in values(member, row[1]):
        found = read_acs({**ACS, "control_set": {"classification": "U", member: value}})
        if expected is None:
            assert found.unread == (f"control_set.{member}",)
        else:
            assert found == expected


@pytest.mark.parametrize(
    ("action", "expected"), [(each, meaning(row[1])) for row in OF_ACTIONS for each in codes(row[0])]
)
@pytest.mark.parametrize("way", ["denied", "denied to some", "permitted to some", "not permitted"])
def test_a_denied_action_means_what_the_page_says(action, expected, way):
    found = read_acs({**ACS, **denied(action, way)})
    assert found == expected if expected is not None else found.unread == (f"access_privilege.{action}",)


SCOPE = ("permitted_nationalities", "permitted_organizations", "shareability", "entity")
ALL = {member: ["ALL"] for member in SCOPE}
SOME = {"entity": ["ALL"], "shareability": ["NCC"]}


def denied(action: str, way: str) -> dict[str, object]:
    """Return the members by which ACS denies one action and permits every other."""

    def entry(of: str, effect: str, scope: dict[str, list[str]]) -> dict[str, object]:
        return {"privilege_action": of, "privilege_scope": scope, "rule_effect": effect}

    rest = [entry(each, "permit", ALL) for each in DENIED if each != action]
    listed = {
        "denied": [entry(action, "deny", ALL)],
        "denied to some": [entry("ALL", "permit", ALL), entry(action, "deny", SOME)],
        "permitted to some": [*rest, entry(action, "permit", SOME)],
        "not permitted": rest,
    }[way]
    default = "permit" if way == "denied" else "deny"
    return {
        "access_privilege": listed,
        "policy_reference": OPEN.replace("privdefault=permit", f"privdefault={default}"),
    }


PERMITTED = {"privilege_action": "ALL", "privilege_scope": ALL, "rule_effect": "permit"}


def test_what_is_permitted_to_everybody_narrows_nothing():
    assert read_acs({**ACS, "access_privilege": [PERMITTED]}) == NOTHING


def test_the_page_lists_what_is_understood_and_no_value_more():
    assert {codes(row[0])[0] for row in OF_IEP} == {*IEP_MEMBERS}
    assert {codes(row[0])[0] for row in OF_ACS} | {"access_privilege", "control_set"} == {*ACS_MEMBERS}
    assert {each for row in OF_ACTIONS for each in codes(row[0])} == {*DENIED}
    assert {value for row in OF_ACS for value in codes(row[1]) if value.startswith("urn:")} == {*POLICIES}
    assert listed(OF_IEP, IEP_WORDS) == {name: {*table} for name, table in IEP_WORDS.items()}
    assert listed(OF_CONTROL, CONTROL_WORDS) == {name: {*table} for name, table in CONTROL_WORDS.items()}
    understood = {codes(row[0])[0] for row in OF_CONTROL if row[2] != "unknown"}
    assert understood == {*CONTROL_SET}


def listed(rows: list[list[str]], words: dict[str, dict[str, Meaning]]) -> dict[str, set[str]]:
    return {
        name: {value for row in rows if codes(row[0]) == [name] and row[2] != "unknown" for value in codes(row[1])}
        for name in words
    }


@pytest.mark.parametrize("member", sorted(IEP_REQUIRED))
def test_an_iep_policy_without_what_the_page_asks_is_unknown(member):
    assert f"`{member}`" in PAGE.partition("## IEP 2.0")[2].partition("| member")[0]
    assert read_iep({name: value for name, value in IEP.items() if name != member}).unread == (member,)


@pytest.mark.parametrize("member", sorted(ACS_REQUIRED))
def test_an_acs_policy_without_what_the_page_asks_is_unknown(member):
    assert f"`{member}`" in PAGE.partition("## ACS 3.0")[2].partition("| member")[0]
    assert read_acs({name: value for name, value in ACS.items() if name != member}).unread == (member,)


@pytest.mark.parametrize(
    ("change", "unread"),
    [
        ({"original_classification": {"classified_by": "x"}}, "original_classification"),
        ({"resource_disposition": {}}, "resource_disposition"),
        ({"access_privilege": []}, "access_privilege"),
        ({"access_privilege": [{"privilege_action": "CISAUSES", "privilege_scope": ALL, "rule_effect": "permit"}]},
         "access_privilege"),
        ({"access_privilege": [{"privilege_action": "ALL", "privilege_scope": {}, "rule_effect": "permit"}]},
         "access_privilege"),
        ({"further_sharing": [{"rule_effect": "deny", "sharing_scope": ["FOREIGNGOV", "SECTOR"]}]}, "further_sharing"),
        ({"further_sharing": ["FOREIGNGOV"]}, "further_sharing"),
        ({"further_sharing": [{"rule_effect": "permit"}]}, "further_sharing"),
        ({"further_sharing": [{"rule_effect": "permit", "sharing_scope": []}]}, "further_sharing"),
        ({"further_sharing": [{"rule_effect": "permit", "sharing_scope": [7]}]}, "further_sharing"),
        ({"further_sharing": [{"rule_effect": "permit", "sharing_scope": ["LE"], "until": "x"}]}, "further_sharing"),
        ({"further_sharing": {}}, "further_sharing"),
        ({"access_privilege": ["ALL"]}, "access_privilege"),
        ({"access_privilege": {}}, "access_privilege"),
        *(({"access_privilege": [{**PERMITTED, **change}]}, "access_privilege") for change in (
            {"privilege_action": "WALK"},
            {"privilege_action": 7},
            {"rule_effect": "maybe"},
            {"privilege_scope": ["ALL"]},
            {"privilege_scope": {"entity": ["ALL"], "weekday": ["ALL"]}},
            {"until": "x"},
        )),
        ({"further_sharing": [{"rule_effect": "maybe", "sharing_scope": ["FOREIGNGOV"]}]}, "further_sharing"),
        ({"control_set": {"classification": "U", "permitted_nationalities": ["ALL", "gbr"]}},
         "control_set.permitted_nationalities"),
        ({"control_set": {}}, "control_set.classification"),
        ({"control_set": {"classification": "U", "caveat": []}}, "control_set.caveat"),
        ({"control_set": ["U"]}, "control_set"),
        ({"responsible_entity_custodian": "ISAC"}, "responsible_entity_custodian"),
        ({"policy_reference": f"{OPEN} {OPEN}"}, "policy_reference"),
    ],
    ids=str,
)  # fmt: skip
def test_what_acs_says_in_another_way_is_unknown_and_named(change, unread):
    assert read_acs({**ACS, **change}).unread == (unread,)


@pytest.mark.parametrize("value", [None, [], "IEP", 7, {}], ids=str)
def test_an_extension_of_another_form_is_unknown(value):
    assert read_iep(value).unread
    assert read_acs(value).unread


@pytest.mark.parametrize("member", ["tlp", "start_date", "iep_version", "description", "external_references", "more"])
def test_a_value_of_iep_that_no_row_names_is_unknown(member):
    assert read_iep({**IEP, member: ["xyzzy"]}).unread == (member,)


def test_the_ids_of_the_page_are_those_of_the_code():
    assert {codes(row[0])[0]: row[1].lower() for row in table("id | level")} == PAP_IDS
    known = {getattr(extensions, name) for name in ("CAVEAT", "TLP_2", "PAP", "IEP_2", "ACS_3")}
    assert known == {*EXTENSIONS}
    assert set(re.findall(r"extension-definition--[0-9a-f-]{36}", PAGE)) == known
