# SPDX-License-Identifier: MIT
"""The schema: revisions make what the code declares, and a program opens only a database that fits it."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import tasuki.store
from making_schemas import ADD_NOTES_AND_BREAK, later
from tasuki.base.errors import WorldError
from tasuki.store import schema
from tasuki.store.database import METADATA, Database, alone, open_engine
from tasuki.store.reasons import BEING_UPGRADED, IN_USE, NO_SCHEMA, SCHEMA_NEWER, SCHEMA_OLDER

for module in pkgutil.iter_modules(tasuki.store.__path__):
    importlib.import_module(f"tasuki.store.{module.name}")

NOT_DECLARED = ("search_words", "alembic_version")
"""Tables that are made by hand, and Alembic's own."""

CATALOGUE = {
    "sqlite": """
        SELECT 'table ' || name || ' ' || type || ' without rowid ' || wr FROM pragma_table_list WHERE schema = 'main'
        UNION ALL SELECT 'column ' || t.name || ' ' || c.name || ' ' || c.type || ' not null ' || c."notnull" || ' pk '
            || c.pk || ' ' || coalesce(c.dflt_value, '') FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
            WHERE t.schema = 'main' AND t.type != 'shadow'
        UNION ALL SELECT 'index ' || CASE i.origin WHEN 'c' THEN i.name ELSE i.origin END || ' on ' || t.name
            || ' unique ' || i."unique" || ' ' || (SELECT group_concat(name) FROM pragma_index_info(i.name))
            FROM pragma_table_list t JOIN pragma_index_list(t.name) i WHERE t.schema = 'main'
        UNION ALL SELECT name || ': ' || sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'
        UNION ALL SELECT 'autoincrement ' || name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'
    """,
    "postgresql": """
        SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
    """,
}


def catalogue(connection: sa.Connection) -> set[str]:
    """Return every table, column, index and constraint a database has, as the database itself describes it."""
    rows = connection.execute(sa.text(CATALOGUE[connection.dialect.name])).scalars()
    return {row for row in rows if "alembic_version" not in row}


@pytest.fixture
def engine(database_url):
    made = open_engine(database_url)
    yield made
    made.dispose()


def test_revisions_make_the_tables_the_code_declares(engine):
    with engine.begin() as connection:
        schema.migrate(connection)
    wanted = {"include_name": lambda name, kind, _: kind != "table" or not (name or "").startswith(NOT_DECLARED)}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={**wanted, "compare_type": True})
        differences = compare_metadata(context, METADATA)
    assert not differences, "write a revision in store/migrations/versions for: " + "; ".join(map(str, differences))


def test_revisions_make_exactly_what_the_code_makes_on_an_empty_database(engine):
    with engine.begin() as connection:
        schema.migrate(connection)
        revised = catalogue(connection)
        connection.rollback()
    with engine.begin() as connection:
        METADATA.create_all(connection)
        declared = catalogue(connection)
    missing, surplus = sorted(declared - revised), sorted(revised - declared)
    assert (missing, surplus) == ([], []), f"revisions lack {missing} and have {surplus} too many"


def test_the_program_names_the_newest_revision_and_every_revision_has_a_number_of_its_own():
    config = Config()
    config.set_main_option("script_location", str(schema.PRESENT.versions.parent))
    config.set_main_option("path_separator", "newline")
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert found == [f"{number:04}" for number in range(len(found), 0, -1)]
    assert found[0] == schema.PRESENT.head


def test_a_migrated_database_has_the_revision_of_the_program(node_url):
    engine = open_engine(node_url)
    with engine.connect() as connection:
        assert schema.revision(connection) == schema.PRESENT.head
    engine.dispose()


def test_migrating_again_changes_nothing(engine):
    for _ in range(2):
        with engine.begin() as connection:
            schema.migrate(connection)
            made = catalogue(connection)
    with engine.connect() as connection:
        assert catalogue(connection) == made


def test_a_later_revision_is_applied(engine, tmp_path):
    newer = later(tmp_path / "versions")
    with engine.begin() as connection:
        schema.migrate(connection)
        schema.migrate(connection, newer)
    with engine.connect() as connection:
        assert schema.revision(connection) == newer.head
        assert "notes" in sa.inspect(connection).get_table_names()


def test_a_revision_that_fails_leaves_everything_as_it_was(engine, tmp_path):
    with engine.begin() as connection:
        schema.migrate(connection)
        before = catalogue(connection)
    broken = later(tmp_path / "versions", ADD_NOTES_AND_BREAK)
    with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
        schema.migrate(connection, broken)
    with engine.connect() as connection:
        assert schema.revision(connection) == schema.PRESENT.head
        assert catalogue(connection) == before


@pytest.mark.parametrize(
    ("found", "code"),
    [("0000", SCHEMA_OLDER.code), ("9999", SCHEMA_NEWER.code), (None, NO_SCHEMA.code)],
    ids=["older", "newer", "none"],
)
def test_a_database_of_another_revision_is_refused_with_both_named(database, found, code):
    def change(connection):
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if found is not None:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{found}')")  # noqa: S608 literals

    database.write(change)
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with pytest.raises(WorldError) as caught:
        schema.guard(other)
    assert (caught.value.reason.code, caught.value.retry) == (code, False)
    if found is not None:
        assert found in caught.value.reason.sentence()
        assert schema.PRESENT.head in caught.value.reason.sentence()
    other.close()


def test_an_empty_database_is_no_nodes(database_url):
    database = Database(database_url)
    with pytest.raises(WorldError) as caught:
        schema.guard(database)
    assert caught.value.reason.code == NO_SCHEMA.code
    database.close()


def test_a_running_node_notices_that_its_database_was_upgraded_while_the_server_was_away(postgres_url, postgres):
    database = Database(postgres_url)
    schema.guard(database)
    name = database.engine.url.database
    postgres.run("UPDATE alembic_version SET version_num = '9999'", name)
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
    with pytest.raises(WorldError) as caught:
        database.write(lambda connection: connection.exec_driver_sql("DELETE FROM counters"))
    assert caught.value.reason.code == SCHEMA_NEWER.code
    with pytest.raises(WorldError) as caught, database.read():
        pass
    assert caught.value.reason.code == SCHEMA_NEWER.code
    database.close()


def test_nobody_changes_the_schema_of_a_database_that_is_in_use(postgres_url):
    database = Database(postgres_url)
    with database.read():
        pass
    with pytest.raises(WorldError) as caught, alone(postgres_url):
        pass
    assert caught.value.reason.code == IN_USE.code
    database.close()
    with alone(postgres_url):
        pass


def test_nobody_opens_a_database_whose_schema_is_being_changed(postgres_url):
    with alone(postgres_url):
        database = Database(postgres_url)
        with pytest.raises(WorldError) as caught, database.read():
            pass
        assert caught.value.reason.code == BEING_UPGRADED.code
        with pytest.raises(WorldError) as caught:
            database.write(lambda _: None)
        assert caught.value.reason.code == BEING_UPGRADED.code
    with database.read() as connection:
        assert schema.revision(connection) == schema.PRESENT.head
    database.close()
