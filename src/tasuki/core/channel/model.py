# SPDX-License-Identifier: MIT
"""Lanes, what arrives on them, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from tasuki.base.ids import NodeName, ParticipantId
from tasuki.base.reasons import Reason


class Lane(StrEnum):
    """The lanes between two nodes; each is a sequence of its own, so that a full one never holds up another."""

    URGENT = "urgent"
    BULK = "bulk"
    EXERCISE = "exercise"


LANES: Final = frozenset(lane.value for lane in Lane)
"""Their names."""

Status = Literal["stored", "refused", "expired", "unsupported"]
"""What a node did with an envelope whose number is spent."""

TYPES: Final = frozenset(
    {"objects", "revoke", "recall", "narrow", "correct", "attestation", "consent-request", "consent", "receipt"}
)
"""Envelope types this node acts on; others are held and receipted `unsupported`."""

STATEMENT_TYPES: Final = frozenset({"anchor", "bundle", "keys", "peers", "root", "statement", "stored"})
"""Types under which other statements are signed; an envelope of such a type is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An envelope that passed every check up to its content.

    Attributes:
        sender: the node that signed it; `partner` is its participant.
        in_reply_to: hash of the envelope it answers.
        payload: the content, opened, its hash checked; not yet parsed.
    """

    env_id: str
    partner: ParticipantId
    sender: NodeName
    lane: str
    type: str
    in_reply_to: str | None
    created: datetime
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What became of an arrival: the receipt says it to the partner.

    Attributes:
        counts: how many things of which outcome, such as `{"held": 998, "quarantined": 2}`; for the audit log.
    """

    status: Status
    reason: Reason | None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """Where one direction of a lane stands.

    Attributes:
        next_seq: the number the next envelope takes; all below it are spent.
        prev: hash of the envelope that took the last number; None at the start of an epoch.
    """

    epoch: int
    next_seq: int
    prev: str | None

    def after(self, envelope_hash: str) -> LaneState:
        """Return the state once an envelope has taken the next number."""
        return LaneState(epoch=self.epoch, next_seq=self.next_seq + 1, prev=envelope_hash)


START: Final = LaneState(epoch=1, next_seq=1, prev=None)
"""A lane on which nothing has been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An envelope whose number is already spent.

    Attributes:
        receipt: the stored receipt, byte for byte as it was first given.
    """

    env_id: str
    hash: str
    receipt: bytes
