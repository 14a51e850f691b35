# SPDX-License-Identifier: MIT
"""Validation of whole files: documents of any size and shape, judged object by object, with the place of each fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_holdings import lines, obj, raw
from tasuki.services import validation
from tasuki.services.files import Content
from tasuki.services.validation import judge

BUNDLE_ID = "bundle--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a03"
SOUND = [obj(number, identity_class="organization") for number in range(3)]


def judged(content, name="-"):
    return list(judge(Content(name, [content])))


def bundle(*objects, **more):
    return {"type": "bundle", "id": BUNDLE_ID, "objects": list(objects), **more}


def test_a_fault_of_json_is_told_with_its_line_in_the_file():
    content = b"[\n" + raw(SOUND[0]) + b',\n{"type":\n  "x",, }\n]'
    good, bad = judged(content, "a.json")
    assert good.valid
    (problem,) = bad.problems
    assert problem.reason.params["line"] == bad.line + 1
    assert bad.line == content[: content.index(b'{"type":\n')].count(b"\n") + 1


def test_each_fault_of_json_cites_its_clause():
    faults = {
        b'{"a":1,"a":2}': "RFC 7493 §2.3",
        b'"\\ud800"': "RFC 7493 §2.1",
        b"\xff": "RFC 7493 §2.1",
        b"[9007199254740993]": "STIX 2.1 §2.10, RFC 7493 §2.2",
        b"\xef\xbb\xbf{}": "RFC 8259 §8.1",
        b"nonsense": "STIX 2.1 §1.2.10, RFC 8259",
    }
    answers = judged(b"\n".join(faults), "a.jsonl")
    assert [answer.problems[0].rule for answer in answers] == list(faults.values())


def test_the_objects_of_a_bundle_explain_each_other():
    """One version of an object said twice and differently is a fault of the two together, and of neither alone."""
    other = {**SOUND[0], "name": "otherwise"}
    together = judged(raw(bundle(SOUND[0], other)), "a.json")
    alone = judged(lines(SOUND[0], other))
    assert all(answer.valid for answer in alone)
    assert sum(len(answer.problems) for answer in together) > sum(len(answer.problems) for answer in alone)


def test_a_document_too_large_to_be_read_whole_is_judged_object_by_object(monkeypatch):
    monkeypatch.setattr(validation, "MAX_BUNDLE_BYTES", 400)
    answers = judged(raw(bundle(*SOUND, {"type": "identity"})), "a.json")
    assert [answer.valid for answer in answers] == [True, True, True, False]


def test_a_pattern_is_judged_where_it_stands():
    indicator = obj(1, "indicator", pattern="[a:b = ]", pattern_type="stix", valid_from="2026-01-01T00:00:00Z")
    (answer,) = judged(lines(indicator))
    assert {problem.path for problem in answer.problems if problem.severity == "error"} == {"/pattern"}
    assert any(problem.reason.code.startswith("patterns.") for problem in answer.problems)


def test_a_bundle_of_nothing_is_an_answer():
    (answer,) = judged(raw({"type": "bundle", "id": BUNDLE_ID}), "a.json")
    assert (answer.id, answer.valid) == (BUNDLE_ID, True)


@pytest.mark.parametrize("content", [b"", b" \n", b"17", b"[", b"nonsense"])
def test_a_document_that_is_none_is_one_answer(content):
    (answer,) = judged(content, "a.json")
    assert not answer.valid


def test_a_list_of_other_things_is_answered_for_each():
    answers = judged(raw(bundle(1, None, SOUND[0])), "a.json")
    assert [answer.valid for answer in answers] == [False, False, True]
    many = judged(json.dumps(bundle(*[1] * 1500)).encode(), "a.json")
    assert len(many) == 1500


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")), max_size=6))
def test_there_are_as_many_answers_as_lines(given_lines):
    content = b"".join(line + b"\n" for line in given_lines)
    answers = judged(content, "a.jsonl")
    assert [answer.line for answer in answers] == list(range(1, len(given_lines) + 1))
