# SPDX-License-Identifier: MIT
"""The node under test, driven from outside: its command line, its socket, its exchange face, and what can be seen."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from tasuki.base.errors import WorldError
from tasuki.sim.partner.reasons import NOT_READY

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # platforms without the wheel: the interpreter's own SQLite
    import sqlite3 as sqlite_module

PROGRAM: Final = (sys.executable, "-m", "tasuki")
"""The command line of this product; another implementation takes its place by another one."""

READY: Final = b" ready, "
START_LIMIT_S: Final = 30.0
STOP_LIMIT_S: Final = 15.0
CALL_LIMIT_S: Final = 120.0

_AUDIT: Final = "audit"
_LONG_PATH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the node's socket or command line answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """Return the body read as JSON; None where there is none."""
        return msgspec.json.decode(self.body) if self.body.strip() else None

    @property
    def code(self) -> str:
        """Return the reason it gives, empty where it gives none."""
        with contextlib.suppress(msgspec.DecodeError, KeyError, TypeError):
            return str(self.json["error"]["code"])
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything a node remembers, but for its private audit log.

    Attributes:
        tables: rows and a digest of their content, by table.
        views: a digest of each view people have of it.
    """

    tables: Mapping[str, tuple[int, str]]
    views: Mapping[str, str]

    def differs(self, then: State) -> list[str]:
        """Return the tables and views that are no longer the same."""
        return sorted(
            [name for name in self.tables if self.tables[name] != then.tables.get(name)]
            + [name for name in self.views if self.views[name] != then.views.get(name)]
        )


@dataclass(slots=True, kw_only=True)
class Driven:
    """One node of its own directory, in a process of its own.

    Attributes:
        program: its command line.
        program_served: another one under which it is served, such as one whose clock is wrong.
    """

    directory: Path
    program: Sequence[str] = PROGRAM
    environment: Mapping[str, str] = field(default_factory=dict)
    program_served: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = None
    _line: _Local | None = None

    @property
    def log(self) -> Path:
        """Where its process writes its log."""
        return self.directory.with_name(f"{self.directory.name}.log")

    @property
    def endpoint(self) -> str:
        """Return the URL of its exchange face."""
        return str(self.ask("GET", "/v1/partners/anchor").json["endpoint"])

    def type(self, *words: str | Path, stdin: bytes | None = None) -> Said:
        """Type a command at it; the status is the exit code."""
        done = subprocess.run(  # noqa: S603 our own program
            [*self.program, *(str(word) for word in words)],
            input=stdin,
            capture_output=True,
            timeout=CALL_LIMIT_S,
            check=False,
            env={**os.environ, **self.environment, "TASUKI_NODE": str(self.directory), "LC_ALL": "en_GB.UTF-8"},
        )
        return Said(status=done.returncode, body=done.stdout or done.stderr)

    def start(self) -> None:
        """Start its process and wait until it answers.

        Raises:
            WorldError: it ended, or stayed silent for `START_LIMIT_S`.
        """
        began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own program
                [*(self.program_served or self.program), "serve", str(self.directory)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if READY in self.said(began):
                return
            time.sleep(0.02)
        said = self.said(began)[-300:].decode("utf-8", "replace")
        raise WorldError(NOT_READY.because(directory=str(self.directory), said=said), retry=False)

    def said(self, after: int = 0) -> bytes:
        """Return what its process wrote, from a byte on."""
        with self.log.open("rb") as log:
            log.seek(after)
            return log.read()

    @property
    def pid(self) -> int:
        """Return the process id of the running node."""
        return 0 if self._process is None else self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> int:
        """Ask it to stop and wait; return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would, with its signer."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        self.hang_up()
        process, self._process = self._process, None
        if process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            return process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def end_children(self) -> None:
        """End the processes that this node started, its signer above all."""
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()

    def hang_up(self) -> None:
        """End the connection to its socket."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Ask its socket, as its keeper or as the person of a token; `raw` is a body that is no JSON of ours."""
        content = raw if raw is not None else (b"" if body is None else msgspec.json.encode(body))
        said = dict(headers or {})
        if token is not None:
            said["authorization"] = f"Bearer {token}"
        for attempt in range(2):
            if self._line is None:
                self._line = _Local(self.directory / "run" / "node.sock")
            try:
                self._line.request(method, path, content, said)
                answer = self._line.getresponse()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                return Said(status=answer.status, body=answer.read(), headers=headers)
            except (OSError, http.client.HTTPException):
                # An idle connection may have been ended meanwhile: once more on a new one.
                self.hang_up()
                if attempt:
                    raise
        raise AssertionError

    def state(self, *, views: bool = True) -> State:
        """Return everything it remembers but for its private audit log."""
        seen = {path: _digest(self.ask("GET", path).body) for path in VIEWS} if views else {}
        return State(tables=dict(self._tables()), views=seen)

    def audited(self, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """Return kind and body of the leaves of its private audit log from an index on."""
        rows = self.rows(
            "SELECT kind, body FROM log_leaves WHERE log = ? AND leaf_index >= ? ORDER BY leaf_index", (_AUDIT, after)
        )
        return [(str(kind), msgspec.json.decode(bytes(body))) for kind, body in rows]

    def audit_size(self) -> int:
        """Return how many leaves its private audit log has."""
        return int(self.rows("SELECT count(*) FROM log_leaves WHERE log = ?", (_AUDIT,))[0][0])

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Look into its database, without ever writing to it."""
        with self._reading() as connection:
            return list(connection.execute(query, tuple(values)))

    def scribble(self, query: str, values: Sequence[object] = ()) -> int:
        """Change its database behind its back, as whoever holds the disk can; return how many rows it hit."""
        with contextlib.closing(sqlite_module.connect(self.directory / "node.db", timeout=30.0)) as connection:
            changed = int(connection.execute(query, tuple(values)).rowcount)
            connection.commit()
            return changed

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Any]:
        uri = f"file:{self.directory / 'node.db'}?mode=ro"
        with contextlib.closing(sqlite_module.connect(uri, uri=True, timeout=30.0)) as connection:
            yield connection

    def _tables(self) -> Iterator[tuple[str, tuple[int, str]]]:
        with self._reading() as connection:
            connection.execute("BEGIN")
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in sorted(set(names)):
                where = _NOT_AUDIT.get(name, "")
                rows = connection.execute(f'SELECT * FROM "{name}" {where}').fetchall()  # noqa: S608 its own names
                yield name, (len(rows), _digest("\n".join(sorted(map(repr, rows))).encode()))


_NOT_AUDIT: Final[Mapping[str, str]] = {
    "log_leaves": "WHERE log <> 'audit'",
    "logs": "WHERE log <> 'audit'",
    "log_subtrees": "WHERE log <> 'audit'",
    "checkpoints": "WHERE log <> 'audit'",
}
"""Tables in which the audit log has rows of its own."""

VIEWS: Final = (
    "/v1/channel/lanes",
    "/v1/channel/envelopes",
    "/v1/holdings?limit=1000",
    "/v1/holdings/quarantine",
    "/v1/partners",
    "/v1/persons",
    "/v1/consent",
    "/v1/withdrawal",
    "/v1/assistance",
    "/v1/tearlines",
    "/v1/detection",
    "/v1/release/rules",
)
"""What people see of a node, where nothing in it is the time of asking."""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


class _Local(http.client.HTTPConnection):
    """HTTP over the node's socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("node", timeout=CALL_LIMIT_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket; a long path goes through a descriptor of its folder (Linux)."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(CALL_LIMIT_S)
        if len(os.fsencode(self._path)) <= _LONG_PATH:
            self.sock.connect(str(self._path))
            return
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sock.connect(f"/proc/{os.getpid()}/fd/{folder}/{self._path.name}")
        finally:
            os.close(folder)
