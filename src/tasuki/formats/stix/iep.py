# SPDX-License-Identifier: MIT
"""The Information Exchange Policy of FIRST, version 2.0, on a marking definition: what its members mean here.

docs/policy/markings.md says the same to people.

Sources: FIRST IEP 2.0 framework (November 2019); OASIS cti-stix-common-objects, IEP 2.0 marking definition (draft of
December 2022) for the form.
"""

from __future__ import annotations

from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.meaning import (
    NOTHING,
    PROPERTY_EXTENSION,
    UNREAD,
    Meaning,
    Reader,
    embargo,
    members,
    text,
    until,
    word,
)


def _tlp(level: str) -> Meaning:
    return Meaning(levels=frozenset({level}))


def _pap(level: str) -> Meaning:
    return Meaning(paps=frozenset({level}))


def _version(value: Json) -> Meaning:
    return NOTHING if type(value) in (int, float) and value == 2.0 else UNREAD  # noqa: PLR2004 IEP 2.0


def _end(value: Json) -> Meaning:
    return NOTHING if value is None else until(value)


IEP_WORDS: Final[dict[str, dict[str, Meaning]]] = {
    "tlp": {
        "white": _tlp("clear"),
        "clear": _tlp("clear"),
        "green": _tlp("green"),
        "amber": _tlp("amber"),
        "amber+strict": _tlp("amber+strict"),
        "red": _tlp("red"),
    },
    "permitted_actions": {
        "internally-visible-actions": _pap("red"),
        "externally-visible-indirect-actions": _pap("amber"),
        "externally-visible-direct-actions": _pap("clear"),
    },
    "affected_party_notifications": {"may": NOTHING, "must-not": _pap("amber")},
    "provider_attribution": {"may": NOTHING, "must": NOTHING},
    "unmodified_resale": {"may": NOTHING, "must-not": NOTHING},
    "encrypt_in_transit": {"may": NOTHING, "must": NOTHING},
}
"""Members that take a word of a list, and every word that is understood."""

IEP_MEMBERS: Final[dict[str, Reader]] = {
    **{name: word(table) for name, table in IEP_WORDS.items()},
    "start_date": embargo,
    "end_date": _end,
    "iep_version": _version,
    "iep_id": text,
    "name": text,
    "description": text,
    "extension_type": PROPERTY_EXTENSION,
}
"""Every member that is understood."""

IEP_REQUIRED: Final = frozenset({*IEP_WORDS, "iep_version", "start_date"})
"""Members that decide something; without one of them nobody knows what the policy is."""

read_iep: Final = members(IEP_MEMBERS, IEP_REQUIRED)
"""Reads the IEP 2.0 extension of a marking definition."""
