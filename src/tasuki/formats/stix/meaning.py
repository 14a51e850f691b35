# SPDX-License-Identifier: MIT
"""What a marking means, and reading it from tables: which members an extension may have, and what each value says.

A table is the whole of what is understood; a member or a value that is not in it makes the marking unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final, TypeGuard

from tasuki.base.canonical import Json
from tasuki.base.time import parse_rfc3339

_LONGEST_NAME: Final = 80
_LONGEST_STAMP: Final = 60

MOST_MEMBERS: Final = 100
MOST_ENTRIES: Final = 1000
"""A marking of more members, or of more entries in a list, says more than anybody means: it is not understood."""


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
    """Return everything that several meanings say, however many they are."""
    said = [each for each in meanings if each != NOTHING]
    if len(said) < 2:  # noqa: PLR2004 nothing to put together
        return said[0] if said else NOTHING
    return Meaning(
        levels=frozenset(chain.from_iterable(each.levels for each in said)),
        paps=frozenset(chain.from_iterable(each.paps for each in said)),
        caveats=tuple(chain.from_iterable(each.caveats for each in said)),
        consent_of=frozenset(chain.from_iterable(each.consent_of for each in said)),
        classifications=frozenset(chain.from_iterable(each.classifications for each in said)),
        embargoes=tuple(chain.from_iterable(each.embargoes for each in said)),
        untils=tuple(chain.from_iterable(each.untils for each in said)),
        personal_data=any(each.personal_data for each in said),
        unread=tuple(chain.from_iterable(each.unread for each in said)),
    )


def read_members(value: Json, members: Mapping[str, Reader], required: frozenset[str] = frozenset()) -> Meaning:
    """Return what an object of JSON says by a table of its members.

    Args:
        value: what stands there; anything but an object is not understood.
        members: every member that is understood, and how.
        required: members without which it is not understood.
    """
    if not isinstance(value, dict) or len(value) > MOST_MEMBERS:
        return UNREAD
    missing = Meaning(unread=tuple(sorted(required - value.keys())))
    return together([*(read_member(name, members.get(name), each) for name, each in value.items()), missing])


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
    """Return the reader of a list of words, each of which counts once; an empty one says nothing that could be read."""
    return lambda value: every(word(table), value)


def every(one: Reader, value: Json) -> Meaning:
    """Return what the elements of a list say by the reader of one; no list, or an empty one, is not understood."""
    return together({one(each) for each in value}) if is_list(value) else UNREAD


def is_list(value: Json) -> TypeGuard[list[Json]]:
    """Whether a value is a list that can be read: neither empty nor endless."""
    return isinstance(value, list) and 0 < len(value) <= MOST_ENTRIES


def text(value: Json) -> Meaning:
    """Read a text that informs and decides nothing."""
    return NOTHING if isinstance(value, str) else UNREAD


def texts(value: Json) -> Meaning:
    """Read a list of texts that inform and decide nothing."""
    return NOTHING if is_list(value) and all(isinstance(each, str) for each in value) else UNREAD


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
