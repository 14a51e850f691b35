# SPDX-License-Identifier: MIT
"""Backups as they lie on a shelf: sealed to a recovery key that is not kept at the node.

The node holds the public half alone. So whoever takes the node reads no backup made before, and with that nothing that
was disposed of since; whoever finds a backup reads nothing without the recovery key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tasuki.adapters import sealing
from tasuki.adapters.clock import Entropy
from tasuki.adapters.reasons import (
    BACKUP_DAMAGED,
    BACKUP_OTHER_KEY,
    NO_RECOVERY_KEY,
    RECOVERY_KEY_BAD,
    WRONG_PASSPHRASE,
)
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError, PeerError, WorldError
from tasuki.formats.backup import frame

PUBLIC_FILE: Final = "recovery.pub"
"""The public half of the recovery key, in the node's directory."""

_INFO: Final = b"tasuki/v1/backup"
_KEYS_INFO: Final = b"tasuki/v1/backup/keys"
_KEY_BYTES: Final = 32
_SECRET_BYTES: Final = sealing.ML_KEM_SEED_BYTES + 32
_PUBLIC_BYTES: Final = sealing.ML_KEM_PUBLIC_BYTES + 32
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_READ_BYTES: Final = 1 << 20

_MEMORY_KIB: Final = 64 << 10
_PASSES: Final = 3
_LANES: Final = 4
"""Argon2id as RFC 9106 section 4 recommends it where memory is bounded."""


def make_recovery_key(directory: Path, secret_file: Path, entropy: Entropy) -> str:
    """Make a recovery key: the private half goes into a new file, the public half to the node; return its fingerprint.

    A node that had one gets the new one: backups made before still open with the old one.

    Raises:
        CallerError: the file exists already.
        WorldError: the disk refused.
    """
    secret = entropy.draw(_SECRET_BYTES)
    public = sealing.public_part(secret)
    body = canonical({"v": 1, "purpose": "recovery", "secret": base64.b64encode(secret).decode()})
    try:
        _write_new(secret_file, body)
        part = directory / f".{PUBLIC_FILE}.part"
        part.unlink(missing_ok=True)
        _write_new(part, public)
        part.replace(directory / PUBLIC_FILE)
    except FileExistsError as error:
        raise CallerError(RECOVERY_KEY_BAD.because(path=str(secret_file), found="a file of that name")) from error
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise WorldError(RECOVERY_KEY_BAD.because(path=str(secret_file), found=cause), retry=True) from error
    return fingerprint(public)


def fingerprint(public: bytes) -> str:
    """Return the first half of the SHA-256 of a public recovery key, in hex."""
    return hashlib.sha256(public).hexdigest()[:32]


def public_key(directory: Path) -> bytes:
    """Return the node's public recovery key.

    Raises:
        CallerError: it has none.
        WorldError: the file is damaged.
    """
    path = directory / PUBLIC_FILE
    if not path.is_file():
        raise CallerError(NO_RECOVERY_KEY.because(path=str(path)))
    raw = path.read_bytes()
    if len(raw) != _PUBLIC_BYTES:
        raise WorldError(RECOVERY_KEY_BAD.because(path=str(path), found=f"{len(raw)} bytes"), retry=False)
    return raw


def secret_key(path: Path) -> bytes:
    """Return the private recovery key in a file.

    Raises:
        InputError: there is none.
    """
    try:
        secret = base64.b64decode(orjson.loads(path.read_bytes())["secret"], validate=True)
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(RECOVERY_KEY_BAD.because(path=str(path), found=str(cause))) from error
    if len(secret) != _SECRET_BYTES:
        raise InputError(RECOVERY_KEY_BAD.because(path=str(path), found=f"{len(secret)} bytes"))
    return secret


def seal(out: BinaryIO, public: bytes, content: Iterable[bytes], entropy: Entropy) -> bytes:
    """Write a whole backup file that holds `content`; return the key of this one file, with which it can be checked."""
    key = entropy.draw(_KEY_BYTES)
    whole = hashlib.sha256()
    cipher = AESGCM(key)

    def put(piece: bytes) -> None:
        whole.update(piece)
        out.write(piece)

    start = frame.head(sealing.seal(public, _INFO, key))
    bound = hashlib.sha256(start).digest()
    put(start)
    number, waiting = 0, bytearray()
    for piece in content:
        waiting += piece
        # A chunk is written once it is known not to be the last.
        while len(waiting) > frame.CHUNK_BYTES:
            put(cipher.encrypt(frame.nonce(number, last=False), bytes(waiting[: frame.CHUNK_BYTES]), bound))
            del waiting[: frame.CHUNK_BYTES]
            number += 1
    put(cipher.encrypt(frame.nonce(number, last=True), bytes(waiting), bound))
    out.write(whole.digest())
    return key


def require_whole(path: Path) -> None:
    """Require that a backup file is as it was written; no key is needed.

    Raises:
        InputError: it is none, or was cut or altered.
        WorldError: it cannot be read.
    """
    with _opened(path) as file:
        frame.head_length(file.read(frame.START_BYTES))
        file.seek(0)
        left = path.stat().st_size - frame.HASH_BYTES
        whole = hashlib.sha256()
        while left > 0 and (piece := file.read(min(left, _READ_BYTES))):
            whole.update(piece)
            left -= len(piece)
        if left != 0 or file.read() != whole.digest():
            raise InputError(BACKUP_DAMAGED.because(path=str(path)))


def unseal(path: Path, secret: bytes | None = None, *, file_key: bytes | None = None) -> Iterator[bytes]:
    """Yield what a backup file holds, opened by the recovery key, or by the key of this one file.

    Raises:
        InputError: it is no backup, is damaged, or was sealed to another key.
        WorldError: it cannot be read.
    """
    with _opened(path) as file:
        start = file.read(frame.START_BYTES)
        sealed = file.read(frame.head_length(start))
        bound = hashlib.sha256(start + sealed).digest()
        cipher = AESGCM(file_key or _file_key(path, secret or b"", sealed))
        left = path.stat().st_size - frame.HASH_BYTES - len(start) - len(sealed)
        number = 0
        while True:
            piece = file.read(min(left, frame.CHUNK_BYTES + frame.TAG_BYTES))
            left -= len(piece)
            try:
                yield cipher.decrypt(frame.nonce(number, last=left == 0), piece, bound)
            except (InvalidTag, ValueError) as error:
                raise InputError(BACKUP_DAMAGED.because(path=str(path))) from error
            if left == 0:
                return
            number += 1


def _file_key(path: Path, secret: bytes, sealed: bytes) -> bytes:
    try:
        return sealing.open_sealed(sealing.private_key(secret), _INFO, sealed)
    except (PeerError, ValueError) as error:
        raise InputError(BACKUP_OTHER_KEY.because(path=str(path))) from error


def seal_keys(passphrase: str, body: bytes, entropy: Entropy) -> bytes:
    """Return the node's keys sealed under a passphrase."""
    drawn = entropy.draw(_SALT_BYTES + _NONCE_BYTES)
    salt, nonce = drawn[:_SALT_BYTES], drawn[_SALT_BYTES:]
    return drawn + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, body, _KEYS_INFO)


def open_keys(passphrase: str, sealed: bytes) -> bytes:
    """Return the keys sealed under a passphrase.

    Raises:
        InputError: it is another passphrase.
    """
    salt, nonce = sealed[:_SALT_BYTES], sealed[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    try:
        return AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed[_SALT_BYTES + _NONCE_BYTES :], _KEYS_INFO)
    except (InvalidTag, ValueError) as error:
        raise InputError(WRONG_PASSPHRASE.because()) from error


def _stretched(passphrase: str, salt: bytes) -> bytes:
    kdf = Argon2id(salt=salt, length=_KEY_BYTES, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return kdf.derive(passphrase.encode())


def _write_new(path: Path, body: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise InputError(BACKUP_DAMAGED.because(path=f"{path} ({cause})")) from error
