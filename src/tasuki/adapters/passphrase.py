# SPDX-License-Identifier: MIT
"""Secrets under a passphrase: stretched with Argon2id, sealed with AES-256-GCM, bound to what they are."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tasuki.adapters.clock import Entropy
from tasuki.adapters.reasons import PASSPHRASE_FILE, PASSPHRASE_WRONG
from tasuki.base.errors import InputError

FILE_VARIABLE: Final = "TASUKI_KEY_PASSPHRASE_FILE"
"""Names a file whose first line is the passphrase of the node's key files."""

CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
CREDENTIAL: Final = "tasuki-keys"
"""Folder of a systemd service's credentials, and the name of the one that holds the passphrase.

Source: systemd.exec, section Credentials.
"""

LEAST: Final = 12
"""Characters a passphrase must have."""

SALT_BYTES: Final = 16
_NONCE_BYTES = 12
_MEMORY_KIB = 64 << 10
_PASSES = 3
_LANES = 4


def node_passphrase() -> str | None:
    """Return the passphrase of the node's key files that its service was given; None where it was given none.

    Raises:
        InputError: the file that was named cannot be read.
    """
    named = os.environ.get(FILE_VARIABLE)
    folder = os.environ.get(CREDENTIALS_VARIABLE)
    if named:
        return read_passphrase(Path(named))
    if folder and (Path(folder) / CREDENTIAL).is_file():
        return read_passphrase(Path(folder) / CREDENTIAL)
    return None


def read_passphrase(path: Path) -> str:
    """Return the first line of a file.

    Raises:
        InputError: it cannot be read, or is too short.
    """
    try:
        line = path.read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(PASSPHRASE_FILE.because(path=str(path), least=LEAST)) from error
    if len(line) < LEAST:
        raise InputError(PASSPHRASE_FILE.because(path=str(path), least=LEAST))
    return line


def seal(passphrase: str, secret: bytes, bound: str, entropy: Entropy, salt: bytes | None = None) -> dict[str, str]:
    """Return a secret sealed under a passphrase and bound to a text; a salt in use spares a second stretching."""
    salt = salt or entropy.draw(SALT_BYTES)
    nonce = entropy.draw(_NONCE_BYTES)
    box = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, secret, bound.encode())
    return {name: base64.b64encode(each).decode() for name, each in (("salt", salt), ("nonce", nonce), ("box", box))}


def unseal(passphrase: str, sealed: Mapping[str, str], bound: str) -> bytes:
    """Return the secret.

    Raises:
        InputError: another passphrase, or it was altered.
        ValueError: another form.
    """
    salt, nonce, box = (base64.b64decode(sealed[name], validate=True) for name in ("salt", "nonce", "box"))
    try:
        return AESGCM(_stretched(passphrase, salt)).decrypt(nonce, box, bound.encode())
    except InvalidTag as error:
        raise InputError(PASSPHRASE_WRONG.because()) from error


@lru_cache(maxsize=8)
def _stretched(passphrase: str, salt: bytes) -> bytes:
    # RFC 9106 section 4, where memory is bounded.
    kdf = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return kdf.derive(passphrase.encode())
