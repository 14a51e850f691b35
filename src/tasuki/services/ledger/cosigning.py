# SPDX-License-Identifier: MIT
"""Our side: the partner mirrors the log kept with it, and only then is it signed here and cosigned there."""

from __future__ import annotations

from collections.abc import Sequence
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
from tasuki.core.ledger.periods import Period
from tasuki.core.ledger.witness import write_request
from tasuki.core.release.released import release_notice, release_protocol
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.note import (
    Note,
    SignatureLine,
    VerifierKey,
    cosigned_at,
    parse_note,
    verify_note,
)
from tasuki.services.channel import partner_anchor
from tasuki.services.closing import require_rebuilt
from tasuki.services.ledger.signing import checkpoint_of, open_period, uncosigned, witness_keys_named
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
    restored from a backup must not sign a second history. With the first round of a new year a new period is opened,
    if the partner knows of periods.

    Raises:
        WorldError: the partner was not reached, the log is not the one it mirrored, or it lost what it cosigned.
        PeerError: it refused, or its cosignature does not hold.
    """
    log = pair_log(partner)
    with node.locks.hold(f"cosign:{partner}"):
        require_rebuilt(node, partner)
        grown = _waiting(node, log)
        if not grown:
            return False
        anchor = partner_anchor(node, partner)
        knows_periods = False
        for period in grown:
            knows_periods = _round(node, anchor, period)
        if knows_periods and open_period(node, log):
            for period in _waiting(node, log):
                _round(node, anchor, period)
        return True


def _waiting(node: Node, log: str) -> list[Period]:
    with node.database.read() as connection:
        return [period for period in uncosigned(connection, log) if period.size]


def _round(node: Node, anchor: Anchor, period: Period) -> bool:
    """Have one period mirrored, signed here and cosigned; return whether the partner knows of periods."""
    state = _send(node, anchor, period, 0, 0)
    _require_same(node, anchor, period, state)
    newest = checkpoint_of(node, period)
    if newest is not None:
        _push(node, anchor, period, (state.size, newest.size))
        cosigned = _ask(node, anchor, period, state.witnessed, newest)
        # A crash before this commit asks again; the witness cosigns the same size again.
        node.database.write(lambda connection: store.keep_cosigned(connection, period, newest.size, cosigned))
    return state.periods is not None


def _require_same(node: Node, anchor: Anchor, period: Period, state: MirrorState) -> None:
    """Refuse to go on where the partner's mirror of a period is not the beginning of ours."""
    partner = anchor.name.participant
    with node.database.read() as connection:
        size, _ = store.edge(connection, period)
        if state.size > size:
            raise WorldError(why.MIRROR_AHEAD.because(partner=partner, theirs=state.size, ours=size), retry=False)
        periods = len(store.periods(connection, period.log))
        if (state.periods or 0) > periods:
            # What is left may be a whole period: to go on in it would be a second history beside the next.
            ahead = why.PERIODS_AHEAD.because(partner=partner, theirs=state.periods or 0, ours=periods)
            raise WorldError(ahead, retry=False)
        root = store.root_in(connection, period, state.size)
        last = store.checkpoint_of(connection, period, cosigned=True)
    if root != state.root:
        raise WorldError(why.MIRROR_OTHER.because(partner=partner, size=state.size), retry=False)
    if last is None or state.witnessed >= last.size:
        return
    if state.witnessed == 0 and last.cosigned is not None and _by_its_keys(last.cosigned, anchor, node.clock.now()):
        raise WorldError(why.WITNESS_LOST.because(partner=partner, held=last.size), retry=False)
    # It forgot some of what it cosigned: it was restored. Growth from there is still proved to it.
    _LOG.warning("ledger.witness-behind", partner=partner, held=last.size, said=state.witnessed)


def _by_its_keys(cosigned: bytes, anchor: Anchor, now: datetime) -> bool:
    """Whether a witness cosigned under keys it still has: with new ones it may begin from nothing."""
    keys = {(key.name, key.id) for key in witness_keys_named(anchor, now, cosigned)}
    return any((line.name, line.key_id) in keys for line in parse_note(cosigned).lines)


def _push(node: Node, anchor: Anchor, period: Period, span: tuple[int, int]) -> None:
    start, end = span
    while start < end:
        state = _send(node, anchor, period, start, min(end, start + MAX_PAGE))
        partner = anchor.name.participant
        if state.refused is not None:
            code, said, _ = state.refused
            raise PeerError(why.MIRROR_REFUSED.because(partner=partner, code=code, said=said[:300]))
        if state.size != min(end, start + MAX_PAGE):
            raise PeerError(why.MIRROR_ANSWER.because(partner=partner, found=f"size {state.size}"))
        start = state.size


def _send(node: Node, anchor: Anchor, period: Period, start: int, end: int) -> MirrorState:
    with node.database.read() as connection:
        leaves = store.leaves(connection, period.log, period.start + start, period.start + end)
    message = write_page(origin(str(node.me), period.name), start, leaves)
    released = release_notice("mirror", message, str(anchor.name), node.gate.rules.digest)
    return read_state(node.link.post(anchor, MIRROR, released), anchor.name.participant)


def _ask(node: Node, anchor: Anchor, period: Period, old: int, newest: store.SignedSize) -> bytes:
    """Return the checkpoint with our signature and the partner's cosignatures, and nothing else."""
    with node.database.read() as connection:
        proof = merkle.consistency_proof(old, newest.size, store.range_of(connection, period))
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
    keys = witness_keys_named(anchor, now, newest.note + answer[:MAX_ANSWER_BYTES])
    try:
        lines = verified(newest.note, answer[:MAX_ANSWER_BYTES], keys)
    except InputError as error:
        raise PeerError(why.COSIGNATURE_WRONG.because(partner=partner, found=str(error)[:120])) from error
    for line in lines:
        stamp = cosigned_at(line)
        if not abs(stamp - now.timestamp()) <= MAX_SKEW_S:
            shown = format_rfc3339(datetime.fromtimestamp(stamp, UTC)) if stamp <= _LAST_STAMP else str(stamp)
            raise PeerError(why.COSIGNATURE_TIME.because(partner=partner, stamp=shown, limit=MAX_SKEW_S))
    return Note(text=ours.text, lines=(*ours.lines, *lines)).raw


def verified(note: bytes, answer: bytes, keys: Sequence[VerifierKey]) -> tuple[SignatureLine, ...]:
    """Return the lines in a witness's answer that these keys signed over a note of ours, one for each key.

    Raises:
        InputError: the answer is no signature lines, moves the end of the text, or lacks a key's valid signature.
    """
    ours, both = parse_note(note), parse_note(note + answer)
    # Lines alone may be added: an answer that moves the end of the text would have something else cosigned.
    if both.text != ours.text:
        raise InputError(why.OTHER_TEXT.because())
    return tuple(verify_note(both, key) for key in keys)
