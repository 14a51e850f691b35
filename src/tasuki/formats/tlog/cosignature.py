# SPDX-License-Identifier: MIT
"""What a witness signs when it cosigns a checkpoint.

Source: C2SP tlog-cosignature: cosignature/v1 (Ed25519, type 0x04) and the ML-DSA-44 form (type 0x06).
"""

from __future__ import annotations

from typing import Final

from tasuki.formats.tlog.checkpoint import parse_checkpoint

V1_PREFIX: Final = b"cosignature/v1\n"
V2_PREFIX: Final = b"subtree/v1\n\x00"


def cosigned_message(text: str, stamp: int) -> bytes:
    """Return the bytes an Ed25519 cosignature covers: the checkpoint text and when, in seconds since 1970."""
    return V1_PREFIX + f"time {stamp}\n".encode() + text.encode()


def cosigned_message_v2(text: str, stamp: int, witness: str) -> bytes:
    """Return the bytes an ML-DSA-44 cosignature of a whole tree covers.

    Raises:
        InputError: `text` is no checkpoint.
    """
    checkpoint = parse_checkpoint(text)
    name, origin = witness.encode(), checkpoint.origin.encode()
    return b"".join(
        (
            V2_PREFIX,
            bytes([len(name)]),
            name,
            stamp.to_bytes(8, "big"),
            bytes([len(origin)]),
            origin,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )
