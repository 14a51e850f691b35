# SPDX-License-Identifier: MIT
"""Copies of a node's database: consistent while it is written, without deleted content, looked at before use."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.base.time import from_micros, to_micros
from tasuki.store.channel import LANES
from tasuki.store.database import METADATA, ask, cause_of
from tasuki.store.holdings import COUNTERS
from tasuki.store.reasons import COPY_BROKEN, COPY_FAILED
from tasuki.store.schema import driver_revision


def copy_sqlite(engine: sa.Engine, target: Path) -> None:
    """Copy a SQLite database into the new file `target`, readable by its owner alone; it appears there whole or not.

    The copy is one state of the database, whoever writes meanwhile, and has no page of what was deleted. It is checked
    before it gets its name.

    Raises:
        WorldError: there is no room, the file exists, or the copy is not sound; nothing is left behind.
    """
    driver: Any = engine.dialect.loaded_dbapi
    part = target.with_name(target.name + ".part")
    try:
        # Made here first, because SQLite would make it as open as the umask allows.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(engine.raw_connection()) as connection:
                # Whoever had this connection before may have read by it alone.
                connection.cursor().execute("PRAGMA query_only=0")
                connection.cursor().execute("VACUUM INTO ?", (str(part),))
                with closing(driver.connect(f"file:{quote(str(part))}?mode=ro", uri=True)) as copy:
                    _look_at(copy, driver_revision(connection, "sqlite"))
            _name(part, target)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, driver.Error) as error:
        raise WorldError(COPY_FAILED.because(folder=str(target.parent), cause=cause_of(error)), retry=True) from error


def _look_at(copy: Any, revision: str | None) -> None:
    said = str(ask(copy, "PRAGMA integrity_check(1)"))
    if said != "ok" or driver_revision(copy, "sqlite") != revision:
        raise WorldError(COPY_BROKEN.because(cause=said[:200]), retry=True)


def _name(part: Path, target: Path) -> None:
    """Give a finished copy its name, so that it survives a power cut."""
    _sync(part)
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    part.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def reading(engine: sa.Engine, copy: Path) -> Iterator[sa.Connection]:
    """Give a connection that reads a copy made by `copy_sqlite` and changes nothing of it."""
    driver: Any = engine.dialect.loaded_dbapi
    uri = f"file:{quote(str(copy))}?mode=ro&immutable=1"
    reader = sa.create_engine("sqlite://", creator=lambda: driver.connect(uri, uri=True), poolclass=sa.pool.NullPool)
    try:
        with reader.connect() as connection:
            yield connection
    finally:
        reader.dispose()


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[tuple[sa.Connection, str]]:
    """Give a reading transaction of a PostgreSQL database, and the name under which others see the same state."""
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        name = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        yield connection, str(name)


def lanes(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Return where every direction of every lane stands: partner, lane, direction, epoch, next_seq."""
    columns = LANES.c.partner, LANES.c.lane, LANES.c.direction, LANES.c.epoch, LANES.c.next_seq
    return list(connection.execute(sa.select(*columns).order_by(*columns[:3])))


_TAKEN: str = "backup"


def note_taken(connection: sa.Connection, at: datetime) -> None:
    """Remember when a backup was taken last."""
    connection.execute(COUNTERS.delete().where(COUNTERS.c.name == _TAKEN))
    connection.execute(COUNTERS.insert().values(name=_TAKEN, value=to_micros(at)))


def taken_at(connection: sa.Connection) -> datetime | None:
    """Return when a backup was taken last; None where none was."""
    found = connection.execute(sa.select(COUNTERS.c.value).where(COUNTERS.c.name == _TAKEN)).scalar()
    return None if found is None else from_micros(found)


def empty(engine: sa.Engine) -> None:
    """Take every table of a node out of a database again, where a restore failed behind the first of them."""
    with engine.begin() as connection:
        for table in ("search_words", "alembic_version"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        METADATA.drop_all(connection)
