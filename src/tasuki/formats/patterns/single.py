# SPDX-License-Identifier: MIT
"""Observation expressions compiled: whether one observation satisfies what stands between square brackets.

All comparisons of an observation expression start from the same object (section 9.5). So an expression is compiled once
per object type it names, with the comparisons of other types False, and then asked about one object after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tasuki.base.reasons import Reason
from tasuki.formats.patterns.comparing import Outcome, Test, equal_texts, test_of
from tasuki.formats.patterns.model import Comparison, ComparisonExpression, Junction, Operator, Path, Step
from tasuki.formats.patterns.observed import Observed
from tasuki.formats.patterns.values import Objects, Walk, is_special

Single: TypeAlias = Callable[[Observed], Outcome]
"""Whether an observation satisfies an observation expression."""

_Check: TypeAlias = Callable[[Mapping[str, Any], Objects], Outcome]
"""Whether an object does, given the objects that its references may lead to."""

_MISSING: Final = object()
_NO_ADDRESSES: Final = frozenset(
    {
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    }
)
"""Objects of the standard that are no addresses (section 6): what they hold is of another type, no broken address."""


def compile_single(expression: ComparisonExpression) -> Single:
    """Return the question whether an observation satisfies an expression.

    Raises:
        EvaluationError: a constant is one the standard forbids, or no linear-time expression.
    """
    checks = list(_checks_of(expression).items())
    return _over_one_type(*checks[0]) if len(checks) == 1 else _over_types(checks)


def _over_one_type(object_type: str, check: _Check) -> Single:
    def holds(observed: Observed) -> Outcome:
        outcome: Outcome = False
        for root in observed.by_type.get(object_type, ()):
            found = check(root, observed.objects)
            if found is True:
                return True
            if found is not False:
                outcome = found
        return outcome

    return holds


def _over_types(checks: Sequence[tuple[str, _Check]]) -> Single:
    parts = [_over_one_type(object_type, check) for object_type, check in checks]

    def holds(observed: Observed) -> Outcome:
        outcome: Outcome = False
        for part in parts:
            found = part(observed)
            if found is True:
                return True
            if found is not False:
                outcome = found
        return outcome

    return holds


def _checks_of(expression: ComparisonExpression) -> dict[str, _Check]:
    """Return, for every object type of which an object can satisfy an expression, the check of such an object."""
    if isinstance(expression, Comparison):
        return {expression.path.object_type: _check_of(expression)}
    if expression.junction is Junction.AND:
        parts = [_checks_of(operand) for operand in expression.operands]
        common = [object_type for object_type in parts[0] if all(object_type in part for part in parts)]
        return {object_type: _all_of([part[object_type] for part in parts]) for object_type in common}
    by_type: dict[str, list[_Check]] = {}
    for operand in _with_merged_texts(expression.operands):
        for object_type, check in _checks_of(operand).items():
            by_type.setdefault(object_type, []).append(check)
    return {object_type: _any_of(checks) for object_type, checks in by_type.items()}


def _with_merged_texts(operands: Sequence[ComparisonExpression]) -> list[ComparisonExpression]:
    """Write the equalities of one path with strings as one IN: a thousand of them then cost what one does."""
    merged: dict[Path, list[Comparison]] = {}
    others: list[ComparisonExpression] = []
    for operand in operands:
        if isinstance(operand, Comparison) and equal_texts(operand) is not None:
            merged.setdefault(operand.path, []).append(operand)
        else:
            others.append(operand)
    for path, comparisons in merged.items():
        constants = tuple(constant for comparison in comparisons for constant in comparison.constants)
        others.append(Comparison(path, Operator.IN, constants))
    return others


def _all_of(checks: Sequence[_Check]) -> _Check:
    def holds(root: Mapping[str, Any], objects: Objects) -> Outcome:
        outcome: Outcome = True
        for check in checks:
            found = check(root, objects)
            if found is False:
                return False
            if found is not True:
                outcome = found
        return outcome

    return holds


def _any_of(checks: Sequence[_Check]) -> _Check:
    def holds(root: Mapping[str, Any], objects: Objects) -> Outcome:
        outcome: Outcome = False
        for check in checks:
            found = check(root, objects)
            if found is True:
                return True
            if found is not False:
                outcome = found
        return outcome

    return checks[0] if len(checks) == 1 else holds


def _check_of(comparison: Comparison) -> _Check:
    steps = comparison.path.steps
    if comparison.operator is Operator.EXISTS:
        return _existence(comparison)
    test = test_of(comparison)
    first, last = steps[0], steps[-1]
    if comparison.operator in (Operator.ISSUBSET, Operator.ISSUPERSET):
        return _of_addresses(comparison, test)
    if type(first) is str and type(last) is str and not is_special(last):
        if len(steps) == 1:
            return _own_property(last, test, equal_texts(comparison))
        if len(steps) == 2 and first.endswith("_ref"):  # noqa: PLR2004 `src_ref.value`
            return _property_of_referred(comparison, first, last, test)
        if len(steps) == 2 and not is_special(first):  # noqa: PLR2004 `hashes.MD5`
            return _property_of_own(first, last, test)
    return _anywhere(Walk(comparison.path, steps), test)


def _own_property(name: str, test: Test, texts: Sequence[str] | None) -> _Check:
    if texts is not None and len(texts) == 1:
        text = texts[0]
        return lambda root, _: root.get(name) == text

    def holds(root: Mapping[str, Any], _: Objects) -> Outcome:
        value = root.get(name, _MISSING)
        return False if value is _MISSING else test(value)

    return holds


def _property_of_own(outer: str, inner: str, test: Test) -> _Check:
    def holds(root: Mapping[str, Any], _: Objects) -> Outcome:
        holder = root.get(outer)
        value = holder.get(inner, _MISSING) if isinstance(holder, Mapping) else _MISSING
        return False if value is _MISSING else test(value)

    return holds


def _property_of_referred(comparison: Comparison, reference: str, name: str, test: Test) -> _Check:
    walk = Walk(comparison.path, comparison.path.steps)

    def holds(root: Mapping[str, Any], objects: Objects) -> Outcome:
        target = root.get(reference, _MISSING)
        if type(target) is not str:
            return False if target is _MISSING else _tested(walk, test, root, objects)
        value = objects.get(target, {}).get(name, _MISSING)
        return False if value is _MISSING else test(value)

    return holds


def _anywhere(walk: Walk, test: Test) -> _Check:
    return lambda root, objects: _tested(walk, test, root, objects)


def _tested(walk: Walk, test: Test, root: Mapping[str, Any], objects: Objects) -> Outcome:
    """Test every value a path leads to; one that passes is enough (section 9.7.2)."""
    values, trouble = walk.values(root, objects)
    outcome: Outcome = False if trouble is None else trouble
    for value in values:
        found = test(value)
        if found is True:
            return True
        if found is not False:
            outcome = found
    return outcome


def _of_addresses(comparison: Comparison, test: Test) -> _Check:
    """Return the check of networks, where a domain name that a reference leads to as well is just no address."""
    *before, last = comparison.path.steps
    to_holders, to_value = Walk(comparison.path, before), Walk(comparison.path, (last,))

    def judged(holder: Any, objects: Objects) -> Outcome:
        is_object = last == "value" and isinstance(holder, Mapping)
        if is_object and "value" not in holder:
            return False
        found = test(holder["value"]) if is_object else _tested(to_value, test, holder, objects)
        is_other = isinstance(found, Reason) and isinstance(holder, Mapping) and holder.get("type") in _NO_ADDRESSES
        return comparison.negated if is_other else found

    def holds(root: Mapping[str, Any], objects: Objects) -> Outcome:
        holders, trouble = to_holders.values(root, objects) if before else ((root,), None)
        outcome: Outcome = False if trouble is None else trouble
        for holder in holders:
            found = judged(holder, objects)
            if found is True:
                return True
            if found is not False:
                outcome = found
        return outcome

    return holds


def _existence(comparison: Comparison) -> _Check:
    """Return whether the property at the end of a path is there, whatever it holds (section 9.6.1)."""
    *before, last = comparison.path.steps
    walk = Walk(comparison.path, before)

    def holds(root: Mapping[str, Any], objects: Objects) -> Outcome:
        holders, trouble = walk.values(root, objects)
        if any(_has(holder, last) for holder in holders):
            return not comparison.negated
        return comparison.negated if trouble is None else trouble

    return holds


def _has(holder: Any, step: Step) -> bool:
    if isinstance(step, str):
        return isinstance(holder, Mapping) and step in holder
    if not isinstance(holder, list):
        return False
    return bool(holder) if step is None else 0 <= step < len(holder)
