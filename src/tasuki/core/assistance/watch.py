# SPDX-License-Identifier: MIT
"""Which cases need a person of ours now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tasuki.base.ids import ParticipantId
from tasuki.core.assistance.clocks import Clocks, clocks
from tasuki.core.assistance.model import ENDED, Case, State
from tasuki.core.partners.model import Profile


class Wait(StrEnum):
    """What is waited for."""

    OUR_ACKNOWLEDGEMENT = "our-acknowledgement"
    OUR_DECISION = "our-decision"
    OUR_INFORMATION = "our-information"
    THEIR_ACKNOWLEDGEMENT = "their-acknowledgement"
    THE_ASKER = "the-asker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One case that waits for somebody.

    Attributes:
        other: the other side.
        since: when the waiting began, by the statement that began it.
    """

    case: Case
    wait: Wait
    other: ParticipantId
    since: datetime


def watch(case: Case, me: ParticipantId, profile: Profile, now: datetime) -> Iterator[Watch]:
    """Yield what of a case needs a person of ours: at once where a partner asks and nobody answered, else once late."""
    request = case.request
    if request is None or case.asker is None:
        return
    if case.state is State.HEARSAY:
        if request.to.participant == me:
            yield Watch(case=case, wait=Wait.THE_ASKER, other=case.asker, since=request.created)
        return
    running = clocks(case, profile, now)
    if case.state in ENDED or running is None:
        return
    if case.asked == me:
        for wait in _as_asked(case, running):
            since = request.created if wait is Wait.OUR_ACKNOWLEDGEMENT else request.modified
            yield Watch(case=case, wait=wait, other=case.asker, since=since)
    elif case.asker == me and case.asked is not None:
        for wait in _as_asker(case, running):
            yield Watch(case=case, wait=wait, other=case.asked, since=request.modified)


def _as_asked(case: Case, running: Clocks) -> Iterator[Wait]:
    if case.state is State.REQUESTED:
        yield Wait.OUR_ACKNOWLEDGEMENT
    elif running.decide is not None and running.decide.overdue:
        yield Wait.OUR_DECISION


def _as_asker(case: Case, running: Clocks) -> Iterator[Wait]:
    if case.state is State.INFORMATION_WANTED:
        yield Wait.OUR_INFORMATION
    elif running.acknowledge.overdue:
        yield Wait.THEIR_ACKNOWLEDGEMENT
