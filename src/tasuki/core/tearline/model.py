# SPDX-License-Identifier: MIT
"""What a tear-line is made from, and what each property of its sources comes to.

Source: docs/policy/release.md, section 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tasuki.base.canonical import Json
from tasuki.base.ids import StixId
from tasuki.base.reasons import Reason
from tasuki.core.holdings.model import HandlingBasis, Victim
from tasuki.core.markings.model import Label


class State(StrEnum):
    """Where a tear-line stands."""

    DRAFTED = "drafted"
    RELEASED = "released"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One object a tear-line is made from, as it is held.

    Attributes:
        label: of the holding with all it hangs together with.
        victims: what the victims said of whom it or anything it hangs together with tells and is kept back for.
        parts: the label of what granular markings say of a property, by its name; None where one is not understood.
    """

    stix_id: StixId
    obj: Mapping[str, Json]
    label: Label
    basis: HandlingBasis
    victims: frozenset[Victim]
    parts: Mapping[str, Label | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property of a source: whether it stands in the draft, and what speaks against it.

    Attributes:
        source: the source from which it is taken.
    """

    name: str
    source: StixId
    kept: bool
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the drafted object has of its own.

    Attributes:
        at: when, as STIX writes moments.
        creator: id of the identity that makes it.
        markings: ids of its markings.
    """

    stix_id: StixId
    at: str
    creator: str
    markings: tuple[str, ...]
