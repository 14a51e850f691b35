# SPDX-License-Identifier: MIT
"""The state of a node: one answer for people (`status`), one for the monitoring (`metrics`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasuki.adapters.metrics import Sample, render
from tasuki.services.health.alarms import alarms
from tasuki.services.node import Node
from tasuki.services.partners import partners
from tasuki.services.reconciliation import ReconciliationView, reconciliations
from tasuki.store import channel, health, holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a node is and does.

    Attributes:
        holdings: counts by source and state.
        logs: leaves by log.
        loops: what the worker does, with its last error.
        alarms: what a person must look at.
    """

    node: str
    home: str
    profile: str
    at: datetime
    anchor_expires: datetime
    holdings: list[dict[str, Any]]
    partners: list[dict[str, Any]]
    lanes: list[dict[str, Any]]
    reconciliations: list[ReconciliationView]
    logs: Mapping[str, int]
    loops: list[dict[str, Any]]
    alarms: list[dict[str, object]]


def status(node: Node) -> Status:
    """Return the state of the node now."""
    with node.database.read() as connection:
        held = holdings.counts(connection)
        lanes = channel.summaries(connection)
        logs = health.log_sizes(connection)
    return Status(
        node=str(node.me),
        home=str(node.home),
        profile=node.profile.id,
        at=node.clock.now(),
        anchor_expires=node.anchor.expires,
        holdings=[{"source": source, "state": state, "count": count} for (source, state), count in held.items()],
        partners=[
            {"partner": each.partner, "node": each.node, "state": each.state, "endpoint": each.endpoint}
            for each in partners(node)
        ],
        lanes=[_lane(each) for each in lanes],
        reconciliations=reconciliations(node),
        logs=logs,
        loops=list(_loops(node)),
        alarms=[alarm.as_json() for alarm in alarms(node)],
    )


def _lane(each: channel.LaneSummary) -> dict[str, Any]:
    return {
        "partner": each.partner,
        "lane": each.lane,
        "sent": each.sent.next_seq - 1,
        "received": each.received.next_seq - 1,
        "waiting": each.waiting,
        "unanswered": each.unanswered,
        "answered": each.answered,
    }


def _loops(node: Node) -> Iterator[dict[str, Any]]:
    for name, pulse in node.pulses.all().items():
        yield {
            "loop": name,
            "done_at": pulse.done_at,
            "failures": pulse.failures,
            "last_error": None if pulse.last is None else pulse.last.as_json(),
            "failed_at": pulse.failed_at,
        }


def metrics(node: Node) -> bytes:
    """Return counts and ages for the monitoring: names of partners and lanes, no content, nothing of a partner's."""
    return render(_samples(node))


def _samples(node: Node) -> Iterator[Sample]:
    now = node.clock.now()
    with node.database.read() as connection:
        held = holdings.counts(connection)
        waiting = health.waiting(connection)
        logs = health.log_sizes(connection)
        lanes = channel.summaries(connection)
    for (source, state), count in held.items():
        labels = {"source": source, "state": state}
        yield Sample(name="tasuki_holdings", text="Holdings.", value=count, labels=labels)
    for each in waiting:
        labels = {"partner": each.partner, "lane": each.lane}
        age = (now - each.since).total_seconds()
        yield Sample(name="tasuki_oldest_waiting_seconds", text="Age of the oldest.", value=age, labels=labels)
        yield Sample(name="tasuki_waiting", text="Items without receipt.", value=each.count, labels=labels)
    for lane in lanes:
        labels = {"partner": lane.partner, "lane": lane.lane}
        sent, received = lane.sent.next_seq - 1, lane.received.next_seq - 1
        yield Sample(name="tasuki_envelopes_sent", text="Numbers given.", value=sent, labels=labels)
        yield Sample(name="tasuki_envelopes_received", text="Numbers spent.", value=received, labels=labels)
    for log, size in logs.items():
        yield Sample(name="tasuki_log_leaves", text="Leaves of a log.", value=size, labels={"log": log})
    for name, pulse in node.pulses.all().items():
        yield Sample(name="tasuki_loop_failures", text="In a row.", value=pulse.failures, labels={"loop": name})
    yield Sample(name="tasuki_alarms", text="Things a person must look at.", value=len(alarms(node)))
