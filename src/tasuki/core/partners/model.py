# SPDX-License-Identifier: MIT
"""The partnership as data: frozen values read from a profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tasuki.base.ids import Audience, ParticipantId
from tasuki.base.reasons import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A ministry, agency or operator that may be an audience.

    Attributes:
        id: short name, such as `nco`, unique within its participant.
        name: full name in both languages.
        capacities: the capacities in which it may be addressed, such as `csirt`.
    """

    id: str
    name: Text
    capacities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The highest national classification a node may hold.

    Attributes:
        highest: the label up to which material may be held, such as `OFFICIAL`.
        refused: labels and marks above it, as they are written in texts, such as `SECRET` or `極秘`.
        levels: the classifications that may be held, each with the other participants that take it.
    """

    highest: Text
    refused: tuple[str, ...]
    levels: Mapping[str, frozenset[ParticipantId]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityScale:
    """One participant's own incident severity scale; scales stay side by side and are never converted.

    Attributes:
        levels: code to meaning, from the most to the least severe.
        urgent: codes at which help is asked for at the urgent pace.
    """

    id: str
    name: Text
    levels: Mapping[str, Text]
    urgent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How soon a request for assistance is hoped to be acknowledged and decided, in elapsed time; never a duty."""

    acknowledge: timedelta
    decide: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """The two paces of a partnership; where it states none, an hour and six, or twelve hours and three days."""

    urgent: Pace = Pace(acknowledge=timedelta(hours=1), decide=timedelta(hours=6))
    routine: Pace = Pace(acknowledge=timedelta(hours=12), decide=timedelta(days=3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A state or authority in the partnership."""

    id: ParticipantId
    name: Text
    organisations: tuple[Organisation, ...]
    ceiling: Ceiling
    severity: SeverityScale | None


def audiences(participants: Iterable[Participant]) -> frozenset[Audience]:
    """Return everybody who may be named as an audience: participants, their organisations, those in each capacity."""
    found: set[Audience] = set()
    for each in participants:
        found.add(Audience(each.id))
        for organisation in each.organisations:
            found.add(Audience(each.id, organisation.id))
            found.update(Audience(each.id, organisation.id, capacity) for capacity in organisation.capacities)
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A partnership as data: another pair, or three, need no new code.

    Attributes:
        community: the audiences that TLP:GREEN means here.
        digest: lower-case hex SHA-256 of the profile's canonical JSON; part of every rules digest.
        assistance: how soon requests for assistance are hoped to be answered.
    """

    id: str
    version: int
    name: Text
    participants: tuple[Participant, ...]
    community: tuple[Audience, ...]
    texts: Mapping[str, Text]
    digest: str
    assistance: Paces = field(default_factory=Paces)

    def participant(self, identifier: ParticipantId) -> Participant:
        """Return one participant.

        Raises:
            KeyError: the profile has none of that id.
        """
        for each in self.participants:
            if each.id == identifier:
                return each
        raise KeyError(identifier)
