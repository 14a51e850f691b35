# SPDX-License-Identifier: MIT
"""Evidence: what it proves it proves with public keys alone, and no changed file proves anything else."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from making_channel import GBR, JPN, NOW, letter, party, seal
from making_evidence import (
    HELD,
    ISSUED,
    SENT,
    SIZE,
    Case,
    case,
    checkpoint,
    commitment,
    cosigned_line,
    evidence,
    hashes,
    head,
    log_line,
    place,
    receipt,
)
from tasuki.base.canonical import canonical
from tasuki.base.errors import InputError
from tasuki.core.ledger.evidence import Opening, read_evidence, verify_evidence, write_evidence
from tasuki.core.ledger.model import origin
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import Note, parse_note

ANCHORS = (GBR.anchor, JPN.anchor)
CASE = case()
LEAF_CHECKS = ["log-signature", "cosignature", "inclusion", "opening"]


def found(file, anchors=ANCHORS):
    return verify_evidence(file if isinstance(file, bytes) else write_evidence(file), anchors)


def failing(file, anchors=ANCHORS):
    finding = found(file, anchors)
    assert finding.holds == (not [check for check in finding.checks if not check.holds])
    assert bool(finding.meaning) == finding.holds
    return {check.name: check.reason.code for check in finding.checks if not check.holds}


@pytest.mark.parametrize("number", range(SIZE))
@pytest.mark.parametrize("opened", [True, False])
def test_every_leaf_is_proved_closed_and_opened(number, opened):
    finding = found(evidence(CASE, number, opened=opened))
    assert finding.holds
    assert [check.name for check in finding.checks][:4] == LEAF_CHECKS
    meaning = finding.meaning
    assert (meaning["index"], meaning["size"], meaning["witness"]) == (number, SIZE, "JPN/jpn-1")
    assert meaning["origin"] == "tasuki/GBR/gbr-1/pair/JPN"
    assert ("body" in meaning) == opened


def test_a_closed_file_says_nothing_of_the_envelope():
    raw = write_evidence(evidence(CASE, SENT, opened=False))
    env_id, env_hash = CASE.leaves[SENT].body["env_id"], CASE.leaves[SENT].body["env_hash"]
    assert env_id.encode() not in raw
    assert env_hash.encode() not in raw
    assert set(json.loads(raw)) == {"format", "index", "commitment", "proof", "checkpoint"}


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (SENT, [*LEAF_CHECKS, "envelope", "receipt"]),
        (HELD, [*LEAF_CHECKS, "envelope", "receipt"]),
        (ISSUED, [*LEAF_CHECKS, "receipt"]),
    ],
)
def test_what_is_attached_is_tied_to_the_leaf(number, names):
    finding = found(evidence(CASE, number))
    assert [check.name for check in finding.checks] == names
    assert finding.meaning["receipt"]["env_id"] == CASE.leaves[number].body["env_id"]


def test_a_file_comes_back_as_it_was_written():
    for number in (0, SENT, HELD, ISSUED):
        for opened in (True, False):
            whole = evidence(CASE, number, opened=opened)
            assert read_evidence(write_evidence(whole)) == whole


@pytest.mark.parametrize(
    ("anchors", "code"),
    [
        ((), "ledger.no-anchors"),
        ((GBR.anchor,), "ledger.no-anchors"),
        ((JPN.anchor,), "ledger.no-anchors"),
        ((party("GBR/gbr-1", 2).anchor, JPN.anchor), "ledger.not-signed"),
        ((party("GBR/gbr-2").anchor, JPN.anchor), "ledger.no-anchors"),
        ((GBR.anchor, party("USA/usa-1").anchor), "ledger.no-anchors"),
    ],
)
def test_trust_comes_from_the_anchors_given_and_from_nowhere_else(anchors, code):
    assert failing(evidence(CASE, SENT), anchors)["log-signature"] == code


def test_any_version_of_a_nodes_anchor_that_has_the_key_will_do():
    newer = replace(party("GBR/gbr-1", 2).anchor, version=2)
    assert not failing(evidence(CASE, SENT), (newer, *ANCHORS))
    assert not failing(evidence(CASE, SENT), (*ANCHORS, newer))
    stranger = party("JPN/jpn-2").anchor
    assert not failing(evidence(CASE, SENT), (stranger, *ANCHORS))


def only(kept):
    """Return the log's checkpoint with these signature lines alone."""
    note = parse_note(checkpoint(CASE))
    return Note(text=note.text, lines=tuple(kept(note))).raw


def test_a_checkpoint_without_one_of_both_signatures_proves_nothing():
    assert failing(evidence(CASE, SENT, checkpoint=only(lambda note: note.lines[1:]))).keys() >= {"log-signature"}
    assert failing(evidence(CASE, SENT, checkpoint=only(lambda note: note.lines[:1]))).keys() == {"cosignature"}


def test_a_node_that_cosigns_its_own_log_proves_nothing():
    text = parse_note(checkpoint(CASE)).text
    name = "tasuki/GBR/gbr-1/pair/JPN"
    own = party("GBR/gbr-2")
    forged = Note(text=text, lines=(log_line(text, name, GBR), cosigned_line(text, own))).raw
    assert failing(evidence(CASE, SENT, checkpoint=forged), (*ANCHORS, own.anchor)).keys() == {"cosignature"}


def test_another_log_of_the_same_node_is_not_this_one():
    wrong = Case(leaves=CASE.leaves, attached=CASE.attached, owner=GBR, witness=party("USA/usa-1"))
    code = failing(evidence(CASE, SENT, checkpoint=checkpoint(wrong)))
    assert code["log-signature"] == "ledger.no-anchors"


def test_the_private_audit_log_is_no_pair_log():
    name = origin("GBR/gbr-1", "audit")
    text = Checkpoint(origin=name, size=SIZE, root=merkle.root(hashes(CASE))).text
    private = Note(text=text, lines=(log_line(text, name, GBR), cosigned_line(text, JPN))).raw
    assert failing(evidence(CASE, SENT, checkpoint=private))["log-signature"] == "ledger.no-anchors"


@pytest.mark.parametrize("at", [NOW - timedelta(days=400), NOW + timedelta(days=3000)])
def test_keys_that_were_not_valid_when_it_was_cosigned_do_not_count(at):
    assert failing(evidence(CASE, SENT, checkpoint=checkpoint(CASE, at=at))) == {"cosignature": "ledger.key-time"}


def test_a_time_beyond_every_calendar_is_no_crash():
    text = parse_note(checkpoint(CASE)).text
    name = "tasuki/GBR/gbr-1/pair/JPN"
    line = cosigned_line(text, JPN)
    late = replace(line, signature=b"\x7f" * 8 + line.signature[8:])
    assert "cosignature" in failing(
        evidence(CASE, SENT, checkpoint=Note(text=text, lines=(log_line(text, name, GBR), late)).raw)
    )


def test_extension_lines_prove_nothing():
    state = parse_note(checkpoint(CASE)).text
    text = state + "something more\n"
    name = state.split("\n")[0]
    extended = Note(text=text, lines=(log_line(text, name, GBR), cosigned_line(text, JPN))).raw
    assert "log-signature" in failing(evidence(CASE, SENT, checkpoint=extended))


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"index": SENT + 1}, {"inclusion", "envelope", "receipt"}),
        ({"index": SIZE}, {"inclusion", "envelope", "receipt"}),
        ({"commitment": commitment(CASE, HELD)}, {"inclusion", "opening", "envelope", "receipt"}),
        ({"proof": ()}, {"inclusion", "envelope", "receipt"}),
        ({"opening": CASE.leaves[HELD]}, {"opening", "envelope", "receipt"}),
        ({"head": CASE.attached[SENT][0] + b"x"}, {"envelope"}),
        ({"head": CASE.attached[SENT][1]}, {"envelope"}),
        ({"receipt": CASE.attached[ISSUED][1]}, {"receipt"}),
        ({"receipt": CASE.attached[SENT][0]}, {"receipt"}),
        ({"receipt": b""}, {"receipt"}),
    ],
)
def test_one_wrong_part_is_named(changes, names):
    assert failing(evidence(CASE, SENT, **changes)).keys() == names


def test_a_checkpoint_of_another_size_does_not_fit_the_proof():
    assert "inclusion" in failing(evidence(CASE, SENT, checkpoint=checkpoint(CASE, SIZE - 1)))
    assert "inclusion" in failing(evidence(CASE, SENT, checkpoint=checkpoint(CASE, top=bytes(32))))


def lying(kind, body, attached):
    """Return evidence about a leaf that says `body`, in a log both sides signed all the same."""
    leaves = list(CASE.leaves)
    leaves[SENT] = Opening(salt=leaves[SENT].salt, kind=kind, body=body)
    return evidence(Case(leaves=tuple(leaves), attached={SENT: attached}), SENT)


OUT = seal(letter())
TO_ELSEWHERE = seal(letter(), to=party("USA/usa-1"))


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"env_id": "019ca945-0a00-7610-98e6-f49f98cee84f"}, "env_id"),
        ({"env_hash": "0" * 64}, "env_hash"),
        ({"lane": "urgent"}, "lane"),
        ({"epoch": 2}, "epoch"),
        ({"seq": 2}, "seq"),
        ({"type": "recall"}, "type"),
        ({"policy": "0" * 64}, "policy"),
    ],
)
def test_a_leaf_that_says_otherwise_than_the_envelope_is_named(changes, member):
    header = read_envelope(OUT).header
    body = {**place(OUT), "type": header.type, "policy": header.policy}
    file = lying("envelope-sent", {**body, **changes}, (head(OUT), None))
    finding = found(file)
    assert [(check.name, check.reason.params) for check in finding.checks if not check.holds] == [
        ("envelope", {"member": member})
    ]
    assert not failing(lying("envelope-sent", body, (head(OUT), None)))


def sent_body(raw):
    header = read_envelope(raw).header
    return {**place(raw), "type": header.type, "policy": header.policy}


def test_an_envelope_between_others_is_not_about_this_log():
    for raw in (TO_ELSEWHERE, seal(letter(), sender=JPN, to=GBR)):
        file = lying("envelope-sent", sent_body(raw), (head(raw), None))
        assert failing(file) == {"envelope": "ledger.not-the-leaf"}


def test_an_envelope_nobody_signed_is_named_even_where_both_sides_logged_it():
    start = head(OUT)
    forged = start[:-1] + bytes([start[-1] ^ 1])
    body = {**sent_body(OUT), "env_hash": hashlib.sha256(forged).hexdigest()}
    assert failing(lying("envelope-sent", body, (forged, None))) == {"envelope": "suites.bad-signature"}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "refused", "reason": "test.bad"},
        {"log_index": 3},
        {"seq": 9, "contiguous": 9},
        {"to": party("USA/usa-1").anchor.name},
        {"by": GBR.anchor.name},
    ],
)
def test_another_receipt_than_the_leaf_is_about_is_refused(changes):
    honest = receipt(OUT, JPN, 2)
    body = {**place(OUT), "status": "stored", "receipt_hash": read_receipt(honest).hash, "log_index": 2}
    assert not failing(lying("receipt-held", body, (head(OUT), honest)))
    giver = GBR if "by" in changes else JPN
    other = receipt(OUT, giver, 2, **({} if "by" in changes else changes))
    assert failing(lying("receipt-held", body, (head(OUT), other))) == {"receipt": "ledger.not-the-leaf"}


def test_a_receipt_that_names_another_leaf_than_it_stands_in_is_refused():
    came = seal(letter(), sender=JPN, to=GBR)
    given = receipt(came, GBR, SENT + 1)
    body = {**place(came), "status": "stored", "receipt_hash": read_receipt(given).hash}
    assert failing(lying("receipt-issued", body, (None, given))) == {"receipt": "ledger.not-the-leaf"}


def test_a_leaf_of_a_later_version_ties_nothing_to_itself():
    file = lying("something-later", sent_body(OUT), (head(OUT), None))
    assert failing(file) == {"envelope": "ledger.nothing-logged"}


TEXT = json.loads(write_evidence(evidence(CASE, SENT)))


def changed(**members):
    return canonical({**TEXT, **members})


MALFORMED = [
    b"",
    b"{}",
    b"[]",
    b"\x00",
    b"x" * (129 << 10),
    json.dumps(TEXT, indent=1).encode(),
    json.dumps(TEXT).encode(),
    canonical(TEXT) + b"\n",
    canonical(TEXT)[:-1] + b',"index":0}',
    canonical({name: value for name, value in TEXT.items() if name != "proof"}),
    canonical({name: value for name, value in TEXT.items() if name != "opening"}),
    changed(format="tasuki-evidence@v2"),
    changed(note="GBR admitted it"),
    changed(index=-1),
    changed(index=True),
    changed(index="4"),
    changed(index=4.5),
    changed(commitment=base64.b64encode(bytes(31)).decode()),
    changed(commitment=TEXT["commitment"][:-1]),
    changed(commitment=7),
    changed(proof={}),
    changed(proof=[TEXT["proof"][0]] * 64),
    changed(proof=["?"]),
    changed(checkpoint=None),
    changed(opening={**TEXT["opening"], "more": 1}),
    changed(opening={**TEXT["opening"], "kind": 5}),
    changed(opening={**TEXT["opening"], "body": []}),
    changed(opening={**TEXT["opening"], "salt": base64.b64encode(bytes(33)).decode()}),
    changed(opening=None),
    changed(envelope=None),
    changed(receipt=[]),
]


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_a_file_of_another_form_is_said_to_be_none(number):
    raw = MALFORMED[number]
    with pytest.raises(InputError):
        read_evidence(raw)
    assert failing(raw).keys() == {"form"}


def test_stray_bits_in_base64_are_another_spelling():
    for member in ("commitment", "envelope"):
        text = TEXT[member]
        stray = text.rstrip("=")
        twin = stray[:-1] + chr(ord(stray[-1]) + 1) + "=" * (len(text) - len(stray))
        if base64.b64decode(twin) == base64.b64decode(text):
            with pytest.raises(InputError):
                read_evidence(changed(**{member: twin}))


FILES = [
    write_evidence(evidence(CASE, number, opened=opened))
    for number in (0, SENT, HELD, ISSUED)
    for opened in (True, False)
]
TRUE = [found(file).meaning for file in FILES]


def is_true(meaning):
    """Whether an edited file proves at most what one of the honest files proves."""
    return any(meaning.items() <= truth.items() for truth in TRUE)


def test_no_byte_changed_anywhere_proves_anything_else():
    """5,000 edits of the bytes: flips, cuts, insertions."""
    chance = random.Random(20260301)  # noqa: S311 repeatable edits
    for _ in range(5000):
        raw = bytearray(chance.choice(FILES))
        at = chance.randrange(len(raw))
        edit = chance.randrange(3)
        if edit == 0:
            raw[at] ^= 1 << chance.randrange(8)
        elif edit == 1:
            del raw[at : at + chance.randrange(1, 4)]
        else:
            raw[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 4)))
        assert is_true(found(bytes(raw)).meaning)


def places(value, path=()):
    """Give the path to every value inside a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from places(inner, (*path, name))


def bent(value, chance):
    """Return another value of about the same form."""
    if isinstance(value, str):
        try:
            raw = bytearray(base64.b64decode(value, validate=True))
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            return base64.b64encode(raw).decode()
        except (ValueError, IndexError):
            at = chance.randrange(len(value) or 1)
            return value[:at] + chr(33 + chance.randrange(90)) + value[at + 1 :]
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 256))
    if isinstance(value, list):
        return chance.sample(value, k=max(0, len(value) - chance.randrange(2))) + value[: chance.randrange(2)]
    if isinstance(value, dict):
        gone = chance.choice(sorted(value))
        return {name: inner for name, inner in value.items() if name != gone}
    return "null"


def test_no_value_changed_dropped_or_taken_from_another_file_proves_anything_else():
    """5,000 edits of the values, each file spelt as it should be."""
    chance = random.Random(20260302)  # noqa: S311 repeatable edits
    texts = [json.loads(file) for file in FILES]
    held = 0
    for _ in range(5000):
        text = json.loads(json.dumps(chance.choice(texts)))
        for _ in range(chance.randrange(1, 3)):
            path = chance.choice([path for path in places(text) if path])
            at = text
            for name in path[:-1]:
                at = at[name]
            other = chance.choice(texts)
            if len(path) == 1 and path[0] in other and chance.random() < 0.5:
                at[path[0]] = other[path[0]]
            else:
                at[path[-1]] = bent(at[path[-1]], chance)
        finding = found(canonical(text))
        held += finding.holds
        assert is_true(finding.meaning)
    # Swapping a value for its equal leaves an honest file.
    assert held < 1000
