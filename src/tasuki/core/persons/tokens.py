# SPDX-License-Identifier: MIT
"""Tokens: what a person shows to be known."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import Final

TOKEN_BYTES: Final = 32

_PREFIX: Final = "tasuki_"
"""Lets people and secret scanners see what a string is that was left somewhere."""


def write_token(entropy: bytes) -> str:
    """Return a token of 256 random bits: 50 printable characters that need no quoting in a shell or a header."""
    return _PREFIX + urlsafe_b64encode(entropy[:TOKEN_BYTES]).rstrip(b"=").decode()


def token_digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256.

    A slow hash makes guessing dear where few guesses are needed, as with passwords; of 2^256 tokens none is guessed,
    so a fast one keeps them as safe, and is asked with every request.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
