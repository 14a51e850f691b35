# SPDX-License-Identifier: MIT
"""A partner that plays foul with the logs: whatever it sends, no false thing is cosigned, believed or forgotten."""

from __future__ import annotations

import random

import pytest

from making_channel import party
from making_ledger import (
    checkpoint_sizes,
    cosigned,
    joined,
    leaves_of,
    log_leaf,
    receive,
    rewind,
    send,
    sent_ids,
)
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError, TasukiError
from tasuki.core.ledger.evidence import verify_evidence
from tasuki.core.ledger.mirror import read_state, write_page
from tasuki.core.ledger.model import Leaf
from tasuki.core.ledger.periods import Period
from tasuki.core.ledger.witness import write_request
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.cosignature import cosigned_message
from tasuki.formats.tlog.note import COSIGNATURE_ED25519, ED25519, Note, SignatureLine, make_key, parse_note
from tasuki.services import ledger
from tasuki.store import ledger as store

NAME = "tasuki/GBR/gbr-1/pair/JPN"


@pytest.fixture
def nodes(tmp_path):
    with joined(tmp_path) as pair:
        yield pair


def ask(jpn, gbr, body):
    return receive(jpn, gbr.anchor.tls_certificate, ledger.ADD_CHECKPOINT, body)


def post(jpn, gbr, body):
    return read_state(receive(jpn, gbr.anchor.tls_certificate, ledger.MIRROR, body), "JPN")


def state_of(node):
    """Return everything a node remembers of its partner's log, and of its own."""
    with node.database.read() as connection:
        logs = {log: store.edge(connection, Period(log=log)) for log in store.logs(connection) if log != "audit"}
        return logs, store.witnessed(connection, NAME)


def newest_note(node, log="pair:JPN"):
    with node.database.read() as connection:
        return store.checkpoint(connection, log)


def test_our_own_checkpoint_sent_back_to_us_is_not_cosigned(nodes):
    gbr, jpn = nodes
    send(jpn, "GBR")
    cosigned(gbr, jpn)
    own = newest_note(jpn, "pair:GBR").note
    status, _ = ask(jpn, gbr, write_request(0, (), own))
    assert status == 404


def test_a_checkpoint_of_a_third_participants_log_is_not_cosigned_for_whoever_brings_it(nodes):
    gbr, jpn = nodes
    usa = party("USA/usa-1")
    name = "tasuki/USA/usa-1/pair/JPN"
    text = Checkpoint(origin=name, size=1, root=bytes(32)).text
    (key,) = (each for each in usa.anchor.keys if each.purpose is Purpose.LOG)
    line = SignatureLine(
        name=name, key_id=make_key(name, ED25519, key.raw).id, signature=usa.signer.sign_checkpoint(text.encode())
    )
    assert ask(jpn, gbr, write_request(0, (), Note(text=text, lines=(line,)).raw))[0] == 404


def test_a_signature_made_for_one_purpose_does_not_serve_another(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN")
    text = Checkpoint(origin=NAME, size=2, root=merkle.root([bytes(32)] * 2)).text
    # A cosignature by the UK's witness key where the signature of its log key belongs.
    key = gbr.anchor.current(Purpose.WITNESS, Algorithm.ED25519, gbr.clock.now())
    with pytest.raises(TasukiError):
        gbr.signer.cosign(cosigned_message(text, 1))
    for kind in (ED25519, COSIGNATURE_ED25519):
        line = SignatureLine(name=NAME, key_id=make_key(NAME, kind, key.raw).id, signature=bytes(64))
        assert ask(jpn, gbr, write_request(0, (), Note(text=text, lines=(line,)).raw))[0] == 403


def test_a_cosignature_of_the_logs_owner_is_none_of_the_witness(nodes):
    """The partner answers with a line that somebody else made under its name."""
    gbr, _ = nodes
    send(gbr, "JPN")
    forger = party("JPN/jpn-1", 9)

    def lie(node, certificate, path, body):
        if path != ledger.ADD_CHECKPOINT:
            return receive(node, certificate, path, body)
        note = parse_note(body.partition(b"\n\n")[2])
        stamp = int(gbr.clock.now().timestamp())
        (key,) = (each for each in forger.anchor.keys if each.purpose is Purpose.WITNESS)
        name = "tasuki/JPN/jpn-1/witness"
        signature = stamp.to_bytes(8, "big") + forger.signer.cosign(cosigned_message(note.text, stamp))
        line = SignatureLine(name=name, key_id=make_key(name, COSIGNATURE_ED25519, key.raw).id, signature=signature)
        return 200, line.text.encode()

    gbr.link.receive = lie
    with pytest.raises(PeerError):
        ledger.cosign_with(gbr, "JPN")
    assert newest_note(gbr).cosigned is None


def test_a_cosignature_of_an_older_checkpoint_is_none_of_this_one(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    ledger.cosign_with(gbr, "JPN")
    old = newest_note(gbr).cosigned
    send(gbr, "JPN")

    def replay(node, certificate, path, body):
        answer = receive(node, certificate, path, body)
        return (200, old[len(parse_note(old).text) :].split(b"\n", 2)[2]) if path == ledger.ADD_CHECKPOINT else answer

    gbr.link.receive = replay
    with pytest.raises(PeerError):
        ledger.cosign_with(gbr, "JPN")
    assert newest_note(gbr).cosigned is None


def honest_history(gbr, jpn):
    send(gbr, "JPN", 3)
    cosigned(gbr, jpn)
    return leaves_of(gbr, "pair:JPN")


def signed(gbr, leaves):
    root = merkle.root([merkle.leaf_hash(leaf.commitment) for leaf in leaves])
    text = Checkpoint(origin=NAME, size=len(leaves), root=root).text
    key = ledger.log_key(gbr.anchor, "pair:JPN", gbr.clock.now())
    line = SignatureLine(name=NAME, key_id=key.id, signature=gbr.signer.sign_checkpoint(text.encode()))
    return Note(text=text, lines=(line,)).raw


def test_of_two_hundred_forks_none_is_cosigned_and_they_do_not_fill_the_disk(nodes):
    gbr, jpn = nodes
    leaves = honest_history(gbr, jpn)
    before = state_of(jpn)
    chance = random.Random(20260304)  # noqa: S311 repeatable forks
    for _ in range(200):
        size = chance.randrange(1, 12)
        forked = list((leaves * 2)[:size])
        victim = chance.randrange(min(size, 6))
        forked[victim] = Leaf(index=victim, kind="envelope-sent", salt=chance.randbytes(32), body={})
        old = chance.choice((0, 6, size))
        hashes = [merkle.leaf_hash(leaf.commitment) for leaf in forked]
        proof = (
            merkle.consistency_proof(old, size, lambda start, end, hashes=hashes: merkle.root(hashes[start:end]))
            if old <= size
            else []
        )
        status, _ = ask(jpn, gbr, write_request(old, tuple(proof), signed(gbr, forked)))
        assert status in (400, 409, 422)
    assert state_of(jpn) == before
    with jpn.database.read() as connection:
        assert 0 < len(store.forks(connection, "GBR")) <= store.MAX_FORKS


def test_a_rolled_back_log_grows_on_from_where_it_was_or_not_at_all(nodes):
    gbr, jpn = nodes
    honest_history(gbr, jpn)
    before = state_of(jpn)
    rewind(gbr, "pair:JPN", 3)
    for seq in range(1, 9):
        log_leaf(gbr, "JPN", seq=seq)
    # The UK's node refuses to sign; a dishonest one would post all the same.
    forged = leaves_of(gbr, "pair:JPN")
    assert post(jpn, gbr, canonical(write_page(NAME, 3, forged[3:]))).refused[0] == "ledger.mirror-gap"
    assert ask(jpn, gbr, write_request(6, (), signed(gbr, forged)))[0] == 422
    assert state_of(jpn) == before
    # Leaves behind the old end are taken in, but what was cosigned contradicts the signature over all of them.
    assert post(jpn, gbr, canonical(write_page(NAME, 6, forged[6:]))).refused is None
    hashes = [merkle.leaf_hash(leaf.commitment) for leaf in forged]
    proof = merkle.consistency_proof(6, len(forged), lambda start, end: merkle.root(hashes[start:end]))
    assert ask(jpn, gbr, write_request(6, tuple(proof), signed(gbr, forged)))[0] == 422
    assert state_of(jpn)[1] == before[1]


def test_a_mirror_is_never_overwritten(nodes):
    gbr, jpn = nodes
    leaves = honest_history(gbr, jpn)
    for start in range(6):
        page = canonical(write_page(NAME, start, leaves[start:]))
        assert post(jpn, gbr, page).refused[0] == "ledger.mirror-gap"
    assert leaves_of(jpn, "mirror:GBR") == leaves


def test_many_false_claims_for_one_place_make_one_row(nodes):
    gbr, jpn = nodes
    honest_history(gbr, jpn)
    place = {"env_hash": "0" * 64, "lane": "bulk", "epoch": 1, "seq": 1, "status": "stored", "receipt_hash": "0" * 64}
    for number in range(30):
        body = {**place, "env_id": f"019ca945-0a00-7610-98e6-{number:012d}"}
        claim = Leaf(index=6, kind="receipt-issued", salt=bytes(32), body=body)
        assert post(jpn, gbr, canonical(write_page(NAME, 6, [claim]))).refused[0] == "ledger.mirror-false"
    with jpn.database.read() as connection:
        assert len(store.contradictions(connection, "GBR")) == 1


def test_evidence_of_one_log_proves_nothing_of_the_other_direction(nodes):
    gbr, jpn = nodes
    honest_history(gbr, jpn)
    env_id = sent_ids(gbr)[0]
    ours = ledger.export_evidence(gbr, "JPN", env_id, opened=True).body
    theirs = ledger.export_evidence(jpn, "GBR", env_id, opened=True).body
    anchors = (gbr.anchor, jpn.anchor)
    assert verify_evidence(ours, anchors).meaning["kind"] == "envelope-sent"
    assert verify_evidence(theirs, anchors).meaning["kind"] == "receipt-issued"
    assert verify_evidence(ours, anchors).meaning["origin"] != verify_evidence(theirs, anchors).meaning["origin"]


@pytest.mark.parametrize("number", range(3))
def test_random_bytes_at_either_door_change_nothing(nodes, number):
    gbr, jpn = nodes
    honest_history(gbr, jpn)
    before, sizes = state_of(jpn), checkpoint_sizes(jpn, "pair:GBR")
    chance = random.Random(number)  # noqa: S311 repeatable garbage
    page = canonical(write_page(NAME, 6, leaves_of(gbr, "pair:JPN")[:1]))
    request = write_request(6, (), signed(gbr, leaves_of(gbr, "pair:JPN")))
    for _ in range(60):
        for path, honest in ((ledger.MIRROR, page), (ledger.ADD_CHECKPOINT, request)):
            raw = bytearray(honest)
            for _ in range(chance.randrange(1, 5)):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            receive(jpn, gbr.anchor.tls_certificate, path, bytes(raw))
    logs, witnessed = state_of(jpn)
    assert witnessed == before[1]
    assert logs["pair:GBR"] == before[0]["pair:GBR"]
    assert checkpoint_sizes(jpn, "pair:GBR") == sizes
