# SPDX-License-Identifier: MIT
"""What holds for every value: the validator answers, its places exist, and its quick step never contradicts it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import making_stix as making
from tasuki.formats.stix import extensions_known as known
from tasuki.formats.stix import tables
from tasuki.formats.stix.checks import quick_check
from tasuki.formats.stix.problems import Findings
from tasuki.formats.stix.rules import compile_check, rows
from tasuki.formats.stix.validate import validate
from tasuki.formats.stix.whole import _PATTERN_TOKENS, _names_in

GROUPS = (tables.DOMAIN_OBJECTS, tables.RELATIONSHIP_OBJECTS, tables.META_OBJECTS, tables.OBSERVABLES)
KINDS = sorted(kind for group in GROUPS for kind in group)
TEXTS = [tables.COMMON_OBJECT, *(text for group in (*GROUPS, tables.NESTED, known.NESTED) for text in group.values())]
CODES = sorted({row.code for text in TEXTS for row in rows(text, "")})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted({row.name for text in TEXTS for row in rows(text, "")})) | st.text(max_size=8)


def resolves(pointer: str, value: Any) -> bool:
    """Whether all but the last step of a pointer lead somewhere: the last may be what is missing."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in steps[:-1]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return not steps or isinstance(value, list | dict)


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(KINDS), changes=st.dictionaries(NAMES, JSON, max_size=3))
def test_any_value_is_answered_with_places_that_exist(kind: str, changes: dict[str, Any]):
    obj = making.minimal(kind) | changes
    for problem in validate(obj):
        assert problem.rule
        assert problem.severity in ("error", "warning")
        assert problem.reason.sentence()
        assert resolves(problem.path, obj)


def test_what_strangers_name_is_not_remembered_at_length():
    long = "a" * 200_000

    def judge(number: int) -> None:
        kind = f"x-{number}-{long}"
        foreign = {**making.minimal("campaign"), "type": kind, "id": kind + making.random_id("campaign")[8:]}
        validate(foreign)
        validate({**making.minimal("campaign"), f"x_{number}_{long}": 1, "lang": f"x-{number}-{long}"})
        validate({**making.minimal("observed-data"), "objects": {"0": {"type": kind}}})

    judge(0)
    tracemalloc.start()
    try:
        for number in range(1, 40):
            judge(number)
        assert tracemalloc.get_traced_memory()[0] < 10 * len(long)
    finally:
        tracemalloc.stop()


@settings(max_examples=200, deadline=None)
@given(value=JSON)
def test_what_is_no_object_is_answered_too(value: Any):
    assert isinstance(validate(value), tuple)


@settings(max_examples=400, deadline=None)
@given(
    code=st.sampled_from(CODES),
    text=st.text(max_size=40)
    | st.sampled_from([each for pair in making.TEXT_SAMPLES.values() for each in pair[:2]])
    | st.sampled_from(
        [making.CREATED, "2026-02-28T00:00:00.123456Z", "2026-02-29T00:00:00.000Z", "9999-12-31T23:59:60Z"]
    )
    | st.sampled_from([making.random_id(kind) for kind in ("tool", "file", "bundle", "x-thing", "marking-definition")]),
)
def test_what_the_quick_step_accepts_the_check_has_nothing_to_say_of(code: str, text: str):
    quick = quick_check(code)
    if quick is not None and quick(text):
        out = Findings()
        compile_check(code, "1")(text, "name", out)
        assert out.problems == []


def test_an_id_that_is_no_text_is_answered():
    marking = making.minimal("marking-definition") | {"id": {"type": "file"}, "created": [making.CREATED]}
    assert "stix.wrong-type" in {problem.reason.code for problem in validate(marking)}


@pytest.mark.parametrize("run", ["'" + "\\'" * 50, "a" * 50, "'" + "a:" * 50, "'" * 51, "file:'" + "\\'" * 50])
def test_a_token_of_a_pattern_takes_all_it_can_so_that_no_place_is_read_twice(run: str):
    """Else a text of n such places costs n times n steps."""
    ends = [match.end() for match in _PATTERN_TOKENS.finditer(run)]
    starts = [match.start() for match in _PATTERN_TOKENS.finditer(run)]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == len(run)


@given(
    kind=st.sampled_from(["file", "x-a", "a", ""]),
    name=st.sampled_from(["hashes", "no", "value", "has-hyphen"]),
    rest=st.sampled_from(["", ".MD5", ".'SHA-256'", ".a.b", "[0]", ".'it\\'s'", ".'a:b'"]),
    text=st.sampled_from(["x", "", "a:b", "it\\'s", "\\\\", "] AND [c:d = 'e", "' OR c:d = 'e"]),
    space=st.sampled_from(["", " ", "\n"]),
)
def test_the_names_of_a_single_comparison_are_found_as_those_of_many(
    kind: str, name: str, rest: str, text: str, space: str
):
    pattern = f"[{space}{kind}:{name}{rest}{space}={space}'{text}'{space}]"
    found = [(one, bare or quoted) for one, bare, quoted in _PATTERN_TOKENS.findall(pattern) if bare or quoted]
    assert list(_names_in(pattern)) == found
