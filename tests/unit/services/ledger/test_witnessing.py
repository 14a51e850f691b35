# SPDX-License-Identifier: MIT
"""The partner's side of our work: what is mirrored is true as far as we know, and what is cosigned only grew."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from making_ledger import (
    change,
    cosigned,
    joined,
    leaves_of,
    log_leaf,
    put,
    receive,
    rewind,
    send,
    sent_ids,
)
from tasuki.adapters.clock import Clock
from tasuki.base.canonical import canonical
from tasuki.core.ledger.mirror import read_state, write_page
from tasuki.core.ledger.model import AUDIT, Leaf
from tasuki.core.ledger.witness import write_request
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import Note, SignatureLine, parse_note, verify_note
from tasuki.services import ledger
from tasuki.services.channel import seal_next, sync
from tasuki.services.health import alarms
from tasuki.services.ledger import witnessing
from tasuki.services.ledger.witnessing import beside
from tasuki.store import ledger as store

NAME = "tasuki/GBR/gbr-1/pair/JPN"


@pytest.fixture
def nodes(tmp_path):
    with joined(tmp_path) as pair:
        yield pair


def mirror(jpn, gbr, leaves, start=None, log=NAME):
    """Post leaves as the UK's node; return the state of Japan's mirror of it."""
    start = leaves[0].index if start is None else start
    raw = receive(jpn, gbr.anchor.tls_certificate, ledger.MIRROR, canonical(write_page(log, start, leaves)))
    return read_state(raw, "JPN")


def ours(gbr):
    return leaves_of(gbr, "pair:JPN")


def signed(gbr, size, root, name=NAME):
    """Return a checkpoint that the UK's node signs, whatever it says."""
    text = Checkpoint(origin=name, size=size, root=root).text
    key = ledger.log_key(gbr.anchor, "pair:JPN", gbr.clock.now())
    line = SignatureLine(name=key.name, key_id=key.id, signature=gbr.signer.sign_checkpoint(text.encode()))
    return Note(text=text, lines=(line,)).raw


def ask(jpn, gbr, old, note, proof=()):
    return receive(jpn, gbr.anchor.tls_certificate, ledger.ADD_CHECKPOINT, write_request(old, tuple(proof), note))


def root(leaves):
    return merkle.root([merkle.leaf_hash(leaf.commitment) for leaf in leaves])


def proof(leaves, old):
    hashes = [merkle.leaf_hash(leaf.commitment) for leaf in leaves]
    return merkle.consistency_proof(old, len(hashes), lambda start, end: merkle.root(hashes[start:end]))


def entries(node, kind):
    return [leaf.body for leaf in leaves_of(node, AUDIT) if leaf.kind == kind]


def test_a_mirror_says_how_far_it_is(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    empty = mirror(jpn, gbr, [], start=0)
    assert (empty.size, empty.root, empty.witnessed, empty.refused) == (0, merkle.EMPTY_ROOT, 0, None)
    full = mirror(jpn, gbr, ours(gbr))
    assert (full.size, full.root, full.refused) == (4, root(ours(gbr)), None)
    assert ask(jpn, gbr, 0, signed(gbr, 4, full.root))[0] == 200
    assert mirror(jpn, gbr, [], start=0).witnessed == 4


@pytest.mark.parametrize("start", [0, 1, 3, 5])
def test_leaves_out_of_order_are_refused_with_the_number_expected(nodes, start):
    gbr, jpn = nodes
    send(gbr, "JPN", 3)
    mirror(jpn, gbr, ours(gbr)[:2])
    if start == 2:
        return
    state = mirror(jpn, gbr, ours(gbr)[2:], start=start)
    assert (state.size, state.refused[0]) == (2, "ledger.mirror-gap")
    assert mirror(jpn, gbr, ours(gbr)[2:]).size == 6


def test_leaves_of_another_log_are_refused(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN")
    for log in ("tasuki/GBR/gbr-1/pair/USA", "tasuki/JPN/jpn-1/pair/GBR", "tasuki/GBR/gbr-1/audit"):
        state = mirror(jpn, gbr, ours(gbr), log=log)
        assert (state.size, state.refused[0]) == (0, "ledger.witness-unknown")


MALFORMED = (b"", b"{}", b"[1]", b"\xff", b'{"leaves":[],"leaves":[]}', b"[" * 5000)


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_what_is_no_page_is_refused_and_changes_nothing(nodes, number):
    gbr, jpn = nodes
    raw = receive(jpn, gbr.anchor.tls_certificate, ledger.MIRROR, MALFORMED[number])
    state = read_state(raw, "JPN")
    assert state.size == 0
    assert state.refused is not None


def bend(leaf, **changes):
    return Leaf(index=leaf.index, kind=leaf.kind, salt=leaf.salt, body={**leaf.body, **changes})


LIES = {
    "a receipt for an envelope we never sent": ("GBR", 1, {"env_id": "019ca945-0a00-7610-98e6-f49f98cee84f"}),
    "a receipt with another status": ("GBR", 1, {"status": "refused"}),
    "a receipt we did not give": ("GBR", 1, {"receipt_hash": "0" * 64}),
    "a receipt in another place": ("GBR", 1, {"log_index": 7}),
    "another envelope than the one we took": ("GBR", 0, {"env_hash": "0" * 64}),
    "another number": ("GBR", 0, {"seq": 9}),
    "another lane": ("GBR", 0, {"lane": "bulk"}),
    "a number that another envelope took": ("GBR", 0, {"env_id": "019ca945-0a00-7610-98e6-f49f98cee84f"}),
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_leaf_that_is_false_of_us_is_refused_kept_and_audited_once(nodes, lie):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    _, place, changes = LIES[lie]
    leaves = ours(gbr)
    leaves[place] = bend(leaves[place], **changes)
    for _ in range(3):
        state = mirror(jpn, gbr, leaves)
        assert (state.size, state.refused[0]) == (0, "ledger.mirror-false")
    with jpn.database.read() as connection:
        ((kept, member, _),) = store.contradictions(connection, "GBR")
    assert (kept, member in (*changes, "seq", "env_id")) == (leaves[place], True)
    assert [each["index"] for each in entries(jpn, "mirror-refused")] == [place]


def test_an_answer_tells_nothing_of_envelopes_exchanged_with_others(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    sent = ours(gbr)[0]
    claim = Leaf(
        index=0, kind="receipt-issued", salt=bytes(32), body={**sent.body, "status": "stored", "receipt_hash": "0" * 64}
    )
    invented = bend(claim, env_id="019ca945-0a00-7610-98e6-f49f98cee84f")
    with gbr.database.read() as connection:
        seen = [(by_kind, taken) for _, by_kind, taken in beside(connection, "USA", [claim, invented])]
    assert seen == [({}, None), ({}, None)]


def under_way(gbr):
    """Leave an envelope of the UK sealed and logged, and not arrived."""
    put(gbr, "JPN")
    assert seal_next(gbr, "JPN", "urgent")
    return ours(gbr)[-1]


def unseen(node, partner="GBR"):
    with node.database.read() as connection:
        return [(each.index, each.cosigned_at is not None) for each in store.unseen(connection, partner, 0, 100)]


def test_an_envelope_under_way_is_cosigned_unseen_and_remembered_until_it_arrives(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN")
    leaf = under_way(gbr)
    assert ledger.cosign_with(gbr, "JPN")
    assert unseen(jpn) == [(leaf.index, True)]
    (examined,) = ledger.examine(jpn, "GBR")
    assert [(each.index, each.kind, each.env_id) for each in examined.unseen] == [
        (leaf.index, "envelope-sent", leaf.body["env_id"])
    ]
    assert examined.differences == ()
    sync(gbr, "JPN")
    ledger.cosign_with(gbr, "JPN")
    assert unseen(jpn) == []


def test_an_envelope_that_never_comes_stays_in_the_list(nodes):
    gbr, jpn = nodes
    log_leaf(gbr, "JPN", seq=1)
    ledger.cosign_with(gbr, "JPN")
    send(gbr, "JPN", 2)
    ledger.cosign_with(gbr, "JPN")
    assert unseen(jpn) == [(0, True)]


def test_a_leaf_of_a_later_version_is_mirrored_and_listed(nodes):
    gbr, jpn = nodes
    leaf = Leaf(index=0, kind="joint-record", salt=bytes(32), body={"record": "r"})
    assert mirror(jpn, gbr, [leaf]).refused is None
    assert ask(jpn, gbr, 0, signed(gbr, 1, root([leaf])))[0] == 200
    assert unseen(jpn) == [(0, True)]


def test_what_arrives_otherwise_than_it_was_logged_is_not_cosigned_over(nodes):
    gbr, jpn = nodes
    leaf = under_way(gbr)
    lie = bend(leaf, env_hash="0" * 64)
    assert mirror(jpn, gbr, [lie]).refused is None
    sync(gbr, "JPN")
    status, said = ask(jpn, gbr, 0, signed(gbr, 1, root([lie])))
    assert (status, said.split(b" ")[0]) == (422, b"ledger.mirror-false")
    assert [each["index"] for each in entries(jpn, "mirror-refused")] == [0]
    (examined,) = ledger.examine(jpn, "GBR")
    assert "ledger.mirror-false" in {reason.code for reason in examined.differences}


def test_a_checkpoint_over_leaves_that_are_not_mirrored_is_not_cosigned(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    leaves = ours(gbr)
    assert ask(jpn, gbr, 0, signed(gbr, 4, root(leaves)))[0] == 422
    mirror(jpn, gbr, leaves[:3])
    assert ask(jpn, gbr, 0, signed(gbr, 4, root(leaves)))[0] == 422
    assert ask(jpn, gbr, 0, signed(gbr, 3, root(leaves[:3])))[0] == 200


def test_a_checkpoint_over_other_leaves_than_the_mirrored_is_not_cosigned(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    mirror(jpn, gbr, ours(gbr))
    status, said = ask(jpn, gbr, 0, signed(gbr, 4, bytes(32)))
    assert (status, said.split(b" ")[0]) == (422, b"ledger.mirror-root")
    with jpn.database.read() as connection:
        assert store.witnessed(connection, NAME).size == 0


def forks(node):
    with node.database.read() as connection:
        return store.forks(connection, "GBR")


@pytest.mark.parametrize("size", [1, 3, 4])
def test_a_second_history_is_refused_and_both_checkpoints_are_kept_once(nodes, size):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    for _ in range(3):
        assert ask(jpn, gbr, 4, signed(gbr, size, bytes(32)))[0] in (400, 409)
    (fork,) = forks(jpn)
    first, second = parse_note(fork.cosigned), parse_note(fork.note)
    key = ledger.log_key(gbr.anchor, "pair:JPN", gbr.clock.now())
    verify_note(first, key)
    verify_note(second, key)
    assert (fork.size, first.text.split("\n")[1], second.text.split("\n")[1]) == (size, "4", str(size))
    assert [each["size"] for each in entries(jpn, "log-fork")] == [size]
    (examined,) = ledger.examine(jpn, "GBR")
    assert "ledger.audit-fork" in {reason.code for reason in examined.differences}


def test_an_honest_older_checkpoint_replayed_is_no_fork(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    leaves = ours(gbr)
    cosigned(gbr, jpn)
    status, said = ask(jpn, gbr, 0, signed(gbr, 2, root(leaves[:2])))
    assert (status, said) == (409, b"4\n")
    assert forks(jpn) == []


def test_a_checkpoint_nobody_signed_is_evidence_of_nothing(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    raw = signed(gbr, 4, bytes(32))
    assert ask(jpn, gbr, 4, raw[:-8] + b"AAAAAA=\n")[0] in (400, 403)
    assert forks(jpn) == []


def test_of_two_requests_at_once_both_grow_from_one_state_or_one_is_told_the_size(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 3)
    leaves = ours(gbr)
    mirror(jpn, gbr, leaves)
    answers, barrier = [], threading.Barrier(6)

    def request(size):
        barrier.wait()
        answers.append((size, ask(jpn, gbr, 0, signed(gbr, size, root(leaves[:size])))))

    threads = [threading.Thread(target=request, args=(size,)) for size in (2, 3, 4, 5, 6, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [size for size, (status, _) in answers if status == 200]
    assert len(won) == 1
    assert all((status, said) == (409, b"%d\n" % won[0]) for size, (status, said) in answers if status != 200)
    with jpn.database.read() as connection:
        assert store.witnessed(connection, NAME).size == won[0]


def test_a_state_that_moved_while_it_was_judged_is_judged_again(nodes, monkeypatch):
    gbr, jpn = nodes
    send(gbr, "JPN", 3)
    leaves = ours(gbr)
    mirror(jpn, gbr, leaves)
    remember, interrupted = witnessing._remember, []

    def late(*arguments):
        if not interrupted:
            interrupted.append(True)
            assert ask(jpn, gbr, 0, signed(gbr, 6, root(leaves)))[0] == 200
        return remember(*arguments)

    monkeypatch.setattr(witnessing, "_remember", late)
    assert ask(jpn, gbr, 0, signed(gbr, 4, root(leaves[:4]))) == (409, b"6\n")


def test_leaves_that_came_twice_at_once_are_mirrored_once(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 3)
    leaves = ours(gbr)
    states, barrier = [], threading.Barrier(4)

    def post():
        barrier.wait()
        states.append(mirror(jpn, gbr, leaves))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [state.refused for state in states].count(None) == 1
    assert leaves_of(jpn, "mirror:GBR") == leaves


def test_a_cosignature_is_remembered_before_it_is_made(nodes, monkeypatch):
    gbr, jpn = nodes
    send(gbr, "JPN")
    leaves = ours(gbr)
    mirror(jpn, gbr, leaves)
    sizes = []
    cosign = jpn.signer.cosign

    def watch(message, key):
        with jpn.database.read() as connection:
            sizes.append(store.witnessed(connection, NAME).size)
        return cosign(message, key)

    monkeypatch.setattr(jpn.signer, "cosign", watch)
    assert ask(jpn, gbr, 0, signed(gbr, 2, root(leaves)))[0] == 200
    assert sizes == [2]


def test_a_page_is_what_our_own_gate_lets_out(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    send(jpn, "GBR", 1)
    cosigned(gbr, jpn)
    pages = [json.loads(body) for path, body in gbr.link.carried if path == ledger.MIRROR]
    assert {leaf["kind"] for page in pages for leaf in page["leaves"]} == {
        "envelope-sent",
        "receipt-held",
        "receipt-issued",
    }
    assert sent_ids(gbr)[0] in {leaf["body"]["env_id"] for page in pages for leaf in page["leaves"]}


def test_a_witness_restored_from_a_backup_goes_on_from_what_it_knows(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    rewind(jpn, "mirror:GBR", 3)
    jpn.database.write(lambda c: c.execute(store.WITNESSED.delete()))
    leaves = ours(gbr)
    assert mirror(jpn, gbr, [], start=0).size == 3
    mirror(jpn, gbr, leaves[3:])
    assert ask(jpn, gbr, 0, signed(gbr, 4, root(leaves)))[0] == 200
    assert proof(leaves, 4) == []


def alarmed(node):
    return {alarm.reason.code: alarm.reason.params for alarm in alarms(node)}


def test_what_does_not_arrive_raises_an_alarm_after_a_while_and_not_before(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN")
    under_way(gbr)
    ledger.cosign_with(gbr, "JPN")
    assert "health.stranded" not in alarmed(jpn)
    later = replace(jpn, clock=Clock(now=lambda: jpn.clock.now() + timedelta(minutes=16)))
    assert alarmed(later)["health.stranded"] == {"partner": "GBR", "count": 1, "seconds": 900}
    sync(gbr, "JPN")
    assert "health.stranded" not in alarmed(later)


def test_lies_in_the_log_raise_an_alarm(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    ask(jpn, gbr, 4, signed(gbr, 4, bytes(32)))
    leaf = Leaf(index=4, kind="receipt-issued", salt=bytes(32), body={**ours(gbr)[1].body, "seq": 9})
    mirror(jpn, gbr, [leaf])
    found = alarmed(jpn)
    assert found["health.fork"] == {"partner": "GBR", "count": 1}
    assert found["health.contradiction"] == {"partner": "GBR", "count": 1}
    assert "health.fork" not in alarmed(gbr)


def test_a_mirror_that_was_damaged_here_accuses_nobody(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    leaves = ours(gbr)
    cosigned(gbr, jpn)
    table = store.LEAVES
    change(jpn, table.update().where(table.c.log == "mirror:GBR", table.c.leaf_index == 1).values(hash=bytes(32)))
    assert ask(jpn, gbr, 0, signed(gbr, 2, root(leaves[:2])))[0] == 409
    assert forks(jpn) == []
