# SPDX-License-Identifier: MIT
"""The normal form of a pattern, its digest, and whether two patterns mean the same.

The laws: AND and OR commute and associate; OR is idempotent, and so is AND between comparisons, but not between
observations, where each is another one; FOLLOWEDBY associates; AND and FOLLOWEDBY distribute over OR; what implies an
alternative is absorbed by it; `[x OR y]` is `[x] OR [y]`; IN is OR; REPEATS n is AND, n times (section 9.5.1). START,
STOP and WITHIN stay where they are: nothing is pushed through them.

The form is an OR of alternatives without OR, sorted. Multiplying out can explode, so its size and the work on it are
bounded. Beyond the bound there is a *plain form* instead, sorted but not multiplied out: equal plain forms mean the
same, and different ones say nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import combinations_with_replacement, product
from math import comb, prod
from typing import Final, TypeAlias

from tasuki.formats.patterns.canonical import canonical
from tasuki.formats.patterns.model import (
    Comparison,
    ComparisonExpression,
    Compound,
    Joined,
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
from tasuki.formats.patterns.moments import sortable
from tasuki.formats.patterns.writer import write, write_comparison, write_qualifier

MAX_ALTERNATIVES: Final = 4_000
"""Alternatives at any point, as long as each is about one observation."""

MAX_PRODUCTS: Final = 500
"""Alternatives of several observations each, when AND, FOLLOWEDBY or REPEATS is multiplied out."""

MAX_WORK: Final = 150_000
"""Comparisons between alternatives, and literals in them."""

MAX_TEXT: Final = 4_000_000
"""Characters written on the way."""


class Likeness(StrEnum):
    """Whether two patterns mean the same, by the laws above."""

    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalForm:
    """The normal form.

    Attributes:
        text: as a pattern; patterns with the same text mean the same.
        is_complete: False where the bound was met and `text` is the plain form.
    """

    text: str
    is_complete: bool


def normal_form(pattern: Pattern, *, exact: bool = False) -> NormalForm:
    """Return the normal form of a pattern.

    Args:
        pattern: a pattern.
        exact: keep apart what an evaluator keeps apart: the spellings of addresses, registry keys and hashes.
    """
    maker = _Maker(exact=exact)
    try:
        alternatives = maker.alternatives(pattern)
    except _TooLargeError:
        return NormalForm(text=write(_plain(pattern, exact=exact)), is_complete=False)
    return NormalForm(text=" OR ".join(sorted(_grouped(item) for item in alternatives)), is_complete=True)


def digest(pattern: Pattern) -> str:
    """Return the lower-case hex SHA-256 by which indicators with the same meaning are found; see `normal_form`."""
    form = normal_form(pattern)
    return sha256(f"{'normal' if form.is_complete else 'plain'} {form.text}".encode(errors="surrogatepass")).hexdigest()


def likeness(one: Pattern, other: Pattern, *, exact: bool = False) -> Likeness:
    """Return whether two patterns mean the same; `unknown` where the bound was met before that was clear."""
    first, second = normal_form(one, exact=exact), normal_form(other, exact=exact)
    if first.is_complete and second.is_complete:
        return Likeness.EQUIVALENT if first.text == second.text else Likeness.DIFFERENT
    plain = [write(_plain(pattern, exact=exact)) for pattern in (one, other)]
    return Likeness.EQUIVALENT if plain[0] == plain[1] else Likeness.UNKNOWN


class _TooLargeError(Exception):
    """The bound was met."""


@dataclass(frozen=True, slots=True)
class _One:
    """One observation that satisfies all of these comparisons, each by its text."""

    literals: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class _All:
    """All of these, each so many times, on different observations."""

    members: tuple[tuple[_Item, int], ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Order:
    """One after another."""

    members: tuple[_Item, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Held:
    """Alternatives under a qualifier."""

    alternatives: tuple[_Item, ...]
    text: str


_Item: TypeAlias = _One | _All | _Order | _Held


class _Maker:
    """Makes the alternatives of one pattern, counting the work."""

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.left = MAX_WORK
        self.room = MAX_TEXT

    def alternatives(self, pattern: Pattern) -> list[_Item]:
        if isinstance(pattern, Observation):
            return [self._one(term) for term in self._terms(pattern.expression)]
        if isinstance(pattern, Qualified):
            return self._qualified(pattern.qualifier, self.alternatives(pattern.operand))
        choices = [self.alternatives(operand) for operand in pattern.operands]
        if pattern.junction is Junction.OR:
            return self._absorbed(item for choice in choices for item in choice)
        self._allow(prod(map(len, choices)), MAX_PRODUCTS)
        join = self._all if pattern.junction is Junction.AND else self._order
        return self._absorbed(join(parts) for parts in product(*choices))

    def _qualified(self, qualifier: Qualifier, choices: list[_Item]) -> list[_Item]:
        if not isinstance(qualifier, Repeats) or qualifier.times < 1:
            inner = self._text(" OR ", sorted(_grouped(item) for item in choices))
            return [_Held(tuple(choices), f"({inner}) {write_qualifier(_canonical_qualifier(qualifier))}")]
        if len(choices) == 1:
            return [self._times(choices[0], qualifier.times)]
        self._allow(qualifier.times, MAX_PRODUCTS)
        self._allow(comb(qualifier.times + len(choices) - 1, qualifier.times), MAX_PRODUCTS)
        return self._absorbed(self._all(parts) for parts in combinations_with_replacement(choices, qualifier.times))

    def _terms(self, expression: ComparisonExpression) -> list[frozenset[str]]:
        """Return the alternatives of an observation expression: sets of comparisons, none within another."""
        if isinstance(expression, Comparison):
            return [frozenset([literal]) for literal in self._literals(expression)]
        choices = [self._terms(operand) for operand in expression.operands]
        if expression.junction is Junction.OR:
            return self._least(term for choice in choices for term in choice)
        self._allow(prod(map(len, choices)))
        return self._least(frozenset().union(*terms) for terms in product(*choices))

    def _literals(self, comparison: Comparison) -> Iterator[str]:
        same = canonical(comparison, exact=self.exact)
        if same.operator is not Operator.IN or same.negated or not same.constants:
            yield write_comparison(same)
            return
        for constant in same.constants:
            yield write_comparison(Comparison(same.path, Operator.EQUAL, (constant,)))

    def _least(self, terms: Iterable[frozenset[str]]) -> list[frozenset[str]]:
        """Return the terms that contain no other. A kept term is found again by one of its comparisons."""
        kept: list[frozenset[str]] = []
        by_literal: dict[str, list[frozenset[str]]] = {}
        for term in sorted(set(self._counted(terms)), key=len):
            rivals = [rival for literal in term for rival in by_literal.get(literal, ())]
            self._spend(len(rivals))
            if not any(rival <= term for rival in rivals):
                kept.append(term)
                by_literal.setdefault(min(term), []).append(term)
        return kept

    def _counted(self, terms: Iterable[frozenset[str]]) -> Iterator[frozenset[str]]:
        for count, term in enumerate(terms, 1):
            self._allow(count)
            self._spend(len(term))
            yield term

    def _absorbed(self, items: Iterable[_Item]) -> list[_Item]:
        """Return the alternatives that imply no other."""
        distinct: dict[str, _Item] = {}
        for item in items:
            self._spend(1)
            distinct[item.text] = item
            self._allow(len(distinct))
        ones = set(self._least(item.literals for item in distinct.values() if isinstance(item, _One)))
        left = [item for item in distinct.values() if not isinstance(item, _One) or item.literals in ones]
        composed = [item for item in left if not isinstance(item, _One)]
        implied: set[str] = set()
        for item in composed:
            others = (other for other in left if other is not item and other.text not in implied)
            if any(self._implies(item, other) for other in others):
                implied.add(item.text)
        return [item for item in left if item.text not in implied]

    def _implies(self, item: _Item, other: _Item) -> bool:
        """Whether whatever satisfies `item` satisfies `other`; not every such pair is seen, but no other one is."""
        self._spend(1)
        if item.text == other.text:
            return True
        if isinstance(other, _One) and isinstance(item, _One):
            return other.literals <= item.literals
        if isinstance(other, _All) and isinstance(item, _All | _Order):
            units = _units(item)
            self._spend(len(units) + len(other.members))
            return self._embeds(other, Counter(units))
        if isinstance(other, _Order) and isinstance(item, _Order):
            remaining = iter(item.members)
            return all(any(self._implies(mine, theirs) for mine in remaining) for theirs in other.members)
        if isinstance(item, _All | _Order):
            self._spend(len(item.members))
            return any(self._implies(unit, other) for unit in dict.fromkeys(_units(item)))
        return False

    def _embeds(self, small: _All, large: Counter[_Item]) -> bool:
        """Whether each member of one AND has its own counterpart among the units of another."""
        missing = []
        for member, count in small.members:
            same = min(count, large[member])
            large[member] -= same
            missing += [member] * min(count - same, len(large) + 1)
        for member in missing:
            stand_in = next((unit for unit, free in large.items() if free and self._implies(unit, member)), None)
            if stand_in is None:
                return False
            large[stand_in] -= 1
        return True

    def _one(self, literals: frozenset[str]) -> _One:
        return _One(literals, f"[{self._text(' AND ', sorted(literals))}]")

    def _all(self, parts: Sequence[_Item]) -> _Item:
        counts: Counter[_Item] = Counter()
        for part in parts:
            counts.update(dict(part.members) if isinstance(part, _All) else [part])
        return self._counted_all(counts)

    def _times(self, item: _Item, times: int) -> _Item:
        members = item.members if isinstance(item, _All) else ((item, 1),)
        return self._counted_all({member: count * times for member, count in members})

    def _counted_all(self, counts: Mapping[_Item, int]) -> _Item:
        members = tuple(sorted(counts.items(), key=lambda member: member[0].text))
        if len(members) == 1 and members[0][1] == 1:
            return members[0][0]
        texts = [
            _grouped(member) if count == 1 else f"{_grouped(member)} REPEATS {count} TIMES" for member, count in members
        ]
        return _All(members, self._text(" AND ", texts))

    def _order(self, parts: Sequence[_Item]) -> _Item:
        members = [inner for part in parts for inner in (part.members if isinstance(part, _Order) else (part,))]
        return _Order(tuple(members), self._text(" FOLLOWEDBY ", [_grouped(member) for member in members]))

    def _text(self, joiner: str, parts: Sequence[str]) -> str:
        """Join texts, if there is room for the whole."""
        self.room -= sum(map(len, parts)) + len(parts) * len(joiner)
        if self.room < 0:
            raise _TooLargeError
        return joiner.join(parts)

    def _spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise _TooLargeError

    def _allow(self, count: int, limit: int = MAX_ALTERNATIVES) -> None:
        if count > limit:
            raise _TooLargeError


def _units(item: _Item) -> list[_Item]:
    """Return what an AND or FOLLOWEDBY asks for, each on its own observations, without its order."""
    if isinstance(item, _All):
        return [member for member, count in item.members for _ in range(min(count, MAX_ALTERNATIVES))]
    if isinstance(item, _Order):
        return [unit for member in item.members for unit in (_units(member) if isinstance(member, _All) else [member])]
    return [item]


def _grouped(item: _Item) -> str:
    return item.text if isinstance(item, _One) else f"({item.text})"


def _canonical_qualifier(qualifier: Qualifier) -> Qualifier:
    if isinstance(qualifier, Within):
        return Within(qualifier.seconds.normalize())
    if isinstance(qualifier, StartStop):
        moments = [sortable(text) for text in (qualifier.start, qualifier.stop)]
        if moments[0] is not None and moments[1] is not None:
            return StartStop(f"{moments[0]}Z", f"{moments[1]}Z")
    return qualifier


def _plain(pattern: Pattern, *, exact: bool) -> Pattern:
    """Return a pattern with operands sorted, and those of OR and of comparisons once each."""
    if isinstance(pattern, Observation):
        return Observation(_plain_comparison(pattern.expression, exact=exact))
    if isinstance(pattern, Qualified):
        return Qualified(_plain(pattern.operand, exact=exact), _canonical_qualifier(pattern.qualifier))
    operands = [_plain(operand, exact=exact) for operand in pattern.operands]
    if pattern.junction is Junction.FOLLOWEDBY:
        return Joined(pattern.junction, tuple(operands))
    if pattern.junction is Junction.OR:
        operands = list({write(operand): operand for operand in operands}.values())
    operands.sort(key=write)
    return operands[0] if len(operands) == 1 else Joined(pattern.junction, tuple(operands))


def _plain_comparison(expression: ComparisonExpression, *, exact: bool) -> ComparisonExpression:
    if isinstance(expression, Comparison):
        return canonical(expression, exact=exact)
    operands = [_plain_comparison(operand, exact=exact) for operand in expression.operands]
    distinct = dict(sorted({write_comparison(operand): operand for operand in operands}.items()))
    return (
        next(iter(distinct.values())) if len(distinct) == 1 else Compound(expression.junction, tuple(distinct.values()))
    )
