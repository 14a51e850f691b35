# SPDX-License-Identifier: MIT
"""The closure is everything reachable, each once, cycles and all, to its limit and no further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.core.markings.labels import label_of
from tasuki.core.release.closure import close, narrowing

GRAPH = {0: [1, 2], 1: [3], 2: [3, 0], 3: [1], 4: [0]}
GREEN = label_of(levels=["green"], caveats=(), blocked=(), originator="AAA")
RED = label_of(levels=["red"], caveats=(), blocked=(), originator="AAA")


def met(start, graph, own, **limit):
    """Return what a closure comes to where the meet of two numbers is their union as bits."""
    return close(start, own=own.__getitem__, references=graph.__getitem__, meet_numbers=lambda a, b: a | b, **limit)


def test_everything_reachable_counts_and_nothing_else():
    own = {key: 1 << key for key in GRAPH}
    assert [met(key, GRAPH, own) for key in GRAPH] == [0b1111, 0b1010, 0b1111, 0b1010, 0b11111]


def test_what_is_labelled_alike_is_not_met_again():
    asked = []
    close(
        0,
        own=lambda key: 1 if key < 3 else 2,
        references=GRAPH.__getitem__,
        meet_numbers=lambda a, b: asked.append((a, b)) or 3,
    )
    assert asked == [(1, 2)]


def test_every_object_is_read_once():
    read = []
    close(0, own=lambda _: 1, references=lambda key: read.append(key) or GRAPH[key], meet_numbers=max)
    assert sorted(read) == [0, 1, 2, 3]


def test_the_limit_counts_the_object_itself():
    chain = {key: [key + 1] for key in range(9)} | {9: []}
    own = dict.fromkeys(chain, 1)
    assert met(0, chain, own, limit=10) == 1
    with pytest.raises(InputError) as caught:
        met(0, chain, own, limit=9)
    assert caught.value.reason.code == "release.closure-too-large"
    assert caught.value.reason.params == {"limit": 9}


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=4)), st.integers(0, 7))
def test_it_is_what_a_search_by_hand_finds(graph, start):
    graph = {key: graph.get(key, []) for key in range(8)}
    reached = {start}
    for _ in graph:
        reached |= {target for key in reached for target in graph[key]}
    assert met(start, graph, {key: 1 << key for key in graph}) == sum(1 << key for key in reached)


def test_what_narrows_is_named_once_wherever_it_hangs():
    own = {0: GREEN, 1: RED, 2: GREEN, 3: RED, 4: RED}
    found = list(narrowing(0, own=own.__getitem__, references=GRAPH.__getitem__, keeps=lambda label: label == GREEN))
    assert sorted(found) == [1, 3]
    assert list(narrowing(1, own=own.__getitem__, references=GRAPH.__getitem__, keeps=lambda _: False)) == [1, 3]
