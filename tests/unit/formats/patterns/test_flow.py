# SPDX-License-Identifier: MIT
"""Who takes which observation: the flow answers as trying everything does."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.flow import Flow


def test_a_flow_moves_others_out_of_the_way():
    spent: list[int] = []
    assert Flow([(1, [0, 1]), (1, [0]), (2, [2, 1, 3])], [1, 1, 1, 1], spent.append).fills()
    assert not Flow([(1, [0, 1]), (1, [0]), (1, [1])], [1, 1], spent.append).fills()
    assert Flow([(5, [0, 1]), (4, [0])], [5, 4], spent.append).fills()
    assert sum(spent) > 0


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[tuple[int, list[int]]], list[int]]:
    capacities = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    takes = st.lists(st.integers(0, len(capacities) - 1), unique=True, max_size=3)
    return draw(st.lists(st.tuples(st.integers(1, 3), takes), max_size=3)), capacities


@given(questions())
def test_slots_are_filled_exactly_where_some_way_to_take_fills_them(
    question: tuple[list[tuple[int, list[int]]], list[int]],
):
    wants, capacities = question
    assert Flow(wants, capacities, lambda _: None).fills() is tried(wants, capacities)


def tried(wants: list[tuple[int, list[int]]], capacities: list[int]) -> bool:
    units = [takes for wanted, takes in wants for _ in range(wanted)]
    return any(
        all(chosen.count(each) <= capacity for each, capacity in enumerate(capacities)) for chosen in product(*units)
    )


@given(st.integers(1, 6), st.integers(1, 6))
def test_the_work_told_is_bounded_by_paths_times_entries(slots: int, observations: int):
    spent: list[int] = []
    takes = list(range(observations))
    assert Flow([(1, takes)] * slots, [1] * observations, spent.append).fills() is (slots <= observations)
    assert sum(spent) <= (slots + 1) * (slots + 1) * observations
