# SPDX-License-Identifier: MIT
"""The vectors of C2SP and its programs: notes, checkpoints, cosignatures, tiles, proofs, policies, the witness."""

from __future__ import annotations

import base64
import json

import pytest

from tasuki.base.errors import InputError
from tasuki.core.ledger.witness import judge
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message, cosigned_message_v2
from tasuki.formats.tlog.note import ED25519, cosigned_at, make_key, parse_key, parse_note, verify_note
from tasuki.formats.tlog.policy import parse_policy
from tasuki.formats.tlog.proof import parse_proof, write_proof
from tasuki.formats.tlog.tiles import read_bundle, read_hashes, write_bundle

ADJUDICATED = {
    "group numerical": "w2 and w3 share one key: c2sp.org/tlog-policy, 'Defining a witness', forbids duplicates",
    "group all": "the same",
    "group any": "the same",
}


@pytest.fixture(scope="module")
def tlog(data):
    return data / "security" / "tlog"


def _load(tlog, name):
    return json.loads((tlog / name).read_text())


def test_the_example_note_verifies_and_no_other_text_does(tlog):
    example = _load(tlog, "signed_note_example.json")
    key = parse_key(example["vkey"])
    note = parse_note(example["note"].encode())
    assert verify_note(note, key).name == "example.com/foo"
    assert key.text == example["vkey"]
    assert note.raw.decode() == example["note"]
    with pytest.raises(InputError, match="No valid signature"):
        verify_note(parse_note(example["note"].replace("example m", "exemple m").encode()), key)


@pytest.mark.parametrize("size", range(16))
def test_every_checkpoint_of_the_sample_log_verifies_and_its_tile_gives_its_root(tlog, size):
    log = _load(tlog, "sample_log/tessera_testdata_log.json")
    key = parse_key(log["vkey"])
    note = parse_note(log["checkpoints_by_size"][str(size)].encode())
    verify_note(note, key)
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == (key.name, size)
    assert checkpoint.text == note.text
    if size == 0:
        assert checkpoint.root == merkle.EMPTY_ROOT
        return
    hashes = read_hashes(base64.b64decode(log["hash_tile_level0_000_partial_b64"][str(size)]))
    bundle = base64.b64decode(log["entry_bundle_000_partial_b64"][str(size)])
    entries = read_bundle(bundle)
    assert write_bundle(entries) == bundle
    assert [merkle.leaf_hash(entry) for entry in entries] == hashes
    assert merkle.root(hashes) == checkpoint.root


def test_both_kinds_of_cosignature_verify_and_cover_the_bytes_they_should(tlog):
    vectors = _load(tlog, "cosignature_vectors.json")
    text, stamp = vectors["checkpoint_text"], vectors["timestamp"]
    ed25519, ml_dsa = vectors["ed25519"], vectors["ml_dsa_44"]
    assert cosigned_message(text, stamp) == ed25519["signed_message"].encode()
    assert cosigned_message_v2(text, stamp, vectors["witness_name"]).hex() == ml_dsa["signed_message_hex"]
    for vector in (ed25519, ml_dsa):
        key = parse_key(vector["vkey"])
        note = parse_note(f"{text}\n{vector['cosignature_line'].rstrip()}\n".encode())
        assert cosigned_at(verify_note(note, key)) == stamp
        later = parse_note(f"{text.replace('15', '16', 1)}\n{vector['cosignature_line'].rstrip()}\n".encode())
        with pytest.raises(InputError):
            verify_note(later, key)


def test_proof_files_are_read_as_listed(tlog):
    cases = _load(tlog, "tlog_proof_parse_cases.json")
    for case in cases["valid"]:
        proof = parse_proof(case["text"].encode())
        assert (proof.index, len(proof.hashes)) == (case["index"], case["hashes"]), case["name"]
        assert write_proof(proof).decode() == case["text"]
    for case in cases["invalid"]:
        with pytest.raises(InputError):
            parse_proof(case["text"].encode())


def test_policies_are_judged_as_listed_but_for_one_key_as_two_witnesses(tlog):
    cases = _load(tlog, "witness_policy_cases.json")
    judged = {}
    for verdict in ("accept", "reject"):
        for case in cases[verdict]:
            try:
                parse_policy(case["policy"].encode())
                judged[case["name"]] = "accept"
            except InputError:
                judged[case["name"]] = "reject"
            expected = "reject" if case["name"] in ADJUDICATED else verdict
            assert judged[case["name"]] == expected, case["name"]
    assert set(ADJUDICATED) <= set(judged)


def test_the_witness_answers_the_recorded_sequence(tlog):
    sequence = _load(tlog, "witness_add_checkpoint_sequence.json")
    origin = sequence["origin"]
    logs = {origin: make_key(origin, ED25519, bytes.fromhex(sequence["log_ed25519_public_key_hex"]))}
    known: dict[str, tuple[int, bytes]] = {}
    for step in sequence["steps"]:
        answer = judge(step["body"].encode(), logs, known)
        assert answer.status == step["status"], step["name"]
        if answer.status == 200:
            known[origin] = (answer.checkpoint.size, answer.checkpoint.root)
        elif answer.status == 409:
            assert f"{answer.size}\n" == step["body_contains"], step["name"]
        elif answer.status != 400:  # its text is that program's own; C2SP fixes the status alone
            assert step["body_contains"] in answer.reason.sentence(), step["name"]
    assert known[origin][0] == 5
