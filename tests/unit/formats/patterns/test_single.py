# SPDX-License-Identifier: MIT
"""Observation expressions compiled: the same answer as asking every comparison of every object one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import expressions_of
from tasuki.formats.patterns.comparing import test_of as question_of
from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Constant,
    Junction,
    Kind,
    Operator,
    Path,
)
from tasuki.formats.patterns.observed import Observed
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.single import compile_single
from tasuki.formats.patterns.values import Walk

Made = dict[str, Any]

PATHS = st.sampled_from(
    [
        Path(kind, steps)
        for kind in ("x-one", "x-two")
        for steps in (("a",), ("t", "a"), ("to_ref", "a"), ("to_refs", None, "a"), ("l", None), ("l", 0), ("to_ref",))
    ]
)
LEAVES = (
    st.builds(
        Comparison,
        PATHS,
        st.sampled_from([Operator.EQUAL, Operator.EQUAL, Operator.NOT_EQUAL, Operator.AT_LEAST, Operator.LIKE]),
        st.sampled_from("pqr%").map(lambda text: (Constant(Kind.STRING, text),)),
        st.booleans(),
    )
    | st.builds(
        Comparison,
        PATHS,
        st.just(Operator.IN),
        st.lists(st.sampled_from("pq"), max_size=2).map(
            lambda texts: tuple(Constant(Kind.STRING, each) for each in texts)
        ),
        st.booleans(),
    )
    | st.builds(Comparison, PATHS, st.just(Operator.EXISTS), st.just(()), st.booleans())
)
OBJECTS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["x-one", "x-two"])},
        optional={
            "a": st.sampled_from(["p", "q", 5, None]),
            "t": st.just({"a": "p"}),
            "to_ref": st.sampled_from("0129"),
            "to_refs": st.lists(st.sampled_from("0129"), max_size=2),
            "l": st.lists(st.sampled_from("pq"), max_size=2),
        },
    ),
    max_size=3,
)


def observed(objects: list[Made]) -> Observed:
    by_type: dict[str, list[Made]] = {}
    for each in objects:
        by_type.setdefault(each["type"], []).append(each)
    return Observed("", 0, 0, 1, {str(index): each for index, each in enumerate(objects)}, by_type)


def holds(expression: ComparisonExpression, root: Made, seen: Observed) -> bool:
    """Answer as section 9.5 says: every path starts at this object, and another type's comparison is False."""
    if not isinstance(expression, Comparison):
        quantify = all if expression.junction is Junction.AND else any
        return quantify(holds(operand, root, seen) for operand in expression.operands)
    if root["type"] != expression.path.object_type:
        return False
    if expression.operator is Operator.EXISTS:
        return exists(expression.path, root, seen) is not expression.negated
    values, _ = Walk(expression.path, expression.path.steps).values(root, seen.objects)
    return any(question_of(expression)(value) is True for value in values)


def exists(path: Path, root: Made, seen: Observed) -> bool:
    *before, last = path.steps
    holders, _ = Walk(path, before).values(root, seen.objects)
    if isinstance(last, str):
        return any(isinstance(holder, dict) and last in holder for holder in holders)
    return any(isinstance(holder, list) and len(holder) > (last or 0) for holder in holders)


@settings(deadline=None, max_examples=300)
@given(expressions_of(LEAVES), OBJECTS)
def test_compiled_is_as_asked_one_by_one(expression: ComparisonExpression, objects: list[Made]):
    seen = observed(objects)
    assert compile_single(expression)(seen) is any(holds(expression, root, seen) for root in objects)


def test_a_thousand_equalities_are_one_look_up():
    values = [f"name-{number}" for number in range(1000)]
    expression = parse(f"[{' OR '.join(f'x-one:a = {value!r}' for value in values)}]").expression
    found = compile_single(expression)
    assert found(observed([{"type": "x-one", "a": "name-999"}])) is True
    assert found(observed([{"type": "x-one", "a": "name-1000"}, {"type": "x-two", "a": "name-1"}])) is False
