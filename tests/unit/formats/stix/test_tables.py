# SPDX-License-Identifier: MIT
"""Every row of the tables, held against a value that fits and every value that breaks it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import making_stix as making
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import tables
from tasuki.formats.stix.rules import Property, rows, rules_for
from tasuki.formats.stix.validate import Problem, is_valid, validate

KINDS = sorted(
    tables.DOMAIN_OBJECTS.keys()
    | tables.RELATIONSHIP_OBJECTS.keys()
    | tables.OBSERVABLES.keys()
    | tables.META_OBJECTS.keys()
)
NOT_ALONE = {"type", "id", "spec_version"}
"""Rows with rules of their own, tested elsewhere."""

BETWEEN_PROPERTIES = {
    "stix.not-together",
    "stix.body-of-multipart",
    "stix.time-after",
    "stix.toplevel-only",
    "stix.marks-itself",
    "stix.statement",
}
"""What a sample value may break only because of the other properties of the smallest object."""


def base_of(kind: str) -> str:
    for base, group in (
        ("SDO", tables.DOMAIN_OBJECTS),
        ("SRO", tables.RELATIONSHIP_OBJECTS),
        ("SCO", tables.OBSERVABLES),
    ):
        if kind in group:
            return base
    return "other"


def object_rows() -> list[tuple[str, Property]]:
    return [
        (kind, row)
        for kind in KINDS
        for row in rules_for(kind, base_of(kind), "2.1").properties  # type: ignore[arg-type]
        if row.name not in NOT_ALONE
    ]


def nested_rows() -> list[tuple[str, Property]]:
    texts = {**tables.NESTED, **known.NESTED}
    return [(name, row) for name in sorted(texts) for row in rows(texts[name], "")]


def reasons(problems: tuple[Problem, ...], prefix: str) -> set[str]:
    return {problem.reason.code for problem in problems if problem.path.startswith(prefix)}


def named(row: tuple[str, Property]) -> str:
    return f"{row[0]}.{row[1].name}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_object_of_each_type_is_valid(kind: str):
    problems = validate(making.minimal(kind))
    assert [problem for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize("row", object_rows(), ids=named)
def test_a_property_takes_what_its_row_says(row: tuple[str, Property]):
    kind, property_ = row
    obj = making.minimal(kind)
    obj[property_.name] = making.sample(property_.code, property_.name)
    wrong = [each for each in validate(obj) if each.path.startswith(f"/{property_.name}") and each.severity == "error"]
    allowed = BETWEEN_PROPERTIES
    assert [each for each in wrong if each.reason.code not in allowed] == []


@pytest.mark.parametrize("row", object_rows(), ids=named)
def test_a_property_refuses_what_breaks_its_row(row: tuple[str, Property]):
    kind, property_ = row
    for value, reason in making.breaks(property_.code):
        obj = making.minimal(kind)
        obj[property_.name] = value
        problems = validate(obj)
        assert reason in reasons(problems, f"/{property_.name}"), (value, problems)
        assert all(problem.rule for problem in problems)


@pytest.mark.parametrize("row", [each for each in object_rows() if each[1].is_required], ids=named)
def test_what_is_required_is_missed(row: tuple[str, Property]):
    kind, property_ = row
    obj = making.minimal(kind)
    del obj[property_.name]
    assert "stix.required" in reasons(validate(obj), f"/{property_.name}")


HOMES: dict[str, tuple[str, list[Any]]] = {
    "external-reference": ("campaign", ["external_references", 0]),
    "kill-chain-phase": ("tool", ["kill_chain_phases", 0]),
    "granular-marking": ("campaign", ["granular_markings", 0]),
    "email-mime-part-type": ("email-message", ["body_multipart", 0]),
    "windows-registry-value-type": ("windows-registry-key", ["values", 0]),
    "x509-v3-extensions-type": ("x509-certificate", ["x509_v3_extensions"]),
    "alternate-data-stream-type": ("file", ["extensions", "ntfs-ext", "alternate_data_streams", 0]),
    "windows-pe-optional-header-type": ("file", ["extensions", "windows-pebinary-ext", "optional_header"]),
    "windows-pe-section-type": ("file", ["extensions", "windows-pebinary-ext", "sections", 0]),
    **{name: (kind, ["extensions", name]) for kind, names in tables.PREDEFINED_EXTENSIONS.items() for name in names},
    "incident-score": ("incident", ["extensions", known.INCIDENT_CORE, "scores", 0]),
    "event-entry": ("incident", ["extensions", known.INCIDENT_CORE, "events", 0]),
    "event-step": ("incident", ["extensions", known.INCIDENT_CORE, "events", 0, "next_steps", 0]),
    "task-entry": ("incident", ["extensions", known.INCIDENT_CORE, "tasks", 0]),
    "task-step": ("incident", ["extensions", known.INCIDENT_CORE, "tasks", 0, "next_steps", 0]),
    "state-change": ("task", ["changed_objects", 0]),
    "contact-number": ("identity", ["extensions", known.IDENTITY_CONTACT, "contact_numbers", 0]),
    "email-contact": ("identity", ["extensions", known.IDENTITY_CONTACT, "email_addresses", 0]),
    "social-media-contact": ("identity", ["extensions", known.IDENTITY_CONTACT, "social_media_accounts", 0]),
    "acs-control-set": ("marking-definition", ["extensions", known.ACS_3, "control_set"]),
    "acs-privilege": ("marking-definition", ["extensions", known.ACS_3, "access_privilege", 0]),
    "acs-scope": ("marking-definition", ["extensions", known.ACS_3, "access_privilege", 0, "privilege_scope"]),
    "acs-sharing": ("marking-definition", ["extensions", known.ACS_3, "further_sharing", 0]),
}
"""Where each nested type stands: an object, and the steps to the place within it."""

EXTENSION_BODIES = {
    known.INCIDENT_CORE: {
        "extension_type": "property-extension",
        "determination": "suspected",
        "investigation_status": "open",
    },
    known.IDENTITY_CONTACT: {"extension_type": "property-extension"},
    known.ACS_3: {
        "extension_type": "property-extension",
        "identifier": "isa:guide.19001.example",
        "create_date_time": "2026-01-15T08:00:00Z",
        "responsible_entity_custodian": "USA.DHS",
        "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=permit",
        "control_set": {"classification": "U"},
    },
    "ntfs-ext": {},
    "windows-pebinary-ext": {"pe_type": "exe"},
}
ENTRIES = {
    "events": {"event_ref": making.random_id("event")},
    "tasks": {"task_ref": making.random_id("task")},
    "access_privilege": {"privilege_action": "ALL", "rule_effect": "permit"},
}


def housed(name: str, value: Any) -> tuple[dict[str, Any], str]:
    """Return an object that holds a value where a nested type stands, and the pointer to it."""
    kind, steps = HOMES[name]
    obj = suite_object(kind) if kind in known.NEW_TYPES else making.minimal(kind)
    place: Any = obj
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if following is None:
            made: Any = value
        elif isinstance(following, int):
            made = [None]
        else:
            made = copy.deepcopy(EXTENSION_BODIES.get(str(step), ENTRIES.get(str(steps[steps.index(step) - 1]), {})))
        if isinstance(step, int):
            place[step] = made
        else:
            place.setdefault(step, made)
            place[step] = made if following is None or isinstance(following, int) else place[step]
        place = place[step]
    return obj, "".join(f"/{step}" for step in steps)


def suite_object(kind: str) -> dict[str, Any]:
    extension, text = known.NEW_TYPES[kind]
    obj = making.minimal("campaign") | {"type": kind, "id": making.random_id(kind)}
    obj["extensions"] = {extension: {"extension_type": "new-sdo"}}
    for row in rows(text, ""):
        if row.is_required:
            obj[row.name] = making.sample(row.code, row.name)
    return obj


def test_every_nested_type_has_a_home():
    assert HOMES.keys() == tables.NESTED.keys() | known.NESTED.keys()


@pytest.mark.parametrize("name", sorted(HOMES))
def test_the_smallest_nested_value_is_valid(name: str):
    obj, pointer = housed(name, making.nested(name))
    wrong = [each for each in validate(obj) if each.path.startswith(pointer) and each.severity == "error"]
    assert [each for each in wrong if each.reason.code != "stix.selector-target"] == []


@pytest.mark.parametrize("row", nested_rows(), ids=named)
def test_a_nested_property_refuses_what_breaks_its_row(row: tuple[str, Property]):
    name, property_ = row
    for value, reason in making.breaks(property_.code):
        obj, pointer = housed(name, making.nested(name) | {property_.name: value})
        assert reason in reasons(validate(obj), f"{pointer}/{property_.name}"), (value, validate(obj))


@pytest.mark.parametrize("row", [each for each in nested_rows() if each[1].is_required], ids=named)
def test_what_is_required_in_a_nested_value_is_missed(row: tuple[str, Property]):
    name, property_ = row
    value = making.nested(name) | {"comment_of_ours": "x"}
    del value[property_.name]
    obj, pointer = housed(name, value)
    assert "stix.required" in reasons(validate(obj), f"{pointer}/{property_.name}")


def suite_rows() -> list[tuple[str, Property]]:
    return [(kind, row) for kind in sorted(known.NEW_TYPES) for row in rows(known.NEW_TYPES[kind][1], "")]


@pytest.mark.parametrize("kind", sorted(known.NEW_TYPES))
def test_the_smallest_object_of_the_incident_suite_is_valid(kind: str):
    assert is_valid(validate(suite_object(kind)))


@pytest.mark.parametrize("row", suite_rows(), ids=named)
def test_a_property_of_the_incident_suite_refuses_what_breaks_its_row(row: tuple[str, Property]):
    kind, property_ = row
    for value, reason in making.breaks(property_.code):
        problems = validate(suite_object(kind) | {property_.name: value})
        assert reason in reasons(problems, f"/{property_.name}"), (value, problems)


@pytest.mark.parametrize("identifier", sorted(known.PROPERTY_EXTENSIONS))
def test_a_known_extension_refuses_what_breaks_its_rows(identifier: str):
    extension = known.PROPERTY_EXTENSIONS[identifier]
    body: dict[str, Any] = {"extension_type": "property-extension"}
    listed = list(rows(extension.properties, ""))
    body |= {row.name: making.sample(row.code, row.name) for row in listed if row.is_required}
    for row in listed:
        for value, reason in making.breaks(row.code):
            obj = making.minimal(extension.extends) | {"extensions": {identifier: body | {row.name: value}}}
            assert reason in reasons(validate(obj), f"/extensions/{identifier}/{row.name}"), (row, value)
        if row.is_required:
            without = {name: each for name, each in body.items() if name != row.name}
            obj = making.minimal(extension.extends) | {"extensions": {identifier: without}}
            assert "stix.required" in reasons(validate(obj), f"/extensions/{identifier}/{row.name}")
