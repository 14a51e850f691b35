# SPDX-License-Identifier: MIT
"""What belongs into a backup: the files of a node's directory, and which of them are secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tasuki.adapters.journal import FILE as JOURNAL
from tasuki.adapters.settings import DATABASE, FILE, PROFILE
from tasuki.adapters.shelf import PUBLIC_FILE
from tasuki.services.release import LOCAL_RULES
from tasuki.services.setup import ANCHOR
from tasuki.services.upgrade import FOLDER

_OPEN: Final = frozenset({FILE, PROFILE, LOCAL_RULES, ANCHOR, PUBLIC_FILE})
"""Files that hold no secret key. Whatever is not known to be one of these counts as secret."""

_TRUST: Final = "trust"
"""Folder of public trust metadata."""

_LEFT_OUT: Final = frozenset({"run", FOLDER, JOURNAL, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"})
"""What exists only while the node runs, what is copied in another way, and what must outlive a restore by itself."""


def files(directory: Path) -> list[str]:
    """Return the paths of the files that belong into a backup, below the node's directory, in order."""
    found = []
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        first = name.partition("/")[0]
        if path.is_file() and not path.is_symlink() and first not in _LEFT_OUT and not first.startswith("."):
            found.append(name)
    return found


def is_secret(name: str) -> bool:
    """Whether a file goes into a backup only if the keys are asked for."""
    return name not in _OPEN and name.partition("/")[0] != _TRUST
