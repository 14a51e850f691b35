# SPDX-License-Identifier: MIT
"""Our side of the logs: nothing is signed that was altered or that the partner does not hold the beginning of."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from making_ledger import change, checkpoint_sizes, cosigned, joined, leaves_of, log_leaf, receive, rewind, send
from making_nodes import UNREACHED, Hands
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError, WorldError
from tasuki.core.ledger import mirror
from tasuki.core.ledger.model import AUDIT
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.merkle import EMPTY_ROOT
from tasuki.formats.tlog.note import parse_note, verify_note
from tasuki.services import ledger
from tasuki.services.ledger import cosigning
from tasuki.store import ledger as store

OURS, THEIRS = "pair:JPN", "pair:GBR"


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def nodes(tmp_path, hands):
    with joined(tmp_path, hands) as pair:
        yield pair


def newest(node, log=OURS, *, with_cosignature=True):
    with node.database.read() as connection:
        return store.checkpoint(connection, log, cosigned=with_cosignature)


def refused(act, code, family=PeerError):
    with pytest.raises(family) as caught:
        act()
    assert caught.value.reason.code == code
    return caught.value.reason


def test_both_logs_are_mirrored_whole_signed_and_cosigned(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 3)
    send(jpn, "GBR", 2)
    cosigned(gbr, jpn)
    for here, there, log, mirrored in ((gbr, jpn, OURS, "mirror:GBR"), (jpn, gbr, THEIRS, "mirror:JPN")):
        assert leaves_of(there, mirrored) == leaves_of(here, log)
        note = parse_note(newest(here, log).cosigned)
        state = parse_checkpoint(note.text)
        verify_note(note, ledger.log_key(here.anchor, log, here.clock.now()))
        for key in ledger.witness_keys(there.anchor, here.clock.now()):
            verify_note(note, key)
        assert len(note.lines) == 3
        with here.database.read() as connection:
            assert store.root(connection, log) == (state.size, state.root)


def test_without_new_leaves_nothing_is_signed_or_sent(nodes):
    gbr, _ = nodes
    assert not ledger.cosign_with(gbr, "JPN")
    send(gbr, "JPN")
    assert ledger.cosign_with(gbr, "JPN")
    carried = len(gbr.link.carried)
    assert not ledger.cosign_with(gbr, "JPN")
    assert len(gbr.link.carried) == carried
    assert checkpoint_sizes(gbr, OURS) == [2]


def test_growth_is_proved_from_what_was_cosigned_before(nodes):
    gbr, _ = nodes
    for count in (1, 3, 2):
        send(gbr, "JPN", count)
        ledger.cosign_with(gbr, "JPN")
    assert checkpoint_sizes(gbr, OURS) == [2, 8, 12]
    asked = [body for path, body in gbr.link.carried if path == ledger.ADD_CHECKPOINT]
    assert [body.split(b"\n")[0] for body in asked] == [b"old 0", b"old 2", b"old 8"]


def test_a_long_log_goes_in_pages(nodes, monkeypatch):
    gbr, jpn = nodes
    monkeypatch.setattr(cosigning, "MAX_PAGE", 10)
    for seq in range(1, 35):
        log_leaf(gbr, "JPN", seq=seq)
    ledger.cosign_with(gbr, "JPN")
    sent = [json.loads(body) for path, body in gbr.link.carried if path == ledger.MIRROR]
    assert [(each["start"], len(each["leaves"])) for each in sent] == [(0, 0), (0, 10), (10, 10), (20, 10), (30, 4)]
    assert len(leaves_of(jpn, "mirror:GBR")) == 34


def test_an_answer_that_went_astray_is_asked_for_again(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")

    def lose(node, certificate, path, body):
        answer = receive(node, certificate, path, body)
        if path == ledger.ADD_CHECKPOINT:
            raise WorldError(UNREACHED.because(), retry=True)
        return answer

    gbr.link.receive = lose
    with pytest.raises(WorldError):
        ledger.cosign_with(gbr, "JPN")
    gbr.link.receive = receive
    assert newest(gbr) is None
    assert ledger.cosign_with(gbr, "JPN")
    assert newest(gbr).size == 2


def test_with_the_partner_away_nothing_is_signed_and_everything_later(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    gbr.link.cut = True
    with pytest.raises(WorldError):
        ledger.cosign_with(gbr, "JPN")
    assert checkpoint_sizes(gbr, OURS) == []
    gbr.link.cut = False
    assert ledger.cosign_with(gbr, "JPN")


def answering(**by_path):
    """Return a partner who answers some paths with what it likes."""
    paths = {"mirror": ledger.MIRROR, "checkpoint": ledger.ADD_CHECKPOINT}
    given = {paths[name]: answer for name, answer in by_path.items()}

    def lie(node, certificate, path, body):
        if path in given:
            answer = given[path]
            return answer(receive(node, certificate, path, body)) if callable(answer) else answer
        return receive(node, certificate, path, body)

    return lie


STRANGE = (b"", b"[]", b"<html>", b'{"size":"x"}', b'{"size":1,"size":2}', b"{" * 5000, b"\xff")


@pytest.mark.parametrize("number", range(len(STRANGE)))
def test_a_partner_that_answers_nonsense_gets_nothing_signed(nodes, number):
    gbr, _ = nodes
    send(gbr, "JPN")
    gbr.link.receive = answering(mirror=STRANGE[number])
    refused(lambda: ledger.cosign_with(gbr, "JPN"), "ledger.mirror-answer")
    assert checkpoint_sizes(gbr, OURS) == []


def test_a_partner_that_never_gets_further_is_not_asked_for_ever(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    empty = canonical(mirror.write_state(mirror.MirrorState(size=0, root=EMPTY_ROOT, witnessed=0, refused=None)))
    gbr.link.receive = answering(mirror=empty)
    refused(lambda: ledger.cosign_with(gbr, "JPN"), "ledger.mirror-answer")


@pytest.mark.parametrize(
    ("size", "root", "code"),
    [
        (10, bytes(32), "ledger.mirror-ahead"),
        (10**15, bytes(32), "ledger.mirror-ahead"),
        (1, bytes(32), "ledger.mirror-other"),
    ],
)
def test_a_partner_that_holds_another_beginning_stops_the_signing(nodes, size, root, code):
    gbr, _ = nodes
    send(gbr, "JPN")
    state = canonical(mirror.write_state(mirror.MirrorState(size=size, root=root, witnessed=0, refused=None)))
    gbr.link.receive = answering(mirror=state)
    refused(lambda: ledger.cosign_with(gbr, "JPN"), code, WorldError)
    assert checkpoint_sizes(gbr, OURS) == []


@pytest.mark.parametrize("again", [0, 1, 5])
def test_a_node_restored_from_a_backup_signs_no_second_history(nodes, again):
    gbr, jpn = nodes
    send(gbr, "JPN", 3)
    cosigned(gbr, jpn)
    rewind(gbr, OURS, 2)
    for seq in range(again):
        log_leaf(gbr, "JPN", seq=seq + 1)
    code = "ledger.mirror-ahead" if again < 4 else "ledger.mirror-other"
    before = checkpoint_sizes(gbr, OURS)
    refused(lambda: ledger.cosign_with(gbr, "JPN"), code, WorldError)
    assert checkpoint_sizes(gbr, OURS) == before


def test_a_partner_restored_from_a_backup_is_brought_up_to_date(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    with jpn.database.read() as connection:
        older = store.witnessed(connection, "tasuki/GBR/gbr-1/pair/JPN")
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    rewind(jpn, "mirror:GBR", 4)
    change(jpn, store.WITNESSED.update().values(size=older.size, root=older.root, note=older.note))
    send(gbr, "JPN")
    assert ledger.cosign_with(gbr, "JPN")
    assert len(leaves_of(jpn, "mirror:GBR")) == 8


def test_a_witness_that_lost_what_it_cosigned_does_not_begin_again_under_the_same_key(nodes):
    gbr, jpn = nodes
    send(gbr, "JPN", 2)
    cosigned(gbr, jpn)
    change(jpn, store.WITNESSED.delete())
    send(gbr, "JPN")
    reason = refused(lambda: ledger.cosign_with(gbr, "JPN"), "ledger.witness-lost", WorldError)
    assert reason.params["held"] == 4
    assert newest(gbr).size == 4


def test_what_the_partner_says_of_a_refusal_is_told(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    gbr.link.receive = answering(checkpoint=(422, b"ledger.witness-proof the proof does not hold\n"))
    reason = refused(lambda: ledger.cosign_with(gbr, "JPN"), "ledger.cosign-refused")
    assert (reason.params["status"], reason.params["said"]) == (422, "ledger.witness-proof the proof does not hold")


def _other_text(answer):
    """Return an answer that would move the end of the signed text, cosigned as that longer text."""
    return 200, b"\nmore\n\n" + answer[1]


MOVES = {
    "nothing": (lambda _: (200, b""), "ledger.cosignature-wrong"),
    "no newline": (lambda answer: (200, answer[1][:-1]), "ledger.cosignature-wrong"),
    "garbage": (lambda _: (200, b"\xff\x00"), "ledger.cosignature-wrong"),
    "another text": (_other_text, "ledger.cosignature-wrong"),
    "a flipped bit": (
        lambda answer: (200, answer[1][:-6] + bytes([answer[1][-6] ^ 1]) + answer[1][-5:]),
        "ledger.cosignature-wrong",
    ),
}


@pytest.mark.parametrize("move", sorted(MOVES))
def test_a_cosignature_that_is_none_is_not_kept(nodes, move):
    gbr, _ = nodes
    send(gbr, "JPN")
    lie, code = MOVES[move]
    gbr.link.receive = answering(checkpoint=lie)
    refused(lambda: ledger.cosign_with(gbr, "JPN"), code)
    assert newest(gbr) is None


def test_other_signature_lines_of_a_witness_are_left_behind(nodes):
    gbr, _ = nodes
    send(gbr, "JPN")
    stranger = "— evil.example AAAAAAAA\n".encode()
    gbr.link.receive = answering(checkpoint=lambda answer: (200, stranger + answer[1] + stranger))
    ledger.cosign_with(gbr, "JPN")
    assert [line.name for line in parse_note(newest(gbr).cosigned).lines] == [
        "tasuki/GBR/gbr-1/pair/JPN",
        "tasuki/JPN/jpn-1/witness",
        "tasuki/JPN/jpn-1/witness",
    ]


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_cosignature_from_another_time_is_not_kept(tmp_path, ahead):
    hands = Hands()
    with joined(tmp_path, hands) as (gbr, jpn):
        send(gbr, "JPN")
        now = hands.now

        def late(node, certificate, path, body):
            hands.now = now + ahead if path == ledger.ADD_CHECKPOINT else now
            answer = receive(node, certificate, path, body)
            hands.now = now
            return answer

        gbr.link.receive = late
        refused(lambda: ledger.cosign_with(gbr, "JPN"), "ledger.cosignature-time")
        assert newest(gbr) is None
        assert jpn.clock.now() == now


def leaf(index, log=AUDIT):
    return store.LEAVES.update().where(store.LEAVES.c.log == log, store.LEAVES.c.leaf_index == index)


ALTERATIONS = {
    "body": (lambda: leaf(3).values(body=canonical({"act": "nothing"})), "ledger.store-altered"),
    "salt": (lambda: leaf(3).values(salt=bytes(32)), "ledger.store-altered"),
    "kind": (lambda: leaf(3).values(kind="another"), "ledger.store-altered"),
    "hash": (lambda: leaf(3).values(hash=bytes(32)), "ledger.store-altered"),
    "no json": (lambda: leaf(3).values(body=b"\x00"), "ledger.store-altered"),
    "gone": (
        lambda: store.LEAVES.delete().where(store.LEAVES.c.log == AUDIT, store.LEAVES.c.leaf_index == 3),
        "ledger.store-altered",
    ),
    "edge": (
        lambda: store.LOGS.update().where(store.LOGS.c.log == AUDIT).values(frontier=bytes(64)),
        "ledger.store-root",
    ),
    "cut": (
        lambda: store.LOGS.update().where(store.LOGS.c.log == AUDIT).values(size=1, frontier=bytes(32)),
        "ledger.store-shrank",
    ),
    "old leaf": (lambda: leaf(0).values(hash=bytes(32)), "ledger.store-root"),
}


@pytest.mark.parametrize("alteration", sorted(ALTERATIONS))
def test_what_was_altered_is_not_signed(nodes, alteration):
    gbr, _ = nodes
    send(gbr, "JPN")
    assert ledger.checkpoint(gbr, AUDIT).size == 2
    send(gbr, "JPN", 2)
    statement, code = ALTERATIONS[alteration]
    change(gbr, statement())
    reason = refused(lambda: ledger.checkpoint(gbr, AUDIT), code, WorldError)
    assert reason.params.get("index", 3) == 3
    assert checkpoint_sizes(gbr, AUDIT) == [2]


def test_a_log_that_shrank_to_what_was_signed_is_found_too(nodes):
    gbr, _ = nodes
    send(gbr, "JPN", 2)
    ledger.checkpoint(gbr, AUDIT)
    change(gbr, store.LOGS.update().where(store.LOGS.c.log == AUDIT).values(frontier=bytes(32)))
    refused(lambda: ledger.checkpoint(gbr, AUDIT), "ledger.store-root", WorldError)


def test_an_unchanged_log_keeps_its_checkpoint_and_an_empty_one_has_none(nodes):
    gbr, _ = nodes
    assert ledger.checkpoint(gbr, AUDIT) is None
    send(gbr, "JPN")
    first = ledger.checkpoint(gbr, AUDIT)
    assert ledger.checkpoint(gbr, AUDIT) == first
