# SPDX-License-Identifier: MIT
"""Timestamps as texts that sort like time, and as whole nanoseconds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.moments import instant, sortable

moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(moments, moments)
def test_texts_of_moments_sort_like_moments(one: datetime, other: datetime):
    texts = [f"{at:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{at.microsecond:06d}Z" for at in (one, other)]
    first, second = (sortable(text) for text in texts)
    assert first is not None
    assert second is not None
    assert (first < second, first == second) == (one < other, one == other)
    numbers = [instant(text) for text in texts]
    assert (numbers[0] < numbers[1]) is (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T08:00:00",
        "2026-01-15t08:00:00Z",
        "2026-01-15T08:00:00z",
        "2026/01/15T08:00:00Z",
        "2026-01-15T08:00Z",
        "2026-01-15T08:00:61Z",
        "2026-01-15T24:00:00Z",
        "2026-02-29T08:00:00Z",
        "2026-04-31T08:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-15T08:00:00.Z",
        "2026-01-15T08:00:00+00:00",
        "２０２６-01-15T08:00:00Z",
        " 2026-01-15T08:00:00Z",
    ],
)
def test_what_is_no_timestamp_is_none(text: str):
    assert sortable(text) is None
    assert instant(text) is None


def test_equal_times_have_equal_texts_and_finer_digits_count():
    assert sortable("2024-02-29T08:00:00.500Z") == sortable("2024-02-29T08:00:00.5Z")
    assert sortable("2024-02-29T08:00:00.000Z") == sortable("2024-02-29T08:00:00Z")
    assert str(sortable("2024-02-29T23:59:60Z")) > str(sortable("2024-02-29T23:59:59.9Z"))
    assert str(sortable("2024-02-29T08:00:00.0000000000001Z")) > str(sortable("2024-02-29T08:00:00Z"))
    assert instant("1970-01-01T00:00:01.0000000019Z") == 1_000_000_001
