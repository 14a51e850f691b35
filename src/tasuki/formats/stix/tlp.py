# SPDX-License-Identifier: MIT
"""TLP as STIX writes it: the five official objects, the TLP 1 ones, and the spellings others use."""

from __future__ import annotations

from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.formats.stix.extensions import TLP_2
from tasuki.formats.stix.meaning import PROPERTY_EXTENSION, UNREAD, Meaning, members

TLP_IDS: Final = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}
"""The official TLP 2.0 marking definitions (OASIS common objects, tlp-2.0)."""

TLP_1_IDS: Final = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}
"""The TLP 1 marking definitions of STIX 2.1 section 7.2.1.4, read as their TLP 2.0 successors."""

OFFICIAL: Final = {**TLP_IDS, **TLP_1_IDS}
LEVELS: Final = ("clear", "green", "amber", "amber+strict", "red")
_SPELLINGS: Final = {**{level: level for level in LEVELS}, "white": "clear", "amber_strict": "amber+strict"}


def level_of_text(text: str) -> str | None:
    """Return the TLP level that `TLP:AMBER+STRICT`, `tlp:white` or `amber` names, or None."""
    return _SPELLINGS.get(text.strip().lower().removeprefix("tlp:").strip())


def marking_id(level: str) -> str:
    """Return the id of the official TLP 2.0 marking definition of a level.

    Raises:
        KeyError: no such level.
    """
    return {name: identifier for identifier, name in TLP_IDS.items()}[level]


def read_tlp(value: Json) -> Meaning:
    """Read a TLP level in one of its spellings."""
    level = level_of_text(value) if isinstance(value, str) else None
    return UNREAD if level is None else Meaning(levels=frozenset({level}))


read_tlp_extension: Final = members(
    {"extension_type": PROPERTY_EXTENSION, "tlp_2_0": read_tlp}, required=frozenset({"tlp_2_0"})
)
"""Reads the TLP 2.0 extension of a marking definition."""


def official_definition(level: str) -> bytes:
    """Return the official TLP 2.0 marking definition of a level as canonical JSON."""
    return canonical(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": marking_id(level),
            "created": "2022-10-01T00:00:00.000Z",
            "name": f"TLP:{level.upper()}",
            "extensions": {TLP_2: {"extension_type": "property-extension", "tlp_2_0": level}},
        }
    )
