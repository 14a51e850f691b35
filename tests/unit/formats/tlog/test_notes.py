# SPDX-License-Identifier: MIT
"""Notes, checkpoints, proof files and policies: one spelling each, and nobody counted twice."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message
from tasuki.formats.tlog.note import (
    COSIGNATURE_ED25519,
    ED25519,
    Note,
    SignatureLine,
    make_key,
    parse_key,
    parse_note,
    verify_note,
)
from tasuki.formats.tlog.policy import parse_policy
from tasuki.formats.tlog.proof import Proof, parse_proof, verify_proof, write_proof

ROOT = bytes(range(32))
STAMP = 1_795_392_000


def _private(number):
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def _key(name, number, kind=ED25519):
    return make_key(name, kind, _private(number).public_key().public_bytes_raw())


def _signed(text, key, number):
    return SignatureLine(name=key.name, key_id=key.id, signature=_private(number).sign(text.encode()))


def _cosigned(text, key, number):
    signature = STAMP.to_bytes(8, "big") + _private(number).sign(cosigned_message(text, STAMP))
    return SignatureLine(name=key.name, key_id=key.id, signature=signature)


LOG = _key("log.example", 1)
TEXT = Checkpoint(origin="log.example", size=5, root=ROOT).text
NOTE = Note(text=TEXT, lines=(_signed(TEXT, LOG, 1),))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(NOTE.raw) * 8 - 1))
def test_one_flipped_bit_anywhere_in_a_signed_note_is_noticed(bit):
    raw = bytearray(NOTE.raw)
    raw[bit // 8] ^= 1 << (bit % 8)
    try:
        note = parse_note(bytes(raw))
        verify_note(note, LOG)
    except InputError:
        return
    # Base64 leaves two spare bits in the last group: another spelling of the very same signature.
    assert note.lines == NOTE.lines
    assert note.raw != bytes(raw)


def test_the_signature_of_another_key_by_the_same_name_does_not_count():
    other = _key("log.example", 2)
    with pytest.raises(InputError):
        verify_note(NOTE, other)
    forged = Note(text=TEXT, lines=(SignatureLine(name=LOG.name, key_id=LOG.id, signature=bytes(64)), *NOTE.lines))
    with pytest.raises(InputError):
        verify_note(parse_note(forged.raw), LOG)


def test_a_log_signature_is_no_cosignature():
    witness = _key("log.example", 1, COSIGNATURE_ED25519)
    assert witness.id != LOG.id
    with pytest.raises(InputError):
        verify_note(NOTE, witness)


@pytest.mark.parametrize(
    "text",
    [
        "log.example\n05\n{root}\n",
        "log.example\n+5\n{root}\n",
        "log.example\n-1\n{root}\n",
        "log.example\n٥\n{root}\n",
        "log.example\n9223372036854775808\n{root}\n",
        "log.example\n" + "9" * 5000 + "\n{root}\n",
        "log.example\n5\n{root}",
        "log.example\n5\nAAAA\n",
        "log.example\n5\n{root}\n\n",
        "\n5\n{root}\n",
        "log.example\n5\n",
    ],
)
def test_a_checkpoint_has_one_form(text):
    root = TEXT.split("\n")[2]
    with pytest.raises(InputError):
        parse_checkpoint(text.format(root=root))


def test_a_root_spelt_with_stray_bits_is_refused():
    root = TEXT.split("\n")[2]
    assert root.endswith("8=")
    with pytest.raises(InputError):
        parse_checkpoint(TEXT.replace(root, root[:-2] + "9="))


@pytest.mark.parametrize(
    "raw", [b"", b"text\n", b"text\n\n", "\n\n— a AAAAAAA=\n".encode(), "a\tb\n\n— a AAAAAAA=\n".encode()]
)
def test_what_is_no_note_is_refused(raw):
    with pytest.raises(InputError):
        parse_note(raw)


@pytest.mark.parametrize("text", ["a+00000000+AQ==", "a", "a++", "a+530d903a+", "a b+00000000+AQ=="])
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(InputError):
        parse_key(text)


def test_a_key_whose_hash_was_changed_is_refused():
    assert parse_key(LOG.text) == LOG
    name, stated, rest = LOG.text.split("+", 2)
    with pytest.raises(InputError):
        parse_key(f"{name}+{'0' * len(stated)}+{rest}")


def _proof_file(entries, index):
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    text = Checkpoint(origin="log.example", size=len(leaves), root=merkle.root(leaves)).text
    note = Note(text=text, lines=(_signed(text, LOG, 1),))
    hashes = merkle.inclusion_proof(index, len(leaves), lambda start, end: merkle.root(leaves[start:end]))
    return Proof(index=index, hashes=tuple(hashes), checkpoint=note.raw)


def test_a_proof_file_proves_its_entry_and_no_other():
    entries = [bytes([number]) for number in range(9)]
    proof = parse_proof(write_proof(_proof_file(entries, 4)))
    assert verify_proof(proof, entries[4], LOG).size == 9
    with pytest.raises(InputError):
        verify_proof(proof, entries[5], LOG)


def test_the_key_of_one_log_does_not_vouch_for_another():
    proof = _proof_file([b"a", b"b"], 0)
    moved = make_key("other.example", ED25519, LOG.key)
    text = parse_note(proof.checkpoint).text
    signed = Note(text=text, lines=(_signed(text, moved, 1),))
    with pytest.raises(InputError, match=r"log\.example"):
        verify_proof(Proof(index=0, hashes=proof.hashes, checkpoint=signed.raw), b"a", moved)


def _policy(*lines):
    return parse_policy("\n".join(lines).encode())


W1 = _key("w1.example", 11, COSIGNATURE_ED25519)
W2 = _key("w2.example", 12, COSIGNATURE_ED25519)
SAME = _key("w3.example", 12, COSIGNATURE_ED25519)


def test_a_quorum_is_met_by_enough_different_witnesses_and_the_log():
    policy = _policy(f"log {LOG.text}", f"witness a {W1.text}", f"witness b {W2.text}", "group g all a b", "quorum g")
    signed, one, two = _signed(TEXT, LOG, 1), _cosigned(TEXT, W1, 11), _cosigned(TEXT, W2, 12)
    assert policy.is_met_by(Note(text=TEXT, lines=(signed, one, two)))
    assert not policy.is_met_by(Note(text=TEXT, lines=(signed, one)))
    assert not policy.is_met_by(Note(text=TEXT, lines=(one, two)))
    # The same witness twice is one witness.
    assert not policy.is_met_by(Note(text=TEXT, lines=(signed, one, one)))


def test_one_key_under_two_names_is_refused():
    with pytest.raises(InputError, match="twice"):
        _policy(f"witness a {W2.text}", f"witness b {SAME.text}", "group g all a b", "quorum g")


@pytest.mark.parametrize(
    "lines",
    [
        ["group g 0 a", "quorum g"],
        ["group g 2 a", "quorum g"],
        ["group g all a a", "quorum g"],
        ["group g all later", "group later all a", "quorum g"],
        ["group g any a", "group h any a", "quorum h"],
        ["group g all none", "quorum g"],
        ["quorum a", "quorum a"],
        ["quorum"],
        ["witness a", "quorum a"],
        ["surprise x", "quorum a"],
        ["quorum a\r"],
    ],
)
def test_a_policy_that_could_mislead_is_refused(lines):
    with pytest.raises(InputError):
        _policy(f"witness a {W1.text}", *lines)


def test_quorum_none_asks_for_the_log_alone():
    assert _policy(f"log {LOG.text}", "quorum none").is_met_by(NOTE)
    assert not _policy("quorum none").is_met_by(NOTE)
