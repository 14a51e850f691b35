# SPDX-License-Identifier: MIT
"""Pages of leaves have one form; what a partner says of both of us is held against our own log."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError, PeerError
from tasuki.core.ledger.mirror import (
    HELD,
    ISSUED,
    MAX_PAGE,
    SENT,
    MirrorState,
    contradiction,
    is_seen,
    read_page,
    read_state,
    write_page,
    write_state,
)
from tasuki.core.ledger.model import Leaf
from tasuki.formats.tlog.base64s import encode

ENV = "019ca945-0a00-7610-98e6-f49f98cee84f"
PLACE = {"env_id": ENV, "env_hash": "a" * 64, "lane": "bulk", "epoch": 1, "seq": 7}
ANSWER = {"status": "stored", "receipt_hash": "b" * 64}
LOG = "tasuki/GBR/gbr-1/pair/JPN"
STATE = MirrorState(size=5, root=bytes(32), witnessed=3, refused=None)


def leaf(kind, index=0, **body):
    return Leaf(index=index, kind=kind, salt=bytes(range(32)), body={**PLACE, **body})


SENT_LEAF = leaf(SENT, type="objects", policy="c" * 64)
ISSUED_LEAF = leaf(ISSUED, 4, **ANSWER)
HELD_LEAF = leaf(HELD, 9, **ANSWER, log_index=4)


def page(*leaves, **changes):
    return canonical({**write_page(LOG, 0, leaves), **changes})


def row(**changes):
    made = {"kind": SENT, "salt": encode(bytes(32)), "body": dict(SENT_LEAF.body)}
    return {**made, **changes}


def test_a_page_comes_back_as_it_was_written():
    leaves = (SENT_LEAF, leaf("something-new", 1, note="of a later version"))
    read = read_page(canonical(write_page(LOG, 0, leaves)))
    assert (read.log, read.start, read.leaves) == (LOG, 0, leaves)
    assert [each.index for each in read_page(canonical(write_page(LOG, 40, leaves))).leaves] == [40, 41]
    assert read_page(page()).leaves == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"log":"x","start":0,"leaves":[],"leaves":[]}',
        page(start=-1),
        page(start=True),
        page(start="0"),
        page(start=1.5),
        page(log=7),
        page(leaves={}),
        page(extra=1),
        page(leaves=[row()] * (MAX_PAGE + 1)),
        page(leaves=[row(salt="AAAA")]),
        page(leaves=[row(salt=encode(bytes(32))[:-2] + "B=")]),
        page(leaves=[row(salt=7)]),
        page(leaves=[row(kind="Envelope Sent")]),
        page(leaves=[row(kind=None)]),
        page(leaves=[row(body=[])]),
        page(leaves=[row(body={**SENT_LEAF.body, "note": "x" * 5000})]),
        page(leaves=[row(body={**SENT_LEAF.body, "env_id": "a name"})]),
        page(leaves=[row(body={**SENT_LEAF.body, "seq": 0})]),
        page(leaves=[row(body={**SENT_LEAF.body, "seq": "7"})]),
        page(leaves=[row(kind=ISSUED)]),
        page(leaves=[row(kind=HELD, body={**HELD_LEAF.body, "log_index": -1})]),
        page(leaves=[row(extra=1)]),
        page(leaves=[1]),
        b'{"log":"x","start":0,"leaves":' + b"[" * 100 + b"]" * 100 + b"}",
    ],
)
def test_a_page_of_another_form_is_refused_whole(raw):
    with pytest.raises(InputError):
        read_page(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["kind", "salt", "body"]), JSON)
def test_whatever_stands_in_a_leaf_is_read_or_refused(member, value):
    raw = json.dumps({"log": LOG, "start": 0, "leaves": [{**row(), member: value}]}).encode()
    try:
        read = read_page(raw)
    except InputError:
        return
    assert len(read.leaves) == 1


def test_a_state_comes_back_as_it_was_written():
    refused = MirrorState(size=5, root=bytes(32), witnessed=5, refused=("ledger.mirror-gap", "no", "否"))
    for state in (STATE, refused):
        assert read_state(canonical(write_state(state)), "JPN") == state


@pytest.mark.parametrize(
    "changes",
    [
        {"size": -1},
        {"size": "5"},
        {"size": 2},
        {"size": 10**30},
        {"size": 1.0},
        {"root": encode(bytes(31))},
        {"root": "?"},
        {"witnessed": 6},
        {"witnessed": None},
        {"refused": None},
        {"refused": "no"},
        {"refused": {"code": "x"}},
        {"refused": {"code": "x", "en": "y" * 601, "ja": ""}},
    ],
)
def test_a_strange_state_is_the_partners_error(changes):
    raw = json.dumps({**write_state(STATE), **changes}).encode()
    with pytest.raises(PeerError) as caught:
        read_state(raw, "JPN")
    assert caught.value.reason.code == "ledger.mirror-answer"


NO_STATES = (b"", b"null", b"[]", b"{}", b"<html>", b"{" * 100_000, b"\xff\xfe", b" " * 9000 + b"{}")


@pytest.mark.parametrize("number", range(len(NO_STATES)))
def test_an_answer_that_is_no_state_is_the_partners_error(number):
    raw = NO_STATES[number]
    with pytest.raises(PeerError):
        read_state(raw, "JPN")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (SENT_LEAF, {}),
        (SENT_LEAF, {ISSUED: [ISSUED_LEAF]}),
        (ISSUED_LEAF, {SENT: [SENT_LEAF]}),
        (ISSUED_LEAF, {SENT: [SENT_LEAF], HELD: [HELD_LEAF]}),
        (HELD_LEAF, {ISSUED: [ISSUED_LEAF]}),
        (leaf("something-new"), {}),
    ],
)
def test_what_our_own_log_says_or_does_not_know_yet_is_no_contradiction(theirs, ours):
    assert contradiction(theirs, ours, None) is None


@pytest.mark.parametrize(
    ("theirs", "ours", "member"),
    [
        (ISSUED_LEAF, {}, "env_id"),
        (HELD_LEAF, {}, "env_id"),
        (HELD_LEAF, {SENT: [SENT_LEAF]}, "env_id"),
        *(
            (leaf(SENT, **{member: value}), {ISSUED: [ISSUED_LEAF]}, member)
            for member, value in (("env_hash", "d" * 64), ("lane", "urgent"), ("epoch", 2), ("seq", 8))
        ),
        *(
            (leaf(ISSUED, 4, **{**ANSWER, member: value}), {SENT: [SENT_LEAF], HELD: [HELD_LEAF]}, member)
            for member, value in (("env_hash", "d" * 64), ("receipt_hash", "d" * 64), ("status", "refused"))
        ),
        (leaf(ISSUED, 5, **ANSWER), {SENT: [SENT_LEAF], HELD: [HELD_LEAF]}, "log_index"),
        *(
            (leaf(HELD, 9, **{**ANSWER, "log_index": 4, member: value}), {ISSUED: [ISSUED_LEAF]}, member)
            for member, value in (("seq", 8), ("receipt_hash", "d" * 64), ("status", "expired"), ("log_index", 3))
        ),
    ],
)
def test_what_our_own_log_contradicts_is_named(theirs, ours, member):
    assert contradiction(theirs, ours, None) == member


def test_one_number_of_a_lane_is_taken_by_one_envelope():
    assert contradiction(SENT_LEAF, {}, ENV) is None
    assert contradiction(SENT_LEAF, {}, "019ca945-0a00-7610-98e6-000000000000") == "seq"


def test_only_what_our_own_log_has_too_is_seen():
    assert not is_seen(SENT_LEAF, {})
    assert is_seen(SENT_LEAF, {ISSUED: [ISSUED_LEAF]})
    assert not is_seen(ISSUED_LEAF, {SENT: [SENT_LEAF]})
    assert is_seen(ISSUED_LEAF, {SENT: [SENT_LEAF], HELD: [HELD_LEAF]})
    assert is_seen(HELD_LEAF, {ISSUED: [ISSUED_LEAF]})
    assert not is_seen(leaf("something-new"), {SENT: [SENT_LEAF]})
