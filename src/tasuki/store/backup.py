# SPDX-License-Identifier: MIT
"""Copies of a node's SQLite database: consistent while it is written, without deleted content, looked at before use."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.store.database import ask, cause_of
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
