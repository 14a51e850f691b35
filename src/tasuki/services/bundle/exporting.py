# SPDX-License-Identifier: MIT
"""Exporting: everything that waits for a partner is sealed as for any way, and goes into a file, urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import sqlalchemy as sa
import structlog

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.core.release.released import Released
from tasuki.formats.bundle.bundle import (
    MAX_BUNDLE_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_PARTS,
    Manifest,
    Part,
    PartKind,
    manifest_statement,
    read_bundle,
    write_bundle,
)
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import SUITE
from tasuki.services import partners, reconciliation
from tasuki.services.bundle.reasons import MOVED, NO_BUNDLE, TOO_SMALL
from tasuki.services.channel import partner_anchor, seal_next
from tasuki.services.channel.peers import protocol
from tasuki.services.channel.sending import URGENT_FIRST
from tasuki.services.closing import require_open, require_rebuilt
from tasuki.services.entries import audit
from tasuki.services.ledger.carrying import Carried, Reached, carry
from tasuki.services.node import Node
from tasuki.store import bundle as store

_LOG = structlog.get_logger("tasuki.bundle")

MOST_BYTES: Final = MAX_BUNDLE_BYTES - (4 << 20)
"""The largest bundle made here: some room is left for what a later version may add."""

_MANY_PARTS: Final = MAX_PARTS - 64
_ROW_BYTES: Final = 220
"""One part in the manifest."""

_FIXED_BYTES: Final = 8 << 10
"""Manifest without its parts, and signatures."""


@dataclass(slots=True)
class _Load:
    """What goes into one bundle, and what of it is noted as carried."""

    room: int
    parts: list[Part] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    env_ids: list[str] = field(default_factory=list)
    reached: Reached | None = None

    def fits(self, size: int) -> bool:
        """Whether a part of so many bytes goes in."""
        rows = (len(self.parts) + 1) * _ROW_BYTES
        return size + _ROW_BYTES <= self.room and len(self.parts) < _MANY_PARTS and rows < MAX_MANIFEST_BYTES // 2

    def add(self, part: Part) -> None:
        """Put a part in."""
        self.parts.append(part)
        self.room -= len(part.raw) + _ROW_BYTES


def export(node: Node, partner: ParticipantId, most: int = MOST_BYTES) -> Released:
    """Make the next bundle for a partner: answers, a statement, envelopes without a receipt, leaves and a checkpoint.

    Raises:
        WorldError: the node is closed, or another process made one meanwhile.
        InputError: the next envelope is larger than `most`.
        PeerError: the partner is not trusted.
    """
    with node.locks.hold(f"bundle-out:{partner}"):
        require_open(node)
        require_rebuilt(node, partner)
        anchor = partner_anchor(node, partner)
        _seal(node, partner)
        with node.database.read() as connection:
            ends = store.ends(connection, partner)
        load = _loaded(node, anchor, ends, min(most, MOST_BYTES))
        return _keep(node, anchor, ends, load)


def _seal(node: Node, partner: ParticipantId) -> None:
    """Seal what waits, lane by lane: where one may not be used, its acts wait, and everything else goes."""
    for lane in URGENT_FIRST:
        try:
            while seal_next(node, partner, lane, carried=True):
                pass
        except PeerError as error:
            _LOG.warning("bundle.lane-waits", loop=f"bundle:{partner}:{lane}", reason=error.reason.code)


def _loaded(node: Node, anchor: Anchor, ends: store.Ends, most: int) -> _Load:
    load = _Load(room=most - _FIXED_BYTES)
    partner = anchor.name.participant
    for part in _own_words(node, anchor, ends):
        if load.fits(len(part.raw)):
            load.add(part)
    with node.database.read() as connection:
        _answers(connection, partner, load)
        _envelopes(connection, partner, ends.told, load)
    _log(node, anchor, ends, load)
    order = {kind: place for place, kind in enumerate(PartKind)}
    load.parts.sort(key=lambda part: order[part.kind])
    return load


def _own_words(node: Node, anchor: Anchor, ends: store.Ends) -> Iterator[Part]:
    """Yield what this node says of itself: its metadata where they are new, and what it exchanged."""
    partner = anchor.name.participant
    chain = node.own.chain
    if chain is not None:
        with node.database.read() as connection:
            before = store.kept(connection, partner, "out", number=ends.made)
        changed = max(head.created for head in (chain.roots[-1].root.head, chain.keys.keys.head))
        if not before or before[0].at < changed:
            yield Part(kind=PartKind.TRUST, raw=partners.export_trust(node, partner).bytes_for(partner))
    yield Part(kind=PartKind.STATEMENT, raw=reconciliation.make(node, anchor).raw)


def _answers(connection: sa.Connection, partner: str, load: _Load) -> None:
    for answer in store.answers(connection, partner):
        kind = PartKind(answer.kind)
        if not load.fits(len(answer.body)):
            break
        load.add(Part(kind=kind, raw=answer.body, of=answer.of or None))
        load.answered.append(answer.id)


def _envelopes(connection: sa.Connection, partner: str, told: int, load: _Load) -> None:
    """Put envelopes in, urgent ones first, of each lane in the order of its numbers: what is next has to fit."""
    for lane in URGENT_FIRST:
        for waiting in store.waiting(connection, partner, lane, told):
            if not load.fits(waiting.size):
                if not load.env_ids and not load.answered:
                    limit = load.room + sum(len(part.raw) for part in load.parts)
                    raise InputError(TOO_SMALL.because(size=waiting.size, limit=limit))
                break
            raw = store.raw_of(connection, waiting.env_id)
            load.add(Part(kind=PartKind.ENVELOPE, raw=raw, of=waiting.env_id))
            load.env_ids.append(waiting.env_id)


def _log(node: Node, anchor: Anchor, ends: store.Ends, load: _Load) -> None:
    carried = carry(node, anchor, _reached(ends))
    if carried is None or not load.fits(_size(carried)):
        return
    for page in carried.pages:
        load.add(Part(kind=PartKind.LEAVES, raw=page))
    if carried.checkpoint is not None:
        load.add(Part(kind=PartKind.CHECKPOINT, raw=carried.checkpoint))
    load.reached = carried.reached


def _reached(ends: store.Ends) -> Reached:
    if not ends.log_bundle:
        return Reached()
    return Reached(start=ends.log_start, mirrored=ends.log_mirrored, witnessed=ends.log_witnessed)


def _size(carried: Carried) -> int:
    rows = (len(carried.pages) + 1) * _ROW_BYTES
    return sum(map(len, carried.pages)) + len(carried.checkpoint or b"") + rows


def _keep(node: Node, anchor: Anchor, ends: store.Ends, load: _Load) -> Released:
    now, partner = node.clock.now(), anchor.name.participant
    manifest = Manifest(
        suite=SUITE,
        sender=node.me,
        recipient=anchor.name,
        epoch=ends.epoch,
        number=ends.made + 1,
        prev=ends.made_hash,
        received=ends.taken,
        keys=node.anchor.version,
        created=now,
        sig_keys=node.anchor.current_pair(Purpose.ENVELOPE, now).ids,
    )
    statement = manifest_statement(manifest, load.parts)
    raw = write_bundle(statement, node.signer.sign_bundle(statement), load.parts)
    released = protocol(node, "bundle", raw, partner)
    made = read_bundle(raw)
    kept = store.Kept(
        partner=partner,
        direction="out",
        epoch=manifest.epoch,
        number=manifest.number,
        hash=made.hash,
        state="made",
        at=now,
        size=len(raw),
        envelopes=len(load.env_ids),
        sealed=None,
    )
    kept = replace(kept, sealed=node.vault.seal(raw, kept.name))
    then = replace(ends, made=manifest.number, made_hash=made.hash)
    if load.reached is not None:
        then = replace(
            then,
            log_start=load.reached.start,
            log_mirrored=load.reached.mirrored,
            log_witnessed=load.reached.witnessed,
            log_bundle=manifest.number,
        )

    def work(connection: sa.Connection) -> None:
        if not store.move_ends(connection, partner, ends, then):
            raise WorldError(MOVED.because(partner=partner), retry=True)
        store.keep(connection, kept)
        store.carry(connection, partner, manifest.number, load.answered, load.env_ids)
        audit(node, connection, "bundle-made", _entry(kept, load))

    # A crash before the commit leaves nothing: what was sealed waits for the next. After it, the bundle is given again.
    node.database.write(work)
    return released


def _entry(kept: store.Kept, load: _Load) -> dict[str, Json]:
    parts: dict[str, Json] = dict(Counter(str(part.kind) for part in load.parts))
    return {"partner": kept.partner, "number": kept.number, "hash": kept.hash, "size": kept.size, "parts": parts}


def export_again(node: Node, partner: ParticipantId, number: int) -> Released:
    """Return a bundle that was made before and that the partner did not say it has, byte for byte.

    Raises:
        InputError: there is none.
        PeerError: the partner is not trusted.
    """
    require_open(node)
    partner_anchor(node, partner)
    with node.database.read() as connection:
        epoch = store.ends(connection, partner).epoch
        kept = [each for each in store.kept(connection, partner, "out", number=number) if each.epoch == epoch]
    if not kept or kept[0].sealed is None:
        raise InputError(NO_BUNDLE.because(number=number, partner=partner))
    raw = node.vault.open(*kept[0].sealed, kept[0].name)
    detail: dict[str, Json] = {"partner": partner, "number": number, "hash": kept[0].hash}
    node.database.write(lambda connection: audit(node, connection, "bundle-given-again", detail))
    return protocol(node, "bundle", raw, partner)
