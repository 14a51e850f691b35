# SPDX-License-Identifier: MIT
"""Addresses and networks: read as the standard library reads them, and written one way."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.addresses import read_network


@given(st.ip_addresses(), st.integers(0, 128))
def test_networks_are_read_as_the_standard_library_reads_them(address: object, prefix: int):
    bits = 32 if ":" not in str(address) else 128
    text = f"{address}/{min(prefix, bits)}"
    expected = ip_network(text, strict=False)
    found = read_network(text)
    assert found is not None
    assert (found.address, found.prefix) == (int(expected.network_address), expected.prefixlen)
    assert found.within(found)


@given(st.sampled_from([4, 6]), st.data())
def test_a_network_lies_within_another_as_the_standard_library_says(version: int, data: st.DataObject):
    bits = {4: 32, 6: 128}[version]
    one, other = (data.draw(st.integers(0, 3)) << data.draw(st.integers(0, bits - 2)) for _ in range(2))
    width = {4: "{}.{}.{}.{}", 6: None}[version]
    texts = [
        width.format(*each.to_bytes(4, "big")) if width else each.to_bytes(16, "big").hex(":", 2)
        for each in (one, other)
    ]
    first, second = (f"{text}/{data.draw(st.integers(0, bits))}" for text in texts)
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


def test_versions_hold_nothing_of_each_other():
    every, other = read_network("0.0.0.0/0"), read_network("::/0")
    assert every is not None
    assert other is not None
    assert not every.within(other)
    assert not other.within(every)
    mapped = read_network("::ffff:198.51.100.7")
    assert mapped is not None
    assert mapped.within(other)
    assert not mapped.within(every)


@given(st.text(max_size=80) | st.text("0123456789abcdef.:/%", max_size=45))
def test_no_text_breaks_the_reading_and_what_is_written_reads_back(text: str):
    found = read_network(text)
    if found is not None:
        assert read_network(str(found)) == found
