# SPDX-License-Identifier: MIT
"""The checkpoint: C2SP signed-note and tlog-checkpoint, as `docs/spec/ledger.md` uses them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tasuki_verify.spelling import read_base64
from tasuki_verify.words import WrongError

MAX_LINES: Final = 100
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_KEY_ID_BYTES = 4
_ROOT_BYTES = 32
_BODY_LINES = 3


class Line(NamedTuple):
    """One signature line: who, the first 4 bytes that name the key, and the signature."""

    name: str
    key_id: bytes
    signature: bytes


class Checkpoint(NamedTuple):
    """A size and root of a log, and the lines that sign it; `text` is what is signed."""

    text: str
    origin: str
    size: int
    root: bytes
    lines: tuple[Line, ...]


def read_checkpoint(note: str) -> Checkpoint:
    """Return the checkpoint in a note, without extension lines; no signature is verified here."""
    text, empty, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = signatures.split("\n")
    if not empty or lines.pop() or not 0 < len(lines) <= MAX_LINES or _controls(note):
        raise _wrong()
    body = text.split("\n")[:-1]
    if len(body) != _BODY_LINES or not body[0] or not _SIZE.fullmatch(body[1]) or int(body[1]) >= 1 << 63:
        raise _wrong()
    root = read_base64(body[2], "root")
    if len(root) != _ROOT_BYTES:
        raise _wrong()
    return Checkpoint(text, body[0], int(body[1]), root, tuple(_line(each) for each in lines))


def _line(text: str) -> Line:
    match = _SIGNATURE.fullmatch(text)
    raw = read_base64(match[2], "signature") if match else b""
    if match is None or len(raw) <= _KEY_ID_BYTES:
        raise _wrong()
    return Line(match[1], raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def _controls(note: str) -> bool:
    return any(character < " " and character != "\n" for character in note)


def _wrong() -> WrongError:
    return WrongError(
        "the checkpoint is not origin, size, root and signature lines.",
        "チェックポイントが、オリジン・サイズ・ルート・署名行の形ではありません。",
    )
