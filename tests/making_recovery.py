# SPDX-License-Identifier: MIT
"""Puts a node's database back to an earlier state, as restoring a copy would, and joins nodes with all they ask."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from tasuki.base.errors import WorldError
from tasuki.core.ledger.model import pair_log
from tasuki.services import ledger, partners, reconciliation, recovery
from tasuki.services.channel import accept
from tasuki.services.node import Node
from tasuki.services.node.confirmations import Confirmations
from tasuki.services.node.matching import Matching
from tasuki.services.node.sets import Sets
from tasuki.services.node.sights import Sights
from tasuki.services.node.signals import Signals
from tasuki.store import backup
from tasuki.store import ledger as logs
from tasuki.store import recovery as store
from tasuki.store.database import Database
from tasuki.store.release import Labels


def receive(node: Node, certificate: bytes, path: str, body: bytes) -> Any:
    """Answer as the exchange face would, with a status where that says something."""
    partner = partners.certificates(node)[certificate]
    match path:
        case ledger.MIRROR:
            return ledger.receive_mirror(node, partner, body).body
        case ledger.ADD_CHECKPOINT:
            reply = ledger.add_checkpoint(node, partner, body)
            return reply.status, reply.body.body
        case recovery.PATH:
            return recovery.answer(node, partner, body).body
        case reconciliation.STATEMENT:
            return reconciliation.answer_statement(node, partner, body).body
        case reconciliation.COMPARE:
            return reconciliation.answer_comparison(node, partner, body).body
    return accept(node, certificate, body).body


def copied(node: Node, target: Path) -> Path:
    """Copy a node's SQLite database as it is now."""
    target.parent.mkdir(parents=True, exist_ok=True)
    backup.copy_sqlite(node.database.engine, target)
    return target


def put_back(node: Node, copy: Path, *peers: Node, journal: bool = True, mark: bool = True) -> Node:
    """Return a node whose database is an earlier copy, woken as when it starts.

    Args:
        node: as it was; it is of no use afterwards.
        copy: of its database.
        peers: who reaches it.
        journal: whether the journal survived; it lies beside the database.
        mark: whether the database is marked as restored, as `tasuki restore` does; else it was swapped by hand.
    """
    node.database.close()
    path = Path(str(node.database.engine.url.database))
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    shutil.copy(copy, path)
    if not journal:
        node.journal.path.unlink(missing_ok=True)
    again = replace(
        node,
        database=Database(f"sqlite:///{path}"),
        signals=Signals(),
        labels=Labels(),
        matching=Matching(),
        sights=Sights(),
        sets=Sets(),
        confirmations=Confirmations(),
        journal=type(node.journal)(node.journal.path, bytes(32), node.entropy),
    )
    if mark:
        now = node.clock.now()
        again.database.write(lambda c: store.close(c, cause="restored", at=now, taken_at=now))
    recovery.wake(again)
    for peer in peers:
        peer.link.peers[str(node.me)] = again
    return again


def tried(act: Any, *given: Any) -> str:
    """Do something; return the code of the reason why it could not be done, or nothing."""
    try:
        act(*given)
    except WorldError as error:
        return error.reason.code
    return ""


def leaves(node: Node, partner: str) -> list[tuple[str, str]]:
    """Return kind and commitment of every leaf of a pair log."""
    with node.database.read() as connection:
        log = pair_log(partner)
        return [
            (leaf.kind, leaf.commitment.hex()) for leaf in logs.leaves(connection, log, 0, logs.size(connection, log))
        ]
