# SPDX-License-Identifier: MIT
"""What takes two people: both known by name, both of the desk that runs the node, and not the same one twice."""

from __future__ import annotations

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.persons.model import Principal
from tasuki.core.persons.reasons import NOT_NAMED, SAME_PERSON


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
