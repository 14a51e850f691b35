# SPDX-License-Identifier: MIT
"""What two verifiers have to agree on: one spelling, one reading of lines, one meaning of "the same"."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import GBR, JPN, NOW, party
from making_evidence import AT, SENT, SIZE, case, checkpoint, cosigned_line, evidence
from tasuki.core.ledger.evidence import verify_evidence, write_evidence
from tasuki.formats.tlog.note import Note, parse_note

SECOND = party("JPN/jpn-2")
ANCHORS = [GBR.anchor, JPN.anchor]
MADE = case()


def found(made, number=SENT, anchors=ANCHORS, **changes):
    finding = verify_evidence(write_evidence(evidence(made, number, **changes)), anchors)
    return finding, [check.name for check in finding.checks if not check.holds]


def with_leaf(**changes):
    leaves = list(MADE.leaves)
    leaves[SENT] = replace(leaves[SENT], **changes)
    return replace(MADE, leaves=tuple(leaves))


def test_one_is_not_true():
    body = dict(MADE.leaves[SENT].body)
    assert body["seq"] == 1
    assert found(with_leaf(body={**body, "seq": True}))[1] == ["envelope", "receipt"]


@pytest.mark.parametrize("kind", ["", " ", "Envelope-sent", "a" * 33, "1st"])
def test_the_kind_of_a_leaf_is_a_word(kind):
    assert found(with_leaf(kind=kind))[1] == ["form"]


def test_the_body_of_a_leaf_is_bounded():
    assert found(with_leaf(kind="something-later", body={"a": "x" * 4088}), opened=True)[1] == ["envelope", "receipt"]
    assert found(with_leaf(kind="something-later", body={"a": "x" * 4089}), opened=True)[1] == ["form"]


def lines():
    whole = parse_note(checkpoint(MADE))
    log, witness = whole.lines
    return whole.text, log, witness


def broken(line):
    return replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))


@pytest.mark.parametrize("first", [True, False])
def test_a_line_that_names_a_key_and_does_not_verify_spoils_what_the_key_signs(first):
    text, log, witness = lines()
    for good, spoilt in ((log, "log-signature"), (witness, "cosignature")):
        pair = (broken(good), good) if first else (good, broken(good))
        rest = tuple(line for line in (log, witness) if line is not good)
        fails = found(MADE, checkpoint=Note(text=text, lines=(*pair, *rest)).raw)[1]
        assert fails[0] == spoilt


def test_a_signature_line_has_one_spelling():
    text, log, witness = lines()
    raw = Note(text=text, lines=(log, witness)).raw
    assert raw.endswith(b"==\n")
    strayed = raw[:-4] + bytes([raw[-4] + 1]) + raw[-3:]
    assert found(MADE, checkpoint=strayed)[1][0] == "log-signature"


def test_of_several_cosignatures_the_earliest_is_meant():
    text, log, witness = lines()
    earlier = cosigned_line(text, SECOND, AT - timedelta(minutes=5))
    outside = cosigned_line(text, JPN, NOW - timedelta(days=9000))
    finding, fails = found(
        MADE,
        anchors=[*ANCHORS, SECOND.anchor],
        checkpoint=Note(text=text, lines=(log, witness, earlier, outside)).raw,
    )
    assert fails == []
    assert finding.meaning["witness"] == "JPN/jpn-2"
    assert finding.meaning["size"] == SIZE


def test_a_closed_leaf_is_asked_for_no_form():
    assert found(with_leaf(kind=" "), opened=False)[1] == []
