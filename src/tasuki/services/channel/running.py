# SPDX-License-Identifier: MIT
"""Running: a sealer and a sender for every lane of every trusted partner, woken by what was committed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog

from tasuki.base.errors import TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.core.channel.model import Lane
from tasuki.services.channel.sealing import seal_next
from tasuki.services.channel.sending import BusyError, push
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX, PARTNERS, SEALED, reconciled
from tasuki.services.reasons import LOOP_BROKE
from tasuki.store import channel as store

_LOG = structlog.get_logger("tasuki.channel")

_PATIENCE_S: Final = 1.0
"""How long a loop waits for a signal before it looks whether it should end."""

RETRY_S: Final = {Lane.URGENT: (1.0, 60.0), Lane.BULK: (5.0, 600.0), Lane.EXERCISE: (5.0, 600.0)}
"""First and longest wait before a failed push is tried again, by lane; for ever, nothing is dropped."""

Step = Callable[[Node, ParticipantId, str], bool]


def run_sealer(node: Node, stop: threading.Event, seal: Step = seal_next) -> None:
    """Seal whatever the outbox gets, for every trusted partner and lane, until `stop` is set; `seal` does one step."""
    _run(node, stop, seal, OUTBOX)


def run_sender(node: Node, stop: threading.Event) -> None:
    """Push whatever is sealed, each lane on its own so that urgent never waits behind bulk, until `stop` is set."""
    _run(node, stop, push, SEALED)


def _run(node: Node, stop: threading.Event, step: Step, topic: str) -> None:
    """Keep one thread for each (partner, lane); new partners get theirs when they are trusted."""
    threads: dict[tuple[ParticipantId, Lane], threading.Thread] = {}
    seen = node.signals.seen(PARTNERS)
    while not stop.is_set():
        for partner in trusted(node):
            for lane in Lane:
                if (partner, lane) not in threads:
                    threads[partner, lane] = threading.Thread(
                        target=_serve,
                        args=(node, stop, step, topic, partner, lane),
                        name=f"{step.__name__} {partner} {lane}",
                        daemon=True,
                    )
                    threads[partner, lane].start()
        seen = node.signals.wait(PARTNERS, seen, _PATIENCE_S)
    for thread in threads.values():
        thread.join()


def trusted(node: Node) -> list[ParticipantId]:
    """Return the partners whose anchors were compared."""
    with node.database.read() as connection:
        return [row.participant for row in store.partners(connection) if row.state == "trusted"]


def _serve(node: Node, stop: threading.Event, step: Step, topic: str, partner: ParticipantId, lane: Lane) -> None:
    name = f"{step.__name__}:{partner}:{lane}"
    while not stop.is_set():
        seen = node.signals.seen(topic)
        try:
            while step(node, partner, lane) and not stop.is_set():
                pass
        except Exception as error:  # noqa: BLE001 the loop must outlive whatever one envelope brings
            reason = error.reason if isinstance(error, TasukiError) else LOOP_BROKE.because(cause=type(error).__name__)
            _LOG.warning("channel.retry", loop=name, reason=reason.code, exc_info=not isinstance(error, TasukiError))
            seconds = pause(node, lane, node.pulses.failed(name, reason, node.clock.now()))
            _rest(node, stop, partner, max(seconds, error.after_s if isinstance(error, BusyError) else 0))
        else:
            node.pulses.done(name, node.clock.now())
            node.signals.wait(topic, seen, _PATIENCE_S)


def _rest(node: Node, stop: threading.Event, partner: ParticipantId, seconds: float) -> None:
    """Wait so long, unless the node stops or the partner answers again before."""
    topic = reconciled(partner)
    seen, end = node.signals.seen(topic), node.clock.monotonic() + seconds
    while not stop.is_set() and (left := end - node.clock.monotonic()) > 0:
        if node.signals.wait(topic, seen, min(left, _PATIENCE_S)) > seen:
            return


def pause(node: Node, lane: Lane, failures: int) -> float:
    """Return how long to wait after so many failures in a row: doubling, between half and all of it by chance."""
    first, longest = RETRY_S[lane]
    full = min(longest, first * 2.0 ** min(failures - 1, 16))
    chance = int.from_bytes(node.entropy.draw(2), "big") / 0xFFFF
    return full * (0.5 + 0.5 * chance)
