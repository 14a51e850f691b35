# SPDX-License-Identifier: MIT
"""How labels combine: together, things may go only where each of them may go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from itertools import islice
from typing import Final, TypeVar

from tasuki.base.ids import Audience, ParticipantId
from tasuki.base.limits import MAX_CAVEAT_AUDIENCES
from tasuki.core.markings.model import Label, Tlp

T = TypeVar("T")

WIDEST: Final = Label(tlp=Tlp.CLEAR, releasable_to=None, originators=frozenset(), blocked=frozenset())
"""The label that narrows nothing: the identity of `meet`. It names no originator, so nothing leaves under it alone."""


def meet(one: Label, other: Label) -> Label:
    """Return the label of two things together: idempotent, commutative, associative, never wider than either."""
    if one is other:
        # Most of what is weighed hangs together with nothing narrower: labels are interned, so it is the same one.
        return one
    return Label(
        tlp=_narrower(one.tlp, other.tlp),
        releasable_to=_both(one.releasable_to, other.releasable_to),
        originators=one.originators | other.originators,
        blocked=one.blocked | other.blocked,
        pap=_stricter(one.pap, other.pap, max),
        consent_of=one.consent_of | other.consent_of,
        classifications=one.classifications | other.classifications,
        embargo=_stricter(one.embargo, other.embargo, max),
        ahead=_both(one.ahead, other.ahead),
        until=_stricter(one.until, other.until, min),
    )


def meet_all(labels: Iterable[Label]) -> Label:
    """Return the label of many things together; of none, the widest."""
    return reduce(meet, labels, WIDEST)


def _narrower(one: Tlp | None, other: Tlp | None) -> Tlp | None:
    if one is None or other is None:
        return None
    return max(one, other)


def _stricter(one: T | None, other: T | None, choose: Callable[[T, T], T]) -> T | None:
    """Return what two parts restrict together, where None restricts nothing."""
    if one is None:
        return other
    return one if other is None else choose(one, other)


def _both(one: frozenset[Audience] | None, other: frozenset[Audience] | None) -> frozenset[Audience] | None:
    """Return the audiences both caveats allow; `JPN` and `JPN/nco:csirt` meet in the narrower."""
    if one is None:
        return other
    if other is None:
        return one
    kept = {each for each in one if _covered(each, other)} | {each for each in other if _covered(each, one)}
    return _minimal(kept)


def _minimal(named: Iterable[Audience]) -> frozenset[Audience]:
    """Drop what another audience of the set covers already, so that equal sets are equal values."""
    known = frozenset(named)
    return frozenset(each for each in known if not any(wider in known for wider in _wider(each)))


def _covered(audience: Audience, by: frozenset[Audience]) -> bool:
    return audience in by or any(wider in by for wider in _wider(audience))


def _wider(audience: Audience) -> tuple[Audience, ...]:
    """Return every other audience that covers this one: what makes combining caveats linear in their length."""
    found = (
        Audience(audience.participant),
        Audience(audience.participant, audience.organisation),
        Audience(audience.participant, "", audience.capacity),
        audience.desk,
    )
    return tuple(each for each in found if each != audience)


def caveat(texts: Iterable[str]) -> frozenset[Audience] | None:
    """Return the audiences of a caveat in minimal form.

    None where one of them cannot be read, or where there are more than `MAX_CAVEAT_AUDIENCES`: a list nobody
    reads is not understood.
    """
    named = list(islice(texts, MAX_CAVEAT_AUDIENCES + 1))
    if len(named) > MAX_CAVEAT_AUDIENCES:
        return None
    try:
        return audiences(named)
    except ValueError:
        return None


def audiences(texts: Iterable[str]) -> frozenset[Audience]:
    """Return audiences in minimal form.

    Raises:
        ValueError: one of them cannot be read.
    """
    return _minimal({Audience.parse(text) for text in texts})


def originated_by(participant: ParticipantId) -> Label:
    """Return the label that only says whose material it is."""
    return Label(tlp=Tlp.CLEAR, releasable_to=None, originators=frozenset({participant}), blocked=frozenset())
