# SPDX-License-Identifier: MIT
"""Alarms: what a person must look at, derived from the store whenever somebody asks, so that none can be lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from tasuki.base.reasons import Reason, ReasonKind
from tasuki.base.time import format_rfc3339
from tasuki.core.assistance.watch import Wait, watch
from tasuki.core.channel.model import Lane
from tasuki.core.holdings.reasons import SPILL as SPILLED
from tasuki.core.ledger.model import pair_log
from tasuki.core.ledger.quorum import is_unwitnessed
from tasuki.core.recovery.reasons import CLOSED
from tasuki.services import assistance, bundle, consent, tearline, trust, withdrawal
from tasuki.services.channel import trusted
from tasuki.services.health import reasons as why
from tasuki.services.health.differing import Severity, differing
from tasuki.services.ledger import unmet_since
from tasuki.services.node import Node
from tasuki.services.partners import partners
from tasuki.store import health as store
from tasuki.store import recovery

URGENT_S: Final = 60
"""Seconds an urgent envelope may wait for its receipt before a person is told."""

LANE_S: Final = 900
"""The same on other lanes: a quarter of an hour, as between two statements."""

COSIGN_S: Final = 300
"""Seconds a leaf may wait for the partner's cosignature."""

ANCHOR_DAYS: Final = 14
"""Days before an anchor's end at which people start exchanging the next."""

FAILURES: Final = 3
"""Failures in a row after which a loop is an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing to look at.

    Attributes:
        severity: `urgent` means now, whatever the hour.
    """

    severity: Severity
    reason: Reason

    def as_json(self) -> dict[str, object]:
        """Return the alarm for machine answers."""
        return {"severity": self.severity, **self.reason.as_json()}


def alarms(node: Node) -> list[Alarm]:
    """Return everything a person must look at, urgent first."""
    now = node.clock.now()
    with node.database.read() as connection:
        found = [
            *_closed(connection),
            *_content(connection),
            *_lies(connection),
            *_lanes(connection, now),
            *_logs(connection, now),
            *_third(node, connection, now),
        ]
    found += _withdrawals(node, now)
    found += [Alarm(severity=severity, reason=reason) for severity, reason in differing(node, now)]
    found += [*_loops(node), *_anchors(node, now), *_trust(node)]
    found += [*_assistance(node, now), *_consent(node), *_tearlines(node)]
    found += _bundles(node)
    return sorted(found, key=lambda alarm: (alarm.severity != "urgent", alarm.reason.code))


def _bundles(node: Node) -> Iterator[Alarm]:
    for each in bundle.unconfirmed(node):
        since = format_rfc3339(each.since)
        reason = why.BUNDLES_UNCONFIRMED.because(partner=each.partner, count=each.count, at=since)
        yield Alarm(severity="look", reason=reason)


def _closed(connection: sa.Connection) -> Iterator[Alarm]:
    if recovery.is_closed(connection):
        yield Alarm(severity="urgent", reason=CLOSED.because())


def _content(connection: sa.Connection) -> Iterator[Alarm]:
    for code, count in store.quarantine(connection).items():
        if code == SPILLED.code:
            yield Alarm(severity="urgent", reason=why.SPILL.because(count=count))
        else:
            yield Alarm(severity="look", reason=why.QUARANTINED.because(count=count, code=code))


def _lies(connection: sa.Connection) -> Iterator[Alarm]:
    for partner, count in store.equivocations(connection).items():
        yield Alarm(severity="urgent", reason=why.EQUIVOCATION.because(partner=partner, count=count))
    for partner, count in store.forks(connection).items():
        yield Alarm(severity="urgent", reason=why.FORK.because(partner=partner, count=count))
    for partner, count in store.contradictions(connection).items():
        yield Alarm(severity="urgent", reason=why.CONTRADICTION.because(partner=partner, count=count))
    for (partner, status), count in store.dead(connection).items():
        yield Alarm(severity="look", reason=why.DEAD_LETTERS.because(partner=partner, status=status, count=count))


def _lanes(connection: sa.Connection, now: datetime) -> Iterator[Alarm]:
    for each in store.waiting(connection):
        seconds = int((now - each.since).total_seconds())
        if each.lane == Lane.URGENT and seconds > URGENT_S:
            reason = why.URGENT_WAITS.because(partner=each.partner, count=each.count, seconds=seconds)
            yield Alarm(severity="urgent", reason=reason)
        elif seconds > LANE_S:
            reason = why.LANE_WAITS.because(partner=each.partner, lane=each.lane, count=each.count, seconds=seconds)
            yield Alarm(severity="look", reason=reason)


def _logs(connection: sa.Connection, now: datetime) -> Iterator[Alarm]:
    for each in store.uncosigned(connection):
        seconds = int((now - each.since).total_seconds())
        if seconds > COSIGN_S:
            reason = why.NOT_COSIGNED.because(log=each.log, leaves=each.leaves, seconds=seconds)
            yield Alarm(severity="look", reason=reason)
        if is_unwitnessed(each.since, now):
            hours = seconds // 3600
            yield Alarm(severity="urgent", reason=why.UNWITNESSED.because(log=each.log, hours=hours))
    for partner, count in store.stranded(connection, now - timedelta(seconds=LANE_S)).items():
        yield Alarm(severity="look", reason=why.STRANDED.because(partner=partner, count=count, seconds=LANE_S))


def _third(node: Node, connection: sa.Connection, now: datetime) -> Iterator[Alarm]:
    for partner in trusted(node) if node.third is not None else ():
        log = pair_log(partner)
        since = None if node.third is None else unmet_since(connection, node.third.policy, log)
        if since is not None and (now - since).total_seconds() > LANE_S:
            reason = why.THIRD_SILENT.because(log=log, at=format_rfc3339(since))
            yield Alarm(severity="look", reason=reason)


def _withdrawals(node: Node, now: datetime) -> Iterator[Alarm]:
    for each in withdrawal.unaccounted(node, now - timedelta(seconds=LANE_S)):
        if each.since is not None:
            minutes = int((now - each.since).total_seconds()) // 60
            reason = why.NOT_ATTESTED.because(partner=each.partner, count=each.unanswered, minutes=minutes)
            yield Alarm(severity="look", reason=reason)
        if each.short:
            yield Alarm(severity="look", reason=why.ATTESTED_SHORT.because(partner=each.partner, count=each.short))


def _loops(node: Node) -> Iterator[Alarm]:
    for name, pulse in node.pulses.all().items():
        if pulse.failures >= FAILURES and pulse.last is not None:
            reason = why.LOOP_FAILS.because(loop=name, count=pulse.failures, cause=pulse.last.sentence())
            yield Alarm(severity="look", reason=reason)


def _anchors(node: Node, now: datetime) -> Iterator[Alarm]:
    soon = now + timedelta(days=ANCHOR_DAYS)
    if node.anchor.expires < soon:
        yield Alarm(severity="look", reason=why.KEYS_END.because(expires=format_rfc3339(node.anchor.expires)))
    for partner in partners(node):
        if partner.state == "known":
            yield Alarm(severity="look", reason=why.NOT_COMPARED.because(partner=partner.partner))
        elif partner.state == "trusted" and partner.expires < soon:
            expires = format_rfc3339(partner.expires)
            yield Alarm(severity="look", reason=why.ANCHOR_ENDS.because(node=partner.node, expires=expires))


def _trust(node: Node) -> Iterator[Alarm]:
    for reason in trust.put_back(node):
        yield Alarm(severity="urgent", reason=reason)
    waiting = sum(each.confirmed_by is None for each in trust.doubtful(node))
    if waiting:
        yield Alarm(severity="look", reason=why.DOUBTFUL.because(count=waiting))


_WAITS: Final[dict[Wait, tuple[Severity, ReasonKind]]] = {
    Wait.OUR_ACKNOWLEDGEMENT: ("urgent", why.NOT_ACKNOWLEDGED),
    Wait.THEIR_ACKNOWLEDGEMENT: ("urgent", why.PARTNER_SILENT),
    Wait.OUR_INFORMATION: ("look", why.INFORMATION_WANTED),
    Wait.OUR_DECISION: ("look", why.NOT_DECIDED),
    Wait.THE_ASKER: ("look", why.REQUEST_PASSED_ON),
}


def _assistance(node: Node, now: datetime) -> Iterator[Alarm]:
    heard = assistance.hear(node)
    for case in heard.cases:
        for each in watch(case, node.me.participant, node.profile, now):
            severity, wait = _WAITS[each.wait]
            minutes = max(0, int((now - each.since).total_seconds()) // 60)
            yield Alarm(severity=severity, reason=wait.because(partner=each.other, stix_id=case.id, minutes=minutes))
    for unread in heard.unread:
        reason = why.STATEMENT_UNREAD.because(partner=unread.speaker, stix_id=unread.stix_id)
        yield Alarm(severity="urgent" if unread.stix_id.startswith("assistance-request--") else "look", reason=reason)


def _consent(node: Node) -> Iterator[Alarm]:
    """Name the partners whose requests for our consent wait for a person."""
    for partner, count in consent.waiting(node).items():
        yield Alarm(severity="look", reason=why.CONSENT_WANTED.because(partner=partner, count=count))


def _tearlines(node: Node) -> Iterator[Alarm]:
    """Name tear-lines in use that rest on what was taken back; from what they derive is asked for by number."""
    for each in tearline.lost(node):
        reason = why.SOURCE_LOST.because(number=each.number, stix_id=each.stix_id, what=each.what)
        yield Alarm(severity="look", reason=reason)
