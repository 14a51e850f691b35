# SPDX-License-Identifier: MIT
"""Base64 in its one spelling: what could be written two ways could be changed without anybody noticing."""

from __future__ import annotations

import base64
import binascii


def encode(raw: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(raw).decode()


def decode(text: str) -> bytes:
    """Return the bytes that `text` spells.

    Raises:
        ValueError: no base64, or not the spelling `encode` gives (stray bits, white space, no padding).
    Source: RFC 4648 sections 3.5 and 4.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("no base64") from error
    if encode(raw) != text:
        raise ValueError("base64 with stray bits")
    return raw
