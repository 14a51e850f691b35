# SPDX-License-Identifier: MIT
"""`tasuki pattern` in both languages and for machines: answers in order, errors with their place, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from making_patterns import seen, thing
from tasuki.faces.cli.pattern import COMMANDS

LINES = b"""[domain-name:value = 'a.example']
[domain-name:value = "a.example"]

[a:b = 1] WITHIN 0 SECONDS
{"id": "one", "pattern": "[EXISTS a:b]", "spec_version": "2.0"}
{"id": {"any": 1}, "pattern": "[EXISTS a:b]"}
{"pattern": 5}
{"pattern": "[a:b=1]", "spec_version": "3.0"}
{"pattern": "x", "pattern": "y"}
{"pattern"
[a:b = '\xff']
"""


def typed(*words: str, text: bytes = b"", language: str = "en_GB.UTF-8") -> Result:
    return CliRunner(env={"LC_ALL": language}).invoke(COMMANDS[0], list(words), input=text, prog_name="tasuki pattern")


def test_each_line_is_answered_in_order_for_machines():
    done = typed("check", "--json", text=LINES)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 4, "one", {"any": 1}, 7, 8, 9, 10, 11]
    assert [answer["valid"] for answer in answers] == [True, False, True, False, True, *[False] * 5]
    assert answers[0] == {"id": 1, "valid": True, "error": None}
    assert answers[1]["error"]["position"] == 21
    assert all(set(answer) == {"id", "valid", "error"} for answer in answers)
    assert done.exit_code == 1


def test_people_read_what_is_wrong_and_what_to_look_at():
    done = typed("check", text=LINES)
    assert "2: not valid: Expected apostrophes around the string" in done.stdout
    assert "4: look: Expected a positive number of seconds after WITHIN" in done.stdout
    assert done.stdout.endswith("3 valid, 7 not.\n")
    done = typed("check", text=LINES, language="ja_JP.UTF-8")
    assert "2: 無効: 1行22桁の文字列が二重引用符で囲まれています" in done.stdout
    assert done.stdout.endswith("有効3件、無効7件。\n")


def test_what_the_standard_forbids_is_refused_when_asked_to_be_strict():
    assert typed("check", text=b"[a:b = 1] WITHIN 0 SECONDS").exit_code == 0
    assert typed("check", "--strict", text=b"[a:b = 1] WITHIN 0 SECONDS").exit_code == 1


def test_a_byte_order_mark_before_the_first_pattern_is_no_part_of_it():
    assert typed("check", text=b"\xef\xbb\xbf[a:b = 1]\r\n[a:b = 2]\r\n").exit_code == 0


def test_a_version_can_be_named_for_all_lines():
    assert typed("check", text=b"[EXISTS a:b]").exit_code == 0
    assert typed("check", "--spec-version", "2.0", text=b"[EXISTS a:b]").exit_code == 1
    assert typed("check", "--spec-version", "1.0", text=b"").exit_code == 2


def test_a_batch_is_answered_in_order():
    observed = [seen(0, [thing(letter="p", code_hex="0")])]
    lines = [
        {"id": "a", "pattern": "[x-thing:letter = 'p']", "observed": observed},
        {"id": "b", "pattern": "[x-thing:letter = 'q']", "observed": observed},
        {"id": "c", "pattern": "[x-thing:letter", "observed": observed},
        {"id": "d", "pattern": "[x-thing:code_hex = h'00']", "observed": observed},
        {"id": "e", "pattern": "[x-thing:letter IN (1, 'p')]", "observed": observed},
        {"id": "f", "pattern": "[x-thing:letter = 'p']", "observed": "nothing"},
    ]
    text = "\n".join(json.dumps(line) for line in lines).encode()
    done = typed("match", "--json", "--batch", "-", text=text)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    results = ["match", "no-match", "parse-error", "data-error", "data-error", "data-error"]
    assert answers == [{"id": line["id"], "result": each} for line, each in zip(lines, results, strict=True)]
    assert done.exit_code == 1
    assert "c: not a pattern: Expected an operator" in typed("match", "--batch", "-", text=text).stdout


def test_one_bad_line_never_stops_the_rest():
    observed = [seen(0, [thing(letter="p")])]
    good = json.dumps({"id": "good", "pattern": "[x-thing:letter = 'p']", "observed": observed}).encode()
    bad = [
        b"nonsense",
        b"[x-thing:letter = 'p']",
        b'{"id": 2, "pattern": "[x-thing:letter = \'p\']"}',
        b'{"id": 3, "pattern": 5, "observed": []}',
        b'{"id": 4, "id": 5}',
        b'{"id": "cut',
        b"\xff\xfe",
        b'{"pattern": "[a:b = 1]", "observed": [], "spec_version": 2.1}',
        b'{"pattern": "' + b"[" * 100_000 + b'", "observed": []}',
    ]
    done = typed("match", "--json", "--batch", "-", text=b"\n".join([good, *bad, b"", good]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["good", 2, 3, 2, 3, 6, 7, 8, 9, 10, "good"]
    results = ["match", *["data-error"] * 8, "parse-error", "match"]
    assert [answer["result"] for answer in answers] == results
    assert all(list(answer) == ["id", "result"] for answer in answers)
    assert done.exit_code == 1


def test_checking_looks_at_the_pattern_and_the_version_alone():
    line = b'\xef\xbb\xbf{"id": null, "pattern": "[a:b = 1]", "observed": "anything", "more": 1}\r\n'
    done = typed("check", "--json", text=line)
    assert json.loads(done.stdout) == {"id": None, "valid": True, "error": None}
    assert done.exit_code == 0


def test_positions_count_characters_from_nought():
    done = typed("check", "--json", text='{"pattern": "[a:b = \'\U0001f600日本\' x]"}'.encode())
    error = json.loads(done.stdout)["error"]
    assert (error["position"], error["message"][:9]) == (13, "Expected ")


def test_patterns_are_compared_in_order():
    lines = [
        {"id": "a", "a": "[x-thing:letter IN ('p', 'q')]", "b": "[x-thing:letter = 'q' OR x-thing:letter = 'p']"},
        {"id": "b", "a": "[x-thing:letter = 'p']", "b": "[x-thing:letter = 'q']"},
        {"id": "c", "a": "[x-thing:letter = 'p']", "b": "[x-thing"},
        {"id": "d", "a": "[EXISTS x-thing:letter]", "b": "[EXISTS x-thing:letter]", "spec_version": "2.0"},
        {"id": "e", "a": "[x-thing:letter = 'p']"},
    ]
    text = "\n".join([*map(json.dumps, lines), "nonsense"]).encode()
    done = typed("compare", "--json", text=text)
    results = ["equivalent", "different", "parse-error", "parse-error", "data-error", "data-error"]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers == [{"id": each, "result": result} for each, result in zip([*"abcde", 6], results, strict=True)]
    assert done.exit_code == 1
    assert typed("compare", text=json.dumps(lines[0]).encode()).stdout == "a: mean the same\n"
    done = typed("compare", text=json.dumps(lines[1]).encode(), language="ja_JP.UTF-8")
    assert (done.stdout, done.exit_code) == ("b: 意味が異なります\n", 0)


@pytest.mark.parametrize("name", ["observed.json", "observed.jsonl", "observed"])
def test_a_file_of_observed_data_is_held_against_one_pattern(tmp_path: Path, name: str):
    observed = [seen(second, [thing(letter=letter)], name=letter) for second, letter in enumerate("pq")]
    file = tmp_path / name
    text = (
        "\n".join(map(json.dumps, observed))
        if name.endswith("l")
        else json.dumps({"type": "bundle", "objects": observed})
    )
    file.write_text(text, encoding="utf-8")
    done = typed("match", "--pattern", "[x-thing:letter = 'p']", "--observed", str(file))
    assert (done.stdout, done.exit_code) == ("match\n  observed-data--p\n", 0)
    done = typed("match", "--pattern", "[x-thing:letter = 's']", "--observed", str(file), language="ja_JP.UTF-8")
    assert (done.stdout, done.exit_code) == ("不一致\n", 0)
    both = "[x-thing:letter = 'p'] FOLLOWEDBY [x-thing:letter = 'q']"
    done = typed("match", "--json", "--pattern", both, "--observed", str(file))
    assert json.loads(done.stdout) == {"result": "match", "error": None, "observed": []}


def test_what_cannot_be_matched_says_why(tmp_path: Path):
    file = tmp_path / "observed.json"
    file.write_text("[]", encoding="utf-8")
    done = typed("match", "--pattern", "[a:b", "--observed", str(file))
    assert done.stdout.startswith("not a pattern: Expected an operator")
    assert done.exit_code == 1
    done = typed("match", "--pattern", "[a:b MATCHES '(?=a)']", "--observed", str(file), "--json")
    assert json.loads(done.stdout)["result"] == "data-error"
    assert typed("match", "--pattern", "[a:b = 1]").exit_code == 2
    file.write_text("{", encoding="utf-8")
    assert typed("match", "--pattern", "[a:b = 1]", "--observed", str(file)).exit_code == 1
    assert typed("match", "--pattern", "[a:b = 1]", "--observed", str(tmp_path / "none")).exit_code == 1
