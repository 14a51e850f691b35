# SPDX-License-Identifier: MIT
"""Restoring: a backup becomes a node again, whole or not at all, and that node is closed.

Everything is put together beside its place and moved there in one step. The database is marked as restored before that
step, so there is no moment at which the node could be started and take itself for the one it was.
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tasuki.adapters import pg_dump, shelf
from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.journal import FILE as JOURNAL
from tasuki.adapters.settings import DATABASE as SQLITE_FILE
from tasuki.adapters.settings import FILE as SETTINGS
from tasuki.adapters.settings import Settings, Storage, database_url, read_settings, write_settings
from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.base.time import format_rfc3339
from tasuki.core.ledger.model import AUDIT, SALT_BYTES
from tasuki.formats.backup.manifest import DATABASE, FILE, KEYS, Manifest, is_inside
from tasuki.services.backup import reasons as why
from tasuki.services.backup.contents import files, is_secret
from tasuki.services.backup.looking import checked
from tasuki.store import backup, ledger, recovery
from tasuki.store.database import alone, cause_of, writing
from tasuki.store.schema import migrate, needs_upgrade, revision

RESTORED: Final = "restored"
_COPY: Final = ".database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be restored, and from what.

    Attributes:
        source: the backup file.
        directory: of the new node; nothing is there yet.
        key: file with the private recovery key.
        passphrase: of the keys in the backup; None where they are to come from `old`.
        old: what is left of the node: its keys where the backup has none, and its journal; None where nothing is.
        database: URL in place of the one in the settings; empty keeps it.
    """

    source: Path
    directory: Path
    key: Path
    passphrase: str | None = None
    old: Path | None = None
    database: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A node that was restored, and is closed.

    Attributes:
        at: the moment whose state it is in.
        journal: whether a journal was found that knows what was taken back since.
    """

    directory: str
    node: str
    at: datetime
    revision: str
    journal: bool


def restore(order: Order, clock: Clock, entropy: Entropy) -> Restored:
    """Make the node of a backup in a new directory.

    Raises:
        CallerError: something is where the node or its database is to be, or its keys are nowhere.
        InputError: the backup is damaged, or key or passphrase are others.
        WorldError: disk or database refused; nothing is left behind.
    """
    directory = order.directory.absolute()
    if directory.exists():
        raise CallerError(why.FOLDER_EXISTS.because(directory=str(directory)))
    shelf.require_whole(order.source)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=directory.parent, prefix=".new-"))
    except OSError as error:
        raise _failed(directory, error) from error
    try:
        return _restore(order, directory, making, (clock, entropy))
    except OSError as error:
        raise _failed(directory, error) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _failed(directory: Path, error: OSError) -> WorldError:
    cause = error.strerror or type(error).__name__
    return WorldError(why.NOT_RESTORED.because(directory=str(directory), cause=cause), retry=True)


def _restore(order: Order, directory: Path, making: Path, world: tuple[Clock, Entropy]) -> Restored:
    manifest, keys = _unpack(order, making)
    _put_keys(order, making, keys)
    has_journal = _put_journal(order, making)
    settings = _settings(order, making)
    with _database(making, settings, manifest) as url:
        _close(url, manifest, world)
        _sync_all(making)
        # Before this line there is no node at all; after it, one that is closed.
        making.rename(directory)
        _sync(directory.parent)
    return Restored(
        directory=str(directory),
        node=manifest.node,
        at=manifest.at,
        revision=manifest.revision,
        journal=has_journal,
    )


def _unpack(order: Order, making: Path) -> tuple[Manifest, bytes]:
    """Write every part but the keys into the new directory; return the manifest, and the keys as sealed."""
    keys = bytearray()
    manifest: Manifest | None = None
    for found, part, piece in checked(shelf.unseal(order.source, shelf.secret_key(order.key))):
        manifest = found
        if part.name == KEYS:
            keys += piece
        else:
            _append(making / (_COPY if part.name == DATABASE else part.name.removeprefix(FILE)), piece)
    if manifest is None:
        raise InputError(why.PART_WRONG.because(part="list"))
    return manifest, bytes(keys)


def _append(path: Path, piece: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(piece)


def _put_keys(order: Order, making: Path, sealed: bytes) -> None:
    if sealed and order.passphrase is not None:
        secrets: dict[str, str] = orjson.loads(shelf.open_keys(order.passphrase, sealed))
        for name, content in secrets.items():
            if not is_inside(name, FILE + name):
                raise InputError(why.PART_WRONG.because(part=KEYS))
            _append(making / name, base64.b64decode(content))
        return
    if order.old is None:
        raise CallerError(why.NO_PASSPHRASE.because(least=1) if sealed else why.NO_KEYS.because())
    names = [name for name in files(order.old) if is_secret(name)]
    if not names:
        raise CallerError(why.NO_KEYS.because())
    for name in names:
        _append(making / name, (order.old / name).read_bytes())


def _put_journal(order: Order, making: Path) -> bool:
    """Take over the journal that survived; the node replays it when it wakes, before anything else."""
    left = None if order.old is None else order.old / JOURNAL
    if left is None or not left.is_file():
        return False
    _append(making / JOURNAL, left.read_bytes())
    return True


def _settings(order: Order, making: Path) -> Settings:
    settings = read_settings(making)
    if order.database:
        settings = msgspec.structs.replace(settings, database=Storage(url=order.database))
        (making / SETTINGS).unlink()
        write_settings(making, settings)
    return settings


@contextmanager
def _database(making: Path, settings: Settings, manifest: Manifest) -> Iterator[str]:
    """Put the copy where the settings want it, and give its URL; take it away again where the rest fails."""
    copy, url = making / _COPY, settings.database.url
    wanted = sa.make_url(database_url(making, settings)).get_backend_name()
    if wanted != manifest.dialect:
        raise CallerError(why.OTHER_DATABASE.because(found=manifest.dialect, wanted=wanted))
    if wanted == "postgresql":
        with alone(url) as engine:
            if sa.inspect(engine).get_table_names():
                raise CallerError(why.DATABASE_THERE.because())
            pg_dump.restore(url, copy)
        copy.unlink()
        try:
            yield url
        except BaseException:
            with alone(url) as engine:
                backup.empty(engine)
            raise
        return
    place = Path(str(sa.make_url(url).database)) if url else making / SQLITE_FILE
    if place.exists():
        raise CallerError(why.DATABASE_THERE.because())
    shutil.move(copy, place)
    try:
        yield f"sqlite:///{place}"
    except BaseException:
        place.unlink(missing_ok=True)
        raise


def _close(url: str, manifest: Manifest, world: tuple[Clock, Entropy]) -> None:
    """Bring the copy to this program's schema, and mark it as restored, in one transaction."""
    clock, entropy = world
    now = clock.now()
    body: dict[str, Json] = {
        "act": "recovery:node:restore",
        "taken_at": format_rfc3339(manifest.at),
        "program": manifest.program,
        "journal": manifest.journal,
    }
    try:
        with alone(url) as engine, writing(engine).begin() as connection:
            if needs_upgrade(revision(connection)):
                migrate(connection)
            recovery.close(connection, cause=RESTORED, at=now, taken_at=manifest.at)
            ledger.append(connection, AUDIT, "recovery:node:restore", body, now, entropy.draw(SALT_BYTES))
    except DBAPIError as error:
        raise WorldError(why.NOT_RESTORED.because(directory=url, cause=cause_of(error)), retry=True) from error


def _sync_all(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
