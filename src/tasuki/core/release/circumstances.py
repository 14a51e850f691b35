# SPDX-License-Identifier: MIT
"""What a decision depends on beside label and reader: the moment, and what others agreed to.

Source: docs/policy/release.md, section 2.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tasuki.base.ids import Audience, ParticipantId, StixId
from tasuki.core.markings.labels import PERSONAL_DATA, VICTIM_CONSENT
from tasuki.core.markings.model import Label


class GrantKind(StrEnum):
    """Who agreed, or why nobody had to."""

    ONWARD = "onward"
    VICTIM = "victim"
    STATUTORY = "statutory"
    LIFE = "life"


LIFTS: Final = {
    GrantKind.ONWARD: frozenset[str](),
    GrantKind.VICTIM: frozenset({VICTIM_CONSENT}),
    GrantKind.STATUTORY: frozenset({VICTIM_CONSENT, PERSONAL_DATA}),
    GrantKind.LIFE: frozenset({VICTIM_CONSENT, PERSONAL_DATA}),
}
"""Block codes that a grant of each kind lifts."""

LIFTABLE: Final = frozenset[str]().union(*LIFTS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The circumstances of one question.

    Attributes:
        now: the moment it is asked.
        agreed: participants who agreed to this very release.
        lifted: block codes that do not count here.
    """

    now: datetime
    agreed: frozenset[ParticipantId] = frozenset()
    lifted: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether nobody agreed to anything: then a verdict depends on the label, the reader and the moment alone."""
        return not self.agreed and not self.lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One agreement, for one version of one object.

    Attributes:
        by: the originator who granted it `onward`; nobody for the other kinds.
        digest: lower-case hex SHA-256 of the bytes of the version.
        audience: for whom.
        purpose: for what.
        until: from when on it counts no more.
        number: by which the store knows it; 0 where it is not kept.
    """

    kind: GrantKind
    by: ParticipantId | None
    digest: str
    audience: Audience
    purpose: str
    until: datetime
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One holding in the closure of what is asked about, or that itself.

    Attributes:
        stix_id: its id.
        own: the own label of this very holding.
        purpose: what its handling basis says it is for; None is unknown.
        giver: the partner whose node sent it; None for our own.
        addressed: to whom that partner addressed it; there it is to be read, whatever its own gate had to lift.
    """

    stix_id: StixId
    own: Label
    digest: str
    purpose: str | None
    giver: ParticipantId | None = None
    addressed: frozenset[Audience] = frozenset()


def circumstances(parts: Sequence[Part], grants: Iterable[Grant], reader: Audience, now: datetime) -> Circumstances:
    """Return what was agreed to for `reader`: by whom, and which blocks it lifts; each for every part it concerns."""
    counting = _counting(parts, grants, reader, now)
    return Circumstances(
        now=now,
        agreed=frozenset(
            who
            for who in {each for part in parts for each in _whose(part)}
            if all(who in each.agreed for each in counting if who in _whose(each.part))
        ),
        lifted=frozenset(
            code
            for code in LIFTABLE
            if any(code in part.own.blocked for part in parts)
            and all(code in each.lifted for each in counting if code in each.part.own.blocked)
        ),
    )


def lacking(
    parts: Sequence[Part], grants: Iterable[Grant], reader: Audience, now: datetime
) -> dict[ParticipantId, tuple[Part, ...]]:
    """Return for each participant with a say the parts to which it has not agreed for `reader`: what to ask it for."""
    counting = _counting(parts, grants, reader, now)
    named = sorted({who for part in parts for who in _whose(part)})
    return {
        who: tuple(each.part for each in counting if who in _whose(each.part) and who not in each.agreed)
        for who in named
    }


def relied_on(parts: Sequence[Part], grants: Iterable[Grant], reader: Audience, now: datetime) -> tuple[Grant, ...]:
    """Return the grants of originators that count for `reader`; what an addressed copy agrees to rests on none."""
    return tuple(dict.fromkeys(grant for each in _counting(parts, grants, reader, now) for grant in each.relied))


def _whose(part: Part) -> frozenset[ParticipantId]:
    return part.own.originators | part.own.consent_of


def _counting(parts: Sequence[Part], grants: Iterable[Grant], reader: Audience, now: datetime) -> list[_Counting]:
    listed = [grant for grant in grants if grant.audience.covers(reader) and now < grant.until]
    return [_Counting(part, listed, reader) for part in parts]


class _Counting:
    """One part and the grants that count for it."""

    def __init__(self, part: Part, grants: Iterable[Grant], reader: Audience) -> None:
        mine = [each for each in grants if each.digest == part.digest and each.purpose == part.purpose]
        onward = [each for each in mine if each.kind is GrantKind.ONWARD]
        self.part = part
        self.agreed = {each.by for each in onward}
        self.lifted = frozenset[str]().union(*(LIFTS[each.kind] for each in mine))
        giver = part.giver if any(each.covers(reader) for each in part.addressed) else None
        self.relied = tuple(each for each in onward if each.by in _whose(part) and each.by != giver)
        if giver is not None:
            self.agreed.add(giver)
            self.lifted |= LIFTABLE
