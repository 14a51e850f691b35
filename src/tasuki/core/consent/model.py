# SPDX-License-Identifier: MIT
"""A request for consent, its answer, and where it stands.

Source: docs/policy/release.md, section 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tasuki.base.ids import Audience, ParticipantId, StixId


class Decision(StrEnum):
    """What an originator says."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class State(StrEnum):
    """Where a request stands at a moment."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """One version of one object.

    Attributes:
        digest: lower-case hex SHA-256 of its bytes.
    """

    stix_id: StixId
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked for, and what an answer repeats to the letter.

    Attributes:
        request: UUID of the request; its asker chose it.
        objects: the versions that are to go on, in the asker's order.
        audience: to whom they are to go.
        purpose: for what, a code such as `cyber-defence`.
        until: from when on nothing goes any more.
    """

    request: str
    objects: tuple[Version, ...]
    audience: Audience
    purpose: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an asker says to the participant whose say is needed."""

    terms: Terms
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a participant says to a request: once granted or refused, and withdrawn at any time."""

    terms: Terms
    decision: Decision
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A request with what was decided on it so far.

    Attributes:
        asker: who asked; with the id of the request it names it, as ids are chosen by their askers.
        asked: whose say is needed.
        decision: what counts; None as long as nothing does.
        decided_at: when the decision was made where it was made, or came in here.
        why: the reason given with it.
    """

    asker: ParticipantId
    asked: ParticipantId
    request: Request
    decision: Decision | None = None
    decided_at: datetime | None = None
    why: str = ""

    def state(self, now: datetime) -> State:
        """Return where it stands: a no stays a no, anything else ends with `until`."""
        if self.decision in (Decision.REFUSED, Decision.WITHDRAWN):
            return State(self.decision.value)
        if now >= self.request.terms.until:
            return State.EXPIRED
        return State.ASKED if self.decision is None else State(self.decision.value)

    def after(self, decision: Decision, at: datetime, why: str) -> Standing:
        """Return the same once a decision counts."""
        return replace(self, decision=decision, decided_at=at, why=why)
