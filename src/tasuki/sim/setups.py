# SPDX-License-Identifier: MIT
"""Setups that end in the middle: a new node is made by a child process, which ends at one of its steps on the disk.

A step is whatever the interpreter tells of files below the folder: opening to write, renaming, removing, making. After
each, there is no node or a whole one, and making it again works.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tasuki.adapters.clock import Clock, Entropy
from tasuki.app.config import configuration, profile_text
from tasuki.app.wiring import wired
from tasuki.base.errors import TasukiError
from tasuki.services.setup import Order, init
from tasuki.sim.workflows import memory

_STEPS: Final = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.truncate"})
_ENDED: Final = 9
"""What a child that ended in the middle answers; one that came to its end answers 0."""


def ended_setups(stride: int, first: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Make a node again and again, ending at one step after the other; yield each step with what is wrong then."""
    number = first
    with tempfile.TemporaryDirectory(dir=memory()) as name:
        while True:
            folder = Path(name) / str(number)
            folder.mkdir()
            order = Order(
                directory=folder / "node", profile=profile_text("japan-uk"), participant="GBR", organisation=""
            )
            if not _ends_at(number, order, folder):
                return
            yield number, list(_wrong(order))
            number += stride


def _ends_at(number: int, order: Order, folder: Path) -> bool:
    """Make a node in a child process that ends at a step; return whether it came to that step."""
    child = os.fork()
    if child == 0:
        _end_at(number, str(folder))
        try:
            init(order, Clock(), Entropy())
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == _ENDED


def _end_at(number: int, folder: str) -> None:
    steps = iter(range(number, -1, -1))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if _is_step(event, arguments, folder) and next(steps, 0) == 0:
            os._exit(_ENDED)

    sys.addaudithook(hook)


def _is_step(event: str, arguments: tuple[Any, ...], folder: str) -> bool:
    if event == "open":
        path, _, flags = arguments
        changes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        return changes and isinstance(path, str | os.PathLike) and str(path).startswith(folder)
    return event in _STEPS and any(str(each).startswith(folder) for each in arguments[:2])


def _wrong(order: Order) -> Iterator[str]:
    """Say what is wrong with what a setup that ended in the middle left, and with making the node again."""
    try:
        if not order.directory.exists():
            init(order, Clock(), Entropy())
        with wired(configuration(order.directory)) as node:
            node.signer.sign_checkpoint(f"tasuki/{node.me}/audit\n1\nAAAA\n".encode())
    except TasukiError as error:
        yield str(error)
    left = [each.name for each in order.directory.parent.iterdir() if not each.name.startswith(".new-")]
    if left != [order.directory.name]:
        yield f"{sorted(left)} is left beside the node"
