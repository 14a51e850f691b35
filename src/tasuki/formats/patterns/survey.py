# SPDX-License-Identifier: MIT
"""What a pattern looks at: its comparisons, what joins its observations, its qualifiers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Joined,
    Junction,
    Observation,
    Pattern,
    Qualified,
    Qualifier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a pattern looks at.

    Attributes:
        comparisons: in the order of the text.
        junctions: what joins its observations; empty for a single one.
        qualifiers: every qualifier, in the order of the text.
    """

    comparisons: tuple[Comparison, ...]
    junctions: frozenset[Junction]
    qualifiers: tuple[Qualifier, ...]


def survey(pattern: Pattern) -> Survey:
    """Return what a pattern looks at, for those who want to know without walking it."""
    comparisons: list[Comparison] = []
    junctions: set[Junction] = set()
    qualifiers: list[Qualifier] = []
    waiting: list[Pattern | Qualifier] = [pattern]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Observation):
            comparisons += comparisons_of(part.expression)
        elif isinstance(part, Joined):
            junctions.add(part.junction)
            waiting += reversed(part.operands)
        elif isinstance(part, Qualified):
            waiting += (part.qualifier, part.operand)
        else:
            qualifiers.append(part)
    return Survey(comparisons=tuple(comparisons), junctions=frozenset(junctions), qualifiers=tuple(qualifiers))


def comparisons_of(expression: ComparisonExpression) -> Iterator[Comparison]:
    """Yield the comparisons of an observation expression in the order of the text."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Comparison):
            yield part
        else:
            waiting += reversed(part.operands)
