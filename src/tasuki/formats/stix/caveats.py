# SPDX-License-Identifier: MIT
"""Our caveat on a marking definition: who may have a thing, by whose leave, how it is classified, from when to when.

docs/spec/extensions.md says the same to people.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.meaning import (
    NOTHING,
    PROPERTY_EXTENSION,
    UNREAD,
    Meaning,
    Reader,
    embargo,
    is_list,
    read_members,
    until,
)

_PARTICIPANT: Final = re.compile(r"[A-Z]{3}")
CLASSIFICATION: Final = re.compile(r"[A-Z]{3}:\S(?:.{0,58}\S)?")
"""A participant and a level of its own scheme, such as `GBR:OFFICIAL-SENSITIVE`."""


def _releasable_to(value: Json) -> Meaning:
    """Read audiences as texts: whether each can be read is asked where it is known who there is."""
    listed = _texts(value)
    return UNREAD if listed is None else Meaning(caveats=(frozenset(listed),))


def _ahead(value: Json) -> Meaning:
    return UNREAD if _texts(value) is None else NOTHING


def _consent_of(value: Json) -> Meaning:
    listed = _texts(value) if is_list(value) else None
    if listed is None or not all(map(_PARTICIPANT.fullmatch, listed)):
        return UNREAD
    return Meaning(consent_of=frozenset(listed))


def _classification(value: Json) -> Meaning:
    good = isinstance(value, str) and CLASSIFICATION.fullmatch(value) and value.isprintable()
    return Meaning(classifications=frozenset({str(value)})) if good else UNREAD


def _texts(value: Json) -> list[str] | None:
    if not isinstance(value, list):
        return None
    found = [each for each in value if isinstance(each, str)]
    return found if len(found) == len(value) else None


CAVEAT_MEMBERS: Final[dict[str, Reader]] = {
    "releasable_to": _releasable_to,
    "consent_of": _consent_of,
    "classification": _classification,
    "embargo": embargo,
    "until": until,
}
"""Every member that limits something; at least one of them is there."""


def read_caveat(value: Json) -> Meaning:
    """Read the caveat extension of a marking definition; `ahead` stands only beside an embargo."""
    if not isinstance(value, dict) or not value.keys() & CAVEAT_MEMBERS.keys():
        return UNREAD
    besides: dict[str, Reader] = {"ahead": _ahead} if "embargo" in value else {}
    found = read_members(value, {"extension_type": PROPERTY_EXTENSION, **CAVEAT_MEMBERS, **besides})
    ahead = frozenset(_texts(value.get("ahead")) or ())
    return replace(found, embargoes=tuple((moment, ahead) for moment, _ in found.embargoes))
