# SPDX-License-Identifier: MIT
"""Two nodes state to each other what they sent and received: what is not shared is named on both sides, or mended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from making_ledger import put, send
from making_nodes import Hands
from making_reconciliation import (
    codes,
    forget_received,
    forget_sent,
    outcome,
    params,
    previous_release,
    reconciled,
    restore,
    signed,
    stated,
)
from tasuki.base.errors import PeerError, WorldError
from tasuki.base.ids import NodeName
from tasuki.base.reasons import kind
from tasuki.core.reconciliation.reasons import STATEMENT_BACK
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.statement import (
    Head,
    is_statement,
    read_signed_statement,
    statement_bytes,
    write_statement,
)
from tasuki.services.channel import seal_next, sync
from tasuki.services.channel.peers import notice, partner_anchor
from tasuki.services.reconciliation import answer_statement, exchange, make, reconcile, reconciliations, take
from tasuki.services.reconciliation.exchanging import MAX_JUMP
from tasuki.store import channel, ledger
from tasuki.store import reconciliation as store

LOST = kind("test.lost", en="The reply was lost.", ja="応答が失われました。")


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def pair(tmp_path, hands):
    with reconciled(tmp_path, hands) as nodes:
        yield nodes


def test_two_nodes_that_lost_nothing_state_the_same(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 5)
    send(jpn, "GBR", 3)
    assert exchange(gbr, "JPN").outcome == "equal"
    assert exchange(jpn, "GBR").outcome == "equal"
    ours, theirs = stated(gbr, "JPN", "out"), stated(gbr, "JPN")
    sent = {(row.lane, row.epoch): (row.sealed, row.root) for row in ours.sent}
    received = {(row.lane, row.epoch): (row.received, row.root) for row in theirs.received}
    assert sent == received
    assert sent["urgent", 1][0] == 5
    assert codes(gbr, "JPN") == codes(jpn, "GBR") == []


def test_a_statement_says_how_far_each_log_goes_and_which_keys_are_known(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    exchange(gbr, "JPN")
    said = stated(jpn, "GBR")
    with gbr.database.read() as connection:
        size, root = ledger.root(connection, "pair:JPN")
    assert (said.log.size, said.log.root) == (size, root.hex())
    assert dict(said.metadata) == {"keys": gbr.anchor.version, "partner_keys": jpn.anchor.version}
    assert said.rules == gbr.gate.rules.digest


def test_what_is_under_way_is_no_difference(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    put(gbr, "JPN")
    seal_next(gbr, "JPN", "urgent")
    assert exchange(gbr, "JPN").outcome == "under-way"
    assert exchange(jpn, "GBR").outcome == "under-way"
    assert codes(gbr, "JPN") == codes(jpn, "GBR") == []


def test_versions_rise_with_every_statement_and_times_never_go_back(pair, hands):
    gbr, jpn = pair
    exchange(gbr, "JPN")
    first = stated(jpn, "GBR")
    hands.now -= timedelta(minutes=10)
    exchange(gbr, "JPN")
    second = stated(jpn, "GBR")
    assert second.version > first.version
    assert second.at == first.at


def test_a_statement_that_came_before_changes_nothing(pair):
    gbr, jpn = pair
    made = make(gbr, partner_anchor(gbr, "JPN"))
    take(jpn, partner_anchor(jpn, "GBR"), made.raw)
    take(jpn, partner_anchor(jpn, "GBR"), made.raw)
    assert stated(jpn, "GBR") == made.statement
    with jpn.database.read() as connection:
        kinds = [leaf.kind for leaf in ledger.leaves(connection, "audit", 0, ledger.size(connection, "audit"))]
    assert kinds.count("statement-taken") == 1


def test_an_older_statement_is_refused_with_the_version_that_will_be_taken(pair):
    gbr, jpn = pair
    anchor = partner_anchor(gbr, "JPN")
    old, new = make(gbr, anchor), make(gbr, anchor)
    from_gbr = partner_anchor(jpn, "GBR")
    take(jpn, from_gbr, new.raw)
    said = read_notice(answer_statement(jpn, from_gbr, old.raw).body)
    assert (said.code, said.expected_seq) == ("reconciliation.statement-back", new.statement.version + 1)
    assert stated(jpn, "GBR") == new.statement


def test_a_node_that_forgot_its_versions_is_told_and_states_higher_ones(pair):
    gbr, jpn = pair
    for _ in range(4):
        exchange(gbr, "JPN")
    gbr.database.write(lambda c: c.execute(store.STATEMENTS.delete().where(store.STATEMENTS.c.direction == "out")))
    exchange(gbr, "JPN")
    assert stated(jpn, "GBR").version == 5


def test_a_partner_cannot_use_up_our_versions(pair):
    gbr, jpn = pair
    wire = gbr.link
    answer = wire.receive

    def leap(*_):
        reason = STATEMENT_BACK.because(partner="GBR", held=1, found=1, expected=1)
        return notice(jpn, reason, expected_seq=MAX_JUMP + 10).body

    wire.receive = leap
    with pytest.raises(PeerError):
        exchange(gbr, "JPN")
    wire.receive = answer
    exchange(gbr, "JPN")
    assert stated(jpn, "GBR").version < 10


def test_a_statement_that_takes_back_an_older_one_is_kept_beside_it_and_shown(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 4)
    exchange(gbr, "JPN")
    before = stated(jpn, "GBR")
    restore(gbr, "JPN", "urgent", 2, "out")
    exchange(jpn, "GBR")
    with jpn.database.read() as connection:
        kept = store.stated(connection, "GBR", "in")
    assert kept.fell == "sent urgent/1 4 > 2"
    assert read_signed_statement(kept.before).statement == before
    assert params(jpn, "GBR", "reconciliation.taken-back") == [{"partner": "GBR", "what": "sent urgent/1 4 > 2"}]
    assert outcome(jpn, "GBR") == "differs"


def test_a_partner_that_lost_what_it_received_gets_it_again_and_both_agree_after(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 6)
    restore(jpn, "GBR", "urgent", 2, "in")
    exchange(gbr, "JPN")
    lost = params(gbr, "JPN", "reconciliation.lost-there")
    assert [(each["before"], each["last"]) for each in lost] == [(2, 6)]
    assert sync(gbr, "JPN") == 4
    exchange(gbr, "JPN")
    # The statement that took back an older one is evidence until the partner has caught up with it.
    assert exchange(gbr, "JPN").outcome == "equal"
    assert exchange(jpn, "GBR").outcome == "equal"
    rows = {row.lane: (row.received, row.root) for row in stated(gbr, "JPN").received}
    assert rows["urgent"] == next((row.sealed, row.root) for row in stated(jpn, "GBR").sent if row.lane == "urgent")


def test_a_node_that_lost_what_it_sent_learns_it_from_its_partner(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 5)
    restore(gbr, "JPN", "urgent", 3, "out")
    exchange(gbr, "JPN")
    assert params(gbr, "JPN", "reconciliation.lost-here") == [
        {"partner": "JPN", "lane": "urgent", "epoch": 1, "before": 3, "last": 5}
    ]
    exchange(jpn, "GBR")
    assert "reconciliation.lost-there" in codes(jpn, "GBR")


def test_a_receipt_that_was_lost_is_fetched_again(pair):
    gbr, jpn = pair
    put(gbr, "JPN")
    seal_next(gbr, "JPN", "urgent")
    wire = gbr.link
    answer = wire.receive

    def lose(node, certificate, path, body):
        answered = answer(node, certificate, path, body)
        if path == "/exchange/v1/envelopes":
            raise WorldError(LOST.because(), retry=True)
        return answered

    wire.receive = lose
    with pytest.raises(WorldError):
        sync(gbr, "JPN")
    wire.receive = answer
    seen = gbr.signals.seen("sealed")
    exchange(gbr, "JPN")
    assert gbr.signals.seen("sealed") > seen
    sync(gbr, "JPN")
    assert exchange(gbr, "JPN").outcome == "equal"
    assert stated(jpn, "GBR").sent[2].answered == 1


def test_envelopes_that_one_side_lost_are_named_one_by_one_on_both_sides(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 9)
    forget_received(jpn, "GBR", "urgent", [3, 7])
    forget_sent(gbr, "JPN", "urgent", [5])
    exchange(gbr, "JPN")
    exchange(jpn, "GBR")
    assert [each["seq"] for each in params(gbr, "JPN", "reconciliation.missing-there")] == [3, 7]
    assert [each["seq"] for each in params(gbr, "JPN", "reconciliation.missing-here")] == [5]
    assert [each["seq"] for each in params(jpn, "GBR", "reconciliation.missing-here")] == [3, 7]
    assert [each["seq"] for each in params(jpn, "GBR", "reconciliation.missing-there")] == [5]
    assert outcome(gbr, "JPN") == outcome(jpn, "GBR") == "differs"


def test_an_envelope_that_was_exchanged_for_another_is_named_with_both_hashes(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 3)
    table = channel.ENVELOPES_IN
    jpn.database.write(lambda c: c.execute(table.update().where(table.c.seq == 2).values(hash="f" * 64)))
    exchange(gbr, "JPN")
    (found,) = params(gbr, "JPN", "reconciliation.other-envelope")
    assert (found["seq"], found["theirs"]) == (2, "f" * 64)


def test_a_difference_that_is_mended_is_no_finding_any_more_and_one_that_stays_keeps_its_date(pair, hands):
    gbr, jpn = pair
    send(gbr, "JPN", 3)
    forget_received(jpn, "GBR", "urgent", [2])
    exchange(gbr, "JPN")
    began = hands.now
    hands.now += timedelta(minutes=15)
    exchange(gbr, "JPN")
    with gbr.database.read() as connection:
        (found,) = store.findings(connection, "JPN")
    assert (found.since, found.rounds) == (began, 2)


def test_a_log_root_that_is_another_is_found(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    answer = gbr.link.receive

    def lie(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        if not is_statement(raw):
            return raw
        said = read_signed_statement(raw).statement
        return signed(jpn, said, mirror=Head(size=1, root="0" * 64))

    gbr.link.receive = lie
    exchange(gbr, "JPN")
    assert codes(gbr, "JPN") == ["reconciliation.log-other"]


def test_requests_that_only_one_side_counts_as_open_are_said_once_nothing_is_under_way(pair):
    gbr, jpn = pair
    answer = gbr.link.receive

    def other(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        return signed(jpn, read_signed_statement(raw).statement, requests="a" * 64)

    gbr.link.receive = other
    exchange(gbr, "JPN")
    assert codes(gbr, "JPN") == ["reconciliation.requests-differ"]
    put(gbr, "JPN")
    seal_next(gbr, "JPN", "urgent")
    exchange(gbr, "JPN")
    assert codes(gbr, "JPN") == []


def test_old_keys_on_either_side_are_said(pair):
    gbr, jpn = pair
    answer = gbr.link.receive

    def newer(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        return signed(jpn, read_signed_statement(raw).statement, metadata={"keys": 3, "partner_keys": 1})

    gbr.link.receive = newer
    exchange(gbr, "JPN")
    assert params(gbr, "JPN", "reconciliation.keys-ahead") == [{"partner": "JPN", "held": 1, "newest": 3}]


def test_a_partner_of_the_previous_release_has_no_statements_and_everything_goes_on(pair):
    gbr, _ = pair
    gbr.link.receive = previous_release
    assert exchange(gbr, "JPN").outcome == "none"
    (view,) = reconciliations(gbr)
    assert (view.outcome, view.stale, view.theirs) == ("none", False, 0)
    send(gbr, "JPN", 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "AUS/aus-1"}, "reconciliation.wrong-statement"),
        ({"sig_keys": ("0" * 32, "1" * 32)}, "envelope.no-key"),
    ],
    ids=["for-another", "under-no-key"],
)
def test_a_statement_that_is_not_for_this_node_or_not_under_a_key_is_refused(pair, changes, code):
    gbr, jpn = pair
    made = make(gbr, partner_anchor(gbr, "JPN"))
    if "to" in changes:
        raw = signed(gbr, made.statement, to=NodeName.parse(changes["to"]))
    else:
        good = read_signed_statement(made.raw)
        raw = write_statement(statement_bytes(replace(made.statement, **changes)), good.signatures)
    said = read_notice(answer_statement(jpn, partner_anchor(jpn, "GBR"), raw).body)
    assert said.code == code
    with jpn.database.read() as connection:
        assert store.stated(connection, "GBR", "in") is None


def test_a_statement_with_one_bit_changed_is_refused(pair):
    gbr, jpn = pair
    made = make(gbr, partner_anchor(gbr, "JPN"))
    raw = bytearray(made.raw)
    raw[-1] ^= 1
    with pytest.raises(PeerError):
        take(jpn, partner_anchor(jpn, "GBR"), bytes(raw))


def test_an_answer_that_is_no_statement_concludes_nothing(pair):
    gbr, _ = pair
    gbr.link.receive = lambda *_: b"something else"
    with pytest.raises(PeerError):
        exchange(gbr, "JPN")
    (view,) = reconciliations(gbr)
    assert view.outcome == "never"


def test_reconciling_by_hand_reads_everything_anew_and_says_why_it_stopped(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 3)
    exchange(gbr, "JPN")
    table = channel.ENVELOPES_OUT
    gbr.database.write(lambda c: c.execute(table.update().where(table.c.seq == 1).values(hash="e" * 64)))
    (view,) = reconcile(gbr, "JPN")
    assert (view.outcome, [each["code"] for each in view.findings]) == ("differs", ["reconciliation.other-envelope"])
    gbr.link.cut = True
    (view,) = reconcile(gbr, None)
    assert view.stopped["code"] == "test.unreached"
    assert view.outcome == "differs"
    assert stated(jpn, "GBR").version == 2


def test_the_partners_clock_is_compared_with_ours(pair):
    gbr, jpn = pair
    answer = gbr.link.receive

    def ahead(node, certificate, path, body):
        raw = answer(node, certificate, path, body)
        said = read_signed_statement(raw).statement
        return signed(jpn, said, at=said.at + timedelta(minutes=10))

    gbr.link.receive = ahead
    assert exchange(gbr, "JPN").skew_us == 600_000_000
    (view,) = reconciliations(gbr)
    assert view.skew_s == 600
