# SPDX-License-Identifier: MIT
"""How a restored log goes on: every receipt keeps its place, and nothing is put where something else was promised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.ids import NodeName
from tasuki.core.channel.model import LaneState
from tasuki.core.ledger.model import Leaf
from tasuki.core.recovery.model import LaneTold, Sent
from tasuki.core.recovery.rebuilding import (
    LOST,
    MisplacedError,
    complete,
    held_body,
    issued_body,
    lane_after,
    sent_body,
)
from tasuki.formats.envelope.receipt import Receipt, SignedReceipt
from tasuki.formats.suites.signatures import Signatures

NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B = "a" * 64, "b" * 64


def env(number):
    return f"019ca945-0a00-7610-98e6-{number:012}"


def receipt(number, index):
    made = Receipt(
        by=NodeName.parse("JPN/jpn-1"),
        to=NodeName.parse("GBR/gbr-1"),
        env_id=env(number),
        env_hash=A,
        lane="bulk",
        epoch=1,
        seq=number,
        contiguous=number,
        status="stored",
        reason=None,
        params={},
        log_index=index,
        at=NOW,
        suite=1,
        sig_keys=("k", "l"),
    )
    return SignedReceipt(
        receipt=made, statement=b"", signatures=Signatures(ed25519=b"", ml_dsa_65=b""), hash=f"{number:064x}"
    )


def sent(number):
    each = Sent(
        env_id=env(number), env_hash=B, lane="urgent", epoch=1, seq=number, type="objects", receipt=b"", body=b""
    )
    return each, receipt(number, number)


def kinds(leaves):
    return [leaf.kind for leaf in leaves]


def test_nothing_known_adds_nothing():
    assert complete(7, [], [], []) == []


def test_receipts_keep_the_places_they_promise_and_what_went_fills_the_gaps():
    found = complete(10, [], [receipt(1, 11), receipt(2, 14)], [sent(8)])
    assert kinds(found) == ["envelope-sent", "receipt-issued", LOST, LOST, "receipt-issued", "receipt-held"]
    assert found[1].body == issued_body(receipt(1, 11))
    assert found[0].body == sent_body(sent(8)[0])
    assert found[5].body == held_body(receipt(8, 8))


def test_what_the_log_knows_is_not_added_again():
    one, its = sent(3)
    known = [
        Leaf(index=4, kind="receipt-issued", salt=bytes(32), body=issued_body(receipt(1, 4))),
        Leaf(index=5, kind="envelope-sent", salt=bytes(32), body=sent_body(one)),
        Leaf(index=6, kind="receipt-held", salt=bytes(32), body=held_body(its)),
    ]
    assert complete(7, known, [receipt(1, 4)], [(one, its)]) == []


@pytest.mark.parametrize(
    ("size", "known", "given"),
    [
        (10, [], [receipt(1, 9)]),
        (10, [], [receipt(1, 12), receipt(2, 12)]),
        (10, [], [receipt(1, 10 + 100_000)]),
        (10, [Leaf(index=3, kind="receipt-issued", salt=b"", body=issued_body(receipt(1, 3)))], [receipt(1, 4)]),
        (10, [Leaf(index=3, kind="receipt-issued", salt=b"", body={"env_id": env(1)})], [receipt(1, 3)]),
    ],
    ids=["a place that is taken", "one place twice", "too far away", "another place", "another receipt"],
)
def test_a_receipt_that_contradicts_the_log_stops_everything(size, known, given):
    with pytest.raises(MisplacedError):
        complete(size, known, given, [])


@given(st.sets(st.integers(0, 60), max_size=20), st.integers(0, 20))
def test_every_receipt_stands_where_it_promised_whatever_else_is_known(places, envelopes):
    size = 5
    given_back = [receipt(number, size + index) for number, index in enumerate(sorted(places), 1)]
    found = complete(size, [], given_back, [sent(100 + number) for number in range(envelopes)])
    for each in given_back:
        assert found[each.receipt.log_index - size].body == issued_body(each)
    assert kinds(found).count("envelope-sent") == envelopes
    assert kinds(found).count("receipt-held") == envelopes


STATE = LaneState(epoch=1, next_seq=5, prev=A)


def told(seq, prev, epoch=1):
    taken = LaneState(epoch=epoch, next_seq=seq, prev=prev)
    return LaneTold(lane="bulk", taken=taken, epoch=1, sealed=1, missing=())


def test_a_partner_that_took_more_knows_what_was_forgotten():
    assert lane_after(STATE, told(9, B)) == LaneState(epoch=1, next_seq=9, prev=B)
    assert lane_after(STATE, told(2, B, epoch=2)) == LaneState(epoch=2, next_seq=2, prev=B)


def test_a_partner_that_took_less_is_sent_it_again():
    assert lane_after(STATE, told(3, B)) == STATE


def test_the_same_number_with_another_envelope_is_a_contradiction():
    assert lane_after(STATE, told(5, A)) == STATE
    assert lane_after(STATE, told(5, B)) is None
