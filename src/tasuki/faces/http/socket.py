# SPDX-License-Identifier: MIT
"""Where the local API listens: a socket in the node's directory, whose permissions are the authentication."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

RUN: Final = "run"
"""Folder of what exists only while the node runs."""

SOCKET: Final = "node.sock"

_LONGEST = 100
"""Bytes of a path that every system takes for a socket (Linux: 107, BSD: 103)."""


@contextmanager
def socket_path(directory: Path) -> Iterator[str]:
    """Give a path to the node's socket that is short enough to bind and connect to.

    A long one goes through a descriptor of its folder, so that deep directories work too (Linux only).
    """
    path = directory.absolute() / RUN / SOCKET
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/{os.getpid()}/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)
