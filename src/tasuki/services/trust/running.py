# SPDX-License-Identifier: MIT
"""Running: metadata is exchanged with every partner at the start, after every change, and every ten minutes."""

from __future__ import annotations

import threading
from typing import Final

import structlog

from tasuki.base.errors import TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.services.channel import trusted
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS, TRUST
from tasuki.services.reasons import LOOP_BROKE
from tasuki.services.trust.following import refresh
from tasuki.services.trust.rotating import settle
from tasuki.services.trust.standing import load

_LOG = structlog.get_logger("tasuki.trust")

EVERY_S: Final = 600.0
_PATIENCE_S: Final = 1.0
_FIRST_S: Final = 1.0
_LONGEST_S: Final = 60.0


def run_trust(node: Node, stop: threading.Event) -> None:
    """Exchange metadata with every trusted partner, each in a thread of its own, until `stop` is set."""
    threads: dict[ParticipantId, threading.Thread] = {}
    seen = node.signals.seen(PARTNERS)
    while not stop.is_set():
        # Another process may have published, and time alone may make keys usable or old ones destroyable.
        load(node)
        settle(node)
        node.pulses.done("trust", node.clock.now())
        for partner in trusted(node):
            if partner not in threads:
                threads[partner] = threading.Thread(
                    target=_serve, args=(node, stop, partner), name=f"trust {partner}", daemon=True
                )
                threads[partner].start()
        seen = _wait(node, stop, seen)
    for thread in threads.values():
        thread.join()


def _wait(node: Node, stop: threading.Event, seen: int) -> int:
    deadline = node.clock.monotonic() + _LONGEST_S
    while not stop.is_set() and node.clock.monotonic() < deadline:
        now = node.signals.wait(PARTNERS, seen, _PATIENCE_S)
        if now != seen:
            return now
    return seen


def _serve(node: Node, stop: threading.Event, partner: ParticipantId) -> None:
    name = f"trust:{partner}"
    while not stop.is_set():
        seen = node.signals.seen(TRUST)
        try:
            node.own.heard(partner)
            if refresh(node, partner):
                _LOG.info("trust.followed", partner=partner)
            settle(node)
        except Exception as error:  # noqa: BLE001 the loop must outlive whatever a partner answers
            reason = error.reason if isinstance(error, TasukiError) else LOOP_BROKE.because(cause=type(error).__name__)
            failures = node.pulses.failed(name, reason, node.clock.now())
            _LOG.warning("trust.retry", partner=partner, reason=reason.code)
            _rest(node, stop, seen, min(_LONGEST_S, _FIRST_S * 2.0 ** min(failures - 1, 16)))
        else:
            node.pulses.done(name, node.clock.now())
            _rest(node, stop, seen, EVERY_S)


def _rest(node: Node, stop: threading.Event, seen: int, seconds: float) -> None:
    deadline = node.clock.monotonic() + seconds
    while not stop.is_set() and node.clock.monotonic() < deadline:
        if node.signals.wait(TRUST, seen, _PATIENCE_S) != seen:
            return
