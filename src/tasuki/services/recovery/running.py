# SPDX-License-Identifier: MIT
"""Running: as long as the node is closed, its partners are asked every second."""

from __future__ import annotations

import threading
from typing import Final

from tasuki.base.errors import PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.services import channel, reconciliation
from tasuki.services.channel.showing import SyncView
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED
from tasuki.services.recovery.asking import catch_up
from tasuki.services.recovery.confirming import confirm
from tasuki.store import channel as store

LOOP: Final = "recover"
"""The loop's name in health."""

_PAUSE_S: Final = 1.0
_OPEN_PAUSE_S: Final = 15.0
"""Seconds between looks of an open node at a partner that was away when people opened it."""


def run_recovery(node: Node, stop: threading.Event) -> None:
    """Catch up with the partners whenever the node is closed, until `stop` is set."""
    seen = node.signals.seen(ARRIVED)
    while not stop.is_set():
        is_open = catch_up(node)
        node.pulses.done(LOOP, node.clock.now())
        # What arrives may be the last that was missing.
        if is_open:
            stop.wait(_OPEN_PAUSE_S)
        else:
            seen = node.signals.wait(ARRIVED, seen, _PAUSE_S)


def run_sealer(node: Node, stop: threading.Event) -> None:
    """Seal whatever the outbox gets until `stop` is set, as long as partners confirm that this copy is the one."""
    channel.run_sealer(node, stop, seal_confirmed)


def seal_confirmed(node: Node, partner: ParticipantId, lane: str) -> bool:
    """Seal what waits longest on a lane once the partner confirmed this copy; return whether anything waited.

    Raises:
        WorldError: another copy has gone on; and as `channel.seal_next`.
        PeerError: as `channel.seal_next`.
    """
    with node.database.read() as connection:
        waits = bool(store.waiting(connection, partner, lane, 1))
    if waits:
        confirm(node, partner)
    return channel.seal_next(node, partner, lane)


def sync_with(node: Node, partner: str | None) -> list[SyncView]:
    """Catch up where the node is closed, then do with partners whatever waits; see `reconciliation.sync_with`.

    Raises:
        CallerError: no partner of that name is trusted here.
    """
    catch_up(node)
    stopped: dict[str, dict[str, object]] = {}
    for each in channel.trusted(node):
        try:
            confirm(node, each)
        except (WorldError, PeerError) as error:
            stopped[each] = error.reason.as_json()
    if partner is not None and partner in stopped:
        return [SyncView(partner=partner, receipted=0, stopped=stopped[partner])]
    if partner is not None:
        return reconciliation.sync_with(node, partner)
    going = [each for each in channel.trusted(node) if each not in stopped]
    views = [view for each in going for view in reconciliation.sync_with(node, each)]
    views += [SyncView(partner=each, receipted=0, stopped=said) for each, said in stopped.items()]
    return sorted(views, key=lambda view: view.partner)
