# SPDX-License-Identifier: MIT
"""Moves AIR01 to AIR10 of the attack catalogue: bundles that are late, forged, bent, stale, or say too much."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from making_bundle import apart, carried, changed, made, with_letters
from making_ledger import put
from making_nodes import Hands
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.core.ledger.model import AUDIT
from tasuki.formats.bundle.bundle import Part, PartKind, manifest_statement, read_bundle, write_bundle
from tasuki.formats.envelope.anchor import anchor_statement, write_anchor
from tasuki.formats.envelope.receipt import read_receipt, receipt_statement, write_receipt
from tasuki.formats.suites.keys import Purpose
from tasuki.services import bundle, channel
from tasuki.services.health import alarms
from tasuki.store import bundle as store
from tasuki.store import channel as channel_store
from tasuki.store import ledger
from tasuki.store.database import METADATA


@pytest.fixture
def pair(tmp_path):
    with apart(tmp_path) as nodes:
        yield nodes


def state(node):
    """Return everything a node remembers but its audit log and the copies it holds back as evidence."""
    with node.database.read() as connection:
        tables = [table for table in METADATA.sorted_tables if table.name not in ("bundles", "subtrees")]
        return {
            table.name: sorted(
                (repr(tuple(row)) for row in connection.execute(table.select()) if not of_audit(row)),
            )
            for table in tables
        }


def of_audit(row):
    return any(value == AUDIT for value in row)


def refusals(node):
    with node.database.read() as connection:
        found = ledger.leaves(connection, AUDIT, 0, ledger.size(connection, AUDIT))
    return [leaf.body["reason"] for leaf in found if leaf.kind == "bundle-refused"]


def refused(node, raw, code):
    """Take in a bundle that must be refused for this reason, with no change but one leaf of the audit log."""
    before, leaves = state(node), len(refusals(node))
    with pytest.raises(PeerError) as caught:
        bundle.take_in(node, raw)
    assert caught.value.reason.code == code
    assert caught.value.reason.sentence()
    assert state(node) == before
    assert refusals(node)[leaves:] == [code]


def received(node):
    with node.database.read() as connection:
        return connection.execute(channel_store.ENVELOPES_IN.select()).all()


def test_air01_out_of_order_is_held_the_gap_is_named_and_each_counts_once(pair):
    gbr, jpn = pair
    first, second, third = (with_letters(gbr, "JPN") for _ in range(3))
    late = bundle.take_in(jpn, third)
    assert (late.state, late.missing) == ("held", (1, 2))
    assert bundle.take_in(jpn, third).state == "held"
    assert bundle.show(jpn)[0].missing == [1, 2]
    assert received(jpn) == []
    assert bundle.take_in(jpn, first).state == "taken"
    assert bundle.take_in(jpn, first).state == "repeated"
    last = bundle.take_in(jpn, second)
    assert (last.state, last.also) == ("taken", (3,))
    assert [row.seq for row in received(jpn)] == [1, 2, 3]
    assert [bundle.take_in(jpn, each).state for each in (first, second, third)] == ["repeated"] * 3
    assert len(received(jpn)) == 3


def test_air02_a_bundle_of_another_epoch_or_for_somebody_else_changes_nothing(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    refused(jpn, changed(gbr, raw, epoch=2), "bundle.epoch")
    refused(jpn, changed(gbr, raw, recipient=gbr.me), "bundle.wrong-recipient")
    refused(gbr, raw, "bundle.stranger")
    assert bundle.take_in(jpn, raw).state == "taken"


def test_air02_a_bundle_that_somebody_else_signed_changes_nothing(pair, tmp_path):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    with apart(tmp_path / "others") as (other, _):
        assert other.me == gbr.me
        forged = with_letters(other, "JPN")
        refused(jpn, forged, "bundle.signature")
        ids = gbr.anchor.current_pair(Purpose.ENVELOPE, gbr.clock.now()).ids
        statement = manifest_statement(replace(read_bundle(forged).manifest, sig_keys=ids), read_bundle(forged).parts)
        block = other.signer.sign_bundle(manifest_statement(read_bundle(forged).manifest, read_bundle(forged).parts))
        refused(jpn, write_bundle(statement, block, read_bundle(forged).parts), "bundle.signature")
    assert bundle.take_in(jpn, raw).state == "taken"


def test_air03_a_manifest_that_lists_fewer_or_more_parts_than_there_are(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN", 2)
    read = read_bundle(raw)
    size = len(read.parts[-1].raw) + 4
    fewer = changed(gbr, raw, parts=read.parts[:-1]) + raw[-size:]
    refused(jpn, fewer, "bundle.form")
    refused(jpn, raw[:-size], "bundle.form")


def test_air03_a_part_that_is_listed_under_another_kind(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    read = read_bundle(raw)
    bent = tuple(
        replace(part, kind=PartKind.STATEMENT, of=None) if part.kind is PartKind.ENVELOPE else part
        for part in read.parts
    )
    refused(jpn, changed(gbr, raw, parts=bent), "bundle.part")


@pytest.mark.parametrize("where", [0, 7, 8, 11, 12, 40, -3400, -1])
def test_air04_one_byte_changed(pair, where):
    gbr, jpn = pair
    raw = bytearray(with_letters(gbr, "JPN"))
    raw[where] ^= 1
    before = state(jpn)
    with pytest.raises(PeerError):
        bundle.take_in(jpn, bytes(raw))
    assert state(jpn) == before
    assert len(refusals(jpn)) == 1


def test_air04_cut_short_trailing_bytes_and_holes(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    for bent in (b"", raw[:8], raw[:100], raw[: len(raw) // 2], raw[:-1], raw + b"\0", raw + raw, b"\0" * len(raw)):
        before = state(jpn)
        with pytest.raises(PeerError):
            bundle.take_in(jpn, bent)
        assert state(jpn) == before
    hole = raw[:5000] + bytes(4096) + raw[9096:]
    with pytest.raises(PeerError):
        bundle.take_in(jpn, hole)
    assert bundle.take_in(jpn, raw).state == "taken"


def test_air05_a_medium_with_older_keys_metadata_is_stale(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    newer = replace(gbr.anchor, version=gbr.anchor.version + 1, created=gbr.clock.now())
    hold_anchor(jpn, gbr, newer)
    refused(jpn, raw, "bundle.stale")
    assert bundle.take_in(jpn, changed(gbr, raw, keys=newer.version)).state == "taken"


def hold_anchor(node, other, anchor):
    statement = anchor_statement(anchor)
    raw = write_anchor(statement, other.signer.sign_anchor(statement))
    participant = other.me.participant
    node.database.write(
        lambda connection: channel_store.replace_anchor(
            connection, participant=participant, anchor=raw, state="trusted"
        )
    )


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"ustar\x00", b"7z\xbc\xaf", b"TASUKIE\x01"])
def test_air06_there_is_no_archive_and_so_no_trick_with_one(pair, magic):
    _, jpn = pair
    refused(jpn, magic + bytes(512) + b"../../etc/passwd" + bytes(512), "suites.truncated")


def test_air07_what_nobody_confirms_is_shown_with_its_age_and_alarms(tmp_path):
    hands = Hands()
    with apart(tmp_path, hands) as (gbr, jpn):
        raw = with_letters(gbr, "JPN")
        (view,) = bundle.show(gbr)
        assert [(each.number, each.at, each.envelopes) for each in view.unconfirmed] == [(1, hands.now, 1)]
        assert codes(gbr) == []
        hands.now += timedelta(seconds=bundle.CONFIRM_S + 1)
        assert codes(gbr) == ["health.bundles-unconfirmed"]
        assert bundle.take_in(jpn, raw).state == "taken"
        carried(jpn, gbr)
        assert bundle.show(gbr)[0].unconfirmed == []
        assert codes(gbr) == []
        assert [lane.unanswered for lane in channel.lanes(gbr)] == [0, 0, 0]


def codes(node):
    return [each.reason.code for each in alarms(node) if each.reason.code == "health.bundles-unconfirmed"]


def test_air09_another_spelling_of_a_part_is_refused(pair):
    gbr, jpn = pair
    put(jpn, "GBR")
    bundle.take_in(gbr, made(jpn, "GBR"))
    raw = with_letters(gbr, "JPN")
    read = read_bundle(raw)
    assert {part.kind for part in read.parts} >= {
        PartKind.RECEIPT,
        PartKind.STATEMENT,
        PartKind.ENVELOPE,
        PartKind.LEAVES,
        PartKind.CHECKPOINT,
        PartKind.MIRRORED,
        PartKind.COSIGNED,
    }
    for number, part in enumerate(read.parts):
        for bent in spellings(gbr, part):
            assert bent != part.raw
            parts = (*read.parts[:number], replace(part, raw=bent), *read.parts[number + 1 :])
            with pytest.raises(PeerError) as caught:
                bundle.take_in(jpn, changed(gbr, raw, parts=parts))
            assert caught.value.reason.code in ("bundle.spelling", "bundle.part")
    assert bundle.take_in(jpn, raw).refused == {}


def spellings(node, part):
    """Yield other bytes that say the same, and a member that says more."""
    if part.kind in (PartKind.LEAVES, PartKind.MIRRORED, PartKind.COSIGNED):
        value = json.loads(part.raw)
        yield json.dumps(value).encode()
        yield canonical({**value, "note": "covert"})
        yield part.raw + b" "
        yield json.dumps(dict(reversed(value.items())), separators=(",", ":"), ensure_ascii=False).encode()
    elif part.kind is PartKind.CHECKPOINT:
        yield part.raw + "— example.org/covert AAAAAAAA\n".encode()[:-1]
        yield part.raw.replace(b"old ", b"old 0", 1)
    elif part.kind is PartKind.RECEIPT:
        read = read_receipt(part.raw)
        statement = canonical({**json.loads(read.statement), "note": "covert"})
        yield write_receipt(statement, node.signer.sign_receipt(statement))
        yield part.raw + b"\0"
    else:
        yield part.raw + b"\0"


def test_air10_the_same_bundle_at_two_guards_at_once_is_one_import(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN", 3)
    states: list[str] = []
    together = threading.Barrier(2)

    def guard():
        together.wait(10)
        states.append(bundle.take_in(jpn, raw).state)

    threads = [threading.Thread(target=guard) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(states) == ["repeated", "taken"]
    assert [row.seq for row in received(jpn)] == [1, 2, 3]


def test_another_bundle_under_the_same_number_is_kept_as_evidence(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    other = changed(gbr, raw, received=0, created=gbr.clock.now() - timedelta(seconds=1))
    bundle.take_in(jpn, raw)
    refused(jpn, other, "bundle.equivocation")
    with jpn.database.read() as connection:
        found = store.kept(connection, "GBR", "in", number=1)
    assert {each.state for each in found} == {"taken", "other"}
    assert {jpn.vault.open(*each.sealed, each.name) for each in found} == {raw, other}


def test_a_bundle_that_follows_another_one_is_refused(pair):
    gbr, jpn = pair
    bundle.take_in(jpn, with_letters(gbr, "JPN"))
    raw = with_letters(gbr, "JPN")
    refused(jpn, changed(gbr, raw, prev="0" * 64), "bundle.prev")
    assert bundle.take_in(jpn, raw).state == "taken"


def test_a_bundle_from_the_future_is_refused(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    refused(jpn, changed(gbr, raw, created=gbr.clock.now() + timedelta(seconds=301)), "bundle.future")


def test_an_answer_to_what_was_never_sent_is_not_accepted_and_stops_nothing(pair):
    gbr, jpn = pair
    bundle.take_in(jpn, with_letters(gbr, "JPN"))
    raw = made(jpn, "GBR")
    read = read_bundle(raw)
    (answer,) = [part for part in read.parts if part.kind is PartKind.RECEIPT]
    receipt = read_receipt(answer.raw).receipt
    strange = replace(receipt, env_id="019ca945-0a00-7610-98e6-f49f98cee84f")
    statement = receipt_statement(strange)
    false = Part(
        kind=PartKind.RECEIPT, raw=write_receipt(statement, jpn.signer.sign_receipt(statement)), of=strange.env_id
    )
    took = bundle.take_in(gbr, changed(jpn, raw, parts=(false, *read.parts)))
    assert took.refused == {"bundle.not-ours": 1}
    assert [lane.unanswered for lane in channel.lanes(gbr)] == [0, 0, 0]
