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

from tasuki.adapters.reasons import NO_DUMP
from tasuki.base.errors import WorldError

_DUMP: Final = "pg_dump"
_LIST: Final = "pg_restore"


def dump(url: str, target: Path) -> None:
    """Copy the database at `url` into the new file `target` in PostgreSQL's custom form, readable by its owner alone.

    Raises:
        WorldError: the program is missing or too old, or there is no room; nothing is left behind.
    """
    programs = [shutil.which(name) for name in (_DUMP, _LIST)]
    part = target.with_name(target.name + ".part")
    connection, secret = _connection(url)
    if None in programs:
        raise _failed(url, target, f"{_DUMP}, {_LIST}: not found")
    try:
        if target.exists():
            raise _failed(url, target, f"{target}: {os.strerror(errno.EEXIST)}")
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            _run(url, target, [str(programs[0]), *_arguments(connection, part)], secret)
            # Reads the table of contents of what was written: a cut file has none.
            _run(url, target, [str(programs[1]), "--list", str(part)], {})
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(url, target, error.strerror or type(error).__name__) from error


def command(url: str, target: Path) -> str:
    """Return what a person would type to make the same copy; the password is not in it."""
    return shlex.join([_DUMP, *_arguments(_connection(url)[0], target)])


def _run(url: str, target: Path, line: list[str], secret: dict[str, str]) -> None:
    # The password goes by the environment: arguments are seen by every user of the machine.
    environment = {**os.environ, **secret, "LC_ALL": "C"}
    done = subprocess.run(line, env=environment, capture_output=True, check=False)  # noqa: S603 no shell, our arguments
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _failed(url, target, said[-1][:200] if said else f"exit {done.returncode}")


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


def _failed(url: str, target: Path, cause: str) -> WorldError:
    return WorldError(NO_DUMP.because(cause=cause, command=command(url, target)), retry=False)
