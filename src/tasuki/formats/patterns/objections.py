# SPDX-License-Identifier: MIT
"""What the standard forbids in a pattern although the reference grammar lets it pass.

Such a pattern is well-formed and matches nothing (section 9.4), so whoever writes one wants to know.
"""

from __future__ import annotations

from collections.abc import Iterator

from tasuki.base.limits import MAX_SAFE_INTEGER
from tasuki.base.reasons import Reason
from tasuki.formats.patterns import reasons as why
from tasuki.formats.patterns.comparing import test_of
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Junction,
    Observation,
    Operator,
    Pattern,
    Qualified,
    Qualifier,
    Repeats,
    StartStop,
    Within,
)
from tasuki.formats.patterns.moments import instant


def objections(pattern: Pattern) -> tuple[Reason, ...]:
    """Return what the standard forbids in a pattern that `parse` accepted; empty for a pattern with nothing wrong.

    Source: STIX 2.1 sections 2.10, 2.16, 9.5, 9.5.1, 9.6.1 and 9.7.2.
    """
    return tuple(_of_observations(pattern))


def _of_observations(pattern: Pattern) -> Iterator[Reason]:
    if isinstance(pattern, Observation):
        yield from _of_comparisons(pattern.expression)
        if not _types(pattern.expression):
            yield why.NEVER_ALL.because(found=", ".join(sorted(_all_types(pattern.expression))))
    elif isinstance(pattern, Qualified):
        yield from _of_observations(pattern.operand)
        yield from _of_qualifier(pattern.qualifier)
    else:
        for operand in pattern.operands:
            yield from _of_observations(operand)


def _of_comparisons(expression: ComparisonExpression) -> Iterator[Reason]:
    if isinstance(expression, Comparison):
        yield from _of_comparison(expression)
    else:
        for operand in expression.operands:
            yield from _of_comparisons(operand)


def _of_comparison(comparison: Comparison) -> Iterator[Reason]:
    for step in comparison.path.steps:
        if isinstance(step, int) and step < 0:
            yield why.NEGATIVE_INDEX.because(found=step)
    for constant in comparison.constants:
        if type(constant.value) is int and abs(constant.value) > MAX_SAFE_INTEGER:
            yield why.UNSAFE_INTEGER.because(found=str(constant.value)[:40])
    if comparison.operator in (Operator.EXISTS, Operator.MATCHES, Operator.LIKE):
        return
    try:
        test_of(comparison)
    except EvaluationError as error:
        yield error.reason


def _of_qualifier(qualifier: Qualifier) -> Iterator[Reason]:
    if isinstance(qualifier, Within) and qualifier.seconds <= 0:
        yield why.BAD_WINDOW.because(found=f"{qualifier.seconds:f}")
    elif isinstance(qualifier, Repeats) and qualifier.times < 1:
        yield why.BAD_REPETITION.because(found=qualifier.times)
    elif isinstance(qualifier, StartStop):
        start, stop = instant(qualifier.start), instant(qualifier.stop)
        for text, moment in ((qualifier.start, start), (qualifier.stop, stop)):
            if moment is None:
                yield why.NO_SUCH_DATE.because(found=text)
        if start is not None and stop is not None and start >= stop:
            yield why.EMPTY_PERIOD.because(start=qualifier.start, stop=qualifier.stop)


def _types(expression: ComparisonExpression) -> set[str]:
    """Return the object types of which one object can satisfy an expression."""
    if isinstance(expression, Comparison):
        return {expression.path.object_type}
    sets = [_types(operand) for operand in expression.operands]
    return set.intersection(*sets) if expression.junction is Junction.AND else set.union(*sets)


def _all_types(expression: ComparisonExpression) -> set[str]:
    if isinstance(expression, Comparison):
        return {expression.path.object_type}
    return set().union(*map(_all_types, expression.operands))
