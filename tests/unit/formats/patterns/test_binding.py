# SPDX-License-Identifier: MIT
"""Binding observations against every combination tried one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tasuki.formats.patterns import binding
from tasuki.formats.patterns.binding import (
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

MOST = 6


@st.composite
def questions(draw: st.DrawFn) -> tuple[Node, list[int]]:
    """Draw a tree over a few observations, and how often each can be taken."""
    count = draw(st.integers(1, 6))
    firsts = [draw(st.integers(0, 6)) for _ in range(count)]
    lasts = [first + draw(st.sampled_from([0, 0, 0, 1, 3])) for first in firsts]
    entries = [(each, firsts[each], lasts[each]) for each in range(count)]
    slots = st.builds(Slot, st.lists(st.sampled_from(entries), min_size=1, unique=True), st.sampled_from([1, 1, 1, 2]))
    several = st.sampled_from([Apart, InOrder, InOrder, Either])
    tree = st.recursive(
        slots,
        lambda inner: (
            st.builds(lambda join, parts: join(parts), several, st.lists(inner, min_size=2, max_size=3))
            | st.builds(Windowed, st.integers(1, 4), inner)
            | st.builds(Repeated, st.just(2), inner)
        ),
        max_leaves=4,
    )
    return draw(tree), [draw(st.sampled_from([1, 1, 1, 2])) for _ in range(count)]


@settings(deadline=None, max_examples=500)
@given(questions())
def test_the_answer_is_that_of_trying_everything(question: tuple[Node, list[int]]):
    node, capacities = question
    assume(size(node) <= MOST)
    assert can_bind(node, capacities) is any(fits(each, capacities) for each in alternatives(node))


@settings(deadline=None, max_examples=300)
@given(questions())
def test_the_search_alone_answers_the_same(question: tuple[Node, list[int]]):
    node, capacities = question
    assume(size(node) <= MOST)
    work = binding._Work(capacities)
    bindings = [binding._Binding(each, work) for each in binding._alternatives(node, sum(capacities))]
    found = any(each.is_possible and searched(each) for each in bindings)
    assert found is any(fits(each, capacities) for each in alternatives(node))


def searched(one: binding._Binding) -> bool:
    """Answer by search, without the guess that answers most questions before it."""
    count = len(one.slots)
    bounds = binding._Bounds([-binding.FOREVER] * count, [binding.FOREVER] * count)
    return one._fits(range(count), bounds) and (not one.moments or one._search(bounds))


def size(node: Node) -> int:
    if isinstance(node, Slot):
        return node.demand
    if isinstance(node, Windowed):
        return size(node.part)
    if isinstance(node, Repeated):
        return node.times * size(node.part)
    return (max if isinstance(node, Either) else sum)(map(size, node.parts))


def alternatives(node: Node) -> Iterator[Node]:
    if isinstance(node, Slot):
        yield node
    elif isinstance(node, Windowed):
        yield from (Windowed(node.width, part) for part in alternatives(node.part))
    elif isinstance(node, Repeated):
        yield from (Apart(parts) for parts in itertools.product(list(alternatives(node.part)), repeat=node.times))
    elif isinstance(node, Either):
        yield from (each for part in node.parts for each in alternatives(part))
    else:
        choices = [list(alternatives(part)) for part in node.parts]
        yield from (type(node)(parts) for parts in itertools.product(*choices))


def fits(node: Node, capacities: Sequence[int]) -> bool:
    """Try every assignment, and for each the least times that meet all demands."""
    slots: list[Slot] = []
    demands: list[tuple[int, int, int]] = []
    lay_out(node, slots, demands)
    return any(
        all(chosen.count(each) <= limit for each, limit in enumerate(capacities))
        and has_times([next(e for e in slots[at].entries if e[0] == each) for at, each in enumerate(chosen)], demands)
        for chosen in itertools.product(*([entry[0] for entry in slot.entries] for slot in slots))
    )


def lay_out(node: Node, slots: list[Slot], demands: list[tuple[int, int, int]]) -> None:
    """List the slots, and demands (i, j, d): the time of i is not more than d after that of j."""
    start = len(slots)
    if isinstance(node, Slot):
        slots += [node] * node.demand
    elif isinstance(node, Windowed):
        lay_out(node.part, slots, demands)
        inside = range(start, len(slots))
        demands += [(one, other, node.width - 1) for one in inside for other in inside]
    elif isinstance(node, Apart | InOrder):
        before: list[int] = []
        for part in node.parts:
            begin = len(slots)
            lay_out(part, slots, demands)
            if isinstance(node, InOrder):
                demands += [(early, late, 0) for early in before for late in range(begin, len(slots))]
                before += range(begin, len(slots))


def has_times(entries: Sequence[tuple[int, int, int]], demands: Sequence[tuple[int, int, int]]) -> bool:
    times = [first for _, first, _ in entries]
    moved = True
    while moved:
        moved = False
        for one, other, most in demands:
            if times[other] < times[one] - most:
                times[other] = times[one] - most
                moved = True
        if any(time > last for time, (_, _, last) in zip(times, entries, strict=True)):
            return False
    return True


def test_work_is_bounded():
    slots = [Slot([(3 * each + which, each, each) for each in range(99)]) for which in range(3)]
    triples = Repeated(34, Windowed(2, Apart([InOrder(slots), Slot([(each, each, each) for each in range(297)])])))
    with pytest.raises(TooComplexError):
        can_bind(triples, [1] * 297)


@pytest.mark.parametrize(
    "node",
    [
        Repeated(10**9, Slot([(0, 0, 0)])),
        Repeated(10**9, InOrder([Slot([(0, 0, 0)]), Slot([(0, 0, 0)])])),
        Repeated(10**6, Repeated(10**6, Apart([Slot([(0, 0, 0)]), Slot([(0, 0, 0)])]))),
    ],
)
def test_more_than_there_is_cannot_be_had(node: Node):
    assert not can_bind(node, [3])


def test_a_million_times_is_no_work_where_one_observation_was_made_that_often():
    assert can_bind(Repeated(10**6, Slot([(0, 0, 5)])), [10**6])
    assert can_bind(Windowed(2, Slot([(0, 0, 5)]).times(10**6)), [10**6])
