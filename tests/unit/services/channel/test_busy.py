# SPDX-License-Identifier: MIT
"""A partner that sends too much hears busy: nothing is taken in or acknowledged, it keeps it, urgent still goes."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from making_ledger import put, send
from making_nodes import Hands
from making_reconciliation import reconciled
from tasuki.base.errors import PeerError, WorldError
from tasuki.core.channel.model import Lane
from tasuki.core.channel.quotas import Quota, Usage
from tasuki.formats.envelope.notice import read_notice
from tasuki.services import ledger, partners
from tasuki.services.channel import accept, push, seal_next, sync
from tasuki.services.channel.quotas import count_again
from tasuki.services.channel.sending import LONGEST_HINT_S, BusyError
from tasuki.services.health.alarms import alarms
from tasuki.store import channel
from tasuki.store.reasons import NO_SPACE

GENEROUS = Quota()


@pytest.fixture
def pair(tmp_path):
    with reconciled(tmp_path, Hands()) as nodes:
        yield nodes


def within(gbr, jpn, quota):
    """Let the UK reach Japan's node under another quota."""
    tight = replace(jpn, quota=quota)
    gbr.link.peers[str(jpn.me)] = tight
    return tight


def sealed(node, lane):
    put(node, "JPN", lane)
    seal_next(node, "JPN", lane)
    with node.database.read() as connection:
        return channel.next_unanswered(connection, "JPN", lane)


def test_what_exceeds_the_quota_is_not_taken_in_and_its_sender_keeps_it(pair):
    gbr, jpn = pair
    tight = within(gbr, jpn, Quota(mib=1))
    tight.database.write(lambda c: channel.add_usage(c, "GBR", objects=0, size=1 << 20))
    sealed(gbr, Lane.BULK)
    with pytest.raises(BusyError) as busy:
        push(gbr, "JPN", Lane.BULK)
    assert (busy.value.reason.code, busy.value.after_s) == ("channel.partner-busy", 300)
    with jpn.database.read() as connection:
        assert connection.execute(sa.select(channel.ENVELOPES_IN)).first() is None
        assert channel.lane_state(connection, "GBR", "bulk", "in").next_seq == 1
    within(gbr, jpn, GENEROUS)
    assert sync(gbr, "JPN") == 1


def test_the_urgent_lane_has_a_reserve(pair):
    gbr, jpn = pair
    tight = within(gbr, jpn, Quota(mib=10))
    tight.database.write(lambda c: channel.add_usage(c, "GBR", objects=0, size=10 << 20))
    sealed(gbr, Lane.URGENT)
    assert push(gbr, "JPN", Lane.URGENT)
    tight.database.write(lambda c: channel.add_usage(c, "GBR", objects=0, size=1 << 20))
    sealed(gbr, Lane.URGENT)
    with pytest.raises(BusyError):
        push(gbr, "JPN", Lane.URGENT)


def test_a_partner_over_its_quota_is_an_alarm_and_takes_nothing_from_another(pair):
    _, jpn = pair
    tight = replace(jpn, quota=Quota(objects=5))
    tight.database.write(lambda c: channel.add_usage(c, "GBR", objects=5, size=0))
    (alarm,) = [each for each in alarms(tight) if each.reason.code == "health.over-quota"]
    assert alarm.reason.params == {"partner": "GBR", "what": "objects", "used": 5, "limit": 5}
    with tight.database.read() as connection:
        assert channel.usage(connection, "AUS") == Usage(objects=0, size=0)


def test_an_envelope_that_was_taken_in_is_answered_again_even_without_room(pair):
    gbr, jpn = pair
    envelope = sealed(gbr, Lane.BULK)
    push(gbr, "JPN", Lane.BULK)
    tight = replace(jpn, quota=Quota(mib=1))
    tight.database.write(lambda c: channel.add_usage(c, "GBR", objects=0, size=9 << 20))
    answer = accept(tight, gbr.anchor.tls_certificate, envelope.raw).body
    with gbr.database.read() as connection:
        assert channel.passage(connection, envelope.env_id).receipt == answer


def test_more_envelopes_a_minute_than_allowed_wait_and_urgent_ones_are_counted_apart(pair):
    gbr, jpn = pair
    tight = within(gbr, jpn, Quota(envelopes_a_minute=2))
    envelope = sealed(gbr, Lane.BULK)
    shown = gbr.anchor.tls_certificate
    for _ in range(2):
        assert accept(tight, shown, envelope.raw).kind == "stored-receipt"
    said = read_notice(accept(tight, shown, envelope.raw).body)
    assert said.code == "channel.too-fast"
    assert 0 < said.retry_s <= 31
    urgent = sealed(gbr, Lane.URGENT)
    assert accept(tight, shown, urgent.raw).kind == "stored-receipt"


def test_whoever_claims_to_be_a_partner_uses_up_nothing_of_its_share(pair):
    gbr, jpn = pair
    tight = within(gbr, jpn, Quota(envelopes_a_minute=1))
    envelope = sealed(gbr, Lane.BULK)
    for _ in range(5):
        assert read_notice(accept(tight, b"another", envelope.raw).body).code == "channel.wrong-certificate"
    assert push(gbr, "JPN", Lane.BULK)


def test_a_hint_cannot_put_a_sender_to_sleep(pair, monkeypatch):
    gbr, jpn = pair
    monkeypatch.setattr("tasuki.services.channel.quotas.FULL_S", 10**9)
    tight = within(gbr, jpn, Quota(mib=1))
    tight.database.write(lambda c: channel.add_usage(c, "GBR", objects=0, size=9 << 20))
    sealed(gbr, Lane.BULK)
    with pytest.raises(BusyError) as busy:
        push(gbr, "JPN", Lane.BULK)
    assert busy.value.after_s == LONGEST_HINT_S


def test_a_disk_that_is_full_is_answered_with_busy_and_acknowledges_nothing(pair, monkeypatch):
    gbr, jpn = pair
    envelope = sealed(gbr, Lane.URGENT)
    write = jpn.database.write

    def full(_work):
        raise WorldError(NO_SPACE.because(cause="database or disk is full"), retry=True)

    with monkeypatch.context() as patch:
        patch.setattr(jpn.database, "write", full)
        said = read_notice(accept(jpn, gbr.anchor.tls_certificate, envelope.raw).body)
    assert (said.code, said.retry_s) == ("channel.busy", 300)
    assert "disk" in said.en
    assert write == jpn.database.write
    assert push(gbr, "JPN", Lane.URGENT)


def test_bulk_leaves_the_disk_its_room(pair, monkeypatch):
    gbr, jpn = pair
    free = (512 << 20) - 1
    monkeypatch.setattr("tasuki.services.channel.quotas.shutil.disk_usage", lambda _: Room(free))
    sealed(gbr, Lane.BULK)
    with pytest.raises(BusyError):
        push(gbr, "JPN", Lane.BULK)
    sealed(gbr, Lane.URGENT)
    assert push(gbr, "JPN", Lane.URGENT)
    assert jpn.quota.free_mib == 512


class Room:
    """What a disk says of itself."""

    def __init__(self, free):
        self.free = free


def test_what_was_disposed_of_makes_room_once_it_is_counted_anew(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    jpn.database.write(lambda c: channel.add_usage(c, "GBR", objects=7, size=1 << 40))
    count_again(jpn, "GBR")
    with jpn.database.read() as connection:
        counted = channel.usage(connection, "GBR")
        receipts = [row.receipt for row in connection.execute(sa.select(channel.ENVELOPES_IN))]
        bodies = [row.body for row in connection.execute(sa.select(channel.MESSAGES_IN))]
    assert counted == Usage(objects=0, size=sum(map(len, [*receipts, *bodies])))


def test_a_mirror_that_is_as_large_as_it_may_be_takes_no_more_and_says_so(pair):
    gbr, jpn = pair
    send(gbr, "JPN", 2)
    within(gbr, jpn, Quota(mirror_leaves=1))
    ledger.cosign_with(gbr, "JPN")
    send(gbr, "JPN", 1)
    with pytest.raises(PeerError) as refused:
        ledger.cosign_with(gbr, "JPN")
    assert refused.value.reason.params["code"] == "channel.busy"
    (alarm,) = [each for each in alarms(replace(jpn, quota=Quota(mirror_leaves=1))) if "quota" in each.reason.code]
    assert alarm.reason.params["what"] == "mirror_leaves"
    within(gbr, jpn, GENEROUS)
    assert ledger.cosign_with(gbr, "JPN")


def test_lies_beyond_the_first_are_proved_already_and_kept_no_more(pair):
    gbr, jpn = pair
    shown = gbr.anchor.tls_certificate
    tight = replace(jpn, quota=Quota(evidence=2))
    first = sealed(gbr, Lane.BULK)
    accept(tight, shown, first.raw)
    forget = channel.ENVELOPES_OUT.delete(), channel.LANES.update().values(next_seq=1, prev=None)
    for _ in range(4):
        gbr.database.write(lambda c: [c.execute(each) for each in forget])
        said = read_notice(accept(tight, shown, sealed(gbr, Lane.BULK).raw).body)
        assert said.code == "channel.equivocation"
    with jpn.database.read() as connection:
        assert channel.equivocation_count(connection, "GBR") == 2
    assert partners.certificates(jpn)
