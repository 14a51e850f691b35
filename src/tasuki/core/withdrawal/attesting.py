# SPDX-License-Identifier: MIT
"""Attesting: a recipient states what became of each id it was told of, counted by class; a statement, not a proof.

Source: docs/policy/release.md, section 7.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from tasuki.core.withdrawal.model import Held, Outcome, Verb

_AT_ONCE: Final[Mapping[Verb, Outcome]] = {Verb.NARROW: Outcome.NARROWED, Verb.RECALL: Outcome.USE_STOPPED}
"""What comes of the verbs that speak of every version of an id alike."""


def outcome(verb: Verb, held: Held, at: int) -> Outcome:
    """Return what became of one id.

    Args:
        verb: what the partner said.
        held: what was held of its material of that id when it said so.
        at: of `revoke` and `correct`, the version they speak of, in microseconds since 1970.
    """
    if not held.came:
        return Outcome.NEVER_HELD
    if held.sealed:
        # Whatever else is held of it: a law keeps bytes of it here, and the originator shall know that.
        return Outcome.SEALED
    if not held.live:
        return Outcome.NOT_IN_USE if held.kept else Outcome.DESTROYED
    if verb in _AT_ONCE:
        return _AT_ONCE[verb]
    newest = max(held.live)
    if newest >= at:
        return Outcome.REPLACED
    was_usable = held.usable_from is None or newest >= held.usable_from
    return Outcome.USE_STOPPED if was_usable else Outcome.NOT_IN_USE


def counts(verb: Verb, held: Iterable[Held], at: int) -> dict[str, int]:
    """Return how many ids came to each class, classes without any left out; they add up to the number of ids."""
    return {name.value: number for name, number in sorted(Counter(outcome(verb, each, at) for each in held).items())}


def adds_up(stated: Mapping[str, int], ids: int) -> bool:
    """Whether what a partner stated accounts for every id it was told of, whatever it calls the classes."""
    return sum(stated.values()) == ids


def usable_from(verb: Verb, at: int) -> int | None:
    """Return the lowest version that may be used once this was said: of a revoked version none, of a correction itself.

    None where the verb stops no version.
    """
    if verb is Verb.REVOKE:
        return at + 1
    return at if verb is Verb.CORRECT else None
