# SPDX-License-Identifier: MIT
"""What a marking means, and reading it from tables: which members an extension may have, and what each value says.

A table is the whole of what is understood; a member or a value that is not in it makes the marking unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.time import parse_rfc3339

_LONGEST_NAME: Final = 80
_LONGEST_STAMP: Final = 60


Embargo = tuple[datetime, frozenset[str]]
"""A moment, and the texts of the audiences that may have a thing before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one marking definition, or a part of it, says.

    Attributes:
        levels: TLP levels, such as `amber+strict`.
        paps: PAP levels: `clear`, `green`, `amber`, `red`.
        caveats: one set of audience texts per caveat.
        consent_of: participants without whose consent it goes to nobody else.
        classifications: national classifications, as `PPP:level`.
        embargoes: moments before which it goes to nobody but the audiences that stand beside each.
        untils: moments from which on it goes to nobody.
        personal_data: whether it says that what it marks tells of people.
        unread: paths of what was not understood, such as `control_set.sensitivity`; empty means understood whole.
    """

    levels: frozenset[str] = frozenset()
    paps: frozenset[str] = frozenset()
    caveats: tuple[frozenset[str], ...] = ()
    consent_of: frozenset[str] = frozenset()
    classifications: frozenset[str] = frozenset()
    embargoes: tuple[Embargo, ...] = ()
    untils: tuple[datetime, ...] = ()
    personal_data: bool = False
    unread: tuple[str, ...] = ()


Reader = Callable[[Json], Meaning]
"""From the value of a member to what it says."""

NOTHING: Final = Meaning()
"""Understood, and narrows nothing here."""

UNREAD: Final = Meaning(unread=("",))
"""Not understood."""


def together(meanings: Iterable[Meaning]) -> Meaning:
    """Return everything that several meanings say."""
    return reduce(_both, meanings, NOTHING)


def _both(one: Meaning, other: Meaning) -> Meaning:
    if one == NOTHING:
        return other
    return Meaning(
        levels=one.levels | other.levels,
        paps=one.paps | other.paps,
        caveats=(*one.caveats, *other.caveats),
        consent_of=one.consent_of | other.consent_of,
        classifications=one.classifications | other.classifications,
        embargoes=(*one.embargoes, *other.embargoes),
        untils=(*one.untils, *other.untils),
        personal_data=one.personal_data or other.personal_data,
        unread=(*one.unread, *other.unread),
    )


def read_members(value: Json, members: Mapping[str, Reader], required: frozenset[str] = frozenset()) -> Meaning:
    """Return what an object of JSON says by a table of its members.

    Args:
        value: what stands there; anything but an object is not understood.
        members: every member that is understood, and how.
        required: members without which it is not understood.
    """
    if not isinstance(value, dict):
        return UNREAD
    said = [read_member(name, members.get(name), each) for name, each in value.items()]
    missing = tuple(sorted(required - value.keys()))
    return together([*(each for each in said if each != NOTHING), Meaning(unread=missing)])


def read_member(name: str, reader: Reader | None, value: Json) -> Meaning:
    """Return what one member says by its reader; without one it is not understood."""
    found = UNREAD if reader is None else reader(value)
    if not found.unread:
        return found
    shown = name[:_LONGEST_NAME]
    return replace(found, unread=tuple(dict.fromkeys(f"{shown}.{each}" if each else shown for each in found.unread)))


def members(table: Mapping[str, Reader], required: frozenset[str] = frozenset()) -> Reader:
    """Return the reader of an object whose members a table lists."""
    return lambda value: read_members(value, table, required)


def word(table: Mapping[str, Meaning]) -> Reader:
    """Return the reader of one word of a list."""
    return lambda value: table.get(value, UNREAD) if isinstance(value, str) else UNREAD


def words(table: Mapping[str, Meaning]) -> Reader:
    """Return the reader of a list of words, each of which counts; an empty one says nothing that could be read."""
    one = word(table)
    return lambda value: together(map(one, value)) if isinstance(value, list) and value else UNREAD


def text(value: Json) -> Meaning:
    """Read a text that informs and decides nothing."""
    return NOTHING if isinstance(value, str) else UNREAD


def texts(value: Json) -> Meaning:
    """Read a list of texts that inform and decide nothing."""
    return NOTHING if isinstance(value, list) and all(isinstance(each, str) for each in value) else UNREAD


def moment(value: Json) -> datetime | None:
    """Return the moment that an RFC 3339 text names, or None for anything else."""
    if not isinstance(value, str) or len(value) > _LONGEST_STAMP:
        return None
    try:
        return parse_rfc3339(value)
    except ValueError:
        return None


def embargo(value: Json) -> Meaning:
    """Read the moment before which a thing goes to nobody."""
    found = moment(value)
    return UNREAD if found is None else Meaning(embargoes=((found, frozenset()),))


def until(value: Json) -> Meaning:
    """Read the moment from which on a thing goes to nobody."""
    found = moment(value)
    return UNREAD if found is None else Meaning(untils=(found,))


PROPERTY_EXTENSION: Final = word({"property-extension": NOTHING})
"""Reads `extension_type` of an extension of marking definitions."""
