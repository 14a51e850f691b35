# SPDX-License-Identifier: MIT
"""What the store says of the node's health: what waits longest, what failed, what nobody cosigned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasuki.base.time import to_micros
from tasuki.core.ledger.model import AUDIT, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.store import channel, health, holdings, ledger

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
SEALED = channel.SealedEnvelope(
    env_id="e1", lane="bulk", epoch=1, seq=1, type="objects", hash="a" * 64, raw=b"raw", objects=3, sealed_at=NOW,
    state="sealed",
)  # fmt: skip


def read(database, act, *arguments):
    with database.read() as connection:
        return act(connection, *arguments)


@pytest.fixture(autouse=True)
def partner(database):
    database.write(lambda c: channel.add_partner(c, participant="JPN", node="JPN/jpn-1", anchor=b"a", at=NOW))


def test_a_node_to_which_nothing_happened_is_well(database):
    for look in (health.waiting, health.dead, health.equivocations, health.quarantine, health.uncosigned):
        assert not read(database, look), look
    assert read(database, health.log_sizes) == {}


def test_the_longest_wait_of_a_lane_counts_what_is_queued_and_what_is_sealed(database):
    def work(connection):
        channel.keep_sealed(connection, "JPN", SEALED)
        channel.keep_sealed(connection, "JPN", replace(SEALED, env_id="e2", seq=2, state="stored"))
        for lane in ("bulk", "urgent"):
            channel.enqueue(connection, partner="JPN", lane=lane, kind="objects", body=b"", at=LATER)

    database.write(work)
    found = {each.lane: (each.partner, each.since, each.count) for each in read(database, health.waiting)}
    assert found == {"bulk": ("JPN", NOW, 2), "urgent": ("JPN", LATER, 1)}


def test_letters_that_came_to_nothing_are_counted_by_partner_and_answer(database):
    def work(connection):
        for seq, state in enumerate(("stored", "refused", "refused", "expired", "unsupported", "sealed"), 1):
            channel.keep_sealed(connection, "JPN", replace(SEALED, env_id=f"e{seq}", seq=seq, state=state))

    database.write(work)
    assert read(database, health.dead) == {("JPN", "refused"): 2, ("JPN", "expired"): 1, ("JPN", "unsupported"): 1}


def test_lies_and_quarantined_pieces_are_counted(database):
    def work(connection):
        for second in ("b" * 64, "c" * 64):
            channel.keep_equivocation(
                connection, partner="JPN", env_id="e1", hashes=("a" * 64, second), second=b"raw", at=NOW
            )
        piece = {"source": "JPN", "place": "0", "stix_id": None, "params": "{}", "digest": b"", "at": to_micros(NOW)}
        rows = [{**piece, "code": code, "ciphertext": None, "wrapped": None} for code in ("a", "b", "b")]
        holdings.set_aside(connection, rows)

    database.write(work)
    assert read(database, health.equivocations) == {"JPN": 2}
    assert read(database, health.quarantine) == {"a": 1, "b": 2}


def test_a_pair_log_is_uncosigned_from_the_first_leaf_no_cosignature_covers(database):
    log = pair_log("JPN")

    def work(connection):
        for each in (log, AUDIT):
            for minute in range(3):
                ledger.append(connection, each, "act", {}, NOW + timedelta(minutes=minute), bytes(32))
        ledger.keep_checkpoint(connection, Period(log=log), 1, b"note", NOW)
        ledger.keep_checkpoint(connection, Period(log=log), 2, b"note", NOW)

    database.write(work)
    (found,) = read(database, health.uncosigned)
    assert (found.log, found.since, found.leaves) == (log, NOW, 3)
    database.write(lambda c: ledger.keep_cosigned(c, Period(log=log), 1, b"cosigned"))
    (found,) = read(database, health.uncosigned)
    assert (found.since, found.leaves) == (NOW + timedelta(minutes=1), 2)
    assert read(database, health.log_sizes) == {log: 3, AUDIT: 3}


def test_the_sqlite_of_this_program_does_not_corrupt_and_postgresql_is_none(database):
    assert health.sqlite_with_reset_bug(database) is None
