# SPDX-License-Identifier: MIT
"""A label: everything about an object that a release decision may depend on, in one small value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from tasuki.base.ids import Audience, ParticipantId


class Tlp(IntEnum):
    """TLP 2.0, from widest to narrowest. Labels are never translated.

    Source: FIRST TLP 2.0 (August 2022).
    """

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    def __str__(self) -> str:
        """Return the written form, such as `TLP:AMBER+STRICT`."""
        return f"TLP:{self.name.replace('_', '+')}"


class Pap(IntEnum):
    """The Permissible Actions Protocol, from widest to narrowest: what may be done with something, whoever has it.

    Source: MISP taxonomy PAP.
    """

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    RED = 3

    def __str__(self) -> str:
        """Return the written form, such as `PAP:AMBER`."""
        return f"PAP:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What decides the release of an object or of a whole closure. Labels are interned: equal label, equal verdict.

    Attributes:
        tlp: the narrowest TLP in force; None where nothing says one, which means no.
        releasable_to: audiences a caveat allows; None without a caveat. Meeting two caveats intersects them.
        originators: participants whose material is inside.
        blocked: why it must not leave at all, as reason codes: unknown marking, unknown handling basis,
            missing reference, above the ceiling. Empty when nothing blocks.
        pap: the narrowest PAP in force; None where nothing says one, which restricts nothing.
        consent_of: participants without whose consent it goes to nobody else, whatever the TLP (originator control).
        classifications: national classifications, each `PPP:level` such as `GBR:OFFICIAL`.
        embargo: until when it goes to nobody but those in `ahead`.
        ahead: who may have it before its embargo ends; None without one.
        until: from when on it goes to nobody.
    """

    tlp: Tlp | None
    releasable_to: frozenset[Audience] | None
    originators: frozenset[ParticipantId]
    blocked: frozenset[str]
    pap: Pap | None = None
    consent_of: frozenset[ParticipantId] = frozenset()
    classifications: frozenset[str] = frozenset()
    embargo: datetime | None = None
    ahead: frozenset[Audience] | None = None
    until: datetime | None = None
