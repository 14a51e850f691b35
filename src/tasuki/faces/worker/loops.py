# SPDX-License-Identifier: MIT
"""The loops of a running node: each in its own thread, each outliving its errors, each with a pulse in health."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from tasuki.base.errors import TasukiError
from tasuki.base.reasons import Reason
from tasuki.faces.worker.reasons import SURPRISE
from tasuki.services import channel, detection, holdings, ledger, reconciliation, recovery, trust
from tasuki.services.node import Node

_LOG = structlog.get_logger("tasuki.worker")

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
"""First and longest pause of a loop that keeps failing: doubling, so that a broken disk does not fill the log."""

JOIN_S: Final = 5.0
"""Seconds a stopping node waits for its loops; whatever they have not committed by then is done again later."""

Run = Callable[[Node, threading.Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """One loop: `run(node, stop)` works until `stop` is set, or raises."""

    name: str
    run: Run


LOOPS: Final = (
    Loop(name="recover", run=recovery.run_recovery),
    Loop(name="seal", run=recovery.run_sealer),
    Loop(name="send", run=channel.run_sender),
    Loop(name="trust", run=trust.run_trust),
    Loop(name="checkpoints", run=ledger.run_checkpoints),
    Loop(name="third", run=ledger.run_third),
    Loop(name="statements", run=reconciliation.run_statements),
    Loop(name="match", run=detection.run_matching),
)
"""What every node does by itself."""


def every(act: Callable[[Node], object], seconds: float) -> Run:
    """Return a loop that acts at once and then every so many seconds."""

    def run(node: Node, stop: threading.Event) -> None:
        while not stop.is_set():
            act(node)
            stop.wait(seconds)

    return run


def disposal(seconds: float) -> Loop:
    """Return the loop that disposes of what is due, looking every so many seconds."""

    def act(node: Node) -> None:
        while holdings.dispose_expired(node):
            pass
        node.pulses.done("dispose", node.clock.now())

    return Loop(name="dispose", run=every(act, seconds))


class Worker:
    """All loops of one node."""

    def __init__(self, node: Node, loops: tuple[Loop, ...]) -> None:
        """Prepare the loops; `start` starts them."""
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=_keep, args=(node, self._stop, loop), name=loop.name, daemon=True) for loop in loops
        ]

    def start(self) -> None:
        """Start every loop."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Tell every loop to end, and wait for them a little."""
        self._stop.set()
        for thread in self._threads:
            thread.join(JOIN_S)


def _keep(node: Node, stop: threading.Event, loop: Loop) -> None:
    while not stop.is_set():
        try:
            loop.run(node, stop)
        except TasukiError as error:
            _pause(node, stop, loop, error.reason)
        except Exception as error:  # noqa: BLE001 a loop must outlive what nobody foresaw
            _LOG.error("worker.surprise", loop=loop.name, exc_info=error)
            _pause(node, stop, loop, SURPRISE.because(loop=loop.name, cause=type(error).__name__))


def _pause(node: Node, stop: threading.Event, loop: Loop, reason: Reason) -> None:
    failures = node.pulses.failed(loop.name, reason, node.clock.now())
    _LOG.warning("worker.failed", loop=loop.name, reason=reason.code, failures=failures)
    stop.wait(min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 16)))
