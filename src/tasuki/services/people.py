# SPDX-License-Identifier: MIT
"""Two people: what one alone may not do is done in the names of two, who stand in the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tasuki.base.errors import CallerError
from tasuki.core.persons.reasons import TWO_NAMES

TWO: Final = 2


def require_two(by: Iterable[str]) -> list[str]:
    """Return the names of those who do something together, each once.

    Raises:
        CallerError: fewer than two are named.
    """
    people = sorted({name.strip() for name in by if name.strip()})
    if len(people) < TWO:
        raise CallerError(TWO_NAMES.because(found=len(people)))
    return people
