# SPDX-License-Identifier: MIT
"""What a witness signs when it cosigns a checkpoint.

Source: C2SP tlog-cosignature: cosignature/v1 (Ed25519, type 0x04) and the ML-DSA-44 form (type 0x06).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasuki.base.errors import InputError
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.merkle import HASH_BYTES
from tasuki.formats.tlog.reasons import COSIGNED

V1_PREFIX: Final = b"cosignature/v1\n"
V2_PREFIX: Final = b"subtree/v1\n\x00"
_MAX_NAME = 255
_NUMBER_BYTES = 8


def cosigned_message(text: str, stamp: int) -> bytes:
    """Return the bytes an Ed25519 cosignature covers: the checkpoint text and when, in seconds since 1970."""
    return V1_PREFIX + f"time {stamp}\n".encode() + text.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an ML-DSA-44 cosignature of a whole tree says: who saw which state of which log, and when.

    Attributes:
        stamp: seconds since 1970.
        root: 32 bytes.
    """

    witness: str
    stamp: int
    origin: str
    size: int
    root: bytes


def cosigned_message_v2(text: str, stamp: int, witness: str) -> bytes:
    """Return the bytes an ML-DSA-44 cosignature of a whole tree covers.

    Raises:
        InputError: `text` is no checkpoint, or a name is longer than 255 bytes.
    """
    checkpoint = parse_checkpoint(text)
    name, origin = _name(witness), _name(checkpoint.origin)
    numbers = (0).to_bytes(_NUMBER_BYTES, "big") + checkpoint.size.to_bytes(_NUMBER_BYTES, "big")
    return V2_PREFIX + name + stamp.to_bytes(_NUMBER_BYTES, "big") + origin + numbers + checkpoint.root


def read_message_v2(message: bytes) -> Statement:
    """Return what an ML-DSA-44 cosignature message says.

    Raises:
        InputError: it is none, or one of a subtree that does not begin with the first leaf.
    """
    if not message.startswith(V2_PREFIX):
        raise _none("another label")
    witness, rest = _take_name(message[len(V2_PREFIX) :])
    stamp, rest = _take_number(rest)
    origin, rest = _take_name(rest)
    start, rest = _take_number(rest)
    size, root = _take_number(rest)
    if start or len(root) != HASH_BYTES:
        raise _none("a subtree, or a root that is not 32 bytes")
    return Statement(witness=witness, stamp=stamp, origin=origin, size=size, root=root)


def _name(text: str) -> bytes:
    raw = text.encode()
    if not 1 <= len(raw) <= _MAX_NAME:
        raise _none(f"a name of {len(raw)} bytes")
    return bytes([len(raw)]) + raw


def _take_name(raw: bytes) -> tuple[str, bytes]:
    end = 1 + (raw[0] if raw else 0)
    if not 1 < end <= len(raw):
        raise _none("a name that is cut")
    try:
        return raw[1:end].decode("utf-8"), raw[end:]
    except UnicodeDecodeError as error:
        raise _none("a name that is no UTF-8") from error


def _take_number(raw: bytes) -> tuple[int, bytes]:
    if len(raw) < _NUMBER_BYTES:
        raise _none("a number that is cut")
    return int.from_bytes(raw[:_NUMBER_BYTES], "big"), raw[_NUMBER_BYTES:]


def _none(found: str) -> InputError:
    return InputError(COSIGNED.because(found=found))
