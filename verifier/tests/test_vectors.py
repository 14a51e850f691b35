# SPDX-License-Identifier: MIT
"""The frozen vectors of the specification: what holds, what fails and why, and what it means."""

import base64
import json
from pathlib import Path

import pytest

from tasuki_verify.anchor import read_anchor
from tasuki_verify.checks import verify
from tasuki_verify.spelling import spell

VECTORS = json.loads((Path(__file__).parents[2] / "tests/vectors/evidence/v1.json").read_text("utf-8"))
ANCHORS = [read_anchor(bytes.fromhex(listed["file"])) for listed in VECTORS["anchors"].values()]
VALID = {listed["name"]: listed for listed in VECTORS["valid"]}


def failing(raw, anchors=ANCHORS):
    return [finding.name for finding in verify(raw, anchors).findings if not finding.holds]


def test_the_anchors_are_the_ones_listed():
    assert [anchor.node for anchor in ANCHORS] == list(VECTORS["anchors"])
    assert [anchor.fingerprint for anchor in ANCHORS] == [
        listed["fingerprint"] for listed in VECTORS["anchors"].values()
    ]


@pytest.mark.parametrize("name", sorted(VALID))
def test_a_valid_file_holds_and_means_what_is_listed(name):
    answer = verify(VALID[name]["file"].encode(), ANCHORS)
    assert answer.holds
    assert [finding.name for finding in answer.findings] == VALID[name]["checks"]
    assert answer.meaning == VALID[name]["meaning"]


@pytest.mark.parametrize("number", range(len(VECTORS["invalid"])))
def test_one_changed_value_fails_the_checks_listed(number):
    listed = VECTORS["invalid"][number]
    document = json.loads(VALID[listed["of"]]["file"])
    at = document
    *path, last = listed["path"]
    for step in path:
        at = at[step]
    at[last] = listed["value"]
    assert failing(spell(document)) == listed["fails"], listed["name"]


@pytest.mark.parametrize("number", range(len(VECTORS["misspelt"])))
def test_another_spelling_is_no_evidence(number):
    listed = VECTORS["misspelt"][number]
    old, new = listed.get("replace", ("", ""))
    raw = (VECTORS["valid"][0]["file"].replace(old, new, 1) + listed.get("append", "")).encode()
    assert failing(raw) == ["form"], listed["name"]


def test_the_anchors_of_both_sides_are_needed():
    for listed in VALID.values():
        for anchor in ANCHORS:
            assert failing(listed["file"].encode(), [anchor])


def test_every_bit_of_the_proof_counts():
    document = json.loads(VALID["envelope-sent-open"]["file"])
    for name in ("commitment", "envelope", "receipt"):
        raw = bytearray(base64.b64decode(document[name]))
        for at in range(0, len(raw), max(1, len(raw) // 40)):
            raw[at] ^= 1
            bent = {**document, name: base64.b64encode(bytes(raw)).decode()}
            assert failing(spell(bent))
            raw[at] ^= 1


def test_a_failing_check_says_why_in_both_languages():
    (finding,) = verify(b"{}", ANCHORS).findings
    assert not finding.holds
    assert finding.said.en.startswith("The file does not have the form of evidence: ")
    assert finding.said.ja.startswith("ファイルは証拠の形式を満たしていません: ")
