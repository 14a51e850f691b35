# SPDX-License-Identifier: MIT
"""Our side: the partner mirrors the log kept with it, and only then is it signed here and cosigned there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import structlog

from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.time import format_rfc3339
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.mirror import MAX_PAGE, MirrorState, read_state, write_page
from tasuki.core.ledger.model import origin, pair_log
from tasuki.core.ledger.witness import write_request
from tasuki.core.release.released import release_notice, release_protocol
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.note import Note, cosigned_at, parse_note, verify_note
from tasuki.services.channel import partner_anchor
from tasuki.services.ledger.signing import checkpoint, witness_key
from tasuki.services.node import Node
from tasuki.store import ledger as store

_LOG = structlog.get_logger("tasuki.ledger")

ADD_CHECKPOINT: Final = "/exchange/v1/add-checkpoint"
MIRROR: Final = "/exchange/v1/mirror"

MAX_ANSWER_BYTES: Final = 16 << 10
"""Signature lines of a witness, or why it refused."""

_OK: Final = 200
_LAST_STAMP = 253_402_300_799


def cosign_with(node: Node, partner: ParticipantId) -> bool:
    """Have the partner mirror and cosign the log kept with it; return whether there was anything to cosign.

    Nothing is signed before the partner has said which leaves of ours it holds and they are the ones held here: a node
    restored from a backup must not sign a second history.

    Raises:
        WorldError: the partner was not reached, or the log is not the one it mirrored.
        PeerError: it refused, or its cosignature does not hold.
    """
    log = pair_log(partner)
    with node.locks.hold(f"cosign:{partner}"):
        with node.database.read() as connection:
            last = store.checkpoint(connection, log)
            size = store.size(connection, log)
        if size == 0 or (last is not None and last.size == size and last.cosigned is not None):
            return False
        anchor = partner_anchor(node, partner)
        state = _send(node, anchor, log, 0, 0)
        _require_same(node, partner, log, state)
        newest = checkpoint(node, log)
        if newest is None:
            return False
        _push(node, anchor, log, (state.size, newest.size))
        cosigned = _ask(node, anchor, log, state.witnessed, newest)
        # A crash before this commit asks again; the witness cosigns the same size again.
        node.database.write(lambda connection: store.keep_cosigned(connection, log, newest.size, cosigned))
        return True


def _require_same(node: Node, partner: ParticipantId, log: str, state: MirrorState) -> None:
    """Refuse to go on where the partner's mirror of our log is not the beginning of our log."""
    with node.database.read() as connection:
        size = store.size(connection, log)
        if state.size > size:
            raise WorldError(why.MIRROR_AHEAD.because(partner=partner, theirs=state.size, ours=size), retry=False)
        root = store.root_at(connection, log, state.size)
        last = store.checkpoint(connection, log, cosigned=True)
    if root != state.root:
        raise WorldError(why.MIRROR_OTHER.because(partner=partner, size=state.size), retry=False)
    if last is not None and state.witnessed < last.size:
        # It forgot what it cosigned: it was restored. Growth from there is still proved to it.
        _LOG.warning("ledger.witness-behind", partner=partner, held=last.size, said=state.witnessed)


def _push(node: Node, anchor: Anchor, log: str, span: tuple[int, int]) -> None:
    start, end = span
    while start < end:
        state = _send(node, anchor, log, start, min(end, start + MAX_PAGE))
        partner = anchor.name.participant
        if state.refused is not None:
            code, said, _ = state.refused
            raise PeerError(why.MIRROR_REFUSED.because(partner=partner, code=code, said=said[:300]))
        if state.size != min(end, start + MAX_PAGE):
            raise PeerError(why.MIRROR_ANSWER.because(partner=partner, found=f"size {state.size}"))
        start = state.size


def _send(node: Node, anchor: Anchor, log: str, start: int, end: int) -> MirrorState:
    with node.database.read() as connection:
        leaves = store.leaves(connection, log, start, end)
    message = write_page(origin(str(node.me), log), start, leaves)
    released = release_notice("mirror", message, str(anchor.name), node.gate.rules.digest)
    return read_state(node.link.post(anchor, MIRROR, released), anchor.name.participant)


def _ask(node: Node, anchor: Anchor, log: str, old: int, newest: store.SignedSize) -> bytes:
    """Return the checkpoint with our signature and the partner's cosignature, and nothing else."""
    with node.database.read() as connection:
        proof = merkle.consistency_proof(old, newest.size, store.range_of(connection, log))
    body = write_request(old, tuple(proof), newest.note)
    released = release_protocol("checkpoint", body, str(anchor.name), node.gate.rules.digest)
    status, answer = node.link.ask(anchor, ADD_CHECKPOINT, released)
    if status != _OK:
        said = answer[:300].decode("utf-8", "replace").strip()
        raise PeerError(why.REFUSED.because(partner=anchor.name.participant, status=status, said=said))
    return _cosigned(newest, answer, anchor, node.clock.now())


def _cosigned(newest: store.SignedSize, answer: bytes, anchor: Anchor, now: datetime) -> bytes:
    ours = parse_note(newest.note)
    partner = anchor.name.participant
    try:
        both = parse_note(newest.note + answer[:MAX_ANSWER_BYTES])
        # Lines alone may be added: an answer that moves the end of the text would have something else cosigned.
        if both.text != ours.text:
            raise PeerError(why.COSIGNATURE_WRONG.because(partner=partner, found="a cosignature of another text"))
        line = verify_note(both, witness_key(anchor, now))
    except InputError as error:
        raise PeerError(why.COSIGNATURE_WRONG.because(partner=partner, found=str(error)[:120])) from error
    stamp = cosigned_at(line)
    if not abs(stamp - now.timestamp()) <= MAX_SKEW_S:
        shown = format_rfc3339(datetime.fromtimestamp(stamp, UTC)) if stamp <= _LAST_STAMP else str(stamp)
        raise PeerError(why.COSIGNATURE_TIME.because(partner=partner, stamp=shown, limit=MAX_SKEW_S))
    return Note(text=ours.text, lines=(*ours.lines, line)).raw
