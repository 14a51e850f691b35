# SPDX-License-Identifier: MIT
"""Patterns others judged, through the command line: every verdict is theirs, less a list of rows by content."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tasuki.app.main import cli
from tasuki.formats.patterns.matching import Matcher
from tasuki.formats.patterns.model import Constant, Operator, Version
from tasuki.formats.patterns.normal import Likeness, likeness
from tasuki.formats.patterns.observed import read_evidence
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.survey import survey
from tasuki.formats.patterns.writer import write_constant, write_qualifier

Row = dict[str, Any]

VERDICTS = {"data-or-eval-error": "data-error"}

ADJUDICATED = {
    (
        "([person:name = 'alice'] AND [person:name < 'carol']) WITHIN 5 SECONDS",
        "no-match",
    ): "§9.5.1: the last observation MUST NOT be equal to the first plus the window; here it is, to the second",
    (
        "[person:age < 20] REPEATS 2 TIMES REPEATS 2 TIMES",
        "parse-error",
    ): "§9.5.1: an observation expression MUST NOT have two qualifiers of a type (marked `conflict` in the material)",
}
"""Pattern and our answer, where the recorded one contradicts the standard: which clause."""


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


def run(*words: str, lines: Iterator[Row] | list[Row]) -> list[Row]:
    typed = "".join(f"{json.dumps(line)}\n" for line in lines)
    done = CliRunner(env={"LC_ALL": "C"}).invoke(cli, ["pattern", *words], input=typed)
    assert done.exit_code in (0, 1), done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def checked(rows: list[Row]) -> list[Row]:
    lines = [{"id": r["id"], "pattern": r["pattern"], "spec_version": r.get("stix_version", "2.1")} for r in rows]
    return run("check", "--json", lines=lines)


def test_every_recorded_text_is_a_pattern_or_none_as_recorded(data: Path):
    rows = load(data / "stix-pattern-syntax" / "patterns.json")
    answers = checked(rows)
    assert [answer["id"] for answer in answers] == [row["id"] for row in rows]
    assert [row["pattern"] for row, answer in zip(rows, answers, strict=True) if row["valid"] != answer["valid"]] == []
    assert all(answer["valid"] or answer["error"]["message"] for answer in answers)


def test_every_pattern_of_the_wild_is_judged_as_recorded(data: Path):
    text = (data / "stix-patterns-wild" / "patterns.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    answers = checked(rows)
    assert [row["pattern"] for row, answer in zip(rows, answers, strict=True) if row["valid"] != answer["valid"]] == []


def test_a_survey_sees_what_the_reference_inspector_sees(data: Path):
    for row in load(data / "stix-pattern-syntax" / "inspect.json"):
        found = survey(parse(row["pattern"], Version(row["stix_version"])))
        comparisons: dict[str, list[Any]] = {}
        for each in found.comparisons:
            operator = f"{'NOT ' if each.negated else ''}{each.operator}"
            entry = [list(each.path.steps), operator, written(each.operator, each.constants)]
            comparisons.setdefault(each.path.object_type, []).append(entry)
        assert comparisons == row["comparisons"]
        assert sorted(found.junctions) == row["observation_ops"]
        assert sorted(write_qualifier(each) for each in found.qualifiers) == row["qualifiers"]


def written(operator: Operator, constants: tuple[Constant, ...]) -> str:
    texts = [write_constant(constant) for constant in constants]
    return f"({','.join(texts)})" if operator is Operator.IN else texts[0]


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_every_recorded_question_is_answered_as_recorded(data: Path, version: str):
    folder = data / "stix-pattern-match"
    observations = load(folder / f"observations-{version}.json")
    rows = load(folder / f"cases-{version}.json")
    lines = [
        {"id": r["id"], "pattern": r["pattern"], "observed": observations[r["observations"]], "spec_version": version}
        for r in rows
    ]
    answers = run("match", "--json", "--batch", "-", lines=lines)
    assert [answer["id"] for answer in answers] == [row["id"] for row in rows]
    differing = {
        (row["pattern"], answer["result"])
        for row, answer in zip(rows, answers, strict=True)
        if answer["result"] != VERDICTS.get(row["expected"], row["expected"])
    }
    assert differing <= set(ADJUDICATED)


def test_no_ruling_is_idle(data: Path):
    for pattern, _ in ADJUDICATED:
        assert any(
            row["pattern"] == pattern
            for version in ("2.0", "2.1")
            for row in load(data / "stix-pattern-match" / f"cases-{version}.json")
        )


def test_every_recorded_pair_means_the_same_or_not_as_recorded(data: Path):
    pairs = load(data / "stix-pattern-equivalence" / "pairs.json")
    answers = run("compare", "--json", lines=[{name: pair[name] for name in ("id", "a", "b")} for pair in pairs])
    assert answers == [
        {"id": pair["id"], "result": "equivalent" if pair["equivalent"] else "different"} for pair in pairs
    ]


def test_every_example_of_the_standard_is_a_pattern(data: Path):
    with gzip.open(data / "stix-spec" / "stix-v2.1-errata01.md.gz", "rt", encoding="utf-8") as file:
        section = file.read().partition("## 9.8. Examples")[2].partition("# 10. STIX Vocabularies")[0]
    examples = [block.strip() for block in re.split("^```.*$", section, flags=re.MULTILINE)[1::2]]
    answers = checked([{"id": example, "pattern": example} for example in examples])
    assert len(answers) > 20
    assert [answer["id"] for answer in answers if not answer["valid"]] == []


def test_real_telemetry_matches_through_the_command_where_recorded(data: Path):
    rows = [row for row in load(data / "stix-observed-real" / "expected-matches.json") if row["matched"]]
    file = data / "stix-observed-real" / "doctored-1k.json.gz"
    for row in rows[:: len(rows) // 5]:
        (answer,) = run("match", "--json", "--pattern", row["pattern"], "--observed", str(file), lines=[])
        assert answer["result"] == "match"
        assert sorted(answer["observed"]) == sorted(row["observed_data_ids"])


def test_patterns_that_mean_the_same_answer_the_same_on_real_telemetry(data: Path):
    evidence = read_evidence([telemetry(data)])
    for pair in load(data / "stix-pattern-equivalence" / "pairs.json"):
        one, other = parse(pair["a"]), parse(pair["b"])
        if likeness(one, other, exact=True) is Likeness.EQUIVALENT:
            assert Matcher(one).match(evidence) == Matcher(other).match(evidence)


def test_real_telemetry_matches_exactly_where_recorded(data: Path):
    evidence = read_evidence([telemetry(data)])
    for row in load(data / "stix-observed-real" / "expected-matches.json"):
        matcher = Matcher(parse(row["pattern"]))
        outcomes = zip(evidence.observations, matcher.each(evidence.observations), strict=True)
        assert sorted(observed.id for observed, outcome in outcomes if outcome is True) == sorted(
            row["observed_data_ids"]
        )


def test_real_telemetry_upgraded_to_2_1_matches_the_same(data: Path):
    evidence = read_evidence(upgraded(telemetry(data)["objects"]))
    for row in load(data / "stix-observed-real" / "expected-matches.json"):
        matcher = Matcher(parse(row["pattern"]))
        outcomes = zip(evidence.observations, matcher.each(evidence.observations), strict=True)
        assert sum(outcome is True for _, outcome in outcomes) == row["matched"]


def telemetry(data: Path) -> Row:
    with gzip.open(data / "stix-observed-real" / "doctored-1k.json.gz") as file:
        bundle: Row = json.load(file)
    return bundle


def upgraded(objects: list[Row]) -> Iterator[Row]:
    """Write observed data of 2.0 as 2.1 would: objects of their own, referred to by id."""
    for number, each in enumerate(objects):
        if each["type"] != "observed-data":
            continue
        names = {key: f"{held['type']}--{number}-{key}" for key, held in each["objects"].items()}
        rest = {key: value for key, value in each.items() if key != "objects"}
        yield rest | {"spec_version": "2.1", "object_refs": list(names.values())}
        for key, held in each["objects"].items():
            yield {"id": names[key]} | {name: renamed(name, value, names) for name, value in held.items()}


def renamed(name: str, value: Any, names: dict[str, str]) -> Any:
    if name.endswith("_ref"):
        return names.get(value, value)
    return [names.get(each, each) for each in value] if name.endswith("_refs") else value
