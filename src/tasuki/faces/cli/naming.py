# SPDX-License-Identifier: MIT
"""Naming what a command is about: ids as typed, and ids in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from tasuki.base.errors import CallerError
from tasuki.faces.cli.kit import read_file
from tasuki.faces.cli.reasons import NOTHING_NAMED

IDS_FILE: Final[dict[str, Any]] = {
    "en": "File with one id a line; `-` is standard input.",
    "ja": "一行に一つのIDを記したファイル。`-` は標準入力。",
    "type": click.Path(path_type=Path),
    "metavar": "FILE",
}
"""The option `--file` beside ids."""


def named(ids: tuple[str, ...], file: Path | None) -> list[str]:
    """Return the ids a person typed and those in a file, each once.

    Raises:
        CallerError: there is none.
    """
    lines = [] if file is None else read_file(file).decode("utf-8", "replace").splitlines()
    listed = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    found = list(dict.fromkeys([*ids, *listed]))
    if not found:
        raise CallerError(NOTHING_NAMED.because(what="ID, --file"))
    return found
