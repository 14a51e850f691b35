# SPDX-License-Identifier: MIT
"""Two living copies of one node: the partner keeps the state it saw last, and one copy alone can move it on.

A copy shows the state it knows and proposes the next; the partner takes it only if it knows the same
(compare-and-swap). Whoever comes second shows a state that is over. That holds for a copy that was put back, too: it
first hears the number that the partner knows, and then shows it, so that a step of it that arrives late moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tasuki.base.reasons import Reason
from tasuki.core.recovery.reasons import OTHER_COPY


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A state of one copy of a node's memory, as its partner knows it.

    Attributes:
        number: rises by one with every step; 0 before the first.
        token: 32 random bytes in hex, drawn for this step; empty before the first.
    """

    number: int
    token: str


NOTHING: Final = Copy(number=0, token="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a copy shows and proposes.

    Attributes:
        shown: the state it believes the partner knows.
        proposed: the token of the next state.
        restored: it was restored, so the token it shows may be old: it goes on from the number the partner knows.
    """

    shown: Copy
    proposed: str
    restored: bool


def judge(known: Copy, step: Step, partner: str) -> Copy | Reason:
    """Return the state to remember from now on, or why this copy may not go on.

    The same step asked again, because the answer was lost, gets the same answer. Who knows less than is shown was
    itself put back to an earlier state, and takes what is shown. A restored copy shows the number alone: one that is
    over is refused, or a step that was long under way would move the state back behind the copy's own.
    """
    if known.token == step.proposed and known.number:
        return known
    if step.shown == known or step.shown.number >= known.number + (not step.restored):
        return Copy(number=step.shown.number + 1, token=step.proposed)
    return OTHER_COPY.because(partner=partner, known=known.number, shown=step.shown.number)
