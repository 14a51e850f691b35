# SPDX-License-Identifier: MIT
"""Who hears what: each partner of the ids it got and of no others, by the verb that fits what it may still have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from tasuki.base.ids import Audience, ParticipantId
from tasuki.core.withdrawal.model import Left, Verb, Word

May = Callable[[Audience, str], bool]
"""Whether an audience may have an id now: the gate's answer."""


def told(verb: Verb, left: Iterable[Left]) -> list[Word]:
    """Return one word for every partner that got anything, whatever it may have now: of all it got."""
    ids: dict[ParticipantId, set[str]] = {}
    for each in left:
        ids.setdefault(each.audience.participant, set()).add(each.stix_id)
    return [Word(partner=partner, verb=verb, ids=tuple(sorted(got))) for partner, got in sorted(ids.items())]


def narrowed(left: Iterable[Left], may: May) -> list[Word]:
    """Return `narrow` where an audience of a partner that got an id may still have it, and `recall` where none may."""
    kept = _kept(left, may)
    return _words(kept, lambda audiences: Verb.NARROW if audiences else Verb.RECALL, apart=False)


def called_back(left: Iterable[Left], audiences: Collection[Audience], may: May) -> list[Word]:
    """Return what calls ids back from audiences that got them and may have them no longer.

    A node heeds a recall for all its audiences. So where another audience of the same partner got an id too and may
    still have it, the partner hears `narrow`, to those who may; else `recall`.

    Args:
        left: what went, to these audiences and to others.
        audiences: from whom it is called back; each stands for all it covers.
        may: asked of everything that went to a partner concerned.
    """
    listed = list(left)
    concerned = {
        (each.audience.participant, each.stix_id)
        for each in listed
        if any(wanted.covers(each.audience) for wanted in audiences) and not may(each.audience, each.stix_id)
    }
    theirs = [each for each in listed if (each.audience.participant, each.stix_id) in concerned]
    return _words(_kept(theirs, may), lambda kept: Verb.NARROW if kept else Verb.RECALL, apart=True)


_Kept = dict[tuple[ParticipantId, str], frozenset[Audience]]


def _kept(left: Iterable[Left], may: May) -> _Kept:
    """Return, for each partner and id, the audiences that got it and may still have it."""
    found: dict[tuple[ParticipantId, str], set[Audience]] = {}
    for each in set(left):
        audiences = found.setdefault((each.audience.participant, each.stix_id), set())
        if may(each.audience, each.stix_id):
            audiences.add(each.audience)
    return {key: frozenset(audiences) for key, audiences in found.items()}


def _words(kept: _Kept, verb: Callable[[frozenset[Audience]], Verb], *, apart: bool) -> list[Word]:
    """Gather ids that are told of alike; `apart` keeps those apart that different audiences keep."""
    together: dict[tuple[ParticipantId, Verb, frozenset[Audience]], list[str]] = {}
    for (partner, stix_id), audiences in kept.items():
        key = partner, verb(audiences), audiences if apart else frozenset[Audience]()
        together.setdefault(key, []).append(stix_id)
    words = [
        Word(partner=partner, verb=each, ids=tuple(sorted(ids)), kept_by=audiences)
        for (partner, each, audiences), ids in together.items()
    ]
    return sorted(words, key=lambda word: (word.partner, word.verb, word.ids))
