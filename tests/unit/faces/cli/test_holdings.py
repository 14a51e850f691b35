# SPDX-License-Identifier: MIT
"""What people type and read about holdings, in both languages; the exit code says the same as the sentence."""

import json
import stat
from dataclasses import replace

import pytest

from making_commands import settle
from making_holdings import lines, obj, uid
from tasuki.faces.cli.kit import printable


@pytest.fixture(scope="module")
def person(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("holdings") / "gbr")


@pytest.fixture
def japanese(person):
    return replace(person, language="ja_JP")


@pytest.fixture
def feed(tmp_path):
    file = tmp_path / "feed.jsonl"
    file.write_bytes(
        lines(obj(1, name="くじら麦酒 (架空)"), obj(1, "malware", name="BarrelLock (fictional)")) + b"{broken\n"
    )
    return file


def test_an_import_is_told_file_by_file_and_together(person, japanese, tmp_path):
    feed = tmp_path / "told.jsonl"
    feed.write_bytes(lines(obj(101), obj(102)) + b"{broken\n")
    # The node's own identity comes with the first list: here already, so that the counts are the same in any order.
    first = tmp_path / "first.txt"
    first.write_text("first.example\n")
    person.run("import", first)
    other = tmp_path / "list.txt"
    other.write_text("evil.example\n")
    told = person.run("import", feed, other, tmp_path / "none", "--tlp", "green", code=1).stdout
    assert f"{feed}: 2 held (0 flagged), 0 held already, 1 quarantined." in told
    assert "1 x json.unexpected, such as:\n    line 3: Expected" in told
    assert f"{other}: 1 held" in told
    assert f"{tmp_path / 'none'}: not taken in. Expected a file" in told
    assert "together: 3 held (0 flagged), 1 held already, 1 quarantined." in told
    assert "stays at this node" in told
    told = japanese.run("import", feed, "--basis", "own-analysis", code=1).stdout
    assert f"{feed}: 保有0件(うち注意0件)、保有済み2件、隔離1件。" in told
    assert "line 3: 3行2桁" in told
    assert "2件に、指定された根拠を付けました" in told
    assert "留まります" not in told


def test_ids_are_listed_when_asked_for(person, tmp_path):
    file = tmp_path / "more.jsonl"
    file.write_bytes(lines(obj(7), obj(8)))
    assert person.ask("import", file, "--ids")["ids"] == [uid("identity", 7), uid("identity", 8)]
    assert person.ask("import", file, "--ids")["ids"] == []


def test_an_id_is_shown_with_marking_basis_and_content(person, japanese, feed):
    person.run("import", feed, code=1)
    shown = person.run("show", uid("malware", 1)).stdout
    assert shown.startswith(f"malware  {uid('malware', 1)}\n1 of 1: from local, held, came 20")
    assert "unknown-handling" in shown
    assert '"name": "BarrelLock (fictional)"' in shown
    shown = japanese.run("show", uid("identity", 1)).stdout
    assert "取扱根拠 不明" in shown
    assert '"name": "くじら麦酒 (架空)"' in shown
    assert "is not held here" in person.run("show", "malware--none", code=1).stderr


def test_words_are_found_and_nothing_is_said_so(person, japanese, feed):
    person.run("import", feed, code=1)
    assert uid("identity", 1) in japanese.run("find", "麦酒").stdout
    assert "くじら麦酒 (架空)" in person.run("find", "くじら").stdout
    assert person.run("find", "nowhere").stdout == "Nothing found.\n"
    assert japanese.run("find", "nowhere").stdout == "該当なし。\n"
    assert "two Japanese characters" in person.run("find", "酒", code=2).stderr


def test_holdings_are_listed_newest_first(person, feed):
    person.run("import", feed, code=1)
    listed = person.run("holdings", "list", "--type", "malware", "--type", "identity", "--source", "local").stdout
    assert uid("malware", 1) in listed
    assert person.run("holdings", "list", "--source", "JPN").stdout == "Nothing found.\n"


def test_an_export_appears_once_it_is_whole_and_for_its_owner_alone(person, feed, tmp_path):
    person.run("import", feed, code=1)
    out = tmp_path / "out.json"
    out.write_text("before")
    assert "Expected" not in person.run("export", uid("malware", 1), "--out", out).stdout
    assert [each["id"] for each in json.loads(out.read_bytes())["objects"]] == [uid("malware", 1)]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    answer = person.ask("export", "--type", "malware", "--out", out)
    assert answer["bytes"] == out.stat().st_size
    before = out.read_bytes()
    person.run("export", "malware--none", "--out", out, code=1)
    assert out.read_bytes() == before
    assert list(tmp_path.glob(".*.part")) == []
    assert "Expected to write" in person.run("export", "--out", tmp_path / "no" / "out.json", code=1).stderr


def test_an_export_goes_to_standard_output_unless_said_otherwise(person, feed):
    person.run("import", feed, code=1)
    written = person.run("export", uid("malware", 1)).stdout_bytes
    assert json.loads(written)["objects"][0]["name"] == "BarrelLock (fictional)"


def test_the_quarantine_is_looked_through_and_emptied(person, japanese, feed, tmp_path):
    person.run("import", feed, code=1)
    listed = person.ask("holdings", "quarantine")
    number = listed["pieces"][0]["number"]
    assert f"{number}  20" in person.run("holdings", "quarantine", "--limit", "1").stdout
    assert "json.unexpected" in japanese.run("holdings", "quarantine", "--code", "json.unexpected").stdout
    assert "{broken" in person.run("holdings", "quarantine", number).stdout
    out = tmp_path / "piece"
    assert "Wrote 7 bytes" in person.run("holdings", "quarantine", number, "--out", out).stdout
    assert out.read_bytes() == b"{broken"
    assert person.run("holdings", "quarantine", number, "--out", "-").stdout_bytes == b"{broken"
    assert "1 quarantined" in person.run("holdings", "retry", number, code=1).stdout
    numbers = [each["number"] for each in person.ask("holdings", "quarantine", "--limit", "100")["pieces"]]
    assert f"{len(numbers)} let go." in person.run("holdings", "drop", *numbers).stdout
    assert person.run("holdings", "quarantine").stdout == "Nothing found.\n"
    assert "list them with" in person.run("holdings", "drop", "999", code=1).stderr


def test_disposal_asks_to_be_meant(person, japanese, tmp_path):
    file = tmp_path / "one.jsonl"
    file.write_bytes(lines(obj(30)))
    person.run("import", file)
    assert "--yes" in person.run("holdings", "dispose", uid("identity", 30), code=2).stderr
    assert person.ask("show", uid("identity", 30))[0]["state"] == "held"
    assert "1件を処分しました" in japanese.run("holdings", "dispose", uid("identity", 30), "--yes").stdout
    assert "its content was disposed of" in person.run("show", uid("identity", 30)).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("import",),
        ("find",),
        ("show",),
        ("show", "x", "--view", "3"),
        ("holdings", "drop"),
        ("holdings", "quarantine", "x"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(person, words):
    told = person.run(*words, code=2).stderr
    assert told.startswith("tasuki: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [("import",), ("export",), ("show",), ("find",), ("validate",), ("holdings",), ("holdings", "list"),
     ("holdings", "quarantine"), ("holdings", "retry"), ("holdings", "drop"), ("holdings", "dispose")],
)  # fmt: skip
def test_every_command_explains_itself_in_both_languages_with_an_example(person, japanese, words):
    assert "Example: tasuki" in person.run(*words, "--help").stdout
    assert "例: tasuki" in japanese.run(*words, "--help").stdout


def test_control_and_direction_characters_are_shown_and_not_sent():
    assert printable("a\x1b[31m\u202eb\u2066c\x9b\x7f") == "a\\u001b[31m\\u202eb\\u2066c\\u009b\\u007f"
    assert printable("tab\tand line\n日本語 🐋") == "tab\tand line\n日本語 🐋"
