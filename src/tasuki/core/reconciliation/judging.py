# SPDX-License-Identifier: MIT
"""Judging: whether a statement may follow the one before, and what two statements of a pair do not share.

Only who asked judges: its own statement was made first, the partner's as the answer, so that what went out in between
shows as more on the later side and never as a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.core.reconciliation.reasons import STATEMENT_BACK, STATEMENT_WRONG
from tasuki.core.reconciliation.sets import Span
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.statement import STATEMENT_TYPE, SentRow, SignedStatement, Statement
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import require_suite, verify

FRESH_FOR: Final = timedelta(hours=24)
"""How old the newest statement of a partner may be before bulk traffic to it stops."""

Place = tuple[str, int]
"""Lane and epoch."""


def accept_statement(signed: SignedStatement, me: NodeName, partner: Anchor, now: datetime) -> Statement:
    """Return the statement if it is the partner's, made for this node, under keys that are its own.

    A clock that is wrong is no reason to hear nothing: signatures count under keys valid now or when it was made.

    Raises:
        PeerError: it is somebody else's or for somebody else, its suite or key is unfit, or a signature is wrong.
    """
    statement = signed.statement
    require_suite(statement.suite)
    for field, found, expected in (("by", statement.by, partner.name), ("to", statement.to, me)):
        if found != expected:
            raise PeerError(STATEMENT_WRONG.because(field=field, expected=str(expected), found=str(found)))
    pair = partner.pair(statement.sig_keys, Purpose.ENVELOPE, min(statement.at, now))
    verify(STATEMENT_TYPE, signed.signed, signed.signatures, pair, Purpose.ENVELOPE)
    return statement


def require_newer(statement: Statement, known: Statement) -> None:
    """Refuse a statement that is not newer than the newest one held of the same node.

    Raises:
        PeerError: its version or its time goes back; the next version that will be taken is named.
    """
    if statement.version > known.version and statement.at >= known.at:
        return
    reason = STATEMENT_BACK.because(
        partner=known.by.participant, held=known.version, found=statement.version, expected=known.version + 1
    )
    raise PeerError(reason)


def fell(statement: Statement, before: Statement) -> str | None:
    """Return in what a newer statement takes back an older one, such as `sent bulk/1 12 > 7`; None if it does not.

    A node that was restored from a backup says so without knowing: its numbers are lower than it once stated.
    """
    for name, now, then in _counters(statement, before):
        if now < then:
            return f"{name} {then} > {now}"
    return None


def _counters(statement: Statement, before: Statement) -> Iterator[tuple[str, int, int]]:
    yield "log", statement.log.size, before.log.size
    yield "mirror", statement.mirror.size, before.mirror.size
    sent = {(row.lane, row.epoch): row.sealed for row in statement.sent}
    for each in before.sent:
        yield _counter(f"sent {each.lane}/{each.epoch}", (each.lane, each.epoch), sent, each.sealed)
    received = {(row.lane, row.epoch): row.received for row in statement.received}
    for took in before.received:
        yield _counter(f"received {took.lane}/{took.epoch}", (took.lane, took.epoch), received, took.received)


def _counter(name: str, place: Place, now: Mapping[Place, int], then: int) -> tuple[str, int, int]:
    lane, epoch = place
    later = any(other == lane and newer > epoch for other, newer in now)
    # A lane in its next epoch is not said to have lost the one before.
    return name, then if later else now.get(place, 0), then


Lost = Literal["by-partner", "here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Numbers one side once held and holds no more: it was restored from a backup, or its store was damaged.

    Attributes:
        who: whose loss it is.
        span: the numbers lost, seen from here.
    """

    who: Lost
    span: Span


def losses(asked: Statement, now: Statement, theirs: Statement) -> list[Loss]:
    """Return what either side lost.

    Args:
        asked: the statement we asked with.
        now: what we could state now, after the answer: nothing that arrived since counts as a loss.
        theirs: the partner's answer.
    """
    found: list[Loss] = []
    received = {(row.lane, row.epoch): row.received for row in theirs.received}
    for row in asked.sent:
        taken = received.get((row.lane, row.epoch), 0)
        found += _loss("by-partner", _span("sent", row.lane, row.epoch, taken + 1, row.answered))
    for mine in now.sent:
        taken = received.get((mine.lane, mine.epoch), 0)
        found += _loss("here", _span("sent", mine.lane, mine.epoch, mine.sealed + 1, taken))
    sent = {(each.lane, each.epoch): each for each in theirs.sent}
    for took in asked.received:
        known = sent.get((took.lane, took.epoch))
        sealed = 0 if known is None else known.sealed
        found += _loss("by-partner", _span("received", took.lane, took.epoch, sealed + 1, took.received))
    for held in now.received:
        known = sent.get((held.lane, held.epoch))
        answered = 0 if known is None else known.answered
        found += _loss("here", _span("received", held.lane, held.epoch, held.received + 1, answered))
    return found


def _loss(who: Lost, span: Span) -> list[Loss]:
    return [Loss(who=who, span=span)] if span.width > 0 else []


def _span(way: Literal["sent", "received"], lane: str, epoch: int, first: int, last: int) -> Span:
    return Span(way=way, lane=lane, epoch=epoch, first=first, last=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """Numbers that both sides say they have.

    Attributes:
        root: the partner's root over exactly these, where its statement has it; else it must be asked.
    """

    span: Span
    root: str | None


def common(ours: Statement, theirs: Statement) -> list[Common]:
    """Return, lane by lane and way by way, the numbers both sides hold, with the partner's root where it is stated."""
    found: list[Common] = []
    received = {(row.lane, row.epoch): row for row in theirs.received}
    for row in ours.sent:
        taken = received.get((row.lane, row.epoch))
        if taken is not None:
            found += _common("sent", (row.lane, row.epoch), row.sealed, taken.received, taken.root)
    sent = {(row.lane, row.epoch): row for row in theirs.sent}
    for took in ours.received:
        known = sent.get((took.lane, took.epoch))
        if known is not None:
            found += _common("received", (took.lane, took.epoch), took.received, known.sealed, known.root)
    return found


def _common(way: Literal["sent", "received"], place: Place, ours: int, theirs: int, root: str) -> list[Common]:
    lane, epoch = place
    last = min(ours, theirs)
    if last == 0:
        return []
    return [Common(span=_span(way, lane, epoch, 1, last), root=root if theirs == last else None)]


def quiet(ours: Statement, theirs: Statement) -> bool:
    """Whether nothing was under way either way when both were made."""
    return _heights(ours.sent) == _taken(theirs) and _heights(theirs.sent) == _taken(ours)


def _heights(rows: tuple[SentRow, ...]) -> dict[Place, int]:
    return {(row.lane, row.epoch): row.sealed for row in rows if row.sealed}


def _taken(statement: Statement) -> dict[Place, int]:
    return {(row.lane, row.epoch): row.received for row in statement.received if row.received}


def is_stale(newest: datetime | None, now: datetime) -> bool:
    """Whether the newest statement of a partner is too old for bulk traffic; a partner that never gave one has none.

    Args:
        newest: when it was made or taken, whichever came first; None if the partner never gave one.
        now: when it is asked.
    """
    return newest is not None and now - newest > FRESH_FOR
