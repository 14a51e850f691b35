# SPDX-License-Identifier: MIT
"""Timestamps, addresses and canonical comparisons."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.addresses import read_network
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


@given(st.ip_addresses(), st.integers(0, 128))
def test_networks_are_read_as_the_standard_library_reads_them(address: object, prefix: int):
    bits = 32 if ":" not in str(address) else 128
    text = f"{address}/{min(prefix, bits)}"
    expected = ip_network(text, strict=False)
    found = read_network(text)
    assert found is not None
    assert (found.address, found.prefix) == (int(expected.network_address), expected.prefixlen)
    assert found.within(found)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32), st.integers(0, 32))
def test_a_network_lies_within_another_as_the_standard_library_says(one: object, other: object, short: int, long: int):
    first, second = f"{one}/{short}", f"{other}/{long}"
    expected = ip_network(first, strict=False).subnet_of(ip_network(second, strict=False))
    found, around = read_network(first), read_network(second)
    assert found is not None
    assert around is not None
    assert found.within(around) is expected


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7/32", "198.51.100.7"),
        ("198.051.100.007/24", None),
        ("198.51.100.07/24", "198.51.100.0/24"),
        ("2001:DB8::0:1/128", "2001:db8::1"),
        ("198.51.100.256", None),
        ("198.51.100", None),
        ("198.51.100.7/33", None),
        ("198.51.100.7/", None),
        ("fe80::1%eth0", None),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.7"),
        ("1" * 100, None),
        ("nowhere", None),
    ],
)
def test_a_network_has_one_text(text: str, written: str | None):
    found = read_network(text)
    assert (None if found is None else str(found)) == written
