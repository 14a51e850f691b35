# SPDX-License-Identifier: MIT
"""Receipts and notices on the wire."""

from dataclasses import replace

import pytest

from making_channel import GBR, JPN, NOW
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.formats.envelope.notice import MAGIC, Notice, read_notice, write_notice
from tasuki.formats.envelope.receipt import (
    STATUSES,
    Receipt,
    is_receipt,
    read_receipt,
    receipt_statement,
    write_receipt,
)
from tasuki.formats.suites.keys import Purpose

RECEIPT = Receipt(
    by=JPN.anchor.name,
    to=GBR.anchor.name,
    env_id="01931b4e-0000-7000-8000-000000000001",
    env_hash="a" * 64,
    lane="bulk",
    epoch=1,
    seq=3,
    contiguous=3,
    status="refused",
    reason="channel.expired",
    params={"now": "2026", "count": 5},
    log_index=7,
    at=NOW,
    suite=1,
    sig_keys=JPN.anchor.current_pair(Purpose.ENVELOPE, NOW).ids,
)
NOTICE = Notice(code="channel.gap", expected_seq=4, en="Expected number 4.", ja="番号は 4 です。")


def wire(receipt):
    statement = receipt_statement(receipt)
    return write_receipt(statement, JPN.signer.sign_receipt(statement))


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_written_is_read(status):
    made = replace(RECEIPT, status=status)
    raw = wire(made)
    assert is_receipt(raw)
    assert read_receipt(raw).receipt == made


@pytest.mark.parametrize("change", [{"status": "lost"}, {"log_index": -1}, {"params": {"x": "y" * 301}}])
def test_a_receipt_of_another_form_is_refused(change):
    with pytest.raises(PeerError):
        read_receipt(wire(replace(RECEIPT, **change)))


def test_bytes_after_a_receipt_are_refused():
    with pytest.raises(PeerError):
        read_receipt(wire(RECEIPT) + b"\0")


def test_a_notice_is_no_receipt():
    raw = write_notice(NOTICE)
    assert not is_receipt(raw)
    assert read_notice(raw) == NOTICE


@pytest.mark.parametrize("raw", [b"", b"{}", MAGIC, MAGIC + b"{}", MAGIC + canonical({"code": 5}), b"<html>"])
def test_anything_else_is_no_notice(raw):
    with pytest.raises(PeerError):
        read_notice(raw)
