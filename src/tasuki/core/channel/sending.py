# SPDX-License-Identifier: MIT
"""Sending: the header a letter gets, and when the partner's answer counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.base.reasons import Reason
from tasuki.core.channel.acceptance import require_live
from tasuki.core.channel.model import LaneState
from tasuki.core.channel.reasons import WRONG_RECEIPT
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import payload_hash
from tasuki.formats.envelope.header import WIRE_VERSION, Header
from tasuki.formats.envelope.receipt import STATEMENT_TYPE, Receipt, SignedReceipt
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.suites.signatures import SUITE, require_suite, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes into an envelope, and what its header says of it.

    Attributes:
        label: the narrowest marking inside; None for a protocol message.
        policy: digest of the release rules under which it may leave.
        plaintext: salt and payload.
    """

    env_id: str
    type: str
    lane: str
    label: str | None
    policy: str
    plaintext: bytes
    in_reply_to: str | None = None
    not_after: datetime | None = None


def address(letter: Letter, state: LaneState, me: Anchor, to: Anchor, now: datetime) -> Header:
    """Return the header of a letter on the next number of its lane; the ciphertext fields are still empty.

    Raises:
        PeerError: one side has no valid key for it.
    """
    return Header(
        version=WIRE_VERSION,
        suite=SUITE,
        type=letter.type,
        env_id=letter.env_id,
        sender=me.name,
        recipient=to.name,
        lane=letter.lane,
        epoch=state.epoch,
        seq=state.next_seq,
        prev=state.prev,
        created=now,
        not_after=letter.not_after,
        in_reply_to=letter.in_reply_to,
        label=letter.label,
        policy=letter.policy,
        payload_hash=payload_hash(letter.plaintext),
        ct_hash="0" * 64,
        ct_len=0,
        enc_key_id=to.current(Purpose.KEM, Algorithm.MLKEM768_X25519, now).id,
        sig_keys=me.current_pair(Purpose.ENVELOPE, now).ids,
        crit=(),
        min_suite=me.min_suite,
    )


def close(header: Header, ciphertext: bytes) -> Header:
    """Return the header with its ciphertext named: what gets signed."""
    return replace(header, ct_hash=hashlib.sha256(ciphertext).hexdigest(), ct_len=len(ciphertext))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What must be the same in a receipt."""

    env_id: str
    env_hash: str
    lane: str
    epoch: int
    seq: int


def accept_receipt(
    signed: SignedReceipt, sent: Sent, me: NodeName, partner: Anchor, logged: int | None = None
) -> Receipt:
    """Return the receipt if it answers exactly what was sent, signed by the partner that got it.

    Args:
        signed: the receipt as it came.
        sent: what it must answer.
        me: this node.
        partner: who must have given it.
        logged: where the partner's log, as mirrored here, has this very receipt; None where it does not.

    Raises:
        PeerError: it answers something else, its suite or key is unfit or dead, or a signature is wrong.
    """
    receipt = signed.receipt
    require_suite(receipt.suite)
    expected: dict[str, object] = {
        "by": partner.name,
        "to": me,
        "env_id": sent.env_id,
        "env_hash": sent.env_hash,
        "lane": sent.lane,
        "epoch": sent.epoch,
        "seq": sent.seq,
    }
    for field, value in expected.items():
        if getattr(receipt, field) != value:
            raise PeerError(_wrong(field, sent, partner))
    if receipt.contiguous < sent.seq:
        raise PeerError(_wrong("contiguous", sent, partner))
    pair = partner.pair(receipt.sig_keys, Purpose.ENVELOPE, receipt.at)
    verify(STATEMENT_TYPE, signed.statement, signed.signatures, pair, Purpose.ENVELOPE)
    require_live(partner, pair.ids, me.participant, logged)
    return receipt


def _wrong(field: str, sent: Sent, partner: Anchor) -> Reason:
    return WRONG_RECEIPT.because(env_id=sent.env_id, partner=partner.name.participant, field=field)
