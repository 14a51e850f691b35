# SPDX-License-Identifier: MIT
"""The database of a node: engine for SQLite or PostgreSQL, readers, and the one writer with group commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from tasuki.base.errors import TasukiError, WorldError
from tasuki.store.reasons import CLOSED, FAILED

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # platforms without the wheel: the interpreter's own SQLite
    import sqlite3 as sqlite_module

METADATA: Final = sa.MetaData()
"""Every table of every capability; each `store/<capability>.py` declares its own here."""

GROUP_LIMIT: Final = 64
"""Acts in one commit: enough to share an fsync, few enough that none waits long."""

PART: Final = 500
"""Parameters in one statement: below the least limit of both databases, and few enough to plan quickly."""

Work = Callable[[sa.Connection], Any]
T = TypeVar("T")


def open_engine(url: str) -> sa.Engine:
    """Return an engine for `sqlite:///PATH` or `postgresql+psycopg://...`, durable and strict.

    SQLite runs in WAL mode with full synchronisation: what is committed survives a power cut.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)
    engine = sa.create_engine(url, module=sqlite_module, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=30000",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def is_writer(connection: sa.Connection) -> bool:
    """Whether a connection is the writer's: what it sees may still be undone."""
    return connection.get_execution_options().get("sqlite_begin") == "IMMEDIATE"


def parts(values: Sequence[T]) -> list[Sequence[T]]:
    """Cut a list so that no statement has too many parameters."""
    return [values[i : i + PART] for i in range(0, len(values), PART)]


@dataclass(slots=True)
class _Act:
    work: Work
    future: Future[Any]


class Writer:
    """The only thread of a process that writes: acts queue up, share a commit, and are answered once durable."""

    def __init__(self, engine: sa.Engine) -> None:
        """Start the thread; `close` ends it."""
        self._engine = engine.execution_options(sqlite_begin="IMMEDIATE")
        self._queue: queue.Queue[_Act | None] = queue.Queue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> Future[Any]:
        """Queue `work(connection)`; the future answers its value after the commit, or its error with nothing changed.

        `work` runs in its own savepoint: what it raises undoes it alone. It must not commit, block,
        sign or use the network.
        """
        future: Future[Any] = Future()
        if self._closed.is_set():
            future.set_exception(WorldError(CLOSED.because(), retry=True))
        else:
            self._queue.put(_Act(work, future))
        return future

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` and wait until it is durable; return its value.

        Raises:
            WorldError: the database failed; nothing was changed.
            TasukiError: whatever `work` raised.
        """
        return self.submit(work).result()  # type: ignore[no-any-return]

    def close(self) -> None:
        """Finish what is queued and stop."""
        self._closed.set()
        self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            self._commit(self._gather(first))

    def _gather(self, first: _Act) -> list[_Act]:
        acts = [first]
        while len(acts) < GROUP_LIMIT:
            try:
                act = self._queue.get_nowait()
            except queue.Empty:
                break
            if act is None:
                self._queue.put(None)
                break
            acts.append(act)
        return acts

    def _commit(self, acts: list[_Act]) -> None:
        answers: list[tuple[_Act, Any]] = []
        try:
            with self._engine.begin() as connection:
                answers.extend((act, _attempt(connection, act)) for act in acts)
        # A crash before this line leaves nothing of the group; after it, all of it, acknowledged or not.
        except Exception as error:  # noqa: BLE001 the loop must outlive any database failure
            failure = (
                error if isinstance(error, TasukiError) else WorldError(FAILED.because(cause=_cause(error)), retry=True)
            )
            for act in acts:
                act.future.set_exception(failure)
            return
        for act, answer in answers:
            if isinstance(answer, _Failure):
                act.future.set_exception(answer.error)
            else:
                act.future.set_result(answer)


@dataclass(slots=True)
class _Failure:
    error: BaseException


def _attempt(connection: sa.Connection, act: _Act) -> Any:
    try:
        with connection.begin_nested():
            return act.work(connection)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 handed to the caller through its future
        return _Failure(error)


def _cause(error: BaseException) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).splitlines()[0][:200] if str(origin) else type(origin).__name__


class Database:
    """One node's database: many readers, one writer."""

    def __init__(self, url: str) -> None:
        """Open `url`; tables must exist (see the migrations)."""
        self.engine = open_engine(url)
        self.dialect = self.engine.dialect.name
        self.writer = Writer(self.engine)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection inside one read transaction: a stable view of the last commit."""
        with self.engine.begin() as connection:
            yield connection

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work(connection)` through the writer and wait until it is durable."""
        return self.writer.run(work)

    def close(self) -> None:
        """Finish queued writes and close every connection."""
        self.writer.close()
        self.engine.dispose()
