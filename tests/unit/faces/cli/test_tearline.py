# SPDX-License-Identifier: MIT
"""`tasuki tearline` in both languages: drafted, edited, released, rejected, and told when a source is lost."""

import json

import pytest

from making_consent import ONE
from making_release import indicator, take_in, three_nodes, uid
from making_typists import Typist
from tasuki.faces.cli import tearline as face
from tasuki.services import withdrawal

FOR = ("--to", "BBB/cert:csirt", "--tlp", "green")
WHY = ("--why", "The method is enough.")


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        told = indicator(1, "red", name="C2", description="Example Foods was hit", x_own="?")
        take_in(nodes.aaa, told)
        yield nodes


@pytest.fixture
def mori(three):
    return Typist(three.aaa, face.COMMANDS).named("mori")


@pytest.fixture
def bell(three):
    return Typist(three.aaa, face.COMMANDS).named("bell")


def test_a_draft_shows_what_goes_and_what_not_and_why(mori):
    said = mori.say("tearline", ONE, *FOR, "--withhold", "example foods", *WHY)
    for part in (
        "1  waits for a second person",
        "+ pattern",
        "+ name",
        "- description holds word 1",
        "- x_own is no property of the standard",
        f"derived from {ONE} of our own",
        '"name": "C2"',
        "tasuki tearline release 1",
    ):
        assert part in said
    assert "Example Foods" not in said
    read = mori.speaking("ja_JP").say("tearline", "draft", ONE, *FOR, "--withhold", "EXAMPLE FOODS", *WHY)
    for part in ("二人目の確認待ち", "派生元", "--withhold で指定した1番目の語"):
        assert part in read


def test_another_person_releases_it(mori, bell):
    made = mori.ask("tearline", ONE, *FOR, "--keep", "name,pattern,pattern_type,valid_from", *WHY)
    assert {each["name"] for each in made["fields"] if each["kept"]} == {
        "name",
        "pattern",
        "pattern_type",
        "valid_from",
    }
    assert "another person than mori" in mori.say("tearline", "release", "1", *WHY, code=2)
    said = bell.say("tearline", "release", "1", "--why", "Nothing more in it.")
    for part in ("released by bell", "may go to BBB/cert:csirt", f"tasuki share {made['id']} --to BBB/cert:csirt"):
        assert part in said
    assert "確定 bell" in bell.speaking("ja_JP").say("tearline", "show", "1")


def test_it_is_edited_in_a_file(mori, bell, tmp_path):
    file = tmp_path / "draft.json"
    assert f"the draft is in {file}" in mori.say("tearline", ONE, *FOR, "--out", file, *WHY)
    written = json.loads(file.read_bytes())
    file.write_text(json.dumps({**written, "description": "A food maker was hit"}), "utf-8")
    made = mori.ask("tearline", ONE, *FOR, "--file", file, "--replaces", "1", "--withhold", "Example Foods", *WHY)
    assert made["body"]["description"] == "A food maker was hit"
    assert made["body"]["id"] != written["id"]
    states = [each["state"] for each in bell.ask("tearline", "list")]
    assert states == ["drafted", "rejected"]
    file.write_text("{", "utf-8")
    mori.run("tearline", ONE, *FOR, "--file", file, *WHY, code=1)


def test_a_draft_can_be_taken_by_a_program_from_standard_output(mori):
    assert json.loads(mori.say("tearline", ONE, *FOR, "--out", "-", *WHY))["type"] == "indicator"


def test_a_draft_can_be_rejected(mori, bell):
    mori.run("tearline", ONE, *FOR, *WHY)
    assert "rejected by bell" in bell.say("tearline", "reject", "1", "--why", "The sector tells who it is.")
    assert bell.ask("tearline", "show", "1")["body"] is None


def test_the_list_tells_when_a_source_was_recalled(three, mori, bell):
    assert "No tear-line yet." in mori.say("tearline", "list")
    mori.run("tearline", ONE, *FOR, *WHY)
    bell.run("tearline", "release", "1", *WHY)
    withdrawal.recall(three.aaa, [ONE], why="Wrong.")
    assert "source recalled" in mori.say("tearline", "list")
    assert "派生元は取消済み" in mori.speaking("ja_JP").say("tearline", "list")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "99"), 2),
        (("release", "99", *WHY), 2),
        (("draft", uid("indicator", 9), *FOR, *WHY), 1),
        (("lst",), 2),
        ((ONE, "--to", "BBB/cert:csirt", *WHY), 2),
        ((ONE, *FOR, "--keep", "id", *WHY), 2),
        ((ONE, *FOR), 2),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, tuple) else str(value),
)
def test_a_wrong_word_and_a_no_are_told_apart(mori, words, code):
    mori.run("tearline", *words, code=code)


def test_the_home_alone_drafts_nothing(three):
    home = Typist(three.aaa, face.COMMANDS)
    assert home.ask("tearline", ONE, *FOR, *WHY, code=2)["error"]["code"] == "persons.not-named"
