# SPDX-License-Identifier: MIT
"""Joins two nodes of one process that also exchange statements and compare what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

import making_ledger
from making_nodes import Hands, two_nodes
from tasuki.core.channel.model import START
from tasuki.formats.envelope.statement import Statement, read_signed_statement, statement_bytes, write_statement
from tasuki.services import partners, reconciliation
from tasuki.services.node import Node
from tasuki.store import channel
from tasuki.store import reconciliation as store


def receive(node: Node, certificate: bytes, path: str, body: bytes) -> bytes | tuple[int, bytes]:
    """Answer as the exchange face would."""
    partner = partners.certificates(node)[certificate]
    if path == reconciliation.STATEMENT:
        return reconciliation.answer_statement(node, partner, body).body
    if path == reconciliation.COMPARE:
        return reconciliation.answer_comparison(node, partner, body).body
    return making_ledger.receive(node, certificate, path, body)


def previous_release(node: Node, certificate: bytes, path: str, body: bytes) -> bytes | tuple[int, bytes]:
    """Answer as a node that knows no statements."""
    if path in (reconciliation.STATEMENT, reconciliation.COMPARE):
        return 404, b"no such path"
    return making_ledger.receive(node, certificate, path, body)


@contextmanager
def reconciled(directory: Path, hands: Hands | None = None) -> Iterator[tuple[Node, Node]]:
    """Give the UK's and Japan's node, joined whole."""
    with two_nodes(directory, receive, hands=hands) as pair:
        yield pair


def codes(node: Node, partner: str) -> list[str]:
    """Return what the last comparison with a partner found, by code."""
    with node.database.read() as connection:
        return [each.code for each in store.findings(connection, partner)]


def params(node: Node, partner: str, code: str) -> list[dict[str, str | int]]:
    """Return the values of the findings of one code."""
    with node.database.read() as connection:
        return [each.params for each in store.findings(connection, partner) if each.code == code]


def outcome(node: Node, partner: str) -> str:
    """Return how the last exchange ended."""
    with node.database.read() as connection:
        return store.reconciled(connection)[partner].outcome


def stated(node: Node, partner: str, direction: str = "in") -> Statement:
    """Return the newest statement a node keeps."""
    with node.database.read() as connection:
        kept = store.stated(connection, partner, direction)
    assert kept is not None
    return read_signed_statement(kept.raw).statement


def signed(node: Node, statement: Statement, **changes: object) -> bytes:
    """Return a statement of a node, changed and then signed as it is."""
    raw = statement_bytes(replace(statement, **changes))
    return write_statement(raw, node.signer.sign_statement(raw))


def forget_received(node: Node, partner: str, lane: str, seqs: list[int]) -> None:
    """Lose envelopes that were received, as a damaged store would."""
    table = channel.ENVELOPES_IN
    where = table.c.partner == partner, table.c.lane == lane, table.c.seq.in_(seqs)
    change(node, table.delete().where(*where))


def forget_sent(node: Node, partner: str, lane: str, seqs: list[int]) -> None:
    """Lose envelopes that were sent."""
    table = channel.ENVELOPES_OUT
    where = table.c.partner == partner, table.c.lane == lane, table.c.seq.in_(seqs)
    change(node, table.delete().where(*where))


def change(node: Node, statement: sa.Executable) -> None:
    """Change a node's database behind its back."""
    node.database.write(lambda connection: connection.execute(statement))
    for name in ("GBR", "JPN"):
        node.sets.forget(name)


def restore(node: Node, partner: str, lane: str, kept: int, direction: str) -> None:
    """Put a lane back to where it stood after `kept` envelopes, as restoring a backup would."""
    table = channel.ENVELOPES_IN if direction == "in" else channel.ENVELOPES_OUT

    def work(connection: sa.Connection) -> None:
        rows = connection.execute(
            sa.select(table.c.hash).where(table.c.partner == partner, table.c.lane == lane, table.c.seq == kept)
        ).scalar()
        lost = table.c.partner == partner, table.c.lane == lane, table.c.seq > kept
        ids = sa.select(table.c.env_id).where(*lost)
        if direction == "in":
            connection.execute(channel.MESSAGES_IN.delete().where(channel.MESSAGES_IN.c.env_id.in_(ids)))
        connection.execute(table.delete().where(*lost))
        connection.execute(
            channel.LANES.update()
            .where(
                channel.LANES.c.partner == partner,
                channel.LANES.c.lane == lane,
                channel.LANES.c.direction == direction,
            )
            .values(epoch=START.epoch, next_seq=kept + 1, prev=rows)
        )

    node.database.write(work)
    node.sets.forget(partner)
