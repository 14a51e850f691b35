# SPDX-License-Identifier: MIT
"""The command as an auditor runs it: another process, files, nothing installed beside it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VECTORS = json.loads((ROOT.parent / "tests/vectors/evidence/v1.json").read_text("utf-8"))
ANCHORS = [bytes.fromhex(listed["file"]) for listed in VECTORS["anchors"].values()]
OPEN, CLOSED = (
    next(listed["file"].encode() for listed in VECTORS["valid"] if listed["name"] == name)
    for name in ("envelope-sent-open", "envelope-sent-closed")
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "open.json").write_bytes(OPEN)
    (tmp_path / "closed.json").write_bytes(CLOSED)
    (tmp_path / "wrong.json").write_bytes(OPEN.replace(b'"index":4', b'"index":5'))
    for number, raw in enumerate(ANCHORS):
        (tmp_path / f"{number}.anchor").write_bytes(raw)
    return tmp_path


def run(folder, *words, lang="en_GB.UTF-8"):
    done = subprocess.run(
        [sys.executable, "-m", "tasuki_verify", *words],
        cwd=folder,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT / "src"), "LANG": lang, "PATH": os.defpath, "PYTHONUTF8": "1"},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


TRUST = ("--anchor", "0.anchor", "--anchor", "1.anchor")


def test_files_that_hold_exit_with_zero(folder):
    code, out, err = run(folder, "open.json", "closed.json", *TRUST)
    assert (code, err) == (0, "")
    assert out.startswith("open.json: holds\n  ok log-signature: ")
    assert all(listed["fingerprint"] in out for listed in VECTORS["anchors"].values())


def test_one_that_does_not_exits_with_one_and_says_which_check(folder):
    code, out, _ = run(folder, "open.json", "wrong.json", *TRUST)
    assert code == 1
    assert "wrong.json: DOES NOT HOLD" in out
    assert "!! inclusion: The commitment is not proved to stand in the log: " in out


def test_it_speaks_japanese(folder):
    _, out, _ = run(folder, "open.json", *TRUST, lang="ja_JP.UTF-8")
    assert out.startswith("open.json: 成立\n")


def test_it_answers_machines(folder):
    code, out, _ = run(folder, "open.json", *TRUST, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["files"][0]["meaning"]["kind"] == "envelope-sent"
    assert [each["node"] for each in answer["anchors"]] == list(VECTORS["anchors"])


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("none.json", *TRUST),
        ("open.json", "--anchor", "open.json"),
        ("open.json", "--anchor", "none"),
        ("--batch", "none"),
        ("--what",),
    ],
)
def test_a_wrong_use_exits_with_two_and_one_word_about_it(folder, words):
    code, out, err = run(folder, *words)
    assert (code, out) == (2, "")
    assert "tasuki-verify: " in err


def test_without_anchors_nothing_holds(folder):
    assert run(folder, "open.json")[0] == 1


def line(number, evidence, anchors):
    return json.dumps({"id": number, "evidence": evidence, "anchors": anchors}) + "\n"


def test_a_batch_is_answered_line_by_line_in_order(folder):
    inside = [base64.b64encode(raw).decode() for raw in ANCHORS]
    (folder / "batch.jsonl").write_text(
        line(7, "open.json", ["0.anchor", "1.anchor"])
        + line("x", base64.b64encode(CLOSED).decode(), inside)
        + line(8, "wrong.json", inside)
        + line(9, "open.json", [])
    )
    code, out, err = run(folder, "--batch", "batch.jsonl")
    answers = [json.loads(each) for each in out.splitlines()]
    assert (code, err) == (1, "")
    assert [(each["id"], each["holds"]) for each in answers] == [(7, True), ("x", True), (8, False), (9, False)]


def test_a_line_that_is_no_question_is_answered_too(folder):
    (folder / "batch.jsonl").write_text(
        "[]\n{\nnull\n"
        + line(1, "no such file", ["0.anchor"])
        + line(2, "open.json", ["open.json"])
        + line(3, "open.json", ["0.anchor", "1.anchor"])
    )
    code, out, _ = run(folder, "--batch", "batch.jsonl")
    answers = [json.loads(each) for each in out.splitlines()]
    assert code == 2
    assert ["error" in each for each in answers] == [True] * 5 + [False]
    assert answers[5]["holds"]


def test_the_help_has_an_example(folder):
    code, out, _ = run(folder, "--help")
    assert code == 0
    assert "tasuki-verify evidence.json --anchor gbr.anchor --anchor jpn.anchor" in out
