# SPDX-License-Identifier: MIT
"""Joins two nodes of one process with everything partners ask of each other, and has them exchange envelopes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from making_nodes import Hands, two_nodes
from tasuki.base.canonical import canonical
from tasuki.base.ids import uuid7
from tasuki.core.ledger.model import SALT_BYTES, Leaf, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.services import ledger, partners
from tasuki.services.channel import accept, sync
from tasuki.services.node import Node
from tasuki.store import channel
from tasuki.store import ledger as store

MESSAGE = canonical(
    {
        "of": "019ca945-0a00-7610-98e6-f49f98cee84f",
        "counts": {"held": 1},
        "statement": "Use stopped.",
        "at": "2026-03-01T12:00:00.000Z",
    }
)


def receive(node: Node, certificate: bytes, path: str, body: bytes) -> bytes | tuple[int, bytes]:
    """Answer as the exchange face would: the partner is who presents its certificate."""
    partner = partners.certificates(node)[certificate]
    if path == ledger.MIRROR:
        return ledger.receive_mirror(node, partner, body).body
    if path == ledger.ADD_CHECKPOINT:
        reply = ledger.add_checkpoint(node, partner, body)
        return reply.status, reply.body.body
    return accept(node, certificate, body).body


@contextmanager
def joined(directory: Path, hands: Hands | None = None) -> Iterator[tuple[Node, Node]]:
    """Give the UK's and Japan's node, joined whole."""
    with two_nodes(directory, receive, hands=hands) as pair:
        yield pair


def put(node: Node, partner: str, lane: str = "urgent") -> None:
    """Queue a message that needs nothing held."""
    node.database.write(
        lambda connection: channel.enqueue(
            connection, partner=partner, lane=lane, kind="attestation", body=MESSAGE, at=node.clock.now()
        )
    )


def send(node: Node, partner: str, count: int = 1) -> None:
    """Send messages and bring their receipts home."""
    for _ in range(count):
        put(node, partner)
        sync(node, partner)


def cosigned(gbr: Node, jpn: Node) -> None:
    """Have both pair logs mirrored and cosigned."""
    ledger.cosign_with(gbr, "JPN")
    ledger.cosign_with(jpn, "GBR")


def sent_ids(node: Node) -> list[str]:
    """Return the ids of the envelopes a node sent, oldest first."""
    with node.database.read() as connection:
        table = channel.ENVELOPES_OUT
        return list(connection.execute(table.select().order_by(table.c.id)).columns("env_id").scalars())


def log_leaf(node: Node, partner: str, kind: str = "envelope-sent", **body: object) -> None:
    """Log a leaf directly, as a node that lies or as one that has been idle would."""
    now = node.clock.now()
    full = {
        "env_id": uuid7(now, node.entropy.draw(10)),
        "env_hash": hashlib.sha256(node.entropy.draw(8)).hexdigest(),
        "lane": "exercise",
        "epoch": 1,
        "seq": 1,
        **body,
    }
    salt = node.entropy.draw(SALT_BYTES)
    node.database.write(lambda connection: store.append(connection, pair_log(partner), kind, full, now, salt))


def leaves_of(node: Node, log: str) -> list[Leaf]:
    with node.database.read() as connection:
        return store.leaves(connection, log, 0, store.size(connection, log))


def checkpoint_sizes(node: Node, log: str) -> list[int]:
    with node.database.read() as connection:
        return [each.size for each in store.checkpoints(connection, Period(log=log))]


def change(node: Node, statement: sa.Executable) -> None:
    """Change a node's database behind its back."""
    node.database.write(lambda connection: connection.execute(statement))


def rewind(node: Node, log: str, size: int) -> None:
    """Put a log back to what it was with `size` leaves, as restoring a backup would."""

    def work(connection: sa.Connection) -> None:
        frontier = store.frontier_at(connection, Period(log=log), size)
        for table, column in ((store.LEAVES, "leaf_index"), (store.CHECKPOINTS, "size")):
            end = table.c[column] >= size if column == "leaf_index" else table.c[column] > size
            connection.execute(table.delete().where(table.c.log == log, end))
        span = (store.SUBTREES.c.position + 1) * sa.case((store.SUBTREES.c.level == 1, 256), else_=65_536)
        connection.execute(store.SUBTREES.delete().where(store.SUBTREES.c.log == log, span > size))
        values = {"size": size, "frontier": b"".join(frontier)}
        connection.execute(store.LOGS.update().where(store.LOGS.c.log == log).values(**values))

    node.database.write(work)
