# SPDX-License-Identifier: MIT
"""The frozen evidence format: what was written once is judged the same for ever."""

import json
from pathlib import Path

import pytest

from tasuki.base.canonical import canonical
from tasuki.core.ledger.evidence import read_evidence, verify_evidence, write_evidence
from tasuki.formats.envelope.anchor import read_anchor

VECTORS = json.loads((Path(__file__).parent / "evidence/v1.json").read_text("utf-8"))
SIGNED = [read_anchor(bytes.fromhex(listed["file"])) for listed in VECTORS["anchors"].values()]
ANCHORS = [signed.anchor for signed in SIGNED]
VALID = {listed["name"]: listed for listed in VECTORS["valid"]}


def failing(raw):
    return [check.name for check in verify_evidence(raw, ANCHORS).checks if not check.holds]


def test_the_anchors_are_the_ones_listed():
    assert [str(anchor.name) for anchor in ANCHORS] == list(VECTORS["anchors"])
    assert [each.fingerprint.hex() for each in SIGNED] == [each["fingerprint"] for each in VECTORS["anchors"].values()]


@pytest.mark.parametrize("name", sorted(VALID))
def test_a_valid_file_holds_and_means_what_is_listed(name):
    raw = VALID[name]["file"].encode()
    finding = verify_evidence(raw, ANCHORS)
    assert finding.holds
    assert [check.name for check in finding.checks] == VALID[name]["checks"]
    assert finding.meaning == VALID[name]["meaning"]
    assert write_evidence(read_evidence(raw)) == raw


def changed(listed):
    document = json.loads(VALID[listed["of"]]["file"])
    at = document
    *path, last = listed["path"]
    for step in path:
        at = at[step]
    at[last] = listed["value"]
    return canonical(document)


@pytest.mark.parametrize("number", range(len(VECTORS["invalid"])))
def test_one_changed_value_fails_the_checks_listed(number):
    listed = VECTORS["invalid"][number]
    assert listed["fails"], listed["name"]
    assert failing(changed(listed)) == listed["fails"], listed["name"]


@pytest.mark.parametrize("number", range(len(VECTORS["misspelt"])))
def test_another_spelling_is_no_evidence(number):
    listed = VECTORS["misspelt"][number]
    text = VECTORS["valid"][0]["file"]
    old, new = listed.get("replace", ("", ""))
    raw = (text.replace(old, new, 1) + listed.get("append", "")).encode()
    assert failing(raw) == ["form"], listed["name"]


def test_the_anchors_of_both_sides_are_needed():
    for listed in VECTORS["valid"]:
        for anchor in ANCHORS:
            assert not verify_evidence(listed["file"].encode(), [anchor]).holds
