# SPDX-License-Identifier: MIT
"""Starts a PostgreSQL server of the tests' own, and makes and drops databases in it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

OLDEST = 15
"""The oldest PostgreSQL a node runs on."""

_SETTINGS = {
    "listen_addresses": "",
    # The tests kill processes, never the machine: what only protects against a power cut may be left out.
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}
_READY = b"ready to accept connections"


class Server:
    """One running server, reached by a Unix socket in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Name the server whose socket lies in `folder`."""
        self.folder = folder
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """Return the URL of a database, as a node is given it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Do one statement outside any transaction; return its rows."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Give the name of a new database, and drop it with whoever is still connected."""
        name = f"test_{next(self._numbers)}"
        # Copying files is twice as fast as copying through the log, and the server's own template is small.
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL programs on this machine that are new enough, or None."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *(Path(each) for each in os.get_exec_path())]
    whole = [each for each in folders if all(os.access(each / name, os.X_OK) for name in ("initdb", "postgres"))]
    newest = max(whole, key=_version, default=None)
    return newest if newest is not None and _version(newest) >= OLDEST else None


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "initdb", "--version"], capture_output=True, check=True, text=True).stdout
    return int(said.split()[2].split(".")[0])


@contextmanager
def running_server(bin_folder: Path) -> Iterator[Server]:
    """Make and start a server and stop it; as root it runs as `postgres`, because PostgreSQL refuses root."""
    with made_server(bin_folder) as server, started(bin_folder, server):
        yield server


@contextmanager
def made_server(bin_folder: Path) -> Iterator[Server]:
    """Make a server that does not run yet, and remove it."""
    account = _account()
    # A temporary folder of root's own would be closed to the other user.
    folder = Path(tempfile.mkdtemp(prefix="tasuki-pg-", dir="/tmp" if account else None))  # noqa: S108 made private
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        _initialise(bin_folder, folder, account)
        yield Server(folder)
    finally:
        shutil.rmtree(folder)


def _account() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(bin_folder: Path, folder: Path, account: dict[str, object]) -> None:
    # A language's own order of letters, as many servers have it: nothing may depend on the order of bytes.
    order = ["--locale=C", "--locale-provider=icu", "--icu-locale=en"]
    command = [
        bin_folder / "initdb",
        "-D",
        folder / "data",
        "-N",
        "-E",
        "UTF8",
        "-U",
        "postgres",
        "-A",
        "trust",
        *order,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, **account)
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def started(bin_folder: Path, server: Server) -> Iterator[None]:
    """Start a server that was made, and stop it cleanly."""
    folder = server.folder
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [bin_folder / "postgres", "-D", folder / "data", "-k", folder, *settings]
    if shutil.which("setpriv"):
        # A killed test run takes its server with it.
        command = ["setpriv", "--pdeathsig", "INT", *command]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, **_account()) as process:
        said: deque[bytes] = deque(maxlen=20)
        for line in process.stderr:
            said.append(line)
            if _READY in line:
                break
        else:
            raise RuntimeError(b"".join(said).decode())
        listener = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        listener.start()
        try:
            yield
        finally:
            process.send_signal(2)  # SIGINT: a fast, clean shutdown
            process.wait()
            listener.join()
