# SPDX-License-Identifier: MIT
"""The logs: leaves follow one another, roots are those of the leaves, and what proves a lie is kept once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasuki.base.canonical import canonical
from tasuki.base.time import to_micros
from tasuki.core.ledger.model import AUDIT, Leaf, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.formats.tlog import merkle
from tasuki.store import ledger
from tasuki.store.ledger import MAX_FORKS, Entry, Fork, Witnessed

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SALT = bytes(range(32))
PAIR = pair_log("JPN")
FIRST = Witnessed(size=0, root=merkle.EMPTY_ROOT, note=b"")


def append(database, log=AUDIT, at=NOW, **body) -> int:
    return database.write(lambda c: ledger.append(c, log, "act", body or {"act": "tested"}, at, SALT))


def read(database, act, *arguments, **named):
    with database.read() as connection:
        return act(connection, *arguments, **named)


def entry(number: int) -> Entry:
    return Entry(kind="act", salt=SALT, body=canonical({"number": number}), env_id=f"e{number}")


def test_leaves_follow_one_another_in_each_log_and_come_back_as_they_were(database):
    assert [append(database), append(database, PAIR, env_id="e1"), append(database, 作用="試験")] == [0, 0, 1]
    assert (read(database, ledger.size, AUDIT), read(database, ledger.size, PAIR)) == (2, 1)
    assert read(database, ledger.size, "nothing") == 0
    assert sorted(read(database, ledger.logs)) == [AUDIT, PAIR]
    first, second = read(database, ledger.leaves, AUDIT, 0, 9)
    assert (first.index, first.kind, first.salt, first.body) == (0, "act", SALT, {"act": "tested"})
    assert second.body == {"作用": "試験"}
    assert read(database, ledger.leaves, AUDIT, 1, 2) == [second]
    assert read(database, ledger.leaves_at, AUDIT, [1, 7]) == {1: second}


def test_an_act_that_is_undone_leaves_no_leaf(database):
    append(database)
    before = read(database, ledger.root, AUDIT)

    def undone(connection):
        ledger.append(connection, AUDIT, "act", {}, NOW, SALT)
        raise KeyError

    with pytest.raises(KeyError):
        database.write(undone)
    assert read(database, ledger.root, AUDIT) == before
    assert append(database) == 1


def test_the_root_is_that_of_the_leaves_however_they_came(database):
    database.write(lambda c: ledger.extend(c, AUDIT, [entry(number) for number in range(300)], NOW))
    for number in range(300, 305):
        database.write(lambda c, n=number: ledger.extend(c, AUDIT, [entry(n)], NOW))
    stored = read(database, lambda c: list(ledger.stored_leaves(c, AUDIT)))
    hashes = [leaf.hash for leaf in stored]
    assert [leaf.index for leaf in stored] == list(range(305))
    assert hashes == [merkle.leaf_hash(each.commitment) for each in read(database, ledger.leaves, AUDIT, 0, 305)]
    assert read(database, ledger.root, AUDIT) == (305, merkle.root(hashes))
    for size in (0, 1, 255, 256, 257, 300, 305):
        assert read(database, ledger.root_at, AUDIT, size) == merkle.root(hashes[:size])
    (subtree,) = read(database, lambda c: list(ledger.subtrees(c, Period(log=AUDIT))))
    assert tuple(subtree) == (1, 0, merkle.root(hashes[:256]))


def test_leaves_are_found_newest_first_and_by_their_envelope(database):
    for number in range(3):
        append(database, PAIR, at=NOW + timedelta(seconds=number), env_id=f"e{number % 2}", number=number)
    newest = read(database, ledger.newest, PAIR, 2)
    assert [(leaf.index, at) for leaf, at in newest] == [(n, to_micros(NOW + timedelta(seconds=n))) for n in (2, 1)]
    about = read(database, ledger.about, PAIR, ["e0", "e9"])
    assert {env_id: [leaf.index for leaf in leaves] for env_id, leaves in about.items()} == {"e0": [0, 2]}
    assert read(database, ledger.about, AUDIT, ["e0"]) == {}


def test_a_checkpoint_of_a_size_stands_once_and_gets_its_cosignature(database):
    first = database.write(lambda c: ledger.keep_checkpoint(c, Period(log=PAIR), 1, b"note", NOW))
    again = database.write(lambda c: ledger.keep_checkpoint(c, Period(log=PAIR), 1, b"another", NOW))
    assert (first.note, again.note) == (b"note", b"note")
    database.write(lambda c: ledger.keep_checkpoint(c, Period(log=PAIR), 5, b"later", NOW))
    assert read(database, ledger.checkpoint, PAIR, cosigned=True) is None
    database.write(lambda c: ledger.keep_cosigned(c, Period(log=PAIR), 1, b"note and line"))
    assert read(database, ledger.checkpoint, PAIR, cosigned=True).cosigned == b"note and line"
    assert read(database, ledger.checkpoint, PAIR).size == 5
    assert read(database, lambda c: [each.size for each in ledger.checkpoints(c, Period(log=PAIR))]) == [1, 5]
    assert read(database, ledger.checkpoint_count, PAIR) == 2
    assert read(database, ledger.checkpoint, AUDIT) is None


def test_a_witness_moves_only_from_where_it_stands(database):
    def move(expected, then):
        return database.write(lambda c: ledger.move_witnessed(c, "tasuki/JPN/jpn-1/pair/GBR", expected, then))

    one, two = (Witnessed(size=size, root=bytes([size]) * 32, note=b"note") for size in (1, 2))
    assert read(database, ledger.witnessed, "tasuki/JPN/jpn-1/pair/GBR") == FIRST
    assert move(FIRST, one)
    assert not move(FIRST, two)
    assert move(one, two)
    assert not move(one, two)
    assert read(database, ledger.witnessed, "tasuki/JPN/jpn-1/pair/GBR") == two


def test_a_contradiction_is_kept_once_at_its_index(database):
    leaf = Leaf(index=4, kind="receipt-issued", salt=SALT, body={"env_id": "e1"})

    def keep():
        return database.write(lambda c: ledger.keep_contradiction(c, "JPN", leaf, "env_hash", NOW))

    assert keep()
    assert not keep()
    assert read(database, ledger.contradictions, "JPN") == [(leaf, "env_hash", NOW)]
    assert read(database, ledger.contradictions, "AUS") == []


def test_forks_are_kept_once_and_not_without_end(database):
    def keep(number):
        fork = Fork(size=number, note=b"one", cosigned=b"other", at=NOW)
        return database.write(lambda c: ledger.keep_fork(c, "JPN", fork, bytes(32)))

    assert keep(1)
    assert not keep(1)
    assert [keep(number) for number in range(2, MAX_FORKS + 2)] == [True] * (MAX_FORKS - 1) + [False]
    assert len(read(database, ledger.forks, "JPN")) == MAX_FORKS


def test_what_was_mirrored_unseen_is_remembered_until_it_arrives(database):
    database.write(lambda c: ledger.keep_unseen(c, "JPN", [1, 3, 5], NOW))
    database.write(lambda c: ledger.keep_unseen(c, "JPN", [], NOW))
    later = NOW + timedelta(minutes=1)
    database.write(lambda c: ledger.settle_unseen(c, "JPN", [1], 5, later))
    found = read(database, ledger.unseen, "JPN", 0, 9)
    assert [(each.index, each.cosigned_at) for each in found] == [(3, later), (5, None)]
    assert [each.index for each in read(database, ledger.unseen, "JPN", 4, 9)] == [5]
    assert read(database, ledger.unseen, "AUS", 0, 9) == []
