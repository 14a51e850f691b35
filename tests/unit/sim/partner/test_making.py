# SPDX-License-Identifier: MIT
"""What a partner of the simulations makes from the specifications is what the product reads; then it can lie."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasuki.base.errors import PeerError
from tasuki.core.bundle.reading import read_strictly
from tasuki.core.ledger.mirror import read_page
from tasuki.core.ledger.witness import parse_request
from tasuki.core.partners.trust import read_chain
from tasuki.formats.envelope.anchor import read_anchor
from tasuki.formats.envelope.envelope import payload_of, read_envelope
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import verify
from tasuki.sim.partner.bundle import Courier, part_of
from tasuki.sim.partner.honest import Honest
from tasuki.sim.partner.identity import Certificate, make_certificate, make_identity
from tasuki.sim.partner.letters import Place, draft
from tasuki.sim.partner.log import Leaf, PairLog, request
from tasuki.sim.partner.payloads import MESSAGES, message
from tasuki.sim.partner.trust import make_ceremony

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Certificate:
    return make_certificate("JPN/jpn-1", "https://127.0.0.1:1", tmp_path_factory.mktemp("tls"), NOW)


@pytest.fixture(scope="module")
def jpn(certificate):
    return make_identity("JPN/jpn-1", "https://127.0.0.1:1", "a" * 64, certificate, seed=1, now=NOW)


@pytest.fixture(scope="module")
def gbr(certificate):
    return make_identity("GBR/gbr-1", "https://127.0.0.1:2", "a" * 64, certificate, seed=1, now=NOW)


def test_an_anchor_is_read_and_one_that_was_changed_is_not(jpn):
    assert read_anchor(jpn.anchor_file()).anchor.name == jpn.name
    file = jpn.anchor_file()
    with pytest.raises(PeerError):
        read_anchor(file[:40] + b"x" + file[41:])


def test_keys_follow_from_the_seed(certificate):
    ids = [
        make_identity("JPN/jpn-1", "https://a.example", "a" * 64, certificate, seed=seed, now=NOW)
        .key(Purpose.LOG)
        .public.id
        for seed in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("named", MESSAGES)
def test_an_envelope_of_every_type_is_read_verified_and_opened(jpn, gbr, named):
    content = message(named, "JPN", "GBR")
    letter = draft(jpn, gbr.anchor, content, Place()).seal()
    read = read_envelope(letter.raw)
    pair = jpn.anchor.current_pair(Purpose.ENVELOPE, NOW)
    verify(content.type, read.header_bytes, read.signatures, pair, Purpose.ENVELOPE)
    assert read.hash == letter.hash
    assert payload_of(read.header, gbr.open(read.info, read.ciphertext)) == content.payload


def test_what_is_changed_before_sealing_is_signed_and_what_is_changed_after_is_not_bound(jpn, gbr):
    made = draft(jpn, gbr.anchor, message(MESSAGES[0], "JPN", "GBR"), Place())
    other = made.with_header(lane="exercise").seal()
    assert read_envelope(other.raw).header.lane == "exercise"
    moved = made.close(other.ciphertext)
    read = read_envelope(moved.raw)
    with pytest.raises(PeerError):
        gbr.open(read.info, read.ciphertext)


def test_a_receipt_of_an_honest_partner_answers_what_it_took(jpn, gbr):
    honest = Honest(me=jpn, log=PairLog(owner=jpn, witness="GBR"))
    letter = draft(gbr, jpn.anchor, message("attestation on urgent", "GBR", "JPN"), Place()).seal()
    first, again = honest.take(letter.raw), honest.take(letter.raw)
    assert first.body == again.body
    assert read_receipt(first.body).receipt.env_hash == letter.hash
    assert [got.raw for got in honest.got] == [letter.raw]
    assert honest.log.leaves[-1].body["receipt_hash"] == read_receipt(first.body).hash


def test_a_log_makes_pages_and_requests_that_are_read(jpn):
    place = {
        "env_id": "019ca945-0a00-7610-98e6-f49f98cee84f",
        "env_hash": "0" * 64,
        "lane": "bulk",
        "epoch": 1,
        "seq": 1,
    }
    log = PairLog(owner=jpn, witness="GBR", leaves=[Leaf(kind="envelope-sent", body=place) for _ in range(5)])
    assert len(read_page(log.page(2)).leaves) == 3
    asked = parse_request(request(2, log.proof(2, 5), log.note().raw))
    assert (asked.old, asked.checkpoint.size, asked.checkpoint.root) == (2, 5, log.root())


def test_a_trust_file_is_a_chain_and_half_its_signatures_are_none(jpn):
    ceremony = make_ceremony(jpn)
    assert read_chain(ceremony.file()).versions == {"root": 3, "keys": 3, "peers": 2}
    alone = ceremony.root(by=list(ceremony.holders["root"][0].keys)) + ceremony.keys() + ceremony.peers()
    with pytest.raises(PeerError) as refused:
        read_chain(alone)
    assert refused.value.reason.code == "trust.too-few"


def test_a_bundle_is_read_and_made_anew_byte_for_byte(jpn, gbr):
    letter = draft(jpn, gbr.anchor, message("attestation on bulk", "JPN", "GBR"), Place()).seal()
    raw = Courier(me=jpn, to="GBR/gbr-1").bundle([part_of(letter)])
    read, made = read_strictly(raw)
    assert made == raw
    assert [part.raw for part in read.parts] == [letter.raw]
