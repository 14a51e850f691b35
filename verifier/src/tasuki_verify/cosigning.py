# SPDX-License-Identifier: MIT
"""Who signed a checkpoint: the log itself, and the witnesses, with one algorithm or two. C2SP tlog-cosignature."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from tasuki_verify.anchor import Anchor, Key
from tasuki_verify.note import Checkpoint, Line
from tasuki_verify.words import WrongError

LOG: Final = {"ed25519": 0x01}
WITNESS: Final = {"ed25519": 0x04, "ml-dsa-44": 0x06}
"""The byte by which C2SP tells kinds of signatures apart, for each algorithm that signs for a log or a witness."""

LAST_SECOND: Final = 253_402_300_799
"""The last second of the year 9999, since 1970."""

_TIME_BYTES = 8


class Cosignature(NamedTuple):
    """A line that verifies: by which key of which anchor, and when by the witness's own clock."""

    at: datetime
    anchor: Anchor
    key: Key


def log_keys(checkpoint: Checkpoint, anchors: Sequence[Anchor], node: str) -> list[Key]:
    """Return the log keys of a node that signed the checkpoint; a line that names one and does not verify spoils it."""
    found = []
    for anchor in anchors:
        for key in anchor.keys:
            if anchor.node == node and key.purpose == "log":
                for line in _lines_of(checkpoint, checkpoint.origin, LOG.get(key.algorithm), key):
                    _require(key, line.signature, checkpoint.text.encode())
                    found.append(key)
    return found


def cosignatures(checkpoint: Checkpoint, anchors: Sequence[Anchor], partner: str) -> list[Cosignature]:
    """Return the cosignatures of a partner's nodes, the earliest first; one that does not verify spoils all."""
    found = []
    for anchor in anchors:
        for key in anchor.keys:
            if anchor.node.startswith(f"{partner}/") and key.purpose == "witness":
                name = f"tasuki/{anchor.node}/witness"
                lines = _lines_of(checkpoint, name, WITNESS.get(key.algorithm), key)
                found += [Cosignature(_cosigned_at(checkpoint, name, key, line), anchor, key) for line in lines]
    return sorted(found, key=lambda each: (each.at, each.anchor.node))


def _lines_of(checkpoint: Checkpoint, name: str, kind: int | None, key: Key) -> list[Line]:
    """Return the lines that claim to be by a key: its name and its 4-byte key id (C2SP signed-note)."""
    if kind is None:
        return []
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key.raw).digest()[:4]
    return [line for line in checkpoint.lines if (line.name, line.key_id) == (name, key_id)]


def _cosigned_at(checkpoint: Checkpoint, name: str, key: Key, line: Line) -> datetime:
    """Return when a line was made: 8 bytes of seconds since 1970, then the signature."""
    seconds = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    message = _message(checkpoint, seconds) if key.algorithm == "ed25519" else _subtree(checkpoint, name, seconds)
    _require(key, line.signature[_TIME_BYTES:], message)
    if seconds > LAST_SECOND:
        raise WrongError("the time of a cosignature is no moment.", "連署の時刻が正しくありません。")
    return datetime.fromtimestamp(seconds, UTC)


def _message(checkpoint: Checkpoint, seconds: int) -> bytes:
    """Return what Ed25519 cosigns: a heading, the time, the text of the checkpoint."""
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()


def _subtree(checkpoint: Checkpoint, name: str, seconds: int) -> bytes:
    """Return what ML-DSA-44 cosigns: witness, time, origin, start, end and root, as a TLS structure."""
    witness, origin = name.encode(), checkpoint.origin.encode()
    return b"".join(
        (
            b"subtree/v1\n\0",
            len(witness).to_bytes(1, "big") + witness,
            seconds.to_bytes(8, "big"),
            len(origin).to_bytes(1, "big") + origin,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _require(key: Key, signature: bytes, signed: bytes) -> None:
    try:
        if key.algorithm == "ed25519":
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, signed)
        else:
            MLDSA44PublicKey.from_public_bytes(key.raw).verify(signature, signed)
    except InvalidSignature as error:
        raise WrongError("a signature line does not verify.", "検証できない署名行があります。") from error
