# SPDX-License-Identifier: MIT
"""What was taken back and by whom is remembered for ever, source by source, the same on both databases."""

from __future__ import annotations

import pytest

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import NOW, make_node
from making_release import LATER, take_in, uid
from making_release import indicator as indicator_of
from making_withdrawal import arrive_notice, arrive_objects, matches, received, remembered
from tasuki.base.canonical import canonical
from tasuki.base.time import parse_rfc3339, to_micros
from tasuki.core.channel.model import Arrival
from tasuki.core.holdings.model import State
from tasuki.core.withdrawal.model import Held
from tasuki.services import withdrawal
from tasuki.store import channel, holdings
from tasuki.store import withdrawal as store

FIRST = to_micros(NOW)
HOUR = 3_600_000_000


def enqueue(connection, partner, kind, **said):
    channel.enqueue(connection, partner=partner, lane="urgent", kind=kind, body=canonical(said), at=NOW)


def receive(connection, env_id, kind):
    arrival = Arrival(
        env_id=env_id,
        partner="JPN",
        sender="JPN/jpn-1",
        lane="urgent",
        type=kind,
        in_reply_to=None,
        created=NOW,
        payload=canonical({"ids": [env_id]}),
    )
    channel.keep_message(connection, arrival, NOW)


def test_who_was_told_what_and_how_far_it_got(database):
    def work(connection):
        for partner, kind in (("JPN", "recall"), ("AUS", "narrow"), ("AUS", "attestation"), ("AUS", "objects")):
            enqueue(connection, partner, kind, ids=[partner])
        channel.settle(connection, [1], state="sealed", env_id="e1")
        sealed = channel.SealedEnvelope(
            env_id="e1", lane="urgent", epoch=1, seq=1, type="recall", hash="h", raw=b"r", objects=0, sealed_at=NOW,
            state="sealed",
        )  # fmt: skip
        channel.keep_sealed(connection, "JPN", sealed)
        channel.answer(connection, "e1", status="stored", receipt=b"x", at=NOW)

    database.write(work)
    with database.read() as connection:
        told = store.told(connection, 10)
        assert len(store.told(connection, 1)) == 1
        (attested,) = store.attested(connection, 10)
    assert [(each.partner, each.kind, each.env_id, each.state) for each in told] == [
        ("AUS", "narrow", None, "waiting"),
        ("JPN", "recall", "e1", "stored"),
    ]
    assert {each.at for each in told} == {NOW}
    assert attested.partner == "AUS"


def test_what_partners_said_comes_newest_first_and_no_other_message_with_it(database):
    def work(connection):
        for number, kind in enumerate(("revoke", "attestation", "recall", "narrow", "receipt", "correct")):
            receive(connection, f"e{number}", kind)

    database.write(work)
    with database.read() as connection:
        heard = store.heard(connection, 3)
        assert [each.kind for each in store.heard(connection, 10)] == ["correct", "narrow", "recall", "revoke"]
    assert [(each.kind, each.env_id, each.state) for each in heard] == [
        ("correct", "e5", "stored"),
        ("narrow", "e3", "stored"),
        ("recall", "e2", "stored"),
    ]


def test_what_a_source_narrowed_is_remembered_for_that_source_alone(database):
    def work(connection):
        first, second = holdings.identify(connection, [EVIL, OTHER]).values()
        store.set_source_marks(connection, "JPN", {first: 7, second: 8})
        store.set_source_marks(connection, "JPN", {first: 9})
        store.set_source_marks(connection, "JPN", {})
        store.set_source_marks(connection, "AUS", {second: 5})
        return [store.source_marks(connection, source, [first, second, 99]) for source in ("JPN", "AUS", "local")]

    assert database.write(work) == [{1: 9, 2: 8}, {2: 5}, {}]


def test_a_stop_only_ever_rises_and_counts_for_its_source_alone(database):
    def work(connection):
        (number,) = holdings.identify(connection, [EVIL]).values()
        found = []
        for source, version in (("JPN", 10), ("JPN", 5), ("AUS", 7), ("JPN", 12), ("JPN", -3)):
            store.stop(connection, source, {number: version})
            found.append(store.usable_from(connection, source, [number]).get(number))
        return found, store.usable_from(connection, "local", [number]), len(holdings.departures(connection, 0))

    assert database.write(work) == ([10, 10, 7, 12, 12], {}, 3)


def test_a_stop_before_every_version_is_a_stop(database):
    def work(connection):
        store.stop(connection, "JPN", {1: -5})
        return store.usable_from(connection, "JPN", [1])

    assert database.write(work) == {1: -5}


@pytest.fixture
def node(tmp_path, node_url):
    made = make_node(tmp_path / "jpn", "JPN/jpn-1", lambda *_: b"", url=node_url)
    yield made
    made.database.close()


def test_what_is_held_of_one_source_says_nothing_of_another(node):
    hold(node, indicator(), indicator(hours=2), source="GBR")
    hold(node, indicator(), indicator(OTHER, "other.example"))

    def work(connection):
        return [store.held_of(connection, source, [EVIL, OTHER, "indicator--x"]) for source in ("GBR", "local", "AUS")]

    gbr, local, aus = node.database.write(work)
    assert gbr == {EVIL: Held(live=(FIRST, FIRST + 2 * HOUR), came=True), OTHER: Held(), "indicator--x": Held()}
    assert local == {
        EVIL: Held(live=(FIRST,), came=True),
        OTHER: Held(live=(FIRST,), came=True),
        "indicator--x": Held(),
    }
    assert set(aus.values()) == {Held()}


def test_what_left_use_or_was_destroyed_is_told_apart(node):
    hold(node, indicator(), indicator(OTHER, "other.example"), source="GBR")

    def work(connection):
        holdings.set_state(connection, "GBR", [EVIL], State.RECALLED)
        holdings.shred(connection, [2])
        store.stop(connection, "GBR", dict.fromkeys(holdings.numbers(connection, [EVIL]).values(), 77))
        return store.held_of(connection, "GBR", [EVIL, OTHER])

    assert node.database.write(work) == {EVIL: Held(kept=True, came=True, usable_from=77), OTHER: Held(came=True)}


def test_each_verb_takes_effect_on_what_its_source_gave_and_is_answered(node):
    ids = [uid("indicator", number) for number in (1, 2, 3, 4)]
    objects = [indicator_of(number, "clear") for number in (1, 2, 3, 4)]
    arrive_objects(node, "GBR", *objects)
    take_in(node, objects[3])
    later = {"at": LATER}
    for verb, stix_id, said in zip(
        ("revoke", "recall", "narrow", "correct"), ids, (later, {}, {"label": {"tlp": "AMBER"}}, later), strict=True
    ):
        arrive_notice(node, "GBR", verb, [stix_id, uid("indicator", 99)], **said)
    assert [(verb, counts) for _, verb, _, counts in received(node)] == [
        ("correct", {"never-held": 1, "use-stopped": 1}),
        ("narrow", {"narrowed": 1, "never-held": 1}),
        ("recall", {"never-held": 1, "use-stopped": 1}),
        ("revoke", {"never-held": 1, "use-stopped": 1}),
    ]
    # The last is our own as well, and stays in use from us.
    assert [matches(node, each) for each in ids] == [False, False, True, True]
    assert [remembered(node, "GBR", each)["usable from"] for each in ids] == [
        [to_micros(parse_rfc3339(LATER)) + 1],
        [],
        [],
        [to_micros(parse_rfc3339(LATER))],
    ]
    assert "AMBER" in remembered(node, "GBR", ids[2])["labels"][0][1]
    arrive_objects(node, "GBR", indicator_of(3, "clear", modified=LATER), indicator_of(1, "clear", name="again"))
    assert all("AMBER" in label for _, label in remembered(node, "GBR", ids[2])["labels"])
    assert not matches(node, ids[0])


def test_a_revocation_of_ours_is_made_and_held(node):
    take_in(node, indicator_of(1, "clear"))
    withdrawal.revoke(node, [uid("indicator", 1)], why="It was wrong.")
    withdrawal.narrow(node, [uid("indicator", 1)], level="amber", why="Fewer.")
    assert not matches(node, uid("indicator", 1))
    withdrawal.recall(node, [uid("indicator", 1)], why="All of it.")
    with node.database.read() as connection:
        assert [each.state.value for each in holdings.history(connection, uid("indicator", 1))] == ["recalled"] * 2
