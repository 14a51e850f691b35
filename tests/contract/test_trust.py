# SPDX-License-Identifier: MIT
"""What a node remembers of trust, on both databases."""

from datetime import timedelta

import pytest

from making_nodes import NOW
from making_trust import node_key
from tasuki.formats.suites.keys import Purpose
from tasuki.store import channel, trust
from tasuki.store.channel import ReceivedEnvelope

LATER = NOW + timedelta(hours=1)


def write(database, act):
    return database.write(act)


def read(database, act):
    with database.read() as connection:
        return act(connection)


def test_the_newest_chain_is_kept_only_behind_the_one_that_was_read(database):
    assert read(database, trust.newest) is None
    assert write(database, lambda c: trust.keep(c, b"one", 0, NOW))
    number, raw = read(database, trust.newest)
    assert raw == b"one"
    assert not write(database, lambda c: trust.keep(c, b"other", 0, NOW))
    assert write(database, lambda c: trust.keep(c, b"two", number, NOW))
    assert read(database, trust.newest)[1] == b"two"


def test_a_key_waits_is_used_revoked_and_destroyed(database):
    key, kem = node_key(1), node_key(2, Purpose.KEM)
    write(database, lambda c: trust.add_keys(c, (key, kem), 3, None))
    (first, second) = sorted(read(database, trust.own_keys), key=lambda each: each.purpose)
    assert (first.purpose, first.since, first.used_at) == ("envelope", 3, None)
    assert write(database, lambda c: trust.use_keys(c, [key.id, kem.id], NOW)) == 2
    assert write(database, lambda c: trust.use_keys(c, [key.id, kem.id], LATER)) == 0
    assert not read(database, lambda c: trust.any_revoked(c, [key.id, kem.id]))
    write(database, lambda c: trust.mark_revoked(c, key.id, NOW))
    assert read(database, lambda c: trust.any_revoked(c, [key.id, kem.id]))
    assert not read(database, lambda c: trust.any_revoked(c, [kem.id]))
    assert write(database, lambda c: trust.mark_destroyed(c, kem.id, NOW))
    assert not write(database, lambda c: trust.mark_destroyed(c, kem.id, LATER))
    assert second.purpose == "kem"


def test_what_a_partner_holds_is_news_once_and_since_when_is_that_of_its_keys(database):
    versions = {"root": 1, "keys": 1, "peers": 0}
    assert write(database, lambda c: trust.keep_held(c, "JPN", versions, NOW))
    assert not write(database, lambda c: trust.keep_held(c, "JPN", versions, LATER))
    assert write(database, lambda c: trust.keep_held(c, "JPN", {**versions, "peers": 1}, LATER))
    assert read(database, trust.held)["JPN"].at == NOW
    assert write(database, lambda c: trust.keep_held(c, "JPN", {**versions, "keys": 2}, LATER))
    assert read(database, trust.held)["JPN"].at == LATER


@pytest.fixture
def received(database):
    def keep(connection):
        channel.add_partner(connection, participant="JPN", node="JPN/jpn-1", anchor=b"a", at=NOW)
        for number, key in enumerate(("k1", "k1", "k2", None), 1):
            envelope = ReceivedEnvelope(
                env_id=f"e{number}", lane="urgent", epoch=1, seq=number, type="objects", hash=f"{number:064x}",
                status="stored", receipt=b"r", held=None, sig_key=key,
            )  # fmt: skip
            channel.keep_received(connection, "JPN", envelope, NOW + timedelta(minutes=number))

    database.write(keep)
    return database


def test_what_a_key_signed_since_a_moment_is_listed_with_who_confirmed_it(received):
    since = NOW + timedelta(minutes=2)
    assert [each.env_id for each in read(received, lambda c: trust.signed_by(c, "JPN", "k1", NOW, 9))] == ["e1", "e2"]
    assert [each.env_id for each in read(received, lambda c: trust.signed_by(c, "JPN", "k1", since, 9))] == ["e2"]
    assert [each.env_id for each in read(received, lambda c: trust.signed_by(c, "JPN", "k1", NOW, 1))] == ["e1"]
    assert write(received, lambda c: trust.confirm(c, "JPN", "e2", "Aoki, Brown", NOW))
    assert not write(received, lambda c: trust.confirm(c, "JPN", "e2", "others", NOW))
    found = read(received, lambda c: trust.signed_by(c, "JPN", "k1", NOW, 9))
    assert [each.confirmed_by for each in found] == [None, "Aoki, Brown"]
    assert read(received, lambda c: trust.confirmations(c, "JPN")) == {"e2": "Aoki, Brown"}
