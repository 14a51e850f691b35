# SPDX-License-Identifier: MIT
"""Rebuilding: our log and lanes with one partner become what the partner knows of them, in one transaction.

Only then anything of the partner is taken in again: every receipt this node gave keeps its bytes and its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.base.ids import Audience
from tasuki.base.reasons import Reason
from tasuki.base.time import format_exact, parse_rfc3339, to_micros
from tasuki.core.channel.model import Lane
from tasuki.core.ledger.mirror import ISSUED, SENT, contradiction, is_seen
from tasuki.core.ledger.model import SALT_BYTES, Leaf, mirror_log, origin, pair_log, witness_name
from tasuki.core.ledger.periods import period_named
from tasuki.core.recovery import reasons as why
from tasuki.core.recovery.model import Progress, Sent
from tasuki.core.recovery.rebuilding import LOST, MisplacedError, behind, claimed, complete, lane_after
from tasuki.core.withdrawal.attesting import usable_from
from tasuki.core.withdrawal.model import Verb
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, ED25519, Note, make_key, parse_note, verify_note
from tasuki.services import journal, returning
from tasuki.services.entries import audit
from tasuki.services.ledger.witnessing import beside, theirs
from tasuki.services.node import Node
from tasuki.services.recovery import replaying
from tasuki.services.recovery.collecting import Collected
from tasuki.services.recovery.gone import named
from tasuki.services.withdrawal.hearing import PASSED_ON
from tasuki.store import holdings, ledger, sending
from tasuki.store import recovery as store
from tasuki.store.holdings import LOCAL

_PASSED_ON: Final = frozenset(PASSED_ON.values())


def rebuild(node: Node, found: Collected) -> None:
    """Complete what this node lost of its dealings with a partner.

    Raises:
        PeerError: what the partner gave back does not fit what is here; nothing was taken over.
    """
    reason = _objection(found)
    if reason is not None:
        raise PeerError(reason)
    log = pair_log(found.partner)
    with node.locks.hold(log):
        try:
            node.database.write(lambda connection: _rebuild(node, connection, found))
        except (MisplacedError, InputError, WorldError) as error:
            if isinstance(error, WorldError) and error.retry:
                raise
            raise PeerError(_other(found, str(error))) from error


def _other(found: Collected, what: str) -> Reason:
    return why.OTHER_HISTORY.because(partner=found.partner, found=what[:120])


def _objection(found: Collected) -> Reason | None:
    """Return why nothing can be rebuilt from what was collected; None where it can."""
    for lane, (came, went) in found.ours.items():
        told = found.lanes.get(lane)
        if told is None:
            continue
        if told.epoch != came.epoch:
            return _other(found, f"lane {lane} in epoch {told.epoch}, here {came.epoch}")
        if told.sealed < came.next_seq:
            return why.PARTNER_BEHIND.because(
                partner=found.partner, sealed=told.sealed - 1, lane=lane, held=came.next_seq - 1
            )
        known = {signed.receipt.seq for _, signed in found.given.values() if signed.receipt.lane == lane}
        unknown = next((number for number in told.missing if number not in known), None)
        if unknown is not None:
            return why.TOO_OLD.because(partner=found.partner, lane=lane, needed=unknown)
        if lane_after(went, told) is None:
            return _other(found, f"lane {lane}: another envelope {went.next_seq - 1}")
        if (gap := _gap(found, lane)) is not None:
            return _other(found, gap)
    return None


def _gap(found: Collected, lane: str) -> str | None:
    """Return where the envelopes the partner took do not follow each other up to where it says it stands."""
    told, (_, went) = found.lanes[lane], found.ours[lane]
    taken = [each for each, _ in found.sent if each.lane == lane]
    numbers = [each.seq for each in taken]
    end = max(told.taken.next_seq, went.next_seq)
    if numbers != list(range(went.next_seq, end)):
        return f"lane {lane}: {len(numbers)} envelopes from {went.next_seq} to {end - 1}"
    if taken and taken[-1].env_hash != told.taken.prev:
        return f"lane {lane}: another envelope {end - 1}"
    return None


def _rebuild(node: Node, connection: sa.Connection, found: Collected) -> None:
    now, log, partner = node.clock.now(), pair_log(found.partner), found.partner
    if ledger.size(connection, log) != found.size:
        raise WorldError(why.NOT_REBUILT.because(partner=partner), retry=True)
    ledger.extend(connection, log, [_entry(leaf) for leaf in found.leaves], now)
    _require_mirrored(connection, found)
    _keep_checkpoint(node, connection, found)
    size = ledger.size(connection, log)
    concerned = [*found.given, *(each.env_id for each, _ in found.sent)]
    known = [leaf for listed in ledger.about(connection, log, concerned).values() for leaf in listed]
    new = complete(size, known, [signed for _, signed in found.given.values()], found.sent)
    for leaf in new:
        ledger.append(connection, log, leaf.kind, leaf.body, now, node.entropy.draw(SALT_BYTES))
    for lane, (_, went) in found.ours.items():
        after = lane_after(went, found.lanes[lane]) or went
        after = behind(after, claimed(found.leaves, SENT, lane, after.epoch))
        if after != went:
            store.move_lane(connection, partner, lane, after)
    store.keep_given_back(connection, partner, "in", _given(found))
    store.keep_given_back(connection, partner, "in", _never_arrived(found))
    store.keep_given_back(connection, partner, "out", _sent(found))
    store.keep_given_back(connection, partner, "out", _gone(found))
    for lane in found.ours:
        returning.pass_over(node, connection, partner, lane, now)
    _rebuild_mirror(node, connection, found)
    said = list(_said(found))
    for each in said:
        _say_again(node, connection, each)
    _note_gone(connection, found)
    detail: dict[str, Json] = {
        "partner": partner,
        "mirrored": len(found.leaves),
        "rebuilt": len(new),
        "lost": sum(leaf.kind == LOST for leaf in new),
        "receipts": len(found.given),
        "envelopes": len(found.sent),
        "notices": len(said),
    }
    audit(node, connection, "recovery:partner:rebuild", detail)
    urgent = found.lanes[Lane.URGENT.value]
    progress: dict[str, Json] = {"epoch": urgent.epoch, "target": urgent.sealed, "both": found.last.closed, **detail}
    store.note_recovery(connection, partner, Progress.REBUILT, progress, now)


def _entry(leaf: Leaf) -> ledger.Entry:
    env_id = leaf.body.get("env_id")
    return ledger.Entry(
        kind=leaf.kind,
        salt=leaf.salt,
        body=canonical(dict(leaf.body)),
        env_id=env_id if isinstance(env_id, str) else None,
    )


def _require_mirrored(connection: sa.Connection, found: Collected) -> None:
    """Require that the partner's mirror is the beginning of our log as it is now.

    Raises:
        InputError: it is not.
        WorldError: a leaf is missing here.
    """
    log, size = pair_log(found.partner), found.last.size
    # Not a leaf beyond what it says it has mirrored: nothing would vouch for it.
    whole = ledger.size(connection, log) == max(size, found.size)
    if not whole or ledger.root_at(connection, log, size) != found.last.root:
        raise InputError(_other(found, f"root of {size} leaves"))


def _keep_checkpoint(node: Node, connection: sa.Connection, found: Collected) -> None:
    """Keep the checkpoint that the partner cosigned last: nothing that contradicts it is ever signed here.

    Raises:
        InputError: this node never signed it, or the log is not what it says.
    """
    if not found.last.note:
        return
    note = parse_note(found.last.note)
    state = parse_checkpoint(note.text)
    log = pair_log(found.partner)
    period = period_named(state.origin, origin(str(node.me), log), log)
    if period is None or not _is_signed(node.anchor, state.origin, found.last.note):
        raise InputError(_other(found, "a checkpoint this node did not sign"))
    if ledger.root_in(connection, period, state.size) != state.root:
        raise InputError(_other(found, f"checkpoint of {state.size} leaves"))
    ledger.keep_checkpoint(connection, period, state.size, found.last.note, node.clock.now())


def _rebuild_mirror(node: Node, connection: sa.Connection, found: Collected) -> None:
    """Bring our mirror of the partner's log up to what this node cosigned of it, and remember that it did.

    A witness that forgot what it cosigned could be brought to cosign another history.

    Raises:
        InputError: the leaves contradict what is here, or are not what this node cosigned.
    """
    partner, log, now = found.partner, mirror_log(found.partner), node.clock.now()
    if ledger.size(connection, log) != found.mirror:
        raise WorldError(why.NOT_REBUILT.because(partner=partner), retry=True)
    ledger.extend(connection, log, [_entry(leaf) for leaf in found.theirs], now)
    unseen = []
    for leaf, ours, taken in beside(connection, partner, found.theirs):
        if (member := contradiction(leaf, ours, taken)) is not None:
            raise InputError(_other(found, f"leaf {leaf.index}: {member}"))
        if not is_seen(leaf, ours):
            unseen.append(leaf.index)
    ledger.keep_unseen(connection, partner, unseen, now)
    first = theirs(node, found.anchor)
    for raw in found.last.cosigned:
        _keep_witnessed(node, connection, first, log, raw)


def _keep_witnessed(node: Node, connection: sa.Connection, first: str, log: str, raw: bytes) -> None:
    """Remember a checkpoint of the partner that carries our own cosignature."""
    note = parse_note(raw)
    state = parse_checkpoint(note.text)
    period = period_named(state.origin, first, log)
    if (
        period is None
        or not _is_cosigned(node.anchor, raw)
        or ledger.root_in(connection, period, state.size) != state.root
    ):
        raise InputError(why.STRANGE_ANSWER.because(partner=first, found=f"checkpoint {state.origin} {state.size}"))
    known = ledger.witnessed(connection, state.origin)
    if state.size > known.size:
        signed = Note(text=note.text, lines=tuple(line for line in note.lines if line.name == state.origin))
        then = ledger.Witnessed(size=state.size, root=state.root, note=signed.raw)
        ledger.move_witnessed(connection, state.origin, known, then)


def _is_cosigned(anchor: Anchor, raw: bytes) -> bool:
    name = witness_name(str(anchor.name))
    for key in anchor.keys:
        if key.purpose is Purpose.WITNESS and key.algorithm is Algorithm.ED25519:
            try:
                verify_note(parse_note(raw), make_key(name, COSIGNATURE_ED25519, key.raw))
            except InputError:
                continue
            return True
    return False


def _is_signed(anchor: Anchor, name: str, raw: bytes) -> bool:
    for key in anchor.keys:
        if key.purpose is Purpose.LOG and key.algorithm is Algorithm.ED25519:
            try:
                verify_note(parse_note(raw), make_key(name, ED25519, key.raw))
            except InputError:
                continue
            return True
    return False


def _given(found: Collected) -> Iterator[store.GivenBack]:
    """Yield our receipts for envelopes that are to come again, or that neither side has any more."""
    missing = {(each.lane, number) for each in found.lanes.values() for number in each.missing}
    for raw, signed in found.given.values():
        receipt = signed.receipt
        yield store.GivenBack(
            env_id=receipt.env_id,
            lane=receipt.lane,
            epoch=receipt.epoch,
            seq=receipt.seq,
            hash=receipt.env_hash,
            receipt=raw,
            lost=(receipt.lane, receipt.seq) in missing,
        )


def _sent(found: Collected) -> Iterator[store.GivenBack]:
    """Yield our envelopes that are not here any more, with the receipts they got."""
    for each, _ in found.sent:
        yield store.GivenBack(
            env_id=each.env_id,
            lane=each.lane,
            epoch=each.epoch,
            seq=each.seq,
            hash=each.env_hash,
            receipt=each.receipt,
        )


def _never_arrived(found: Collected) -> Iterator[store.GivenBack]:
    """Yield what our log says a receipt was given for, where that receipt is in nobody's hands: it is given again."""
    for lane, (came, _) in found.ours.items():
        issued = named(found.leaves, ISSUED, lane, came.epoch)
        yield from (each for each in issued if each.env_id not in found.given)


def _gone(found: Collected) -> Iterator[store.GivenBack]:
    """Yield our envelopes that our log names and that nobody has: the partner passes their numbers over."""
    taken = {each.env_id for each, _ in found.sent}
    for lane, (_, went) in found.ours.items():
        yield from (each for each in named(found.leaves, SENT, lane, went.epoch) if each.env_id not in taken)


def _said(found: Collected) -> Iterator[Sent]:
    """Yield our own notices that the partner got, as they went; what was passed on comes again from whoever said it."""
    for each, _ in found.sent:
        if each.body and orjson.loads(each.body).get("reason") not in _PASSED_ON:
            yield each


def _say_again(node: Node, connection: sa.Connection, each: Sent) -> None:
    """Do here again what this node told the partner, and note it: the journal may be lost as well."""
    said: dict[str, Any] = orjson.loads(each.body)
    verb, ids = Verb(each.type), said["ids"]
    at = parse_rfc3339(said["at"])
    body: dict[str, Json] = {"source": LOCAL, "ids": ids}
    if verb is Verb.RECALL:
        kind, body = journal.RECALLED, {**body, "at": format_exact(at)}
    elif verb is Verb.NARROW:
        level = str(said["label"].get("tlp", "")).lower()
        kind, body = journal.NARROWED, {"ids": ids, "label": said["label"], "level": level}
    else:
        kind, body = journal.STOPPED, {**body, "usable_from": str(usable_from(verb, to_micros(at)))}
    journal.note(connection, kind, body)
    replaying.ACTS[kind](node, connection, body)


def _note_gone(connection: sa.Connection, found: Collected) -> None:
    """Remember what of ours the partner holds, so that a recall reaches it; ids never held here are left out."""
    numbers = holdings.numbers(connection, {each.stix_id for each in found.got})
    positions = store.positions_of(connection, list(numbers.values()))
    for each in found.got:
        for audience in each.audiences:
            listed = positions.get(numbers.get(each.stix_id, -1), [])
            if listed and Audience.parse(audience).participant == found.partner:
                sending.note_gone(connection, audience, listed)
