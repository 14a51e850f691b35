# SPDX-License-Identifier: MIT
"""Key files: private keys of a node on its disk, one file a key, readable by their owner only."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA65PrivateKey

from tasuki.adapters.clock import Entropy
from tasuki.adapters.passphrase import node_passphrase, seal, unseal
from tasuki.adapters.reasons import KEY_FILE_BAD, KEYS_EXIST, KEYS_MISSING, KEYS_SEALED, NOT_RENEWED
from tasuki.adapters.sealing import ML_KEM_SEED_BYTES, public_part
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError, TasukiError, WorldError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose, public_key

FOLDER: Final = "keys"
"""Folder of the key files inside a node's directory."""

NODE_LIFE: Final = timedelta(days=90)
"""How long an envelope or KEM key is valid; the next one is made while it still is."""

LOG_LIFE: Final = timedelta(days=5 * 365)
"""How long a log, witness or root key is valid: changing one is a ceremony."""

_SECRET_BYTES: Final = {
    Algorithm.ED25519: 32,
    Algorithm.ML_DSA_44: 32,
    Algorithm.ML_DSA_65: 32,
    Algorithm.MLKEM768_X25519: ML_KEM_SEED_BYTES + 32,
}
_PAIR = (Algorithm.ED25519, Algorithm.ML_DSA_65)
_SETS: Final[Mapping[Purpose, tuple[Algorithm, ...]]] = {
    Purpose.ROOT: _PAIR,
    Purpose.ENVELOPE: _PAIR,
    Purpose.KEM: (Algorithm.MLKEM768_X25519,),
    Purpose.LOG: (Algorithm.ED25519,),
    Purpose.WITNESS: (Algorithm.ED25519, Algorithm.ML_DSA_44),
}
_ROLES: Final = (Purpose.KEYS, Purpose.PEERS)
_RENEWED = (Purpose.ENVELOPE, Purpose.KEM)
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A private key beside its public one; its secret never shows in a printout.

    Attributes:
        secret: raw seed: 32 bytes for Ed25519, ML-DSA-44 and ML-DSA-65, 64 + 32 for the KEM.
    """

    public: PublicKey
    secret: bytes = field(repr=False)


def create_keys(directory: Path, entropy: Entropy, now: datetime) -> tuple[PublicKey, ...]:
    """Make every key a new node needs and return the public ones.

    Raises:
        CallerError: the node has keys already.
        WorldError: the disk refused.
    """
    folder = directory / FOLDER
    if folder.is_dir() and any(folder.iterdir()):
        raise CallerError(KEYS_EXIST.because(directory=str(folder)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _make(folder, tuple(_SETS), entropy, now)


def create_role_keys(directory: Path, entropy: Entropy, now: datetime) -> tuple[PublicKey, ...]:
    """Make the keys that sign statements of the roles `keys` and `peers`, for a node that holds these roles itself.

    Raises:
        WorldError: the disk refused.
    """
    return _make(directory / FOLDER, _ROLES, entropy, now)


def renew_keys(
    directory: Path, entropy: Entropy, now: datetime, purposes: tuple[Purpose, ...] = _RENEWED
) -> tuple[PublicKey, ...]:
    """Make the next keys beside the old ones and return them; partners must know them before use.

    Raises:
        CallerError: keys of a purpose are not renewed so.
        WorldError: the disk refused.
    """
    for purpose in purposes:
        if purpose not in _SETS or purpose is Purpose.ROOT:
            raise CallerError(NOT_RENEWED.because(purpose=purpose))
    return _make(directory / FOLDER, purposes, entropy, now)


def destroy_key(directory: Path, key: PublicKey) -> None:
    """Remove a private key from the disk: overwritten first, which an SSD may not honour; the file is gone for sure.

    Raises:
        WorldError: the disk refused.
    """
    folder = directory / FOLDER
    file = folder / f"{key.purpose}-{key.algorithm}-{key.id}.key"
    going = file.with_suffix(".gone")
    try:
        # Out of the way first: a crash half way must not leave a damaged key file, with which no signer starts.
        with contextlib.suppress(FileNotFoundError):
            file.replace(going)
        with going.open("r+b") as stream:
            stream.write(bytes(going.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())
        going.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise WorldError(KEY_FILE_BAD.because(file=str(file)), retry=True) from error
    _sync_folder(folder)


def seal_keys(directory: Path, passphrase: str, entropy: Entropy) -> int:
    """Seal every key file that is not under a passphrase yet; return how many that were.

    Raises:
        WorldError: a file is damaged, or the disk refused.
        InputError: another passphrase is in use already.
    """
    folder, sealed = directory / FOLDER, 0
    for file in sorted(folder.glob("*.key")):
        key = _load(file, passphrase)
        if is_plain(file):
            _write(file, key, passphrase, entropy)
            sealed += 1
    _sync_folder(folder)
    return sealed


def plain_keys(directory: Path) -> int:
    """Return how many key files lie open, protected by their permissions alone."""
    return sum(is_plain(file) for file in (directory / FOLDER).glob("*.key"))


def is_plain(file: Path) -> bool:
    """Return whether a key file holds its secret as it is."""
    return b'"secret"' in file.read_bytes()


def load_keys(directory: Path) -> tuple[PrivateKey, ...]:
    """Return every key of a node, by file name.

    Raises:
        WorldError: there is none, a file is damaged or readable by others, or is sealed and no passphrase is at hand.
        InputError: the passphrase is another.
    """
    files = sorted((directory / FOLDER).glob("*.key"))
    if not files:
        raise WorldError(KEYS_MISSING.because(directory=str(directory / FOLDER)), retry=False)
    passphrase = node_passphrase()
    return tuple(_load(file, passphrase) for file in files)


def public_keys(directory: Path) -> tuple[PublicKey, ...]:
    """Return the public keys of a node, for its anchor."""
    return tuple(key.public for key in load_keys(directory))


def _make(folder: Path, purposes: tuple[Purpose, ...], entropy: Entropy, now: datetime) -> tuple[PublicKey, ...]:
    # Whole milliseconds, as an anchor writes them.
    start = parse_rfc3339(format_rfc3339(now))
    passphrase, made = node_passphrase(), []
    for purpose in purposes:
        life = NODE_LIFE if purpose in _RENEWED else LOG_LIFE
        for algorithm in _SETS.get(purpose, _PAIR):
            secret = entropy.draw(_SECRET_BYTES[algorithm])
            key = PrivateKey(public=_public(purpose, algorithm, secret, (start, start + life)), secret=secret)
            _write(folder / f"{purpose}-{algorithm}-{key.public.id}.key", key, passphrase, entropy)
            made.append(key.public)
    _sync_folder(folder)
    return tuple(made)


def _public(purpose: str, algorithm: str, secret: bytes, validity: tuple[datetime, datetime]) -> PublicKey:
    if algorithm == Algorithm.ED25519:
        raw = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    elif algorithm == Algorithm.ML_DSA_44:
        raw = MLDSA44PrivateKey.from_seed_bytes(secret).public_key().public_bytes_raw()
    elif algorithm == Algorithm.ML_DSA_65:
        raw = MLDSA65PrivateKey.from_seed_bytes(secret).public_key().public_bytes_raw()
    else:
        raw = public_part(secret)
    return public_key(purpose=purpose, algorithm=algorithm, raw=raw, not_before=validity[0], not_after=validity[1])


def _write(file: Path, key: PrivateKey, passphrase: str | None, entropy: Entropy) -> None:
    body: dict[str, object] = {
        "v": 1,
        "purpose": key.public.purpose.value,
        "algorithm": key.public.algorithm.value,
        "not_before": format_rfc3339(key.public.not_before),
        "not_after": format_rfc3339(key.public.not_after),
    }
    if passphrase is None:
        body["secret"] = base64.b64encode(key.secret).decode()
    else:
        salt = _salt_in(file.parent)
        body["sealed"] = seal(passphrase, key.secret, _bound(key.public.purpose, key.public.algorithm), entropy, salt)
    # It takes its name once it is whole: a crash here leaves no damaged key file, with which no signer starts.
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(canonical(body))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def _salt_in(folder: Path) -> bytes | None:
    """Return the salt the node's sealed keys share, so that a passphrase is stretched once; None before the first."""
    for file in sorted(folder.glob("*.key")):
        sealed = orjson.loads(file.read_bytes()).get("sealed")
        if sealed is not None:
            return base64.b64decode(sealed["salt"], validate=True)
    return None


def _bound(purpose: str, algorithm: str) -> str:
    return f"tasuki/v1/key-file {purpose} {algorithm}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _secret(value: Mapping[str, Any], passphrase: str | None) -> bytes:
    if "sealed" not in value:
        return base64.b64decode(value["secret"], validate=True)
    if passphrase is None:
        raise WorldError(KEYS_SEALED.because(), retry=False)
    return unseal(passphrase, value["sealed"], _bound(value["purpose"], value["algorithm"]))


def _load(file: Path, passphrase: str | None) -> PrivateKey:
    bad = WorldError(KEY_FILE_BAD.because(file=str(file)), retry=False)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise bad
    try:
        value = orjson.loads(file.read_bytes())
        secret = _secret(value, passphrase)
        validity = parse_rfc3339(value["not_before"]), parse_rfc3339(value["not_after"])
        public = _public(value["purpose"], value["algorithm"], secret, validity)
    except (InputError, WorldError):
        # A passphrase that is missing or another says so itself; a public key that cannot be is a damaged file.
        raise
    except (ValueError, KeyError, TypeError, binascii.Error, TasukiError) as error:
        raise bad from error
    if not file.name.endswith(f"-{public.id}.key"):
        raise bad
    return PrivateKey(public=public, secret=secret)
