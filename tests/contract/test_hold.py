# SPDX-License-Identifier: MIT
"""Legal holds on both databases: what is sealed is used for nothing, destroyed by nobody, and attested as sealed."""

from __future__ import annotations

import pytest

from making_nodes import Hands, make_node
from making_release import PROFILE, audited, indicator, take_in, uid
from making_withdrawal import arrive_notice, arrive_objects, matches
from tasuki.base.errors import CallerError, InputError
from tasuki.core.holdings.model import State
from tasuki.services import hold, holdings, withdrawal
from tasuki.services.holdings import Selection
from tasuki.store import withdrawal as store

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
PEOPLE = ("Ash", "Elm")
WHY = "Court order 7."


@pytest.fixture
def node(node_url, tmp_path):
    made = make_node(tmp_path / "node", "AAA/aaa-1", lambda *_: b"", url=node_url, hands=Hands(), under=PROFILE)
    arrive_objects(made, "BBB", indicator(1, "green", name="kanarienvogel"))
    take_in(made, indicator(2, "green"))
    yield made
    made.database.close()


def states(node, stix_id):
    return [each.holding.state for each in holdings.show(node, stix_id)]


def test_what_is_sealed_is_not_listed_found_matched_or_taken_out_and_is_known_to_be_there(node):
    assert matches(node, ONE)
    assert hold.place(node, [ONE], by=PEOPLE, why=WHY) == 1
    assert not matches(node, ONE)
    assert holdings.find(node, "kanarienvogel", 9) == []
    assert [each["id"] for each in holdings.listed(node, types=(), sources=(), limit=9)] == [TWO]
    assert b"".join(part.body for part in holdings.export(node, Selection())).count(ONE.encode()) == 0
    (shown,) = holdings.show(node, ONE)
    assert (shown.holding.state, shown.body) == (State.SEALED, None)
    (listed,) = hold.sealed(node)
    assert (listed.id, listed.source, listed.then, listed.by, listed.why) == (ONE, "BBB", "held", "Ash, Elm", WHY)


def test_what_is_sealed_is_destroyed_by_nobody(node):
    hold.place(node, [ONE], by=PEOPLE, why=WHY)
    with pytest.raises(InputError) as caught:
        holdings.dispose(node, [ONE])
    assert caught.value.reason.code == "holdings.under-hold"
    holdings.dispose_expired(node)
    hold.lift(node, [ONE], by=PEOPLE, why="Case closed.")
    assert holdings.show(node, ONE)[0].body is not None
    assert holdings.dispose(node, [ONE]) == 1


def test_the_originator_hears_that_it_is_sealed(node):
    hold.place(node, [ONE], by=PEOPLE, why=WHY)
    done = arrive_notice(node, "BBB", "recall", [ONE])
    assert done.counts == {"sealed": 1}
    with node.database.read() as connection:
        (answer,) = store.attested(connection, 9)
    assert b'"sealed":1' in answer.body


@pytest.mark.parametrize("recalled", [True, False], ids=["recalled meanwhile", "not recalled"])
def test_lifting_puts_it_back_to_what_it_would_be(node, recalled):
    hold.place(node, [ONE], by=PEOPLE, why=WHY)
    if recalled:
        arrive_notice(node, "BBB", "recall", [ONE])
    assert states(node, ONE) == [State.SEALED]
    assert hold.lift(node, [ONE], by=PEOPLE, why="Case closed.") == 1
    assert states(node, ONE) == [State.RECALLED if recalled else State.HELD]
    assert matches(node, ONE) is not recalled
    assert hold.sealed(node) == []


def test_our_own_recall_counts_behind_a_hold_too(node):
    hold.place(node, [TWO], by=PEOPLE, why=WHY)
    withdrawal.recall(node, [TWO], why="Sent by mistake.")
    hold.lift(node, [TWO], by=PEOPLE, why="Case closed.")
    assert states(node, TWO) == [State.RECALLED]


def test_what_was_recalled_before_is_sealed_and_stays_recalled(node):
    arrive_notice(node, "BBB", "recall", [ONE])
    assert hold.place(node, [ONE], by=PEOPLE, why=WHY) == 1
    assert states(node, ONE) == [State.SEALED]
    hold.lift(node, [ONE], by=PEOPLE, why="Case closed.")
    assert states(node, ONE) == [State.RECALLED]


@pytest.mark.parametrize(
    ("by", "why", "code"),
    [
        (("Ash",), WHY, "persons.two-names"),
        (("Ash", " Ash "), WHY, "persons.two-names"),
        (PEOPLE, "", "holdings.hold-reason"),
    ],
    ids=["one person", "one person twice", "no reason"],
)
def test_it_takes_two_people_and_a_reason(node, by, why, code):
    for act in (hold.place, hold.lift):
        with pytest.raises(CallerError) as caught:
            act(node, [ONE], by=by, why=why)
        assert caught.value.reason.code == code
    assert states(node, ONE) == [State.HELD]


def test_what_is_not_held_or_not_sealed_is_refused_whole(node):
    with pytest.raises(InputError):
        hold.place(node, [ONE, uid("indicator", 9)], by=PEOPLE, why=WHY)
    assert states(node, ONE) == [State.HELD]
    with pytest.raises(InputError) as caught:
        hold.lift(node, [ONE], by=PEOPLE, why=WHY)
    assert caught.value.reason.code == "holdings.not-under-hold"


def test_both_acts_are_in_the_audit_log_with_the_names(node):
    hold.place(node, [ONE], by=PEOPLE, why=WHY)
    hold.lift(node, [ONE], by=PEOPLE, why="Case closed.")
    (placed,), (lifted,) = audited(node, "hold:holding:place"), audited(node, "hold:holding:lift")
    assert (placed["by"], placed["why"], placed["count"]) == ("Ash, Elm", WHY, 1)
    assert (lifted["by"], lifted["why"], lifted["count"]) == (["Ash", "Elm"], "Case closed.", 1)


def test_a_newer_version_that_comes_later_is_no_part_of_it(node):
    hold.place(node, [ONE], by=PEOPLE, why=WHY)
    arrive_objects(node, "BBB", indicator(1, "green", modified="2026-02-02T00:00:00.000Z"))
    assert states(node, ONE) == [State.SEALED, State.HELD]
