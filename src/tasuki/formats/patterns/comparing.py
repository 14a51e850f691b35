# SPDX-License-Identifier: MIT
"""Testing one value of observed data against the constant of a comparison.

A test answers True, False, or a `Reason`: no verdict can be given, because the data are not what they claim to be.

Types that cannot be compared give False, and True for `!=`; NOT turns True and False round and leaves a `Reason`.
Source: STIX 2.1 sections 9.2 and 9.6.1 to 9.6.4.
"""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from tasuki.base.reasons import Reason
from tasuki.formats.patterns import reasons as why
from tasuki.formats.patterns.addresses import Network, read_network
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.model import Comparison, Constant, Kind, Operator
from tasuki.formats.patterns.moments import sortable
from tasuki.formats.patterns.regular import read_expression, read_like
from tasuki.formats.patterns.tokens import shorten
from tasuki.formats.patterns.writer import write_path

Outcome: TypeAlias = bool | Reason
Test: TypeAlias = Callable[[Any], Outcome]

_ORDERS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.GREATER: operator.gt,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.AT_LEAST: operator.ge,
}
_SHORT: Final = 256
"""Characters of a value whose answer is worth remembering."""

_REMEMBERED: Final = 64
"""Answers that one comparison remembers: a pattern can have ten thousand of them."""

_COMPARABLE: Final = {
    Kind.STRING: "text",
    Kind.INTEGER: "number",
    Kind.FLOAT: "number",
    Kind.BOOLEAN: "truth",
    Kind.BINARY: "octets",
    Kind.HEX: "octets",
    Kind.TIMESTAMP: "time",
}


def test_of(comparison: Comparison) -> Test:
    """Return the test that a comparison makes of each value at its path; EXISTS makes none.

    Raises:
        EvaluationError: a constant is one the standard forbids, so the pattern matches nothing (section 9.4).
    """
    test = _positive_test(comparison)
    if comparison.negated is (comparison.operator is Operator.NOT_EQUAL):
        return test

    def negated(value: Any) -> Outcome:
        outcome = test(value)
        return not outcome if isinstance(outcome, bool) else outcome

    return negated


def equal_texts(comparison: Comparison) -> tuple[str, ...] | None:
    """Return the strings of which any one satisfies `=` or IN by being the value, or None for other comparisons."""
    if comparison.negated or comparison.operator not in (Operator.EQUAL, Operator.IN):
        return None
    values = [constant.value for constant in comparison.constants if constant.kind is Kind.STRING]
    if len(values) != len(comparison.constants):
        return None
    return tuple(str(value) for value in values)


def _positive_test(comparison: Comparison) -> Test:
    """Return the test without NOT, and for `!=` that of `=`."""
    path = write_path(comparison.path)
    kind = comparison.operator
    constants = comparison.constants
    if kind in _ORDERS:
        return _comparable_test(_ORDERS[kind], constants[0], path)
    if kind is Operator.IN:
        return _membership_test(constants, path)
    if kind in (Operator.LIKE, Operator.MATCHES):
        return _expression_test(comparison, path)
    if kind in (Operator.ISSUBSET, Operator.ISSUPERSET):
        return _network_test(kind, str(constants[0].value), path)
    return _comparable_test(operator.eq, constants[0], path)


def _membership_test(constants: Sequence[Constant], path: str) -> Test:
    types = sorted({_COMPARABLE[constant.kind] for constant in constants})
    if len(types) > 1:
        raise EvaluationError(why.MIXED_SET.because(found=", ".join(types)))
    if types == ["text"]:
        return _text_membership_test([str(constant.value) for constant in constants])
    tests = [_comparable_test(operator.eq, constant, path) for constant in constants]

    def is_member(value: Any) -> Outcome:
        outcome: Outcome = False
        for test in tests:
            outcome = test(value)
            if outcome is not False:
                break
        return outcome

    return is_member


def _text_membership_test(members: Sequence[str]) -> Test:
    texts = frozenset(members)
    octets = frozenset(map(_as_octets, members))
    return lambda found: (type(found) is str and found in texts) or (type(found) is bytes and found in octets)


def _comparable_test(holds: Callable[[Any, Any], bool], constant: Constant, path: str) -> Test:
    """Return the test that the value, brought to the type of the constant, stands in a relation to it."""
    value = constant.value
    if isinstance(value, bool):
        return lambda found: type(found) is bool and holds(found, value)
    if isinstance(value, int | float):
        return lambda found: type(found) in (int, float) and holds(found, value)
    if isinstance(value, bytes):
        return lambda found: (octets := _as_octets(found)) is not None and holds(octets, value)
    if constant.kind is Kind.TIMESTAMP:
        return _time_test(holds, value, path)
    as_octets = _as_octets(value)

    def on_text(found: Any) -> Outcome:
        if type(found) is str:
            return holds(found, value)
        return type(found) is bytes and as_octets is not None and holds(found, as_octets)

    return on_text


def _time_test(holds: Callable[[Any, Any], bool], text: str, path: str) -> Test:
    moment = sortable(text)
    if moment is None:
        raise EvaluationError(why.NO_SUCH_DATE.because(found=text))

    def on_time(found: Any) -> Outcome:
        if type(found) is not str:
            return False
        seen = sortable(found)
        if seen is None:
            return why.BAD_DATA_TIMESTAMP.because(path=path, found=shorten(found))
        return holds(seen, moment)

    return on_time


def _expression_test(comparison: Comparison, path: str) -> Test:
    source = str(comparison.constants[0].value)
    for_octets = holds_octets(comparison.path.steps[-1])
    needs_ascii = False
    if comparison.operator is Operator.LIKE:
        finds = read_like(source, for_octets=for_octets)
    else:
        expression = read_expression(source, for_octets=for_octets)
        finds = _nothing if expression is None else _remembering(expression.finds)
        needs_ascii = expression is not None and expression.needs_ascii

    def on_value(found: Any) -> Outcome:
        if type(found) is str:
            if found.isascii():
                return not for_octets and finds(found)
            return not for_octets and _finds_text(finds, found, path, needs_ascii=needs_ascii)
        return type(found) is bytes and for_octets and finds(found)

    return on_value


def _remembering(finds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return a search that remembers what it said of a few short values: they come back often."""
    remembered = lru_cache(maxsize=_REMEMBERED)(finds)
    return lambda value: remembered(value) if len(value) <= _SHORT else finds(value)


def _nothing(_: Any) -> bool:
    return False


def _finds_text(finds: Callable[[Any], bool], found: str, path: str, *, needs_ascii: bool) -> Outcome:
    if needs_ascii:
        return why.UNDECIDED_EXPRESSION.because(path=path)
    try:
        return finds(unicodedata.normalize("NFC", found))
    except UnicodeEncodeError:
        return why.BAD_DATA_OCTETS.because(path=path, form="Unicode")


def _network_test(kind: Operator, text: str, path: str) -> Test:
    constant = read_network(text)
    if constant is None:
        raise EvaluationError(why.NOT_A_NETWORK.because(operator=kind, found=shorten(text)))

    @lru_cache(maxsize=_REMEMBERED)
    def answered(found: str) -> bool | None:
        network = read_network(found)
        return None if network is None else _is_subset(kind, network, constant)

    def on_network(found: Any) -> Outcome:
        if type(found) is not str:
            return False
        outcome = answered(found) if len(found) <= _SHORT else None
        return why.BAD_DATA_ADDRESS.because(path=path, found=shorten(found)) if outcome is None else outcome

    return on_network


def _is_subset(kind: Operator, found: Network, constant: Network) -> bool:
    return found.within(constant) if kind is Operator.ISSUBSET else constant.within(found)


def holds_octets(step: object) -> bool:
    """Whether a property of this name holds octets, written in base64 or hexadecimal (sections 2.1 and 2.8)."""
    return isinstance(step, str) and step.endswith(("_bin", "_hex"))


def _as_octets(value: object) -> bytes | None:
    """Return octets as they are, and text as octets where every character fits one (section 9.2)."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        return None
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return None
