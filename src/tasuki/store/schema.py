# SPDX-License-Identifier: MIT
"""The schema of a node's database: which revision it has, whether this program fits it, and bringing it up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event

from tasuki.base.errors import WorldError
from tasuki.store.database import Database, ask
from tasuki.store.reasons import NO_SCHEMA, NO_WAY, SCHEMA_NEWER, SCHEMA_OLDER

_SCRIPTS: Final = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The schema a program works with.

    Attributes:
        head: its newest revision. Revisions are numbers of four digits, so that their order is that of their names.
        versions: folder of its revisions.
    """

    head: str
    versions: Path


PRESENT: Final = Schema(head="0001", versions=_SCRIPTS / "versions")
"""The schema of this program."""

_HAS_REVISION: Final = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    "postgresql": "SELECT count(to_regclass('alembic_version'))",
}


def revision(connection: sa.Connection) -> str | None:
    """Return the revision of the schema a database has; None where it has none."""
    return _revision(connection.dialect.name, lambda query: connection.exec_driver_sql(query).scalar())


def driver_revision(connection: Any, dialect: str) -> str | None:
    """Return the same of a driver's own connection that is in no transaction."""
    return _revision(dialect, lambda query: ask(connection, query))


def _revision(dialect: str, answer: Callable[[str], Any]) -> str | None:
    if not answer(_HAS_REVISION[dialect]):
        return None
    found = answer("SELECT version_num FROM alembic_version")
    return None if found is None else str(found)


def needs_upgrade(found: str | None, schema: Schema = PRESENT) -> bool:
    """Return whether a database of this revision is older than a program's schema.

    Raises:
        WorldError: it is newer, or has no schema.
    """
    if found is None:
        raise WorldError(NO_SCHEMA.because(), retry=False)
    if found > schema.head:
        raise WorldError(SCHEMA_NEWER.because(head=schema.head, found=found), retry=False)
    return found < schema.head


def require(found: str | None, schema: Schema = PRESENT) -> None:
    """Require that a database has the revision a program works with.

    Raises:
        WorldError: it is older or newer, or has none.
    """
    if needs_upgrade(found, schema):
        raise WorldError(SCHEMA_OLDER.because(head=schema.head, found=str(found)), retry=False)


def guard(database: Database, schema: Schema = PRESENT) -> None:
    """Require the program's revision of a database now, and of every connection made later.

    Later too, because a PostgreSQL server can stop, be upgraded by another process of the node and come back.

    Raises:
        WorldError: the database has another revision, or is not reached.
    """

    def look(connection: Any, _record: object) -> None:
        try:
            require(driver_revision(connection, database.dialect), schema)
        except BaseException:
            connection.close()
            raise

    event.listen(database.engine, "connect", look)
    with database.read():
        pass


def migrate(connection: sa.Connection, schema: Schema = PRESENT) -> None:
    """Bring a database to the program's revision, in the transaction open on `connection`; the caller commits.

    Raises:
        WorldError: no revisions lead there from the one it has.
    """
    # Alembic takes half a second to import, and only a new or an old node needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", _escaped(_SCRIPTS))
    config.set_main_option("version_locations", _escaped(schema.versions))
    config.set_main_option("path_separator", "newline")
    try:
        command.upgrade(config, schema.head)
    except CommandError as error:
        found = revision(connection) or "?"
        raise WorldError(NO_WAY.because(head=schema.head, found=found), retry=False) from error


def _escaped(path: Path) -> str:
    # Alembic reads its options like an ini file, where a percent sign begins a variable.
    return str(path).replace("%", "%%")
