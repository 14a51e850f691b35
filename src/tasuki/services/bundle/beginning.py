# SPDX-License-Identifier: MIT
"""Beginning anew: people on both sides agree on a next epoch, where numbers cannot go on as they were."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.core.persons.two import both
from tasuki.services.bundle.reasons import MOVED, NOT_THE_NEXT
from tasuki.services.channel import partner_anchor
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.store import bundle as store


def begin_epoch(node: Node, partner: ParticipantId, epoch: int, by: Sequence[str]) -> None:
    """Begin another epoch of bundles with a partner: numbers start at 1, and what is unanswered is carried again.

    The partner's people do the same. Envelopes, lanes and logs are as they were: only how files count begins anew.

    Raises:
        CallerError: fewer than two people are named, or it is not a later epoch.
        PeerError: the partner is not trusted.
        WorldError: another process made or took a bundle meanwhile.
    """
    people = both(by)
    partner_anchor(node, partner)
    with node.locks.hold(f"bundle-out:{partner}"), node.locks.hold(f"bundle-in:{partner}"):
        with node.database.read() as connection:
            ends = store.ends(connection, partner)
        if epoch <= ends.epoch:
            raise CallerError(NOT_THE_NEXT.because(epoch=epoch, now=ends.epoch))
        named: list[Json] = [*people]
        detail: dict[str, Json] = {
            "partner": partner,
            "epoch": epoch,
            "before": ends.epoch,
            "made": ends.made,
            "taken": ends.taken,
            "by": named,
        }

        def work(connection: sa.Connection) -> None:
            if not store.move_ends(connection, partner, ends, store.Ends(epoch=epoch)):
                raise WorldError(MOVED.because(partner=partner), retry=True)
            store.begin_epoch(connection, partner)
            audit(node, connection, "bundle-epoch", detail)

        node.database.write(work)
