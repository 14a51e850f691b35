# SPDX-License-Identifier: MIT
"""Acceptance, clause by clause: each has a case that only it catches, and says whether the number is spent."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from making_channel import GBR, JPN, NOW, envelope, letter, party, seal, signed
from tasuki.core.channel import acceptance
from tasuki.core.channel.acceptance import CLAUSES, Again, Facts, Gap, Lie, Open, Refuse, Spend, judge
from tasuki.core.channel.model import START, LaneState, Seen
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.suites.signatures import Signatures

SECOND = timedelta(seconds=1)
LATER = LaneState(epoch=1, next_seq=5, prev="c" * 64)


def facts(**changes):
    known = Facts(
        me=JPN.anchor.name,
        now=NOW,
        anchor=GBR.anchor,
        certificate=GBR.anchor.tls_certificate,
        lane=LATER,
        seen=(),
    )
    return replace(known, **changes)


def outcome(letter_in, known):
    judgement = judge(letter_in, known)
    match judgement:
        case Refuse(reason=reason) | Gap(reason=reason) | Lie(reason=reason):
            return type(judgement).__name__, reason.code
        case Spend(disposition=disposition):
            return disposition.status, disposition.reason.code
    return type(judgement).__name__, ""


def with_version(number):
    return envelope(LATER, version=number)


GOOD = envelope(LATER)
OTHER_NODE = party("JPN/jpn-2")
STRANGER = party("GBR/gbr-1", seed=2)


def unsigned_by_one(field):
    swapped = envelope(LATER)
    return replace(swapped, signatures=replace(swapped.signatures, **{field: getattr(GOOD.signatures, field)}))


def forged_statement():
    header = GOOD.header
    return replace(GOOD, header=replace(header, type="stored"))


CASES = [
    ("A1", GOOD, facts(certificate=b"another"), ("Refuse", "channel.wrong-certificate")),
    ("A2", GOOD, facts(anchor=replace(GBR.anchor, name=JPN.anchor.name)), ("Refuse", "channel.wrong-sender")),
    ("A3", GOOD, facts(anchor=replace(GBR.anchor, expires=NOW - SECOND)), ("Refuse", "channel.stale-anchor")),
    ("A4", envelope(LATER, suite=2), facts(), ("Refuse", "suites.unknown-suite")),
    ("A4", GOOD, facts(min_suite=2), ("Refuse", "channel.suite-too-low")),
    ("A5", unsigned_by_one("ed25519"), facts(), ("Refuse", "suites.bad-signature")),
    ("A5", unsigned_by_one("ml_dsa_65"), facts(), ("Refuse", "suites.bad-signature")),
    ("A5", envelope(LATER), facts(anchor=STRANGER.anchor), ("Refuse", "envelope.no-key")),
    ("A5", forged_statement(), facts(), ("Refuse", "channel.not-an-envelope")),
    ("A6", envelope(LATER, to=OTHER_NODE), facts(), ("Refuse", "channel.wrong-recipient")),
    ("A7", GOOD, facts(lane=None), ("Refuse", "channel.unknown-lane")),
    ("A7", GOOD, facts(lane=replace(LATER, epoch=2)), ("Refuse", "channel.wrong-epoch")),
    ("A9", GOOD, facts(lane=replace(LATER, next_seq=4)), ("Gap", "channel.gap")),
    ("A9", GOOD, facts(lane=replace(LATER, next_seq=6)), ("Gap", "channel.spent")),
    ("A10", GOOD, facts(lane=replace(LATER, prev="d" * 64)), ("Refuse", "channel.wrong-prev")),
    ("A10", GOOD, facts(lane=replace(LATER, prev=None)), ("Refuse", "channel.wrong-prev")),
    ("B1", with_version(3), facts(), ("unsupported", "channel.unknown-version")),
    ("B2", envelope(LATER, crit=("colour",)), facts(), ("unsupported", "channel.unknown-crit")),
    ("B3", envelope(LATER, min_suite=2), facts(), ("unsupported", "channel.answer-suite")),
    ("B4", envelope(LATER, created=NOW + timedelta(seconds=301)), facts(), ("refused", "channel.created-in-future")),
    ("B5", envelope(LATER, not_after=NOW - timedelta(seconds=1)), facts(), ("expired", "channel.expired")),
    ("B6", envelope(LATER, type="joint-record"), facts(), ("unsupported", "channel.unknown-type")),
]  # fmt: skip


def test_a_good_envelope_is_opened():
    assert judge(GOOD, facts()) == Open()


@pytest.mark.parametrize(("clause", "letter_in", "known", "expected"), CASES)
def test_a_broken_rule_is_named(clause, letter_in, known, expected):
    assert outcome(letter_in, known) == expected
    spent = expected[0] in {"refused", "expired", "unsupported"}
    assert spent == clause.startswith("B")


@pytest.mark.parametrize(("clause", "letter_in", "known", "expected"), CASES)
def test_without_its_clause_the_case_is_not_caught(monkeypatch, clause, letter_in, known, expected):
    """A clause that could go without any case noticing would be a clause nobody tests."""
    monkeypatch.setattr(acceptance, "CLAUSES", tuple(each for each in CLAUSES if each[0] != clause))
    try:
        found = outcome(letter_in, known)
    except AssertionError:  # a later clause relied on this one
        return
    assert found != expected


def test_every_clause_has_a_case():
    assert {case[0] for case in CASES} | {"A8"} == {clause for clause, _ in CLAUSES}


def test_the_same_bytes_get_the_stored_receipt():
    seen = Seen(env_id=GOOD.header.env_id, hash=GOOD.hash, receipt=b"receipt")
    assert judge(GOOD, facts(seen=(seen,))) == Again(receipt=b"receipt")
    assert judge(GOOD, facts(seen=(seen, seen), lane=LATER.after(GOOD.hash))) == Again(receipt=b"receipt")


def test_other_bytes_for_a_spent_id_or_number_are_a_lie():
    seen = Seen(env_id=GOOD.header.env_id, hash="e" * 64, receipt=b"receipt")
    judgement = judge(GOOD, facts(seen=(seen,)))
    assert isinstance(judgement, Lie)
    assert judgement.first is seen


def test_a_lie_must_be_signed_to_count():
    """Else anybody with the partner's certificate but no keys could raise an alarm about it."""
    seen = Seen(env_id=GOOD.header.env_id, hash="e" * 64, receipt=b"receipt")
    assert isinstance(judge(unsigned_by_one("ml_dsa_65"), facts(seen=(seen,))), Refuse)


def test_urgent_goes_on_with_a_stale_anchor():
    stale = replace(GBR.anchor, expires=NOW - timedelta(days=1))
    assert judge(envelope(LATER, lane="urgent"), facts(anchor=stale)) == Open()


def test_age_alone_is_no_reason_to_refuse():
    """Skew bounds only the future: after a long partition the queue still counts."""
    old = envelope(LATER, created=NOW - timedelta(days=13))
    assert judge(old, facts()) == Open()
    assert judge(envelope(LATER, created=NOW + timedelta(seconds=300)), facts()) == Open()


def test_a_key_counts_for_the_resend_window_after_its_end():
    ended = tuple(replace(key, not_after=NOW - timedelta(days=1)) for key in GBR.anchor.keys)
    anchor = replace(GBR.anchor, keys=ended)
    in_time = envelope(LATER, created=NOW - timedelta(days=2))
    assert judge(in_time, facts(anchor=anchor)) == Open()
    assert outcome(GOOD, facts(anchor=anchor)) == ("Refuse", "suites.key-not-valid")
    later = facts(anchor=anchor, now=NOW + timedelta(days=15))
    assert outcome(in_time, later) == ("Refuse", "suites.key-not-valid")


def test_the_next_version_is_understood_without_new_duties():
    assert judge(with_version(2), facts()) == Open()


def test_wrong_keys_by_right_ids_are_refused():
    raw = seal(letter(), LATER)
    read = read_envelope(raw)
    other = read_envelope(signed(read.header, read.ciphertext))
    assert judge(other, facts()) == Open()
    bad = Signatures(ed25519=bytes(64), ml_dsa_65=bytes(3309))
    assert isinstance(judge(replace(other, signatures=bad), facts()), Refuse)


def test_the_spec_page_lists_every_clause():
    page = (Path(__file__).parents[4] / "docs/spec/channel.md").read_text()
    for clause, _check in CLAUSES:
        assert f"| {clause} |" in page


def test_a_lane_starts_at_one_with_nothing_before():
    assert (START.next_seq, START.prev) == (1, None)
    assert json.dumps(START.after("f" * 64).next_seq) == "2"
