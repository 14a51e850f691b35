# SPDX-License-Identifier: MIT
"""What marks an object is shown whole: every part, every source, what each marking says, and what is unknown."""

import json

import pytest

from making_release import AAA, LATER, indicator, take_in, three_nodes, uid
from tasuki.base.errors import InputError
from tasuki.formats.stix.extensions import CAVEAT, IEP_2
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import marking, release, withdrawal
from tasuki.services.persons import home_principal

ONE = uid("indicator", 1)
REL = uid("marking-definition", 5)
STRANGE = uid("marking-definition", 6)
NOWHERE = uid("marking-definition", 7)
CREATED = "2026-02-01T00:00:00.000Z"


def definition(stix_id, **properties):
    return {"type": "marking-definition", "spec_version": "2.1", "id": stix_id, "created": CREATED, **properties}


DEFINITIONS = [
    definition(
        REL,
        name="REL",
        extensions={
            CAVEAT: {
                "extension_type": "property-extension",
                "releasable_to": ["BBB/cert"],
                "consent_of": ["AAA"],
                "classification": "AAA:OPEN",
                "embargo": "2026-03-08T09:00:00Z",
                "ahead": ["BBB/cert:csirt"],
                "until": "2027-03-08T09:00:00.000001Z",
            }
        },
    ),
    definition(STRANGE, extensions={IEP_2: {"tlp": "red", "x": 1}}),
]
MARKED = indicator(
    1,
    "green",
    description="見本",
    external_references=[{"source_name": "x", "url": "https://a.example"}],
    granular_markings=[
        {"selectors": ["external_references"], "marking_ref": REL},
        {"selectors": ["external_references.[0].url"], "marking_ref": STRANGE},
        {"selectors": ["pattern"], "marking_ref": NOWHERE},
        {"selectors": ["description"], "lang": "ja"},
    ],
)
SAID_BY_REL = {
    "releasable_to": [["BBB/cert"]],
    "consent_of": ["AAA"],
    "classifications": ["AAA:OPEN"],
    "embargoes": [{"until": "2026-03-08T09:00:00.000Z", "ahead": ["BBB/cert:csirt"]}],
    "untils": ["2027-03-08T09:00:00.000001Z"],
}


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def show(node, stix_id=ONE, field=None):
    return marking.show(node, stix_id, home_principal(node), field)


def brief(markings):
    return [(each["how"], each["on"], each.get("id", each.get("language"))) for each in markings]


def test_every_marking_is_shown_with_what_it_marks_and_says(three):
    take_in(three.aaa, *DEFINITIONS, MARKED)
    shown = show(three.aaa)
    (source,) = shown["sources"]
    assert (source["source"], source["version"]) == ("local", CREATED)
    assert brief(source["markings"]) == [
        ("whole", None, marking_id("green")),
        ("here", "external_references", REL),
        ("here", "external_references.[0].url", STRANGE),
        ("here", "pattern", NOWHERE),
        ("here", "description", "ja"),
    ]
    green, rel, strange, nowhere, _ = source["markings"]
    assert green["says"] == {"tlp": ["GREEN"]}
    assert (rel["name"], rel["says"], rel["unread"]) == ("REL", SAID_BY_REL, [])
    assert strange["says"] == {"tlp": ["RED"]}
    assert "iep.x" in strange["unread"]
    assert (nowhere["known"], nowhere["unread"]) == (False, [])
    assert shown["own"]["tlp"] == "RED"
    assert "unknown-marking" in shown["own"]["blocked"]
    assert "missing-reference" in shown["closure"]["blocked"]


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("name", None),
        ("pattern", [("whole", None, marking_id("green")), ("here", "pattern", NOWHERE)]),
        (
            "external_references.[0]",
            [
                ("whole", None, marking_id("green")),
                ("around", "external_references", REL),
                ("inside", "external_references.[0].url", STRANGE),
            ],
        ),
    ],
)
def test_of_one_part_what_governs_it_is_shown(three, field, found):
    take_in(three.aaa, *DEFINITIONS, MARKED)
    if found is None:
        with pytest.raises(InputError, match="found name"):
            show(three.aaa, field=field)
    else:
        assert brief(show(three.aaa, field=field)["sources"][0]["markings"]) == found


def test_each_source_is_shown_in_its_newest_version_and_by_its_own_definitions(three):
    take_in(three.bbb, definition(REL, definition_type="statement", definition={"statement": "TLP:AMBER"}))
    take_in(three.bbb, indicator(1, "clear"), indicator(1, modified=LATER, object_marking_refs=[REL]))
    release.share(three.bbb, [REL, ONE], AAA)
    three.carry()
    take_in(three.aaa, *DEFINITIONS, indicator(1, "red"))
    shown = {each["source"]: each for each in show(three.aaa)["sources"]}
    assert {source: brief(each["markings"]) for source, each in shown.items()} == {
        "BBB": [("whole", None, REL)],
        "local": [("whole", None, marking_id("red"))],
    }
    assert shown["BBB"]["version"] == LATER
    assert shown["BBB"]["markings"][0]["says"] == {"tlp": ["AMBER"]}


def test_a_definition_is_shown_with_what_it_says_and_an_embedded_object_with_what_marks_it(three):
    take_in(three.aaa, *DEFINITIONS, indicator(2, "green", x_copy={"object_marking_refs": [marking_id("red")]}))
    assert brief(show(three.aaa, REL)["sources"][0]["markings"]) == [("defines", None, REL)]
    assert brief(show(three.aaa, uid("indicator", 2))["sources"][0]["markings"])[1:] == [
        ("embedded", None, marking_id("red"))
    ]


def test_what_is_not_held_or_gone_is_not_shown(three):
    with pytest.raises(InputError) as unknown:
        show(three.aaa)
    assert unknown.value.reason.code == "release.not-held"
    take_in(three.aaa, indicator(1, "green"))
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    with pytest.raises(InputError) as gone:
        show(three.aaa)
    assert gone.value.reason.code == "marking.nothing-left"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "b.json"
    objects = [MARKED, indicator(2, "amber"), *DEFINITIONS]
    bundle = {"type": "bundle", "id": uid("bundle", 1), "objects": objects}
    path.write_text(json.dumps(bundle), "utf-8")
    return path


def test_a_file_is_shown_by_the_definitions_in_it_wherever_they_stand(file):
    first, second, rel, _ = marking.show_file(file)
    assert (first["id"], first["type"]) == (ONE, "indicator")
    assert first["markings"][1]["says"] == SAID_BY_REL
    assert second["markings"][0]["says"] == {"tlp": ["AMBER"]}
    assert rel["markings"][0]["how"] == "defines"


def test_of_a_file_only_the_objects_that_hold_a_part_are_shown(file):
    (shown,) = marking.show_file(file, "description")
    assert shown["id"] == ONE
    assert list(marking.show_file(file, "no such part")) == []


def test_what_a_file_holds_that_cannot_be_read_is_passed_over(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b'{"type": "note", "type": "note"}\n{"broken\n7\n' + json.dumps(indicator(1, "red")).encode())
    assert [each["id"] for each in marking.show_file(path)] == [ONE]
