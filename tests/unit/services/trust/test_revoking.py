# SPDX-License-Identifier: MIT
"""Revoking: a key dies at a place in the log; before it all counts, after it nothing, and doubts are listed."""

from datetime import timedelta

import pytest

from making_ledger import cosigned, put, send, sent_ids
from making_nodes import Hands
from making_trusting import PEOPLE, settled, trusting
from tasuki.base.errors import CallerError, PeerError, WorldError
from tasuki.core.ledger.evidence import read_evidence, verify_evidence
from tasuki.core.partners.identity import read_identity
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.services import ledger, partners, trust
from tasuki.services.channel import partner_anchor, push, seal_next, sync
from tasuki.services.health import alarms
from tasuki.store import channel
from tasuki.store import ledger as logs


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def bench(tmp_path, hands):
    with trusting(tmp_path, hands) as pair:
        yield pair


def envelope_key(node):
    return node.anchor.current(Purpose.ENVELOPE, Algorithm.ED25519, node.clock.now()).id


def refused_code(act):
    with pytest.raises(WorldError) as refused:
        act()
    return refused.value.reason.params["code"]


def test_a_revoked_key_is_replaced_at_once_and_everything_goes_on(bench):
    gbr, jpn = bench
    send(gbr, "JPN", 2)
    key = envelope_key(gbr)
    done = trust.revoke(gbr, key, None, PEOPLE)
    assert done.purpose == "envelope"
    with gbr.database.read() as connection:
        assert done.indexes == {"JPN": logs.size(connection, "pair:JPN")}
    assert envelope_key(gbr) != key
    settled(gbr, jpn)
    send(gbr, "JPN", 2)
    send(jpn, "GBR", 2)
    cosigned(gbr, jpn)


def test_the_anchor_for_the_previous_release_names_no_key_that_died(bench):
    gbr, jpn = bench
    key = envelope_key(gbr)
    assert key in {each.id for each in read_identity(partners.export_anchor(gbr).body, "JPN").anchor.keys}
    trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    assert key not in {each.id for each in read_identity(partners.export_anchor(gbr).body, "JPN").anchor.keys}


@pytest.mark.parametrize("purpose", ["kem", "log", "witness"])
def test_keys_of_every_purpose_are_revoked(bench, purpose):
    gbr, jpn = bench
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    (key,) = (each.key for each in trust.show(gbr).keys if each.purpose == purpose and each.algorithm != "ml-dsa-44")
    trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    (shown,) = (each.state for each in trust.show(gbr).keys if each.key == key)
    assert shown == "revoked"
    send(gbr, "JPN")
    send(jpn, "GBR")
    cosigned(gbr, jpn)


def test_what_was_logged_before_counts_once_the_partner_mirrored_it(bench):
    gbr, jpn = bench
    put(gbr, "JPN")
    assert seal_next(gbr, "JPN", "urgent")
    trust.revoke(gbr, envelope_key(gbr), None, PEOPLE)
    settled(gbr, jpn)
    assert refused_code(lambda: push(gbr, "JPN", "urgent")) == "trust.revoked"
    ledger.cosign_with(gbr, "JPN")
    assert push(gbr, "JPN", "urgent")


def test_what_comes_after_the_cut_is_refused_though_the_thief_has_the_key(bench):
    gbr, jpn = bench
    send(gbr, "JPN")
    thief, own = gbr.own.anchor, gbr.own.chain
    trust.revoke(gbr, envelope_key(gbr), None, PEOPLE)
    settled(gbr, jpn)
    after = gbr.own.anchor, gbr.own.chain
    gbr.own.change(thief, own)
    put(gbr, "JPN")
    with pytest.raises(WorldError) as refused:
        seal_next(gbr, "JPN", "urgent")
    assert refused.value.reason.code == "services.lane-moved"
    gbr.own.change(*after)
    assert sync(gbr, "JPN") == 1


def test_a_receipt_by_a_revoked_key_counts_where_the_mirror_has_it(bench):
    gbr, jpn = bench
    put(gbr, "JPN")
    seal_next(gbr, "JPN", "urgent")
    with gbr.database.read() as connection:
        waiting = channel.next_unanswered(connection, "JPN", "urgent")
    jpn_receives = gbr.link.receive
    gbr.link.receive = lambda *asked: (jpn_receives(*asked), b"cut")[1]
    with pytest.raises(PeerError):
        push(gbr, "JPN", "urgent")
    gbr.link.receive = jpn_receives
    trust.revoke(jpn, envelope_key(jpn), None, PEOPLE)
    settled(gbr, jpn)
    with pytest.raises(PeerError) as refused:
        push(gbr, "JPN", "urgent")
    assert refused.value.reason.code == "trust.revoked"
    ledger.cosign_with(jpn, "GBR")
    assert push(gbr, "JPN", "urgent")
    with gbr.database.read() as connection:
        assert channel.receipt_of(connection, waiting.env_id) is not None


def test_a_partner_learns_the_cut_of_its_own_log_and_of_no_other(bench):
    gbr, jpn = bench
    send(gbr, "JPN")
    key = envelope_key(gbr)
    done = trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    held = partner_anchor(jpn, "GBR")
    assert held.dead_from(key, "JPN") == done.indexes["JPN"]
    assert held.dead_from(key, "FRA") == 0


def test_nothing_is_sealed_to_a_revoked_kem_key(bench):
    gbr, jpn = bench
    key = gbr.anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, gbr.clock.now()).id
    trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    anchor = partner_anchor(jpn, "GBR")
    assert anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, jpn.clock.now()).id != key


def test_what_lies_between_suspicion_and_revocation_is_listed_on_both_sides_until_confirmed(bench, hands):
    gbr, jpn = bench
    send(gbr, "JPN")
    hands.now += timedelta(hours=1)
    suspected = hands.now
    hands.now += timedelta(hours=1)
    send(gbr, "JPN", 2)
    done = trust.revoke(gbr, envelope_key(gbr), suspected, PEOPLE)
    assert done.doubtful == 2
    settled(gbr, jpn)
    ours, theirs = trust.doubtful(gbr), trust.doubtful(jpn)
    assert "health.doubtful" in {alarm.reason.code for alarm in alarms(jpn)}
    assert [each.env_id for each in ours] == [each.env_id for each in theirs]
    assert {each.direction for each in ours} == {"out"}
    assert {each.direction for each in theirs} == {"in"}
    one = trust.confirm(jpn, theirs[0].env_id, PEOPLE)
    assert one.confirmed_by == "Aoki, Brown"
    assert [each.confirmed_by for each in trust.doubtful(jpn)] == ["Aoki, Brown", None]
    assert [each.confirmed_by for each in trust.doubtful(gbr)] == [None, None]
    with pytest.raises(CallerError) as refused:
        trust.confirm(jpn, theirs[0].env_id, PEOPLE)
    assert refused.value.reason.code == "trust.not-doubtful"


def test_two_people_revoke_and_two_confirm(bench):
    gbr, _ = bench
    for act in (
        lambda: trust.revoke(gbr, envelope_key(gbr), None, ["Aoki", " Aoki "]),
        lambda: trust.confirm(gbr, "x", []),
    ):
        with pytest.raises(CallerError) as refused:
            act()
        assert refused.value.reason.code == "persons.two-names"


def test_a_suspicion_lies_in_the_past(bench, hands):
    with pytest.raises(CallerError) as refused:
        trust.revoke(bench[0], envelope_key(bench[0]), hands.now + timedelta(hours=1), PEOPLE)
    assert refused.value.reason.code == "trust.suspected-later"


def test_only_a_key_of_this_node_that_is_not_revoked_yet_is_revoked(bench):
    gbr, _ = bench
    key = envelope_key(gbr)
    trust.revoke(gbr, key, None, PEOPLE)
    for found in (key, "0" * 32):
        with pytest.raises(CallerError) as refused:
            trust.revoke(gbr, found, None, PEOPLE)
        assert refused.value.reason.code == "trust.no-such-key"


def test_a_rotation_after_a_revocation_keeps_it(bench):
    gbr, jpn = bench
    key = envelope_key(gbr)
    trust.revoke(gbr, key, None, PEOPLE)
    trust.rotate(gbr, ["all"])
    settled(gbr, jpn)
    assert partner_anchor(jpn, "GBR").dead_from(key, "JPN") is not None
    send(gbr, "JPN")


def evidence_of(node, partner, env_id):
    return ledger.export_evidence(node, partner, env_id, opened=True).body


def test_evidence_by_a_revoked_key_holds_where_its_leaf_stood_before_and_is_told_from_what_did_not(bench):
    gbr, jpn = bench
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    (before,) = sent_ids(gbr)
    raw = evidence_of(gbr, "JPN", before)
    key = envelope_key(gbr)
    trust.revoke(gbr, key, None, PEOPLE)
    settled(gbr, jpn)
    anchors = [
        each
        for node in bench
        for each in read_identity(partners.export_trust(node, "JPN" if node is gbr else "GBR").body, "").past
    ]
    assert verify_evidence(raw, anchors).holds
    closed = [each for node in bench for each in read_identity(partners.export_trust(node).body, "").past]
    finding = verify_evidence(raw, closed)
    assert [check.reason.code for check in finding.checks if not check.holds] == ["ledger.key-dead"]


def test_evidence_of_ours_leaves_out_what_a_dead_key_of_the_partner_signed_and_holds(bench):
    gbr, jpn = bench
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    (env_id,) = sent_ids(gbr)
    assert read_evidence(evidence_of(gbr, "JPN", env_id)).receipt is not None
    trust.revoke(jpn, envelope_key(jpn), None, PEOPLE)
    settled(gbr, jpn)
    for node, other, left_out in ((gbr, "JPN", ["receipt"]), (jpn, "GBR", None)):
        raw = evidence_of(node, other, env_id)
        anchors = [
            each
            for owner, reader in ((gbr, "JPN"), (jpn, "GBR"))
            for each in read_identity(partners.export_trust(owner, reader).body, reader).past
        ]
        finding = verify_evidence(raw, anchors)
        assert finding.holds
        assert ("receipt" in {check.name for check in finding.checks}) == (left_out is None)
        with node.database.read() as connection:
            (entry,) = (
                leaf.body
                for leaf in logs.leaves(connection, "audit", 0, logs.size(connection, "audit"))[-3:]
                if leaf.kind == "release:evidence"
            )
        assert entry.get("left_out") == left_out
