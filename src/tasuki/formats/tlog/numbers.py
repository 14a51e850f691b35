# SPDX-License-Identifier: MIT
"""Numbers as the log texts write them: plain decimals without leading zeroes, within 63 bits."""

from __future__ import annotations

from typing import Final

MAX_SIZE: Final = (1 << 63) - 1
"""The largest tree size or index; what C2SP programs keep in a signed 64-bit integer."""

_MAX_DIGITS = 19


def decimal(text: str) -> int:
    """Return the number that `text` writes.

    Raises:
        ValueError: a sign, a leading zero, other than ASCII digits, or above `MAX_SIZE`.
    Source: C2SP tlog-checkpoint, tlog-witness, tlog-proof.
    """
    plain = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS and (text == "0" or text[0] != "0")
    if not plain or int(text) > MAX_SIZE:
        message = f"expected a decimal number, found {text[:24]!r}"
        raise ValueError(message)
    return int(text)
