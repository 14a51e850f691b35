# SPDX-License-Identifier: MIT
"""Identifiers: participants, organisations in capacities, nodes, STIX objects, envelopes."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from tasuki.base.time import to_micros

ParticipantId = NewType("ParticipantId", str)
"""A state or authority: ISO 3166-1 alpha-3 in capitals, such as `JPN`."""

StixId = NewType("StixId", str)
"""A STIX identifier `<type>--<uuid>`, kept exactly as its creator wrote it."""

_PARTICIPANT = re.compile(r"[A-Z]{3}")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_STIX_ID = re.compile(
    r"([a-z0-9][a-z0-9-]{1,248}[a-z0-9])--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)


def participant(text: str) -> ParticipantId:
    """Return `text` as a participant id.

    Raises:
        ValueError: not three capital letters.
    """
    if not _PARTICIPANT.fullmatch(text):
        message = f"expected a participant as three capital letters such as JPN, found {text[:20]!r}"
        raise ValueError(message)
    return ParticipantId(text)


@dataclass(frozen=True, slots=True, order=True)
class Audience:
    """An organisation in a capacity within a participant, written `JPN/nco:csirt`; the one who may hear something.

    Attributes:
        participant: the state.
        organisation: short name from the profile, such as `nco`; empty means the participant as a whole.
        capacity: `csirt`, `police`, `policy`, `regulator`...; empty means any capacity of the organisation.
        person: somebody in that capacity, by the name their own node knows them by: `JPN/nco:csirt@tanaka`.
    """

    participant: ParticipantId
    organisation: str = ""
    capacity: str = ""
    person: str = ""

    @classmethod
    def parse(cls, text: str) -> Audience:
        """Return the audience that `JPN`, `JPN/nco`, `JPN/nco:csirt` or `JPN/nco:csirt@tanaka` names.

        Raises:
            ValueError: another form.
        """
        head, slash, rest = text.partition("/")
        organisation, colon, rest = rest.partition(":")
        capacity, at, person = rest.partition("@")
        names = [name for mark, name in ((slash, organisation), (colon, capacity), (at, person)) if mark]
        if not all(_NAME.fullmatch(name) for name in names):
            message = f"expected PARTICIPANT/organisation:capacity such as JPN/nco:csirt, found {text[:60]!r}"
            raise ValueError(message)
        return cls(participant(head), organisation, capacity, person)

    @property
    def desk(self) -> Audience:
        """The same without the person: what a profile lists."""
        return replace(self, person="") if self.person else self

    def covers(self, other: Audience) -> bool:
        """Whether everyone meant by `other` is meant by this audience too."""
        return (
            self.participant == other.participant
            and self.organisation in ("", other.organisation)
            and self.capacity in ("", other.capacity)
            and self.person in ("", other.person)
        )

    def __str__(self) -> str:
        """Return the written form."""
        text: str = self.participant
        if self.organisation:
            text += f"/{self.organisation}"
        if self.capacity:
            text += f":{self.capacity}"
        return f"{text}@{self.person}" if self.person else text


@dataclass(frozen=True, slots=True, order=True)
class NodeName:
    """A node of a participant, written `GBR/gbr-1`; one participant may run several."""

    participant: ParticipantId
    node: str

    @classmethod
    def parse(cls, text: str) -> NodeName:
        """Return the node that `GBR/gbr-1` names.

        Raises:
            ValueError: another form.
        """
        head, _, name = text.partition("/")
        if not _NAME.fullmatch(name):
            message = f"expected PARTICIPANT/node such as GBR/gbr-1, found {text[:60]!r}"
            raise ValueError(message)
        return cls(participant(head), name)

    def __str__(self) -> str:
        """Return the written form."""
        return f"{self.participant}/{self.node}"


def stix_id(text: str) -> StixId:
    """Return `text` as a STIX identifier.

    Raises:
        ValueError: not `<type>--<uuid>`.
    Source: STIX 2.1 section 2.9.
    """
    if not _STIX_ID.fullmatch(text):
        message = f"expected a STIX id such as indicator--<uuid>, found {text[:60]!r}"
        raise ValueError(message)
    return StixId(text)


def stix_type(identifier: str) -> str:
    """Return the type part of a STIX identifier."""
    return identifier.partition("--")[0]


def uuid4(entropy: bytes) -> str:
    """Return a UUIDv4 whose random bits come from `entropy` (at least 16 bytes): what STIX asks of most objects.

    Source: RFC 9562 section 5.4; STIX 2.1 section 2.9.
    """
    return str(uuid.UUID(bytes=entropy[:16], version=4))


def uuid7(now: datetime, entropy: bytes) -> str:
    """Return a UUIDv7 for the moment `now`, whose other 74 bits come from `entropy` (at least 10 bytes).

    Source: RFC 9562 section 5.7.
    """
    millis = to_micros(now) // 1000
    random_bits = int.from_bytes(entropy[:10], "big")
    value = (
        (millis & (2**48 - 1)) << 80
        | 0x7 << 76
        | (random_bits >> 62 & 0xFFF) << 64
        | 0b10 << 62
        | random_bits & (2**62 - 1)
    )
    return str(uuid.UUID(int=value))
