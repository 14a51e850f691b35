# SPDX-License-Identifier: MIT
"""Binding observations to the expressions of a pattern: each to another one, in the order and the windows it asks for.

The question
    A tree of slots. A slot wants so many observations out of its entries; AND wants all its parts on different
    observations, FOLLOWEDBY too and no part before the one it follows, WITHIN all times in a window, OR one part.
    An observation with `number_observed` n can be taken n times. It happened once, at a time nobody knows within its
    own window: a binding counts when some choice of times, one per taking, satisfies everything at once.

How it is answered
    1. OR is multiplied out, REPEATS written as that many ANDs (section 9.5.1 defines it so): few alternatives.
    2. *Earliest end*: leaving out that observations must differ, the earliest time at which a part can be complete,
       if nothing in it is before `low`, follows from that of its parts. For a slot it is the n-th smallest of
       max(first, low) over entries with last >= low; for AND the largest; for FOLLOWEDBY each part starts from the
       end of the one before; for WITHIN a window that ends at e must begin after e - width, so `low` is raised to
       that until nothing moves (the least fixed point, since all of these grow with `low`). No end, no match: this
       alone answers most questions, in time linear in the entries but for logarithms.
    3. *Cuts*: give every FOLLOWEDBY a moment that parts it in two, every WITHIN the moment at which it ends. Then each
       slot has an interval of its own, the slots no longer speak of each other's times, and what is left is who takes
       which observation: a flow from slots to observations, polynomial and exact.
    4. Which moments? For a given binding take the least solution of its constraints. In it every cut and every end is
       the effective start max(first, low) of some entry, where `low` comes from cuts and ends decided before it: outer
       before inner, left before right. (A lower bound a window passes on to a neighbour is passed on already by what
       encloses both, because windows and FOLLOWEDBY nest.) So these values suffice; they are tried in ascending order,
       and a branch is left as soon as the flow says that the slots cannot all be filled.
    5. Where all observations are instants and no AND stands above, the smallest cut is enough: another solution with a
       later cut keeps what follows, which lies after that later cut, and takes the earlier filling for what precedes.

    4 can still be long for an adversary (three slots repeated ask for a three-dimensional matching). Work is counted;
    beyond `MAX_STEPS` the answer is that there is none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product
from math import comb, prod
from typing import Final, TypeAlias

from tasuki.formats.patterns.flow import Flow

NANOSECOND: Final = 1 << 10
"""Ticks in a nanosecond; one tick is the distance of a bound that excludes its own value."""

MAX_STEPS: Final = 1_000_000
"""Entries looked at before giving up: about half a second."""

MAX_ALTERNATIVES: Final = 1_000
MAX_SLOTS: Final = 1_000

FOREVER: Final = 1 << 200
"""Later than every time; its negative is before."""

Entry: TypeAlias = tuple[int, int, int]
"""(observation, first, last): an observation that a slot may take, between these ticks."""


class TooComplexError(Exception):
    """The question was not answered within `MAX_STEPS`."""


class Slot:
    """Wants `demand` observations out of its entries, which are sorted by `first`."""

    __slots__ = ("are_instants", "demand", "entries", "starts")

    def __init__(self, entries: Sequence[Entry], demand: int = 1) -> None:
        """Sort the entries."""
        self.entries = sorted(entries, key=lambda entry: entry[1])
        self.starts = [first for _, first, _ in self.entries]
        self.are_instants = all(first == last for _, first, last in self.entries)
        self.demand = demand

    def times(self, wanted: int) -> Slot:
        """Return a slot that wants that many times as much."""
        return Slot(self.entries, self.demand * wanted)

    def between(self, low: int, high: int) -> Sequence[Entry]:
        """Return the entries that can lie between two ticks, both included; for windows some that cannot."""
        start = bisect_left(self.starts, low) if self.are_instants else 0
        return self.entries[start : bisect_right(self.starts, high)]


class Apart:
    """AND: all parts, on different observations."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Node]) -> None:
        """Join parts."""
        self.parts = tuple(parts)


class InOrder:
    """FOLLOWEDBY: all parts, on different observations, none earlier than any part before it."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Node]) -> None:
        """Join parts."""
        self.parts = tuple(parts)


class Either:
    """OR: one of the parts."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Node]) -> None:
        """Join parts."""
        self.parts = tuple(parts)


class Windowed:
    """WITHIN: the latest time less than `width` ticks after the earliest."""

    __slots__ = ("part", "width")

    def __init__(self, width: int, part: Node) -> None:
        """Put a window over a part."""
        self.width = width
        self.part = part


class Repeated:
    """REPEATS: the part so many times, each on other observations."""

    __slots__ = ("part", "times")

    def __init__(self, times: int, part: Node) -> None:
        """Repeat a part."""
        self.times = times
        self.part = part


Node: TypeAlias = Slot | Apart | InOrder | Either | Windowed | Repeated


def can_bind(node: Node, capacities: Sequence[int]) -> bool:
    """Whether observations can be bound; `capacities` says how often each can be taken.

    Raises:
        TooComplexError: not answered within the limits.
    """
    work = _Work(capacities)
    if work.earliest_end(node, -FOREVER) is None:
        return False
    return any(_Binding(alternative, work).exists() for alternative in _alternatives(node, sum(capacities)))


class _Work:
    """How often each observation can be taken, what has been spent, and the cuts and ends of an earliest solution.

    `moments` has them by the id of their node and the position of the part before a cut (0 for a window).
    """

    __slots__ = ("capacities", "left", "moments")

    def __init__(self, capacities: Sequence[int]) -> None:
        self.capacities = capacities
        self.left = MAX_STEPS
        self.moments: dict[tuple[int, int], int] = {}

    def spend(self, steps: int) -> None:
        """Count steps; raise TooComplexError when none are left."""
        self.left -= steps + 1
        if self.left < 0:
            raise TooComplexError

    def earliest_end(self, node: Node, low: int) -> int | None:
        """Return when a node can be complete at the earliest, with nothing before `low`; None if never.

        That observations must differ is left out, but within a slot.
        """
        if isinstance(node, Slot):
            return self._end_of_slot(node, low)
        if isinstance(node, Windowed):
            return self._end_of_window(node, low)
        if isinstance(node, Repeated):
            return self.earliest_end(node.part, low)
        ends: list[int] = []
        for position, part in enumerate(node.parts):
            end = self.earliest_end(part, low)
            if end is not None:
                ends.append(end)
                if isinstance(node, InOrder):
                    low = self.moments[id(node), position] = end
            elif not isinstance(node, Either):
                return None
        if not ends:
            return None
        return min(ends) if isinstance(node, Either) else max(ends)

    def _end_of_slot(self, slot: Slot, low: int) -> int | None:
        entries = slot.between(low, FOREVER)
        if not slot.are_instants:
            entries = sorted(
                ((each, max(first, low), last) for each, first, last in entries if last >= low),
                key=lambda entry: entry[1],
            )
        missing = slot.demand
        for position, (observation, time, _) in enumerate(entries):
            missing -= self.capacities[observation]
            if missing <= 0:
                self.spend(position if slot.are_instants else len(slot.entries))
                return time
        self.spend(len(slot.entries))
        return None

    def _end_of_window(self, node: Windowed, low: int) -> int | None:
        while True:
            end = self.earliest_end(node.part, low)
            if end is None:
                return None
            raised = end - node.width + 1
            if raised <= low:
                self.moments[id(node), 0] = end
                return end
            low = raised


def _alternatives(node: Node, available: int) -> Sequence[Node]:
    """Return the trees without OR and REPEATS of which any one suffices; `available` observations are there at most."""
    if isinstance(node, Slot):
        return [node] if node.demand <= available else []
    if isinstance(node, Windowed):
        return [Windowed(node.width, part) for part in _alternatives(node.part, available)]
    if isinstance(node, Either):
        return [alternative for part in node.parts for alternative in _alternatives(part, available)]
    if isinstance(node, Repeated):
        return _repetitions(node, available)
    choices = [_alternatives(part, available) for part in node.parts]
    if prod(map(len, choices)) > MAX_ALTERNATIVES:
        raise TooComplexError
    join = Apart if isinstance(node, Apart) else InOrder
    return [join(parts) for parts in product(*choices)]


def _repetitions(node: Repeated, available: int) -> Sequence[Node]:
    """Write a repetition out; more of it than there are observations cannot be had."""
    if node.times > available:
        return []
    choices = _alternatives(node.part, available)
    if len(choices) == 1:
        return [_repeat(choices[0], node.times)]
    if node.times > MAX_SLOTS or comb(node.times + len(choices) - 1, node.times) > MAX_ALTERNATIVES:
        raise TooComplexError
    return [Apart(parts) for parts in combinations_with_replacement(choices, node.times)]


def _repeat(node: Node, times: int) -> Node:
    if isinstance(node, Slot):
        return node.times(times)
    if isinstance(node, Apart):
        return Apart([_repeat(part, times) for part in node.parts])
    if times > MAX_SLOTS:
        raise TooComplexError
    return Apart([node] * times)


class _Moment:
    """A cut, or the end of a window, to be decided.

    Attributes:
        before: slots that end with it: those of the part a cut closes, or all in a window.
        after: slots that a cut holds back until it; empty for a window.
        width: ticks of a window; 0 for a cut.
        guess: its value in the earliest solution.
        is_free: whether the smallest value with which everything up to it fits is enough (point 5 above).
    """

    __slots__ = ("after", "before", "guess", "is_free", "width")

    def __init__(self, before: range, after: range, width: int, guess: int) -> None:
        self.before = before
        self.after = after
        self.width = width
        self.guess = guess
        self.is_free = False


class _Bounds:
    """Between which ticks each slot may take."""

    __slots__ = ("high", "low")

    def __init__(self, low: Sequence[int], high: Sequence[int]) -> None:
        self.low = list(low)
        self.high = list(high)

    def with_moment(self, moment: _Moment, value: int) -> _Bounds:
        bounds = _Bounds(self.low, self.high)
        for slot in moment.before:
            bounds.high[slot] = min(bounds.high[slot], value)
            if moment.width:
                bounds.low[slot] = max(bounds.low[slot], value - moment.width + 1)
        for slot in moment.after:
            bounds.low[slot] = max(bounds.low[slot], value)
        return bounds


class _Binding:
    """One tree without OR and REPEATS, laid out as slots and moments."""

    def __init__(self, node: Node, work: _Work) -> None:
        self.work = work
        self.slots: list[Slot] = []
        self.moments: list[_Moment] = []
        self.is_possible = work.earliest_end(node, -FOREVER) is not None
        if self.is_possible:
            self._lay_out(node, is_free=True)

    def exists(self) -> bool:
        """Whether the tree can be bound."""
        if not self.is_possible:
            return False
        everything = range(len(self.slots))
        bounds = _Bounds([-FOREVER] * len(self.slots), [FOREVER] * len(self.slots))
        if not self._fits(everything, bounds):
            return False
        guessed = bounds
        for moment in self.moments:
            guessed = guessed.with_moment(moment, moment.guess)
        return self._fits(everything, guessed) or self._search(bounds)

    def _lay_out(self, node: Node, *, is_free: bool) -> None:
        """List the slots from left to right, and the moments outer before inner, left before right."""
        start = len(self.slots)
        if isinstance(node, Slot):
            self.slots.append(node)
            if len(self.slots) > MAX_SLOTS:
                raise TooComplexError
        elif isinstance(node, Windowed):
            moment = _Moment(range(0), range(0), node.width, self.work.moments[id(node), 0])
            self.moments.append(moment)
            self._lay_out(node.part, is_free=is_free)
            moment.before = range(start, len(self.slots))
        elif isinstance(node, Apart):
            for part in node.parts:
                self._lay_out(part, is_free=is_free and len(node.parts) == 1)
        elif isinstance(node, InOrder):
            self._lay_out_in_order(node, is_free=is_free)

    def _lay_out_in_order(self, node: InOrder, *, is_free: bool) -> None:
        cuts: list[_Moment] = []
        *firsts, last = node.parts
        for position, part in enumerate(firsts):
            start = len(self.slots)
            cut = _Moment(range(0), range(0), 0, self.work.moments[id(node), position])
            self.moments.append(cut)
            inner = len(self.moments)
            self._lay_out(part, is_free=is_free)
            cut.before = range(start, len(self.slots))
            cut.is_free = is_free and inner == len(self.moments)
            cuts.append(cut)
        self._lay_out(last, is_free=is_free)
        for cut in cuts:
            cut.after = range(cut.before.stop, len(self.slots))

    def _search(self, bounds: _Bounds) -> bool:
        """Decide the moments one after another, on a stack of our own."""
        branches = [self._decide(0, bounds)] if self.moments else []
        while branches:
            decided = next(branches[-1], None)
            if decided is None:
                branches.pop()
            elif len(branches) == len(self.moments):
                return True
            else:
                branches.append(self._decide(len(branches), decided))
        return False

    def _decide(self, which: int, bounds: _Bounds) -> Iterator[_Bounds]:
        """Yield the bounds that each value of a moment gives, where all slots can still be filled."""
        moment = self.moments[which]
        values = self._values(moment, bounds)
        least = bisect_left(values, 1, key=lambda value: self._fits(moment.before, _capped(bounds, moment, value)))
        is_enough = moment.is_free and all(slot.are_instants for slot in self.slots)
        for value in values[least:]:
            self.work.spend(len(self.slots))
            decided = bounds.with_moment(moment, value)
            if self._fits(range(len(self.slots)), decided):
                yield decided
            elif self._is_too_late(moment, bounds, value):
                return
            if is_enough and self._fits(range(moment.before.stop), decided):
                return

    def _is_too_late(self, moment: _Moment, bounds: _Bounds, value: int) -> bool:
        """Whether no larger value can do: what must lie after it no longer fits, whatever comes before."""
        late = _Bounds(bounds.low, bounds.high)
        held = moment.before if moment.width else moment.after
        for slot in held:
            late.low[slot] = max(late.low[slot], value - moment.width + 1 if moment.width else value)
        return not self._fits(held, late)

    def _values(self, moment: _Moment, bounds: _Bounds) -> list[int]:
        values: set[int] = set()
        for slot in moment.before:
            low, high = bounds.low[slot], bounds.high[slot]
            entries = self.slots[slot].between(low, high)
            self.work.spend(len(entries))
            values.update(max(first, low) for _, first, last in entries if last >= low)
        return sorted(values)

    def _fits(self, chosen: range, bounds: _Bounds) -> bool:
        """Whether the chosen slots can be filled, each within its own bounds, with different observations.

        A slot with room for all that is wanted never stands in the way: what the others take leaves enough. So it is
        left out, and the others have few entries.
        """
        wanted = sum(self.slots[slot].demand for slot in chosen)
        tight: list[tuple[int, list[int]]] = []
        capacities = self.work.capacities
        for index in chosen:
            slot, low, high = self.slots[index], bounds.low[index], bounds.high[index]
            entries = slot.between(low, high) if low <= high else ()
            room, looked = 0, 0
            takes: dict[int, None] = {}
            for observation, first, last in entries:
                looked += 1
                if last >= low and first <= high and observation not in takes:
                    takes[observation] = None
                    room += capacities[observation]
                    if room >= wanted:
                        break
            self.work.spend(looked)
            if room < slot.demand:
                return False
            if room < wanted:
                tight.append((slot.demand, list(takes)))
        return len(tight) < 2 or Flow(tight, capacities, self.work.spend).fills()  # noqa: PLR2004 one has enough room


def _capped(bounds: _Bounds, moment: _Moment, value: int) -> _Bounds:
    """Return bounds with nothing before the moment later than a value."""
    capped = _Bounds(bounds.low, bounds.high)
    for slot in moment.before:
        capped.high[slot] = min(capped.high[slot], value)
    return capped
