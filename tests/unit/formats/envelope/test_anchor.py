# SPDX-License-Identifier: MIT
"""The anchor: signed by its own root keys, whole, and the right key for each purpose."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import GBR, JPN, NOW
from tasuki.base.errors import PeerError
from tasuki.formats.envelope.anchor import anchor_statement, read_anchor, write_anchor
from tasuki.formats.suites.keys import LOW_ORDER_KEYS, Algorithm, Purpose


def wire(anchor=GBR.anchor, signer=GBR.signer):
    statement = anchor_statement(anchor)
    return write_anchor(statement, signer.sign_anchor(statement))


def code_of(raw):
    with pytest.raises(PeerError) as refused:
        read_anchor(raw)
    return refused.value.reason.code


def test_what_is_written_is_read():
    assert read_anchor(wire()).anchor == GBR.anchor


def test_the_fingerprint_is_the_same_for_each_signing_and_another_for_each_anchor():
    assert read_anchor(wire()).fingerprint == read_anchor(wire()).fingerprint
    other = replace(GBR.anchor, version=2)
    assert read_anchor(wire(other)).fingerprint != read_anchor(wire()).fingerprint


def test_an_anchor_signed_by_others_is_refused():
    statement = anchor_statement(GBR.anchor)
    theirs = anchor_statement(JPN.anchor)
    assert code_of(write_anchor(statement, JPN.signer.sign_anchor(theirs))) == "suites.bad-signature"


def test_a_low_order_key_in_an_anchor_is_refused():
    weak = replace(GBR.anchor.current(Purpose.LOG, Algorithm.ED25519, NOW), raw=min(LOW_ORDER_KEYS))
    assert code_of(wire(replace(GBR.anchor, keys=(*GBR.anchor.keys, weak)))) == "suites.low-order-key"


def test_one_key_for_two_purposes_is_refused():
    twice = replace(GBR.anchor.current(Purpose.LOG, Algorithm.ED25519, NOW), purpose=Purpose.WITNESS)
    assert code_of(wire(replace(GBR.anchor, keys=(*GBR.anchor.keys, twice)))) == "envelope.bad-field"


def test_an_anchor_that_ends_before_it_begins_is_refused():
    assert code_of(wire(replace(GBR.anchor, expires=GBR.anchor.created))) == "envelope.anchor-time"


def test_an_anchor_without_root_keys_or_of_another_suite_is_refused():
    rootless = tuple(key for key in GBR.anchor.keys if key.purpose is not Purpose.ROOT)
    assert code_of(wire(replace(GBR.anchor, keys=rootless))) == "envelope.no-key"
    assert code_of(wire(replace(GBR.anchor, suite=2))) == "suites.unknown-suite"


def test_cut_or_longer_anchors_are_refused():
    raw = wire()
    for bad in (b"", raw[:-1], raw + b"x", b"TASUKIE\x01" + raw[8:]):
        with pytest.raises(PeerError):
            read_anchor(bad)


def test_the_newest_valid_key_is_current():
    old = GBR.anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, NOW)
    new = replace(old, raw=JPN.anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, NOW).raw, not_before=NOW)
    anchor = replace(GBR.anchor, keys=(*GBR.anchor.keys, new))
    assert anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, NOW) == new
    assert anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, NOW - timedelta(seconds=1)) == old


def test_a_pair_is_one_key_of_each_algorithm_for_the_purpose():
    ids = GBR.anchor.current_pair(Purpose.ENVELOPE, NOW).ids
    assert GBR.anchor.pair(ids, Purpose.ENVELOPE, NOW).ids == ids
    for wrong in ((ids[1], ids[0]), (ids[0], ids[0])):
        with pytest.raises(PeerError):
            GBR.anchor.pair(wrong, Purpose.ENVELOPE, NOW)
    with pytest.raises(PeerError):
        GBR.anchor.pair(ids, Purpose.ROOT, NOW)
