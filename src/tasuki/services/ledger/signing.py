# SPDX-License-Identifier: MIT
"""Signing: a log is signed as it stands, after everything new in it was computed once more from the store."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.model import hash_stored, origin, witness_name
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    ED25519,
    Note,
    SignatureLine,
    VerifierKey,
    make_key,
    parse_note,
)
from tasuki.services.node import Node
from tasuki.store import ledger as store


def log_key(anchor: Anchor, log: str, at: datetime) -> VerifierKey:
    """Return the key under which a node signs the checkpoints of one of its logs.

    Raises:
        PeerError: it has none that is valid at `at`.
    """
    key = anchor.current(Purpose.LOG, Algorithm.ED25519, at)
    return make_key(origin(str(anchor.name), log), ED25519, key.raw)


def witness_key(anchor: Anchor, at: datetime) -> VerifierKey:
    """Return the key under which a node cosigns other nodes' logs.

    Raises:
        PeerError: it has none that is valid at `at`.
    """
    key = anchor.current(Purpose.WITNESS, Algorithm.ED25519, at)
    return make_key(witness_name(str(anchor.name)), COSIGNATURE_ED25519, key.raw)


def checkpoint(node: Node, log: str) -> store.SignedSize | None:
    """Sign the log as it stands if it grew since the last checkpoint; return the newest checkpoint.

    Raises:
        WorldError: the log is not what was logged and signed before; nothing is signed.
    """
    with node.locks.hold(f"checkpoint:{log}"):
        with node.database.read() as connection:
            last = store.checkpoint(connection, log)
            size, root = _proved(connection, log, last)
        if last is not None and last.size == size:
            return last
        if size == 0:
            return None
        now = node.clock.now()
        signed = _signed(node, log, Checkpoint(origin=origin(str(node.me), log), size=size, root=root), now)
        # A crash before this commit signs the same size and root again; after it, the note stands. Another process
        # that was faster has signed the same.
        return node.database.write(lambda connection: store.keep_checkpoint(connection, log, size, signed, now))


def _proved(connection: sa.Connection, log: str, last: store.SignedSize | None) -> tuple[int, bytes]:
    """Return size and root of a log, once all that is new gives that root from what was signed last."""
    size, edge = store.edge(connection, log)
    start = 0 if last is None else last.size
    if size < start:
        raise WorldError(why.STORE_SHRANK.because(log=log, size=size, signed=start), retry=False)
    frontier = edge if size == start else store.frontier_at(connection, log, start)
    if last is not None and merkle.root_of_frontier(frontier) != _checkpoint(last).root:
        raise WorldError(why.STORE_ROOT.because(log=log, size=start), retry=False)
    if size != start and _grown(connection, log, frontier, (start, size)) != edge:
        raise WorldError(why.STORE_ROOT.because(log=log, size=size), retry=False)
    return size, merkle.root_of_frontier(edge)


def _grown(connection: sa.Connection, log: str, frontier: list[bytes], span: tuple[int, int]) -> list[bytes]:
    """Compute every new leaf once more from what is stored: a flipped bit is found before it is signed."""
    start, end = span
    for index, leaf in zip(range(start, end), store.stored_leaves(connection, log, start), strict=False):
        value = hash_stored(leaf.salt, leaf.kind, leaf.body)
        if leaf.index != index or value != leaf.hash:
            raise WorldError(why.STORE_ALTERED.because(index=index, log=log), retry=False)
        frontier = merkle.grow(frontier, index, value)
    return frontier


def _checkpoint(signed: store.SignedSize) -> Checkpoint:
    return parse_checkpoint(parse_note(signed.note).text)


def _signed(node: Node, log: str, state: Checkpoint, now: datetime) -> bytes:
    key = log_key(node.anchor, log, now)
    signature = node.signer.sign_checkpoint(state.text.encode())
    line = SignatureLine(name=key.name, key_id=key.id, signature=signature)
    return Note(text=state.text, lines=(line,)).raw
