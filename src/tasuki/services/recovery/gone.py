# SPDX-License-Identifier: MIT
"""Gone: envelopes that the log of a restored node names, which it had sealed, mirrored and not yet pushed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.core.channel.model import START
from tasuki.core.ledger.mirror import SENT
from tasuki.core.ledger.model import Leaf
from tasuki.core.recovery.model import LaneAsked
from tasuki.core.recovery.rebuilding import claimed
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import channel
from tasuki.services.closing import require_rebuilt
from tasuki.services.node import Node
from tasuki.store import channel as lanes
from tasuki.store import recovery as store


def named(leaves: Iterable[Leaf], kind: str, lane: str, epoch: int) -> Iterator[store.GivenBack]:
    """Yield the envelopes of a lane that leaves of a kind name, without receipts."""
    for leaf in claimed(leaves, kind, lane, epoch):
        seq = leaf.body.get("seq")
        yield store.GivenBack(
            env_id=str(leaf.body.get("env_id")),
            lane=lane,
            epoch=epoch,
            seq=seq if isinstance(seq, int) else 0,
            hash=str(leaf.body.get("env_hash")),
            receipt=b"",
        )


def pass_over(node: Node, partner: Anchor, leaves: Sequence[Leaf], asked: Sequence[LaneAsked]) -> None:
    """Remember what a partner that was put back lost before it was pushed, and spend what comes next of it.

    Args:
        node: who was asked.
        partner: who was put back.
        leaves: of its log, from where its copy ended.
        asked: where its lanes stand in that copy: it has no envelope from there on.

    What comes later is spent once what is before it was sent again. A node that is not caught up with the partner
    itself gives no receipt.
    """
    participant = partner.name.participant

    def work(connection: sa.Connection) -> list[str]:
        moved = []
        for each in asked:
            taken = lanes.lane_state(connection, participant, each.lane, "in") or START
            first = max(each.next_out, taken.next_seq)
            rows = [row for row in named(leaves, SENT, each.lane, each.epoch_out) if row.seq >= first]
            if rows and each.epoch_out == taken.epoch:
                store.keep_given_back(connection, participant, "gone", rows)
                moved.append(each.lane)
        return moved

    moved = node.database.write(work) if leaves else []
    try:
        require_rebuilt(node, participant)
    except WorldError:
        return
    for lane in moved:
        with node.locks.hold(f"in:{participant}:{lane}"):
            channel.pass_gone(node, partner, lane)
