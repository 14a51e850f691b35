# SPDX-License-Identifier: MIT
"""Waking: each time a node is opened, its database is held against the journal beside it.

A database that knows less than the journal was put back to an earlier state, by whatever hand: the node closes itself,
and what the journal knows happens again before anything else does.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
import structlog

from tasuki.base.canonical import Json
from tasuki.base.errors import WorldError
from tasuki.services import journal
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.recovery.replaying import replay
from tasuki.store import journal as store
from tasuki.store import recovery

_LOG = structlog.get_logger("tasuki.recovery")

ROLLED_BACK: Final = "rolled-back"


def wake(node: Node) -> None:
    """Carry over what a crash left behind, and find out whether the database is as new as the journal.

    A journal that cannot be read or written keeps no node from starting: `doctor` says so, and every act that is to be
    noted there says so again.
    """
    journal.attach(node)
    try:
        entries = journal.entries(node)
        top = entries[-1].number if entries else 0
        with node.database.read() as connection:
            known = store.last(connection)
        if top > known:
            _go_back_no_further(node, [each for each in entries if each.number > known], top)
        journal.drain(node)
    except WorldError as error:
        _LOG.warning("recovery.journal", reason=error.reason.code)


def _go_back_no_further(node: Node, missed: list[store.Entry], top: int) -> None:
    """Close the node and do again what the database does not know."""

    def work(connection: sa.Connection) -> None:
        now = node.clock.now()
        if not recovery.is_closed(connection):
            recovery.close(connection, cause=ROLLED_BACK, at=now, taken_at=None)
        done = replay(node, connection, missed)
        store.skip_to(connection, top)
        counts: dict[str, Json] = dict(done)
        audit(node, connection, "recovery:journal:replay", {"entries": len(missed), "kinds": counts})

    node.database.write(work)
    try:
        node.database.scrub()
    except WorldError as error:
        # Whoever reads an old state keeps the log from being emptied; the next disposal does it.
        _LOG.warning("recovery.journal", reason=error.reason.code)
