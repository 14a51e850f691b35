# SPDX-License-Identifier: MIT
"""Our extensions as they were frozen: examples, doubts, states and definitions, and the page that describes them."""

import hashlib
import itertools
import json
import re
import subprocess
from pathlib import Path

import pytest

from making_assistance import PROFILE
from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError
from tasuki.core.assistance.cases import cases
from tasuki.core.assistance.model import Said
from tasuki.formats.stix.assistance import TYPES, read_statement, write_statement
from tasuki.formats.stix.caveats import CAVEAT_MEMBERS
from tasuki.formats.stix.definitions import PROJECT, caveat_schema, extension_definitions, project_identity, schema_of
from tasuki.formats.stix.extensions import CAVEAT, CLOSED_LISTS, NEW_OBJECTS, PROPERTIES
from tasuki.formats.stix.markings import meaning_of
from tasuki.formats.stix.validate import is_valid, validate

VECTORS = json.loads((Path(__file__).parent / "extensions/extensions.json").read_text("utf-8"))
PAGE = (Path(__file__).parents[2] / "docs/spec/extensions.md").read_text("utf-8")
VALID = VECTORS["valid"]
STATEMENTS = {name: obj for name, obj in VALID.items() if obj["type"] in TYPES}


def changed(row):
    """Return an example with members changed; null leaves one out."""
    obj = {**VALID[row["of"]], **row["change"]}
    return {name: value for name, value in obj.items() if value is not None}


@pytest.mark.parametrize("name", STATEMENTS)
def test_an_example_is_read_without_doubt_and_written_again_byte_for_byte(name):
    obj = STATEMENTS[name]
    statement, doubts = read_statement(obj)
    assert doubts == ()
    again = write_statement(statement, creator=obj["created_by_ref"], markings=obj["object_marking_refs"])
    assert again == canonical(obj)


@pytest.mark.parametrize("row", VECTORS["odd"], ids=lambda row: row["why"])
def test_a_slip_in_a_detail_hides_nothing_else(row):
    statement, doubts = read_statement(changed(row))
    assert [each.params["name"] for each in doubts] == row["doubts"]
    assert statement.id == VALID[row["of"]]["id"]


def test_a_version_written_to_the_microsecond_is_the_one_a_response_names_to_the_millisecond():
    finer = {**VALID["request"], "modified": "2026-03-01T12:00:00.000999Z"}
    asked, _ = read_statement(finer)
    answered, _ = read_statement(VALID["acceptance in part"])
    assert answered.request_modified == asked.modified


@pytest.mark.parametrize("row", VECTORS["unreadable"], ids=lambda row: row["because"])
def test_what_cannot_be_read_says_which_property_is_wrong(row):
    with pytest.raises(InputError) as error:
        read_statement(changed(row))
    assert error.value.reason.params["name"] == row["because"]


@pytest.mark.parametrize("row", VECTORS["cases"], ids=lambda row: ", ".join(row["heard"]))
def test_what_was_said_makes_the_state_in_every_order(row):
    heard = []
    for entry in row["heard"]:
        speaker, _, name = entry.partition(" ")
        statement, _ = read_statement(VALID[name])
        digest = hashlib.sha256(canonical(VALID[name])).hexdigest()
        heard.append(Said(speaker=speaker, what=statement, digest=digest))
    for order in itertools.permutations(heard):
        (case,) = cases(order, PROFILE)
        assert case.state == row["state"]


def test_definitions_have_the_same_bytes_at_every_node():
    made = {PROJECT: project_identity(), **extension_definitions()}
    assert {identifier: hashlib.sha256(raw).hexdigest() for identifier, raw in made.items()} == VECTORS["definitions"]
    assert set(made) == {PROJECT, CAVEAT, *NEW_OBJECTS.values()}


@pytest.mark.parametrize("row", VECTORS["caveats"], ids=lambda row: json.dumps(row["says"])[:70])
def test_a_caveat_is_understood_whole_or_says_what_is_not(row):
    body = {"extension_type": "property-extension", **row["says"]}
    found = meaning_of({"type": "marking-definition", "extensions": {CAVEAT: body}})
    assert list(found.unread) == row["unread"]
    schema = schemas().Draft202012Validator(caveat_schema())
    assert schema.is_valid(body) is not bool(row["unread"])


@pytest.mark.parametrize("raw", extension_definitions().values(), ids=list(extension_definitions()))
def test_a_definition_has_what_stix_requires_of_it(raw):
    obj = json.loads(raw)
    required = {"type", "spec_version", "id", "created_by_ref", "created", "modified", "name", "schema", "version"}
    assert (required | {"extension_types"}) <= obj.keys()
    assert obj["created_by_ref"] == PROJECT
    assert json.loads(obj["schema"])["required"]


def schemas():
    return pytest.importorskip("jsonschema", reason="the JSON Schema library comes with the development tools")


CAVEATS = [name for name, obj in VALID.items() if obj["type"] == "marking-definition"]


@pytest.mark.parametrize("name", [name for name in VALID if name not in CAVEATS])
def test_an_example_fits_the_schema_that_is_handed_out(name):
    obj = VALID[name]
    schemas().Draft202012Validator(schema_of(obj["type"])).validate(obj)


@pytest.mark.parametrize("name", CAVEATS)
def test_a_caveat_fits_its_schema_and_is_understood(name):
    schemas().Draft202012Validator(caveat_schema()).validate(VALID[name]["extensions"][CAVEAT])
    assert meaning_of(VALID[name]).unread == ()


def test_the_page_names_everything_a_caveat_states():
    section = PAGE.partition("\n## caveat\n")[2]
    listed = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert sorted(listed) == sorted(["extension_type", "ahead", *CAVEAT_MEMBERS])


@pytest.mark.parametrize("row", VECTORS["odd"], ids=lambda row: row["why"])
def test_the_schema_refuses_what_is_read_with_a_doubt(row):
    obj = changed(row)
    assert not schemas().Draft202012Validator(schema_of(obj["type"])).is_valid(obj)


@pytest.mark.parametrize("name", VALID)
def test_our_own_validation_finds_nothing_wrong_with_an_example(name):
    assert is_valid(validate(VALID[name]))


@pytest.mark.parametrize(
    "raw", [project_identity(), *extension_definitions().values()], ids=[PROJECT, *extension_definitions()]
)
def test_our_own_validation_finds_nothing_wrong_with_what_is_handed_out(raw):
    assert is_valid(validate(json.loads(raw)))


@pytest.mark.parametrize("kind", NEW_OBJECTS)
def test_the_page_names_every_extension_property_and_word(kind):
    assert f"`{NEW_OBJECTS[kind]}`" in PAGE
    section = PAGE.partition(f"## {kind}\n")[2].partition("\n## ")[0]
    table = section.partition("```json")[0]
    for entry in PROPERTIES[kind].split():
        assert f"`{entry.partition(':')[0]}`" in table
    for (owner, name), words in CLOSED_LISTS.items():
        if owner == kind and name not in ("accepted", "declined"):
            assert not [word for word in words if f"`{word}`" not in table]


def test_the_examples_of_the_page_are_vectors():
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert [obj["type"] for obj in shown] == [
        "assistance-request",
        "assistance-response",
        "assistance-ending",
        "null-result",
        "marking-definition",
    ]
    assert all(obj in VALID.values() for obj in shown)


VALIDATOR = Path(__file__).parents[2] / ".peers/stix/bin/stix2_validator"


@pytest.mark.skipif(not VALIDATOR.exists(), reason="the STIX validator of OASIS is not here: run `make peers`")
def test_the_validator_of_oasis_accepts_examples_and_definitions(tmp_path):
    handed = [json.loads(raw) for raw in (project_identity(), *extension_definitions().values())]
    identifier = "bundle--6f1d0f3f-7b00-4c1e-8000-000000000009"
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"type": "bundle", "id": identifier, "objects": [*handed, *VALID.values()]}))
    done = subprocess.run([VALIDATOR, "--version", "2.1", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
