# SPDX-License-Identifier: MIT
"""Promises: every receipt names the place of its leaf in the partner's log; here it is looked up as mirrored."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tasuki.base.ids import ParticipantId
from tasuki.core.ledger.mirror import ISSUED
from tasuki.core.ledger.model import mirror_log
from tasuki.services.node import Node
from tasuki.store import ledger
from tasuki.store import reconciliation as store

INCLUDED_WITHIN: Final = timedelta(hours=1)
"""How long a receipt may wait for its leaf; after that, the signed receipt without it is evidence of its own."""

_STEP: Final = 500


def check_promises(node: Node, partner: ParticipantId) -> int:
    """Look for the leaf of every receipt held of a partner in its log; return how many were found."""
    kept: list[str] = []
    log = mirror_log(partner)
    with node.database.read() as connection:
        waiting = store.promises(connection, partner, before=node.clock.now(), limit=100 * _STEP)
        for start in range(0, len(waiting), _STEP):
            part = waiting[start : start + _STEP]
            leaves = ledger.leaves_at(connection, log, sorted({each.log_index for each in part}), lenient=True)
            for each in part:
                leaf = leaves.get(each.log_index)
                stated = None if leaf is None or leaf.kind != ISSUED else leaf.body
                if stated is not None and (stated.get("env_id"), stated.get("receipt_hash")) == (
                    each.env_id,
                    each.receipt_hash,
                ):
                    kept.append(each.env_id)
    if kept:
        node.database.write(lambda connection: store.settle_promises(connection, partner, kept))
    return len(kept)
