# SPDX-License-Identifier: MIT
"""The disk of the bench sees every call, plays it back, and loses what a crash may lose and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.sim.disk import SECTOR, Act, Disk, Event, Loss, Playback, Trouble
from tasuki.store.database import Database, Inline

PATH = "/disk/a"


def chance(seed):
    return random.Random(seed)  # noqa: S311 the same each time


def write(at, content):
    return Event(act=Act.WRITE, path=PATH, at=at, content=content)


SYNC = Event(act=Act.SYNC, path=PATH)


def left(loss, *events, base=None, seed=1):
    """Return what is left of the file after some calls and a crash."""
    playback = Playback(base or {}, events)
    while playback.step():
        pass
    return playback.state(loss, chance(seed), lambda _path: True).get(PATH)


def test_what_was_synced_stays_and_what_was_not_may_go():
    calls = write(0, b"old"), SYNC, write(0, b"new")
    assert left(Loss.NOTHING, *calls) == b"new"
    assert left(Loss.EVERYTHING, *calls) == b"old"
    assert left(Loss.EVERYTHING, *calls, SYNC) == b"new"


def test_a_file_nobody_synced_is_not_there():
    assert left(Loss.EVERYTHING, write(0, b"new")) is None


def test_the_last_write_may_be_torn():
    assert left(Loss.TORN, write(0, b"aaaa"), SYNC, write(0, b"bbbb"), write(0, b"cccc")) == b"ccbb"


def test_any_of_the_writes_may_be_there_in_whole_sectors():
    base, news = b"-" * SECTOR * 4, b"+" * SECTOR * 4
    found = {left(Loss.SOME, write(0, base), SYNC, write(0, news), seed=seed) for seed in range(40)}
    assert len(found) > 4
    for each in found:
        sectors = {each[start : start + SECTOR] for start in range(0, len(each), SECTOR)}
        assert sectors <= {b"-" * SECTOR, b"+" * SECTOR}


def test_a_deletion_lasts_only_where_the_folder_was_synced():
    gone = Event(act=Act.DELETE, path=PATH)
    assert left(Loss.EVERYTHING, gone, base={PATH: b"kept"}) == b"kept"
    assert left(Loss.EVERYTHING, Event(act=Act.DELETE, path=PATH, lasting=True), base={PATH: b"kept"}) is None


def test_a_cut_is_played_back():
    assert (
        left(Loss.NOTHING, write(0, b"abcdef"), Event(act=Act.TRUNCATE, path=PATH, at=2), write(4, b"x")) == b"ab\0\0x"
    )


@pytest.fixture
def watched(tmp_path):
    disk = Disk(tmp_path)
    with disk.recording():
        database = Database(f"sqlite:///{tmp_path / 'a.db'}", Inline)
        database.write(lambda connection: connection.exec_driver_sql("CREATE TABLE words (word TEXT)"))
        yield disk, database
        database.close()


def say(database):
    database.write(lambda connection: connection.exec_driver_sql("INSERT INTO words VALUES ('said')"))


def count(database):
    with database.read() as connection:
        return connection.execute(sa.text("SELECT count(*) FROM words")).scalar_one()


def test_a_commit_is_seen_as_writes_and_one_sync_at_its_end(watched):
    disk, database = watched
    start = len(disk.events)
    say(database)
    acts = [each.act for each in disk.events[start:]]
    assert acts[-1] is Act.SYNC
    assert acts.count(Act.SYNC) == 1
    assert Act.WRITE in acts


def test_what_was_recorded_is_what_the_disk_has(watched):
    disk, database = watched
    say(database)
    playback = Playback({}, disk.events)
    while playback.step():
        pass
    for path, content in playback.state(Loss.NOTHING, chance(1), lambda _path: True).items():
        assert Path(path).read_bytes() == content


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("number", range(4))
def test_a_call_that_fails_refuses_the_act_and_the_next_one_is_done(watched, trouble, number):
    disk, database = watched
    say(database)
    with disk.failing(lambda count, _path: trouble if count == number else None):
        try:
            say(database)
            done = 1
        except WorldError:
            done = 0
    assert (done, disk.calls > number) in {(0, True), (1, False)}
    say(database)
    assert count(database) == 2 + done


def test_afterwards_the_library_has_its_own_files_again(tmp_path):
    disk = Disk(tmp_path)
    with disk.recording():
        pass
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", Inline)
    database.write(lambda connection: connection.exec_driver_sql("CREATE TABLE words (word TEXT)"))
    database.close()
    assert disk.events == []
