# SPDX-License-Identifier: MIT
"""Quotas at work: before anything of a partner is kept it is asked whether there is room for it; else it hears busy."""

from __future__ import annotations

import shutil

from tasuki.base.errors import InputError
from tasuki.base.reasons import Reason
from tasuki.core.channel.model import Lane
from tasuki.core.channel.quotas import FULL_S, Over, crowded, over
from tasuki.core.channel.reasons import BUSY, BUSY_RATE
from tasuki.core.ledger.model import mirror_log
from tasuki.core.release.released import Released
from tasuki.services.channel.peers import notice
from tasuki.services.node import Node
from tasuki.store import channel as store
from tasuki.store import holdings, ledger


def too_fast(node: Node, partner: str, lane: str) -> Released | None:
    """Return the answer to a partner that sends more envelopes a minute than its share; None if it may."""
    what = "urgent" if lane == Lane.URGENT else "envelopes"
    return too_often(node, partner, what, node.quota.envelopes_a_minute)


def too_often(node: Node, partner: str, what: str, a_minute: int) -> Released | None:
    """Return the answer to a partner that asks something more often a minute than it may; None if it may."""
    seconds = node.rates.wait_s(partner, what, a_minute, node.clock.monotonic())
    if not seconds:
        return None
    return notice(node, BUSY_RATE.because(limit=a_minute, seconds=seconds), retry_s=seconds)


def no_room(node: Node, partner: str, lane: str, size: int) -> Released | None:
    """Return the answer to an envelope of `size` bytes there is no room for; None if there is."""
    urgent = lane == Lane.URGENT
    with node.database.read() as connection:
        usage = store.usage(connection, partner)
    missing = over(usage, size, node.quota, urgent=urgent)
    if missing is None:
        missing = crowded(shutil.disk_usage(node.directory).free, size, node.quota, urgent=urgent)
    return None if missing is None else full(node, missing)


def full(node: Node, missing: Over | None = None) -> Released:
    """Return the answer that there is no room; of the node's own disk a partner learns nothing more."""
    what = "disk" if missing is None or missing.what == "free_mib" else missing.what
    return notice(node, _busy(what), retry_s=FULL_S)


def busy(seconds: int) -> Reason:
    """Return why a partner is refused that asks for more at once than it may."""
    return BUSY.because(what="at_once", seconds=seconds)


def require_mirror_room(node: Node, partner: str) -> None:
    """Require that a partner's log has room here.

    Raises:
        InputError: its mirror is as large as it may be.
    """
    with node.database.read() as connection:
        if ledger.size(connection, mirror_log(partner)) >= node.quota.mirror_leaves:
            raise InputError(_busy("mirror_leaves"))


def count_again(node: Node, partner: str) -> None:
    """Count what is kept of a partner anew: what was disposed of gives it room again."""
    with node.database.read() as connection:
        objects, size = holdings.kept_from(connection, partner)
    node.database.write(lambda connection: store.count_again(connection, partner, objects=objects, size=size))


def _busy(what: str) -> Reason:
    return BUSY.because(what=what, seconds=FULL_S)
