# SPDX-License-Identifier: MIT
"""Alarms about what this node and a partner do not share: statements, promises, clocks, and what is held unread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.quotas import over
from tasuki.core.ledger.model import mirror_log
from tasuki.core.reconciliation import reasons as found
from tasuki.core.reconciliation.judging import is_stale
from tasuki.services.channel import trusted
from tasuki.services.health import reasons as why
from tasuki.services.node import Node
from tasuki.services.reconciliation import INCLUDED_WITHIN
from tasuki.store import channel, ledger
from tasuki.store import reconciliation as store

Severity = Literal["urgent", "look"]

SHOWN: Final = 10
"""Findings of one partner that are alarms of their own."""

_PATIENT: Final[dict[str, int]] = {found.REQUESTS_DIFFER.code: 2}
"""Findings that count only once so many comparisons in a row had them: both sides act, and statements take turns."""

_LOOK: Final = frozenset({found.REQUESTS_DIFFER.code, found.KEYS_BEHIND.code, found.KEYS_AHEAD.code})


def differing(node: Node, now: datetime) -> Iterator[tuple[Severity, Reason]]:
    """Give what a person must look at between this node and each partner it trusts."""
    for partner in trusted(node):
        yield from _stale(node, partner, now)
        yield from _promises(node, partner, now)
        yield from _findings(node, partner)
        yield from _quotas(node, partner)
    yield from _clocks(node)
    with node.database.read() as connection:
        held = channel.held_unread(connection)
    for sender, count in held.items():
        yield "look", why.HELD_UNREAD.because(partner=sender, count=count)


def _stale(node: Node, partner: str, now: datetime) -> Iterator[tuple[Severity, Reason]]:
    with node.database.read() as connection:
        newest = store.newest_stated(connection, partner)
    if newest is not None and is_stale(newest, now):
        yield "urgent", why.NO_STATEMENT.because(partner=partner, at=format_rfc3339(newest))


def _promises(node: Node, partner: str, now: datetime) -> Iterator[tuple[Severity, Reason]]:
    due = now - INCLUDED_WITHIN
    with node.database.read() as connection:
        mirrored = ledger.size(connection, mirror_log(partner))
        broken, overdue = store.promise_counts(connection, partner, mirrored, before=due)
        first = store.promises(connection, partner, before=due, limit=3, below=mirrored)
    if broken:
        items = ", ".join(each.env_id for each in first)
        yield "urgent", why.PROMISE_BROKEN.because(partner=partner, count=broken, items=items)
    if overdue:
        yield "look", why.PROMISE_OVERDUE.because(partner=partner, count=overdue)


def _findings(node: Node, partner: str) -> Iterator[tuple[Severity, Reason]]:
    with node.database.read() as connection:
        known = store.findings(connection, partner)
    counted = [each for each in known if each.rounds >= _PATIENT.get(each.code, 1)]
    for each in counted[:SHOWN]:
        severity: Severity = "look" if each.code in _LOOK else "urgent"
        yield severity, found.FINDINGS[each.code].because(**each.params)
    if len(counted) > SHOWN:
        yield "urgent", why.MORE_FINDINGS.because(partner=partner, count=len(counted) - SHOWN)


def _quotas(node: Node, partner: str) -> Iterator[tuple[Severity, Reason]]:
    with node.database.read() as connection:
        usage = channel.usage(connection, partner)
        lies = channel.equivocation_count(connection, partner)
        leaves = ledger.size(connection, mirror_log(partner))
    used_up = over(usage, 0, node.quota, urgent=False)
    for what, used, limit in (
        ("mirror_leaves", leaves, node.quota.mirror_leaves),
        ("evidence", lies, node.quota.evidence),
    ):
        if used >= limit:
            yield "look", why.OVER_QUOTA.because(partner=partner, what=what, used=used, limit=limit)
    if used_up is not None:
        what, used, limit = used_up.what, used_up.used, used_up.limit
        yield "urgent", why.OVER_QUOTA.because(partner=partner, what=what, used=used, limit=limit)


def _clocks(node: Node) -> Iterator[tuple[Severity, Reason]]:
    known = set(trusted(node))
    with node.database.read() as connection:
        last = store.reconciled(connection)
    for partner, each in last.items():
        seconds = 0 if each.skew_us is None else abs(each.skew_us) // 1_000_000
        if partner in known and seconds > MAX_SKEW_S // 10:
            yield "look", why.CLOCK_SKEW.because(partner=partner, seconds=seconds, limit=MAX_SKEW_S)
