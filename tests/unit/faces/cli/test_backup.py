# SPDX-License-Identifier: MIT
"""Backups, restores and holds by typing, in both languages, with exit codes that say how it went."""

from __future__ import annotations

import pytest

from making_commands import Person, settle
from making_release import indicator, raw_of, uid

ONE = uid("indicator", 1)
PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Give a folder with a node, its recovery key and two backups, one with the keys."""
    folder = tmp_path_factory.mktemp("shelf")
    keeper = settle(folder / "gbr")
    (folder / "one.json").write_bytes(raw_of(indicator(1, "green")))
    (folder / "passphrase").write_text(f"{PASSPHRASE}\n")
    keeper.run("import", folder / "one.json", "--basis", "own-analysis")
    keeper.run("backup", "--new-key", folder / "recovery.key")
    keeper.run("backup", folder / "plain.backup")
    words = ("--with-keys", "--passphrase-file", folder / "passphrase")
    assert keeper.ask("backup", folder / "whole.backup", *words)["keys"]
    return folder


def at(shelf, name="gbr", language="en_GB"):
    return Person(shelf / name, language)


def test_a_node_without_a_recovery_key_says_how_to_make_one(tmp_path):
    said = settle(tmp_path / "gbr").run("backup", tmp_path / "b.backup", code=2).output
    assert "tasuki backup --new-key" in said


@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_backups_are_listed_and_verified_without_a_node(shelf, language):
    nobody = Person(shelf / "nowhere", language)
    assert nobody.run("backup", "--list", shelf).stdout.count(".backup") == 2
    assert "plain.backup" in nobody.run("backup", "--verify", shelf / "plain.backup").stdout
    opened = nobody.ask("backup", "--verify", shelf / "plain.backup", "--key", shelf / "recovery.key")
    assert (opened["node"], opened["opened"], opened["keys"]) == ("GBR/gbr-1", True, False)


def test_a_damaged_backup_ends_with_one(shelf, tmp_path):
    (tmp_path / "cut.backup").write_bytes((shelf / "plain.backup").read_bytes()[:-1])
    nobody = Person(shelf / "nowhere")
    assert "NOT WHOLE" in nobody.run("backup", "--list", tmp_path, code=1).stdout
    nobody.run("backup", "--verify", tmp_path / "cut.backup", code=1)


def test_a_node_is_restored_closed_and_opens(shelf):
    words = ("--key", shelf / "recovery.key", "--passphrase-file", shelf / "passphrase")
    done = at(shelf).run("restore", shelf / "whole.backup", shelf / "again", *words)
    assert "closed until it has caught up" in done.stdout
    again = at(shelf, "again")
    assert "closed since" in again.run("restore", "--status", code=1).stdout
    assert "復元" in at(shelf, "again", "ja_JP").run("restore", "--status", code=1).stdout
    assert "recovery.closed" in str(again.ask("holdings", "list", code=1))
    assert again.ask("restore", "--now")["closed"] is False
    assert again.ask("holdings", "list")[0]["id"] == ONE
    assert "by itself" in again.run("restore", "--status").stdout


def test_keys_come_from_what_is_left_of_the_node(shelf):
    said = at(shelf).run("restore", shelf / "plain.backup", shelf / "third", "--key", shelf / "recovery.key", code=2)
    assert "--old" in said.output
    assert not (shelf / "third").exists()
    words = ("--key", shelf / "recovery.key", "--old", shelf / "gbr")
    assert at(shelf).ask("restore", shelf / "plain.backup", shelf / "third", *words)["node"] == "GBR/gbr-1"
    opened = at(shelf, "third").ask("restore", "--open", "--by", "Ash", "--by", "Elm", "--reason", "It has no partner.")
    assert (opened["closed"], opened["opened_by"]) == (False, "Ash, Elm")


@pytest.mark.parametrize(
    "words",
    [("backup",), ("restore",), ("restore", "--status", "--now"), ("restore", "a", "b")],
    ids=["nothing to do", "nothing to restore", "two things", "no key"],
)
def test_what_was_typed_by_half_is_said(shelf, words):
    assert "--help" in at(shelf).run(*words, code=2).output


def test_a_hold_is_placed_listed_and_lifted(shelf):
    keeper = at(shelf)
    people = ("--by", "Ash", "--by", "Elm")
    assert keeper.ask("hold", "place", ONE, *people, "--reason", "Court order 7.") == {"sealed": 1}
    assert "Court order 7." in keeper.run("hold", "list").stdout
    assert keeper.ask("holdings", "list") == []
    assert "hold lift" in keeper.run("holdings", "dispose", ONE, "--yes", code=1).output
    assert "two persons" in keeper.run("hold", "lift", ONE, "--by", "Ash", "--reason", "Over.", code=2).output
    assert keeper.ask("hold", "lift", ONE, *people, "--reason", "Case closed.") == {"lifted": 1}
    assert "保全の対象はありません" in at(shelf, language="ja_JP").run("hold", "list").stdout
