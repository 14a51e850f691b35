# SPDX-License-Identifier: MIT
"""Evidence of a witness with two kinds of keys: both cosignatures are needed, from the day its anchor has both."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import GBR, NOW, party
from making_evidence import AT, Case, case, checkpoint, evidence
from tasuki.core.ledger.evidence import verify_evidence, write_evidence
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog.cosignature import cosigned_message_v2
from tasuki.formats.tlog.note import COSIGNATURE_MLDSA44, Note, cosignature, make_key, parse_note

JPN = party("JPN/jpn-1", without=None)
WITNESS = "tasuki/JPN/jpn-1/witness"
SECOND_KEYS = [key for key in party("GBR/gbr-1", without=None).anchor.keys if key.algorithm is Algorithm.ML_DSA_44]
OWNER = replace(GBR.anchor, keys=(*GBR.anchor.keys, *SECOND_KEYS))
CASE: Case = replace(case(), witness=JPN)
LEAF = 4


def second_line(text, at=AT, *, origin_text=None, name=WITNESS):
    key = JPN.anchor.current(Purpose.WITNESS, Algorithm.ML_DSA_44, NOW)
    stamp = int(at.timestamp())
    signature = JPN.signer.cosign_ml_dsa_44(cosigned_message_v2(origin_text or text, stamp, name))
    return cosignature(make_key(name, COSIGNATURE_MLDSA44, key.raw), stamp, signature)


def found(lines, anchor=JPN.anchor, owner=OWNER):
    note = parse_note(checkpoint(CASE))
    raw = write_evidence(evidence(CASE, LEAF, opened=False, checkpoint=Note(text=note.text, lines=lines(note)).raw))
    return verify_evidence(raw, (owner, anchor))


def failing(finding):
    return {check.name: check.reason.code for check in finding.checks if not check.holds}


def both(note):
    return (*note.lines, second_line(note.text))


def test_both_cosignatures_hold_and_the_first_gives_the_time():
    finding = found(both)
    assert failing(finding) == {}
    assert finding.meaning["witness"] == "JPN/jpn-1"
    assert finding.meaning["cosigned_at"] == "2026-03-01T12:01:00.000Z"


def test_the_order_of_the_lines_says_nothing():
    assert found(lambda note: tuple(reversed(both(note)))).holds


def test_ed25519_alone_is_half_where_the_anchor_has_both():
    assert failing(found(lambda note: note.lines)) == {"cosignature": "ledger.half-cosigned"}


def test_ml_dsa_44_alone_is_none():
    assert failing(found(lambda note: (note.lines[0], second_line(note.text)))) == {"cosignature": "ledger.not-signed"}


def test_ed25519_alone_is_enough_for_a_partner_of_the_previous_release():
    keys = tuple(key for key in JPN.anchor.keys if key.algorithm is not Algorithm.ML_DSA_44)
    assert found(lambda note: note.lines, replace(JPN.anchor, keys=keys)).holds
    # What it does not know it does not read, and it spoils nothing.
    assert found(both, replace(JPN.anchor, keys=keys)).holds


def test_ed25519_alone_is_enough_in_the_log_of_a_node_of_the_previous_release():
    assert found(lambda note: note.lines, owner=GBR.anchor).holds
    assert found(both, owner=GBR.anchor).holds


@pytest.mark.parametrize(("begins", "whole"), [(timedelta(seconds=0), False), (timedelta(seconds=1), True)])
def test_the_second_kind_is_asked_for_from_the_second_its_key_begins(begins, whole):
    keys = tuple(
        replace(key, not_before=AT + begins) if key.algorithm is Algorithm.ML_DSA_44 else key for key in JPN.anchor.keys
    )
    assert found(lambda note: note.lines, replace(JPN.anchor, keys=keys)).holds is whole


def test_the_second_kind_is_not_asked_for_after_its_key_ended():
    keys = tuple(
        replace(key, not_after=AT - timedelta(seconds=1)) if key.algorithm is Algorithm.ML_DSA_44 else key
        for key in JPN.anchor.keys
    )
    assert found(lambda note: note.lines, replace(JPN.anchor, keys=keys)).holds


def test_a_second_cosignature_of_a_time_without_its_key_does_not_count():
    late = found(lambda note: (*note.lines, second_line(note.text, AT + timedelta(days=3000))))
    assert failing(late) == {"cosignature": "ledger.half-cosigned"}


def test_any_broken_line_of_a_key_of_the_witness_spoils_it():
    def broken(note):
        good = second_line(note.text)
        return (*note.lines, replace(good, signature=good.signature[:-1] + bytes([good.signature[-1] ^ 1])))

    assert failing(found(broken)) == {"cosignature": "tlog.signature"}


def test_a_second_cosignature_of_another_state_of_the_log_is_none_of_this_one():
    def moved(note):
        lines = note.text.split("\n")
        other = "\n".join([lines[0], str(int(lines[1]) - 1), *lines[2:]])
        return (*note.lines, second_line(note.text, origin_text=other))

    assert failing(found(moved)) == {"cosignature": "tlog.signature"}
