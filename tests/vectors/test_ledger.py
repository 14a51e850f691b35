# SPDX-License-Identifier: MIT
"""The frozen forms of the logs: commitments, roots, proofs, checkpoints, mirror pages, witness requests."""

import json
from pathlib import Path

import pytest

from tasuki.base.canonical import canonical
from tasuki.core.ledger.mirror import read_page, read_state, write_page, write_state
from tasuki.core.ledger.model import commit
from tasuki.core.ledger.witness import judge
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.base64s import decode
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, ED25519, make_key, parse_note, verify_note

VECTORS = json.loads((Path(__file__).parent / "ledger/v1.json").read_text("utf-8"))
ORIGIN = VECTORS["origin"]
LOG_KEY = make_key(ORIGIN, ED25519, bytes.fromhex(VECTORS["log_key"]))
HASHES = [bytes.fromhex(leaf["hash"]) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]
WITNESS = {listed["name"]: listed for listed in VECTORS["witness"]}


def test_commitments_and_leaf_hashes():
    for leaf in VECTORS["leaves"]:
        commitment = commit(bytes.fromhex(leaf["salt"]), leaf["kind"], leaf["body"])
        assert commitment.hex() == leaf["commitment"]
        assert merkle.leaf_hash(commitment).hex() == leaf["hash"]


def test_roots_of_every_size():
    assert [merkle.root(HASHES[:size]) for size in range(len(HASHES) + 1)] == ROOTS


def test_proofs_of_every_leaf_and_from_every_size():
    def subtree(start, end):
        return merkle.root(HASHES[start:end])

    for listed in VECTORS["inclusion"]:
        proof = [decode(each) for each in listed["proof"]]
        assert merkle.inclusion_proof(listed["index"], listed["size"], subtree) == proof
    for listed in VECTORS["consistency"]:
        proof = [decode(each) for each in listed["proof"]]
        assert merkle.consistency_proof(listed["old"], listed["new"], subtree) == proof


def test_the_checkpoint_has_both_signatures():
    note = parse_note(VECTORS["cosigned"].encode())
    verify_note(note, LOG_KEY)
    verify_note(note, make_key(VECTORS["witness_name"], COSIGNATURE_ED25519, bytes.fromhex(VECTORS["witness_key"])))
    state = parse_checkpoint(note.text)
    assert (state.origin, state.size, state.root) == (ORIGIN, len(HASHES), ROOTS[-1])


def test_a_mirror_page_is_read_and_written():
    page = read_page(VECTORS["page"].encode())
    assert (page.log, page.start) == (ORIGIN, 4)
    assert [merkle.leaf_hash(leaf.commitment) for leaf in page.leaves] == HASHES[4:7]
    assert canonical(write_page(page.log, page.start, page.leaves)).decode() == VECTORS["page"]


def test_mirror_states_are_read_and_written():
    for text in VECTORS["states"]:
        state = read_state(text.encode(), "JPN")
        assert state.root == ROOTS[state.size]
        assert canonical(write_state(state)).decode() == text


@pytest.mark.parametrize("name", sorted(WITNESS))
def test_a_witness_request_is_judged_as_listed(name):
    listed = WITNESS[name]
    known = {ORIGIN: (listed["known"], ROOTS[listed["known"]])} if listed["known"] else {}
    answer = judge(listed["body"].encode(), {ORIGIN: LOG_KEY}, known)
    assert answer.status == listed["status"]
    if answer.status == 409:
        assert answer.size == listed["size"]
