# SPDX-License-Identifier: MIT
"""Checkpoints: which log, how long, with which root.

Source: C2SP tlog-checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasuki.base.errors import InputError
from tasuki.formats.tlog.base64s import decode, encode
from tasuki.formats.tlog.merkle import HASH_BYTES
from tasuki.formats.tlog.numbers import decimal
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
        lines = [self.origin, str(self.size), encode(self.root), *self.extensions]
        return "\n".join(lines) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint in the text of a note.

    Raises:
        InputError: too few lines, a size that is no plain decimal, a root that is not 32 bytes in base64.
    """
    lines = text.split("\n")
    if len(lines) <= _LINES or lines[-1] or not lines[0]:
        raise InputError(CHECKPOINT.because(found="another number of lines"))
    origin, size, encoded = lines[:_LINES]
    if not all(lines[_LINES:-1]):
        raise InputError(CHECKPOINT.because(found="an empty extension line"))
    try:
        count, root = decimal(size), decode(encoded)
    except ValueError as error:
        raise InputError(CHECKPOINT.because(found=str(error))) from error
    if len(root) != HASH_BYTES:
        raise InputError(CHECKPOINT.because(found=f"a root of {len(root)} bytes"))
    return Checkpoint(origin=origin, size=count, root=root, extensions=tuple(lines[_LINES:-1]))
