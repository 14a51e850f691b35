# SPDX-License-Identifier: MIT
"""Copies of a PostgreSQL database by PostgreSQL's own program, where it is installed."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from tasuki.adapters.reasons import NO_DUMP, NO_RESTORE
from tasuki.base.errors import WorldError
from tasuki.base.reasons import ReasonKind

_DUMP: Final = "pg_dump"
_LIST: Final = "pg_restore"


def dump(url: str, target: Path, *, snapshot: str = "", refusal: ReasonKind = NO_DUMP) -> None:
    """Copy the database at `url` into the new file `target` in PostgreSQL's custom form, readable by its owner alone.

    Args:
        url: of the database.
        target: the new file.
        snapshot: the state to copy, as `pg_export_snapshot` named it in a transaction still open; else the newest.
        refusal: what to say where it cannot be done.

    Raises:
        WorldError: the program is missing or too old, or there is no room; nothing is left behind.
    """
    programs = [shutil.which(name) for name in (_DUMP, _LIST)]
    part = target.with_name(target.name + ".part")
    connection, secret = _connection(url)
    if None in programs:
        raise _failed(url, target, f"{_DUMP}, {_LIST}: not found", refusal)
    try:
        if target.exists():
            raise _failed(url, target, f"{target}: {os.strerror(errno.EEXIST)}", refusal)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            line = [str(programs[0]), *_arguments(connection, part), *([f"--snapshot={snapshot}"] if snapshot else [])]
            if (said := _run(line, secret)) is not None:
                raise _failed(url, target, said, refusal)
            # Reads the table of contents of what was written: a cut file has none.
            if (said := _run([str(programs[1]), "--list", str(part)], {})) is not None:
                raise _failed(url, target, said, refusal)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(url, target, error.strerror or type(error).__name__, refusal) from error


def restore(url: str, source: Path) -> None:
    """Put a copy made by `dump` into the empty database at `url`, whole or not at all.

    Raises:
        WorldError: the program is missing or too old, or the server refused.
    """
    program = shutil.which(_LIST)
    connection, secret = _connection(url)
    if program is None:
        raise WorldError(NO_RESTORE.because(cause=f"{_LIST}: not found"), retry=False)
    # Whose tables they were is another server's matter: they become the property of whoever restores.
    wanted = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    said = _run([program, *wanted, f"--dbname={connection}", str(source)], secret)
    if said is not None:
        raise WorldError(NO_RESTORE.because(cause=said), retry=False)


def command(url: str, target: Path) -> str:
    """Return what a person would type to make the same copy; the password is not in it."""
    return shlex.join([_DUMP, *_arguments(_connection(url)[0], target)])


def _run(line: list[str], secret: dict[str, str]) -> str | None:
    """Run a program; return what it said last where it failed, else None."""
    # The password goes by the environment: arguments are seen by every user of the machine.
    environment = {**os.environ, **secret, "LC_ALL": "C"}
    done = subprocess.run(line, env=environment, capture_output=True, check=False)  # noqa: S603 no shell, our arguments
    if done.returncode == 0:
        return None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1][:200] if said else f"exit {done.returncode}"


def _arguments(connection: str, target: Path) -> list[str]:
    return ["--format=custom", f"--file={target}", f"--dbname={connection}"]


def _connection(url: str) -> tuple[str, dict[str, str]]:
    """Return libpq's connection string for a URL without its password, and the environment with it."""
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
    options = dict(parsed.get_dialect()().create_connect_args(parsed)[1])
    password = options.pop("password", None)
    words = [f"{name}={_quoted(str(value))}" for name, value in options.items() if value is not None]
    return " ".join(words), {} if password is None else {"PGPASSWORD": str(password)}


def _quoted(value: str) -> str:
    # PostgreSQL 15, section 34.1.1.1: a value with spaces is quoted, quotes and backslashes are escaped.
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _failed(url: str, target: Path, cause: str, refusal: ReasonKind) -> WorldError:
    return WorldError(refusal.because(cause=cause, command=command(url, target)), retry=False)
