# SPDX-License-Identifier: MIT
"""A log's time is read to the microsecond in whatever form it is told, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.telemetry.record import Record, instant_of, written

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(4000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 its zone is given


@given(MOMENTS)
def test_seconds_and_iso_tell_the_same_moment(moment):
    micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert instant_of(f"{micros // 1_000_000}.{micros % 1_000_000:06d}") == moment
    assert instant_of(moment.isoformat()) == moment
    assert instant_of(moment.replace(tzinfo=None).isoformat()) == moment
    assert instant_of(moment.astimezone().isoformat()) == moment
    assert Record(1, moment.isoformat(), []).time == written(moment)


@given(MOMENTS)
def test_a_float_is_read_as_precisely_as_it_is(moment):
    read = instant_of(moment.timestamp())
    assert read is not None
    assert abs(read - moment) <= timedelta(microseconds=10)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.lists(st.integers())))
def test_nothing_a_log_says_raises(value):
    instant = instant_of(value)
    assert instant is None or instant.tzinfo is UTC


@pytest.mark.parametrize(
    "value", ["9" * 5000, "-" * 100, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", float("inf")]
)
def test_moments_nobody_can_hold_are_none(value):
    assert instant_of(value) is None
