# SPDX-License-Identifier: MIT
"""`tasuki validate`: the fixed machine form, one answer per line in order, whatever stands on the line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from making_commands import Person
from stix_rulings import ruling_on

NOBODY = Person(Path("no-node-is-needed"))
MEMBERS = ["line", "id", "valid", "problems"]

GOOD = {
    "type": "identity",
    "spec_version": "2.1",
    "id": "identity--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01",
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-01T00:00:00.000Z",
    "name": "Kujira Brewing (fictional)",
    "identity_class": "organization",
}
BAD = {**GOOD, "id": "identity--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a02", "created": "yesterday"}
BUNDLE_ID = "bundle--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a03"


def bundle(*objects):
    return {"type": "bundle", "id": BUNDLE_ID, "objects": list(objects)}


def written(*values):
    return b"".join(value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n" for value in values)


def paths(answer, severity="error"):
    return [problem["path"] for problem in answer["problems"] if problem["severity"] == severity]


def test_the_machine_form_is_as_fixed(tmp_path):
    file = tmp_path / "feed.jsonl"
    file.write_bytes(written(GOOD, BAD))
    good, bad = NOBODY.lines("validate", file, code=1)
    assert good == {"line": 1, "id": GOOD["id"], "valid": True, "problems": []}
    assert list(bad) == MEMBERS
    (problem,) = bad["problems"]
    assert list(problem) == ["path", "rule", "message", "severity"]
    assert problem["path"] == "/created"
    assert problem["rule"].startswith("STIX 2.1 §")
    assert problem["severity"] == "error"


def test_a_long_feed_is_answered_line_by_line_to_its_end(tmp_path):
    file = tmp_path / "feed.jsonl"
    file.write_bytes(written(*[GOOD, GOOD, BAD] * 200))
    answers = NOBODY.lines("validate", file, code=1)
    assert [answer["line"] for answer in answers] == list(range(1, 601))
    assert [answer["valid"] for answer in answers] == [True, True, False] * 200


def test_a_bundle_on_a_line_is_valid_if_everything_in_it_is():
    sound, broken = NOBODY.lines("validate", "-", code=1, stdin=written(bundle(GOOD), bundle(GOOD, BAD)))
    assert (sound["valid"], sound["id"], sound["line"]) == (True, BUNDLE_ID, 1)
    assert (broken["valid"], paths(broken)) == (False, ["/objects/1/created"])


def test_every_line_gets_its_answer_in_order_whatever_stands_on_it():
    lines = [
        b"nonsense\n",
        written(GOOD),
        b'{"type":"identity","type":"identity"}\n',
        b'{"name":"\xff"}\n',
        b"\n",
        b"[" * 100_000 + b"\n",
        b'{"confidence":NaN}\n',
        b'{"name":"\\ud800"}\n',
        b"17\n",
        b"[]\n",
        b'{"type":"identity"',
        b"\n",
        written(GOOD)[:-1],
    ]
    answers = NOBODY.lines("validate", "-", code=1, stdin=b"".join(lines))
    assert [answer["line"] for answer in answers] == list(range(1, 13))
    assert [answer["valid"] for answer in answers] == [number in (2, 12) for number in range(1, 13)]
    assert all(answer["problems"] for answer in answers if not answer["valid"])
    assert all(list(answer) == MEMBERS for answer in answers)


def test_of_a_document_every_object_gets_an_answer_with_paths_within_it(tmp_path):
    file = tmp_path / "bundle.json"
    file.write_bytes(json.dumps(bundle(GOOD, BAD, GOOD), indent=1).encode())
    answers = NOBODY.lines("validate", file, code=1)
    assert [(answer["id"], answer["valid"]) for answer in answers] == [
        (GOOD["id"], True),
        (BAD["id"], False),
        (GOOD["id"], True),
    ]
    assert paths(answers[1]) == ["/created"]
    starts = [number for number, line in enumerate(file.read_bytes().split(b"\n"), 1) if line == b"  {"]
    assert [answer["line"] for answer in answers] == starts


def test_a_bundle_that_is_wrong_itself_has_an_answer_of_its_own(tmp_path):
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"objects": [GOOD]}))
    good, whole = NOBODY.lines("validate", file, code=1)
    assert good["valid"]
    assert (whole["id"], whole["valid"], paths(whole)) == (None, False, ["/type", "/id"])


def test_of_a_broken_document_what_is_whole_is_judged_and_the_rest_named(tmp_path):
    file = tmp_path / "cut.json"
    file.write_bytes(json.dumps(bundle(GOOD, BAD)).encode()[:-40])
    good, rest = NOBODY.lines("validate", file, code=1)
    assert (good["id"], good["valid"]) == (GOOD["id"], True)
    assert (rest["id"], rest["valid"]) == (None, False)


@pytest.mark.parametrize("name", ["feed.jsonl.gz", "feed.gz"])
def test_gzip_is_read_and_a_cut_one_is_said_so(tmp_path, name):
    file = tmp_path / name
    packed = gzip.compress(written(GOOD, GOOD))
    file.write_bytes(packed)
    assert [answer["valid"] for answer in NOBODY.lines("validate", file)] == [True, True]
    file.write_bytes(packed[:-6])
    assert [answer["valid"] for answer in NOBODY.lines("validate", file, code=1)] == [True, True, False]


def test_several_files_are_named_in_the_answers(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(written(GOOD))
    answers = NOBODY.lines("validate", tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert [answer["file"] for answer in answers] == [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]


def test_it_ends_with_what_was_found(tmp_path):
    file = tmp_path / "feed.jsonl"
    file.write_bytes(written(GOOD))
    NOBODY.run("validate", file, code=0)
    file.write_bytes(b"")
    NOBODY.run("validate", file, code=0)
    NOBODY.run("validate", tmp_path / "none.jsonl", code=1)
    NOBODY.run("validate", tmp_path, code=1)
    NOBODY.run("validate", code=2)
    NOBODY.run("validate", file, "--strictly", code=2)


def test_people_read_place_clause_and_count_in_their_language(tmp_path):
    file = tmp_path / "feed.jsonl"
    file.write_bytes(written(GOOD, BAD))
    read = NOBODY.run("validate", file, code=1).stdout
    assert "2: identity--" in read
    assert "STIX 2.1 §" in read
    assert "1 valid, 1 invalid" in read
    japanese = Person(NOBODY.directory, "ja_JP").run("validate", file, code=1).stdout
    assert "適合1件、不適合1件" in japanese


def test_every_object_others_judged_gets_its_verdict_through_the_command(data, tmp_path):
    rows = json.loads((data / "stix-object-validity" / "objects-2.1.json").read_bytes())
    file = tmp_path / "objects.jsonl"
    file.write_text("".join(json.dumps(row["object"], ensure_ascii=False) + "\n" for row in rows))
    answers = NOBODY.lines("validate", file, code=1)
    assert [answer["line"] for answer in answers] == list(range(1, len(rows) + 1))
    differing = [
        (row["id"], paths(answer))
        for row, answer in zip(rows, answers, strict=True)
        if row["must_valid"] is not answer["valid"] and ruling_on(row["object"], theirs=row["must_valid"]) is None
    ]
    assert not differing


def test_every_example_of_the_standard_gets_its_verdict_through_the_command(data, tmp_path):
    rows = json.loads((data / "stix-spec" / "examples.json").read_bytes())
    file = tmp_path / "examples.jsonl"
    file.write_text("".join(json.dumps(row["object"], ensure_ascii=False) + "\n" for row in rows))
    answers = NOBODY.lines("validate", file, code=1)
    assert [
        row["section"] for row, answer in zip(rows, answers, strict=True) if row["peer_valid"] != answer["valid"]
    ] == []


def test_every_bundle_others_judged_gets_their_verdict(data):
    index = json.loads((data / "stix-bundles" / "INDEX.json").read_bytes())
    assert index
    wrong = []
    for row in index:
        answers = NOBODY.lines("validate", data / "stix-bundles" / row["file"], code=None)
        if all(answer["valid"] for answer in answers) is not row["peer_valid"]:
            wrong.append(row["file"])
    assert not wrong
