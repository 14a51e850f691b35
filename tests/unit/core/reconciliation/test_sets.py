# SPDX-License-Identifier: MIT
"""Two sets of envelopes: whatever differs is named exactly, in few questions, and an answer that is none is refused."""

import hashlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.core.reconciliation.sets import (
    EMPTY,
    FANOUT,
    MAX_ROUNDS,
    MAX_SPANS,
    NARROW,
    Answer,
    Difference,
    Span,
    Tally,
    answers,
    apart,
    conclude,
    differences,
    is_narrow,
    leaf,
    narrow,
    split,
    tally,
)

WHOLE = Span(way="sent", lane="bulk", epoch=1, first=1, last=1)


def span(first, last, **changes):
    return replace(WHOLE, first=first, last=last, **changes)


def name(seq, salt=""):
    return hashlib.sha256(f"{seq}{salt}".encode()).hexdigest()


def within(held, each):
    return [(seq, held[seq]) for seq in sorted(held) if each.first <= seq <= each.last]


def answer(held, each):
    found = within(held, each)
    return Answer(tally=tally(each, found), items=found if is_narrow(each) else [])


def play(ours, theirs, whole):
    """Narrow two sets down as two nodes would; return what was found and how many questions it took."""
    left, found, rounds = [whole], [], 0
    while left:
        asked, left = left[:MAX_SPANS], left[MAX_SPANS:]
        rounds += 1
        mine = {each: (tally(each, within(ours, each)), within(ours, each)) for each in asked}
        came = conclude(asked, mine, [answer(theirs, each) for each in asked])
        found += came.found
        left = [*came.left, *left]
    return sorted(found), rounds


SIZES = st.integers(1, 3000)
SPARSE = st.dictionaries(st.integers(1, 200), st.sampled_from("ab"))


@st.composite
def pairs(draw):
    size = draw(SIZES)
    ours = {seq: name(seq) for seq in range(1, size + 1)}
    theirs = dict(ours)
    for seq in draw(st.lists(st.integers(1, size), max_size=12)):
        what = draw(st.sampled_from(("missing-there", "missing-here", "other", "nowhere")))
        if what in ("missing-there", "nowhere"):
            theirs.pop(seq, None)
        if what in ("missing-here", "nowhere"):
            ours.pop(seq, None)
        if what == "other" and seq in theirs:
            theirs[seq] = name(seq, "other")
    return ours, theirs, span(1, size)


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_of_any_two_sets_exactly_what_differs_is_found_in_few_questions(made):
    ours, theirs, whole = made
    found, rounds = play(ours, theirs, whole)
    expected = [
        Difference(way="sent", lane="bulk", epoch=1, seq=seq, ours=ours.get(seq, ""), theirs=theirs.get(seq, ""))
        for seq in range(whole.first, whole.last + 1)
        if ours.get(seq) != theirs.get(seq)
    ]
    assert found == expected
    assert rounds <= 3 + len(expected)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.integers(1, 200), st.sampled_from("ab")),
    st.dictionaries(st.integers(1, 200), st.sampled_from("ab")),
)
def test_sets_that_have_nothing_in_common_are_told_apart_too(ours, theirs):
    found, _ = play(ours, theirs, span(1, 200))
    assert {each.seq for each in found} == {seq for seq in range(201) if ours.get(seq) != theirs.get(seq)}


def test_one_difference_in_a_million_takes_five_questions():
    each, rounds = span(1, 1_000_000), 1
    while not is_narrow(each):
        each, rounds = split(each)[0], rounds + 1
    assert rounds == 5
    assert rounds < MAX_ROUNDS


@settings(deadline=None)
@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_the_parts_of_a_span_are_the_span(first, width):
    whole = span(first, first + width - 1)
    parts = split(whole)
    assert parts[0].first == whole.first
    assert parts[-1].last == whole.last
    assert all(one.last + 1 == other.first for one, other in pairwise(parts))
    assert len(parts) <= FANOUT
    assert all(part.width >= NARROW for part in parts[:-1])
    assert {(part.way, part.lane, part.epoch) for part in parts} == {("sent", "bulk", 1)}


@pytest.mark.parametrize(("width", "expected"), [(NARROW, True), (NARROW + 1, False)])
def test_a_span_is_narrow_up_to_so_many_numbers(width, expected):
    assert span(5, 5 + width - 1).width == width
    assert is_narrow(span(5, 5 + width - 1)) is expected


def test_a_leaf_names_lane_epoch_number_and_hash():
    one = leaf("bulk", 1, 2, "a")
    others = {leaf("urgent", 1, 2, "a"), leaf("bulk", 2, 2, "a"), leaf("bulk", 1, 3, "a"), leaf("bulk", 1, 2, "b")}
    assert len({one, *others}) == 5
    assert one == hashlib.sha256(b"\x00bulk 1 2 a\n").digest()


def test_a_tally_counts_and_nothing_has_the_root_of_nothing():
    assert tally(WHOLE, []) == EMPTY == Tally(count=0, root=hashlib.sha256(b"").hexdigest())
    assert tally(WHOLE, [(1, "a")]) == Tally(count=1, root=leaf("bulk", 1, 1, "a").hex())


def test_where_both_hold_the_same_nothing_is_left_to_ask():
    wide = span(1, 1000)
    same = Tally(count=3, root="0" * 64)
    assert narrow(wide, same, Answer(tally=same, items=[])) == []
    assert narrow(wide, same, Answer(tally=replace(same, count=2), items=[])) == split(wide)
    assert narrow(wide, same, Answer(tally=replace(same, root="1" * 64), items=[])) == split(wide)
    assert narrow(span(1, 5), same, Answer(tally=EMPTY, items=[])) == []


def test_differences_say_what_each_side_holds_in_order_of_the_numbers():
    found = differences(
        span(1, 9), [(2, "a"), (3, "b"), (7, "c")], Answer(tally=EMPTY, items=[(1, "x"), (3, "y"), (7, "c")])
    )
    assert [(each.seq, each.ours, each.theirs) for each in found] == [(1, "", "x"), (2, "a", ""), (3, "b", "y")]
    assert {(each.way, each.lane, each.epoch) for each in found} == {("sent", "bulk", 1)}


GOOD = [(10, "a"), (12, "b")]


@pytest.mark.parametrize(
    ("each", "said", "expected"),
    [
        (span(10, 12), Answer(tally=tally(WHOLE, GOOD), items=GOOD), True),
        (span(10, 12), Answer(tally=EMPTY, items=[]), True),
        (span(10, 12), Answer(tally=tally(WHOLE, GOOD), items=[]), False),
        (span(10, 12), Answer(tally=Tally(count=3, root=tally(WHOLE, GOOD).root), items=GOOD), False),
        (span(11, 12), Answer(tally=tally(WHOLE, GOOD), items=GOOD), False),
        (span(10, 11), Answer(tally=tally(WHOLE, GOOD), items=GOOD), False),
        (span(10, 12), Answer(tally=tally(WHOLE, GOOD[::-1]), items=GOOD[::-1]), False),
        (span(10, 12), Answer(tally=tally(WHOLE, GOOD[:1] * 2), items=GOOD[:1] * 2), False),
        (span(1, 1000), Answer(tally=Tally(count=1000, root="0" * 64), items=[]), True),
        (span(1, 1000), Answer(tally=Tally(count=1001, root="0" * 64), items=[]), False),
        (span(1, 1000), Answer(tally=tally(WHOLE, GOOD), items=GOOD), False),
    ],
    ids=[
        "items",
        "nothing",
        "items-withheld",
        "wrong-count",
        "below-the-span",
        "beyond-the-span",
        "out-of-order",
        "twice",
        "wide",
        "more-than-there-are-numbers",
        "items-of-a-wide-one",
    ],
)
def test_an_answer_is_one_only_if_its_items_are_what_its_tally_is_over(each, said, expected):
    assert answers(each, said) is expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([span(1, 5), span(6, 9)], True),
        ([span(6, 9), span(1, 5)], True),
        ([span(1, 5), span(5, 9)], False),
        ([span(1, 9), span(3, 4)], False),
        ([span(1, 5), span(1, 5, lane="urgent"), span(1, 5, epoch=2), span(1, 5, way="received")], True),
        ([span(5, 4)], False),
        ([span(5, 5), span(6, 6)], True),
        ([], True),
    ],
    ids=[
        "side-by-side",
        "any-order",
        "one-shared",
        "one-in-another",
        "other-lanes",
        "backwards",
        "single-numbers",
        "none",
    ],
)
def test_spans_are_apart_where_they_share_no_number(spans, expected):
    assert apart(spans) is expected
