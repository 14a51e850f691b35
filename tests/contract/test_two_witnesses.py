# SPDX-License-Identifier: MIT
"""Two processes of one node share a database: together they witness, mirror and sign as one would."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from making_ledger import checkpoint_sizes, leaves_of, log_leaf, receive
from making_nodes import introduce, make_node
from tasuki.base.canonical import canonical
from tasuki.core.ledger.mirror import read_state, write_page
from tasuki.core.ledger.model import AUDIT
from tasuki.core.ledger.witness import write_request
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import Note, SignatureLine
from tasuki.services import ledger
from tasuki.services.node.locks import Locks
from tasuki.store import ledger as store
from tasuki.store.database import Database

NAME = "tasuki/GBR/gbr-1/pair/JPN"
LEAVES = 6


@pytest.fixture
def nodes(tmp_path, node_url):
    """Give the UK's node, and Japan's twice: as two processes on one database."""
    gbr = make_node(tmp_path / "GBR", "GBR/gbr-1", receive)
    jpn = make_node(tmp_path / "JPN", "JPN/jpn-1", receive, url=node_url)
    introduce(gbr, jpn)
    again = replace(jpn, database=Database(node_url), locks=Locks())
    try:
        for seq in range(1, LEAVES + 1):
            log_leaf(gbr, "JPN", seq=seq)
        yield gbr, (jpn, again)
    finally:
        for node in (gbr, jpn, again):
            node.database.close()


def together(*acts):
    """Do everything at once; return what each came to, in order."""
    answers, barrier = [None] * len(acts), threading.Barrier(len(acts))

    def run(number, act):
        barrier.wait()
        answers[number] = act()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def mirror(node, gbr, leaves):
    raw = receive(node, gbr.anchor.tls_certificate, ledger.MIRROR, canonical(write_page(NAME, 0, leaves)))
    return read_state(raw, "JPN")


def request(node, gbr, leaves):
    root = merkle.root([merkle.leaf_hash(leaf.commitment) for leaf in leaves])
    text = Checkpoint(origin=NAME, size=len(leaves), root=root).text
    key = ledger.log_key(gbr.anchor, "pair:JPN", gbr.clock.now())
    line = SignatureLine(name=NAME, key_id=key.id, signature=gbr.signer.sign_checkpoint(text.encode()))
    body = write_request(0, (), Note(text=text, lines=(line,)).raw)
    return receive(node, gbr.anchor.tls_certificate, ledger.ADD_CHECKPOINT, body)


def test_leaves_posted_to_both_are_mirrored_once(nodes):
    gbr, processes = nodes
    leaves = leaves_of(gbr, "pair:JPN")
    states = together(*(lambda node=node: mirror(node, gbr, leaves) for node in processes * 2))
    assert [state.refused for state in states].count(None) == 1
    assert {state.size for state in states} == {LEAVES}
    assert leaves_of(processes[0], "mirror:GBR") == leaves


def test_of_requests_to_both_one_grows_the_state_and_the_others_are_told_the_size(nodes):
    gbr, processes = nodes
    leaves = leaves_of(gbr, "pair:JPN")
    mirror(processes[0], gbr, leaves)
    sizes = (2, 3, 4, 5, 6, 6)
    answers = together(
        *(
            lambda node=processes[number % 2], size=size: request(node, gbr, leaves[:size])
            for number, size in enumerate(sizes)
        )
    )
    (won,) = [size for size, (status, _) in zip(sizes, answers, strict=True) if status == 200]
    assert [said for status, said in answers if status != 200] == [(b"%d\n" % won)] * 5
    for node in processes:
        with node.database.read() as connection:
            assert store.witnessed(connection, NAME).size == won


def test_a_size_signed_by_both_is_one_checkpoint(nodes):
    _, processes = nodes
    first = processes[0].database.write(
        lambda c: store.append(c, AUDIT, "act", {}, processes[0].clock.now(), bytes(32))
    )
    assert first == 0
    one, other = together(*(lambda node=node: ledger.checkpoint(node, AUDIT) for node in processes))
    assert one == other
    assert checkpoint_sizes(processes[1], AUDIT) == [1]
