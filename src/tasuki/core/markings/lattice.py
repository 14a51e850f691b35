# SPDX-License-Identifier: MIT
"""How labels combine: together, things may go only where each of them may go."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final

from tasuki.base.ids import Audience, ParticipantId
from tasuki.core.markings.model import Label, Tlp

WIDEST: Final = Label(tlp=Tlp.CLEAR, releasable_to=None, originators=frozenset(), blocked=frozenset())
"""The label that narrows nothing: the identity of `meet`."""


def meet(one: Label, other: Label) -> Label:
    """Return the label of two things together: idempotent, commutative, associative, never wider than either."""
    return Label(
        tlp=_narrower(one.tlp, other.tlp),
        releasable_to=_both(one.releasable_to, other.releasable_to),
        originators=one.originators | other.originators,
        blocked=one.blocked | other.blocked,
    )


def meet_all(labels: Iterable[Label]) -> Label:
    """Return the label of many things together; of none, the widest."""
    return reduce(meet, labels, WIDEST)


def _narrower(one: Tlp | None, other: Tlp | None) -> Tlp | None:
    if one is None or other is None:
        return None
    return max(one, other)


def _both(one: frozenset[Audience] | None, other: frozenset[Audience] | None) -> frozenset[Audience] | None:
    """Return the audiences both caveats allow; `JPN` and `JPN/nco:csirt` meet in the narrower."""
    if one is None:
        return other
    if other is None:
        return one
    kept = {b for a in one for b in other if a.covers(b)} | {a for a in one for b in other if b.covers(a)}
    return _minimal(kept)


def _minimal(audiences: set[Audience]) -> frozenset[Audience]:
    """Drop what another audience of the set covers already, so that equal sets are equal values."""
    return frozenset(a for a in audiences if not any(b != a and b.covers(a) for b in audiences))


def caveat(texts: Iterable[str]) -> frozenset[Audience] | None:
    """Return the audiences of a caveat in minimal form, or None where one of them cannot be read."""
    try:
        return _minimal({Audience.parse(text) for text in texts})
    except ValueError:
        return None


def originated_by(participant: ParticipantId) -> Label:
    """Return the label that only says whose material it is."""
    return Label(tlp=Tlp.CLEAR, releasable_to=None, originators=frozenset({participant}), blocked=frozenset())
