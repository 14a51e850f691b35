# SPDX-License-Identifier: MIT
"""What an answer comes to where it was asked for, and what an originator may say: any doubt is no consent.

Source: docs/policy/release.md, sections 2.5 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from tasuki.base.errors import CallerError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.base.time import format_exact
from tasuki.core.consent import reasons as why
from tasuki.core.consent.model import Answer, Decision, Standing, State, Terms, Version
from tasuki.core.release.circumstances import Grant, GrantKind


def heard(standing: Standing | None, answer: Answer, sender: ParticipantId, now: datetime) -> Standing | Reason:
    """Return where a request of ours stands after an answer, or why the answer changes nothing.

    A withdrawal counts whenever it comes, also before the grant that it overtook: that one is no consent any more.

    Args:
        standing: the request of that id that was put to the sender; None where there is none.
        answer: what came.
        sender: whose node signed it.
        now: when it came in here.
    """
    if standing is None or standing.asked != sender:
        return why.NO_REQUEST.because(partner=sender, request=answer.terms.request)
    differing = differs(standing.request.terms, answer.terms)
    if differing:
        return why.DIFFERS.because(partner=sender, request=answer.terms.request, member=differing)
    known = standing.decision
    fits = known in (None, Decision.GRANTED) if answer.decision is Decision.WITHDRAWN else known is None
    if not fits:
        return why.DECIDED_BEFORE.because(request=answer.terms.request, decision=str(known and known.value))
    if answer.decision is Decision.GRANTED and standing.state(now) is State.EXPIRED:
        until = format_exact(standing.request.terms.until)
        return why.TOO_LATE.because(request=answer.terms.request, until=until)
    return standing.after(answer.decision, now, answer.reason)


def differs(asked: Terms, answered: Terms) -> str:
    """Return the first member in which an answer does not repeat its request; empty where it repeats it whole."""
    names = (each.name for each in fields(Terms))
    return next((name for name in names if getattr(asked, name) != getattr(answered, name)), "")


def grants_of(standing: Standing) -> tuple[Grant, ...]:
    """Return what a granted request lets go: what was asked for here, not what somebody repeated."""
    terms = standing.request.terms
    return tuple(
        Grant(
            kind=GrantKind.ONWARD,
            by=standing.asked,
            digest=each.digest,
            audience=terms.audience,
            purpose=terms.purpose,
            until=terms.until,
        )
        for each in terms.objects
    )


def may_answer(standing: Standing, me: ParticipantId, now: datetime) -> None:
    """Refuse an answer to what does not wait for one of ours.

    Raises:
        CallerError: we asked it ourselves, it was decided on, or its time has passed.
    """
    request = standing.request.terms.request
    if standing.asked != me:
        raise CallerError(why.OURS.because(request=request, partner=standing.asked))
    if standing.decision is not None:
        raise CallerError(why.DECIDED_BEFORE.because(request=request, decision=standing.decision.value))
    if standing.state(now) is State.EXPIRED:
        raise CallerError(why.TOO_LATE.because(request=request, until=format_exact(standing.request.terms.until)))


def may_grant(standing: Standing, me: ParticipantId, ours: Mapping[Version, bool], now: datetime) -> None:
    """Refuse a grant for anything but versions that are held here and are our own material.

    Args:
        standing: the request.
        me: who would grant it.
        ours: for each version that is held here in those very bytes, whether it is our material.
        now: the moment.

    Raises:
        CallerError: it does not wait for an answer of ours, or one of its versions is not held, or not ours.
    """
    may_answer(standing, me, now)
    for each in standing.request.terms.objects:
        if each not in ours:
            raise CallerError(why.OTHER_VERSION.because(stix_id=each.stix_id, digest=each.digest[:16]))
        if not ours[each]:
            raise CallerError(why.NOT_OURS.because(stix_id=each.stix_id, me=me))


def may_withdraw(standing: Standing, me: ParticipantId) -> None:
    """Refuse to withdraw what we never granted.

    Raises:
        CallerError: it is no grant of ours.
    """
    request = standing.request.terms.request
    if standing.asked != me:
        raise CallerError(why.OURS.because(request=request, partner=standing.asked))
    if standing.decision is not Decision.GRANTED:
        raise CallerError(why.NOT_GRANTED.because(request=request))
