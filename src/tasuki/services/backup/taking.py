# SPDX-License-Identifier: MIT
"""Taking: one consistent state of the database with all that belongs to it, sealed, written and read once more."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from tasuki.adapters import pg_dump, shelf
from tasuki.adapters.reasons import NO_BACKUP_DUMP
from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, WorldError
from tasuki.formats.backup.manifest import DATABASE, FILE, KEYS, LaneMark, Manifest, Part, write_manifest
from tasuki.services.backup import reasons as why
from tasuki.services.backup.contents import files, is_secret
from tasuki.services.backup.looking import SUFFIX, checked
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.upgrade import FOLDER
from tasuki.store import backup as store
from tasuki.store import health, journal, schema

LEAST_PASSPHRASE: Final = 12
"""Characters: it is stretched, and whoever guesses at it needs the recovery key first."""

_READ_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A backup that was taken.

    Attributes:
        at: the moment whose state it holds.
        keys: whether the node's keys are in it, under a passphrase.
    """

    path: str
    bytes: int
    at: datetime
    revision: str
    parts: int
    keys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A recovery key that was made: its fingerprint, and where its private half is."""

    path: str
    fingerprint: str


def make_key(node: Node, secret_file: Path) -> MadeKey:
    """Make the key to which this node's backups are sealed from now on; its private half is for a safe.

    Raises:
        CallerError: the file exists.
        WorldError: the disk refused.
    """
    shown = shelf.make_recovery_key(node.directory, secret_file.absolute(), node.entropy)
    detail: dict[str, Json] = {"fingerprint": shown}
    node.database.write(lambda connection: audit(node, connection, "backup:key:make", detail))
    return MadeKey(path=str(secret_file), fingerprint=shown)


def take(node: Node, target: Path, *, passphrase: str | None = None) -> Taken:
    """Take a backup into a new file, or into a folder under a name of its own; the node may run meanwhile.

    Args:
        node: of which.
        target: a file that is not there yet, or a folder.
        passphrase: with one, the node's keys go into the backup under it; else they stay out.

    Raises:
        CallerError: there is no recovery key, the passphrase is too short, or the file exists.
        WorldError: there is no room, or what was written is not what was read.
    """
    if passphrase is not None and len(passphrase) < LEAST_PASSPHRASE:
        raise CallerError(why.NO_PASSPHRASE.because(least=LEAST_PASSPHRASE))
    public, now = shelf.public_key(node.directory), node.clock.now()
    path = target.absolute()
    if path.is_dir():
        path = path / f"tasuki-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    if path.exists():
        raise CallerError(why.EXISTS.because(path=str(path)))
    try:
        with _copy(node) as (database, marks):
            manifest, sources = _listed(node, database, marks, passphrase)
            size = _write(node, path, public, (manifest, sources))
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise WorldError(why.NOT_WRITTEN.because(path=str(path), cause=cause), retry=True) from error

    def work(connection: sa.Connection) -> None:
        store.note_taken(connection, manifest.at)
        detail: dict[str, Json] = {"bytes": size, "keys": manifest.has_keys, "journal": manifest.journal}
        audit(node, connection, "backup:node:take", detail)

    node.database.write(work)
    return Taken(
        path=str(path),
        bytes=size,
        at=manifest.at,
        revision=manifest.revision,
        parts=len(manifest.parts),
        keys=manifest.has_keys,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marks:
    """What the copied state of the database says of itself."""

    at: datetime
    revision: str
    logs: Mapping[str, int]
    lanes: tuple[LaneMark, ...]
    journal: int


@contextmanager
def _copy(node: Node) -> Iterator[tuple[Path, _Marks]]:
    """Give a copy of one state of the database, on the node's own disk and for a while only, with what it says."""
    folder = node.directory / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    engine = node.database.engine
    with tempfile.TemporaryDirectory(dir=folder, prefix=".taking-") as place:
        path = Path(place) / "database"
        if node.database.dialect == "sqlite":
            store.copy_sqlite(engine, path)
            with store.reading(engine, path) as connection:
                marks = _marks(node, connection)
        else:
            with store.snapshot(engine) as (connection, name):
                marks = _marks(node, connection)
                url = engine.url.render_as_string(hide_password=False)
                pg_dump.dump(url, path, snapshot=name, refusal=NO_BACKUP_DUMP)
        yield path, marks


def _marks(node: Node, connection: sa.Connection) -> _Marks:
    return _Marks(
        at=node.clock.now(),
        revision=schema.revision(connection) or "",
        logs=health.log_sizes(connection),
        lanes=tuple(
            LaneMark(
                partner=row.partner, lane=row.lane, direction=row.direction, epoch=row.epoch, next_seq=row.next_seq
            )
            for row in store.lanes(connection)
        ),
        journal=journal.last(connection),
    )


_Source = Path | bytes


def _listed(
    node: Node, database: Path, marks: _Marks, passphrase: str | None
) -> tuple[Manifest, list[tuple[Part, _Source]]]:
    """Return the manifest, and where the bytes of each part are; what is small is read once, so it cannot change."""
    names = files(node.directory)
    sources: list[tuple[str, _Source]] = [(DATABASE, database)]
    sources += [(FILE + name, (node.directory / name).read_bytes()) for name in names if not is_secret(name)]
    if passphrase is not None:
        secrets: dict[str, Json] = {
            name: base64.b64encode((node.directory / name).read_bytes()).decode() for name in names if is_secret(name)
        }
        sources.append((KEYS, shelf.seal_keys(passphrase, canonical(secrets), node.entropy)))
    parts = [(_part(name, source), source) for name, source in sources]
    manifest = Manifest(
        node=str(node.me),
        home=str(node.home),
        profile=node.profile.digest,
        program=version("tasuki"),
        dialect=node.database.dialect,
        revision=marks.revision,
        at=marks.at,
        logs=marks.logs,
        lanes=marks.lanes,
        journal=marks.journal,
        parts=tuple(part for part, _ in parts),
    )
    return manifest, parts


def _part(name: str, source: _Source) -> Part:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(source):
        digest.update(piece)
        size += len(piece)
    return Part(name=name, size=size, sha256=digest.hexdigest())


def _pieces(source: _Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            yield piece


def _content(manifest: Manifest, parts: list[tuple[Part, _Source]]) -> Iterator[bytes]:
    yield write_manifest(manifest)
    for _, source in parts:
        yield from _pieces(source)


def _write(node: Node, path: Path, public: bytes, content: tuple[Manifest, list[tuple[Part, _Source]]]) -> int:
    """Write the file, read it once more, and only then give it its name; return its size."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            key = shelf.seal(file, public, _content(*content), node.entropy)
            file.flush()
            os.fsync(file.fileno())
        shelf.require_whole(part)
        for _ in checked(shelf.unseal(part, file_key=key)):
            pass
        size = part.stat().st_size
        os.link(part, path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return size


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
