# SPDX-License-Identifier: MIT
"""What takes two people: known here and of the desk that runs the node, or named by it; never the same one twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.persons.model import Principal
from tasuki.core.persons.reasons import NOT_NAMED, SAME_PERSON, TWO_NAMES

_TWO = 2


def named(principal: Principal, home: Audience) -> str:
    """Return the name of a person of the home's desk.

    Raises:
        CallerError: it is the bare home, which may be anybody, or somebody of another desk.
    """
    if principal.person is None or not principal.is_of(home):
        raise CallerError(NOT_NAMED.because(home=str(home)))
    return principal.person


def second(principal: Principal, home: Audience, first: str) -> str:
    """Return the name of a person of the home's desk who is not `first`.

    Raises:
        CallerError: nobody is named, or it is the same person again.
    """
    name = named(principal, home)
    if name == first:
        raise CallerError(SAME_PERSON.because(name=name))
    return name


def both(by: Iterable[str]) -> list[str]:
    """Return the names of those who do something together, each once, in order; they are no persons of this node.

    A name that differs from another in width, case or spaces alone is the same name.

    Raises:
        CallerError: fewer than two are named.
    """
    names = {_plain(name): " ".join(name.split()) for name in reversed([*by]) if name.strip()}
    if len(names) < _TWO:
        raise CallerError(TWO_NAMES.because(found=len(names)))
    return sorted(names.values())


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
