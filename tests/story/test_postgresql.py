# SPDX-License-Identifier: MIT
"""A node on PostgreSQL does what a node does: it is made, served and asked, exchanges, and outlives its server."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from making_commands import Person
from making_databases import made_server, programs, started
from making_processes import free_listen, introduce, make, serving
from tasuki.app.reasons import RUNNING
from tasuki.services.reasons import DATABASE_USED
from tasuki.store.database import open_engine
from tasuki.store.reasons import NOT_REACHED, SCHEMA_NEWER, SCHEMA_OLDER, UNREAD
from tasuki.store.schema import PRESENT

OBJECT = {
    "type": "identity",
    "spec_version": "2.1",
    "id": "identity--2f0a9b53-0d0f-4a53-9f61-7d6b2b1c0001",
    "created": "2026-03-01T12:00:00.000Z",
    "modified": "2026-03-01T12:00:00.000Z",
    "name": "架空電力",
    "identity_class": "organization",
}
ASK = (
    "assist", "ask", "--to", "GBR/ncsc:csirt", "--trigger", "ransomware", "--severity", "3", "--want", "indicators",
    "--consent", "given", "--needed-by", "6h", "--summary", "Shipments of a food maker stopped; 関連サーバーを求む。",
)  # fmt: skip


@pytest.fixture
def url(postgres):
    with postgres.database() as name:
        yield f"postgresql://postgres@/{name}?host={postgres.folder}"


def write(folder: Path) -> Path:
    file = folder / "object.json"
    file.write_text(json.dumps(OBJECT, ensure_ascii=False), "utf-8")
    return file


def test_a_node_is_made_asked_and_served(url, tmp_path):
    node = tmp_path / "gbr"
    command = [sys.executable, "-m", "tasuki", "init", node, "--as", "GBR", "--listen", free_listen()]
    subprocess.run([*command, "--database", url], check=True, capture_output=True)
    assert not (node / "node.db").exists()
    analyst = Person(node)
    brought = analyst.ask("import", write(tmp_path), "--tlp", "green", "--basis", "own-analysis")
    assert brought["accepted"] == 1
    with serving(node):
        assert analyst.ask("status")["holdings"][0]["count"] == 1
        assert OBJECT["id"] in analyst.run("find", "電力").output
        assert all(check["ok"] for check in analyst.ask("doctor"))
        assert analyst.ask("upgrade", code=1)["error"]["code"] == RUNNING.code
    assert analyst.ask("upgrade") == {"before": PRESENT.head, "after": PRESENT.head, "copy": None}


def test_a_database_has_one_node(url, tmp_path):
    make(tmp_path / "gbr", "GBR", "--database", url)
    second = Person(tmp_path / "jpn").ask("init", tmp_path / "jpn", "--as", "JPN", "--database", url, code=2)
    assert second["error"]["code"] == DATABASE_USED.code
    assert [path.name for path in tmp_path.iterdir()] == ["gbr"]


def test_a_node_that_could_not_be_made_can_be_made_again(postgres, url, tmp_path):
    node = tmp_path / "gbr"
    absent = f"postgresql://postgres@/absent?host={postgres.folder}"
    first = Person(node).ask("init", node, "--as", "GBR", "--database", absent, code=1)
    assert first["error"]["code"] == NOT_REACHED.code
    assert list(tmp_path.iterdir()) == []
    make(node, "GBR", "--database", url)


@pytest.mark.parametrize(
    ("revision", "code"), [("0000", SCHEMA_OLDER.code), ("9999", SCHEMA_NEWER.code)], ids=["older", "newer"]
)
def test_serve_and_every_command_refuse_a_schema_that_does_not_fit(database_url, tmp_path, revision, code):
    person = make(tmp_path / "gbr", "GBR", "--database", database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 literals
    engine.dispose()
    for command in (("status",), ("sync",), ("doctor",), ("find", "電力"), ("ledger", "audit")):
        assert person.ask(*command, code=1)["error"]["code"] == code
    line = [sys.executable, "-m", "tasuki", "serve", person.directory]
    done = subprocess.run(line, capture_output=True, check=False, timeout=60, text=True)
    assert done.returncode == 1
    assert revision in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_node_on_postgresql_and_one_on_sqlite_exchange_both_ways(url, tmp_path):
    london, tokyo = make(tmp_path / "gbr", "GBR", "--database", url), make(tmp_path / "jpn", "JPN")
    with serving(london.directory), serving(tokyo.directory):
        introduce(london, tokyo, tmp_path)
        request = tokyo.ask(*ASK)["id"]
        tokyo.run("sync")
        assert london.ask("assist", "list")[0]["id"] == request
        london.run("assist", "acknowledge", request, "--office", "NCSC duty desk")
        london.run("sync")
        assert "GBR acknowledged" in tokyo.run("assist", "show", request).output
        assert "関連サーバーを求む" in london.run("assist", "show", request).output
        for person in (london, tokyo):
            assert "everything fits" in person.run("ledger", "audit").output
            assert person.ask("status")["alarms"] == []


def test_a_serving_node_outlives_the_absence_of_its_server(tmp_path):
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL on this machine: run `sh requirements/packages.sh` as root")
    with made_server(found) as server:
        with started(found, server):
            person = make(tmp_path / "gbr", "GBR", "--database", server.url("postgres"))
        bring = ("import", write(tmp_path), "--tlp", "green", "--basis", "own-analysis")
        assert person.ask("status", code=1)["error"]["code"] == UNREAD.code
        with ExitStack() as stack:
            with started(found, server):
                stack.enter_context(serving(person.directory))
            assert person.ask(*bring, code=1)["files"][0]["error"]["code"] == UNREAD.code
            assert person.ask("find", "電力", code=1)["error"]["code"] == UNREAD.code
            with started(found, server):
                assert person.ask(*bring)["accepted"] == 1
                assert OBJECT["id"] in person.run("find", "電力").output
