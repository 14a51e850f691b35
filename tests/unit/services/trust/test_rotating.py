# SPDX-License-Identifier: MIT
"""Rotating: new keys are known to partners before they are used, old ones stay until nothing needs them."""

from datetime import timedelta

import pytest

from making_ledger import cosigned, put, send
from making_nodes import Hands
from making_trusting import settled, trusting
from tasuki.adapters import tls
from tasuki.adapters.keyfiles import public_keys
from tasuki.base.errors import CallerError, WorldError
from tasuki.core.partners.trust import read_chain
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.services import partners, trust
from tasuki.services.channel import partner_anchor, push, seal_next, sync
from tasuki.services.health import alarms
from tasuki.store import channel

ROLES = ("envelope", "kem", "log", "witness", "tls")


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def bench(tmp_path, hands):
    with trusting(tmp_path, hands) as pair:
        yield pair


def states(node):
    found = {}
    for key in trust.show(node).keys:
        found.setdefault(key.purpose, []).append(key.state)
    return {purpose: sorted(each) for purpose, each in found.items()}


def test_a_node_begins_with_every_role_in_its_own_hands(bench):
    shown = trust.show(bench[0])
    assert shown.versions == {"root": 1, "keys": 1, "peers": 1}
    assert shown.thresholds == {"root": 1, "keys": 1, "peers": 1}
    assert all(holder.here for holder in shown.holders)
    assert shown.held == {"JPN": 1}


@pytest.mark.parametrize("role", ROLES)
def test_new_keys_wait_until_the_partner_holds_them_and_are_used_then(bench, role):
    gbr, jpn = bench
    before = gbr.anchor, tls.load_certificate(gbr.directory)
    made = trust.rotate(gbr, [role])
    assert made.waits_for == ("JPN",)
    assert gbr.anchor.current_pair(Purpose.ENVELOPE, gbr.clock.now()) == before[0].current_pair(
        Purpose.ENVELOPE, gbr.clock.now()
    )
    assert tls.load_certificate(gbr.directory) == before[1]
    settled(gbr, jpn)
    used = trust.show(gbr)
    assert not used.certificate_waits
    assert all(key.state == "in use" for key in used.keys if key.key in made.made)
    assert (tls.load_certificate(gbr.directory) != before[1]) == (role == "tls")
    send(gbr, "JPN")
    send(jpn, "GBR")
    cosigned(gbr, jpn)


@pytest.mark.parametrize("role", ROLES)
def test_everything_goes_on_between_publication_and_use(bench, role):
    gbr, jpn = bench
    trust.rotate(gbr, [role])
    for step in (lambda: None, lambda: trust.refresh(jpn, "GBR"), lambda: trust.refresh(gbr, "JPN")):
        step()
        send(gbr, "JPN")
        send(jpn, "GBR")
        cosigned(gbr, jpn)


def test_what_was_sealed_under_an_old_key_arrives_after_the_rotation(bench):
    gbr, jpn = bench
    put(gbr, "JPN", "bulk")
    put(jpn, "GBR", "bulk")
    assert seal_next(gbr, "JPN", "bulk")
    assert seal_next(jpn, "GBR", "bulk")
    trust.rotate(gbr, ["all"])
    settled(gbr, jpn)
    assert push(gbr, "JPN", "bulk")
    assert push(jpn, "GBR", "bulk")
    with gbr.database.read() as connection:
        assert channel.next_unanswered(connection, "JPN", "bulk") is None


def test_a_partner_that_is_away_does_not_hold_rotation_up_for_ever(bench, hands):
    gbr, jpn = bench
    gbr.link.cut = jpn.link.cut = True
    made = trust.rotate(gbr, ["envelope"])
    with pytest.raises(WorldError):
        trust.exchange(gbr, "JPN")
    assert not trust.settle(gbr)
    hands.now += timedelta(days=8)
    assert trust.settle(gbr)
    assert set(gbr.anchor.current_pair(Purpose.ENVELOPE, hands.now).ids) == set(made.made)
    gbr.link.cut = jpn.link.cut = False
    put(gbr, "JPN")
    seal_next(gbr, "JPN", "urgent")
    with pytest.raises(WorldError) as refused:
        push(gbr, "JPN", "urgent")
    assert refused.value.reason.params["code"] == "envelope.no-key"
    settled(gbr, jpn)
    assert push(gbr, "JPN", "urgent")


def test_a_person_may_have_new_keys_used_at_once(bench):
    gbr, _ = bench
    made = trust.rotate(gbr, ["log"])
    trust.use_now(gbr, ["Brown"])
    assert gbr.anchor.current(Purpose.LOG, Algorithm.ED25519, gbr.clock.now()).id in made.made
    with pytest.raises(CallerError) as refused:
        trust.use_now(gbr, ["Brown"])
    assert refused.value.reason.code == "trust.nothing-waits"


def test_an_old_kem_key_is_destroyed_after_the_resend_window_and_not_before(bench, hands):
    gbr, jpn = bench
    old = gbr.anchor.current(Purpose.KEM, Algorithm.MLKEM768_X25519, hands.now)
    trust.rotate(gbr, ["kem"])
    settled(gbr, jpn)
    hands.now += timedelta(days=14)
    assert not trust.settle(gbr)
    assert old.id in {key.id for key in public_keys(gbr.directory)}
    hands.now += timedelta(hours=1)
    assert trust.settle(gbr)
    assert old.id not in {key.id for key in public_keys(gbr.directory)}
    assert states(gbr)["kem"] == ["destroyed", "in use"]
    assert not trust.settle(gbr)
    trust.rotate(gbr, ["kem"])
    assert old.id not in {key.id for key in gbr.own.chain.keys.keys.keys}


def test_an_old_certificate_is_named_no_more_with_the_next_statement(bench):
    gbr, jpn = bench
    first = tls.load_certificate(gbr.directory)
    trust.rotate(gbr, ["tls"])
    assert len(gbr.anchor.certificates) == 2
    settled(gbr, jpn)
    trust.rotate(gbr, ["envelope"])
    settled(gbr, jpn)
    assert partner_anchor(jpn, "GBR").certificates == (tls.load_certificate(gbr.directory),)
    assert first not in partners.certificates(jpn)


def test_many_rotations_stay_within_the_limits_and_lose_nothing(bench):
    gbr, jpn = bench
    for _ in range(12):
        trust.rotate(gbr, ["all"])
        settled(gbr, jpn)
        send(gbr, "JPN")
        send(jpn, "GBR")
    cosigned(gbr, jpn)
    shown = trust.show(gbr)
    assert shown.versions["keys"] == 13
    assert len(gbr.own.chain.keys.keys.keys) <= 128


@pytest.mark.parametrize("role", ["root", "keys", "ENVELOPE", "../kem", ""])
def test_other_roles_are_not_rotated(bench, role):
    with pytest.raises(CallerError) as refused:
        trust.rotate(bench[0], [role])
    assert refused.value.reason.code == "trust.not-a-role"


def test_an_exported_file_opens_for_its_reader_alone_and_reads_back(bench):
    gbr, _ = bench
    chain = read_chain(partners.export_trust(gbr).body)
    assert chain.fingerprint == gbr.own.chain.fingerprint
    assert chain.openings == ()


def test_the_anchor_of_the_previous_release_is_still_exported(bench):
    gbr, _ = bench
    view = partners.own_anchor(gbr, previous=True)
    raw = partners.export_anchor(gbr).body
    assert raw.startswith(b"TASUKIA\x01")
    assert view.words != partners.own_anchor(gbr).words


def test_health_knows_of_no_trouble_after_a_rotation(bench):
    gbr, jpn = bench
    trust.rotate(gbr, ["all"])
    settled(gbr, jpn)
    assert not [alarm for alarm in alarms(gbr) if alarm.reason.code.startswith("trust.")]


def test_sync_after_rotation_empties_every_lane(bench):
    gbr, jpn = bench
    for lane in ("urgent", "bulk", "exercise"):
        put(gbr, "JPN", lane)
    trust.rotate(jpn, ["all"])
    settled(gbr, jpn)
    assert sync(gbr, "JPN") == 3
