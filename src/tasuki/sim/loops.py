# SPDX-License-Identifier: MIT
"""The loops of a node, a turn at a time: what each thread of the worker would do next, without the thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tasuki.base.errors import TasukiError
from tasuki.base.ids import ParticipantId
from tasuki.core.channel.model import Lane
from tasuki.core.ledger.model import AUDIT
from tasuki.services import channel, holdings, ledger, recovery
from tasuki.services.channel.running import pause
from tasuki.services.ledger.running import CADENCE_S, LONGEST_S
from tasuki.services.node import Node
from tasuki.services.reconciliation.running import step
from tasuki.services.trust.following import refresh
from tasuki.services.trust.rotating import settle
from tasuki.services.trust.standing import load

Turn = Callable[[Node], object]

PLAYED: Final = {
    "recover": "recover_turn",
    "seal": "seal_turn",
    "send": "send_turn",
    "trust": "trust_turn",
    "checkpoints": "log_turn",
    "statements": "statement_turn",
    "match": "match_turn",
    "dispose": "dispose_turn",
}
"""By the name of a loop of the worker, what plays it here."""

IDLE: Final = frozenset({"third"})
"""Loops that have nothing to do here: no nation of the bench has a third witness."""


def seal_turn(node: Node, partner: ParticipantId, lane: Lane) -> float | None:
    """Seal what waits on a lane; return seconds until the next try where it failed."""

    def act() -> None:
        while recovery.seal_confirmed(node, partner, lane):
            pass

    return _channel_turn(node, f"seal_next:{partner}:{lane}", lane, act)


def send_turn(node: Node, partner: ParticipantId, lane: Lane) -> float | None:
    """Push what is sealed on a lane; return seconds until the next try where it failed."""

    def act() -> None:
        while channel.push(node, partner, lane):
            pass

    return _channel_turn(node, f"push:{partner}:{lane}", lane, act)


def _channel_turn(node: Node, name: str, lane: Lane, act: Callable[[], None]) -> float | None:
    try:
        act()
    except TasukiError as error:
        return pause(node, lane, node.pulses.failed(name, error.reason, node.clock.now()))
    node.pulses.done(name, node.clock.now())
    return None


def log_turn(node: Node, partner: ParticipantId | None) -> float | None:
    """Have one log signed and, with a partner, cosigned; return seconds until the next try where it failed."""
    name = f"checkpoint:{partner or AUDIT}"
    try:
        if partner is None:
            ledger.checkpoint(node, AUDIT)
        else:
            ledger.cosign_with(node, partner)
    except TasukiError as error:
        failures = node.pulses.failed(name, error.reason, node.clock.now())
        return min(LONGEST_S, CADENCE_S * 2.0 ** min(failures - 1, 16))
    node.pulses.done(name, node.clock.now())
    return None


def recover_turn(node: Node) -> float | None:
    """Catch up with the partners where the node is closed; return seconds until the next try while it stays so."""
    return None if recovery.catch_up(node) else CADENCE_S


def trust_turn(node: Node, partner: ParticipantId) -> float | None:
    """Exchange metadata with a partner and use what it knows by now; return seconds until the next try."""
    name = f"trust:{partner}"
    try:
        load(node)
        node.own.heard(partner)
        refresh(node, partner)
        settle(node)
    except TasukiError as error:
        failures = node.pulses.failed(name, error.reason, node.clock.now())
        return min(LONGEST_S, CADENCE_S * 2.0 ** min(failures - 1, 16))
    node.pulses.done(name, node.clock.now())
    return None


def statement_turn(node: Node, partner: ParticipantId) -> None:
    """Exchange statements with a partner, whatever comes of it."""
    step(node, partner)


def match_turn(node: Node) -> None:
    """Bring the live set to the last commit."""
    node.matching.catch_up(node)


def dispose_turn(node: Node) -> None:
    """Dispose of what is due."""
    while holdings.dispose_expired(node):
        pass


def last_failure(node: Node) -> str:
    """Return the code of what stopped a loop of a node last."""
    failed = [pulse for pulse in node.pulses.all().values() if pulse.failures and pulse.failed_at is not None]
    last = max(failed, key=lambda pulse: pulse.failed_at or node.clock.now(), default=None)
    return "" if last is None or last.last is None else last.last.code
