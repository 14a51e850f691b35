# SPDX-License-Identifier: MIT
"""Naming a person: a name, and a desk of the home's own participant."""

from __future__ import annotations

from dataclasses import replace

from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.core.partners.model import Participant, audiences
from tasuki.core.persons.reasons import NOT_A_DESK, NOT_A_NAME


def reader_of(name: str, desk: str, participant: Participant) -> Audience:
    """Return the reader that a person of a desk is, such as `GBR/nca:police@bell`.

    Args:
        name: of the form of names in audiences.
        desk: an organisation in a capacity, such as `GBR/nca:police`.
        participant: the one whose node it is; nobody else's people read at it.

    Raises:
        CallerError: the name has another form, or the participant has no such desk.
    """
    desks = {each for each in audiences([participant]) if each.capacity}
    found = next((each for each in desks if str(each) == desk), None)
    if found is None:
        known = ", ".join(sorted(str(each) for each in desks))
        raise CallerError(NOT_A_DESK.because(found=desk[:60], known=known))
    try:
        Audience.parse(f"{found}@{name}")
    except ValueError as error:
        raise CallerError(NOT_A_NAME.because(found=name[:60])) from error
    return replace(found, person=name)
