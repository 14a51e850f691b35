# SPDX-License-Identifier: MIT
"""PAP as STIX writes it: the five objects of its extension, and the spellings others use.

PAP says what may be done with a thing, TLP who may have it. WHITE is the older name of CLEAR, as with TLP.

Sources: MISP taxonomy PAP, version 3; OASIS cti-stix-common-objects, PAP marking definition (draft of November 2022),
whose text knows WHITE and whose examples know CLEAR too.
"""

from __future__ import annotations

from typing import Final

from tasuki.base.canonical import Json
from tasuki.formats.stix.meaning import PROPERTY_EXTENSION, UNREAD, Meaning, members

PAP_IDS: Final = {
    "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92": "clear",
    "marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730": "clear",
    "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9": "green",
    "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab": "amber",
    "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e": "red",
}
"""The marking definitions of the PAP extension; whoever uses it may leave them out of a bundle, as with TLP."""

PAP_LEVELS: Final = ("clear", "green", "amber", "red")
_SPELLINGS: Final = {**{level: level for level in PAP_LEVELS}, "white": "clear"}


def pap_of_text(text: str) -> str | None:
    """Return the PAP level that `PAP:AMBER`, `pap:white` or `amber` names, or None."""
    return _SPELLINGS.get(text.strip().lower().removeprefix("pap:").strip())


def read_pap(value: Json) -> Meaning:
    """Read a PAP level in one of its spellings."""
    level = pap_of_text(value) if isinstance(value, str) else None
    return UNREAD if level is None else Meaning(paps=frozenset({level}))


read_pap_extension: Final = members({"extension_type": PROPERTY_EXTENSION, "pap": read_pap}, frozenset({"pap"}))
"""Reads the PAP extension of a marking definition."""
