# SPDX-License-Identifier: MIT
"""Running: logs are signed and cosigned as they grow, each partner's in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog

from tasuki.base.errors import TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.core.ledger.model import AUDIT
from tasuki.services.channel import trusted
from tasuki.services.ledger.cosigning import cosign_with
from tasuki.services.ledger.signing import checkpoint, open_period
from tasuki.services.ledger.third import ask_third
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS
from tasuki.services.reasons import LOOP_BROKE

_LOG = structlog.get_logger("tasuki.ledger")

CADENCE_S: Final = 1.0
"""At most one checkpoint a second and log: leaves of one second share a signature and a cosignature."""

LONGEST_S: Final = 60.0
"""Longest pause of a log whose partner is away; the first is the cadence, each next one double."""


def run_checkpoints(node: Node, stop: threading.Event) -> None:
    """Sign the audit log and have every partner cosign its pair log whenever they grew, until `stop` is set.

    A partner that is away, slow or lying keeps nobody else waiting.
    """
    threads: dict[ParticipantId | None, threading.Thread] = {}
    seen = node.signals.seen(PARTNERS)
    while not stop.is_set():
        for partner in (None, *trusted(node)):
            if partner not in threads:
                threads[partner] = threading.Thread(
                    target=_keep, args=(node, stop, partner), name=f"checkpoint {partner or AUDIT}", daemon=True
                )
                threads[partner].start()
        seen = node.signals.wait(PARTNERS, seen, CADENCE_S)
    for thread in threads.values():
        thread.join()


def _audit_log(node: Node) -> None:
    """Sign the private log, and begin its next period with a new year: nobody else has to know of it."""
    checkpoint(node, AUDIT)
    if open_period(node, AUDIT):
        checkpoint(node, AUDIT)


def run_third(node: Node, stop: threading.Event) -> None:
    """Have third witnesses cosign what partners cosigned, once a minute, until `stop` is set; nobody waits for it."""
    third = node.third
    while not stop.is_set():
        if third is not None:
            for partner in trusted(node):
                _tried(node, f"third:{partner}", partial(ask_third, node, third, partner))
        stop.wait(LONGEST_S)


def _keep(node: Node, stop: threading.Event, partner: ParticipantId | None) -> None:
    name = f"checkpoint:{partner or AUDIT}"
    step = partial(_audit_log, node) if partner is None else partial(cosign_with, node, partner)
    while not stop.is_set():
        failures = _tried(node, name, step)
        stop.wait(min(LONGEST_S, CADENCE_S * 2.0 ** min(failures - 1, 16)) if failures else CADENCE_S)


def _tried(node: Node, name: str, step: Callable[[], object]) -> int:
    """Take one step; return how often in a row it has failed."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 the loop must outlive whatever a partner answers
        known = isinstance(error, TasukiError)
        reason = error.reason if isinstance(error, TasukiError) else LOOP_BROKE.because(cause=type(error).__name__)
        failures = node.pulses.failed(name, reason, node.clock.now())
        _LOG.warning("ledger.not-cosigned", loop=name, reason=reason.code, exc_info=not known)
        return failures
    node.pulses.done(name, node.clock.now())
    return 0
