# SPDX-License-Identifier: MIT
"""Signing: a log is signed as it stands, after everything new in it was computed once more from the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.model import SALT_BYTES, hash_stored, origin, witness_name
from tasuki.core.ledger.periods import PERIOD_OPENED, Period, Turn, is_due
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
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
    """Return the key under which a node signs the checkpoints of one of its logs, or of a period by its name.

    Raises:
        PeerError: it has none that is valid at `at`.
    """
    key = anchor.current(Purpose.LOG, Algorithm.ED25519, at)
    return make_key(origin(str(anchor.name), log), ED25519, key.raw)


def log_key_named(anchor: Anchor, log: str, at: datetime, note: bytes) -> VerifierKey:
    """Return the key of a node's log that a checkpoint names, among all that are valid; the newest if it names none.

    While one key takes over from another, either may sign.

    Raises:
        PeerError: it has none that is valid at `at`.
    """
    name = origin(str(anchor.name), log)
    valid = [make_key(name, ED25519, each.raw) for each in anchor.valid(Purpose.LOG, Algorithm.ED25519, at)]
    return _named(note, valid) or log_key(anchor, log, at)


def witness_keys_named(anchor: Anchor, at: datetime, note: bytes) -> tuple[VerifierKey, ...]:
    """Return the keys that must have cosigned: of each kind the one that `note` names, else the newest.

    Raises:
        PeerError: it has no Ed25519 key that is valid at `at`.
    """
    name = witness_name(str(anchor.name))
    kinds = {COSIGNATURE_ED25519: Algorithm.ED25519, COSIGNATURE_MLDSA44: Algorithm.ML_DSA_44}
    found: list[VerifierKey] = []
    for key in witness_keys(anchor, at):
        valid = anchor.valid(Purpose.WITNESS, kinds[key.kind], at)
        found.append(_named(note, [make_key(name, key.kind, each.raw) for each in valid]) or key)
    return tuple(found)


def _named(note: bytes, keys: Iterable[VerifierKey]) -> VerifierKey | None:
    """Return the first of the keys that a line of a note names; whether its signature holds is asked elsewhere."""
    try:
        lines = {(line.name, line.key_id) for line in parse_note(note).lines}
    except InputError:
        return None
    return next((key for key in keys if (key.name, key.id) in lines), None)


def witness_keys(anchor: Anchor, at: datetime) -> tuple[VerifierKey, ...]:
    """Return the keys under which a node cosigns other nodes' logs: Ed25519, and ML-DSA-44 where it has one.

    A checkpoint counts as cosigned by a node once every one of them signed it. A node of the previous release has
    none of ML-DSA-44, and its Ed25519 alone is enough.

    Raises:
        PeerError: it has no Ed25519 key that is valid at `at`.
    """
    name = witness_name(str(anchor.name))
    ed25519 = anchor.current(Purpose.WITNESS, Algorithm.ED25519, at)
    keys = [make_key(name, COSIGNATURE_ED25519, ed25519.raw)]
    with contextlib.suppress(PeerError):
        ml_dsa_44 = anchor.current(Purpose.WITNESS, Algorithm.ML_DSA_44, at)
        keys.append(make_key(name, COSIGNATURE_MLDSA44, ml_dsa_44.raw))
    return tuple(keys)


def checkpoint(node: Node, log: str) -> store.SignedSize | None:
    """Sign every period of a log that grew since its last checkpoint; return the newest checkpoint of the log.

    Raises:
        WorldError: the log is not what was logged and signed before; nothing more is signed.
    """
    newest = None
    with node.database.read() as connection:
        grown = unsigned(connection, log)
        newest = store.checkpoint(connection, log)
    for period in grown:
        newest = checkpoint_of(node, period)
    return newest


def unsigned(connection: sa.Connection, log: str) -> list[Period]:
    """Return the newest period of a log and those before it that were not signed whole, oldest first."""
    return _behind(connection, log, cosigned=False)


def uncosigned(connection: sa.Connection, log: str) -> list[Period]:
    """Return the periods of a log that were not cosigned whole, oldest first."""
    found = _behind(connection, log, cosigned=True)
    last = store.checkpoint_of(connection, found[-1], cosigned=True)
    whole = found[-1].size == (0 if last is None else last.size)
    return found[:-1] if whole else found


def _behind(connection: sa.Connection, log: str, *, cosigned: bool) -> list[Period]:
    found = [store.newest_period(connection, log)]
    while found[-1].start:
        before = store.period_at(connection, log, found[-1].start - 1)
        last = store.checkpoint_of(connection, before, cosigned=cosigned)
        if last is not None and last.size == before.size:
            break
        found.append(before)
    return found[::-1]


def checkpoint_of(node: Node, period: Period) -> store.SignedSize | None:
    """Sign a period as it stands if it grew since its last checkpoint; return its newest checkpoint.

    Raises:
        WorldError: it is not what was logged and signed before; nothing is signed.
    """
    with node.locks.hold(f"checkpoint:{period.log}"):
        with node.database.read() as connection:
            last = store.checkpoint_of(connection, period)
            size, root = _proved(connection, period, last)
        if last is not None and last.size == size:
            return last
        if size == 0:
            return None
        now = node.clock.now()
        state = Checkpoint(origin=origin(str(node.me), period.name), size=size, root=root)
        signed = _signed(node, period, state, now)
        # A crash before this commit signs the same size and root again; after it, the note stands. Another process
        # that was faster has signed the same.
        return node.database.write(lambda connection: store.keep_checkpoint(connection, period, size, signed, now))


def open_period(node: Node, log: str) -> bool:
    """Open a new period of a log if it is due: the newest began in an earlier year; return whether it was."""
    with node.database.read() as connection:
        newest = store.newest_period(connection, log)
        began = store.added_at(connection, log, newest.start)
    now = node.clock.now()
    if began is None or not is_due(now.year, newest, began.year):
        return False
    return turn(node, newest, now)


def turn(node: Node, newest: Period, now: datetime) -> bool:
    """Open a period behind `newest`, due or not; return whether it still was the newest."""
    salt = node.entropy.draw(SALT_BYTES)

    def work(connection: sa.Connection) -> bool:
        last, root = store.last_period_for_update(connection, newest.log)
        if last.start != newest.start:
            return False
        leaf = Turn(year=max(now.year, last.year), size=last.size, root=root)
        store.append(connection, newest.log, PERIOD_OPENED, leaf.body, now, salt)
        return True

    # Whoever adds leaves to the log holds this lock: none of them is told a place that the opening takes.
    with node.locks.hold(newest.log):
        return node.database.write(work)


def _proved(connection: sa.Connection, period: Period, last: store.SignedSize | None) -> tuple[int, bytes]:
    """Return size and root of a period, once all that is new gives that root from what was signed last."""
    log = period.name
    size, edge = store.edge(connection, period)
    start = 0 if last is None else last.size
    if size < start:
        raise WorldError(why.STORE_SHRANK.because(log=log, size=size, signed=start), retry=False)
    frontier = edge if size == start else store.frontier_at(connection, period, start)
    if last is not None and merkle.root_of_frontier(frontier) != _checkpoint(last).root:
        raise WorldError(why.STORE_ROOT.because(log=log, size=start), retry=False)
    if size != start and _grown(connection, period, frontier, (start, size)) != edge:
        raise WorldError(why.STORE_ROOT.because(log=log, size=size), retry=False)
    return size, merkle.root_of_frontier(edge)


def _grown(connection: sa.Connection, period: Period, frontier: list[bytes], span: tuple[int, int]) -> list[bytes]:
    """Compute every new leaf once more from what is stored: a flipped bit is found before it is signed."""
    start, end = span
    stored = store.stored_leaves(connection, period.log, period.start + start)
    for index, leaf in zip(range(start, end), stored, strict=False):
        value = hash_stored(leaf.salt, leaf.kind, leaf.body)
        place = period.start + index
        if leaf.index != place or value != leaf.hash:
            raise WorldError(why.STORE_ALTERED.because(index=place, log=period.log), retry=False)
        frontier = merkle.grow(frontier, index, value)
    return frontier


def _checkpoint(signed: store.SignedSize) -> Checkpoint:
    return parse_checkpoint(parse_note(signed.note).text)


def _signed(node: Node, period: Period, state: Checkpoint, now: datetime) -> bytes:
    key = log_key(node.anchor, period.name, now)
    signing = node.anchor.current(Purpose.LOG, Algorithm.ED25519, now).id
    signature = node.signer.sign_checkpoint(state.text.encode(), signing)
    line = SignatureLine(name=key.name, key_id=key.id, signature=signature)
    return Note(text=state.text, lines=(line,)).raw
