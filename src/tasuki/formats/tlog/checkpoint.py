# SPDX-License-Identifier: MIT
"""Checkpoints: which log, how long, with which root.

Source: C2SP tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from tasuki.base.errors import InputError
from tasuki.formats.tlog.merkle import HASH_BYTES
from tasuki.formats.tlog.reasons import CHECKPOINT

_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a log that its key signs.

    Attributes:
        size: how many leaves.
        root: 32 bytes.
        extensions: further lines; a witness refuses any.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "\n".join(lines) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint in the text of a note.

    Raises:
        InputError: too few lines, a size with a leading zero or sign, a root that is not 32 bytes.
    """
    lines = text.split("\n")
    if len(lines) <= _LINES or lines[-1] or not lines[0]:
        raise InputError(CHECKPOINT.because(found="another number of lines"))
    origin, size, encoded = lines[:_LINES]
    if not size.isascii() or not size.isdigit() or (size != "0" and size.startswith("0")):
        raise InputError(CHECKPOINT.because(found=f"the size {size[:24]}"))
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(CHECKPOINT.because(found="a root that is no base64")) from error
    if len(root) != HASH_BYTES:
        raise InputError(CHECKPOINT.because(found=f"a root of {len(root)} bytes"))
    return Checkpoint(origin=origin, size=int(size), root=root, extensions=tuple(lines[_LINES:-1]))
