# SPDX-License-Identifier: MIT
"""Statements: which may follow which, what they take back, what either side lost, and what both can compare."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import GBR, JPN, NOW
from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.core.reconciliation.judging import (
    FRESH_FOR,
    Common,
    Loss,
    accept_statement,
    common,
    fell,
    is_stale,
    losses,
    quiet,
    require_newer,
)
from tasuki.core.reconciliation.sets import Span
from tasuki.formats.envelope.statement import (
    Head,
    ReceivedRow,
    SentRow,
    Statement,
    read_signed_statement,
    statement_bytes,
    write_statement,
)
from tasuki.formats.suites.keys import Purpose

ROOT = "0" * 64
MIN = timedelta(minutes=1)


def sent(sealed, answered=None, lane="bulk", epoch=1, root=ROOT):
    return SentRow(lane=lane, epoch=epoch, sealed=sealed, answered=sealed if answered is None else answered, root=root)


def received(number, lane="bulk", epoch=1, root=ROOT):
    return ReceivedRow(lane=lane, epoch=epoch, received=number, root=root)


def statement(by=JPN, towards=GBR, **changes):
    made = Statement(
        by=by.anchor.name,
        to=towards.anchor.name,
        version=3,
        at=NOW,
        metadata={"keys": 1},
        rules="d" * 64,
        log=Head(size=5, root=ROOT),
        mirror=Head(size=4, root=ROOT),
        sent=(),
        received=(),
        requests=ROOT,
        suite=1,
        sig_keys=by.anchor.current_pair(Purpose.ENVELOPE, NOW).ids,
    )
    return replace(made, **changes)


def signed(made, by=JPN):
    raw = statement_bytes(made)
    return read_signed_statement(write_statement(raw, by.signer.sign_statement(raw)))


def span(first, last, way="sent", lane="bulk", epoch=1):
    return Span(way=way, lane=lane, epoch=epoch, first=first, last=last)


def test_a_statement_of_the_partner_to_this_node_is_accepted():
    assert accept_statement(signed(statement()), GBR.anchor.name, JPN.anchor, NOW) == statement()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": NodeName.parse("AUS/aus-1")}, "reconciliation.wrong-statement"),
        ({"suite": 9}, "suites.unknown-suite"),
    ],
    ids=["to-another", "another-suite"],
)
def test_a_statement_that_is_not_for_us_or_under_another_suite_is_refused(changes, code):
    with pytest.raises(PeerError) as refused:
        accept_statement(signed(statement(**changes)), GBR.anchor.name, JPN.anchor, NOW)
    assert refused.value.reason.code == code


def test_a_statement_by_another_node_is_refused():
    with pytest.raises(PeerError) as refused:
        accept_statement(signed(statement(by=GBR), GBR), GBR.anchor.name, JPN.anchor, NOW)
    assert refused.value.reason.code == "reconciliation.wrong-statement"
    assert refused.value.reason.params == {"field": "by", "expected": "JPN/jpn-1", "found": "GBR/gbr-1"}


def test_a_statement_to_another_says_to_whom():
    other = signed(statement(to=NodeName.parse("AUS/aus-1")))
    with pytest.raises(PeerError) as refused:
        accept_statement(other, GBR.anchor.name, JPN.anchor, NOW)
    assert refused.value.reason.params == {"field": "to", "expected": "GBR/gbr-1", "found": "AUS/aus-1"}


def test_every_loss_is_named_lane_by_lane_and_way_by_way():
    lanes = ("bulk", "urgent")
    asked = ours(tuple(sent(5, lane=each) for each in lanes), tuple(received(5, lane=each) for each in lanes))
    answer = theirs(tuple(sent(3, lane=each) for each in lanes), tuple(received(3, lane=each) for each in lanes))
    assert losses(asked, asked, answer) == [
        Loss(who="by-partner", span=span(4, 5, way=way, lane=lane)) for way in ("sent", "received") for lane in lanes
    ]


def test_what_neither_side_ever_used_is_no_loss():
    nothing = ours((sent(0),), (received(0),))
    assert losses(nothing, nothing, theirs((), ())) == []


def test_a_statement_whose_words_were_changed_is_refused():
    good = signed(statement())
    bad = replace(good, signed=good.signed.replace(b'"version":3', b'"version":4'))
    with pytest.raises(PeerError) as refused:
        accept_statement(bad, GBR.anchor.name, JPN.anchor, NOW)
    assert refused.value.reason.code == "suites.bad-signature"


def test_a_clock_that_is_ahead_is_no_reason_to_hear_nothing():
    late = statement(at=NOW + timedelta(days=4000))
    assert accept_statement(signed(late), GBR.anchor.name, JPN.anchor, NOW) == late


@pytest.mark.parametrize(
    ("version", "later", "newer"),
    [(4, MIN, True), (4, 0 * MIN, True), (99, MIN, True), (3, MIN, False), (2, MIN, False), (4, -MIN, False)],
)
def test_a_statement_follows_another_only_with_a_higher_version_and_no_earlier_time(version, later, newer):
    made = statement(version=version, at=NOW + later)
    if newer:
        require_newer(made, statement())
        return
    with pytest.raises(PeerError) as refused:
        require_newer(made, statement())
    assert refused.value.reason.params == {"partner": "JPN", "held": 3, "found": version, "expected": 4}


BEFORE = statement(
    sent=(sent(12), sent(3, lane="urgent")),
    received=(received(7), received(0, lane="exercise"), received(2, lane="urgent")),
)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, None),
        ({"log": Head(size=6, root=ROOT)}, None),
        ({"log": Head(size=4, root=ROOT)}, "log 5 > 4"),
        ({"mirror": Head(size=3, root=ROOT)}, "mirror 4 > 3"),
        ({"sent": (sent(13), sent(3, lane="urgent"))}, None),
        ({"sent": (sent(7), sent(3, lane="urgent"))}, "sent bulk/1 12 > 7"),
        ({"sent": (sent(12),)}, "sent urgent/1 3 > 0"),
        ({"sent": (sent(12), sent(0, lane="urgent", epoch=2))}, None),
        ({"sent": (sent(12), sent(0, lane="exercise", epoch=2))}, "sent urgent/1 3 > 0"),
        (
            {"received": (received(6), received(0, lane="exercise"), received(2, lane="urgent"))},
            "received bulk/1 7 > 6",
        ),
        ({"received": (received(7),)}, "received urgent/1 2 > 0"),
        ({"received": (received(7), received(1, lane="urgent", epoch=3))}, None),
    ],
)
def test_what_a_statement_takes_back_is_named(changes, what):
    assert fell(replace(BEFORE, **changes), BEFORE) == what


def ours(out, into):
    return statement(by=GBR, towards=JPN, sent=out, received=into)


def theirs(out, into):
    return statement(sent=out, received=into)


@pytest.mark.parametrize(
    ("asked", "now", "answer", "expected"),
    [
        (ours((sent(9),), (received(4),)), None, theirs((sent(4),), (received(9),)), []),
        (ours((sent(9, 6),), ()), None, theirs((), (received(6),)), []),
        (ours((sent(9, 7),), ()), None, theirs((), (received(6),)), [("by-partner", span(7, 7))]),
        (ours((sent(9),), ()), None, theirs((), ()), [("by-partner", span(1, 9))]),
        (ours((sent(9),), ()), None, theirs((), (received(11),)), [("here", span(10, 11))]),
        (ours((sent(9, 9),), ()), ours((sent(11),), ()), theirs((), (received(11),)), []),
        (ours((), (received(5),)), None, theirs((sent(5),), ()), []),
        (ours((), (received(5),)), None, theirs((sent(8, 5),), ()), []),
        (ours((), (received(5),)), None, theirs((sent(3),), ()), [("by-partner", span(4, 5, way="received"))]),
        (ours((), (received(5),)), None, theirs((), ()), [("by-partner", span(1, 5, way="received"))]),
        (ours((), (received(5),)), None, theirs((sent(8, 7),), ()), [("here", span(6, 7, way="received"))]),
        (ours((), (received(5),)), ours((), (received(7),)), theirs((sent(8, 7),), ()), []),
        (
            ours((sent(2, lane="urgent"),), ()),
            None,
            theirs((), (received(2),)),
            [("by-partner", span(1, 2, lane="urgent"))],
        ),
    ],
    ids=[
        "nothing",
        "under-way",
        "they-lost-one",
        "they-lost-all",
        "we-lost-some",
        "came-meanwhile",
        "all-here",
        "more-under-way",
        "they-forgot-sending",
        "they-forgot-all",
        "we-lost-what-we-receipted",
        "arrived-meanwhile",
        "another-lane",
    ],
)
def test_what_either_side_lost_is_named_and_what_moved_meanwhile_is_not(asked, now, answer, expected):
    found = losses(asked, asked if now is None else now, answer)
    assert found == [Loss(who=who, span=each) for who, each in expected]


def test_both_compare_what_both_have_and_by_the_stated_root_where_that_covers_it():
    mine = ours(
        (sent(9, root="a"), sent(3, lane="urgent"), sent(1, lane="other")), (received(5), received(4, lane="urgent"))
    )
    answer = theirs(
        (sent(5, root="c"), sent(6, lane="urgent", root="d")),
        (received(7, root="e"), received(3, lane="urgent", root="f")),
    )
    assert common(mine, answer) == [
        Common(span=span(1, 7), root="e"),
        Common(span=span(1, 3, lane="urgent"), root="f"),
        Common(span=span(1, 5, way="received"), root="c"),
        Common(span=span(1, 4, way="received", lane="urgent"), root=None),
    ]


def test_a_lane_on_which_one_side_has_nothing_has_nothing_in_common():
    assert common(ours((sent(0),), (received(0),)), theirs((sent(4),), (received(4),))) == []
    assert common(ours((sent(4, epoch=2),), ()), theirs((), (received(4),))) == []


@pytest.mark.parametrize(
    ("mine", "answer", "expected"),
    [
        (ours((sent(3), sent(0, lane="urgent")), (received(2),)), theirs((sent(2),), (received(3),)), True),
        (ours((sent(3),), (received(2),)), theirs((sent(2),), (received(2),)), False),
        (ours((sent(3),), (received(2),)), theirs((sent(3),), (received(3),)), False),
        (ours((), ()), theirs((), ()), True),
    ],
    ids=["same", "we-sent-more", "they-sent-more", "nothing-ever"],
)
def test_it_is_quiet_where_each_received_all_that_the_other_sent(mine, answer, expected):
    assert quiet(mine, answer) is expected


@pytest.mark.parametrize(
    ("newest", "expected"),
    [(None, False), (NOW, False), (NOW - FRESH_FOR, False), (NOW - FRESH_FOR - timedelta(microseconds=1), True)],
    ids=["never", "now", "at-the-limit", "beyond"],
)
def test_a_partner_that_ever_stated_anything_is_stale_after_a_day(newest, expected):
    assert is_stale(newest, NOW) is expected
    assert timedelta(hours=24) == FRESH_FOR
