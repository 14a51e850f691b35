# SPDX-License-Identifier: MIT
"""The clocks of a request: until when an answer is hoped for. Elapsed time, alike at both nodes; never a duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from tasuki.base.errors import CallerError
from tasuki.base.ids import ParticipantId
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.assistance import reasons as why
from tasuki.core.assistance.model import ENDED, Case, State
from tasuki.core.partners.model import Profile
from tasuki.formats.stix.assistance import Severity

Pace = Literal["urgent", "routine"]

_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_MOST_DIGITS: Final = 4
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
_NO_MORE: Final = ENDED | {State.ANSWERED, State.DECLINED, State.REFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One clock.

    Attributes:
        met_at: when what it waits for happened, late or not.
        overdue: whether it still waits, past `due`.
    """

    due: datetime
    met_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The clocks of one request.

    Attributes:
        decide: None while the asker is to answer a question first.
        needed: None where the asker named no moment.
    """

    pace: Pace
    acknowledge: Deadline
    decide: Deadline | None
    needed: Deadline | None


def clocks(case: Case, profile: Profile, now: datetime) -> Clocks | None:
    """Return the clocks of a case as they stand at `now`; None where there is nothing to answer.

    They start with the request's own times, not with its arrival, so that both sides see the same moments; each
    severity is looked up on its own scale and hurries if its own scale says so.
    """
    request = case.request
    if request is None or case.asked is None or case.state is State.HEARSAY:
        return None
    pace: Pace = "urgent" if _hurries(case, profile) else "routine"
    limits = profile.assistance.urgent if pace == "urgent" else profile.assistance.routine
    acknowledge_by = _after(request.created, limits.acknowledge)
    if request.needed_by is not None and request.created < request.needed_by < acknowledge_by:
        acknowledge_by = request.needed_by
    ended = case.state in ENDED
    decide = None
    if case.state is not State.INFORMATION_WANTED:
        decide = _deadline(_after(request.modified, limits.decide), _decided(case), now, ended=ended)
    needed = None
    if request.needed_by is not None:
        needed = _deadline(request.needed_by, case.answered_at, now, ended=case.state in _NO_MORE)
    return Clocks(
        pace=pace,
        acknowledge=_deadline(acknowledge_by, case.acknowledged_at, now, ended=ended),
        decide=decide,
        needed=needed,
    )


def _after(start: datetime, limit: timedelta) -> datetime:
    """Return when a clock that starts with a stranger's moment runs out: at the end of time if beyond it."""
    return start + limit if start < _END_OF_TIME - limit else _END_OF_TIME


def _decided(case: Case) -> datetime | None:
    return case.answered_at if case.state is State.ANSWERED and case.decided_at is None else case.decided_at


def _deadline(due: datetime, met_at: datetime | None, now: datetime, *, ended: bool) -> Deadline:
    return Deadline(due=due, met_at=met_at, overdue=met_at is None and not ended and now > due)


def _hurries(case: Case, profile: Profile) -> bool:
    """Whether either side's own scale calls its severity urgent; a request without one that can be read hurries too."""
    known = dict(case.severities)
    if case.asker is None or case.asker not in known:
        return True
    return any(_is_urgent(profile, who, severity) for who, severity in known.items())


def _is_urgent(profile: Profile, who: ParticipantId, severity: Severity) -> bool:
    scale = profile.participant(who).severity
    return scale is not None and (severity.value in scale.urgent or severity.value not in scale.levels)


def moment(text: str, now: datetime) -> datetime:
    """Return the moment a person means: an RFC 3339 timestamp, or `90m`, `6h`, `2d` from now; whole milliseconds.

    Raises:
        CallerError: neither, or not after now.
    """
    found = _from_now(text, now) or _written(text)
    if found <= now:
        raise CallerError(why.NEEDED_PAST.because(now=format_rfc3339(now), found=format_rfc3339(found)))
    return parse_rfc3339(format_rfc3339(found))


def _from_now(text: str, now: datetime) -> datetime | None:
    count, unit = text[:-1], _UNITS.get(text[-1:])
    if unit is None or not (count.isascii() and count.isdigit()) or len(count) > _MOST_DIGITS:
        return None
    return now + int(count) * unit


def _written(text: str) -> datetime:
    try:
        return parse_rfc3339(text)
    except ValueError as error:
        raise CallerError(why.BAD_MOMENT.because(found=text[:40])) from error
