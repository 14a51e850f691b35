# SPDX-License-Identifier: MIT
"""Moves REL13, REL15 and REL18: what is taken back leaves every way out at the commit, wherever it went.

Each way out is shown to be one before: what can be got by none of them cannot be taken from any.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from making_release import BBB, CCC, audited, indicator, raw_of, states, take_in, three_nodes, uid
from making_withdrawal import give, made, matches, received
from tasuki.base.ids import Audience
from tasuki.core.persons.model import Principal
from tasuki.services import consent, detection, health, holdings, reading, release, tearline, withdrawal
from tasuki.services.channel import push, seal_next, sync
from tasuki.services.holdings import Selection
from tasuki.store import channel, search, sending

ONE, TWO = uid("indicator", 1), uid("indicator", 2)
WORD = "kanarienvogel"


@pytest.fixture
def three(tmp_path):
    with three_nodes(tmp_path) as nodes:
        yield nodes


def listed(node):
    return ONE in [each["id"] for each in holdings.listed(node, types=(), sources=(), limit=99)]


def found(node):
    return ONE in [each["id"] for each in holdings.find(node, WORD, 9)]


def indexed(node):
    """Whether a live holding of it is found by its word, as the view selects it."""
    with node.database.read() as connection:
        positions = search.candidates(connection, [WORD], 9)
        return bool(sending.standing(connection, positions))


def shown(node):
    return any(each.body is not None for each in holdings.show(node, ONE))


def exported(node):
    return ONE.encode() in b"".join(part.body for part in holdings.export(node, Selection()))


def read_by_another_desk(node):
    reader = Principal(Audience.parse(f"{node.me.participant}/police:csirt"))
    return ONE.encode() in reading.listed(node, reader, (), (), 99, "").body


def usable(node):
    return bool(detection.usable(node, ONE)["usable"])


def hunted(node, folder):
    log = folder / "dns.json"
    log.write_text(json.dumps({"ts": 1_772_000_000.0, "query": "n1.example", "id.orig_h": "192.0.2.1"}) + "\n")
    return any(hit.indicator == ONE for hit in detection.hunt_held(node, [log], detection.ScanReport()))


WAYS = {
    "list": listed,
    "find": found,
    "index of words": indexed,
    "show": shown,
    "export": exported,
    "another desk": read_by_another_desk,
    "matcher": matches,
    "indicator": usable,
}


def by(way, node):
    return WAYS[way](node, ONE) if way == "matcher" else WAYS[way](node)


def spread(three):
    """Let AAA give something to BBB, BBB hand it on to CCC; something else stays."""
    give(three.aaa, BBB, indicator(1, "clear", name=WORD), indicator(2, "clear", name="stays"))
    three.carry()
    release.share(three.bbb, [ONE, TWO], CCC)
    three.carry()


@pytest.mark.parametrize("way", WAYS)
def test_what_is_recalled_leaves_this_way_out_at_all_three_nodes(three, way):
    spread(three)
    assert all(by(way, node) for node in three.all)
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    assert not by(way, three.aaa), "at the commit, before anything travelled"
    seal_next(three.aaa, "BBB", "urgent")
    push(three.aaa, "BBB", "urgent")
    assert not by(way, three.bbb), "with the receipt"
    assert by(way, three.ccc), "it was not told yet"
    sync(three.bbb, "CCC")
    assert not by(way, three.ccc)
    assert all(matches(node, TWO) for node in three.all)


def test_every_node_that_got_it_attests_to_the_one_it_got_it_from(three):
    spread(three)
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    three.carry()
    assert made(three.aaa) == [("BBB", "recall", [ONE], {"use-stopped": 1})]
    assert made(three.bbb) == [("CCC", "recall", [ONE], {"use-stopped": 1})]
    assert received(three.ccc) == [("BBB", "recall", [ONE], {"use-stopped": 1})]


def test_an_attestation_names_no_third_participant_and_nobody_who_got_it_onward(three):
    """Counts by class are all that is said: that CCC got it is between BBB and CCC."""
    spread(three)
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    three.carry()
    with three.aaa.database.read() as connection:
        for _, body, _ in channel.messages(connection, "attestation"):
            assert b"CCC" not in body
            assert set(json.loads(body)) == {"at", "counts", "of", "statement"}
            assert set(json.loads(body)["counts"]) <= {"use-stopped"}


def test_a_tombstone_carries_ids_alone_and_goes_to_those_who_had_it(three):
    give(three.aaa, BBB, indicator(1, "clear", name=WORD))
    three.carry()
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    three.carry()
    assert received(three.ccc) == []
    with three.bbb.database.read() as connection:
        (notice,) = channel.messages(connection, "recall")
    assert set(json.loads(notice[1])) == {"at", "ids", "reason"}
    assert WORD.encode() not in notice[1]


def test_a_recall_that_overtakes_its_object_waits_for_it(three):
    give(three.aaa, BBB, indicator(1, "clear", name=WORD))
    three.seal(three.aaa, "BBB")
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    seal_next(three.aaa, "BBB", "urgent")
    push(three.aaa, "BBB", "urgent")
    push(three.aaa, "BBB", "bulk")
    assert states(three.bbb, ONE) == [("AAA", "recalled")]
    assert not matches(three.bbb, ONE)


def test_what_waits_never_leaves_and_what_is_sealed_is_followed_by_its_recall(three):
    """A sealed envelope cannot be unsealed: its number is spoken for. So the recall follows it, on the urgent lane."""
    take_in(three.aaa, indicator(1, "clear", name=WORD), indicator(2, "clear"))
    release.share(three.aaa, [TWO], BBB)
    three.seal(three.aaa, "BBB")
    release.share(three.aaa, [ONE], BBB)
    told = withdrawal.recall(three.aaa, [ONE, TWO], why="Sent by mistake.")["told"]
    assert told == [{"partner": "BBB", "verb": "recall", "ids": 1}], "of what never left nobody hears"
    three.carry()
    assert states(three.bbb, ONE) == []
    assert states(three.bbb, TWO) == [("AAA", "recalled")]
    assert audited(three.aaa, "withheld")


def test_what_was_recalled_cannot_be_handed_on(three):
    give(three.aaa, BBB, indicator(1, "clear", name=WORD))
    three.carry()
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    three.carry()
    reported = release.share(three.bbb, [ONE], CCC)
    assert (reported.released, sum(reported.withheld.values())) == (0, 1)


def test_a_hunt_that_runs_finds_it_no_longer(three, tmp_path):
    give(three.aaa, BBB, indicator(1, "clear", name=WORD), indicator(2, "clear"))
    three.carry()
    assert hunted(three.bbb, tmp_path)
    log = tmp_path / "long.json"
    row = json.dumps({"ts": 1_772_000_000.0, "query": "n1.example", "id.orig_h": "192.0.2.1"}) + "\n"
    log.write_text(row * 20_000)
    hits = detection.hunt_held(three.bbb, [log], detection.ScanReport())
    assert next(hits).indicator == ONE
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    three.carry()
    three.bbb.matching.catch_up(three.bbb)
    assert list(hits) == []


def test_a_tear_line_made_from_it_alarms(three):
    one, two = (Principal(Audience.parse(f"BBB/cert:csirt@{name}"), name) for name in ("ash", "elm"))
    give(three.aaa, BBB, indicator(1, "clear", name=WORD))
    three.carry()
    order = tearline.Order(
        ids=(ONE,),
        marking=tearline.Marking(to="CCC", tlp="clear", personal_data="no"),
        edited=raw_of(indicator(60, name="A tear-line")),
        why="To warn them.",
    )
    tearline.release(three.bbb, two, tearline.draft(three.bbb, one, order).number, why="Fit to go.")
    assert "health.source-lost" not in {alarm.reason.code for alarm in health.alarms(three.bbb)}
    withdrawal.recall(three.aaa, [ONE], why="Sent by mistake.")
    three.carry()
    assert "health.source-lost" in {alarm.reason.code for alarm in health.alarms(three.bbb)}


class TestREL13:
    """A stricter marking: what went before is withheld from now on, and those who got it hear a recall."""

    def test_the_older_version_goes_nowhere_and_a_recipient_out_of_reach_is_told(self, three):
        spread(three)
        withdrawal.narrow(three.aaa, [ONE], level="red", why="It names a source.")
        assert not release.share(three.aaa, [ONE], BBB).released
        assert release.explain(three.aaa, ONE, CCC).verdict.allowed is False
        three.carry()
        assert not matches(three.bbb, ONE)
        assert not matches(three.ccc, ONE)

    def test_a_recipient_that_may_keep_it_hands_it_on_to_nobody_who_may_not(self, three):
        spread(three)
        withdrawal.narrow(three.aaa, [ONE], level="amber", audiences=["BBB/cert:csirt"], why="It names a source.")
        three.carry()
        assert matches(three.bbb, ONE)
        assert not matches(three.ccc, ONE)
        assert not read_by_another_desk(three.bbb)
        assert not release.share(three.bbb, [ONE], CCC).released


class TestREL15:
    """A revoked object: readable, matched by nothing, and only those who had it hear of it."""

    def test_it_matches_nowhere_and_is_told_to_those_who_had_it(self, three):
        give(three.aaa, BBB, indicator(1, "clear", name=WORD))
        three.carry()
        withdrawal.revoke(three.aaa, [ONE], why="It was wrong.")
        assert not matches(three.aaa, ONE)
        three.carry()
        assert not matches(three.bbb, ONE)
        assert shown(three.bbb)
        assert received(three.ccc) == []


class TestREL18:
    """Consent withdrawn after sharing: a recall, and no more sends."""

    def test_what_went_by_it_is_called_back_and_goes_no_more(self, three):
        give(three.aaa, BBB, indicator(1, "amber", name=WORD))
        three.carry()
        until = three.hands.now + timedelta(days=9)
        (asked,) = consent.ask(three.bbb, consent.Asking(ids=(ONE,), to=CCC, until=until, why="To warn them."))
        three.carry()
        consent.grant(three.aaa, asked.request, why="Do.")
        three.carry()
        assert release.share(three.bbb, [ONE], CCC).released == 1
        three.carry()
        assert matches(three.ccc, ONE)
        consent.withdraw(three.aaa, asked.request, why="No longer.")
        three.carry()
        assert not matches(three.ccc, ONE)
        assert not release.share(three.bbb, [ONE], CCC).released
