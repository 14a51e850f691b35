# SPDX-License-Identifier: MIT
"""Upgrading: a copy first, then the new schema whole or the old one untouched, and a line in the audit log."""

from __future__ import annotations

import shutil
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from making_schemas import ADD_NOTES_AND_BREAK, later
from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.pg_dump import command, dump
from tasuki.adapters.reasons import NO_DUMP
from tasuki.base.errors import WorldError
from tasuki.core.ledger.model import AUDIT
from tasuki.services.reasons import UPGRADE_FAILED
from tasuki.services.upgrade import FOLDER, Plan, Step, Upgraded, upgrade
from tasuki.store import backup, ledger, schema
from tasuki.store.database import Database, open_engine
from tasuki.store.holdings import COUNTERS
from tasuki.store.reasons import COPY_FAILED, IN_USE, NO_SCHEMA, NO_WAY, SCHEMA_NEWER

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SQLITE = pytest.mark.parametrize("node_url", ["sqlite"], indirect=True)
NEEDS_PG_DUMP = pytest.mark.skipif(
    not (shutil.which("pg_dump") and shutil.which("pg_restore")), reason="pg_dump and pg_restore are not on the PATH"
)


def run(url: str, directory: Path, wanted: schema.Schema, **plan) -> tuple[Upgraded, list[Step]]:
    steps: list[Step] = []
    made = Plan(directory=directory, database=url, **plan)
    return upgrade(made, Clock(now=lambda: NOW), Entropy(), steps.append, schema=wanted), steps


def fill(url: str) -> None:
    database = Database(url)
    database.write(lambda c: c.execute(COUNTERS.insert().values(name="kept", value=7)))
    database.write(lambda c: ledger.append(c, AUDIT, "node-made", {}, NOW, bytes(32)))
    database.close()


def look(url: str) -> tuple[str | None, bool, int | None, list[str]]:
    """Return revision, whether the new table is there, the value that was kept, and kinds of audit leaves."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = (
            schema.revision(connection),
            "notes" in sa.inspect(connection).get_table_names(),
            connection.execute(sa.select(COUNTERS.c.value).where(COUNTERS.c.name == "kept")).scalar(),
            [leaf.kind for leaf in ledger.leaves(connection, AUDIT, 0, 99)],
        )
    engine.dispose()
    return found


@NEEDS_PG_DUMP
def test_an_older_database_is_copied_and_brought_up_and_the_audit_log_says_so(node_url, tmp_path):
    fill(node_url)
    newer = later(tmp_path / "versions")
    done, steps = run(node_url, tmp_path, newer)
    assert (done.before, done.after) == (schema.PRESENT.head, newer.head)
    assert steps == [Step.COPYING, Step.MIGRATING]
    assert look(node_url) == (newer.head, True, 7, ["node-made", "node-upgraded"])
    engine = open_engine(node_url)
    with engine.connect() as connection:
        assert ledger.leaves(connection, AUDIT, 1, 2)[0].body == {
            "act": "node-upgraded", "from": schema.PRESENT.head, "to": newer.head, "copied": True,
        }  # fmt: skip
    engine.dispose()
    (copy,) = (tmp_path / FOLDER).iterdir()
    assert str(copy) == done.copy
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


@SQLITE
def test_the_copy_of_sqlite_is_the_database_before(node_url, tmp_path):
    fill(node_url)
    done, _ = run(node_url, tmp_path, later(tmp_path / "versions"))
    assert look(f"sqlite:///{done.copy}") == (schema.PRESENT.head, False, 7, ["node-made"])


@NEEDS_PG_DUMP
def test_the_copy_of_postgresql_restores_the_database_before(postgres_url, postgres, tmp_path):
    fill(postgres_url)
    done, _ = run(postgres_url, tmp_path, later(tmp_path / "versions"))
    with postgres.database() as name:
        line = ["pg_restore", f"--host={postgres.folder}", "--username=postgres", f"--dbname={name}", done.copy]
        subprocess.run(line, check=True, capture_output=True)
        assert look(postgres.url(name)) == (schema.PRESENT.head, False, 7, ["node-made"])


def test_who_has_a_backup_gets_no_copy(node_url, tmp_path):
    fill(node_url)
    newer = later(tmp_path / "versions")
    done, steps = run(node_url, tmp_path, newer, backed_up=True)
    assert (done.copy, steps) == (None, [Step.MIGRATING])
    assert not (tmp_path / FOLDER).exists()
    assert look(node_url)[0] == newer.head


def test_a_database_of_this_program_is_left_alone(node_url, tmp_path):
    fill(node_url)
    done, steps = run(node_url, tmp_path, schema.PRESENT)
    assert (done, steps) == (Upgraded(before=schema.PRESENT.head, after=schema.PRESENT.head, copy=None), [])
    assert look(node_url)[3] == ["node-made"]


@pytest.mark.parametrize(
    ("found", "code"), [("9999", SCHEMA_NEWER.code), ("0000", NO_WAY.code), (None, NO_SCHEMA.code)]
)
def test_what_cannot_be_brought_up_is_refused_and_left_alone(node_url, tmp_path, found, code):
    fill(node_url)
    engine = open_engine(node_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if found:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{found}')")  # noqa: S608 literals
    engine.dispose()
    with pytest.raises(WorldError) as caught:
        run(node_url, tmp_path, schema.PRESENT, backed_up=True)
    assert caught.value.reason.code == code
    assert look(node_url) == (found, False, 7, ["node-made"])


def test_a_migration_that_fails_leaves_the_database_as_it_was_and_the_node_can_go_on(node_url, tmp_path):
    fill(node_url)
    before = look(node_url)
    with pytest.raises(WorldError) as caught:
        run(node_url, tmp_path, later(tmp_path / "versions", ADD_NOTES_AND_BREAK), backed_up=True)
    assert caught.value.reason.code == UPGRADE_FAILED.code
    assert "nothing_of_that_name" in caught.value.reason.sentence()
    assert look(node_url) == before
    database = Database(node_url)
    schema.guard(database)
    database.close()


@SQLITE
def test_a_copy_that_cannot_be_made_stops_the_upgrade(node_url, tmp_path):
    fill(node_url)
    (tmp_path / FOLDER).mkdir()
    taken = tmp_path / FOLDER / f"node-{schema.PRESENT.head}-20260301T120000Z.db"
    taken.write_bytes(b"mine")
    with pytest.raises(WorldError) as caught:
        run(node_url, tmp_path, later(tmp_path / "versions"))
    assert caught.value.reason.code == COPY_FAILED.code
    assert [(path, path.read_bytes()) for path in (tmp_path / FOLDER).iterdir()] == [(taken, b"mine")]
    assert look(node_url)[0] == schema.PRESENT.head


def test_a_database_another_process_uses_is_not_upgraded(postgres_url, tmp_path):
    database = Database(postgres_url)
    schema.guard(database)
    with pytest.raises(WorldError) as caught:
        run(postgres_url, tmp_path, later(tmp_path / "versions"))
    assert caught.value.reason.code == IN_USE.code
    database.close()


@SQLITE
def test_a_copy_is_one_state_of_a_database_that_is_written_meanwhile(node_url, tmp_path):
    database = Database(node_url)
    database.write(lambda c: c.execute(COUNTERS.insert(), [{"name": name, "value": 500} for name in ("a", "b")]))

    def move(connection):
        connection.execute(COUNTERS.update().where(COUNTERS.c.name == "a").values(value=COUNTERS.c.value - 1))
        connection.execute(COUNTERS.update().where(COUNTERS.c.name == "b").values(value=COUNTERS.c.value + 1))

    futures = [database.writer.submit(move) for _ in range(300)]
    for number in range(5):
        backup.copy_sqlite(database.engine, tmp_path / f"{number}.db")
    for future in futures:
        future.result()
    database.close()
    for number in range(5):
        copy = open_engine(f"sqlite:///{tmp_path / f'{number}.db'}")
        with copy.connect() as connection:
            assert connection.execute(sa.select(sa.func.sum(COUNTERS.c.value))).scalar_one() == 1000
        copy.dispose()


def test_a_failing_pg_dump_says_why_and_what_to_type_without_the_password(tmp_path):
    url = f"postgresql://user:hidden@/name?host={tmp_path}"
    with pytest.raises(WorldError) as caught:
        dump(url, tmp_path / "copy.dump")
    assert caught.value.reason.code == NO_DUMP.code
    sentence = caught.value.reason.sentence()
    assert "--backed-up" in sentence
    assert str(tmp_path) in sentence
    assert "hidden" not in sentence
    assert list(tmp_path.iterdir()) == []


def test_the_command_for_a_copy_survives_any_name(tmp_path):
    url = sa.URL.create("postgresql", "o'brien", "x", "db.example", 5433, "a b\\c", {"sslmode": "verify-full"})
    typed = command(url.render_as_string(hide_password=False), tmp_path / "copy.dump")
    assert "o\\'\"'\"'brien" in typed
    assert "sslmode='\"'\"'verify-full'\"'\"'" in typed
    assert "a b\\\\c" in typed
