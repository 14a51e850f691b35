# SPDX-License-Identifier: MIT
"""Holding a pattern against evidence.

A pattern is compiled once: its observation expressions into questions about one observation, the rest into a plan of
how their answers must come together.

No verdict is lost to bad data: what is certain counts. A match stands whatever else could not be read, since more
evidence never undoes a match; no match is said only where the doubtful parts would not make one; else the answer is a
data error with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING
from enum import StrEnum
from typing import Final, TypeAlias

from tasuki.base.reasons import Reason
from tasuki.formats.patterns import reasons as why
from tasuki.formats.patterns.binding import (
    FOREVER,
    MAX_STEPS,
    NANOSECOND,
    Apart,
    Either,
    InOrder,
    Node,
    Repeated,
    Slot,
    TooComplexError,
    Windowed,
    can_bind,
)
from tasuki.formats.patterns.comparing import Outcome
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.model import (
    ComparisonExpression,
    Compound,
    Junction,
    Observation,
    Operator,
    Pattern,
    Qualified,
    Qualifier,
    Repeats,
    Within,
)
from tasuki.formats.patterns.moments import instant
from tasuki.formats.patterns.observed import Evidence, Observed
from tasuki.formats.patterns.regular import MAX_EXPRESSIONS
from tasuki.formats.patterns.single import Single, compile_single
from tasuki.formats.patterns.survey import survey

_SECOND: Final = 1_000_000_000 * NANOSECOND


class Verdict(StrEnum):
    """What holding a pattern against evidence comes to."""

    MATCH = "match"
    NO_MATCH = "no-match"
    DATA_ERROR = "data-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A verdict; a data error has its reason."""

    verdict: Verdict
    reason: Reason | None = None


_MATCH: Final = Answer(verdict=Verdict.MATCH)
_NO_MATCH: Final = Answer(verdict=Verdict.NO_MATCH)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An observation expression, by its place among those of the matcher."""

    which: int


@dataclass(frozen=True, slots=True)
class _Join:
    junction: Junction
    parts: tuple[_Plan, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    width: int
    part: _Plan


@dataclass(frozen=True, slots=True)
class _Times:
    times: int
    part: _Plan


@dataclass(frozen=True, slots=True)
class _Period:
    """Only what lies from `low` to `high`, both included, in ticks."""

    low: int
    high: int
    part: _Plan


_Plan: TypeAlias = _Leaf | _Join | _Window | _Times | _Period


class Matcher:
    """A pattern made ready to be held against evidence, any number of times."""

    __slots__ = ("_leaves", "_places", "_plan", "is_single")

    def __init__(self, pattern: Pattern) -> None:
        """Compile a pattern.

        Raises:
            EvaluationError: a constant is one the standard forbids, or no linear-time expression; it matches nothing.
        """
        _refuse_many_expressions(pattern)
        self._leaves: list[Single] = []
        self._places: dict[ComparisonExpression, int] = {}
        self._plan = self._compile(pattern)
        self.is_single: Final = isinstance(self._plan, _Leaf)
        """Whether the pattern looks at one observation at a time: no qualifiers, only OR between observations."""

    def match(self, evidence: Evidence) -> Answer:
        """Return whether the evidence as a whole matches.

        Source: STIX 2.1 sections 9.4 and 9.5; `number_observed` and the window of an observation as in section 4.14.
        """
        doubt = evidence.problems[0] if evidence.problems else None
        if isinstance(self._plan, _Leaf):
            outcome = self._any(evidence.observations)
            if outcome is True:
                return _MATCH
            doubt = outcome if isinstance(outcome, Reason) else doubt
            return _NO_MATCH if doubt is None else Answer(verdict=Verdict.DATA_ERROR, reason=doubt)
        try:
            return self._match_together(self._plan, evidence.observations, doubt)
        except TooComplexError:
            return Answer(verdict=Verdict.DATA_ERROR, reason=why.TOO_COMPLEX.because(limit=MAX_STEPS))

    def each(self, observations: Sequence[Observed]) -> Iterator[Outcome]:
        """Yield for every observation by itself whether it satisfies a single-observation pattern.

        Raises:
            ValueError: the pattern is not single.
        """
        if not self.is_single:
            message = "only a pattern of one observation can be asked about each"
            raise ValueError(message)
        yield from map(self._leaves[0], observations)

    def _any(self, observations: Sequence[Observed]) -> Outcome:
        leaf = self._leaves[0]
        outcome: Outcome = False
        for observed in observations:
            found = leaf(observed)
            if found is True:
                return True
            if found is not False:
                outcome = found
        return outcome

    def _match_together(self, plan: _Plan, observations: Sequence[Observed], doubt: Reason | None) -> Answer:
        sure: list[list[int]] = []
        thinkable: list[list[int]] = []
        for leaf in self._leaves:
            outcomes = [leaf(observed) for observed in observations]
            sure.append([which for which, outcome in enumerate(outcomes) if outcome is True])
            thinkable.append([which for which, outcome in enumerate(outcomes) if outcome is not False])
            doubt = doubt or next((outcome for outcome in outcomes if isinstance(outcome, Reason)), None)
        if _can_bind(plan, sure, observations):
            return _MATCH
        if doubt is None or (thinkable != sure and not _can_bind(plan, thinkable, observations)):
            return _NO_MATCH
        return Answer(verdict=Verdict.DATA_ERROR, reason=doubt)

    def _compile(self, pattern: Pattern) -> _Plan:
        if isinstance(pattern, Observation):
            return self._leaf(pattern.expression)
        if isinstance(pattern, Qualified):
            return self._qualify(pattern.qualifier, self._compile(pattern.operand))
        operands = _merged(pattern.operands) if pattern.junction is Junction.OR else pattern.operands
        parts = tuple(self._compile(operand) for operand in operands)
        return parts[0] if len(parts) == 1 else _Join(pattern.junction, parts)

    def _leaf(self, expression: ComparisonExpression) -> _Leaf:
        """Compile an expression, once however often the pattern has it."""
        which = self._places.setdefault(expression, len(self._leaves))
        if which == len(self._leaves):
            self._leaves.append(compile_single(expression))
        return _Leaf(which)

    def _qualify(self, qualifier: Qualifier, part: _Plan) -> _Plan:
        if isinstance(qualifier, Within):
            if qualifier.seconds <= 0:
                raise EvaluationError(why.BAD_WINDOW.because(found=f"{qualifier.seconds:f}"))
            width = int((qualifier.seconds * _SECOND).to_integral_value(ROUND_CEILING))
            return part if isinstance(part, _Leaf) else _Window(width, part)
        if isinstance(qualifier, Repeats):
            if qualifier.times < 1:
                raise EvaluationError(why.BAD_REPETITION.because(found=qualifier.times))
            return part if qualifier.times == 1 else _Times(qualifier.times, part)
        return _Period(_moment(qualifier.start) * NANOSECOND, _moment(qualifier.stop) * NANOSECOND - 1, part)


def _refuse_many_expressions(pattern: Pattern) -> None:
    count = sum(
        each.operator is Operator.MATCHES or (each.operator is Operator.LIKE and "_" in str(each.constants[0].value))
        for each in survey(pattern).comparisons
    )
    if count > MAX_EXPRESSIONS:
        raise EvaluationError(why.MANY_EXPRESSIONS.because(limit=MAX_EXPRESSIONS, count=count))


def _merged(operands: Sequence[Pattern]) -> Sequence[Pattern]:
    """Write plain observation expressions joined by OR as one: either way some observation satisfies any of them."""
    plain = [operand.expression for operand in operands if isinstance(operand, Observation)]
    others = [operand for operand in operands if not isinstance(operand, Observation)]
    if len(plain) < 2:  # noqa: PLR2004 nothing to merge
        return operands
    flat: list[ComparisonExpression] = []
    for expression in plain:
        is_or = isinstance(expression, Compound) and expression.junction is Junction.OR
        flat += expression.operands if isinstance(expression, Compound) and is_or else [expression]
    return [Observation(Compound(Junction.OR, tuple(flat))), *others]


def _moment(text: str) -> int:
    moment = instant(text)
    if moment is None:
        raise EvaluationError(why.NO_SUCH_DATE.because(found=text))
    return moment


def _can_bind(plan: _Plan, found: Sequence[Sequence[int]], observations: Sequence[Observed]) -> bool:
    node = _Arrangement(found, observations).node(plan, -FOREVER, FOREVER)
    if node is None or isinstance(node, Slot):
        return node is not None
    return can_bind(node, [observed.number for observed in observations])


@dataclass(frozen=True, slots=True)
class _Arrangement:
    """What was found, as slots between the ticks that START and STOP leave; None is what cannot be had."""

    found: Sequence[Sequence[int]]
    observations: Sequence[Observed]
    slots: dict[tuple[int, int, int], Slot | None] = field(default_factory=dict)

    def node(self, plan: _Plan, low: int, high: int) -> Node | None:
        """Return the tree to bind for a plan."""
        if isinstance(plan, _Leaf):
            key = (plan.which, low, high)
            if key not in self.slots:
                self.slots[key] = self._slot(*key)
            return self.slots[key]
        if isinstance(plan, _Period):
            return self.node(plan.part, max(low, plan.low), min(high, plan.high))
        if isinstance(plan, _Join):
            return self._joined(plan, low, high)
        part = self.node(plan.part, low, high)
        if part is None or isinstance(plan, _Window):
            is_alone = isinstance(part, Slot) and part.demand == 1
            return part if part is None or is_alone or not isinstance(plan, _Window) else Windowed(plan.width, part)
        if isinstance(part, Slot):
            return self._enough(part.times(plan.times))
        return Repeated(plan.times, part)

    def _slot(self, which: int, low: int, high: int) -> Slot | None:
        entries = []
        for index in self.found[which]:
            observed = self.observations[index]
            first, last = max(observed.first * NANOSECOND, low), min(observed.last * NANOSECOND, high)
            if first <= last:
                entries.append((index, first, last))
        return Slot(entries) if entries else None

    def _joined(self, plan: _Join, low: int, high: int) -> Node | None:
        parts = [self.node(part, low, high) for part in plan.parts]
        there = [part for part in parts if part is not None]
        if plan.junction is Junction.OR:
            return _either(there)
        if len(there) < len(parts):
            return None
        return Apart(there) if plan.junction is Junction.AND else InOrder(there)

    def _enough(self, slot: Slot) -> Slot | None:
        """Return a slot, or None where there are not enough observations for it."""
        there = {index for index, _, _ in slot.entries}
        return slot if sum(self.observations[index].number for index in there) >= slot.demand else None


def _either(parts: Sequence[Node]) -> Node | None:
    """Join alternatives; slots for one observation become one slot, which takes what any of them would."""
    slots = [part for part in parts if isinstance(part, Slot) and part.demand == 1]
    others = [part for part in parts if not (isinstance(part, Slot) and part.demand == 1)]
    merged = [Slot([entry for slot in slots for entry in slot.entries])] if slots else []
    nodes = [*merged, *others]
    return nodes[0] if len(nodes) == 1 else Either(nodes) if nodes else None
