# SPDX-License-Identifier: MIT
"""Whatever a partner says, in whatever order: it ends the same, it adds up, and it touches nothing of another's."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_nodes import make_node
from making_release import CREATED, LATER, PROFILE, indicator, take_in, uid
from making_withdrawal import arrive_notice, arrive_objects, received, remembered
from tasuki.services import withdrawal
from tasuki.store import holdings

LATEST = "2026-02-03T00:00:00.000Z"
MOMENTS = (CREATED, LATER, LATEST)
NOTICES = (
    ("narrow", {"label": {"releasable_to": ["AAA", "BBB/cert:csirt"]}}),
    ("narrow", {"label": {"tlp": "AMBER"}}),
    ("narrow", {"label": {"tlp": "GREEN", "releasable_to": ["BBB"]}}),
    ("recall", {}),
    *((verb, {"at": at}) for verb in ("revoke", "correct") for at in MOMENTS),
)
OBJECTS = tuple({"modified": at, **more} for at in MOMENTS for more in ({}, {"revoked": True}))
STEPS = st.lists(
    st.tuples(st.just("say"), st.sampled_from(NOTICES)) | st.tuples(st.just("give"), st.sampled_from(OBJECTS)),
    min_size=1,
    max_size=6,
    unique_by=str,
)
FRESH = itertools.count(1)
"""Every example speaks of ids that nobody spoke of before."""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    made = make_node(tmp_path_factory.mktemp("bbb"), "BBB/bbb-1", lambda *_: b"", under=PROFILE)
    yield made
    made.database.close()


def play(node, number, steps, partner="AAA"):
    for act, what in steps:
        if act == "say":
            kind, message = what
            arrive_notice(node, partner, kind, [uid("indicator", number)], **message)
        else:
            arrive_objects(node, partner, indicator(number, "clear", **what))


@settings(max_examples=40, deadline=None)
@given(STEPS, st.data())
def test_the_order_of_arrival_does_not_matter(node, steps, data):
    first, second = next(FRESH), next(FRESH)
    play(node, first, steps)
    play(node, second, data.draw(st.permutations(steps)))
    assert remembered(node, "AAA", uid("indicator", first)) == remembered(node, "AAA", uid("indicator", second))


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_saying_it_again_changes_nothing(node, steps):
    number = next(FRESH)
    play(node, number, steps)
    before = remembered(node, "AAA", uid("indicator", number))
    play(node, number, [each for each in steps if each[0] == "say"])
    assert remembered(node, "AAA", uid("indicator", number)) == before


@settings(max_examples=25, deadline=None)
@given(STEPS, STEPS)
def test_what_one_partner_says_changes_nothing_of_another(node, theirs, ours):
    number = next(FRESH)
    stix_id = uid("indicator", number)
    play(node, number, theirs, "CCC")
    take_in(node, indicator(number, "clear"))
    before = [remembered(node, source, stix_id) for source in ("CCC", "local")]
    play(node, number, [each for each in ours if each[0] == "say"])
    assert [remembered(node, source, stix_id) for source in ("CCC", "local")] == before


@settings(max_examples=25, deadline=None)
@given(STEPS, STEPS, st.sampled_from(NOTICES))
def test_an_attestation_depends_on_nothing_but_what_that_partner_gave(node, theirs, others, notice):
    stated = []
    for steps in ([], others):
        number = next(FRESH)
        play(node, number, theirs)
        play(node, number, steps, "CCC")
        kind, message = notice
        arrive_notice(node, "AAA", kind, [uid("indicator", number)], **message)
        stated.append(received(node)[0][3])
    assert stated[0] == stated[1]


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=4), st.sampled_from(NOTICES), st.integers(1, 3))
def test_the_classes_add_up_whatever_came_before(node, pasts, notice, repeated):
    numbers = [next(FRESH) for _ in pasts]
    for number, steps in zip(numbers, pasts, strict=True):
        play(node, number, steps)
    ids = [uid("indicator", number) for number in (*numbers, next(FRESH))]
    arrive_notice(node, "AAA", notice[0], ids * repeated, **notice[1])
    (newest,) = withdrawal.withdrawals(node, limit=1).received
    assert newest.attested.adds_up
    assert sum(newest.attested.counts.values()) == len(newest.ids) == len(ids)
    assert newest.attested.counts["never-held"] >= 1


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_no_state_ever_moves_back(node, steps):
    number = next(FRESH)
    stix_id = uid("indicator", number)
    order = ("held", "recalled", "disposed")
    before: dict[int, str] = {}
    for step in steps:
        play(node, number, [step])
        with node.database.read() as connection:
            now = {each.position: each.state.value for each in holdings.history(connection, stix_id)}
        assert all(order.index(now[position]) >= order.index(state) for position, state in before.items())
        before = now
