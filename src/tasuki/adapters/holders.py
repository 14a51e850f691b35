# SPDX-License-Identifier: MIT
"""A holder's key file: one person's or authority's keys for a role, kept away from the node; it signs by itself."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from tasuki.adapters import passphrase as passphrases
from tasuki.adapters.clock import Entropy
from tasuki.adapters.reasons import HOLDER_FILE_BAD, HOLDER_FILE_EXISTS, HOLDER_SEALED
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.formats.suites.keys import Algorithm
from tasuki.formats.suites.signatures import context, signing_input
from tasuki.formats.trust.root import Holder, HolderKey, holder_json
from tasuki.formats.trust.statement import KeySignature

_SEED_BYTES: Final = 32
_KIND: Final = "tasuki-holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderSecret:
    """A holder with both private keys; they never show in a printout."""

    holder: Holder
    seeds: bytes = field(repr=False)

    def sign(self, role: str, statement: bytes) -> tuple[KeySignature, KeySignature]:
        """Return both signatures over a statement of a role.

        Source: docs/spec/trust.md clause 1.2.
        """
        message = signing_input(role, statement)
        classical = Ed25519PrivateKey.from_private_bytes(self.seeds[:_SEED_BYTES]).sign(message)
        lattice = MLDSA65PrivateKey.from_seed_bytes(self.seeds[_SEED_BYTES:]).sign(message, context(role))
        first, second = self.holder.keys
        return KeySignature(key=first.id, signature=classical), KeySignature(key=second.id, signature=lattice)


def make_holder(file: Path, holder_id: str, name: str, passphrase: str | None, entropy: Entropy) -> Holder:
    """Make a holder's keys: the private half into `file`, readable by its owner alone; return the public half.

    Raises:
        CallerError: the file exists.
        WorldError: the disk refused.
    """
    seeds = entropy.draw(2 * _SEED_BYTES)
    holder = _holder(holder_id, name, seeds)
    body: dict[str, object] = {"v": 1, "kind": _KIND, "id": holder_id, "name": name}
    if passphrase is None:
        body["secret"] = base64.b64encode(seeds).decode()
    else:
        body["sealed"] = passphrases.seal(passphrase, seeds, _bound(holder_id), entropy)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(canonical(body))
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as error:
        raise CallerError(HOLDER_FILE_EXISTS.because(path=str(file))) from error
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise WorldError(HOLDER_FILE_BAD.because(path=str(file), found=cause), retry=True) from error
    return holder


def load_holder(file: Path, passphrase: str | None) -> HolderSecret:
    """Return a holder with its private keys.

    Raises:
        InputError: there is none, it is damaged, or the passphrase is another.
        CallerError: it is sealed and no passphrase was given.
    """
    try:
        value = orjson.loads(file.read_bytes())
        holder_id, name = str(value["id"]), str(value["name"])
        if value["kind"] != _KIND:
            raise _bad(file, str(value["kind"])[:20])
        if "sealed" in value and passphrase is None:
            raise CallerError(HOLDER_SEALED.because(path=str(file)))
        seeds = (
            passphrases.unseal(passphrase or "", value["sealed"], _bound(holder_id))
            if "sealed" in value
            else base64.b64decode(value["secret"], validate=True)
        )
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise _bad(file, getattr(error, "strerror", None) or type(error).__name__) from error
    if len(seeds) != 2 * _SEED_BYTES:
        raise _bad(file, f"{len(seeds)} bytes")
    return HolderSecret(holder=_holder(holder_id, name, seeds), seeds=seeds)


def public_file(holder: Holder) -> bytes:
    """Return a holder's public file: what goes into a root."""
    return canonical(holder_json(holder))


def _holder(holder_id: str, name: str, seeds: bytes) -> Holder:
    raws = (
        Ed25519PrivateKey.from_private_bytes(seeds[:_SEED_BYTES]).public_key().public_bytes_raw(),
        MLDSA65PrivateKey.from_seed_bytes(seeds[_SEED_BYTES:]).public_key().public_bytes_raw(),
    )
    keys = tuple(
        HolderKey(algorithm=algorithm, raw=raw)
        for algorithm, raw in zip((Algorithm.ED25519, Algorithm.ML_DSA_65), raws, strict=True)
    )
    return Holder(id=holder_id, name=name, keys=keys)


def _bound(holder_id: str) -> str:
    return f"tasuki/v1/holder {holder_id}"


def _bad(file: Path, found: str) -> InputError:
    return InputError(HOLDER_FILE_BAD.because(path=str(file), found=found))
