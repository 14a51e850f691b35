# SPDX-License-Identifier: MIT
"""Importing: a file is read by a process that can do nothing else, and each part meets the acceptance of its kind."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import sqlalchemy as sa

from tasuki.adapters import bundle_reader
from tasuki.base.canonical import Json
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.bundle.judging import Early, Next, Place, Refused, Repeated, Signer, place, require_signed
from tasuki.core.bundle.reading import Cosigned, read_cosigned, write_cosigned
from tasuki.core.ledger.mirror import read_state
from tasuki.core.ledger.witness import parse_request
from tasuki.formats.bundle.bundle import Bundle, Part, PartKind, read_bundle
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.receipt import is_receipt
from tasuki.formats.suites.keys import Purpose
from tasuki.services import channel, ledger, partners, reconciliation, trust
from tasuki.services.bundle.reasons import MOVED, NOT_OURS, OTHER_ROOT, READER_CHANGED
from tasuki.services.channel.peers import identity
from tasuki.services.channel.sending import take_answer
from tasuki.services.closing import require_rebuilt
from tasuki.services.entries import audit
from tasuki.services.ledger.carrying import ask_state, take_cosigned
from tasuki.services.node import Node
from tasuki.services.reasons import REFUSED_BY_PARTNER
from tasuki.store import bundle as store
from tasuki.store import channel as channel_store

_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What became of a bundle.

    Attributes:
        state: `taken`; `held` until those before it came; `repeated`: it was taken in before.
        missing: first and last number that have to come before a bundle that is held.
        parts: how many parts of each kind were in it.
        refused: reasons why parts were not accepted, by code.
        confined: which of its rights the reading process could give up on this machine.
        also: numbers of held bundles that were taken in behind it.
    """

    partner: ParticipantId
    number: int
    hash: str
    state: str
    missing: tuple[int, int] | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    confined: Mapping[str, bool] = field(default_factory=dict)
    also: tuple[int, ...] = ()


def take_in(node: Node, raw: bytes) -> Took:
    """Take in a bundle.

    Raises:
        PeerError: it is refused; nothing changed but one leaf of the audit log.
        WorldError: something of ours failed; it may be taken in again.
    """
    try:
        bundle, confined = _read(node, raw)
    except (PeerError, InputError) as error:
        _audit_refusal(node, "", hashlib.sha256(raw).hexdigest(), error.reason)
        raise
    partner = bundle.manifest.sender.participant
    require_rebuilt(node, partner)
    with node.locks.hold(f"bundle-in:{partner}"):
        took = replace(_placed(node, bundle, raw), confined=confined)
        return replace(took, also=tuple(_held_ones(node, partner))) if took.state == "taken" else took


def _read(node: Node, raw: bytes) -> tuple[Bundle, Mapping[str, bool]]:
    """Return a bundle that a confined process read first, and then this one as well: neither is taken at its word."""
    signers, now = _signers(node), node.clock.now()
    read = bundle_reader.read(node.me, now, signers, raw)
    if read.bundle != raw:
        raise PeerError(READER_CHANGED.because())
    bundle = read_bundle(read.bundle)
    require_signed(bundle, signers, node.me, now)
    return bundle, read.confined


def _signers(node: Node) -> list[Signer]:
    """Return who may send bundles, and under which keys; one that was revoked counts for nothing new."""
    found = []
    with node.database.read() as connection:
        rows = [row for row in channel_store.partners(connection) if row.state == "trusted"]
    for row in rows:
        anchor = identity(row.anchor, node.me.participant).anchor
        dead = {each.key for each in anchor.revoked}
        keys = tuple(key for key in anchor.keys if key.purpose is Purpose.ENVELOPE and key.id not in dead)
        found.append(Signer(node=anchor.name, keys=keys))
    return found


def _placed(node: Node, bundle: Bundle, raw: bytes) -> Took:
    """Do what the number of a signed bundle says."""
    manifest = bundle.manifest
    partner = manifest.sender.participant
    anchor = channel.partner_anchor(node, partner)
    with node.database.read() as connection:
        ends = store.ends(connection, partner)
        same = store.kept(connection, partner, "in", number=manifest.number)
    known = [each for each in same if each.epoch == manifest.epoch and each.state != "other"]
    at = Place(epoch=ends.epoch, taken=ends.taken, hash=ends.taken_hash, keys=anchor.version, since=anchor.created)
    judgement = place(bundle, at, known[0].hash if known else None, node.clock.now())
    took = Took(partner=partner, number=manifest.number, hash=bundle.hash, state="taken", parts=_counts(bundle))
    match judgement:
        case Repeated():
            return replace(took, state="repeated")
        case Early(missing=missing):
            _hold(node, bundle, raw)
            return replace(took, state="held", missing=missing)
        case Refused(reason=reason, lie=lie):
            if lie:
                node.database.write(lambda connection: store.keep(connection, _kept(node, bundle, raw, "other")))
            _audit_refusal(node, partner, bundle.hash, reason)
            raise PeerError(reason)
        case Next():
            return _taken(node, bundle, raw, took)


def _hold(node: Node, bundle: Bundle, raw: bytes) -> None:
    kept = _kept(node, bundle, raw, "held")

    def work(connection: sa.Connection) -> None:
        if store.keep(connection, kept):
            detail: dict[str, Json] = {"partner": kept.partner, "number": kept.number, "hash": kept.hash}
            audit(node, connection, "bundle-held", detail)

    node.database.write(work)


def _held_ones(node: Node, partner: ParticipantId) -> Iterable[int]:
    """Take in the bundles that waited for the one before them; return their numbers."""
    while True:
        with node.database.read() as connection:
            ends = store.ends(connection, partner)
            next_ones = store.kept(connection, partner, "in", number=ends.taken + 1)
        held = next((each for each in next_ones if each.epoch == ends.epoch and each.state == "held"), None)
        if held is None or held.sealed is None:
            return
        raw = node.vault.open(*held.sealed, held.name)
        try:
            # It was read in confinement and verified when it came.
            _placed(node, read_bundle(raw), raw)
        except PeerError:
            # What it says of the one before does not fit: it stays as evidence, and the reason is in the audit log.
            _give_up(node, held)
            return
        yield held.number


def _give_up(node: Node, held: store.Kept) -> None:
    node.database.write(lambda connection: store.mark(connection, held, "other"))


def _taken(node: Node, bundle: Bundle, raw: bytes, took: Took) -> Took:
    manifest = bundle.manifest
    partner = took.partner
    refused = _Parts(node, manifest.received, partner).accept(bundle.parts)
    kept = _kept(node, bundle, raw, "taken")

    def work(connection: sa.Connection) -> bool:
        ends = store.ends(connection, partner)
        if (ends.epoch, ends.taken) != (manifest.epoch, manifest.number - 1):
            return False
        told = max(ends.told, min(manifest.received, ends.made))
        then = replace(ends, taken=manifest.number, taken_hash=bundle.hash, told=told)
        if not store.move_ends(connection, partner, ends, then):
            raise WorldError(MOVED.because(partner=partner), retry=True)
        store.received(connection, partner, manifest.epoch, told)
        if not store.keep(connection, kept):
            store.mark(connection, kept, "taken")
        codes: dict[str, Json] = dict(refused)
        counts: dict[str, Json] = dict(took.parts)
        detail: dict[str, Json] = {
            "partner": partner,
            "number": manifest.number,
            "hash": bundle.hash,
            "parts": counts,
            "refused": codes,
        }
        audit(node, connection, "bundle-taken", detail)
        return True

    # A crash before the commit: it is taken in again, and what was accepted gives the same answer.
    done = node.database.write(work)
    return replace(took, refused=refused, state="taken" if done else "repeated")


def _kept(node: Node, bundle: Bundle, raw: bytes, state: str) -> store.Kept:
    manifest = bundle.manifest
    kept = store.Kept(
        partner=manifest.sender.participant,
        direction="in",
        epoch=manifest.epoch,
        number=manifest.number,
        hash=bundle.hash,
        state=state,
        at=node.clock.now(),
        size=len(raw),
        envelopes=_counts(bundle).get(PartKind.ENVELOPE, 0),
        sealed=None,
    )
    return replace(kept, sealed=node.vault.seal(raw, kept.name))


def _counts(bundle: Bundle) -> dict[str, int]:
    return dict(Counter(str(part.kind) for part in bundle.parts))


def _audit_refusal(node: Node, partner: str, digest: str, reason: Reason) -> None:
    detail: dict[str, Json] = {"partner": partner, "hash": digest, "reason": reason.code}
    node.database.write(lambda connection: audit(node, connection, "bundle-refused", detail))


class _Parts:
    """Puts each part of one bundle through the acceptance of its kind, and keeps what is to be answered."""

    def __init__(self, node: Node, received: int, partner: ParticipantId) -> None:
        self._node = node
        self._received = received
        self._partner = partner
        self._refused: dict[str, int] = {}
        self._logged = False

    def accept(self, parts: Iterable[Part]) -> dict[str, int]:
        """Return how often which reason was given for not accepting a part."""
        for part in parts:
            try:
                _ACCEPT[part.kind](self, part)
            except (PeerError, InputError) as error:
                self._count(error.reason)
            except WorldError as error:
                if error.reason.code != REFUSED_BY_PARTNER.code:
                    raise
                self._count(error.reason)
        if self._logged:
            self._answer(PartKind.MIRRORED, "", ledger.receive_mirror(self._node, self._anchor, self._asking).body)
        return self._refused

    @property
    def _anchor(self) -> Anchor:
        return channel.partner_anchor(self._node, self._partner)

    @property
    def _asking(self) -> bytes:
        return ask_state(self._node, self._anchor)

    def _count(self, reason: Reason) -> None:
        self._refused[reason.code] = self._refused.get(reason.code, 0) + 1

    def _answer(self, kind: PartKind, of: str, body: bytes) -> None:
        self._node.database.write(lambda connection: store.keep_answer(connection, self._partner, str(kind), of, body))

    def trust(self, part: Part) -> None:
        """Newer metadata of the root that people compared."""
        known, offered = self._known(), identity(part.raw, self._node.me.participant)
        if known != offered.fingerprint:
            raise PeerError(OTHER_ROOT.because(partner=self._partner))
        partners.add(self._node, part.raw)

    def _known(self) -> bytes:
        with self._node.database.read() as connection:
            row = channel_store.partner(connection, self._partner)
        return b"" if row is None else identity(row.anchor, self._node.me.participant).fingerprint

    def answer(self, part: Part) -> None:
        """A receipt or notice for an envelope of ours."""
        env_id = part.of or ""
        with self._node.database.read() as connection:
            envelope = channel_store.sealed_envelope(connection, self._partner, env_id)
        if envelope is None:
            raise PeerError(NOT_OURS.because(env_id=env_id))
        take_answer(self._node, self._anchor, envelope, part.raw)

    def statement(self, part: Part) -> None:
        """What the partner says it exchanged."""
        stated = reconciliation.take(self._node, self._anchor, part.raw)
        trust.note_keys(self._node, self._partner, stated.metadata.get("partner_keys", 0))

    def envelope(self, part: Part) -> None:
        """An envelope, under the clauses of the channel; the manifest's signature stands for the certificate."""
        answer = channel.accept(self._node, self._anchor.tls_certificate, part.raw).body
        kind = PartKind.RECEIPT if is_receipt(answer) else PartKind.NOTICE
        self._answer(kind, part.of or "", answer)

    def leaves(self, part: Part) -> None:
        """A page of the partner's log."""
        state = ledger.receive_mirror(self._node, self._anchor, part.raw).body
        self._logged = True
        refused = read_state(state, self._partner).refused
        if refused is not None:
            self._refused[refused[0]] = self._refused.get(refused[0], 0) + 1

    def checkpoint(self, part: Part) -> None:
        """A checkpoint of it, which is cosigned or not."""
        asked = parse_request(part.raw).checkpoint
        reply = ledger.add_checkpoint(self._node, self._anchor, part.raw)
        self._logged = True
        said = Cosigned(
            origin=asked.origin, size=asked.size, status=reply.status, body=reply.body.body.decode("utf-8", "replace")
        )
        self._answer(PartKind.COSIGNED, "", write_cosigned(said))

    def mirrored(self, part: Part) -> None:
        """How far the partner's mirror of our log is: from there the next bundle goes on."""
        state = read_state(part.raw, self._partner)

        def work(connection: sa.Connection) -> None:
            ends = store.ends(connection, self._partner)
            if self._received < ends.log_bundle:
                # It answers an older bundle than the one that carried leaves last.
                return
            then = replace(ends, log_mirrored=state.size, log_witnessed=state.witnessed)
            if not store.move_ends(connection, self._partner, ends, then):
                raise WorldError(MOVED.because(partner=self._partner), retry=True)

        self._node.database.write(work)

    def cosigned(self, part: Part) -> None:
        """The cosignature on a checkpoint of ours, or why there is none."""
        said = read_cosigned(part.raw)
        if said.status != _OK:
            raise PeerError(
                REFUSED_BY_PARTNER.because(
                    partner=self._partner, env_id=said.origin, code=str(said.status), said=said.body[:200].strip()
                )
            )
        take_cosigned(self._node, self._anchor, (said.origin, said.size), said.body.encode())


_ACCEPT: Final[Mapping[PartKind, Callable[[_Parts, Part], None]]] = {
    PartKind.TRUST: _Parts.trust,
    PartKind.RECEIPT: _Parts.answer,
    PartKind.NOTICE: _Parts.answer,
    PartKind.STATEMENT: _Parts.statement,
    PartKind.ENVELOPE: _Parts.envelope,
    PartKind.LEAVES: _Parts.leaves,
    PartKind.CHECKPOINT: _Parts.checkpoint,
    PartKind.MIRRORED: _Parts.mirrored,
    PartKind.COSIGNED: _Parts.cosigned,
}
