# SPDX-License-Identifier: MIT
"""What one partner may use: bulk stops at the quota, urgent has a reserve, a bucket fills with time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasuki.core.channel.quotas import Bucket, Over, Quota, Usage, crowded, over, take

MIB = 1 << 20
QUOTA = Quota(objects=100, mib=200, free_mib=80)


@pytest.mark.parametrize(
    ("objects", "mib", "bulk", "urgent"),
    [
        (99, 199, None, None),
        (100, 0, Over(what="objects", used=100, limit=100), None),
        (109, 0, Over(what="objects", used=109, limit=100), None),
        (110, 0, Over(what="objects", used=110, limit=100), Over(what="objects", used=110, limit=100)),
        (0, 200, Over(what="mib", used=200, limit=200), None),
        (0, 219, Over(what="mib", used=219, limit=200), None),
        (0, 220, Over(what="mib", used=220, limit=200), Over(what="mib", used=220, limit=200)),
    ],
)
def test_bulk_stops_at_the_quota_and_urgent_a_tenth_later(objects, mib, bulk, urgent):
    usage = Usage(objects=objects, size=mib * MIB)
    assert over(usage, 0, QUOTA, urgent=False) == bulk
    assert over(usage, 0, QUOTA, urgent=True) == urgent


def test_what_comes_counts_before_it_is_kept():
    usage = Usage(objects=0, size=199 * MIB)
    assert over(usage, MIB - 1, QUOTA, urgent=False) is None
    assert over(usage, MIB, QUOTA, urgent=False) == Over(what="mib", used=200, limit=200)


@pytest.mark.parametrize(
    ("free", "bulk", "urgent"),
    [
        (80, None, None),
        (79, 80, None),
        (10, 80, None),
        (9, 80, 10),
    ],
)
def test_bulk_leaves_the_node_its_room_and_urgent_an_eighth_of_it(free, bulk, urgent):
    for limit, lane in ((bulk, False), (urgent, True)):
        expected = None if limit is None else Over(what="free_mib", used=free, limit=limit)
        assert crowded(free * MIB, 0, QUOTA, urgent=lane) == expected


def test_an_envelope_needs_twice_its_size_and_no_room_is_never_less_than_none():
    assert crowded(84 * MIB, 2 * MIB, QUOTA, urgent=False) is None
    assert crowded(84 * MIB, 2 * MIB + 1, QUOTA, urgent=False) == Over(what="free_mib", used=79, limit=80)
    assert crowded(0, MIB, QUOTA, urgent=False) == Over(what="free_mib", used=0, limit=80)


def test_a_full_bucket_gives_a_minutes_worth_at_once_and_then_one_at_a_time():
    bucket = None
    for _ in range(60):
        bucket, seconds = take(bucket, 60, 0.0)
        assert seconds == 0
    bucket, seconds = take(bucket, 60, 0.0)
    assert seconds == 1
    assert bucket == Bucket(level=0, at=0.0)
    bucket, seconds = take(bucket, 60, 1.0)
    assert seconds == 0
    assert take(bucket, 6, 1.0)[1] == 10


def test_a_clock_that_goes_back_fills_nothing():
    bucket, seconds = take(Bucket(level=0.5, at=100.0), 60, 50.0)
    assert (bucket.level, seconds) == (0.5, 1)


@settings(deadline=None)
@given(st.integers(1, 600), st.lists(st.floats(0, 30), max_size=60))
def test_no_partner_ever_gets_more_than_a_bucket_and_what_flowed_into_it(a_minute, pauses):
    bucket, now, taken = None, 0.0, 0
    for pause in pauses:
        now += pause
        bucket, seconds = take(bucket, a_minute, now)
        taken += seconds == 0
        assert 0 <= bucket.level <= a_minute
        if seconds:
            # Whoever waits as long as it was told gets through.
            assert take(bucket, a_minute, now + seconds)[1] == 0
    assert taken <= a_minute + now * a_minute / 60 + 1e-6
