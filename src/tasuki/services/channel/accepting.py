# SPDX-License-Identifier: MIT
"""Taking in: what partners send is judged, opened, committed with its receipt as one, and answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError, TasukiError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.channel.acceptance import Again, Facts, Gap, Judgement, Lie, Open, Refuse, Spend, judge
from tasuki.core.channel.model import LANES, Arrival, Disposition, LaneState, Seen, Status
from tasuki.core.channel.reasons import EQUIVOCATION, WRONG_CERTIFICATE
from tasuki.core.ledger.mirror import ISSUED, SENT
from tasuki.core.ledger.model import AUDIT, SALT_BYTES, pair_log
from tasuki.core.recovery.reasons import NOT_TAKEN_BEFORE
from tasuki.core.release.released import Released, release_notice
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import Envelope, payload_of, read_envelope
from tasuki.formats.envelope.receipt import Receipt, read_receipt, receipt_statement, write_receipt
from tasuki.formats.json import strict
from tasuki.formats.suites.fields import MAX_PARAM, MAX_PARAMS
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import SUITE
from tasuki.services import consent, intake, returning, withdrawal
from tasuki.services.channel.deciding import noting, prepare_decided
from tasuki.services.channel.passing import pass_gone
from tasuki.services.channel.peers import logged_at, notice, partner_anchor, policy, protocol
from tasuki.services.channel.quotas import full, no_room, too_fast
from tasuki.services.closing import require_rebuilt
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.services.reasons import LANE_MOVED, PAYLOAD_SURPRISE
from tasuki.store import channel as store
from tasuki.store import holdings, ledger, recovery, trust
from tasuki.store.reasons import NO_SPACE

Apply = Callable[[sa.Connection], Disposition]
Prepare = Callable[[Node, Arrival], Apply]


def accept(node: Node, certificate: bytes, raw: bytes) -> Released:
    """Take in one envelope from the peer that presented `certificate`; return the answer for it.

    The answer is the signed stored receipt once the number is spent and everything is durable; else an unsigned notice.
    Whoever shows another certificate than the sender's hears the same whether that sender is a partner of ours or not.
    """
    try:
        envelope = read_envelope(raw)
    except PeerError as error:
        _audit_refusal(node, "", error.reason)
        return notice(node, error.reason)
    claimed = envelope.header.sender.participant
    try:
        partner = partner_anchor(node, claimed)
    except PeerError as error:
        _audit_refusal(node, "", error.reason)
        return notice(node, WRONG_CERTIFICATE.because(partner=claimed))
    if certificate in partner.certificates:
        # Whoever shows another certificate uses up nobody's share.
        busy = too_fast(node, claimed, envelope.header.lane)
        if busy is not None:
            return busy
    case = _Case(node=node, envelope=envelope, raw=raw, partner=partner)
    # A lock's name is kept for ever, so a lane nobody has shares one.
    lane = envelope.header.lane if envelope.header.lane in LANES else "unknown"
    require_rebuilt(node, claimed)
    with node.locks.hold(f"in:{case.participant}:{lane}"):
        try:
            return _answer(case, certificate)
        except WorldError as error:
            if error.reason.code != NO_SPACE.code:
                raise
            # Nothing was kept, so nothing is acknowledged: the partner keeps it and sends it again.
            return full(node)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One envelope being judged."""

    node: Node
    envelope: Envelope
    raw: bytes
    partner: Anchor

    @property
    def participant(self) -> ParticipantId:
        return self.partner.name.participant


def _answer(case: _Case, certificate: bytes) -> Released:
    node, header = case.node, case.envelope.header
    with node.database.read() as connection:
        state = store.lane_state(connection, case.participant, header.lane, "in")
        place = header.lane, header.epoch, header.seq
        before = store.seen(connection, case.participant, header.env_id, place)
        promised = recovery.promised(connection, case.participant, header.env_id, place)
        stated = header.env_id, "env_hash", case.envelope.hash
        logged = logged_at(connection, case.partner, SENT, stated, header.sig_keys)
    facts = Facts(
        me=node.me,
        now=node.clock.now(),
        anchor=case.partner,
        certificate=certificate,
        lane=state,
        seen=tuple(before),
        min_suite=node.anchor.min_suite,
        logged=logged,
    )
    judgement = judge(case.envelope, facts)
    if isinstance(judgement, Gap) and pass_gone(node, case.partner, header.lane):
        return _answer(case, certificate)
    if isinstance(judgement, Open | Spend):
        busy = no_room(node, case.participant, header.lane, len(case.raw))
        if busy is not None:
            return busy
    if promised and isinstance(judgement, Open | Spend):
        return _keep_promise(case, _known(state), promised)
    return _carry_out(case, judgement, state)


def _carry_out(case: _Case, judgement: Judgement, state: LaneState | None) -> Released:
    node = case.node
    match judgement:
        case Again(receipt=receipt):
            return protocol(node, "stored-receipt", receipt, case.participant)
        case Gap(reason=reason, expected_seq=expected):
            return notice(node, reason, expected_seq=expected)
        case Lie(reason=reason):
            _keep_lie(case, judgement)
            return notice(node, reason)
        case Refuse(reason=reason):
            _audit_refusal(node, case.participant, reason)
            # Without the number: whoever is refused may be somebody else, and it counts what another one sent.
            return notice(node, reason)
        case Spend(disposition=disposition):
            return _spend(case, _settled(disposition), _known(state), disposition)
        case Open():
            return _take_in(case, _known(state))


def _known(state: LaneState | None) -> LaneState:
    if state is None:
        message = "an envelope on an unknown lane is refused before its number counts"
        raise AssertionError(message)
    return state


def _settled(disposition: Disposition) -> Apply:
    return lambda _connection: disposition


def _keep_lie(case: _Case, lie: Lie) -> None:
    node, header = case.node, case.envelope.header

    def work(connection: sa.Connection) -> None:
        if store.equivocation_count(connection, case.participant) >= node.quota.evidence:
            return
        new = store.keep_equivocation(
            connection,
            partner=case.participant,
            env_id=header.env_id,
            hashes=(lie.first.hash, case.envelope.hash),
            second=case.raw,
            at=node.clock.now(),
        )
        if new:
            body: dict[str, Json] = {
                "act": "equivocation",
                "partner": case.participant,
                "env_id": header.env_id,
                "first": lie.first.hash,
                "second": case.envelope.hash,
            }
            ledger.append(connection, AUDIT, "equivocation", body, node.clock.now(), node.entropy.draw(SALT_BYTES))

    node.database.write(work)


def _take_in(case: _Case, state: LaneState) -> Released:
    try:
        apply = _prepare(case)
    except (WorldError, AssertionError):
        raise
    except TasukiError as error:
        return _refuse_content(case, state, error.reason)
    except Exception as error:  # noqa: BLE001 a partner's content must not be able to block its lane
        return _refuse_content(case, state, PAYLOAD_SURPRISE.because(cause=type(error).__name__))
    return _spend(case, apply, state, Disposition(status="stored", reason=None))


def _keep_promise(case: _Case, state: LaneState, promised: Sequence[recovery.GivenBack]) -> Released:
    """Take in again what was receipted before this node was restored: it gets the receipt it got, byte for byte.

    What is out of time by now was not when it came, so it is taken in. The leaf of the receipt stands in the log again.
    """
    other = next((each for each in promised if each.hash != case.envelope.hash), None)
    if other is not None:
        first = Seen(env_id=other.env_id, hash=other.hash, receipt=other.receipt)
        partner, seq = case.participant, case.envelope.header.seq
        reason = EQUIVOCATION.because(env_id=other.env_id, seq=seq, partner=partner)
        return _carry_out(case, Lie(reason=reason, first=first), state)
    raw = promised[0].receipt
    if not raw:
        return _give_again(case, state)
    status = read_receipt(raw).receipt.status
    apply, found = _settled(Disposition(status="stored", reason=None)), status
    if status == "stored":
        try:
            apply = _prepare(case)
        except (WorldError, AssertionError):
            raise
        except TasukiError as error:
            found = error.reason.code
    kept = _received(case, status, raw)

    def work(connection: sa.Connection) -> None:
        before = holdings.top(connection)
        done = apply(connection)
        returning.meet_again(case.node, connection, before)
        moved = store.advance(
            connection,
            partner=case.participant,
            lane=kept.lane,
            direction="in",
            expected=state,
            then=state.after(kept.hash),
        )
        if not moved:
            raise WorldError(LANE_MOVED.because(lane=kept.lane), retry=True)
        store.keep_received(connection, case.participant, kept, case.node.clock.now())
        recovery.keep_promise(connection, case.participant, kept.env_id)
        returning.pass_over(case.node, connection, case.participant, kept.lane, case.node.clock.now())
        counts: dict[str, Json] = dict(done.counts)
        body: dict[str, Json] = {
            "env_id": kept.env_id,
            "partner": case.participant,
            "type": kept.type,
            "status": status,
            "now": found,
            "counts": counts,
        }
        audit(case.node, connection, "recovery:envelope:again", body)

    case.node.database.write(work)
    case.node.signals.raise_(ARRIVED)
    case.node.signals.raise_(OUTBOX)
    return protocol(case.node, "stored-receipt", raw, case.participant)


def _give_again(case: _Case, state: LaneState) -> Released:
    """Give a receipt in place of one that nobody has: it says what the first leaf says, and its own leaf names that."""
    node, env_id, log = case.node, case.envelope.header.env_id, pair_log(case.participant)
    with node.database.read() as connection:
        about = ledger.about(connection, log, [env_id]).get(env_id, ())
    first = next(leaf for leaf in about if leaf.kind == ISSUED)
    status = cast("Status", first.body["status"])
    reason = None if status == "stored" else NOT_TAKEN_BEFORE.because(index=first.index)
    before = Disposition(status=status, reason=reason)
    apply = _settled(before)
    if status == "stored":
        try:
            apply = _prepare(case)
        except (WorldError, AssertionError):
            raise
        except TasukiError as error:
            _audit_refusal(node, case.participant, error.reason)

    def anew(connection: sa.Connection) -> Disposition:
        top = holdings.top(connection)
        done = apply(connection)
        returning.meet_again(node, connection, top)
        recovery.keep_promise(connection, case.participant, env_id)
        return Disposition(status=before.status, reason=before.reason, counts=done.counts)

    return _spend(case, anew, state, before, first.index)


def _refuse_content(case: _Case, state: LaneState, reason: Reason) -> Released:
    refused = Disposition(status="refused", reason=reason)
    return _spend(case, _settled(refused), state, refused)


def _prepare(case: _Case) -> Apply:
    envelope, node = case.envelope, case.node
    header = envelope.header
    plaintext = node.signer.open(header.enc_key_id, envelope.info, envelope.ciphertext)
    arrival = Arrival(
        env_id=header.env_id,
        partner=case.participant,
        sender=header.sender,
        lane=header.lane,
        type=header.type,
        in_reply_to=header.in_reply_to,
        created=header.created,
        payload=payload_of(header, plaintext),
    )
    return noting(arrival, HANDLERS[header.type](node, arrival))


def _prepare_message(node: Node, arrival: Arrival) -> Apply:
    """Keep an attestation: a statement of the partner, shown to people as theirs."""
    message = strict.loads(arrival.payload)
    if not isinstance(message, dict):
        raise PeerError(PAYLOAD_SURPRISE.because(cause=type(message).__name__))
    # The closed list of members holds for what comes in as for what goes out.
    release_notice(arrival.type, message, str(node.home), policy(node))

    def apply(connection: sa.Connection) -> Disposition:
        store.keep_message(connection, arrival, node.clock.now())
        return Disposition(status="stored", reason=None, counts={"messages": 1})

    return apply


HANDLERS: Final[Mapping[str, Prepare]] = {
    "objects": intake.prepare_objects,
    "revoke": withdrawal.prepare_notice,
    "recall": withdrawal.prepare_notice,
    "narrow": withdrawal.prepare_notice,
    "correct": withdrawal.prepare_notice,
    "attestation": _prepare_message,
    "consent-request": consent.prepare_request,
    "consent": consent.prepare_answer,
    "receipt": prepare_decided,
}
"""What takes in each envelope type: `prepare` parses and encrypts outside the transaction, `apply` writes inside it."""


class _MovedError(Exception):
    """The lane or the pair log moved on between reading and committing."""


class _DiffersError(Exception):
    """Applying came to another disposition than the receipt that was signed for it."""

    def __init__(self, disposition: Disposition) -> None:
        super().__init__()
        self.disposition = disposition


def _spend(case: _Case, apply: Apply, state: LaneState, promised: Disposition, again: int | None = None) -> Released:
    """Commit content, lane, dedup row, leaf and receipt as one, and return the receipt.

    Where the receipt stands in place of one that nobody has, `again` is the place of that one's leaf.
    """
    while True:
        with case.node.locks.hold(pair_log(case.participant)):
            try:
                receipt = _commit(case, apply, state, promised, again)
            except _MovedError:
                # Another process spent the number or added a leaf: judge again from what is there now.
                state = _reread(case, state)
                continue
            except _DiffersError as differs:
                promised = differs.disposition
                if promised.status != "stored":
                    apply = _settled(promised)
                continue
        case.node.signals.raise_(ARRIVED)
        # What was applied may have queued an answer, such as an attestation.
        case.node.signals.raise_(OUTBOX)
        return protocol(case.node, "stored-receipt", receipt, case.participant)


def _reread(case: _Case, state: LaneState) -> LaneState:
    with case.node.database.read() as connection:
        now = store.lane_state(connection, case.participant, case.envelope.header.lane, "in")
    if now != state:
        raise WorldError(LANE_MOVED.because(lane=case.envelope.header.lane), retry=True)
    return state


def _commit(case: _Case, apply: Apply, state: LaneState, promised: Disposition, again: int | None) -> bytes:
    node, now = case.node, case.node.clock.now()
    with node.database.read() as connection:
        index = ledger.size(connection, pair_log(case.participant))
    receipt = _receipt(case, promised, index, now)
    statement = receipt_statement(receipt)
    raw = write_receipt(statement, node.signer.sign_receipt(statement))
    kept = _received(case, promised.status, raw)

    def work(connection: sa.Connection) -> None:
        if trust.any_revoked(connection, receipt.sig_keys):
            # Revoked since it was signed: nothing that comes after the cut may be signed by it.
            raise _MovedError
        done = apply(connection)
        if (done.status, done.reason) != (promised.status, promised.reason):
            raise _DiffersError(done)
        leaf = _leaf(case, promised, read_receipt(raw).hash)
        if again is not None:
            leaf["again"] = again
        log, salt = pair_log(case.participant), node.entropy.draw(SALT_BYTES)
        if ledger.append(connection, log, "receipt-issued", leaf, now, salt) != index:
            raise _MovedError
        if not store.advance(
            connection,
            partner=case.participant,
            lane=kept.lane,
            direction="in",
            expected=state,
            then=state.after(kept.hash),
        ):
            raise _MovedError
        store.keep_received(connection, case.participant, kept, now)
        if again is not None:
            returning.pass_over(node, connection, case.participant, kept.lane, now)
        store.add_usage(connection, case.participant, objects=done.counts.get("held", 0), size=len(case.raw))
        counts: dict[str, Json] = dict(done.counts)
        why = None if promised.reason is None else promised.reason.code
        body: dict[str, Json] = {**leaf, "act": "envelope-received", "type": kept.type, "reason": why, "counts": counts}
        ledger.append(connection, AUDIT, "envelope-received", body, now, node.entropy.draw(SALT_BYTES))

    # A crash before the commit leaves nothing, and the partner sends again; after it, the stored receipt answers.
    node.database.write(work)
    return raw


def _receipt(case: _Case, promised: Disposition, index: int, now: datetime) -> Receipt:
    header, node, reason = case.envelope.header, case.node, promised.reason
    return Receipt(
        by=node.me,
        to=header.sender,
        env_id=header.env_id,
        env_hash=case.envelope.hash,
        lane=header.lane,
        epoch=header.epoch,
        seq=header.seq,
        contiguous=header.seq,
        status=promised.status,
        reason=None if reason is None else reason.code,
        params={} if reason is None else _bounded(reason.params),
        log_index=index,
        at=now,
        suite=SUITE,
        sig_keys=node.anchor.current_pair(Purpose.ENVELOPE, now).ids,
    )


def _bounded(params: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return reason parameters cut to what a receipt may carry."""
    return {
        name: value if isinstance(value, int) else value[:MAX_PARAM]
        for name, value in list(params.items())[:MAX_PARAMS]
    }


def _received(case: _Case, status: str, receipt: bytes) -> store.ReceivedEnvelope:
    header = case.envelope.header
    return store.ReceivedEnvelope(
        env_id=header.env_id,
        lane=header.lane,
        epoch=header.epoch,
        seq=header.seq,
        type=header.type,
        hash=case.envelope.hash,
        status=status,
        receipt=receipt,
        held=case.raw if status == "unsupported" else None,
        sig_key=header.sig_keys[0],
    )


def _leaf(case: _Case, promised: Disposition, receipt_hash: str) -> dict[str, Json]:
    header = case.envelope.header
    return {
        "env_id": header.env_id,
        "env_hash": case.envelope.hash,
        "lane": header.lane,
        "epoch": header.epoch,
        "seq": header.seq,
        "status": promised.status,
        "receipt_hash": receipt_hash,
    }


def refusal(node: Node, reason: Reason) -> Released:
    """Return a refusal outside the protocol of the lanes: one of the closed list of sentences that anybody may hear."""
    return notice(node, reason)


def _audit_refusal(node: Node, partner: str, reason: Reason) -> None:
    params: dict[str, Json] = dict(reason.params)
    body: dict[str, Json] = {"act": "envelope-refused", "partner": partner, "reason": reason.code, "params": params}
    node.database.write(
        lambda connection: ledger.append(
            connection, AUDIT, "envelope-refused", body, node.clock.now(), node.entropy.draw(SALT_BYTES)
        )
    )
