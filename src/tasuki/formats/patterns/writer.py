# SPDX-License-Identifier: MIT
"""Writing a pattern: the one text of a value, which reads back as the same value."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from typing import Final

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
    Qualifier,
    Repeats,
    Step,
    Version,
    Within,
)
from tasuki.formats.patterns.tokens import IDENTIFIER, keywords

_BARE: Final = re.compile(IDENTIFIER)
_BINDING: Final = {Junction.AND: 2, Junction.OR: 1, Junction.FOLLOWEDBY: 0}


def write(pattern: Pattern) -> str:
    """Return the text of a pattern, which reads back as the same pattern in the version that it was read in."""
    if isinstance(pattern, Observation):
        return f"[{write_comparison(pattern.expression)}]"
    if isinstance(pattern, Qualified):
        inner = write(pattern.operand)
        if isinstance(pattern.operand, Joined) or _has(pattern.operand, type(pattern.qualifier)):
            inner = f"({inner})"
        return f"{inner} {write_qualifier(pattern.qualifier)}"
    parts = (
        f"({write(operand)})" if _binds_looser(operand, pattern.junction) else write(operand)
        for operand in pattern.operands
    )
    return f" {pattern.junction} ".join(parts)


def write_comparison(expression: ComparisonExpression) -> str:
    """Return the text of a comparison or of several joined."""
    if isinstance(expression, Compound):
        parts = (
            f"({write_comparison(operand)})"
            if _binds_looser(operand, expression.junction)
            else write_comparison(operand)
            for operand in expression.operands
        )
        return f" {expression.junction} ".join(parts)
    return _write_single(expression)


def write_path(path: Path) -> str:
    """Return the text of an object path; names that are no identifiers or are keywords stand in apostrophes."""
    first, *others = path.steps
    return f"{path.object_type}:{_write_name(first)}{''.join(map(_write_step, others))}"


def write_constant(constant: Constant) -> str:
    """Return the text of a constant."""
    value = constant.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return f"h'{value.hex()}'" if constant.kind is Kind.HEX else f"b'{base64.b64encode(value).decode()}'"
    if isinstance(value, float):
        digits = format(Decimal(repr(value)), "f")
        return digits if "." in digits else f"{digits}.0"
    if isinstance(value, int):
        return str(value)
    return f"t'{value}'" if constant.kind is Kind.TIMESTAMP else _quote(value)


def write_qualifier(qualifier: Qualifier) -> str:
    """Return the text of a qualifier."""
    if isinstance(qualifier, Within):
        return f"WITHIN {qualifier.seconds:f} SECONDS"
    if isinstance(qualifier, Repeats):
        return f"REPEATS {qualifier.times} TIMES"
    return f"START t'{qualifier.start}' STOP t'{qualifier.stop}'"


def _write_single(comparison: Comparison) -> str:
    negation = "NOT " if comparison.negated else ""
    path, operator = write_path(comparison.path), comparison.operator
    if operator is Operator.EXISTS:
        return f"{negation}EXISTS {path}"
    texts = [write_constant(constant) for constant in comparison.constants]
    constants = f"({', '.join(texts)})" if operator is Operator.IN else texts[0]
    return f"{path} {negation}{operator} {constants}"


def _write_step(step: Step) -> str:
    if step is None:
        return "[*]"
    return f"[{step}]" if isinstance(step, int) else f".{_write_name(step)}"


def _write_name(name: Step) -> str:
    text = str(name)
    return text if _BARE.fullmatch(text) and text not in keywords(Version.V21) else _quote(text)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _binds_looser(operand: object, junction: Junction) -> bool:
    return isinstance(operand, Compound | Joined) and _BINDING[operand.junction] < _BINDING[junction]


def _has(operand: Pattern, kind: type[Qualifier]) -> bool:
    """Whether a qualifier of this kind stands directly on an expression, where a second one may not."""
    while isinstance(operand, Qualified):
        if isinstance(operand.qualifier, kind):
            return True
        operand = operand.operand
    return False
