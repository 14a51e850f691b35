# SPDX-License-Identifier: MIT
"""Walking object paths: every step of the standard, references, and what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.model import Path, Step
from tasuki.formats.patterns.values import Walk, is_special

NAMES = st.sampled_from(["a", "b", "a_ref", "a_refs", "a_hex", "a_bin"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "x", "00", "AA=="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)
STEPS = st.lists(NAMES | st.integers(-1, 2) | st.none(), min_size=1, max_size=4)


def walked(root: Any, *steps: Step, objects: dict[str, Any] | None = None) -> tuple[list[Any], str | None]:
    values, trouble = Walk(Path("x-thing", steps), steps).values(root, objects or {})
    return list(values), None if trouble is None else trouble.code.removeprefix("patterns.")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("a",), [1]),
        (("table", "k.k"), [2]),
        (("listed", 0), ["x"]),
        (("listed", -1), []),
        (("listed", 9), []),
        (("listed", None), ["x", [3]]),
        (("listed", None, None), [3]),
        (("listed", "a"), []),
        (("a", "b"), []),
        (("a", 0), []),
        (("table", None), []),
        (("none",), [None]),
        (("missing",), []),
        (("code_hex",), [b"\x00\xff"]),
        (("code_bin",), [b"\x00"]),
        (("empty_bin",), [b""]),
        (("table", "deep_hex"), [b"a"]),
    ],
)
def test_a_step_leads_where_its_clause_says(steps: tuple[Step, ...], expected: list[Any]):
    root = {
        "a": 1,
        "table": {"k.k": 2, "deep_hex": "61"},
        "listed": ["x", [3]],
        "none": None,
        "code_hex": "00FF",
        "code_bin": "AA\n==",
        "empty_bin": "",
    }
    assert walked(root, *steps) == (expected, None)


def test_references_lead_to_objects_each_once_and_lists_keep_the_places_of_the_missing():
    one, two = {"name": "one"}, {"name": "two"}
    objects = {"1": one, "2": two}
    root = {"a_ref": "1", "gone_ref": "3", "b_refs": ["3", "2", "1", "2"], "list": [{"a_ref": "1"}, {"a_ref": "1"}]}
    assert walked(root, "a_ref", objects=objects) == ([one], None)
    assert walked(root, "a_ref", "name", objects=objects) == (["one"], None)
    assert walked(root, "gone_ref", objects=objects) == ([], None)
    assert walked(root, "b_refs", 0, objects=objects) == ([], None)
    assert walked(root, "b_refs", 1, "name", objects=objects) == (["two"], None)
    assert walked(root, "b_refs", None, "name", objects=objects)[0] == ["two", "one", "two"]
    assert walked(root, "list", None, "a_ref", objects=objects) == ([one], None)


@pytest.mark.parametrize(
    ("root", "step", "code"),
    [
        ({"a_hex": "0"}, "a_hex", "bad-data-octets"),
        ({"a_hex": "xx"}, "a_hex", "bad-data-octets"),
        ({"a_hex": ["00"]}, "a_hex", "bad-data-octets"),
        ({"a_bin": "A"}, "a_bin", "bad-data-octets"),
        ({"a_bin": "AA==AA=="}, "a_bin", "bad-data-octets"),
        ({"a_bin": "é"}, "a_bin", "bad-data-octets"),
        ({"a_bin": 5}, "a_bin", "bad-data-octets"),
        ({"a_ref": 5}, "a_ref", "bad-data-reference"),
        ({"a_ref": ["1"]}, "a_ref", "bad-data-reference"),
        ({"a_refs": "1"}, "a_refs", "bad-data-reference"),
        ({"a_refs": [5]}, "a_refs", "bad-data-reference"),
    ],
)
def test_what_is_not_what_its_name_says_is_trouble(root: dict[str, Any], step: str, code: str):
    values, trouble = walked(root, step)
    assert trouble == code
    assert not any(isinstance(value, dict | bytes) for value in values)


@given(JSON, STEPS)
def test_any_walk_over_any_data_comes_to_an_end(root: Any, steps: list[Step]):
    objects = {"a": {"a_ref": "x", "a_refs": ["a", "x", "a"]}, "x": {"a_ref": "a", "b": root}}
    values, trouble = walked({"a": root, "a_refs": ["a", "x"], "a_ref": "a"}, *steps, objects=objects)
    assert trouble in (None, "bad-data-octets", "bad-data-reference")
    assert isinstance(values, list)


def test_a_thousand_references_to_each_other_are_walked_as_often_as_there_are_objects():
    names = [str(number) for number in range(60)]
    objects = {name: {"a_refs": names, "b": 1} for name in names}
    steps: tuple[Step, ...] = ("a_refs", None) * 20 + ("b",)
    assert len(walked(objects["0"], *steps, objects=objects)[0]) == len(names)


def test_names_say_what_they_hold():
    assert [is_special(name) for name in ("a_hex", "a_bin", "a_ref", "a_refs", "a", "hex", "_ref")] == [
        *[True] * 4,
        False,
        False,
        True,
    ]
