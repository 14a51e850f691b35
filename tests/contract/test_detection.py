# SPDX-License-Identifier: MIT
"""The live set is what is held and in use, newest version first, whatever came and left in whatever order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import NOW, make_node
from tasuki.core.holdings.model import State
from tasuki.services import holdings, withdrawal
from tasuki.services.node.matching import Matching
from tasuki.store import detection
from tasuki.store import holdings as store


@pytest.fixture
def node(tmp_path, node_url):
    made = make_node(tmp_path / "jpn", "JPN/jpn-1", lambda *_: b"", url=node_url)
    yield made
    made.database.close()


def matched(node, text="evil.example"):
    node.matching.catch_up(node)
    found = node.matching.compiled.of_text(text)
    assert fresh(node, text) == found
    return found


def fresh(node, text):
    """What a node matches that starts now."""
    matching = Matching()
    matching.catch_up(node)
    return matching.compiled.of_text(text)


def leave(node, source, stix_ids, state=State.RECALLED):
    def work(connection):
        store.set_state(connection, source, stix_ids, state)
        store.bury(connection, source, stix_ids, NOW)

    node.database.write(work)


def test_what_is_held_is_matched_and_a_newer_version_replaces_it(node):
    assert matched(node) == ()
    hold(node, indicator(), indicator(OTHER, "evil.example"))
    assert matched(node) == (EVIL, OTHER)
    hold(node, indicator(value="new.example", hours=1))
    assert matched(node) == (OTHER,)
    assert matched(node, "new.example") == (EVIL,)


def test_an_older_version_that_comes_later_changes_nothing(node):
    hold(node, indicator(value="new.example", hours=2))
    matched(node)
    hold(node, indicator(value="evil.example", hours=1))
    assert matched(node) == ()
    assert matched(node, "new.example") == (EVIL,)


def test_the_newest_version_of_any_source_counts(node):
    hold(node, indicator(), source="GBR")
    hold(node, indicator(value="new.example", hours=1))
    assert matched(node) == ()
    hold(node, indicator(value="newer.example", hours=2), source="GBR")
    assert matched(node, "newer.example") == (EVIL,)


def test_a_revoked_version_takes_it_out_and_an_older_one_does_not_bring_it_back(node):
    hold(node, indicator())
    assert matched(node) == (EVIL,)
    hold(node, indicator(hours=2, revoked=True))
    assert matched(node) == ()
    hold(node, indicator(hours=1))
    assert matched(node) == ()
    hold(node, indicator(hours=3))
    assert matched(node) == (EVIL,)


def test_what_a_source_recalled_leaves_unless_another_source_gave_it_too(node):
    hold(node, indicator(value="new.example", hours=1), source="GBR")
    hold(node, indicator(value="evil.example"))
    assert matched(node, "new.example") == (EVIL,)
    leave(node, "GBR", [EVIL])
    assert matched(node, "new.example") == ()
    assert matched(node) == (EVIL,)
    leave(node, "local", [EVIL])
    assert matched(node) == ()


def test_a_recall_of_our_own_and_what_comes_again_of_it(node):
    hold(node, indicator(), indicator(OTHER, "other.example"))
    matched(node)
    withdrawal.recall(node, [EVIL], why="wrong")
    assert matched(node) == ()
    assert matched(node, "other.example") == (OTHER,)


def test_what_comes_after_its_recall_never_matches(node):
    leave(node, "GBR", [EVIL])
    hold(node, indicator(), source="GBR")
    assert matched(node) == ()


def test_what_is_disposed_of_is_forgotten(node):
    hold(node, indicator(), indicator(OTHER, "evil.example"))
    assert matched(node) == (EVIL, OTHER)
    holdings.dispose(node, [EVIL])
    assert matched(node) == (OTHER,)
    assert node.matching.usable_at(EVIL) is None


def test_only_what_is_newest_is_read(node):
    hold(node, *(indicator(value=f"v{hours}.example", hours=hours) for hours in range(5)))
    hold(node, indicator(value="late.example", hours=1), source="GBR")
    with node.database.read() as connection:
        found = detection.newest_after(connection, 0, 10)
        assert [each.stix_id for each in found] == [EVIL]
        assert detection.newest(connection, [EVIL, OTHER]) == found
        assert detection.newest_after(connection, found[0].position, 10) == []
        assert detection.newest_after(connection, 0, 0) == []


def test_departures_are_numbered_in_order_and_each_act_once(node):
    hold(node, indicator(), indicator(OTHER, "other.example"))
    leave(node, "local", [OTHER])
    leave(node, "local", [OTHER])
    holdings.dispose(node, [EVIL])
    with node.database.read() as connection:
        assert [stix_id for _, stix_id in store.departures(connection, 0)] == [OTHER, EVIL]
        (_, last) = [number for number, _ in store.departures(connection, 0)]
        assert store.last_departure(connection) == last
        assert store.departures(connection, last) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "revoke", "recall", "dispose"]),
        st.sampled_from([EVIL, OTHER]),
        st.sampled_from(["local", "GBR"]),
        st.integers(0, 3),
    ),
    max_size=7,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.data())
def test_following_step_by_step_comes_to_what_a_restart_comes_to(node, steps, data):
    for act, stix_id, source, hours in steps:
        if act == "dispose":
            with node.database.read() as connection:
                known = store.history(connection, stix_id)
            if known:
                holdings.dispose(node, [stix_id])
        elif act == "recall":
            leave(node, source, [stix_id])
        else:
            hold(node, indicator(stix_id, f"v{hours}.example", hours, revoked=act == "revoke"), source=source)
        if data.draw(st.booleans()):
            node.matching.catch_up(node)
    for hours in range(4):
        matched(node, f"v{hours}.example")


def test_when_it_became_usable_is_told(tmp_path, node_url):
    made = make_node(tmp_path / "other", "JPN/jpn-1", lambda *_: b"", url=node_url)
    hold(made, indicator())
    made.matching.catch_up(made)
    assert made.matching.usable_at(EVIL) == int((NOW - timedelta()).timestamp() * 1_000_000)
    assert made.matching.usable_at(OTHER) is None
    made.database.close()
