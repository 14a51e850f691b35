# SPDX-License-Identifier: MIT
"""Recovery on both databases: a node that lost everything but its keys has all of it again that its partner knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from making_ledger import cosigned
from making_nodes import Hands, anchor_file, two_nodes
from making_recovery import leaves, receive
from making_release import audited, indicator, uid
from making_withdrawal import give, matches
from tasuki.base.ids import Audience
from tasuki.core.recovery.copies import Copy
from tasuki.services import health, journal, ledger, persons, recovery, withdrawal
from tasuki.services.channel import sync
from tasuki.services.node.matching import Matching
from tasuki.store import channel
from tasuki.store import journal as entries
from tasuki.store import recovery as store
from tasuki.store.database import Database
from tasuki.store.release import Labels

GBR, JPN = Audience.parse("GBR/ncsc:csirt"), Audience.parse("JPN/nco:csirt")


@pytest.fixture
def pair(tmp_path):
    with two_nodes(tmp_path, receive, hands=Hands()) as nodes:
        yield nodes


@pytest.fixture
def emptied(pair, node_url):
    """Give the UK's node, and Japan's after a history, with an empty database in place of the one it had."""
    gbr, jpn = pair
    give(gbr, JPN, *(indicator(number, "green") for number in (1, 2, 3)))
    give(jpn, GBR, indicator(11, "green"))
    sync(gbr, "JPN")
    sync(jpn, "GBR")
    cosigned(gbr, jpn)
    withdrawal.recall(gbr, [uid("indicator", 1)], why="Sent by mistake.")
    sync(gbr, "JPN")
    sync(jpn, "GBR")
    cosigned(gbr, jpn)
    again = replace(jpn, database=Database(node_url), labels=Labels(), matching=Matching())
    journal.attach(again)

    def begin(connection):
        channel.add_partner(
            connection, participant="GBR", node="GBR/gbr-1", anchor=anchor_file(gbr), at=again.clock.now()
        )
        channel.trust_partner(connection, participant="GBR", compared_by="test")
        store.close(connection, cause="restored", at=again.clock.now(), taken_at=None)

    again.database.write(begin)
    gbr.link.peers["JPN/jpn-1"] = again
    yield gbr, jpn, again
    again.database.close()


def test_log_lanes_and_content_are_there_again(emptied):
    gbr, jpn, again = emptied
    before = leaves(jpn, "GBR")
    assert not recovery.catch_up(again)
    assert leaves(again, "GBR")[: len(before)] == before
    sync(gbr, "JPN")
    assert recovery.catch_up(again)
    assert [matches(again, uid("indicator", number)) for number in (1, 2, 3)] == [False, True, True]
    give(again, GBR, indicator(12, "green"))
    sync(again, "GBR")
    assert matches(gbr, uid("indicator", 12))
    cosigned(gbr, again)
    for each in ledger.examine(again, "GBR"):
        assert not each.differences, [reason.sentence() for reason in each.differences]
    (rebuilt,) = audited(again, "recovery:partner:rebuild")
    assert (rebuilt["lost"], rebuilt["receipts"]) == (0, 2)


def test_what_is_remembered_of_a_recovery_is_read_as_it_was_written(emptied):
    _, _, again = emptied

    def work(connection):
        store.note_recovery(connection, "GBR", "people", {"code": "x"}, again.clock.now())
        store.note_recovery(connection, "GBR", "rebuilt", {"target": 3}, again.clock.now())
        store.remember(connection, "disposed", ["a", "b"], {})
        store.remember(connection, "disposed", ["a"], {"n": 1})
        store.forget(connection, "disposed", ["b"])
        store.note_copy(connection, "GBR", "ours", Copy(number=3, token="t"), "next")
        return (
            store.recoveries(connection)["GBR"].said,
            dict(store.remembered(connection, "disposed", ["a", "b", "c"])),
            store.copy(connection, "GBR", "ours"),
            store.copy(connection, "GBR", "theirs"),
        )

    said, remembered, ours, theirs = again.database.write(work)
    assert said == {"target": 3}
    assert remembered == {"a": {"n": 1}}
    assert ours == (Copy(number=3, token="t"), "next")
    assert theirs == (Copy(number=0, token=""), "")


def test_a_closing_stands_until_it_is_opened(emptied):
    _, _, again = emptied
    now = again.clock.now()

    def work(connection):
        found = [store.is_closed(connection), store.open_up(connection, at=now, by="Ash, Elm")]
        found += [store.is_closed(connection), store.open_up(connection, at=now, by="nobody")]
        return [*found, store.closure(connection).opened_by]

    assert again.database.write(work) == [True, True, False, False, "Ash, Elm"]


def test_what_is_noted_is_in_the_file_before_the_act_is_answered_and_no_longer_in_the_database(emptied):
    _, _, again = emptied
    persons.add(again, "bell", "JPN/nco:csirt")
    persons.remove(again, "bell")
    noted = journal.entries(again)[-1]
    assert (noted.body["kind"], noted.body["name"]) == ("removed", "bell")
    with again.database.read() as connection:
        assert entries.pending(connection) == []
        assert entries.last(connection) == noted.number


def test_what_a_crash_left_behind_is_carried_over_at_the_next_start(emptied):
    _, _, again = emptied
    again.database.on_noted = None
    persons.add(again, "bell", "JPN/nco:csirt")
    persons.remove(again, "bell")
    with again.database.read() as connection:
        (waiting,) = entries.pending(connection)
    recovery.wake(again)
    assert waiting.number in [each.number for each in journal.entries(again)]


def test_what_was_undone_leaves_no_entry(emptied):
    _, _, again = emptied
    before = journal.entries(again)

    def work(connection):
        entries.note(connection, "removed", {"name": "nobody"})
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 ours
        again.database.write(work)
    again.database.write(lambda _: None)
    assert journal.entries(again) == before


def said(node):
    return {each.reason.code for each in health.doctor(node)}


def test_the_doctor_and_an_urgent_alarm_say_that_the_node_is_closed(emptied):
    _, _, again = emptied
    assert "recovery.closed" in said(again)
    assert ("urgent", "recovery.closed") in {(each.severity, each.reason.code) for each in health.alarms(again)}
    recovery.open_by_people(again, ["Ash", "Elm"], "We compared the logs.")
    assert "recovery.closed" not in said(again)


@pytest.mark.parametrize("harm", ["lost", "altered"])
def test_the_doctor_finds_a_journal_that_was_lost_or_altered(emptied, harm):
    _, _, again = emptied
    for name in ("bell", "hill"):
        persons.add(again, name, "JPN/nco:csirt")
        persons.remove(again, name)
    assert not {"health.journal-behind", "health.journal-altered"} & said(again)
    if harm == "lost":
        again.journal.path.unlink()
        assert "health.journal-behind" in said(again)
        return
    raw = bytearray(again.journal.path.read_bytes())
    raw[20] ^= 1
    again.journal.path.write_bytes(raw)
    assert "health.journal-altered" in said(again)
