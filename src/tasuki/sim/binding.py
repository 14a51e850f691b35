# SPDX-License-Identifier: MIT
"""Binding names of the product to stand-ins for the time of a run, and giving them back.

The product has no switch for what is bound here, neither setting nor argument: nothing that verifies can be told not
to, and nothing that serves can be told to serve on the spot. The bench changes names in its own process instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

_PACKAGE: Final = "tasuki."
_BENCH: Final = "tasuki.sim."


@contextmanager
def bound(stand_in_for: Callable[[Any], Any]) -> Iterator[None]:
    """Bind every name of this project whose value has a stand-in to that; `stand_in_for` returns None where none is."""
    found = [
        (module, name, value, stand_in)
        for module, name, value in _names()
        if (stand_in := stand_in_for(value)) is not None
    ]
    try:
        for module, name, _, stand_in in found:
            setattr(module, name, stand_in)
        _forget()
        yield
    finally:
        for module, name, value, _ in found:
            setattr(module, name, value)
        _forget()


@contextmanager
def in_one_thread() -> Iterator[None]:
    """Let requests be carried out by the thread that brings them, instead of one of a pool."""
    with bound(lambda value: _on_the_spot if value is run_in_threadpool else None):
        yield


async def _on_the_spot(act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return act(*arguments, **named)


def _names() -> Iterator[tuple[Any, str, Any]]:
    """Yield every name that a module of the product binds."""
    for title, module in sorted(sys.modules.items()):
        if title.startswith(_PACKAGE) and not title.startswith(_BENCH):
            for name, value in sorted(vars(module).items()):
                yield module, name, value


def _forget() -> None:
    """Forget what the product remembers as read and verified: it was made with the other kind."""
    for _, _, value in _names():
        clear = getattr(value, "cache_clear", None)
        if callable(clear) and callable(getattr(value, "cache_parameters", None)):
            clear()
