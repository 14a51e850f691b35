# SPDX-License-Identifier: MIT
"""Third witnesses over HTTP: hashes and sizes alone go to them, nothing waits for them, lies are not kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from making_ledger import cosigned, joined, leaves_of, log_leaf, send
from making_nodes import Hands
from making_witness import Witness, served
from tasuki.adapters.witness_http import MAX_ANSWER_BYTES, WitnessLink
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.core.ledger.model import AUDIT
from tasuki.formats.tlog.note import parse_key, parse_note, verify_note
from tasuki.formats.tlog.policy import parse_policy
from tasuki.services import ledger
from tasuki.services.health.alarms import alarms
from tasuki.services.node.link import Third
from tasuki.store import ledger as store

OURS = "pair:JPN"


@pytest.fixture
def hands():
    return Hands(now=datetime(2026, 12, 20, 12, 0, tzinfo=UTC))


@pytest.fixture
def witness(hands):
    return Witness(now=int(hands.now.timestamp()))


@pytest.fixture
def link():
    made = WitnessLink()
    yield made
    made.close()


@pytest.fixture
def nodes(tmp_path, hands):
    with joined(tmp_path, hands) as pair:
        send(pair[0], "JPN", 2)
        cosigned(*pair)
        yield pair


@pytest.fixture
def url(witness):
    with served(witness) as found:
        yield found


def with_third(node, witness, url, link, quorum="w"):
    text = f"witness w {witness.vkey} {url}\nquorum {quorum}\n"
    return replace(node, third=Third(policy=parse_policy(text.encode()), ask=link.ask))


def newest(node):
    with node.database.read() as connection:
        return parse_note(store.checkpoint(connection, OURS, cosigned=True).cosigned)


def codes(node):
    return [alarm.reason.code for alarm in alarms(node)]


def test_a_third_witness_cosigns_beside_the_partner(nodes, witness, url, link):
    gbr = with_third(nodes[0], witness, url, link)
    assert ledger.ask_third(gbr, gbr.third, "JPN") == 1
    note = newest(gbr)
    verify_note(note, parse_key(witness.vkey))
    for key in ledger.witness_keys(nodes[1].anchor, gbr.clock.now()):
        verify_note(note, key)
    (view,) = ledger.show(gbr, partner="JPN", audit_log=False, limit=1)
    assert view.checkpoints[0].quorum
    assert ledger.ask_third(gbr, gbr.third, "JPN") == 0
    assert [leaf.body["witness"] for leaf in leaves_of(gbr, AUDIT) if leaf.kind == "witness-asked"] == [witness.name]


def test_growth_is_proved_to_it_and_nothing_of_a_leaf_goes_there(nodes, witness, url, link):
    gbr = with_third(nodes[0], witness, url, link)
    ledger.ask_third(gbr, gbr.third, "JPN")
    for _ in range(3):
        send(gbr, "JPN", 3)
        cosigned(*nodes)
        assert ledger.ask_third(gbr, gbr.third, "JPN") == 1
    sent = b"".join(witness.seen)
    for leaf in leaves_of(gbr, OURS):
        for value in (leaf.body["env_id"], leaf.body["env_hash"], leaf.commitment.hex()):
            assert value.encode() not in sent
    lines = {line for body in witness.seen for line in body.split(b"\n")}
    assert not any(b"witness" in line for line in lines)


def test_a_witness_that_is_behind_or_new_is_told_from_where_it_stands(nodes, witness, url, link):
    gbr = with_third(nodes[0], witness, url, link)
    ledger.ask_third(gbr, gbr.third, "JPN")
    remembered = dict(witness.state)
    send(gbr, "JPN")
    cosigned(*nodes)
    ledger.ask_third(gbr, gbr.third, "JPN")
    witness.state = remembered
    send(gbr, "JPN")
    cosigned(*nodes)
    assert ledger.ask_third(gbr, gbr.third, "JPN") == 1


def test_a_witness_that_cosigned_more_than_there_is_is_an_error_of_this_node(nodes, witness, url, link):
    gbr = with_third(nodes[0], witness, url, link)
    witness.state["tasuki/GBR/gbr-1/pair/JPN"] = 99, bytes(32)
    with pytest.raises(WorldError) as caught:
        ledger.ask_third(gbr, gbr.third, "JPN")
    assert (caught.value.reason.code, caught.value.reason.params["theirs"]) == ("ledger.third-ahead", 99)


LIES = {
    "an error": (500, b"trouble"),
    "nothing": (200, b""),
    "garbage": (200, b"\xff"),
    "a size that is none": (409, b"many\n"),
    "another text": (200, b"\nmore\n\n"),
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_an_answer_that_is_no_cosignature_is_not_kept(nodes, witness, url, link, lie):
    gbr = with_third(nodes[0], witness, url, link)
    witness.lie = LIES[lie]
    with pytest.raises(PeerError) as caught:
        ledger.ask_third(gbr, gbr.third, "JPN")
    assert caught.value.reason.code == "ledger.third-answer"
    assert len(newest(gbr).lines) == 3


def test_a_cosignature_of_another_time_is_not_kept(nodes, witness, url, link):
    gbr = with_third(nodes[0], witness, url, link)
    witness.now += 301
    with pytest.raises(PeerError):
        ledger.ask_third(gbr, gbr.third, "JPN")
    assert len(newest(gbr).lines) == 3


def test_an_answer_without_end_is_cut(nodes, witness, url, link):
    gbr = with_third(nodes[0], witness, url, link)
    witness.lie = 200, b"x" * (MAX_ANSWER_BYTES + 1)
    with pytest.raises(WorldError):
        ledger.ask_third(gbr, gbr.third, "JPN")


def test_a_dead_third_witness_holds_nobody_up_and_is_an_alarm_if_the_policy_asks_for_it(nodes, witness, link, hands):
    for quorum, told in (("w", True), ("none", False)):
        gbr = with_third(nodes[0], witness, "http://127.0.0.1:1/w", link, quorum)
        send(gbr, "JPN")
        with pytest.raises(WorldError) as caught:
            ledger.ask_third(gbr, gbr.third, "JPN")
        assert caught.value.reason.code == "adapters.cannot-reach"
        assert ledger.cosign_with(gbr, "JPN")
        hands.now += timedelta(minutes=20)
        assert ("health.third-silent" in codes(gbr)) is told
        (view,) = ledger.show(gbr, partner="JPN", audit_log=False, limit=1)
        assert view.checkpoints[0].quorum is not told


def test_the_alarm_ends_with_the_first_cosignature(nodes, witness, url, link, hands):
    gbr = with_third(nodes[0], witness, url, link)
    hands.now += timedelta(minutes=20)
    assert "health.third-silent" in codes(gbr)
    witness.now = int(hands.now.timestamp())
    ledger.ask_third(gbr, gbr.third, "JPN")
    assert "health.third-silent" not in codes(gbr)


def test_the_last_checkpoint_of_a_period_is_cosigned_too(nodes, witness, url, link, hands):
    gbr = with_third(nodes[0], witness, url, link)
    hands.now = datetime(2027, 1, 4, tzinfo=UTC)
    witness.now = int(hands.now.timestamp())
    log_leaf(gbr, "JPN", seq=9)
    ledger.cosign_with(gbr, "JPN")
    assert ledger.ask_third(gbr, gbr.third, "JPN") == 2
    assert len(witness.state) == 2


@pytest.mark.parametrize("name", ["tasuki/GBR/gbr-1/pair/JPN", "tasuki/JPN/jpn-1/witness"])
def test_nobody_counts_twice(nodes, witness, url, link, name):
    gbr = with_third(nodes[0], replace(witness, name=name), url, link)
    with pytest.raises(InputError) as caught:
        ledger.ask_third(gbr, gbr.third, "JPN")
    assert caught.value.reason.code == "ledger.witness-twice"
    assert witness.seen == []
