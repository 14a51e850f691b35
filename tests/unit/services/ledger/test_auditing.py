# SPDX-License-Identifier: MIT
"""The audit finds every edit of the database behind the node's back, and names the leaf."""

from __future__ import annotations

import random

import pytest

from making_ledger import change, cosigned, joined, leaves_of, log_leaf, rewind, send, sent_ids
from tasuki.base.canonical import canonical
from tasuki.base.errors import CallerError
from tasuki.core.ledger.model import AUDIT, hash_stored
from tasuki.core.ledger.periods import Period
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.tiles import HEIGHT
from tasuki.services import ledger
from tasuki.store import channel
from tasuki.store import ledger as store

OURS, MIRROR = "pair:JPN", "mirror:JPN"


@pytest.fixture
def node(tmp_path):
    """Give the UK's node after some exchanges in both directions, cosigned twice."""
    with joined(tmp_path) as (gbr, jpn):
        for _ in range(2):
            send(gbr, "JPN", 2)
            send(jpn, "GBR", 2)
            cosigned(gbr, jpn)
        ledger.checkpoint(gbr, AUDIT)
        yield gbr


def findings(node, partner="JPN"):
    """Return code and number of every difference an audit lists."""
    examined = ledger.examine(node, partner)
    assert all(each.more == 0 for each in examined)
    return [
        (reason.code, reason.params.get("index", reason.params.get("size", reason.params.get("start"))))
        for each in examined
        for reason in each.differences
    ]


def test_honest_logs_fit_and_are_counted(node):
    audit, pair = ledger.examine(node, None)
    assert (audit.log, audit.partner, audit.differences, audit.comparison) == (AUDIT, None, (), None)
    assert (pair.log, pair.partner, pair.differences, pair.unseen) == (OURS, "JPN", (), ())
    compared = pair.comparison
    assert (compared.sent, compared.receipted, compared.issued, compared.acknowledged) == (4, 4, 4, 4)
    assert (pair.leaves, pair.checkpoints, pair.cosigned, pair.mirrored, pair.witnessed) == (12, 2, 12, 12, 12)
    assert audit.checkpoints == 1


def test_an_audit_is_itself_audited(node):
    ledger.examine(node, "JPN")
    last = leaves_of(node, AUDIT)[-1]
    assert (last.kind, last.body) == ("logs-examined", {"partner": "JPN", "leaves": 12, "differences": 0})


def test_nobody_is_audited_who_is_no_partner(node):
    with pytest.raises(CallerError):
        ledger.examine(node, "USA")


def leaf(log, index):
    return store.LEAVES.update().where(store.LEAVES.c.log == log, store.LEAVES.c.leaf_index == index)


CONTENT = {
    "body": lambda update: update.values(body=canonical({"act": "nothing"})),
    "body that is no json": lambda update: update.values(body=b"\x00\xff"),
    "salt": lambda update: update.values(salt=bytes(32)),
    "kind": lambda update: update.values(kind="envelope-lost"),
}


@pytest.mark.parametrize("log", [AUDIT, OURS, MIRROR])
@pytest.mark.parametrize("edit", sorted(CONTENT))
def test_an_edited_leaf_is_named(node, log, edit):
    change(node, CONTENT[edit](leaf(log, 3)))
    found = findings(node, None if log == AUDIT else "JPN")
    assert ("ledger.audit-leaf", 3) in found
    assert {index for code, index in found if code == "ledger.audit-leaf"} == {3}


@pytest.mark.parametrize("log", [AUDIT, OURS, MIRROR])
def test_an_edited_hash_is_named(node, log):
    change(node, leaf(log, 3).values(hash=bytes(32)))
    assert ("ledger.audit-leaf", 3) in findings(node, None if log == AUDIT else "JPN")


@pytest.mark.parametrize("log", [AUDIT, OURS, MIRROR])
@pytest.mark.parametrize("index", [0, 5])
def test_a_deleted_leaf_is_named(node, log, index):
    change(node, store.LEAVES.delete().where(store.LEAVES.c.log == log, store.LEAVES.c.leaf_index == index))
    found = findings(node, None if log == AUDIT else "JPN")
    assert [each for each in found if each[0] == "ledger.audit-missing"] == [("ledger.audit-missing", index)]


@pytest.mark.parametrize("log", [AUDIT, OURS, MIRROR])
def test_a_leaf_behind_the_end_is_named(node, log):
    size = len(leaves_of(node, log))
    values = {"kind": "more", "salt": bytes(32), "body": b"{}", "hash": bytes(32), "at": 0, "env_id": None}
    change(node, store.LEAVES.insert().values(log=log, leaf_index=size, **values))
    assert findings(node, None if log == AUDIT else "JPN") == [("ledger.audit-surplus", size)]


def test_a_leaf_filed_under_another_envelope_is_named(node):
    change(node, leaf(OURS, 3).values(env_id="another"))
    assert ("ledger.audit-finder", 3) in findings(node)
    change(node, leaf(OURS, 3).values(env_id=None))
    assert ("ledger.audit-finder", 3) in findings(node)


def rewrite(node, log, index, body):
    """Replace a leaf and everything computed from it, as somebody would who knows how."""
    with node.database.read() as connection:
        size, _ = store.edge(connection, Period(log=log))
        kept = list(store.stored_leaves(connection, log))
    old = kept[index]
    value = hash_stored(old.salt, old.kind, body)
    hashes = [each.hash for each in kept]
    hashes[index] = value
    frontier, roots = [], []
    for number, each in enumerate(hashes):
        completed = merkle.completed(frontier, number, each)
        roots += [
            (height // HEIGHT, number >> height, completed[height]) for height in range(HEIGHT, len(completed), HEIGHT)
        ]
        frontier = merkle.grow(frontier, number, each)

    def work(connection):
        connection.execute(leaf(log, index).values(body=body, hash=value))
        connection.execute(store.LOGS.update().where(store.LOGS.c.log == log).values(frontier=b"".join(frontier)))
        for level, position, top in roots:
            at = store.SUBTREES.c.level == level, store.SUBTREES.c.position == position
            connection.execute(store.SUBTREES.update().where(store.SUBTREES.c.log == log, *at).values(root=top))

    node.database.write(work)
    assert size == len(hashes)


@pytest.mark.parametrize("index", [0, 3, 8])
def test_a_leaf_rewritten_with_all_its_hashes_is_found_by_the_next_checkpoint_over_it(node, index):
    honest = leaves_of(node, OURS)[index]
    rewrite(node, OURS, index, canonical({**honest.body, "status": "refused", "seq": 1}))
    examined = ledger.examine(node, "JPN")[0]
    (root,) = [reason for reason in examined.differences if reason.code == "ledger.audit-root"]
    assert root.params["good"] <= index <= root.params["last"]
    named = {reason.params.get("index") for reason in examined.differences if reason.code == "ledger.audit-record"}
    assert named <= {index}


def test_a_mirrored_leaf_rewritten_with_all_its_hashes_is_found_by_what_was_cosigned(node):
    honest = leaves_of(node, MIRROR)[3]
    rewrite(node, MIRROR, 3, canonical({**honest.body, "env_hash": "0" * 64}))
    found = findings(node)
    assert ("ledger.audit-witnessed", 12) in found
    assert ("ledger.mirror-false", 3) in found


def test_an_audit_leaf_rewritten_with_all_its_hashes_is_found_by_its_checkpoint(node):
    honest = leaves_of(node, AUDIT)[2]
    rewrite(node, AUDIT, 2, canonical({**honest.body, "act": "nothing"}))
    examined = ledger.examine(node, None)[0]
    assert [reason.code for reason in examined.differences] == ["ledger.audit-root"]


SIGNED = {
    "note text": (lambda note: note.replace(b"\n12\n", b"\n13\n"), "ledger.audit-note"),
    "note signature": (lambda note: note[:-8] + b"AAAAAA=\n", "ledger.audit-note"),
    "no note": (lambda _: b"", "ledger.audit-note"),
}


@pytest.mark.parametrize("edit", sorted(SIGNED))
def test_an_edited_checkpoint_is_named(node, edit):
    with node.database.read() as connection:
        last = store.checkpoint(connection, OURS)
    bend, code = SIGNED[edit]
    table = store.CHECKPOINTS
    change(node, table.update().where(table.c.log == OURS, table.c.size == 12).values(note=bend(last.note)))
    assert (code, 12) in findings(node)


@pytest.mark.parametrize("edit", ["signature", "another size", "none of ours"])
def test_an_edited_cosignature_is_named(node, edit):
    with node.database.read() as connection:
        first, last = store.checkpoints(connection, Period(log=OURS))
    bent = {"signature": last.cosigned[:-8] + b"AAAAAA=\n", "another size": first.cosigned, "none of ours": last.note}
    table = store.CHECKPOINTS
    change(node, table.update().where(table.c.log == OURS, table.c.size == 12).values(cosignature=bent[edit]))
    assert findings(node) == [("ledger.audit-cosignature", 12)]


def test_a_log_cut_back_to_an_older_state_is_found(node):
    rewind(node, OURS, 5)
    codes = {code for code, _ in findings(node)}
    assert codes >= {"ledger.mirror-false", "ledger.audit-no-leaf"}


def test_a_log_cut_below_its_checkpoints_is_found(node):
    change(node, store.LOGS.update().where(store.LOGS.c.log == OURS).values(size=4))
    found = findings(node)
    assert ("ledger.audit-lost", None) in found
    assert {index for code, index in found if code == "ledger.audit-surplus"} == set(range(4, 12))


def test_a_size_written_up_is_no_endless_search(node):
    change(node, store.LOGS.update().where(store.LOGS.c.log == AUDIT).values(size=10**15))
    examined = ledger.examine(node, None)[0]
    assert examined.differences[0].code == "ledger.audit-missing"


def test_an_edited_edge_is_named(node):
    change(node, store.LOGS.update().where(store.LOGS.c.log == AUDIT).values(frontier=bytes(32)))
    assert findings(node, None) == [("ledger.audit-edge", len(leaves_of(node, AUDIT)) - 1)]


RECORDS = {
    "hash of a sent envelope": (channel.ENVELOPES_OUT, {"hash": "0" * 64}),
    "lane of a sent envelope": (channel.ENVELOPES_OUT, {"lane": "bulk"}),
    "number of a received envelope": (channel.ENVELOPES_IN, {"seq": 77}),
    "receipt held": (channel.ENVELOPES_OUT, {"receipt": b"another"}),
    "receipt given": (channel.ENVELOPES_IN, {"receipt": b"another"}),
    "the envelope itself": (channel.ENVELOPES_OUT, {"raw": b"another"}),
    "id of a sent envelope": (channel.ENVELOPES_OUT, {"env_id": "another"}),
    "id of a received envelope": (channel.ENVELOPES_IN, {"env_id": "another"}),
}


@pytest.mark.parametrize("edit", sorted(RECORDS))
def test_an_envelope_or_receipt_kept_otherwise_than_it_was_logged_is_named(node, edit):
    table, values = RECORDS[edit]
    with node.database.read() as connection:
        row = connection.execute(table.select().order_by(table.c.id)).first()
        about = {each.index for each in store.about(connection, OURS, [row.env_id])[row.env_id]}
    change(node, table.update().where(table.c.id == row.id).values(**values))
    found = findings(node)
    assert found
    assert {index for code, index in found if code in ("ledger.audit-record", "ledger.audit-no-record")} <= about
    if "env_id" in values:
        assert "ledger.audit-no-leaf" in {code for code, _ in found}


def test_a_deleted_envelope_is_named(node):
    env_id = sent_ids(node)[0]
    change(node, channel.ENVELOPES_OUT.delete().where(channel.ENVELOPES_OUT.c.env_id == env_id))
    assert {code for code, _ in findings(node)} == {"ledger.audit-no-record"}


def test_a_promise_the_partner_did_not_keep_is_named(tmp_path):
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN", 2)
        held = [each for each in leaves_of(gbr, OURS) if each.kind == "receipt-held"][1]
        # Japan's node signs a log in which something else stands where its receipt promised to stand.
        rewind(jpn, "pair:GBR", 1)
        log_leaf(jpn, "GBR", seq=1)
        ledger.cosign_with(jpn, "GBR")
        (examined,) = ledger.examine(gbr, "JPN")
        (broken,) = [each for each in examined.differences if each.code == "ledger.audit-promise"]
        assert broken.params["index"] == held.body["log_index"] == 1


def test_more_differences_than_are_listed_are_counted(node, monkeypatch):
    monkeypatch.setattr("tasuki.services.ledger.comparing.MAX_LISTED", 3)
    change(node, store.LEAVES.update().where(store.LEAVES.c.log == AUDIT).values(salt=bytes(32)))
    examined = ledger.examine(node, None)[0]
    assert len(examined.differences) == 3
    assert examined.more >= len(leaves_of(node, AUDIT)) - 4


def test_every_flipped_bit_is_found(tmp_path):
    chance = random.Random(20260303)  # noqa: S311 repeatable edits
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN", 3)
        send(jpn, "GBR", 3)
        cosigned(gbr, jpn)
        ledger.checkpoint(gbr, AUDIT)
        for _ in range(80):
            log = chance.choice((AUDIT, OURS, MIRROR))
            with gbr.database.read() as connection:
                kept = list(store.stored_leaves(connection, log))
            victim = chance.choice(kept[: len(kept)])
            column = chance.choice(("salt", "body", "hash", "kind"))
            value = getattr(victim, column)
            raw = bytearray(value.encode() if column == "kind" else value)
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(7)
            bent = raw.decode() if column == "kind" else bytes(raw)
            change(gbr, leaf(log, victim.index).values(**{column: bent}))
            assert ("ledger.audit-leaf", victim.index) in findings(gbr, None if log == AUDIT else "JPN")
            change(gbr, leaf(log, victim.index).values(**{column: value}))
        assert findings(gbr) == []
