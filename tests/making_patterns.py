# SPDX-License-Identifier: MIT
"""Patterns and observed data for tests: strategies that draw every form the language has, and short ways to ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tasuki.formats.patterns.errors import EvaluationError, PatternError
from tasuki.formats.patterns.matching import Matcher
from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Compound,
    Constant,
    Joined,
    Junction,
    Kind,
    Observation,
    Operator,
    Path,
    Pattern,
    Qualified,
    Repeats,
    StartStop,
    Version,
    Within,
)
from tasuki.formats.patterns.observed import Evidence, read_evidence
from tasuki.formats.patterns.parser import parse

Made = dict[str, Any]

MOMENTS = ("2026-01-15T08:00:00Z", "2026-01-15T08:00:01.500Z", "2025-12-31T23:59:59.999999999Z")
ORDERS = (Operator.GREATER, Operator.LESS, Operator.AT_MOST, Operator.AT_LEAST)
ON_STRINGS = (Operator.LIKE, Operator.MATCHES, Operator.ISSUBSET, Operator.ISSUPERSET)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["it's", "a\\b", "'", "\\", "x\ny"]
)
names = st.sampled_from(["value", "name", "a_b", "AND", "start", "has-hyphen", "a.b", "x", "it's"]) | texts.filter(bool)
steps = st.tuples(names, st.lists(names | st.integers(0, 9) | st.none(), max_size=3)).map(lambda s: (s[0], *s[1]))
paths = st.builds(Path, st.sampled_from(["file", "ipv4-addr", "x-thing", "a"]), steps)


def constants(kind: Kind) -> st.SearchStrategy[Constant]:
    """Draw constants of a kind."""
    values: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.STRING: texts,
        Kind.INTEGER: st.integers(-(2**60), 2**60),
        Kind.FLOAT: st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
        Kind.BOOLEAN: st.booleans(),
        Kind.BINARY: st.binary(min_size=1, max_size=6),
        Kind.HEX: st.binary(max_size=6),
        Kind.TIMESTAMP: st.sampled_from(MOMENTS),
    }
    return st.builds(Constant, st.just(kind), values[kind])


any_constant = st.sampled_from(list(Kind)).flatmap(constants)
ordered_constant = st.sampled_from([kind for kind in Kind if kind is not Kind.BOOLEAN]).flatmap(constants)
comparisons = (
    st.builds(
        Comparison,
        paths,
        st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL]),
        st.tuples(any_constant),
        st.booleans(),
    )
    | st.builds(Comparison, paths, st.sampled_from(ORDERS), st.tuples(ordered_constant), st.booleans())
    | st.builds(Comparison, paths, st.sampled_from(ON_STRINGS), st.tuples(constants(Kind.STRING)), st.booleans())
    | st.builds(Comparison, paths, st.just(Operator.IN), st.lists(any_constant, max_size=3).map(tuple), st.booleans())
    | st.builds(Comparison, paths, st.just(Operator.EXISTS), st.just(()), st.booleans())
)
qualifiers = (
    st.builds(Within, st.decimals("0.001", 1000, places=3, allow_nan=False).map(Decimal.normalize))
    | st.builds(Repeats, st.integers(1, 3))
    | st.builds(StartStop, st.sampled_from(MOMENTS), st.sampled_from(MOMENTS))
)


def compound(junction: Junction, parts: list[ComparisonExpression]) -> ComparisonExpression:
    """Join comparisons as the parser would: what is joined the same way becomes one."""
    flat: list[ComparisonExpression] = []
    for part in parts:
        flat += part.operands if isinstance(part, Compound) and part.junction is junction else [part]
    return Compound(junction, tuple(flat))


def joined(junction: Junction, parts: list[Pattern]) -> Pattern:
    """Join observation expressions as the parser would."""
    flat: list[Pattern] = []
    for part in parts:
        flat += part.operands if isinstance(part, Joined) and part.junction is junction else [part]
    return Joined(junction, tuple(flat))


def expressions_of(leaves: st.SearchStrategy[Comparison]) -> st.SearchStrategy[ComparisonExpression]:
    """Draw comparisons joined in every way."""
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            compound, st.sampled_from([Junction.AND, Junction.OR]), st.lists(inner, min_size=2, max_size=3)
        ),
        max_leaves=5,
    )


def patterns_of(leaves: st.SearchStrategy[Comparison]) -> st.SearchStrategy[Pattern]:
    """Draw patterns over these comparisons."""
    return st.recursive(
        st.builds(Observation, expressions_of(leaves)),
        lambda inner: (
            st.builds(joined, st.sampled_from(list(Junction)), st.lists(inner, min_size=2, max_size=3))
            | st.builds(Qualified, inner, qualifiers)
        ),
        max_leaves=4,
    )


patterns = patterns_of(comparisons)

letters = st.builds(
    Comparison,
    st.just(Path("x-thing", ("letter",))),
    st.sampled_from([Operator.EQUAL, Operator.EQUAL, Operator.NOT_EQUAL, Operator.AT_LEAST, Operator.IN]),
    st.sampled_from("pqr").map(lambda letter: (Constant(Kind.STRING, letter),)),
    st.booleans(),
)
"""Comparisons that the objects of `sightings` satisfy often."""


def seen(first: float, objects: list[Made], *, last: float | None = None, number: int = 1, name: str = "") -> Made:
    """Return observed data of 2.0: seconds of the minute, and the objects."""
    return {
        "type": "observed-data",
        "id": f"observed-data--{name}",
        "first_observed": _moment(first),
        "last_observed": _moment(first if last is None else last),
        "number_observed": number,
        "objects": {str(index): each for index, each in enumerate(objects)},
    }


def _moment(seconds: float) -> str:
    return f"2026-01-15T08:00:{seconds:09.6f}Z"


def thing(**properties: Any) -> Made:
    """Return an object of the type `x-thing`."""
    return {"type": "x-thing", **properties}


sightings = st.lists(
    st.builds(
        lambda letter, first, length, number: seen(first, [thing(letter=letter)], last=first + length, number=number),
        st.sampled_from("pqr"),
        st.integers(0, 5),
        st.sampled_from([0, 0, 1, 3]),
        st.sampled_from([1, 1, 2]),
    ),
    max_size=4,
)


def verdict(text: str, observed: list[Made] | Evidence, version: Version = Version.V21) -> str:
    """Return match, no-match, data-error or parse-error."""
    evidence = observed if isinstance(observed, Evidence) else read_evidence(observed)
    try:
        return Matcher(parse(text, version)).match(evidence).verdict.value
    except PatternError:
        return "parse-error"
    except EvaluationError:
        return "data-error"


def holds(text: str, *objects: Made) -> bool:
    """Whether a pattern matches one observation of these objects; fails where there is no verdict."""
    found = verdict(text, [seen(0, list(objects))])
    assert found in ("match", "no-match"), found
    return found == "match"
