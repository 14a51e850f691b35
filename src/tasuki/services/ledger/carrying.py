# SPDX-License-Identifier: MIT
"""By file: leaves and checkpoint go without asking first, and the cosignature comes back with whatever comes next.

What the partner has is what the last bundle left it with; bundles are taken in in their order, and it says when that
was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.time import format_rfc3339
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.mirror import MAX_PAGE, write_page
from tasuki.core.ledger.model import origin, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.core.ledger.witness import write_request
from tasuki.core.release.released import release_notice, release_protocol
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.note import Note, SignatureLine, cosigned_at, parse_note
from tasuki.services.closing import require_rebuilt
from tasuki.services.entries import audit
from tasuki.services.ledger.cosigning import verified
from tasuki.services.ledger.signing import checkpoint_of, uncosigned, witness_keys
from tasuki.services.node import Node
from tasuki.store import ledger as store

MAX_PAGES: Final = 16
"""Pages of leaves in one bundle, some 11 MB; what is left goes in the next."""

_LAST_STAMP: Final = 253_402_300_799
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How much of a period of our log a partner has, and has cosigned.

    Attributes:
        start: the first leaf of the period; -1 where nothing was carried yet.
    """

    start: int = -1
    mirrored: int = 0
    witnessed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What goes into a bundle, and how far the partner is once it has taken it in."""

    pages: tuple[bytes, ...]
    checkpoint: bytes | None
    reached: Reached


def carry(node: Node, anchor: Anchor, before: Reached) -> Carried | None:
    """Return leaves and checkpoint that a partner has not been sent yet; None where there are none.

    Raises:
        WorldError: the log is not what was logged and signed before, or the node was restored and not rebuilt.
    """
    partner = anchor.name.participant
    require_rebuilt(node, partner)
    with node.locks.hold(f"cosign:{partner}"):
        with node.database.read() as connection:
            waiting = [period for period in uncosigned(connection, pair_log(partner)) if period.size]
            if not waiting:
                return None
            period = waiting[0]
            last = store.checkpoint_of(connection, period, cosigned=True)
        if before.start != period.start:
            size = 0 if last is None else last.size
            before = Reached(start=period.start, mirrored=size, witnessed=size)
        newest = checkpoint_of(node, period)
        if newest is None or newest.size <= before.witnessed:
            return None
        return _carried(node, anchor, period, before, newest)


def _carried(node: Node, anchor: Anchor, period: Period, before: Reached, newest: store.SignedSize) -> Carried:
    pages: list[bytes] = []
    start = before.mirrored
    while start < newest.size and len(pages) < MAX_PAGES:
        end = min(newest.size, start + MAX_PAGE)
        pages.append(_page(node, anchor, period, start, end))
        start = end
    if start < newest.size:
        reached = Reached(start=period.start, mirrored=start, witnessed=before.witnessed)
        return Carried(pages=tuple(pages), checkpoint=None, reached=reached)
    with node.database.read() as connection:
        proof = merkle.consistency_proof(before.witnessed, newest.size, store.range_of(connection, period))
    body = write_request(before.witnessed, tuple(proof), newest.note)
    released = release_protocol("checkpoint", body, str(anchor.name), node.gate.rules.digest)
    reached = Reached(start=period.start, mirrored=newest.size, witnessed=newest.size)
    return Carried(pages=tuple(pages), checkpoint=released.body, reached=reached)


def _page(node: Node, anchor: Anchor, period: Period, start: int, end: int) -> bytes:
    with node.database.read() as connection:
        leaves = store.leaves(connection, period.log, period.start + start, period.start + end)
    message = write_page(origin(str(node.me), period.name), start, leaves)
    return release_notice("mirror", message, str(anchor.name), node.gate.rules.digest).body


def ask_state(node: Node, partner: Anchor) -> bytes:
    """Return an empty page as the partner would send it: it asks for the state of its mirror here."""
    log = origin(str(partner.name), pair_log(node.me.participant))
    return canonical(write_page(log, 0, ()))


def take_cosigned(node: Node, anchor: Anchor, place: tuple[str, int], body: bytes) -> None:
    """Keep the partner's cosignatures on a checkpoint of ours that was carried to it.

    Args:
        node: ours.
        anchor: the partner.
        place: origin and size of the checkpoint.
        body: signature lines.

    Raises:
        InputError: there is no such checkpoint, or it was signed under no key of the partner's.
        PeerError: a line does not verify, or was made at a time that cannot be.
    """
    name, size = place
    partner = anchor.name.participant
    signed = _signed(node, partner, name, size)
    if signed is None:
        raise InputError(why.WITNESS_UNKNOWN.because(origin=f"{name[:100]} {size}"))
    period, note = signed
    keys = witness_keys(anchor, node.clock.now())
    try:
        lines = verified(note.note, body, keys)
    except InputError as error:
        raise PeerError(why.COSIGNATURE_WRONG.because(partner=partner, found=str(error)[:120])) from error
    for line in lines:
        _require_time(node, anchor, line, note.at)
    ours = parse_note(note.note)
    cosigned = Note(text=ours.text, lines=(*ours.lines, *lines)).raw

    def work(connection: sa.Connection) -> None:
        store.keep_cosigned(connection, period, size, cosigned)
        audit(node, connection, "cosigned-by-file", {"partner": partner, "origin": name, "size": size})

    node.database.write(work)


def _signed(node: Node, partner: str, name: str, size: int) -> tuple[Period, store.SignedSize] | None:
    with node.database.read() as connection:
        for period in store.periods(connection, pair_log(partner)):
            if origin(str(node.me), period.name) == name:
                found = [each for each in store.checkpoints(connection, period) if each.size == size]
                return (period, found[0]) if found else None
    return None


def _require_time(node: Node, anchor: Anchor, line: SignatureLine, signed_at: datetime) -> None:
    """Refuse a cosignature from before the checkpoint, or from the future: a file may take weeks, a clock not."""
    stamp = cosigned_at(line)
    skew = timedelta(seconds=MAX_SKEW_S)
    at = datetime.fromtimestamp(stamp, UTC) if stamp <= _LAST_STAMP else None
    if at is None or not signed_at - skew <= at <= node.clock.now() + skew:
        shown = str(stamp) if at is None else format_rfc3339(at)
        raise PeerError(why.COSIGNATURE_TIME.because(partner=anchor.name.participant, stamp=shown, limit=MAX_SKEW_S))
