# SPDX-License-Identifier: MIT
"""The lock of a node: one process at a time opens it; the kernel frees it however that process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tasuki.app.reasons import TAKEN
from tasuki.base.errors import WorldError
from tasuki.base.reasons import ReasonKind
from tasuki.faces.http.socket import RUN

LOCK: Final = "lock"


@contextmanager
def hold(directory: Path, refusal: ReasonKind = TAKEN) -> Iterator[None]:
    """Hold the node in `directory` alone.

    Args:
        directory: of the node.
        refusal: what to say where another process holds it.

    Raises:
        WorldError: another process holds it.
    """
    run = directory / RUN
    run.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(run / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "?"
            raise WorldError(refusal.because(directory=str(directory), process=holder), retry=True) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)
