# SPDX-License-Identifier: MIT
"""What the logs remember, on both databases: roots and proofs of every size, one order, and states that move once."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, WorldError
from tasuki.core.ledger.model import Leaf, hash_stored
from tasuki.core.ledger.periods import PERIOD_OPENED, Period, Turn
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.tiles import subtree_root
from tasuki.store import ledger as store
from tasuki.store.database import METADATA, Database

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
LOG = "pair:JPN"
SIZES = (0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 1024)
BIG = 65_536 + 256 + 3


def entry(number, kind="envelope-sent"):
    body = {"env_id": f"e{number // 2}", "n": number}
    return store.Entry(kind=kind, salt=number.to_bytes(32, "big"), body=canonical(body), env_id=body["env_id"])


def hashes(count):
    return [hash_stored(each.salt, each.kind, each.body) for each in map(entry, range(count))]


def grow(database, count, log=LOG):
    def work(connection):
        start = store.size(connection, log)
        return store.extend(connection, log, [entry(number) for number in range(start, start + count)], NOW)

    return database.write(work)


def ask(database, act, *arguments, **named):
    with database.read() as connection:
        return act(connection, *arguments, **named)


def test_the_root_is_that_of_the_leaves_at_every_size_it_ever_had(database):
    leaves = hashes(SIZES[-1])
    for size in SIZES[1:]:
        grow(database, size - ask(database, store.size, LOG))
        assert ask(database, store.root, LOG) == (size, merkle.root(leaves[:size]))
    for size in SIZES:
        assert ask(database, store.root_at, LOG, size) == merkle.root(leaves[:size])
        frontier = ask(database, store.frontier_at, Period(log=LOG), size)
        assert merkle.root_of_frontier(frontier) == merkle.root(leaves[:size])


def test_one_by_one_or_all_at_once_is_the_same_log(database):
    for _ in range(300):
        grow(database, 1, "one")
    grow(database, 300, "many")
    assert ask(database, store.edge, Period(log="one")) == ask(database, store.edge, Period(log="many"))
    one, many = (ask(database, lambda c, log=log: list(store.subtrees(c, Period(log=log)))) for log in ("one", "many"))
    assert one == many
    assert [(level, position) for level, position, _ in one] == [(1, 0)]


def test_proofs_out_of_a_log_of_two_levels_verify_and_read_little(database):
    grow(database, BIG)
    leaves = hashes(BIG)
    root, read = merkle.root(leaves), []
    with database.read() as connection:
        row = store.row_of(connection, Period(log=LOG))
        assert store.root_at(connection, LOG, BIG) == root
        subtree = store.range_of(connection, Period(log=LOG))
        for index in (0, 255, 256, 65_535, 65_536, BIG - 1):
            proof = merkle.inclusion_proof(index, BIG, subtree)
            merkle.verify_inclusion(index=index, size=BIG, leaf=leaves[index], proof=proof, root_hash=root)
        for old in (1, 256, 257, 65_536, 65_537, BIG - 1, BIG):
            proof = merkle.consistency_proof(old, BIG, subtree)
            merkle.verify_consistency(old=old, new=BIG, old_root=merkle.root(leaves[:old]), new_root=root, proof=proof)
        merkle.inclusion_proof(12_345, BIG, lambda start, end: store_counting(row, read, start, end))
    assert sum(read) < 1000


def store_counting(row, read, start, end):
    def counted(level, first, count):
        read.append(count)
        return row(level, first, count)

    return subtree_root(start, end, counted)


def test_a_missing_leaf_or_subtree_is_said_and_not_hashed_over(database):
    grow(database, 600)
    database.write(lambda c: c.execute(store.LEAVES.delete().where(store.LEAVES.c.leaf_index == 513)))
    with pytest.raises(WorldError) as caught:
        ask(database, store.root_at, LOG, 600)
    assert caught.value.reason.code == "ledger.store-altered"
    database.write(lambda c: c.execute(store.SUBTREES.delete()))
    with pytest.raises(WorldError):
        ask(database, store.root_at, LOG, 512)


def test_leaves_are_found_by_the_envelope_they_are_about(database):
    grow(database, 10)
    found = ask(database, store.about, LOG, ["e1", "e3", "none"])
    assert {env_id: [leaf.index for leaf in leaves] for env_id, leaves in found.items()} == {"e1": [2, 3], "e3": [6, 7]}
    assert ask(database, store.about, "pair:USA", ["e1"]) == {}
    assert [leaf.index for leaf, _ in ask(database, store.newest, LOG, 2)] == [9, 8]
    assert sorted(ask(database, store.leaves_at, LOG, [0, 4, 99])) == [0, 4]


def test_leaves_are_found_without_walking_the_log(tmp_path):
    """On PostgreSQL the plan follows the statistics; SQLite keeps none, so its plan is the same for every size."""
    database = Database(f"sqlite:///{tmp_path / 'log.db'}")
    METADATA.create_all(database.engine)
    try:
        for count in (1, 3, 1000):
            query = store.about_query(LOG, [f"e{number}" for number in range(count)])
            text = str(query.compile(database.engine, compile_kwargs={"literal_binds": True}))
            plan = ask(
                database, lambda c, text=text: [row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            )
            assert plan[0] == "SEARCH log_leaves USING INDEX log_leaves_env_id (env_id=?)"
    finally:
        database.close()


def test_a_leaf_that_is_no_json_any_more_is_said(database):
    grow(database, 3)
    database.write(lambda c: c.execute(store.LEAVES.update().where(store.LEAVES.c.leaf_index == 1).values(body=b"{")))
    with pytest.raises(WorldError) as caught:
        ask(database, store.leaves, LOG, 0, 3)
    assert caught.value.reason.params["index"] == 1
    assert [leaf.body for leaf in ask(database, lambda c: list(store.stored_leaves(c, LOG)))][1] == b"{"


def test_two_processes_add_to_one_log_in_one_order(node_url):
    ours, theirs = Database(node_url), Database(node_url)
    try:
        taken = []

        def add(database, mark):
            for number in range(40):
                each = store.Entry(kind=mark, salt=bytes(32), body=canonical({"n": number}), env_id=None)
                taken.append(database.write(lambda c, each=each: store.extend(c, LOG, [each], NOW)))

        threads = [threading.Thread(target=add, args=each) for each in ((ours, "a"), (theirs, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == list(range(80))
        leaves = ask(ours, lambda c: list(store.stored_leaves(c, LOG)))
        assert [leaf.index for leaf in leaves] == list(range(80))
        assert ask(theirs, store.root, LOG) == (80, merkle.root([leaf.hash for leaf in leaves]))
    finally:
        ours.close()
        theirs.close()


def witnessed(size, mark):
    return store.Witnessed(size=size, root=hashlib.sha256(mark.encode()).digest(), note=mark.encode())


def test_of_two_requests_that_start_from_one_state_one_moves_it(node_url):
    ours, theirs = Database(node_url), Database(node_url)
    try:
        before = ask(ours, store.witnessed, "log")
        assert (before.size, before.root) == (0, merkle.EMPTY_ROOT)
        for step in range(3):
            start, won, barrier = ask(ours, store.witnessed, "log"), [], threading.Barrier(2)

            def move(database, mark, start=start, won=won, barrier=barrier, step=step):
                then = witnessed(step + 1, f"{mark}{step}")
                barrier.wait()
                if database.write(lambda c: store.move_witnessed(c, "log", start, then)):
                    won.append(then)

            threads = [threading.Thread(target=move, args=each) for each in ((ours, "a"), (theirs, "b"))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(won) == 1
            assert ask(theirs, store.witnessed, "log") == won[0]
    finally:
        ours.close()
        theirs.close()


def test_a_state_never_moves_from_another_size_or_root(database):
    first, second = witnessed(5, "five"), witnessed(7, "seven")
    assert database.write(lambda c: store.move_witnessed(c, "log", ask(database, store.witnessed, "log"), first))
    for wrong in (witnessed(4, "five"), witnessed(5, "other"), witnessed(0, "x")):
        assert not database.write(lambda c, wrong=wrong: store.move_witnessed(c, "log", wrong, second))
    assert database.write(lambda c: store.move_witnessed(c, "log", first, second))
    assert ask(database, store.witnessed, "log") == second


def test_a_size_is_signed_once_and_the_first_stands(database):
    keep = store.keep_checkpoint
    assert database.write(lambda c: keep(c, Period(log=LOG), 5, b"first", NOW)).note == b"first"
    assert database.write(lambda c: keep(c, Period(log=LOG), 5, b"second", NOW)).note == b"first"
    database.write(lambda c: keep(c, Period(log=LOG), 9, b"third", NOW + timedelta(seconds=1)))
    database.write(lambda c: store.keep_cosigned(c, Period(log=LOG), 5, b"cosigned"))
    assert ask(database, store.checkpoint, LOG).size == 9
    assert ask(database, store.checkpoint, LOG, cosigned=True).cosigned == b"cosigned"
    assert [each.size for each in ask(database, lambda c: list(store.checkpoints(c, Period(log=LOG))))] == [5, 9]
    assert [each.size for each in ask(database, store.newest_checkpoints, LOG, 5)] == [9, 5]


def test_what_was_cosigned_unseen_is_remembered_until_it_arrives(database):
    later = NOW + timedelta(hours=1)
    database.write(lambda c: store.keep_unseen(c, "JPN", [3, 5, 8], NOW))
    database.write(lambda c: store.settle_unseen(c, "JPN", [3], 6, later))
    assert [(each.index, each.cosigned_at) for each in ask(database, store.unseen, "JPN", 0, 10)] == [
        (5, later),
        (8, None),
    ]
    database.write(lambda c: store.settle_unseen(c, "JPN", [], 9, later + timedelta(hours=1)))
    assert ask(database, store.unseen, "JPN", 0, 10)[0].cosigned_at == later
    assert [each.index for each in ask(database, store.unseen, "JPN", 6, 10)] == [8]
    assert ask(database, store.unseen, "USA", 0, 10) == []


def test_forks_are_kept_once_each_and_not_without_end(database):
    def keep(number):
        fork = store.Fork(size=number, note=b"n", cosigned=b"c", at=NOW)
        return database.write(lambda c: store.keep_fork(c, "JPN", fork, number.to_bytes(32, "big")))

    assert keep(0)
    assert not keep(0)
    assert [keep(number) for number in range(1, 20)].count(True) == store.MAX_FORKS - 1
    assert len(ask(database, store.forks, "JPN")) == store.MAX_FORKS


def test_a_contradicted_leaf_is_kept_once(database):
    leaf = Leaf(index=4, kind="receipt-issued", salt=bytes(32), body={"env_id": "e"})
    assert database.write(lambda c: store.keep_contradiction(c, "JPN", leaf, "env_hash", NOW))
    assert not database.write(lambda c: store.keep_contradiction(c, "JPN", leaf, "env_hash", NOW))
    assert ask(database, store.contradictions, "JPN") == [(leaf, "env_hash", NOW)]


def opening(database, year=2027):
    period = ask(database, store.newest_period, LOG)
    body = canonical(Turn(year=year, size=period.size, root=ask(database, store.root_of, period)).body)
    return store.Entry(kind=PERIOD_OPENED, salt=bytes(32), body=body, env_id=None)


def test_periods_follow_from_the_leaves_in_whatever_parts_they_come(database):
    grow(database, 300)
    turn = opening(database)
    rest = [entry(number) for number in range(1000, 1400)]
    database.write(lambda c: store.extend(c, LOG, [turn, *rest], NOW))
    first, second = ask(database, store.periods, LOG)
    assert (first.start, first.size, second.year, second.start, second.size) == (0, 300, 2027, 300, 401)
    whole = [*ask(database, lambda c: list(store.stored_leaves(c, LOG)))]
    entries = [store.Entry(kind=each.kind, salt=each.salt, body=each.body, env_id=each.env_id) for each in whole]
    for part in entries[:299], entries[299:350], entries[350:]:
        database.write(lambda c, part=part: store.extend(c, "again", part, NOW))
    assert [(each.year, each.start, each.size) for each in ask(database, store.periods, "again")] == [
        (each.year, each.start, each.size) for each in (first, second)
    ]
    hashes_of = [leaf.hash for leaf in whole]
    for log in (LOG, "again"):
        assert ask(database, store.size, log) == 701
        assert ask(database, store.root, log) == (701, merkle.root(hashes_of[300:]))
        assert ask(database, store.root_at, log, 300) == merkle.root(hashes_of[:300])
        assert ask(database, store.root_at, log, 301) == hashes_of[300]
        assert ask(database, store.root_at, log, 600) == merkle.root(hashes_of[300:600])
        for index, start in ((0, 0), (299, 0), (300, 300), (700, 300), (999, 300)):
            assert ask(database, store.period_at, log, index).start == start
        for period in ask(database, store.periods, log):
            with database.read() as connection:
                subtree = store.range_of(connection, period)
                proof = merkle.inclusion_proof(7, period.size, subtree)
            leaf, top = hashes_of[period.start + 7], ask(database, store.root_of, period)
            merkle.verify_inclusion(index=7, size=period.size, leaf=leaf, proof=proof, root_hash=top)
    assert ask(database, store.sizes)[LOG] == 701
    assert ask(database, store.logs) == ["again", LOG]


def test_a_leaf_that_opens_a_period_over_another_past_adds_nothing(database):
    grow(database, 5)
    for changes in ({"size": 4}, {"root": "A" * 43 + "="}, {"year": 99}):
        body = canonical({**json.loads(opening(database).body), **changes})
        wrong = store.Entry(kind=PERIOD_OPENED, salt=bytes(32), body=body, env_id=None)
        with pytest.raises(InputError):
            database.write(lambda c, wrong=wrong: store.extend(c, LOG, [entry(9), wrong], NOW))
    assert ask(database, store.size, LOG) == 5
    fresh = store.Entry(kind=PERIOD_OPENED, salt=bytes(32), body=opening(database).body, env_id=None)
    with pytest.raises(InputError):
        database.write(lambda c: store.extend(c, "new", [fresh], NOW))


def test_checkpoints_are_of_their_period(database):
    grow(database, 3)
    first = ask(database, store.newest_period, LOG)
    database.write(lambda c: store.keep_checkpoint(c, first, 3, b"first", NOW))
    database.write(lambda c: store.extend(c, LOG, [opening(database)], NOW + timedelta(hours=1)))
    second = ask(database, store.newest_period, LOG)
    assert ask(database, store.checkpoint_of, second) is None
    assert ask(database, store.checkpoint, LOG).note == b"first"
    database.write(lambda c: store.keep_checkpoint(c, second, 1, b"second", NOW))
    assert ask(database, store.checkpoint, LOG).end == 4
    assert [each.note for each in ask(database, store.newest_checkpoints, LOG, 5)] == [b"second", b"first"]
    assert ask(database, store.uncosigned_since, LOG) == NOW
    database.write(lambda c: store.keep_cosigned(c, first, 3, b"both"))
    assert ask(database, store.uncosigned_since, LOG) == NOW + timedelta(hours=1)
    assert database.write(lambda c: store.cosigned_for_update(c, first, 3)) == b"both"
    database.write(lambda c: store.keep_cosigned(c, second, 1, b"both"))
    assert ask(database, store.uncosigned_since, LOG) is None
