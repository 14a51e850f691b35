# SPDX-License-Identifier: MIT
"""What stands between two sides about one request, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tasuki.base.ids import ParticipantId, StixId
from tasuki.base.reasons import Reason
from tasuki.formats.stix.assistance import Request, Severity, Statement


class State(StrEnum):
    """Where a request stands; `words.STATES` says it to people."""

    REQUESTED = "requested"
    ACKNOWLEDGED = "acknowledged"
    INFORMATION_WANTED = "information-wanted"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted-in-part"
    DECLINED = "declined"
    REFERRED = "referred"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    HEARSAY = "hearsay"
    UNKNOWN_REQUEST = "unknown-request"


ENDED = frozenset({State.CLOSED, State.WITHDRAWN})
"""States in which only the asker can open the request again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement held, and whose it is.

    Attributes:
        speaker: the participant that gave it to us over its own channel, or ourselves: authenticated, unlike what
            the statement claims about itself.
        digest: lower-case hex SHA-256 of its bytes.
        doubts: what of it could not be read.
    """

    speaker: ParticipantId
    what: Statement
    digest: str
    doubts: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A statement in its place within a case.

    Attributes:
        counts: whether it has a part in the state.
        remarks: why it does not, or what is odd about it.
    """

    said: Said
    counts: bool
    remarks: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the side that was asked said last about one item of the menu; `reason_code` only where it declined."""

    item: str
    accepted: bool
    reason_code: str
    referred_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and everything said about it, derived: equal sets of statements give equal cases.

    Attributes:
        asker: who asks; for statements about a request that is not held, None.
        asked: who was asked.
        request: the newest version, None where it is not held.
        decisions: what the asked side said last of each item wanted, in the order of the request.
        question: what it wants to know, while that is not answered.
        ending: word of `ENDINGS` once ended, else empty.
        severities: each side's own judgement on its own scale, asker first.
        acknowledged_at: when a person of the asked side first said anything.
        decided_at: when it last decided, once nothing is left open.
        steps: every statement, oldest first.
    """

    id: StixId
    asker: ParticipantId | None
    asked: ParticipantId | None
    request: Request | None
    state: State
    decisions: tuple[Decision, ...]
    question: str
    ending: str
    severities: tuple[tuple[ParticipantId, Severity], ...]
    acknowledged_at: datetime | None
    decided_at: datetime | None
    answered_at: datetime | None
    steps: tuple[Step, ...]

    @property
    def accepted(self) -> tuple[str, ...]:
        """Items the asked side intends to help with."""
        return tuple(each.item for each in self.decisions if each.accepted)

    @property
    def declined(self) -> tuple[str, ...]:
        """Items it does not intend to help with."""
        return tuple(each.item for each in self.decisions if not each.accepted)

    @property
    def open(self) -> tuple[str, ...]:
        """Items nobody decided on yet."""
        decided = {each.item for each in self.decisions}
        wanted = () if self.request is None else self.request.wanted
        return tuple(item for item in wanted if item not in decided)
