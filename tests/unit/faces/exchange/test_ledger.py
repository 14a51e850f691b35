# SPDX-License-Identifier: MIT
"""The witness over HTTP answers with the statuses and bodies of C2SP tlog-witness; the mirror with its state."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from making_ledger import joined, leaves_of, send
from tasuki.base.canonical import canonical
from tasuki.core.ledger.mirror import MAX_PAGE_BYTES, read_state, write_page
from tasuki.core.ledger.witness import write_request
from tasuki.faces.exchange.app import exchange_app
from tasuki.faces.exchange.ledger import MAX_REQUEST_BYTES
from tasuki.faces.exchange.peer import SCOPE_KEY
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import Note, SignatureLine, parse_note, verify_note
from tasuki.services import ledger

NAME = "tasuki/GBR/gbr-1/pair/JPN"
SIZE_MEDIA = "text/x.tlog.size"


class Bench:
    """The UK's node asking Japan's over HTTP."""

    def __init__(self, gbr, jpn):
        self.gbr, self.jpn = gbr, jpn
        self.leaves = leaves_of(gbr, "pair:JPN")
        self.hashes = [merkle.leaf_hash(leaf.commitment) for leaf in self.leaves]

    def call(self, path, body, *, method="POST", certificate=None):
        inner = exchange_app(self.jpn)

        async def app(scope, receive, send):
            if scope["type"] == "http":
                scope[SCOPE_KEY] = self.gbr.anchor.tls_certificate if certificate is None else certificate
            await inner(scope, receive, send)

        async def ask():
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport) as client:
                return await client.request(method, f"http://node{path}", content=body)

        return asyncio.run(ask())

    def mirror(self, start=0, end=None):
        page = canonical(write_page(NAME, start, self.leaves[start:end]))
        return self.call(ledger.MIRROR, page)

    def root(self, size):
        return merkle.root(self.hashes[:size])

    def note(self, size, root=None, name=NAME, extensions=()):
        text = Checkpoint(origin=name, size=size, root=root or self.root(size), extensions=extensions).text
        key = ledger.log_key(self.gbr.anchor, "pair:JPN", self.gbr.clock.now())
        signature = self.gbr.signer.sign_checkpoint(text.encode())
        return Note(text=text, lines=(SignatureLine(name=name, key_id=key.id, signature=signature),)).raw

    def request(self, old, note, proof=()):
        return self.call(ledger.ADD_CHECKPOINT, write_request(old, tuple(proof), note))

    def proof(self, old, new):
        return merkle.consistency_proof(old, new, lambda start, end: merkle.root(self.hashes[start:end]))


@pytest.fixture
def bench(tmp_path):
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN", 4)
        made = Bench(gbr, jpn)
        assert made.mirror().status_code == 200
        yield made


def test_growth_is_answered_200_with_nothing_but_signature_lines(bench):
    for old, new in ((0, 3), (3, 3), (3, 8)):
        answer = bench.request(old, bench.note(new), bench.proof(old, new))
        assert answer.status_code == 200
        assert answer.content.startswith("— tasuki/JPN/jpn-1/witness ".encode())
        note = parse_note(bench.note(new) + answer.content)
        # The log's own line, and the witness under both its keys.
        assert len(note.lines) == 3
        for key in ledger.witness_keys(bench.jpn.anchor, bench.jpn.clock.now()):
            verify_note(note, key)


def test_another_old_size_is_answered_409_with_the_size_known(bench):
    assert bench.request(0, bench.note(3)).status_code == 200
    for old in (0, 1, 4):
        answer = bench.request(old, bench.note(8), bench.proof(old, 8))
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (409, b"3\n", SIZE_MEDIA)


def test_another_root_for_the_same_size_is_answered_409(bench):
    assert bench.request(0, bench.note(3)).status_code == 200
    assert bench.request(3, bench.note(3, bytes(32))).status_code == 409


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (400, lambda bench: bench.call(ledger.ADD_CHECKPOINT, b"")),
        (400, lambda bench: bench.call(ledger.ADD_CHECKPOINT, b"old 0\n\nnothing\n")),
        (400, lambda bench: bench.request(5, bench.note(3))),
        (400, lambda bench: bench.request(0, bench.note(3), [bytes(32)] * 64)),
        (400, lambda bench: bench.request(0, bench.note(3, extensions=("more",)))),
        (403, lambda bench: bench.request(0, bench.note(3).replace(b"\n3\n", b"\n4\n"))),
        (404, lambda bench: bench.request(0, bench.note(3, name="tasuki/GBR/gbr-1/pair/USA"))),
        (422, lambda bench: bench.request(0, bench.note(3), [bytes(32)])),
        (422, lambda bench: bench.request(0, bench.note(3, bytes(32)))),
        (422, lambda bench: bench.request(0, bench.note(9, bytes(32)))),
        (422, lambda bench: bench.call(ledger.ADD_CHECKPOINT, bytes(MAX_REQUEST_BYTES + 1))),
        (405, lambda bench: bench.call(ledger.ADD_CHECKPOINT, b"", method="GET")),
        (403, lambda bench: bench.call(ledger.ADD_CHECKPOINT, b"", certificate=b"another")),
    ],
)  # fmt: skip
def test_what_is_refused_has_its_status_and_is_remembered_nowhere(bench, status, ask):
    assert ask(bench).status_code == status
    assert bench.request(0, bench.note(3)).status_code == 200


def test_a_proof_that_does_not_hold_is_answered_422_with_the_reason(bench):
    assert bench.request(0, bench.note(3)).status_code == 200
    for proof in ([], [bytes(32)], bench.proof(4, 8)):
        answer = bench.request(3, bench.note(8), proof)
        assert answer.status_code == 422
        assert answer.content.startswith(b"ledger.witness-proof the consistency proof does not hold")


def test_the_mirror_says_how_far_it_is_whatever_it_is_sent(bench):
    for body in (b"", b"{}", canonical(write_page(NAME, 0, []))):
        answer = bench.call(ledger.MIRROR, body)
        assert answer.status_code == 200
        state = read_state(answer.content, "JPN")
        assert (state.size, state.root) == (8, bench.root(8))
    assert bench.call(ledger.MIRROR, bytes(MAX_PAGE_BYTES + 1)).status_code == 422
    assert bench.call(ledger.MIRROR, b"", certificate=b"").status_code == 403
