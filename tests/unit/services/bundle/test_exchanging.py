# SPDX-License-Identifier: MIT
"""Bundles at work: what goes in, what comes back, what happens when a thing is lost, late, or breaks in the middle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from making_bundle import apart, carried, changed, made, with_letters
from making_ledger import joined, put, send, sent_ids
from tasuki.base.errors import CallerError, InputError, PeerError, WorldError
from tasuki.formats.bundle.bundle import PartKind, read_bundle
from tasuki.services import bundle, channel
from tasuki.services.bundle import exporting, importing
from tasuki.services.bundle.reasons import NOT_OURS
from tasuki.store import bundle as store
from tasuki.store import channel as channel_store
from tasuki.store import ledger, reconciliation


@pytest.fixture
def pair(tmp_path):
    with apart(tmp_path) as nodes:
        yield nodes


def kinds(raw):
    return [part.kind for part in read_bundle(raw).parts]


def unanswered(node):
    return sum(lane.unanswered for lane in channel.lanes(node))


def settle(gbr, jpn, rounds=3):
    for _ in range(rounds):
        for sender, reader in ((gbr, jpn), (jpn, gbr)):
            assert carried(sender, reader).refused == {}


def test_an_envelope_stays_unanswered_until_its_receipt_comes_in_a_bundle(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN", 2)
    assert unanswered(gbr) == 2
    bundle.take_in(jpn, raw)
    assert unanswered(gbr) == 2
    answer = made(jpn, "GBR")
    assert kinds(answer).count(PartKind.RECEIPT) == 2
    bundle.take_in(gbr, answer)
    assert unanswered(gbr) == 0


def test_urgent_goes_first_and_each_lane_in_the_order_of_its_numbers(pair):
    gbr, _ = pair
    for lane in ("bulk", "exercise", "urgent", "bulk", "urgent"):
        put(gbr, "JPN", lane)
    sent = [part.of for part in read_bundle(made(gbr, "JPN")).parts if part.kind is PartKind.ENVELOPE]
    with gbr.database.read() as connection:
        places = [channel_store.sealed_envelope(connection, "JPN", each) for each in sent]
    assert [(each.lane, each.seq) for each in places] == [
        ("urgent", 1),
        ("urgent", 2),
        ("exercise", 1),
        ("bulk", 1),
        ("bulk", 2),
    ]


def test_what_does_not_fit_goes_into_the_next_numbers(pair):
    gbr, jpn = pair
    for _ in range(12):
        put(gbr, "JPN")
    files = []
    while not files or bundle.show(gbr)[0].waiting:
        files.append(bundle.export(gbr, "JPN", 36_000).bytes_for("JPN"))
    assert len(files) > 2
    assert all(len(raw) <= 36_000 for raw in files)
    assert [read_bundle(raw).manifest.number for raw in files] == list(range(1, len(files) + 1))
    for raw in files:
        assert bundle.take_in(jpn, raw).refused == {}
    carried(jpn, gbr)
    assert unanswered(gbr) == 0


def test_an_envelope_larger_than_the_limit_is_said_so_and_stays(pair):
    gbr, _ = pair
    put(gbr, "JPN")
    with pytest.raises(InputError) as caught:
        bundle.export(gbr, "JPN", 13_000)
    assert caught.value.reason.code == "bundle.too-small"
    assert PartKind.ENVELOPE in kinds(made(gbr, "JPN"))


def test_nothing_is_carried_twice_while_it_is_on_its_way(pair):
    gbr, _ = pair
    first, second = with_letters(gbr, "JPN"), made(gbr, "JPN")
    assert PartKind.ENVELOPE in kinds(first)
    assert PartKind.ENVELOPE not in kinds(second)
    assert PartKind.LEAVES not in kinds(second)


def test_both_logs_are_cosigned_and_then_nothing_is_left_to_say(pair):
    gbr, jpn = pair
    for node, partner in ((gbr, "JPN"), (jpn, "GBR")):
        put(node, partner)
    settle(gbr, jpn, 4)
    for node, partner in ((gbr, "JPN"), (jpn, "GBR")):
        with node.database.read() as connection:
            newest = ledger.checkpoint(connection, f"pair:{partner}", cosigned=True)
            assert newest.size == ledger.size(connection, f"pair:{partner}")
    assert kinds(made(gbr, "JPN")) == [PartKind.STATEMENT]


def test_a_bundle_is_given_again_byte_for_byte_until_the_partner_has_it(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    assert bundle.export_again(gbr, "JPN", 1).bytes_for("JPN") == raw
    bundle.take_in(jpn, raw)
    carried(jpn, gbr)
    with pytest.raises(InputError) as caught:
        bundle.export_again(gbr, "JPN", 1)
    assert caught.value.reason.code == "bundle.none"


def test_an_envelope_that_was_not_taken_goes_again(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN", 2)
    parts = list(read_bundle(raw).parts)
    parts.remove(next(part for part in parts if part.kind is PartKind.ENVELOPE))
    holed = changed(gbr, raw, parts=tuple(parts))
    with gbr.database.read() as connection:
        now = store.ends(connection, "JPN")
    said = replace(now, made_hash=read_bundle(holed).hash)
    gbr.database.write(lambda c: store.move_ends(c, "JPN", now, said))
    bundle.take_in(jpn, holed)
    answer = carried(jpn, gbr)
    assert answer.parts["notice"] == 1
    assert unanswered(gbr) == 2
    again = made(gbr, "JPN")
    assert kinds(again).count(PartKind.ENVELOPE) == 2
    bundle.take_in(jpn, again)
    carried(jpn, gbr)
    assert unanswered(gbr) == 0


def test_a_crash_before_the_number_is_taken_loses_and_doubles_nothing(pair, monkeypatch):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN", 3)

    def broken(*_words, **_named):
        raise WorldError(importing.MOVED.because(partner="GBR"), retry=True)

    with monkeypatch.context() as patched:
        patched.setattr(store, "move_ends", broken)
        with pytest.raises(WorldError):
            bundle.take_in(jpn, raw)
    assert bundle.show(jpn)[0].taken == 0
    took = bundle.take_in(jpn, raw)
    assert (took.state, set(took.refused)) == ("taken", {"ledger.mirror-gap"})
    answer = made(jpn, "GBR")
    assert kinds(answer).count(PartKind.RECEIPT) == 3
    assert bundle.take_in(gbr, answer).state == "taken"
    assert unanswered(gbr) == 0
    with jpn.database.read() as connection:
        assert len(connection.execute(channel_store.ENVELOPES_IN.select()).all()) == 3
    for _ in range(3):
        carried(gbr, jpn)
        carried(jpn, gbr)
    with gbr.database.read() as connection:
        newest = ledger.checkpoint(connection, "pair:JPN", cosigned=True)
        assert newest.size == ledger.size(connection, "pair:JPN")


def test_the_file_is_kept_as_it_came_and_can_be_opened_by_this_node_alone(pair):
    gbr, jpn = pair
    raw = with_letters(gbr, "JPN")
    bundle.take_in(jpn, raw)
    with jpn.database.read() as connection:
        (kept,) = store.kept(connection, "GBR", "in")
    assert raw not in kept.sealed[0]
    assert jpn.vault.open(*kept.sealed, kept.name) == raw


def test_what_was_receipted_over_the_network_goes_in_no_bundle(tmp_path):
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN")
        put(gbr, "JPN")
        raw = made(gbr, "JPN")
        assert [part.of for part in read_bundle(raw).parts if part.kind is PartKind.ENVELOPE] == sent_ids(gbr)[1:]
        assert bundle.take_in(jpn, raw).refused == {}


def test_a_statement_of_the_partner_is_kept_as_if_it_had_come_over_the_network(pair):
    gbr, jpn = pair
    bundle.take_in(jpn, with_letters(gbr, "JPN"))
    with jpn.database.read() as connection:
        assert reconciliation.stated(connection, "GBR", "in").version >= 1


def test_who_was_put_back_finds_its_numbers_taken(pair):
    gbr, jpn = pair
    first = with_letters(gbr, "JPN")
    bundle.take_in(jpn, first)
    with gbr.database.read() as connection:
        now = store.ends(connection, "JPN")
    gbr.database.write(lambda c: store.move_ends(c, "JPN", now, replace(now, made=0, made_hash=None)))
    with pytest.raises(PeerError, match="other bytes under the same number"):
        bundle.take_in(jpn, made(gbr, "JPN"))


def test_two_people_on_each_side_begin_another_epoch_and_nothing_is_lost(pair):
    gbr, jpn = pair
    bundle.take_in(jpn, with_letters(gbr, "JPN"))
    lost = with_letters(gbr, "JPN", 2)
    late = with_letters(gbr, "JPN")
    assert bundle.take_in(jpn, late).state == "held"
    for node, partner in ((gbr, "JPN"), (jpn, "GBR")):
        with pytest.raises(CallerError):
            bundle.begin_epoch(node, partner, 2, ["Aoki", " Aoki "])
        bundle.begin_epoch(node, partner, 2, ["Aoki", "Brown"])
        with pytest.raises(CallerError):
            bundle.begin_epoch(node, partner, 2, ["Aoki", "Brown"])
    for old in (lost, late):
        with pytest.raises(PeerError, match="epoch 2"):
            bundle.take_in(jpn, old)
    again = made(gbr, "JPN")
    manifest = read_bundle(again).manifest
    assert (manifest.epoch, manifest.number, manifest.prev, manifest.received) == (2, 1, None, 0)
    assert kinds(again).count(PartKind.ENVELOPE) == 4
    assert bundle.take_in(jpn, again).state == "taken"
    answer = made(jpn, "GBR")
    assert kinds(answer).count(PartKind.RECEIPT) == 4
    bundle.take_in(gbr, answer)
    assert unanswered(gbr) == 0


def test_a_lane_that_may_not_be_used_keeps_its_acts_and_everything_else_goes(pair, monkeypatch):
    gbr, jpn = pair
    put(gbr, "JPN", "bulk")
    put(gbr, "JPN", "urgent")
    seal = exporting.seal_next

    def forbidden(node, partner, lane, **named):
        if lane == "bulk":
            raise PeerError(NOT_OURS.because(env_id="bulk"))
        return seal(node, partner, lane, **named)

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "seal_next", forbidden)
        raw = made(gbr, "JPN")
    assert kinds(raw).count(PartKind.ENVELOPE) == 1
    assert bundle.show(gbr)[0].queued == 1
    assert bundle.take_in(jpn, raw).refused == {}
    assert kinds(made(gbr, "JPN")).count(PartKind.ENVELOPE) == 1
    assert bundle.show(gbr)[0].queued == 0
