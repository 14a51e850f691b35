# SPDX-License-Identifier: MIT
"""Marking one object of a file changes its markings and its version, and no other byte of the file."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from making_release import CREATED, indicator, uid
from tasuki.adapters.clock import Clock
from tasuki.base.errors import TasukiError
from tasuki.formats.stix.granular import Mark
from tasuki.formats.stix.pap import PAP_IDS
from tasuki.formats.stix.tlp import marking_id
from tasuki.services.marking import Act, Edit, edit, marks_of

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = Clock(now=lambda: NOW)
RED = marks_of(["tlp:red"])
DEFINITION = {"type": "marking-definition", "id": uid("marking-definition", 1), "created": CREATED}


def file(*objects):
    """Return a bundle as a person would lay it out, with spaces nobody else would write."""
    return (
        b'{"type" : "bundle",\n "objects":[ ' + b" ,\n".join(json.dumps(each).encode() for each in objects) + b" ]}\n"
    )


def done(raw, wanted, name="b.json"):
    return edit(raw, name, wanted, CLOCK)


def objects(edited):
    return {each["id"]: each for each in json.loads(edited.content)["objects"]}


def test_one_object_is_marked_and_every_other_byte_stays():
    raw = file(indicator(1, "green"), indicator(2, "green"), DEFINITION)
    edited = done(raw, Edit(act=Act.ADD, marks=RED, fields=("pattern",), stix_id=TWO))
    before, after = raw.split(b" ,\n"), edited.content.split(b" ,\n")
    assert (before[0], before[2]) == (after[0], after[2])
    assert objects(edited)[TWO] == {
        **indicator(2, "green"),
        "modified": "2026-03-01T12:00:00.000Z",
        "granular_markings": [{"marking_ref": marking_id("red"), "selectors": ["pattern"]}],
    }
    assert (edited.stix_id, edited.changed, edited.modified) == (TWO, True, "2026-03-01T12:00:00.000Z")


def test_where_only_one_object_can_be_meant_it_need_not_be_named():
    edited = done(file(DEFINITION, indicator(1)), Edit(act=Act.SET, marks=RED))
    assert objects(edited)[ONE]["object_marking_refs"] == [marking_id("red")]


def test_the_object_is_found_where_it_stands_not_where_a_copy_of_it_stands():
    inner = json.dumps(indicator(1))
    report = {"type": "report", "id": uid("report", 9), "x_copies": [indicator(1), indicator(1)]}
    raw = f'{{"objects": [{json.dumps(report)}, {inner}, {json.dumps(indicator(2))}]}}'.encode()
    found = objects(done(raw, Edit(act=Act.SET, marks=RED, stix_id=ONE)))
    assert found[uid("report", 9)] == report
    assert found[ONE]["object_marking_refs"] == [marking_id("red")]


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\r\n \n"], ids=["nothing", "byte order mark", "blank lines"]
)
def test_a_file_of_lines_keeps_its_other_lines(before):
    lines = [json.dumps(indicator(number), ensure_ascii=False).encode() for number in (1, 2, 3)]
    edited = edit(before + b"\r\n".join(lines), "b.jsonl", Edit(act=Act.SET, marks=RED, stix_id=TWO), CLOCK)
    one, two, three = edited.content.removeprefix(before).split(b"\r\n")
    assert (one, three) == (lines[0], lines[2])
    assert json.loads(two)["object_marking_refs"] == [marking_id("red")]


def test_an_object_of_several_lines_stays_one():
    raw = json.dumps(indicator(1), indent=1).encode()
    edited = done(raw, Edit(act=Act.SET, marks=RED))
    assert edited.content.count(b"\n") > 5
    assert json.loads(edited.content)["object_marking_refs"] == [marking_id("red")]


def test_acts_undo_each_other():
    raw = file(indicator(1, "green"))
    added = done(raw, Edit(act=Act.ADD, marks=RED, fields=("pattern",)))
    removed = done(added.content, Edit(act=Act.REMOVE, marks=RED, fields=("pattern",)))
    cleared = done(added.content, Edit(act=Act.CLEAR, fields=("pattern",)))
    for each in (removed, cleared):
        assert {**objects(each)[ONE], "modified": CREATED} == indicator(1, "green")


def test_what_is_marked_so_already_stays_byte_for_byte():
    raw = file(indicator(1, "red"))
    edited = done(raw, Edit(act=Act.ADD, marks=RED))
    assert (edited.content, edited.changed, edited.modified) == (raw, False, None)


def test_a_new_version_is_later_than_the_one_before_and_an_observable_has_none():
    ahead = indicator(1, modified="2030-01-01T00:00:00.000Z")
    assert done(file(ahead), Edit(act=Act.SET, marks=RED)).modified == "2030-01-01T00:00:00.001Z"
    address = {"type": "ipv4-addr", "id": uid("ipv4-addr", 1), "value": "192.0.2.1"}
    edited = done(file(address), Edit(act=Act.SET, marks=RED))
    assert (edited.changed, edited.modified) == (True, None)


@pytest.mark.parametrize(
    ("raw", "wanted", "code"),
    [
        (file(indicator(1), indicator(2)), Edit(act=Act.SET, marks=RED), "marking.which-object"),
        (file(DEFINITION), Edit(act=Act.SET, marks=RED), "marking.which-object"),
        (file(indicator(1)), Edit(act=Act.SET, marks=RED, stix_id=TWO), "marking.no-such-object"),
        (file(indicator(1), indicator(1)), Edit(act=Act.SET, marks=RED, stix_id=ONE), "marking.no-such-object"),
        (gzip.compress(file(indicator(1))), Edit(act=Act.SET, marks=RED), "marking.packed"),
        (file(indicator(1)), Edit(act=Act.SET, marks=RED, fields=("description",)), "stix.selector-target"),
        (file(indicator(1)), Edit(act=Act.REMOVE, marks=RED), "stix.not-marked"),
        (file(indicator(1)), Edit(act=Act.SET, marks=(Mark("ja", is_language=True),)), "stix.no-mark"),
        (b"", Edit(act=Act.SET, marks=RED), "holdings.empty"),
    ],
    ids=["several", "only a definition", "another", "twice", "packed", "no such part", "not marked", "language of all",
         "empty"],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_the_reason(raw, wanted, code):
    with pytest.raises(TasukiError) as refused:
        done(raw, wanted)
    assert refused.value.reason.code == code


def test_marks_are_named_by_level_or_id():
    own = uid("marking-definition", 3)
    found = marks_of(["TLP:AMBER+STRICT", "pap:amber", "pap:clear", own], ["ja"])
    assert found[:2] == (
        Mark(marking_id("amber+strict")),
        Mark("marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab"),
    )
    assert PAP_IDS[found[2].value] == "clear"
    assert found[3:] == (Mark(own), Mark("ja", is_language=True))


@pytest.mark.parametrize("tag", ["", "japanese!", "xx", "日本語"])
def test_what_names_no_language_is_refused(tag):
    with pytest.raises(TasukiError) as refused:
        marks_of([], [tag])
    assert refused.value.reason.code == "marking.unknown-language"


@pytest.mark.parametrize("text", ["", "amber", "tlp:purple", ONE, "marking-definition--x"])
def test_what_names_no_mark_is_refused(text):
    with pytest.raises(TasukiError) as refused:
        marks_of([text])
    assert refused.value.reason.code == "marking.unknown-mark"
