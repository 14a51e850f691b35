# SPDX-License-Identifier: MIT
"""Sealing: what the outbox holds goes through the gate once more, takes the next number and is signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.adapters import sealing
from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, WorldError
from tasuki.base.ids import Audience, ParticipantId, uuid7
from tasuki.base.limits import MAX_BATCH_OBJECTS, MAX_PAYLOAD_BYTES
from tasuki.core.channel import deciding
from tasuki.core.channel.model import Lane, LaneState
from tasuki.core.channel.sending import Letter, address, close
from tasuki.core.ledger.model import AUDIT, SALT_BYTES, pair_log
from tasuki.core.ledger.quorum import is_unwitnessed
from tasuki.core.release.released import Released, release_notice
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import SALT_BYTES as PAYLOAD_SALT_BYTES
from tasuki.formats.envelope.envelope import envelope_hash, salted, write_envelope
from tasuki.formats.envelope.header import Header, header_json, seal_info, write_header
from tasuki.formats.envelope.objects import ObjectPart, write_objects
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.services import release
from tasuki.services.channel.peers import partner_anchor, policy, require_lane
from tasuki.services.closing import require_open_within
from tasuki.services.node import Node
from tasuki.services.node.signals import SEALED
from tasuki.services.reasons import LANE_MOVED
from tasuki.store import channel as store
from tasuki.store import ledger, trust

_LOOK_AHEAD: Final = 256
"""Outbox entries looked at for one envelope: acts that share one object each go out together."""

_MANIFEST_ROOM: Final = 2048
"""Bytes kept free for the manifest entry of one object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcel:
    """What the next envelope of a lane carries.

    Attributes:
        asked: positions of the objects that were put to the gate; what it kept is the difference.
        settled: the outbox entries that are in it whole.
        rest: the entry that is not, with what is left of it.
        in_reply_to: hash of the envelope it answers.
        unwitnessed: it goes although the partner has not cosigned the log for hours.
    """

    released: Released
    payload: bytes
    asked: tuple[int, ...]
    settled: tuple[int, ...]
    rest: tuple[int, bytes] | None = None
    in_reply_to: str | None = None
    unwitnessed: bool = False


def seal_next(node: Node, partner: ParticipantId, lane: str, *, carried: bool = False) -> bool:
    """Seal what waits longest on a lane into one envelope; return whether anything waited and could go.

    Every object is put to the gate again: what was narrowed or recalled while it waited never leaves. Where the partner
    has not cosigned the log for hours, urgent matters alone go on, and their leaves say so.

    Args:
        node: who sends.
        partner: to whom.
        lane: on which lane.
        carried: it goes by hand in a bundle; cosignatures come back the same way, so that none is waited for.

    Raises:
        PeerError: the partner is not trusted, or has no valid key.
        WorldError: the signer or the database failed, or the node is closed; nothing was changed.
    """
    with node.locks.hold(f"out:{partner}:{lane}"):
        with node.database.read() as connection:
            require_open_within(connection)
            state = store.lane_state(connection, partner, lane, "out")
            items = store.waiting(connection, partner, lane, _LOOK_AHEAD)
            since = ledger.uncosigned_since(connection, pair_log(partner))
        unwitnessed = is_unwitnessed(since, node.clock.now()) and not carried
        if state is None or not items or (unwitnessed and lane != Lane.URGENT):
            return False
        recipient = partner_anchor(node, partner)
        require_lane(recipient, lane)
        try:
            parcel = _pack(node, partner, items)
        except CallerError as error:
            _withhold(node, partner, (items[0].id,), error.reason.code)
            return True
        try:
            if parcel.released.kind == "objects" and not parcel.released.objects:
                _withhold(node, partner, parcel.settled, "release.denied", parcel)
                return True
            _seal(node, recipient, lane, state, replace(parcel, unwitnessed=unwitnessed))
        except _OvertakenError:
            # Looked at again at once, as it is now.
            return True
    node.signals.raise_(SEALED)
    return True


class _OvertakenError(Exception):
    """Something was narrowed or recalled between the gate's answer and the commit."""


def _pack(node: Node, partner: ParticipantId, items: list[store.OutboxItem]) -> _Parcel:
    first = items[0]
    if first.kind == "objects":
        return _pack_objects(node, items)
    message = orjson.loads(first.body)
    released = release_notice(first.kind, message, partner, policy(node))
    about: str | None = None
    if first.kind == deciding.TYPE:
        with node.database.read() as connection:
            about = store.received_hash(connection, message["env_id"])
    return _Parcel(released=released, payload=released.body, asked=(), settled=(first.id,), in_reply_to=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One outbox entry of objects."""

    item: int
    positions: tuple[int, ...]


def _pack_objects(node: Node, items: list[store.OutboxItem]) -> _Parcel:
    """Gather entries for one audience up to the limits of an envelope, and put every object to the gate."""
    audience, wanted = _gather(items)
    positions = [position for each in wanted for position in each.positions][:MAX_BATCH_OBJECTS]
    while True:
        released = release.release_positions(node, positions, Audience.parse(audience))
        size = sum(len(each.raw) + _MANIFEST_ROOM for each in released.objects)
        if size <= MAX_PAYLOAD_BYTES or len(positions) == 1:
            break
        positions = positions[: len(positions) // 2]
    settled, rest = _settle(wanted, len(positions), audience)
    parts = [ObjectPart(entry=each.entry, body=each.raw) for each in released.objects]
    return _Parcel(released=released, payload=write_objects(parts), asked=tuple(positions), settled=settled, rest=rest)


def _gather(items: list[store.OutboxItem]) -> tuple[str, list[_Wanted]]:
    """Return the audience of the first entry and the run of entries for it that fits one envelope."""
    audience: str | None = None
    wanted: list[_Wanted] = []
    room = MAX_BATCH_OBJECTS
    for item in items:
        body = orjson.loads(item.body) if item.kind == "objects" else {"audience": None, "positions": []}
        if audience is None:
            audience = body["audience"]
        if body["audience"] != audience or (wanted and len(body["positions"]) > room):
            break
        wanted.append(_Wanted(item=item.id, positions=tuple(body["positions"])))
        room -= len(body["positions"])
    return str(audience), wanted


def _settle(wanted: Sequence[_Wanted], count: int, audience: str) -> tuple[tuple[int, ...], tuple[int, bytes] | None]:
    """Return the entries that the first `count` positions cover, and the next one where it is covered in part."""
    settled: list[int] = []
    for each in wanted:
        if len(each.positions) > count:
            left: list[Json] = list(each.positions[count:])
            rest = each.item, canonical({"positions": left, "audience": audience})
            return tuple(settled), rest if count else None
        count -= len(each.positions)
        settled.append(each.item)
    return tuple(settled), None


def _seal(node: Node, recipient: Anchor, lane: str, state: LaneState, parcel: _Parcel) -> None:
    now = node.clock.now()
    released = parcel.released
    letter = Letter(
        env_id=uuid7(now, node.entropy.draw(10)),
        type=released.kind,
        lane=lane,
        label=None if released.label is None or released.label.tlp is None else str(released.label.tlp),
        policy=released.policy,
        plaintext=salted(node.entropy.draw(PAYLOAD_SALT_BYTES), parcel.payload),
        in_reply_to=parcel.in_reply_to,
    )
    header = address(letter, state, node.anchor, recipient, now)
    key = recipient.current(Purpose.KEM, Algorithm.MLKEM768_X25519, now)
    ciphertext = sealing.seal(key.raw, seal_info(header_json(header)), letter.plaintext)
    header = close(header, ciphertext)
    header_bytes = write_header(header)
    raw = write_envelope(header_bytes, node.signer.sign_envelope(header_bytes), ciphertext)
    envelope = store.SealedEnvelope(
        env_id=header.env_id,
        lane=lane,
        epoch=header.epoch,
        seq=header.seq,
        type=header.type,
        hash=envelope_hash(raw, len(ciphertext)),
        raw=raw,
        objects=len(released.objects),
        sealed_at=now,
        state="sealed",
    )
    _keep(node, header, state, parcel, envelope)


def _keep(node: Node, header: Header, state: LaneState, parcel: _Parcel, envelope: store.SealedEnvelope) -> None:
    partner, now = header.recipient.participant, envelope.sealed_at

    def work(connection: sa.Connection) -> None:
        _require_same(node, connection, parcel)
        if trust.any_revoked(connection, header.sig_keys):
            # Revoked since it was signed: the partner would take nothing after the cut by it.
            raise WorldError(LANE_MOVED.because(lane=envelope.lane), retry=True)
        moved = store.advance(
            connection,
            partner=partner,
            lane=envelope.lane,
            direction="out",
            expected=state,
            then=state.after(envelope.hash),
        )
        if not moved or store.settle(connection, parcel.settled, state="sealed", env_id=envelope.env_id) != len(
            parcel.settled
        ):
            raise WorldError(LANE_MOVED.because(lane=envelope.lane), retry=True)
        if parcel.rest is not None:
            store.shorten(connection, *parcel.rest)
        store.keep_sealed(connection, partner, envelope)
        leaf = _leaf(envelope, parcel)
        ledger.append(connection, pair_log(partner), "envelope-sent", leaf, now, node.entropy.draw(SALT_BYTES))
        body: dict[str, Json] = {
            **leaf,
            "act": "envelope-sealed",
            "asked": len(parcel.asked),
            "objects": envelope.objects,
        }
        ledger.append(connection, AUDIT, "envelope-sealed", body, now, node.entropy.draw(SALT_BYTES))

    # A crash before the commit leaves the outbox as it was; after it, the envelope goes out as sealed, however often.
    with node.locks.hold(pair_log(partner)):
        node.database.write(work)


def _require_same(node: Node, connection: sa.Connection, parcel: _Parcel) -> None:
    if parcel.asked and not release.confirm(node, connection, parcel.asked, parcel.released):
        raise _OvertakenError


def _leaf(envelope: store.SealedEnvelope, parcel: _Parcel) -> dict[str, Json]:
    flag: dict[str, Json] = {"unwitnessed": True} if parcel.unwitnessed else {}
    return {
        **flag,
        "env_id": envelope.env_id,
        "env_hash": envelope.hash,
        "lane": envelope.lane,
        "epoch": envelope.epoch,
        "seq": envelope.seq,
        "type": envelope.type,
        "policy": parcel.released.policy,
    }


def _withhold(node: Node, partner: str, items: tuple[int, ...], code: str, parcel: _Parcel | None = None) -> None:
    now = node.clock.now()
    body: dict[str, Json] = {"act": "withheld", "partner": partner, "items": list(items), "reason": code}

    def work(connection: sa.Connection) -> None:
        if parcel is not None:
            _require_same(node, connection, parcel)
        store.settle(connection, items, state="withheld", env_id=None)
        if parcel is not None and parcel.rest is not None:
            store.shorten(connection, *parcel.rest)
        ledger.append(connection, AUDIT, "withheld", body, now, node.entropy.draw(SALT_BYTES))

    node.database.write(work)
