# SPDX-License-Identifier: MIT
"""Objects others judged: every verdict is theirs, less a list of rows the standard decides otherwise, by content."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stix_rulings import RULINGS, ruling_on
from tasuki.base.reasons import Reason
from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.model import Version
from tasuki.formats.patterns.parser import parse
from tasuki.formats.stix.ids import deterministic_id
from tasuki.formats.stix.markings import OFFICIAL
from tasuki.formats.stix.validate import Problem, is_valid, validate

Made = dict[str, Any]


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


def judged(obj: Any) -> tuple[Problem, ...]:
    return validate(obj, check_pattern=check_pattern)


def check_pattern(pattern: str, version: str) -> Reason | None:
    try:
        parse(pattern, Version(version))
    except PatternError as error:
        return error.reason
    return None


def clauses(obj: Any) -> set[tuple[str, str]]:
    return {(each.reason.code, each.rule) for each in judged(obj) if each.severity == "error"}


def test_each_object_of_the_validator_suite_is_judged_as_there(data: Path):
    differing = []
    for row in load(data / "stix-object-validity" / "objects-2.1.json"):
        found = is_valid(judged(row["object"]))
        if found == row["must_valid"]:
            continue
        ruling = ruling_on(row["object"], theirs=row["must_valid"])
        if ruling is None or clauses(row["object"]) != ruling.errors:
            differing.append((row["id"], found, clauses(row["object"])))
    assert differing == []


def test_no_ruling_is_idle(data: Path):
    rows = load(data / "stix-object-validity" / "objects-2.1.json")
    for ruling in RULINGS:
        assert any(row["must_valid"] == ruling.theirs and ruling.applies(row["object"]) for row in rows), ruling.clause


def test_each_example_of_the_standard_is_judged_as_by_the_reference(data: Path):
    rows = load(data / "stix-spec" / "examples.json")
    assert [row["section"] for row in rows if is_valid(judged(row["object"])) != row["peer_valid"]] == []


def test_each_bundle_is_judged_as_by_the_reference(data: Path):
    folder = data / "stix-bundles"
    rows = [row for row in load(folder / "INDEX.json") if row["stix_version"] == "2.1"]
    assert [row["file"] for row in rows if is_valid(judged(load(folder / row["file"]))) != row["peer_valid"]] == []


def test_real_indicators_of_apps_are_flagged_and_not_refused(data: Path):
    folder = data / "stix-indicators-real"
    for row in load(folder / "INDEX.json"):
        problems = judged(load(folder / row["file"]))
        assert is_valid(problems)
        if not row["peer_valid"]:
            assert "stix.pattern-custom-type" in {problem.reason.code for problem in problems}


def real_objects(data: Path) -> Iterator[Made]:
    for path in sorted((data / "attack-stix21").glob("*.json")):
        yield from load(path)["objects"]
    with gzip.open(data / "capec-stix21" / "capec.jsonl.gz", "rt") as lines:
        yield from (json.loads(line) for line in lines)


def test_attack_and_capec_are_valid_but_for_two_rulings(data: Path):
    """§2.12 and §2.3 forbid empty lists everywhere; two URLs begin with a space, which RFC 3986 does not allow."""
    ruled = {("stix.empty-list", "STIX 2.1 §2.12"), ("stix.url", "STIX 2.1 §2.5")}
    wrong = [clauses(obj) for obj in real_objects(data) if not is_valid(judged(obj))]
    assert len(wrong) == 10
    assert set().union(*wrong) == ruled


def test_the_official_markings_are_valid_and_the_published_example_is_reported(data: Path):
    for marking in load(data / "tlp-2.0" / "marking-definitions.json"):
        assert marking["id"] in OFFICIAL
        assert validate(marking) == ()
    said = {(each.path, each.reason.code) for each in errors(load(data / "tlp-2.0" / "example-using-green.json"))}
    assert {("/type", "stix.required"), ("/objects/2/created", "stix.timestamp")} <= said


def errors(obj: Any) -> list[Problem]:
    return [each for each in judged(obj) if each.severity == "error"]


def test_advice_on_ids_is_given_only_where_the_reference_differs(data: Path):
    for row in load(data / "stix-deterministic-ids" / "scos.json"):
        bare, published = row["object_without_id"], row["published_id"]
        if row["reference_id"] is None or published is None or deterministic_id(bare) != row["reference_id"]:
            continue
        advised = {each.reason.code for each in validate({**bare, "id": published})}
        if published[len(bare["type"]) + 16] == "5":
            assert ("stix.deterministic-id" in advised) == (published != row["reference_id"])


def test_reports_in_stix_2_0_are_held_to_what_both_versions_share(data: Path):
    """Eleven identities give `identity_class` as a list, and one campaign ends before it begins."""
    folder = data / "stix-reports-unit42"
    wrong: dict[str, set[str]] = {}
    for row in load(folder / "INDEX.json"):
        for obj in load(folder / row["file"]).get("objects", []):
            for each in errors(obj):
                wrong.setdefault(each.reason.code, set()).add(obj["id"])
    assert {reason: len(ids) for reason, ids in wrong.items()} == {"stix.wrong-type": 11, "stix.time-order": 1}


@pytest.mark.parametrize("selectors", [["name", "labels"], ["labels.[0]"], ["external_references.[0].source_name"]])
def test_selectors_of_the_markings_suite_resolve_where_the_peer_accepts_them(selectors: list[str]):
    obj = {
        "type": "vulnerability",
        "spec_version": "2.1",
        "id": "vulnerability--ee916c28-c7a4-4d0d-ad56-a8d357f89fef",
        "created": "2016-02-14T00:00:00.000Z",
        "modified": "2016-02-14T00:00:00.000Z",
        "name": "CVE-2014-0160",
        "external_references": [{"source_name": "cve", "external_id": "CVE-2014-0160"}],
        "labels": ["heartbleed", "has-logo"],
        "granular_markings": [{"lang": "en", "selectors": selectors}],
    }
    assert is_valid(judged(obj))
