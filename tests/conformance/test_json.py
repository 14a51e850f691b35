# SPDX-License-Identifier: MIT
"""JSONTestSuite, in our stricter profile, and the RFC 8785 vectors."""

from __future__ import annotations

import base64
import json

import pytest

from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError
from tasuki.formats.json.strict import loads

STRICTER = {
    "y_object_duplicated_key.json": "RFC 7493 section 2.3: member names must be unique",
    "y_object_duplicated_key_and_value.json": "RFC 7493 section 2.3: member names must be unique",
}


def test_every_parsing_case_is_answered_as_the_strict_profile_says(data):
    cases = json.loads((data / "security" / "json_parsing" / "jsontestsuite_parsing.json").read_text())
    wrong = []
    for case in cases:
        if "b64" not in case:
            continue
        accepted = _accepts(base64.b64decode(case["b64"]))
        expected = {"accept": True, "reject": False}.get(case["expect"])
        if case["name"] in STRICTER:
            expected = False
        if expected is not None and accepted is not expected:
            wrong.append((case["name"], accepted))
    assert len(cases) == 318
    assert not wrong


@pytest.mark.parametrize("opening", [b"[", b'{"":'])
def test_a_hundred_thousand_open_brackets_are_refused_without_recursion(opening):
    with pytest.raises(InputError, match="nesting"):
        loads(opening * 100_000)


def test_canonical_json_agrees_with_the_vectors(data):
    rows = json.loads((data / "security" / "jcs" / "jcs_vectors.json").read_text())
    assert len(rows) == 6
    for row in rows:
        value = json.loads(base64.b64decode(row["input_b64"]))
        assert canonical(value) == base64.b64decode(row["canonical_b64"]), row["name"]


def _accepts(raw: bytes) -> bool:
    try:
        loads(raw)
    except InputError:
        return False
    return True
