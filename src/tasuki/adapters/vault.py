# SPDX-License-Identifier: MIT
"""Bodies at rest: each under a key of its own, wrapped by the node's key; dropping the wrapped key shreds the body."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tasuki.adapters.clock import Entropy
from tasuki.adapters.reasons import VAULT_BODY, VAULT_KEY
from tasuki.base.errors import WorldError

KEY_BYTES = 32
_NONCE_BYTES = 12
_ZERO_NONCE = bytes(_NONCE_BYTES)


class Vault:
    """Seals and opens bodies. A body key seals one body once, so its nonce may be fixed; a wrap draws its own."""

    def __init__(self, key: bytes, entropy: Entropy) -> None:
        """Use `key` (32 bytes) as the node's key-encryption key."""
        self._wrapping = AESGCM(key)
        self._draw = entropy.draw

    def seal(self, body: bytes, name: bytes) -> tuple[bytes, bytes]:
        """Return (ciphertext, wrapped key) of a body; `name` binds it to its place, so bodies cannot be exchanged."""
        drawn = self._draw(KEY_BYTES + _NONCE_BYTES)
        key, nonce = drawn[:KEY_BYTES], drawn[KEY_BYTES:]
        return AESGCM(key).encrypt(_ZERO_NONCE, body, name), nonce + self._wrapping.encrypt(nonce, key, name)

    def open(self, ciphertext: bytes, wrapped: bytes, name: bytes) -> bytes:
        """Return the body.

        Raises:
            WorldError: the store holds other bytes than were sealed, or this is another node's key.
        """
        try:
            key = self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], name)
            return AESGCM(key).decrypt(_ZERO_NONCE, ciphertext, name)
        except InvalidTag as error:
            raise WorldError(VAULT_BODY.because(), retry=False) from error


def create_key(path: Path, entropy: Entropy) -> None:
    """Write a new key-encryption key, readable by its owner alone.

    Raises:
        FileExistsError: there is one already; replacing it would shred everything held.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(entropy.draw(KEY_BYTES))


def load_key(path: Path) -> bytes:
    """Return the key-encryption key.

    Raises:
        WorldError: the file is missing or not 32 bytes.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        raise WorldError(VAULT_KEY.because(path=str(path)), retry=False) from error
    if len(key) != KEY_BYTES:
        raise WorldError(VAULT_KEY.because(path=str(path)), retry=False)
    return key
