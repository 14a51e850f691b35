# SPDX-License-Identifier: MIT
"""Backups and restores on both databases: what is in one comes out of it, whole or not at all, and closed."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from making_profiles import THREE
from making_release import audited, indicator, take_in, uid
from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.keyfiles import load_keys
from tasuki.adapters.signer import Signer
from tasuki.app.config import configuration
from tasuki.app.wiring import wired
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.services import backup, health, hold, holdings, persons, recovery, setup, withdrawal
from tasuki.store import backup as store

ONE, TWO, THREE_ID = (uid("indicator", number) for number in (1, 2, 3))
PASSPHRASE = "correct horse battery"
CANARY = "kanarienvogel"


@pytest.fixture
def opened():
    """Give a function that opens nodes, and close them in the end."""
    with ExitStack() as stack:

        def enter(directory):
            told = configuration(directory)
            signer = Signer.in_process(told.me, load_keys(directory))
            return stack.enter_context(wired(told, signer=signer))

        enter.close = stack.close
        yield enter


@pytest.fixture
def node(database_url, tmp_path, opened):
    url = "" if database_url.startswith("sqlite") else database_url
    order = setup.Order(directory=tmp_path / "node", profile=THREE, participant="AAA", database=url)
    setup.init(order, Clock(), Entropy())
    made = opened(tmp_path / "node")
    take_in(made, indicator(1, "green", name=f"the {CANARY}"), indicator(2, "green"))
    backup.make_key(made, tmp_path / "recovery.key")
    return made


@pytest.fixture
def elsewhere(node, request):
    """Give the URL of an empty database of the same kind; empty for SQLite, which lies in the node's directory."""
    if node.database.dialect == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres")
    with server.database() as name:
        yield server.url(name)


def restore(tmp_path, source, database="", **given):
    order = backup.Order(
        source=source,
        directory=tmp_path / "again",
        key=tmp_path / "recovery.key",
        database=database,
        **{"passphrase": PASSPHRASE, **given},
    )
    return backup.restore(order, Clock(), Entropy())


def names(node):
    return sorted(each["id"] for each in holdings.listed(node, types=(), sources=(), limit=99))


def test_what_is_in_a_backup_comes_out_of_it_and_the_node_is_closed(node, tmp_path, opened, elsewhere):
    taken = backup.take(node, tmp_path, passphrase=PASSPHRASE)
    take_in(node, indicator(3, "green"))
    found = backup.verify(tmp_path / taken.path, tmp_path / "recovery.key")
    assert (found.node, found.keys, found.opened, found.dialect) == ("AAA/aaa-1", True, True, node.database.dialect)
    done = restore(tmp_path, tmp_path / taken.path, elsewhere)
    assert (done.node, done.journal) == ("AAA/aaa-1", False)
    again = opened(tmp_path / "again")
    assert recovery.status(again).closed
    assert recovery.status(again).cause == "restored"
    assert recovery.catch_up(again), "it has no partners to wait for"
    assert names(again) == [ONE, TWO]
    assert holdings.show(again, ONE)[0].body["name"] == f"the {CANARY}"
    assert audited(again, "recovery:node:restore")
    assert audited(again, "recovery:node:open")
    assert load_keys(again.directory) == load_keys(node.directory)


def test_a_backup_is_one_state_however_much_is_written_meanwhile(node, tmp_path):
    taken = backup.take(node, tmp_path / "b.backup")
    assert taken.at <= node.clock.now()
    assert not taken.keys
    assert not list((node.directory / "backups").iterdir()), "no copy in the clear is left behind"
    with node.database.read() as connection:
        assert store.taken_at(connection) == taken.at


def test_nothing_of_the_node_can_be_seen_in_the_file(node, tmp_path):
    raw = (tmp_path / backup.take(node, tmp_path / "b.backup", passphrase=PASSPHRASE).path).read_bytes()
    for trace in (
        b"AAA/aaa-1",
        b"SQLite format",
        b"PGDMP",
        CANARY.encode(),
        b"indicator",
        b"three-islands",
        b"ed25519",
    ):
        assert trace not in raw


def test_keys_come_from_what_is_left_where_the_backup_has_none(node, tmp_path, opened, elsewhere):
    taken = backup.take(node, tmp_path / "b.backup")
    with pytest.raises(CallerError) as caught:
        restore(tmp_path, tmp_path / taken.path, elsewhere)
    assert caught.value.reason.code == "backup.no-keys"
    assert not (tmp_path / "again").exists()
    restore(tmp_path, tmp_path / taken.path, elsewhere, old=node.directory, passphrase=None)
    assert holdings.show(_open(opened, tmp_path), ONE)[0].body is not None


def _open(opened, tmp_path):
    again = opened(tmp_path / "again")
    recovery.catch_up(again)
    return again


def test_what_was_taken_back_disposed_of_and_removed_since_does_not_come_back(node, tmp_path, opened, elsewhere):
    take_in(node, indicator(3, "green"))
    persons.add(node, "bell", "AAA/police:policy")
    persons.add(node, "hill", "AAA/police:policy")
    taken = backup.take(node, tmp_path / "b.backup")
    withdrawal.recall(node, [TWO], why="Too early.")
    holdings.dispose(node, [ONE])
    hold.place(node, [THREE_ID], by=["Ash", "Elm"], why="Court order.")
    persons.remove(node, "bell")
    done = restore(tmp_path, tmp_path / taken.path, elsewhere, old=node.directory, passphrase=None)
    assert done.journal
    again = opened(tmp_path / "again")
    assert recovery.status(again).closed
    assert [each.holding.state.value for each in holdings.show(again, ONE)] == ["disposed"]
    assert [each.holding.state.value for each in holdings.show(again, TWO)] == ["recalled"]
    assert [each.holding.state.value for each in holdings.show(again, THREE_ID)] == ["sealed"]
    assert [each.name for each in persons.persons(again)] == ["hill"]
    (replayed,) = audited(again, "recovery:journal:replay")
    assert replayed["kinds"] == {"disposed": 1, "held": 1, "recalled": 1, "removed": 1}
    if again.database.dialect == "sqlite":
        again.database.close()
        files = [path.read_bytes() for path in again.directory.rglob("*") if path.is_file()]
        assert not [file for file in files if CANARY.encode()[3:] in file], "no byte of it in any file"


@pytest.mark.parametrize("damage", ["cut", "bent", "another key", "another passphrase"])
def test_what_cannot_be_restored_leaves_nothing_behind(node, tmp_path, elsewhere, damage):
    source = tmp_path / backup.take(node, tmp_path / "b.backup", passphrase=PASSPHRASE).path
    given = {}
    if damage in ("cut", "bent"):
        raw = bytearray(source.read_bytes())
        raw[len(raw) // 2] ^= damage == "bent"
        source.write_bytes(raw[: -10 if damage == "cut" else None])
    elif damage == "another key":
        (tmp_path / "recovery.key").unlink()
        backup.make_key(node, tmp_path / "recovery.key")
    else:
        given["passphrase"] = "another one altogether"
    with pytest.raises(InputError):
        restore(tmp_path, source, elsewhere, **given)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith((".new", "again"))) == []


def test_a_full_disk_in_the_middle_leaves_nothing_behind(node, tmp_path, elsewhere, monkeypatch):
    source = tmp_path / backup.take(node, tmp_path / "b.backup", passphrase=PASSPHRASE).path

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tasuki.services.backup.restoring._sync_all", full)
    with pytest.raises(WorldError) as caught:
        restore(tmp_path, source, elsewhere)
    assert "No space left" in caught.value.reason.sentence()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".new", "again"))]
    monkeypatch.undo()
    assert restore(tmp_path, source, elsewhere).node == "AAA/aaa-1", "its database is empty again"


def test_nothing_that_is_there_is_written_over(node, tmp_path, elsewhere):
    source = tmp_path / backup.take(node, tmp_path / "b.backup", passphrase=PASSPHRASE).path
    with pytest.raises(CallerError) as caught:
        backup.take(node, source)
    assert caught.value.reason.code == "backup.exists"
    (tmp_path / "again").mkdir()
    with pytest.raises(CallerError) as caught:
        restore(tmp_path, source, elsewhere)
    assert caught.value.reason.code == "backup.folder-exists"
    (tmp_path / "again").rmdir()
    if node.database.dialect == "postgresql":
        with pytest.raises((CallerError, WorldError)):
            restore(tmp_path, source)


def test_a_passphrase_too_short_is_refused_before_anything_is_written(node, tmp_path):
    with pytest.raises(CallerError) as caught:
        backup.take(node, tmp_path / "b.backup", passphrase="short")
    assert caught.value.reason.code == "backup.no-passphrase"
    assert not (tmp_path / "b.backup").exists()


def test_backups_in_a_folder_are_listed_and_what_is_damaged_is_named(node, tmp_path):
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    backup.take(node, shelf)
    shutil.copy(next(shelf.iterdir()), shelf / "older.backup")
    (shelf / "older.backup").write_bytes((shelf / "older.backup").read_bytes()[:-1])
    assert {each.whole for each in backup.backups(shelf)} == {True, False}
    assert not backup.verify(next(each for each in shelf.iterdir() if each.name != "older.backup"), None).opened


def test_the_doctor_asks_for_a_backup_every_week(node, tmp_path):
    later = Clock(now=lambda: Clock().now() + timedelta(days=8))
    old = _with_clock(node, later)
    assert "health.no-backup" in _said(old)
    backup.take(node, tmp_path / "b.backup")
    assert "health.old-backup" in _said(old)
    assert not {"health.no-backup", "health.old-backup"} & _said(node)


def _with_clock(node, clock):
    return replace(node, clock=clock)


def _said(node):
    return {each.reason.code for each in health.doctor(node)}
