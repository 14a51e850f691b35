# SPDX-License-Identifier: MIT
"""Running: statements are exchanged with every trusted partner, each in a thread of its own."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final

import structlog

from tasuki.base.errors import TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.services.channel import trusted
from tasuki.services.channel.quotas import count_again
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS
from tasuki.services.reasons import LOOP_BROKE
from tasuki.services.reconciliation.exchanging import exchange

_LOG = structlog.get_logger("tasuki.reconciliation")

CADENCE_S: Final = 900.0
"""Seconds between two statements to a partner."""

AGAIN_S: Final = 60.0
"""Seconds before a partner that was not reached is asked again: what waits for it goes out as soon as it answers."""

COUNT_EVERY: Final = timedelta(days=1)
"""How often what a partner made us keep is counted anew: it takes a pass over what there is."""

_PATIENCE_S: Final = 1.0


def run_statements(node: Node, stop: threading.Event) -> None:
    """Exchange statements every quarter of an hour until `stop` is set; a partner that is away delays no other."""
    threads: dict[ParticipantId, threading.Thread] = {}
    seen = node.signals.seen(PARTNERS)
    while not stop.is_set():
        for partner in trusted(node):
            if partner not in threads:
                threads[partner] = threading.Thread(
                    target=_keep, args=(node, stop, partner), name=f"statements {partner}", daemon=True
                )
                threads[partner].start()
        seen = node.signals.wait(PARTNERS, seen, _PATIENCE_S)
    for thread in threads.values():
        thread.join()


def _keep(node: Node, stop: threading.Event, partner: ParticipantId) -> None:
    while not stop.is_set():
        stop.wait(step(node, partner))


def step(node: Node, partner: ParticipantId) -> float:
    """Exchange statements once; return how many seconds to wait before the next time, whatever came of it."""
    name = f"statements:{partner}"
    try:
        exchange(node, partner)
    except Exception as error:  # noqa: BLE001 the loop must outlive whatever a partner answers
        known = isinstance(error, TasukiError)
        reason = error.reason if isinstance(error, TasukiError) else LOOP_BROKE.because(cause=type(error).__name__)
        node.pulses.failed(name, reason, node.clock.now())
        _LOG.warning("reconciliation.failed", partner=partner, reason=reason.code, exc_info=not known)
        return AGAIN_S
    now = node.clock.now()
    node.pulses.done(name, now)
    counted = node.pulses.all().get(f"quota:{partner}")
    if counted is None or counted.done_at is None or now - counted.done_at >= COUNT_EVERY:
        count_again(node, partner)
        node.pulses.done(f"quota:{partner}", now)
    return CADENCE_S
