# SPDX-License-Identifier: MIT
"""Two nodes whose logs a rig edits and forks, and what puts them back to what they were, over and over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from making_ledger import cosigned, joined, log_leaf, send
from making_nodes import Hands
from tasuki.core.ledger.model import AUDIT
from tasuki.services import ledger
from tasuki.services.node import Node
from tasuki.store import ledger as store

TABLES = (
    store.LEAVES,
    store.LOGS,
    store.SUBTREES,
    store.CHECKPOINTS,
    store.WITNESSED,
    store.UNSEEN,
    store.FORKS,
    store.CONTRADICTIONS,
)
"""Everything the logs remember."""


class Memory:
    """What the logs of a node remember at one moment."""

    def __init__(self, node: Node) -> None:
        """Remember it as it is now."""
        with node.database.read() as connection:
            self._rows = {table.name: _rows(connection, table) for table in TABLES}

    def bring_back(self, node: Node) -> None:
        """Make the node's logs what they were; only tables that differ are written."""

        def work(connection: sa.Connection) -> None:
            for table in TABLES:
                kept = self._rows[table.name]
                if _rows(connection, table) != kept:
                    connection.execute(table.delete())
                    if kept:
                        connection.execute(table.insert(), [dict(row) for row in kept])

        node.database.write(work)


def _rows(connection: sa.Connection, table: sa.Table) -> list[Any]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    return [row._mapping for row in connection.execute(query)]  # noqa: SLF001 the documented name of its mapping


@contextmanager
def two_logs(folder: Path, rounds: int) -> Iterator[tuple[Node, Node, Hands]]:
    """Give two nodes that exchanged `rounds` envelopes each way in each of two years, all of it cosigned."""
    hands = Hands(now=datetime(2026, 12, 20, 12, 0, tzinfo=UTC))
    with joined(folder, hands) as (gbr, jpn):
        for year in (2026, 2027):
            if year == 2027:
                hands.now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
            for number in range(rounds):
                send(gbr, "JPN")
                send(jpn, "GBR")
                if number % 3 == 0:
                    both(gbr, jpn)
            both(gbr, jpn)
        yield gbr, jpn, hands


def both(gbr: Node, jpn: Node) -> None:
    """Have all logs of both nodes signed, and the pair logs cosigned."""
    cosigned(gbr, jpn)
    for node in (gbr, jpn):
        ledger.checkpoint(node, AUDIT)
        ledger.open_period(node, AUDIT)
        ledger.checkpoint(node, AUDIT)


def grow(node: Node, partner: str, count: int, seed: int) -> None:
    """Log leaves of which no envelope is known: two histories with other seeds differ in every one."""
    for number in range(count):
        log_leaf(node, partner, seq=seed * 1000 + number + 1)
