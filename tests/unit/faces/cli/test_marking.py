# SPDX-License-Identifier: MIT
"""`tasuki marking` in both languages: what is shown, who would get it, and a file marked before it comes in."""

import json
from dataclasses import replace

import pytest

from making_commands import Person, settle
from making_release import indicator, report, uid
from tasuki.formats.stix.extensions import CAVEAT
from tasuki.formats.stix.tlp import marking_id

ONE, REPORT = uid("indicator", 1), uid("report", 9)
REL, NOTICE, NOWHERE = (uid("marking-definition", number) for number in (5, 6, 7))
CREATED = "2026-02-01T00:00:00.000Z"
CAVEATED = {
    "extension_type": "property-extension",
    "releasable_to": ["JPN/nco"],
    "consent_of": ["GBR"],
    "classification": "GBR:OFFICIAL",
    "embargo": "2096-03-08T09:00:00Z",
    "ahead": ["JPN/nco:csirt"],
    "until": "2097-03-08T09:00:00Z",
}
BODIES = {
    REL: {"extensions": {CAVEAT: CAVEATED}},
    NOTICE: {"definition_type": "statement", "definition": {"statement": "(c)\n Example"}},
}
DEFINITIONS = [
    {"type": "marking-definition", "spec_version": "2.1", "id": stix_id, "created": CREATED, **body}
    for stix_id, body in BODIES.items()
]
MARKED = indicator(
    1,
    "amber",
    description="見本",
    granular_markings=[
        {"selectors": ["description"], "lang": "ja"},
        {"selectors": ["pattern"], "marking_ref": REL},
    ],
)
NOTED = report(
    9,
    "green",
    object_refs=[ONE],
    granular_markings=[
        {"selectors": ["name"], "marking_ref": NOTICE},
        {"selectors": ["published"], "marking_ref": NOWHERE},
    ],
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "b.json"
    bundle = {"type": "bundle", "id": uid("bundle", 1), "objects": [*DEFINITIONS, MARKED, NOTED]}
    path.write_text(json.dumps(bundle), "utf-8")
    return path


@pytest.fixture
def person(tmp_path, file):
    at_work = settle(tmp_path / "node")
    at_work.run("import", file, "--basis", "own-analysis")
    return at_work


@pytest.fixture
def anybody(tmp_path):
    return Person(tmp_path)


ID = f"{marking_id('amber')}"
GAP = " " * len(ID)


def test_a_holding_is_shown_in_plain_words(person):
    assert person.run("marking", "show", ONE).stdout.splitlines() == [
        f"From ourselves, version {CREATED}:",
        f"  part         marking{' ' * 51}says",
        f"  the whole    {ID}  TLP:AMBER",
        f"  description  {GAP}  in the language ja",
        f"  pattern      {REL}  only to JPN/nco",
        f"               {GAP}  to others only with the consent of GBR",
        f"               {GAP}  classified GBR:OFFICIAL",
        f"               {GAP}  only to JPN/nco:csirt before 2096-03-08T09:00:00.000Z",
        f"               {GAP}  to nobody from 2097-03-08T09:00:00.000Z on",
        *(line for head in ("By itself:", "With all it refers to:") for line in (
            head,
            "  TLP:AMBER",
            "  only to JPN/nco",
            "  to others only with the consent of GBR",
            "  classified GBR:OFFICIAL",
            "  only to JPN/nco:csirt before 2096-03-08T09:00:00.000Z",
            "  to nobody from 2097-03-08T09:00:00.000Z on",
            "  material of GBR",
        )),
    ]  # fmt: skip


def test_a_holding_is_shown_in_japanese(person):
    person = replace(person, language="ja_JP")
    shown = person.run("marking", "show", REPORT).stdout.splitlines()
    assert shown[:5] == [
        f"入手元 自組織、版 {CREATED}:",
        f"  箇所       マーキング{' ' * 48}内容",
        f"  全体       {marking_id('green')}  TLP:GREEN",
        f"  name       {NOTICE}  「(c) Example」(参考情報。判定には用いない)",
        f"  published  {NOWHERE}  不明: 定義が手元にないため、提供しない",
    ]
    assert shown[5:9] == ["単独:", "  TLP:GREEN", "  作成元 GBR", "  提供しない(unknown-marking)"]
    assert "  提供しない(missing-reference・unknown-marking)" in shown


def test_one_part_of_it_is_shown(person):
    lines = person.run("marking", "show", ONE, "--field", "description").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["the", "description"]
    assert "found nothing here" not in lines
    assert person.run("marking", "show", ONE, "--field", "no_part", code=1).stderr.startswith(
        "tasuki: Expected a selector"
    )


@pytest.mark.parametrize(
    ("language", "row", "causes", "last"),
    [
        ("en_GB", "  JPN/nco:csirt       yes      R13   TLP:AMBER may go to JPN/nco:csirt.",
         ["What narrows it:", "  the object itself (rule R6, R8), for 24 readers"], "2 of 26 readers"),
        ("ja_JP", "  JPN/nco:csirt       可    R13   TLP:AMBERはJPN/nco:csirtに提供できます。",
         ["制限の原因:", "  このオブジェクト自身(規則R6・R8)、提供先24件"], "現在提供できるのは26件"),
    ],
    ids=["en", "ja"],
)  # fmt: skip
def test_the_readers_are_a_table_with_what_narrows_it_below(person, language, row, causes, last):
    person = replace(person, language=language)
    lines = person.run("marking", "readers", ONE).stdout.splitlines()
    assert row in lines
    assert lines[-3:-1] == causes
    assert lines[-1].startswith(last)
    assert len(lines) == 1 + 26 + 3


def test_machines_get_the_readers_whole(person):
    found = person.ask("marking", "readers", REPORT)
    assert {each["rule"] for each in found["readers"]} == {"R2", "R3"}
    csirt = next(each for each in found["readers"] if each["audience"] == "JPN/nco:csirt")
    assert [each["id"] for each in csirt["narrowed_by"]] == [REPORT, ONE, NOWHERE, REL]


def test_a_file_is_shown_without_a_node(anybody, file):
    lines = anybody.run("marking", "show", file).stdout.splitlines()
    assert lines[0] == REL
    assert lines[2] == f"  what it marks  {REL}  only to JPN/nco"
    shown = anybody.lines("marking", "show", file, "--field", "description")
    assert [(each["id"], len(each["markings"])) for each in shown] == [(ONE, 2)]
    assert "that holds nope" in anybody.run("marking", "show", file, "--field", "nope", code=1).stderr


def test_a_file_is_marked_and_comes_in_as_marked(person, file, tmp_path):
    out = tmp_path / "marked.json"
    words = (file, "--object", ONE, "--out", out)
    said = person.run("marking", "add", *words, "--marking", "tlp:red", "--field", "description").stdout.splitlines()
    assert said[0] == f"{ONE} is marked otherwise now; written to {out}."
    assert said[1].startswith("It is a new version, ")
    person.run("import", out, "--basis", "own-analysis")
    assert person.ask("marking", "show", ONE)["own"]["tlp"] == "RED"
    again = person.ask("marking", "add", out, "--object", ONE, "--out", out, "--marking", "tlp:amber")
    assert (again["changed"], again["modified"]) == (False, None)


def test_every_act_is_typed_and_told_in_japanese(person, file, tmp_path):
    person = replace(person, language="ja_JP")
    out = tmp_path / "marked.json"
    words = ("--object", ONE, "--out", out)
    for act, more in (
        ("set", ("--marking", "pap:red")),
        ("add", ("--language", "en", "--field", "pattern")),
        ("remove", ("--language", "en", "--field", "pattern")),
        ("clear", ()),
    ):
        said = person.run("marking", act, file, *words, *more).stdout.splitlines()
        assert said[0] == f"{ONE}のマーキングを変更し、{out}に書き出しました。"
        file = out
    (shown,) = (each for each in person.lines("marking", "show", out) if each["id"] == ONE)
    assert [each["how"] for each in shown["markings"]] == ["here", "here"]
    raw = person.run("marking", "set", file, "--object", ONE, "--marking", "tlp:red", "--out", "-").stdout_bytes
    assert json.loads(raw)["type"] == "bundle"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--out", "x.json"), 2, "Expected one of --marking, --language"),
        (("--marking", "tlp:purple", "--out", "x.json"), 2, "found tlp:purple"),
        (("--marking", "tlp:red", "--out", "x.json"), 2, "found 2 in b.json"),
        (("--marking", "tlp:red", "--object", NOWHERE, "--out", "x.json"), 1, "found it 0 times"),
        (("--marking", "tlp:red"), 2, "--out"),
    ],
    ids=["no mark", "no level", "which object", "no such object", "no out"],
)
def test_what_cannot_be_done_is_said_in_one_line(anybody, file, words, code, told):
    done = anybody.run("marking", "set", file, *words, code=code)
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
