# SPDX-License-Identifier: MIT
"""What the two sides of a recovery say to each other, as values.

Wire forms: docs/spec/recover.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tasuki.core.channel.model import LaneState
from tasuki.core.ledger.model import Leaf
from tasuki.core.recovery.copies import Step

VERSION: Final = 1


class Progress(StrEnum):
    """How far catching up with one partner is."""

    WAITING = "waiting"
    """It has not answered yet: nothing of its is taken in, because receipts would get wrong places in our log."""
    REBUILT = "rebuilt"
    """Our log and lanes are what it knows of them; its urgent lane is not caught up yet."""
    CAUGHT_UP = "caught-up"
    """Everything it had sent on the urgent lane is here again."""
    PEOPLE = "people"
    """People have to look: what was said stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAsked:
    """One lane, as the restored node has it.

    Attributes:
        next_in: the number it takes next from the partner; receipts of its own are wanted from `receipts_from` on.
        next_out: the number it would give next; what the partner took of it is wanted from `sent_from` on.
    """

    lane: str
    epoch_in: int
    next_in: int
    receipts_from: int
    epoch_out: int
    next_out: int
    sent_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a node asks a partner.

    Attributes:
        restored: it was restored and asks for what it lost; else it only shows which copy it is.
        size: leaves of its own pair log; leaves are wanted from there on.
        mirror: leaves it has mirrored of the partner's; those up to what it cosigned are wanted from there on.
        got_after: position at the partner behind which `got` goes on.
        resend: the partner shall send again from `next_in` of every lane.
        step: which copy it is.
    """

    restored: bool
    size: int
    mirror: int
    got_after: int
    resend: bool
    step: Step
    lanes: tuple[LaneAsked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTold:
    """One lane, as the partner has it.

    Attributes:
        taken: where what it took from the node that asks stands.
        sealed: the number it gives next.
        missing: numbers from the one asked for on whose envelopes it does not have any more, as it was restored itself.
    """

    lane: str
    taken: LaneState
    epoch: int
    sealed: int
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An envelope of the node that asks, which the partner took.

    Attributes:
        receipt: the partner's own receipt, as it gave it.
        body: what a notice said; empty for objects.
    """

    env_id: str
    env_hash: str
    lane: str
    epoch: int
    seq: int
    type: str
    receipt: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """Something the partner holds of the node that asks, from after the copy was made."""

    stix_id: str
    audiences: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the partner answers.

    Attributes:
        closed: it was restored itself and has not caught up.
        number: the number of the state of the asking node's copy that it knows from now on.
        size, root: its mirror of the log of the node that asks; `note` the checkpoint it cosigned last, or nothing.
        leaves: of that log from the size asked for on, at most a page.
        theirs: leaves of the partner's log that the node that asks cosigned, from what it has mirrored on; a page.
        cosigned: the newest checkpoints of that log with the cosignatures of the node that asks, oldest first.
        receipts: of the node that asks, raw, which the partner holds; a page.
        refused: (code, English, Japanese) of why this copy may not go on; None where it may.
    """

    closed: bool
    number: int
    size: int
    root: bytes
    note: bytes
    leaves: tuple[Leaf, ...]
    theirs: tuple[Leaf, ...]
    cosigned: tuple[bytes, ...]
    lanes: tuple[LaneTold, ...]
    receipts: tuple[bytes, ...]
    sent: tuple[Sent, ...]
    got: tuple[Got, ...]
    refused: tuple[str, str, str] | None
