# SPDX-License-Identifier: MIT
"""Showing: where the statements of both sides stand, and what the two do not share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.errors import CallerError, PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.reconciliation.judging import is_stale
from tasuki.core.reconciliation.reasons import FINDINGS
from tasuki.services import channel
from tasuki.services.channel import trusted
from tasuki.services.channel.sending import stale_since
from tasuki.services.channel.showing import SyncView
from tasuki.services.node import Node
from tasuki.services.reasons import UNKNOWN_PARTNER
from tasuki.services.reconciliation.exchanging import exchange
from tasuki.services.reconciliation.running import step
from tasuki.store import reconciliation as store


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationView:
    """How this node and one partner stand to each other.

    Attributes:
        outcome: `equal`, `under-way` (all that both have is equal, more is on its way), `differs`, `none` (the partner
            knows no statements) or `never` (none was exchanged yet).
        ours, theirs: version of the newest statement each way; 0 for none.
        stated_at: when the partner made its newest; `stale` if that is too long ago for bulk traffic.
        skew_s: seconds by which the partner's clock is ahead.
        findings: what is not shared, as code and sentences with the values.
        stopped: why the exchange just asked for did not come about; None where it did, or none was asked for.
    """

    partner: str
    outcome: str
    asked_at: datetime | None
    ours: int
    theirs: int
    stated_at: datetime | None
    stale: bool
    skew_s: float | None
    findings: list[dict[str, object]]
    stopped: dict[str, object] | None = None


def reconcile(node: Node, partner: str | None) -> list[ReconciliationView]:
    """Exchange statements with one partner, or with all, reading every envelope's hash from the store anew.

    Raises:
        CallerError: no partner of that name is trusted here.
    """
    named = _named(node, partner)
    with ThreadPoolExecutor(max(1, len(named)), thread_name_prefix="reconcile") as threads:
        return list(threads.map(lambda each: _reconcile(node, each), named))


def _named(node: Node, partner: str | None) -> list[ParticipantId]:
    known = trusted(node)
    if partner is not None and partner not in known:
        raise CallerError(UNKNOWN_PARTNER.because(partner=partner[:60]))
    return [each for each in known if partner in (None, each)]


def sync_with(node: Node, partner: str | None) -> list[SyncView]:
    """Seal and push what waits for one partner, or for all, then exchange statements; before, where they are too old.

    Raises:
        CallerError: no partner of that name is trusted here.
    """
    named = _named(node, partner)
    # Each in a thread of its own: one that trickles its answer keeps nobody else waiting.
    with ThreadPoolExecutor(max(1, len(named)), thread_name_prefix="sync") as threads:
        return list(threads.map(lambda each: _sync(node, each), named))


def _sync(node: Node, partner: ParticipantId) -> SyncView:
    view = SyncView(partner=partner, receipted=0, stopped=None)
    try:
        if stale_since(node, partner) is not None:
            exchange(node, partner)
        (view,) = channel.sync_with(node, partner)
    except (WorldError, PeerError) as error:
        return replace(view, stopped=error.reason.as_json())
    if view.stopped is None:
        # What was sent has its receipts; a statement that fails is told by its own alarm.
        step(node, partner)
    return view


def _reconcile(node: Node, partner: ParticipantId) -> ReconciliationView:
    node.sets.forget(partner)
    stopped: dict[str, object] | None = None
    try:
        exchange(node, partner)
    except (WorldError, PeerError) as error:
        stopped = error.reason.as_json()
    with node.database.read() as connection:
        return _view(node, connection, partner, stopped)


def reconciliations(node: Node) -> list[ReconciliationView]:
    """Return how this node and each trusted partner stand, as of their last exchange."""
    known = trusted(node)
    with node.database.read() as connection:
        return [_view(node, connection, partner, None) for partner in known]


def _view(node: Node, connection: sa.Connection, partner: str, stopped: dict[str, object] | None) -> ReconciliationView:
    ours, theirs = store.stated(connection, partner, "out"), store.stated(connection, partner, "in")
    last = store.reconciled(connection).get(partner)
    skew = None if last is None or last.skew_us is None else last.skew_us / 1_000_000
    return ReconciliationView(
        partner=partner,
        outcome="never" if last is None else last.outcome,
        asked_at=None if last is None else last.asked_at,
        ours=0 if ours is None else ours.version,
        theirs=0 if theirs is None else theirs.version,
        stated_at=None if theirs is None else theirs.stated_at,
        stale=is_stale(store.newest_stated(connection, partner), node.clock.now()),
        skew_s=skew,
        findings=[_finding(each).as_json() for each in store.findings(connection, partner)],
        stopped=stopped,
    )


def _finding(each: store.Finding) -> Reason:
    return FINDINGS[each.code].because(**each.params)
