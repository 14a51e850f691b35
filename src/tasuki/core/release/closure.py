# SPDX-License-Identifier: MIT
"""Closure: what an object refers to, directly or not, narrows it; iterative, bounded, cycles and all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_CLOSURE_OBJECTS
from tasuki.core.markings.model import Label
from tasuki.core.release.reasons import CLOSURE_TOO_LARGE

K = TypeVar("K", bound=Hashable)


def close(
    start: K,
    *,
    own: Callable[[K], int],
    references: Callable[[K], Sequence[K]],
    meet_numbers: Callable[[int, int], int],
    limit: int = MAX_CLOSURE_OBJECTS,
) -> int:
    """Return the number of the closure label of one object: the meet over everything reachable from it.

    Args:
        start: the object.
        own: own label number of an object; for one that is not held, the number of a blocking label.
        references: what an object refers to.
        meet_numbers: from the numbers of two labels to that of their meet; asked often, so it had better remember.
        limit: how many objects may hang together.

    Raises:
        InputError: more than `limit` objects are reachable.
    """
    number = own(start)
    seen = {start}
    stack = [start]
    while stack:
        for target in references(stack.pop()):
            if target not in seen:
                seen.add(target)
                stack.append(target)
                mine = own(target)
                if mine != number:
                    number = meet_numbers(number, mine)
        if len(seen) > limit:
            raise InputError(CLOSURE_TOO_LARGE.because(limit=limit))
    return number


def narrowing(
    start: K, *, own: Callable[[K], Label], references: Callable[[K], Sequence[K]], keeps: Callable[[Label], bool]
) -> Iterable[K]:
    """Yield the objects reachable from `start` whose own label alone fails `keeps`: what to show as the cause."""
    seen = {start}
    stack = [start]
    while stack:
        item = stack.pop()
        if not keeps(own(item)):
            yield item
        for target in references(item):
            if target not in seen:
                seen.add(target)
                stack.append(target)
