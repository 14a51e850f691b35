# SPDX-License-Identifier: MIT
"""The frozen wire: what was written once is read the same for ever."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from tasuki.adapters import sealing
from tasuki.base.time import parse_rfc3339
from tasuki.core.channel.acceptance import Facts, Open, judge
from tasuki.core.channel.model import START
from tasuki.core.channel.sending import Sent, accept_receipt
from tasuki.formats.envelope.anchor import read_anchor
from tasuki.formats.envelope.envelope import payload_of, read_envelope
from tasuki.formats.envelope.fingerprint import KATAKANA, heard, spoken
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.objects import read_objects
from tasuki.formats.envelope.receipt import read_receipt

VECTORS = json.loads((Path(__file__).parent / "envelope/suite1.json").read_text())
AT: datetime = parse_rfc3339(VECTORS["at"])


def anchor(node):
    return read_anchor(bytes.fromhex(VECTORS["anchors"][node]["file"]))


GBR, JPN = anchor("GBR/gbr-1"), anchor("JPN/jpn-1")


@pytest.mark.parametrize("node", ["GBR/gbr-1", "JPN/jpn-1"])
def test_anchors_and_their_fingerprints(node):
    listed, signed = VECTORS["anchors"][node], anchor(node)
    assert str(signed.anchor.name) == node
    assert signed.fingerprint.hex() == listed["fingerprint"]
    assert spoken(signed.fingerprint) == listed["romaji"]
    assert spoken(signed.fingerprint, KATAKANA) == listed["katakana"]
    assert heard(listed["katakana"]) == signed.fingerprint


def test_envelopes_are_taken_in_order_and_open():
    lane = START
    secret = sealing.private_key(bytes.fromhex(VECTORS["secrets"]["JPN/jpn-1"]["kem/mlkem768-x25519"]))
    for listed in VECTORS["envelopes"]:
        read = read_envelope(bytes.fromhex(listed["wire"]))
        assert (read.hash, read.header_bytes.decode()) == (listed["hash"], listed["header"])
        assert read.info.hex() == listed["info"]
        known = Facts(
            me=JPN.anchor.name,
            now=AT,
            anchor=GBR.anchor,
            certificate=GBR.anchor.tls_certificate,
            lane=lane,
            seen=(),
        )
        assert judge(read, known) == Open()
        plaintext = sealing.open_sealed(secret, read.info, read.ciphertext)
        assert plaintext.hex() == listed["plaintext"]
        payload = payload_of(read.header, plaintext)
        if "bodies" in listed:
            assert [part.body.hex() for part in read_objects(payload)] == listed["bodies"]
        lane = lane.after(read.hash)
    assert lane.next_seq == len(VECTORS["envelopes"]) + 1


def test_receipts_verify():
    for listed in VECTORS["receipts"]:
        signed = read_receipt(bytes.fromhex(listed["wire"]))
        assert signed.statement.decode() == listed["statement"]
        header = read_envelope(bytes.fromhex(VECTORS["envelopes"][0]["wire"]))
        sent = Sent(env_id=header.header.env_id, env_hash=header.hash, lane="bulk", epoch=1, seq=1)
        assert accept_receipt(signed, sent, GBR.anchor.name, JPN.anchor).status == "stored"


def test_notices_are_read():
    for listed in VECTORS["notices"]:
        notice = read_notice(bytes.fromhex(listed["wire"]))
        assert (notice.code, notice.expected_seq) == (listed["code"], listed["expected_seq"])
