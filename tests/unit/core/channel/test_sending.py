# SPDX-License-Identifier: MIT
"""A receipt counts only if it answers exactly what was sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import GBR, JPN, NOW, party
from tasuki.base.errors import PeerError
from tasuki.core.channel.sending import Sent, accept_receipt
from tasuki.formats.envelope.receipt import Receipt, read_receipt, receipt_statement, write_receipt
from tasuki.formats.suites.keys import Purpose

SENT = Sent(env_id="01931b4e-0000-7000-8000-000000000001", env_hash="a" * 64, lane="bulk", epoch=1, seq=3)
RECEIPT = Receipt(
    by=JPN.anchor.name,
    to=GBR.anchor.name,
    env_id=SENT.env_id,
    env_hash=SENT.env_hash,
    lane="bulk",
    epoch=1,
    seq=3,
    contiguous=3,
    status="stored",
    reason=None,
    params={},
    log_index=7,
    at=NOW,
    suite=1,
    sig_keys=JPN.anchor.current_pair(Purpose.ENVELOPE, NOW).ids,
)


def given(receipt, signer=JPN):
    statement = receipt_statement(receipt)
    return read_receipt(write_receipt(statement, signer.signer.sign_receipt(statement)))


def test_the_receipt_for_what_was_sent_counts():
    assert accept_receipt(given(RECEIPT), SENT, GBR.anchor.name, JPN.anchor) == RECEIPT


@pytest.mark.parametrize(
    "change",
    [
        {"env_id": "01931b4e-0000-7000-8000-000000000002"},
        {"env_hash": "b" * 64},
        {"lane": "urgent"},
        {"epoch": 2},
        {"seq": 4, "contiguous": 4},
        {"contiguous": 2},
        {"to": JPN.anchor.name},
        {"suite": 2},
        {"at": NOW + timedelta(days=9999)},
    ],
)
def test_a_receipt_for_anything_else_does_not(change):
    with pytest.raises(PeerError):
        accept_receipt(given(replace(RECEIPT, **change)), SENT, GBR.anchor.name, JPN.anchor)


def test_a_receipt_by_another_node_or_key_does_not():
    stranger = party("JPN/jpn-1", seed=2)
    ids = stranger.anchor.current_pair(Purpose.ENVELOPE, NOW).ids
    with pytest.raises(PeerError):
        accept_receipt(given(replace(RECEIPT, sig_keys=ids), stranger), SENT, GBR.anchor.name, JPN.anchor)
    with pytest.raises(PeerError):
        accept_receipt(given(RECEIPT), SENT, GBR.anchor.name, GBR.anchor)


def test_a_receipt_signed_under_other_bytes_does_not():
    signed = replace(given(RECEIPT), signatures=given(replace(RECEIPT, log_index=8)).signatures)
    with pytest.raises(PeerError) as refused:
        accept_receipt(signed, SENT, GBR.anchor.name, JPN.anchor)
    assert refused.value.reason.code == "suites.bad-signature"
