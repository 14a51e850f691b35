# SPDX-License-Identifier: MIT
"""Lines of patterns: each gets its answer in order, whatever stands on it, and files are held against one pattern."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_patterns import seen, thing
from tasuki.base.errors import InputError
from tasuki.services import pattern as service
from tasuki.services.files import Content
from tasuki.services.pattern import check, compare_each, match, match_each

PATTERN = "[x-thing:letter = 'p']"
OBSERVED = [seen(0, [thing(letter="p")], name="p"), seen(1, [thing(letter="q")], name="q")]


def lines(*values: Any) -> list[bytes]:
    return [value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n" for value in values]


def test_a_line_is_json_where_it_begins_with_a_brace_and_else_a_pattern():
    chunks = [
        b"\xef\xbb\xbf",
        *lines({"id": "a", "pattern": PATTERN}),
        b"\n  \n",
        f"  {PATTERN}\r\n".encode(),
        b"nothing",
    ]
    found = list(check(chunks, "2.1"))
    assert [(each.id, each.reason is None) for each in found] == [("a", True), (4, True), (5, False)]


def test_the_version_of_the_line_counts_before_that_of_the_caller():
    exists = {"pattern": "[EXISTS a:b]"}
    chunks = lines(exists, {**exists, "spec_version": "2.1"}, {**exists, "spec_version": "2.0"})
    assert [each.reason is None for each in check(chunks, "2.0")] == [False, True, False]
    assert [each.reason is None for each in check(chunks, "2.1")] == [True, True, False]


def test_what_is_forbidden_is_a_caution_unless_strictness_is_asked_for():
    chunks = [b"[a:b = 1] WITHIN 0 SECONDS"]
    (lenient,), (strict,) = check(chunks, "2.1"), check(chunks, "2.1", strict=True)
    assert (lenient.reason, [each.code for each in lenient.cautions]) == (None, ["patterns.bad-window"])
    assert strict.reason == lenient.cautions[0]


def test_a_line_longer_than_a_bundle_may_be_is_named_and_passed_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service, "MAX_BUNDLE_BYTES", 100)
    chunks = [b"[" + b"(" * 500, b"\n", PATTERN.encode()]
    found = list(check(chunks, "2.1"))
    assert [each.reason and each.reason.code for each in found] == ["json.too-large", None]


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({}, "match"),
        ({"observed": OBSERVED[1:]}, "no-match"),
        ({"observed": []}, "no-match"),
        ({"observed": [{"type": "bundle", "objects": OBSERVED}]}, "match"),
        ({"pattern": "[x-thing:letter"}, "parse-error"),
        ({"pattern": "[x-thing:letter MATCHES '(?=p)']"}, "data-error"),
        ({"observed": [{**OBSERVED[0], "number_observed": 0}]}, "data-error"),
        ({"observed": None}, "data-error"),
        ({"pattern": None}, "data-error"),
        ({"spec_version": "1.2"}, "data-error"),
        ({"spec_version": ["2.1"]}, "data-error"),
    ],
)
def test_a_question_has_one_of_four_answers_and_a_reason_where_there_is_no_verdict(change: dict[str, Any], result: str):
    asked = {"id": 7, "pattern": PATTERN, "observed": OBSERVED, "spec_version": "2.1", **change}
    (found,) = match_each(lines(asked), "2.1")
    assert (found.id, found.result) == (7, result)
    assert (found.reason is None) is (result in ("match", "no-match"))


def test_a_file_tells_which_observed_data_match_by_themselves():
    content = Content("observed.jsonl", lines(*OBSERVED))
    found = match(PATTERN, "2.1", content)
    assert (found.result, found.observed) == ("match", ("observed-data--p",))
    content = Content("observed.json", [json.dumps({"type": "bundle", "objects": OBSERVED}).encode()])
    both = match(f"{PATTERN} FOLLOWEDBY [x-thing:letter = 'q']", "2.1", content)
    assert (both.result, both.observed) == ("match", ())


def test_a_file_that_cannot_be_read_is_refused_unless_the_pattern_is_none():
    with pytest.raises(InputError):
        match(PATTERN, "2.1", Content("observed.json", [b"{"]))
    assert match("[", "2.1", Content("observed.json", [b"{"])).result == "parse-error"


def test_patterns_are_compared_within_the_limits_of_comparing():
    pair = {"a": "[a:b = 1 OR a:b = 2]", "b": "[a:b IN (2, 1)]"}
    many = " AND ".join(f"([a:b = {number}] OR [a:c = {number}])" for number in range(20))
    chunks = lines(pair, {**pair, "b": "[a:b = 1]"}, {"a": many, "b": many + " AND [a:d = 1]"}, {"a": many, "b": many})
    assert [each.result for each in compare_each(chunks, "2.1")] == ["equivalent", "different", "unknown", "equivalent"]


@given(st.lists(st.binary(max_size=40) | st.text('{}[]":,abpatern1 ', max_size=60).map(str.encode), max_size=6))
def test_every_line_that_is_not_empty_is_answered_whatever_it_is(raw: list[bytes]):
    text = b"\n".join(raw)
    answered = [len(list(ask([text], "2.1"))) for ask in (check, match_each, compare_each)]
    assert answered[0] == answered[1] == answered[2] <= text.count(b"\n") + 1
