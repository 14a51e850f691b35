# SPDX-License-Identifier: MIT
"""The database of a node: engine for SQLite or PostgreSQL, readers, and the one writer with group commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tasuki.base.errors import CallerError, TasukiError, WorldError
from tasuki.store.reasons import (
    BEING_UPGRADED,
    CLOSED,
    FAILED,
    IN_USE,
    NO_DATABASE_URL,
    NO_DRIVER,
    NO_SPACE,
    NOT_REACHED,
    TRACES_LEFT,
    UNREAD,
    UNSURE,
    WRONG_SERVER,
)

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # platforms without the wheel: the interpreter's own SQLite
    import sqlite3 as sqlite_module

METADATA: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
"""Every table of every capability; each `store/<capability>.py` declares its own here.

Constraints have names, so that a later revision of the schema can say which one it changes.
"""

NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Type of a key that the database counts: SQLite counts nothing but its own INTEGER."""

GROUP_LIMIT: Final = 64
"""Acts in one commit: enough to share an fsync, few enough that none waits long."""

PART: Final = 500
"""Parameters in one statement: below the least limit of both databases, and few enough to plan quickly."""

NOTED: Final = "tasuki.noted"
"""Set in the info of a connection whose transaction noted something that must outlive a restore."""

Work = Callable[[sa.Connection], Any]
T = TypeVar("T")


def open_engine(url: str) -> sa.Engine:
    """Return an engine for `sqlite:///PATH` or `postgresql://...`, durable and strict; nothing is opened yet.

    SQLite runs in WAL mode with full synchronisation, PostgreSQL waits for its own log whatever the server's
    default: what is committed survives a power cut.

    Raises:
        CallerError: it is no URL of either, or the driver for PostgreSQL is not installed.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise CallerError(NO_DATABASE_URL.because()) from error
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            parsed.set(drivername="sqlite"), module=sqlite_module, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() != "postgresql":
        raise CallerError(NO_DATABASE_URL.because())
    try:
        engine = sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            connect_args={"client_encoding": "utf8", "connect_timeout": _CONNECT_S, "application_name": "tasuki"},
        )
    except ImportError as error:
        raise CallerError(NO_DRIVER.because()) from error
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


_CONNECT_S: Final = 10
_OLDEST_SERVER: Final = 15
_SERVER_MAJOR: Final = 10_000
_LOCKS: Final = 0x74617375
"""First half of the keys of our advisory locks: `tasu`."""
_WRITING: Final = 1
_IN_USE: Final = 2
_PATIENCE_MS: Final = 2000
_DISK_FULL: Final = "53100"
"""SQLSTATE disk_full (PostgreSQL, appendix A)."""
_LOCK_NOT_AVAILABLE: Final = "55P03"
"""SQLSTATE lock_not_available (PostgreSQL, appendix A)."""


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


def _prepare_postgresql(connection: Any, _record: object) -> None:
    version, encoding = connection.info.server_version, connection.info.parameter_status("server_encoding")
    if version < _OLDEST_SERVER * _SERVER_MAJOR or encoding != "UTF8":
        connection.close()
        found = version // _SERVER_MAJOR
        raise WorldError(WRONG_SERVER.because(oldest=_OLDEST_SERVER, found=found, encoding=encoding), retry=False)
    connection.adapters.register_dumper(str, _text_dumper())
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '30s'")
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
    connection.commit()


@cache
def _text_dumper() -> type:
    """Return what hands text to PostgreSQL, which holds no NUL: where a stranger wrote one it is shown as U+FFFD.

    Refused, one character in one id would fail the whole group of acts, and for ever.
    """
    # Belongs to an extra; whoever comes here has it.
    from psycopg.types.string import StrDumperUnknown  # noqa: PLC0415

    class Text(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    return Text


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only={int(options.get('sqlite_query_only', False))}")
    connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")


def _begin_postgresql(connection: sa.Connection) -> None:
    """Let one process at a time write, as SQLite does.

    Positions and log indexes are then given in the order of commits, and no two writers wait for each other's rows.
    """
    if is_writer(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCKS}, {_WRITING})")


def writing(engine: sa.Engine) -> sa.Engine:
    """Return an engine whose transactions keep every other writer waiting from their beginning."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


def is_writer(connection: sa.Connection) -> bool:
    """Whether a connection is the writer's: what it sees may still be undone."""
    return connection.get_execution_options().get("sqlite_begin") == "IMMEDIATE"


@contextmanager
def reader(connection: sa.Connection) -> Iterator[sa.Connection]:
    """Give, beside a writer's connection, one that sees only what is committed."""
    with connection.engine.execution_options(sqlite_begin="DEFERRED").begin() as other:
        yield other


def parts(values: Sequence[T]) -> list[Sequence[T]]:
    """Cut a list so that no statement has too many parameters."""
    return [values[i : i + PART] for i in range(0, len(values), PART)]


def insert_many(connection: sa.Connection, table: sa.Table, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of plain values straight through the driver: on the hot paths SQLAlchemy's bind processing shows.

    Args:
        connection: of either database.
        table: where to.
        columns: names separated by spaces, in the order of the values.
        rows: one tuple each; nothing happens where there is none.
    """
    if rows:
        connection.exec_driver_sql(_insertion(table.name, columns, connection.dialect.name), list(rows))


@cache
def _insertion(table: str, columns: str, dialect: str) -> str:
    names = columns.split()
    mark = "?" if dialect == "sqlite" else "%s"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(mark for _ in names)})"  # noqa: S608 our names


@dataclass(slots=True)
class _Act:
    work: Work
    future: Future[Any]


class Writes(Protocol):
    """What commits: acts go in, and are answered once durable."""

    def submit(self, work: Work) -> Future[Any]:
        """Have `work(connection)` done; the future answers its value after the commit, or its error."""

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` and wait until it is durable."""

    def close(self) -> None:
        """Finish what was begun and stop."""


class Writer:
    """The only thread of a process that writes: acts queue up, share a commit, and are answered once durable."""

    def __init__(self, engine: sa.Engine) -> None:
        """Start the thread; `close` ends it."""
        self._engine = writing(engine)
        self._queue: queue.Queue[_Act | None] = queue.Queue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> Future[Any]:
        """Queue `work(connection)`; the future answers its value after the commit, or its error with nothing changed.

        `work` runs in its own savepoint: what it raises undoes it alone. It must not commit, block,
        sign or use the network. A future that is cancelled before its turn is not worked on.
        """
        future: Future[Any] = Future()
        with self._closing:
            if self._closed:
                future.set_exception(WorldError(CLOSED.because(), retry=True))
            else:
                self._queue.put(_Act(work, future))
        return future

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` and wait until it is durable; return its value.

        Raises:
            WorldError: the database failed; nothing was changed (or the reason says that this is not known).
            TasukiError: whatever `work` raised.
        """
        return self.submit(work).result()  # type: ignore[no-any-return]

    def close(self) -> None:
        """Finish what is queued and stop."""
        with self._closing:
            self._closed = True
            # The last entry: nothing is queued behind it any more.
            self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            acts = [act for act in self._gather(first) if act.future.set_running_or_notify_cancel()]
            if acts:
                _commit(self._engine, acts)

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


class Inline:
    """A writer without a thread: whoever brings an act commits it, alone.

    The bench plays every node of a partnership in one thread; there a thread that writes would bring chance with it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """Write through `engine`."""
        self._engine = writing(engine)
        self._closed = False

    def submit(self, work: Work) -> Future[Any]:
        """Do `work(connection)` in a transaction of its own; the future is done on return. See `Writer.submit`."""
        future: Future[Any] = Future()
        if self._closed:
            future.set_exception(WorldError(CLOSED.because(), retry=True))
        else:
            future.set_running_or_notify_cancel()
            _commit(self._engine, [_Act(work, future)])
        return future

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work` and return its value once it is durable; raises as `Writer.run`."""
        return self.submit(work).result()  # type: ignore[no-any-return]

    def close(self) -> None:
        """Take no more acts."""
        self._closed = True


def _commit(engine: sa.Engine, acts: list[_Act]) -> None:
    """Do acts in one transaction and answer each of them, whatever happens."""
    answers: list[tuple[_Act, Any]] = []
    try:
        with engine.begin() as connection:
            answers.extend((act, _attempt(connection, act)) for act in acts)
    # A crash before this line leaves nothing of the group; after it, all of it, acknowledged or not.
    except BaseException as error:  # noqa: BLE001 the writer must outlive any failure
        failure = _failure(error, committing=len(answers) == len(acts))
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
    except BaseException as error:  # noqa: BLE001 handed to the caller through its future
        return _Failure(error)


def _failure(error: BaseException, *, committing: bool) -> TasukiError:
    if isinstance(error, TasukiError):
        return error
    if committing and isinstance(error, DBAPIError) and error.connection_invalidated:
        # The server may have committed before the answer was lost.
        return WorldError(UNSURE.because(cause=cause_of(error)), retry=True)
    kind = NO_SPACE if _is_full(error) else FAILED
    return WorldError(kind.because(cause=cause_of(error)), retry=True)


def _is_full(error: BaseException) -> bool:
    """Whether a driver says that the disk is full: SQLite by its result code, PostgreSQL by its SQLSTATE."""
    origin = getattr(error, "orig", None) or error
    return getattr(origin, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(origin, "sqlstate", "") == _DISK_FULL


def cause_of(error: BaseException) -> str:
    """Return what a driver said, in one line."""
    origin = getattr(error, "orig", None) or error
    return str(origin).splitlines()[0][:200] if str(origin) else type(origin).__name__


class Database:
    """One node's database: many readers, one writer."""

    def __init__(self, url: str, writer: Callable[[sa.Engine], Writes] = Writer) -> None:
        """Open `url`; tables must exist (see `tasuki.store.schema`).

        Args:
            url: of the database.
            writer: makes what writes to it; a thread of its own, unless it is the bench that asks.

        Raises:
            CallerError: it is no URL of a database this node can use.
        """
        self.engine = open_engine(url)
        self.dialect = self.engine.dialect.name
        self.on_noted: Callable[[], None] | None = None
        if self.dialect == "postgresql":
            event.listen(self.engine, "connect", _say_in_use)
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            self._reader = self.engine.execution_options(sqlite_query_only=True)
        self.writer = writer(self.engine)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection inside one read transaction: a stable view of the last commit, which cannot write.

        Raises:
            WorldError: the database failed.
        """
        try:
            with self._reader.begin() as connection:
                yield connection
        except (DBAPIError, PoolTimeout) as error:
            raise WorldError(UNREAD.because(cause=cause_of(error)), retry=True) from error

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Do `work(connection)` through the writer and wait until it is durable.

        Where it noted something that must outlive a restore (see `tasuki.store.journal`), wait for that as well.
        """
        noted = False

        def watched(connection: sa.Connection) -> T:
            nonlocal noted
            value = work(connection)
            noted = bool(connection.info.pop(NOTED, False))
            return value

        value = self.writer.run(watched)
        if noted and self.on_noted is not None:
            self.on_noted()
        return value

    def scrub(self) -> None:
        """Let what was deleted vanish from the files, as far as the database can.

        SQLite overwrites deleted content in the database itself; its write-ahead log still has it, and is emptied here.
        PostgreSQL gives up the dead rows; their bytes go when their pages and its own log are written anew.

        Raises:
            WorldError: somebody reads an old state; try again later.
        """
        driver: Any = self.engine.dialect.loaded_dbapi
        try:
            if self.dialect == "sqlite":
                with closing(self.engine.raw_connection()) as connection:
                    if ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)"):
                        raise WorldError(TRACES_LEFT.because(), retry=True)
            else:
                with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                    connection.exec_driver_sql("VACUUM (SKIP_LOCKED)")
        except (DBAPIError, driver.Error, MemoryError) as error:
            raise WorldError(FAILED.because(cause=cause_of(error)), retry=True) from error

    def close(self) -> None:
        """Finish queued writes and close every connection."""
        self.writer.close()
        self.engine.dispose()


def _say_in_use(connection: Any, _record: object) -> None:
    """Hold a shared lock as long as this connection lives, so that nobody changes the schema under it."""
    if not _take(connection, "pg_advisory_lock_shared"):
        connection.close()
        raise WorldError(BEING_UPGRADED.because(), retry=True)


def _take(connection: Any, lock: str) -> bool:
    """Take the lock that says who uses the database; return whether it could be had.

    The server frees a lock a moment after its connection was closed, so one that is going is waited for.
    """
    ask(connection, f"SELECT set_config('lock_timeout', '{_PATIENCE_MS}', false)")
    try:
        ask(connection, f"SELECT {lock}({_LOCKS}, {_IN_USE})")
    except Exception as error:
        connection.rollback()
        if getattr(error, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    finally:
        ask(connection, "SELECT set_config('lock_timeout', '0', false)")
    return True


def ask(connection: Any, query: str) -> Any:
    """Return the one value a query answers, or None, asked of a driver's own connection that is in no transaction."""
    with closing(connection.cursor()) as cursor:
        answer = cursor.execute(query).fetchone()
    connection.commit()
    return None if answer is None else answer[0]


@contextmanager
def alone(url: str) -> Iterator[sa.Engine]:
    """Give an engine for changing the schema, while no other process uses the database.

    With SQLite the node's own lock already keeps others out.

    Raises:
        WorldError: another process uses it, or it is not reached.
    """
    with ExitStack() as stack:
        engine = open_engine(url)
        stack.callback(engine.dispose)
        try:
            # Open until the end: the lock is this connection's.
            holder = stack.enter_context(engine.connect())
            taken = engine.dialect.name == "sqlite" or _take(holder.connection, "pg_advisory_lock")
        except DBAPIError as error:
            raise WorldError(NOT_REACHED.because(cause=cause_of(error)), retry=True) from error
        if not taken:
            raise WorldError(IN_USE.because(), retry=True)
        yield engine
