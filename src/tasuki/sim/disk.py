# SPDX-License-Identifier: MIT
"""The disk under SQLite: every write and sync is recorded, may be made to fail, and can be played back to any moment.

A virtual file system is put in front of the library's own while a recording runs, by copying its table of functions and
putting ours in the places where something changes. From the recording follow the states in which a crash may leave the
files: what the operating system had been given is there in whole, in part, torn, or not at all, unless it was synced.

Source: SQLite, "The SQLite OS Interface or VFS"; Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014.
"""

from __future__ import annotations

import ctypes
import importlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

from tasuki.store import database

_NAME: Final = b"tasuki-disk"
_OK: Final = 0
_LASTING: Final = ("-shm",)
"""Ends of names of files in which nothing lasts."""

SECTOR: Final = 512
"""Bytes a disk writes whole, whatever happens."""


class Trouble(Enum):
    """How a call fails, as SQLite is told of it."""

    FULL = 13  # SQLITE_FULL, from ENOSPC
    BROKEN = 10  # SQLITE_IOERR, from EIO
    MEMORY = 7  # SQLITE_NOMEM, where the operating system gives none


class Act(Enum):
    """What changes a file, or makes a change last."""

    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call; `at` and `content` are for writes, `at` is also the size a file is cut to."""

    act: Act
    path: str
    at: int = 0
    content: bytes = b""
    lasting: bool = False


_Pointer = ctypes.c_void_p
_File = ctypes.POINTER(_Pointer)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_int)
_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, _Pointer, ctypes.c_int, ctypes.POINTER(ctypes.c_int))
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_char_p, ctypes.c_int)


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`, as far as every version has it; the rest is copied with it."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", _Pointer),
        ("read", _Pointer),
        ("write", _Pointer),
        ("truncate", _Pointer),
        ("sync", _Pointer),
        ("rest", _Pointer * 13),
    )


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`, version 3."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_name", ctypes.c_int),
        ("next", _Pointer),
        ("name", ctypes.c_char_p),
        ("data", _Pointer),
        ("open", _Pointer),
        ("delete", _Pointer),
        ("rest", _Pointer * 14),
    )


class Disk:
    """What happens to the files of databases in one folder, from `recording` on.

    Attributes:
        events: every call that succeeded, in order, as long as `keeping` says so.
        calls: how many calls there were, failed ones too.
        noticed: called with every call that is kept, for whoever watches what lies beside the databases.
    """

    def __init__(self, folder: Path) -> None:
        """Watch the files below `folder`."""
        self.events: list[Event] = []
        self.calls = 0
        self._folder = str(folder)
        self._library: Any = ctypes.CDLL(_library_path())
        self._library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
        self._real: Any = None
        self._ours = _Vfs()
        self._tables: dict[int, _Methods] = {}
        self._names: dict[int, str] = {}
        # Whatever C calls must be kept alive from here.
        self._kept: list[Any] = []
        self._failing: Callable[[int, str], Trouble | None] | None = None
        self.keeping = True
        self.noticed: Callable[[], None] = _nothing

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Put this in front of the library's own files; databases opened before are not seen."""
        self._real = self._library.sqlite3_vfs_find(None)
        ctypes.memmove(ctypes.byref(self._ours), self._real, ctypes.sizeof(_Vfs))
        self._ours.name, self._ours.next = _NAME, None
        real = self._real.contents
        self._ours.open = self._put(_OPEN, self._open, real.open)
        self._ours.delete = self._put(_DELETE, self._delete, real.delete)
        self._library.sqlite3_vfs_register(ctypes.byref(self._ours), 1)
        try:
            yield
        finally:
            self._library.sqlite3_vfs_unregister(ctypes.byref(self._ours))
            self._library.sqlite3_vfs_register(self._real, 1)

    @contextmanager
    def failing(self, choose: Callable[[int, str], Trouble | None]) -> Iterator[None]:
        """Let calls fail as `choose(number, path)` says; numbers count from 0 anew."""
        self.calls, self._failing = 0, choose
        try:
            yield
        finally:
            self._failing = None

    def _put(self, kind: Any, act: Callable[..., int], original: int) -> Any:
        """Return a pointer to `act`, called with the original before the arguments of the call."""
        called = kind(original)

        def call(*arguments: Any) -> int:
            return act(called, *arguments)

        function = kind(call)
        self._kept += [called, function]
        return ctypes.cast(function, _Pointer)

    def _trouble(self, path: str) -> int:
        number = self.calls
        self.calls += 1
        found = None if self._failing is None else self._failing(number, path)
        return _OK if found is None else found.value

    def _keep(self, event: Event) -> None:
        if self.keeping:
            self.noticed()
            self.events.append(event)

    def _open(self, original: Any, vfs: int, name: int, file: int, flags: int, out: Any) -> int:
        code: int = original(vfs, name, file, flags, out)
        path = "" if not name else (ctypes.cast(name, ctypes.c_char_p).value or b"").decode()
        if code == _OK and self._is_ours(path):
            place = ctypes.cast(file, _File)
            self._names[file] = path
            place[0] = ctypes.addressof(self._table(place[0] or 0))
        return code

    def _is_ours(self, path: str) -> bool:
        return path.startswith(self._folder) and not path.endswith(_LASTING)

    def _table(self, real: int) -> _Methods:
        """Return our copy of a table of file functions; the library has a few, each for one kind of locking."""
        if real not in self._tables:
            copy = _Methods()
            ctypes.memmove(ctypes.byref(copy), real, ctypes.sizeof(_Methods))
            copy.write = self._put(_WRITE, self._write, copy.write)
            copy.truncate = self._put(_TRUNCATE, self._truncate, copy.truncate)
            copy.sync = self._put(_SYNC, self._sync, copy.sync)
            self._tables[real] = copy
        return self._tables[real]

    def _write(self, original: Any, file: int, content: int, size: int, at: int) -> int:
        path = self._names[file]
        code = self._trouble(path) or original(file, content, size, at)
        if code == _OK:
            self._keep(Event(act=Act.WRITE, path=path, at=at, content=ctypes.string_at(content, size)))
        return int(code)

    def _truncate(self, original: Any, file: int, size: int) -> int:
        path = self._names[file]
        code = self._trouble(path) or original(file, size)
        if code == _OK:
            self._keep(Event(act=Act.TRUNCATE, path=path, at=size))
        return int(code)

    def _sync(self, original: Any, file: int, flags: int) -> int:
        path = self._names[file]
        code = self._trouble(path) or original(file, flags)
        if code == _OK:
            self._keep(Event(act=Act.SYNC, path=path))
        return int(code)

    def _delete(self, original: Any, vfs: int, name: bytes, lasting: int) -> int:
        path = name.decode()
        if not self._is_ours(path):
            return int(original(vfs, name, lasting))
        code = self._trouble(path) or original(vfs, name, lasting)
        if code == _OK:
            self._keep(Event(act=Act.DELETE, path=path, lasting=bool(lasting)))
        return int(code)


def _nothing() -> None:
    """Watch nothing beside the databases."""


def _library_path() -> str:
    """Return the file of the library that has SQLite in it: that of the module under the driver."""
    driver = vars(database)["sqlite_module"].__name__.partition(".")[0]
    name = "_sqlite3" if driver == "sqlite3" else f"{driver}._sqlite3"
    return str(importlib.import_module(name).__file__)


class Loss(Enum):
    """What a crash takes of what was not synced."""

    NOTHING = "nothing"  # the process ended, the system went on
    EVERYTHING = "everything"
    TORN = "torn"  # the last write is there in part
    SOME = "some"  # any of the writes are there, in sectors


Files = dict[str, bytes]


@dataclass(slots=True)
class _Image:
    """One file while a recording is played back: what was written, and how much of that lasts."""

    written: bytearray | None
    synced: bytes | None
    pending: list[Event] = field(default_factory=list)


class Playback:
    """Plays a recording back, call by call, and says in which states a crash may leave the files then."""

    def __init__(self, base: Mapping[str, bytes], events: Sequence[Event]) -> None:
        """Begin with the files of `base`, all of which last."""
        self._images = {path: _Image(written=bytearray(raw), synced=raw) for path, raw in base.items()}
        self._events = iter(events)

    def step(self) -> Event | None:
        """Play the next call; return it, or None at the end."""
        event = next(self._events, None)
        if event is not None:
            image = self._images.setdefault(event.path, _Image(written=None, synced=None))
            _play(image, event)
        return event

    def state(self, loss: Loss, dice: random.Random, of: Callable[[str], bool]) -> Files:
        """Return the files after a crash now, for those paths where it happens; everywhere else nothing is lost."""
        found: Files = {}
        for path, image in self._images.items():
            content = _left(image, loss if of(path) else Loss.NOTHING, dice)
            if content is not None:
                found[path] = content
        return found


def _play(image: _Image, event: Event) -> None:
    if event.act is Act.SYNC:
        image.synced = None if image.written is None else bytes(image.written)
        image.pending.clear()
        return
    image.written = _changed(image.written, event)
    image.pending.append(event)
    if event.act is Act.DELETE and event.lasting:
        image.synced = None
        image.pending.clear()


def _changed(content: bytearray | None, event: Event) -> bytearray | None:
    if event.act is Act.DELETE:
        return None
    changed = content if content is not None else bytearray()
    if event.act is Act.TRUNCATE:
        del changed[event.at :]
        return changed
    if len(changed) < event.at:
        changed.extend(bytes(event.at - len(changed)))
    changed[event.at : event.at + len(event.content)] = event.content
    return changed


def _left(image: _Image, loss: Loss, dice: random.Random) -> bytes | None:
    if loss is Loss.NOTHING or not image.pending:
        return None if image.written is None else bytes(image.written)
    if loss is Loss.EVERYTHING:
        return image.synced
    content = None if image.synced is None else bytearray(image.synced)
    if loss is Loss.TORN:
        *whole, last = image.pending
        for event in whole:
            content = _changed(content, event)
        half = Event(act=Act.WRITE, path=last.path, at=last.at, content=last.content[: len(last.content) // 2])
        return _whole(_changed(content, half if last.act is Act.WRITE else last))
    for event in image.pending:
        for part in _sectors(event):
            if dice.random() < 0.5:  # noqa: PLR2004 a fair coin
                content = _changed(content, part)
    return _whole(content)


def _whole(content: bytearray | None) -> bytes | None:
    return None if content is None else bytes(content)


def _sectors(event: Event) -> Iterator[Event]:
    """Cut a write where a disk may have stopped."""
    if event.act is not Act.WRITE:
        yield event
        return
    start = 0
    while start < len(event.content):
        end = min(len(event.content), ((event.at + start) // SECTOR + 1) * SECTOR - event.at)
        yield Event(act=Act.WRITE, path=event.path, at=event.at + start, content=event.content[start:end])
        start = end
