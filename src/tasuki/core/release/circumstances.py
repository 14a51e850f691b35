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

from tasuki.base.ids import Audience, ParticipantId
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
    """

    kind: GrantKind
    by: ParticipantId | None
    digest: str
    audience: Audience
    purpose: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One holding in the closure of what is asked about, or that itself.

    Attributes:
        own: the own label of this very holding.
        purpose: what its handling basis says it is for; None is unknown.
        giver: the partner whose node sent it; None for our own.
        addressed: to whom that partner addressed it; there it is to be read, whatever its own gate had to lift.
    """

    own: Label
    digest: str
    purpose: str | None
    giver: ParticipantId | None = None
    addressed: frozenset[Audience] = frozenset()


def circumstances(parts: Sequence[Part], grants: Iterable[Grant], reader: Audience, now: datetime) -> Circumstances:
    """Return what was agreed to for `reader`: by whom, and which blocks it lifts; each for every part it concerns."""
    listed = [grant for grant in grants if grant.audience.covers(reader) and now < grant.until]
    counting = [_Counting(part, listed, reader) for part in parts]
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


def _whose(part: Part) -> frozenset[ParticipantId]:
    return part.own.originators | part.own.consent_of


class _Counting:
    """One part and the grants that count for it."""

    def __init__(self, part: Part, grants: Iterable[Grant], reader: Audience) -> None:
        mine = [each for each in grants if each.digest == part.digest and each.purpose == part.purpose]
        self.part = part
        self.agreed = {each.by for each in mine if each.kind is GrantKind.ONWARD}
        self.lifted = frozenset[str]().union(*(LIFTS[each.kind] for each in mine))
        if part.giver is not None and any(each.covers(reader) for each in part.addressed):
            self.agreed.add(part.giver)
            self.lifted |= LIFTABLE
