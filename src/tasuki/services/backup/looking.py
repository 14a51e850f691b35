# SPDX-License-Identifier: MIT
"""Looking: which backups lie in a folder, and whether one is whole and holds what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tasuki.adapters import shelf
from tasuki.base.errors import InputError
from tasuki.formats.backup.manifest import LENGTH, MAX_BYTES, Manifest, Part, read_manifest
from tasuki.formats.backup.reasons import BAD_MANIFEST
from tasuki.services.backup import reasons as why

SUFFIX: Final = ".backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file in a folder of backups.

    Attributes:
        whole: whether it is a backup as it was written; no key is needed to see that.
        reason: why it is not, as code and sentences; None where it is.
    """

    path: str
    bytes: int
    whole: bool
    reason: dict[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found out about a backup.

    Attributes:
        opened: whether it was opened and every part read; else only its outer hash was checked, for want of a key.
        node, at, revision, program, dialect, keys, parts: what it holds; empty where it was not opened.
    """

    path: str
    bytes: int
    opened: bool
    node: str = ""
    at: datetime | None = None
    revision: str = ""
    program: str = ""
    dialect: str = ""
    keys: bool = False
    parts: int = 0


def backups(folder: Path) -> list[Listed]:
    """Return the backups in a folder, newest name first, each looked at from outside.

    Raises:
        InputError: there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(why.NOT_WRITTEN.because(path=str(folder), cause="no folder"))
    return [_listed(path) for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True)]


def _listed(path: Path) -> Listed:
    try:
        shelf.require_whole(path)
    except InputError as error:
        return Listed(path=str(path), bytes=path.stat().st_size, whole=False, reason=error.reason.as_json())
    return Listed(path=str(path), bytes=path.stat().st_size, whole=True, reason=None)


def verify(path: Path, key_file: Path | None) -> Verified:
    """Check a backup: from outside, and with the recovery key every part of it.

    Raises:
        InputError: it is none, was cut or altered, or was sealed to another key.
    """
    shelf.require_whole(path)
    size = path.stat().st_size
    if key_file is None:
        return Verified(path=str(path), bytes=size, opened=False)
    manifest: Manifest | None = None
    for found, _, _ in checked(shelf.unseal(path, shelf.secret_key(key_file))):
        manifest = found
    if manifest is None:
        raise InputError(BAD_MANIFEST.because(found="nothing"))
    return Verified(
        path=str(path),
        bytes=size,
        opened=True,
        node=manifest.node,
        at=manifest.at,
        revision=manifest.revision,
        program=manifest.program,
        dialect=manifest.dialect,
        keys=manifest.has_keys,
        parts=len(manifest.parts),
    )


def checked(content: Iterator[bytes]) -> Iterator[tuple[Manifest, Part, bytes]]:
    """Yield what a backup holds, piece by piece: the manifest, the part a piece is of, the piece.

    An empty piece ends each part, once its size and digest were found right.

    Raises:
        InputError: the manifest has another form, a part is another than it says, or bytes are left over.
    """
    stream = _Stream(content)
    (length,) = LENGTH.unpack(stream.exactly(LENGTH.size))
    if length > MAX_BYTES:
        raise InputError(BAD_MANIFEST.because(found=f"{length} bytes"))
    manifest = read_manifest(stream.exactly(length))
    for part in manifest.parts:
        digest = hashlib.sha256()
        for piece in stream.take(part.size):
            digest.update(piece)
            yield manifest, part, piece
        if digest.hexdigest() != part.sha256:
            raise InputError(why.PART_WRONG.because(part=part.name[:120]))
        yield manifest, part, b""
    if not stream.is_over():
        raise InputError(why.PART_WRONG.because(part="end"))


class _Stream:
    """Pieces of any length, taken in lengths that are known."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def exactly(self, length: int) -> bytes:
        found = b"".join(self.take(length))
        if len(found) != length:
            raise InputError(BAD_MANIFEST.because(found="too little"))
        return found

    def take(self, length: int) -> Iterator[bytes]:
        while length:
            piece = self._rest or next(self._pieces, b"")
            if not piece:
                return
            self._rest = piece[length:]
            piece = piece[:length]
            length -= len(piece)
            yield piece

    def is_over(self) -> bool:
        return not self._rest and not any(self._pieces)
