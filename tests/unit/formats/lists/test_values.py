# SPDX-License-Identifier: MIT
"""A bare value is classified by what it is, in linear time, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.core.detection.values import indicator_key
from tasuki.formats.lists.values import MAX_VALUE, classify


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("192.0.2.1", ("ipv4", "192.0.2.1")),
        (" 192.0.2.1:8080 ", ("ipv4", "192.0.2.1")),
        ("192.0.2.99/24", ("cidr4", "192.0.2.0/24")),
        ("2001:DB8::1", ("ipv6", "2001:db8::1")),
        ("[2001:db8::1]:443", ("ipv6", "2001:db8::1")),
        ("2001:db8::/32", ("cidr6", "2001:db8::/32")),
        ("Evil.Example.", ("domain", "evil.example")),
        ("*.evil.example", ("domain", "evil.example")),
        (".evil.example", ("domain", "evil.example")),
        ("日本.example", ("domain", "日本.example")),
        ("a_b.evil.example", ("domain", "a_b.evil.example")),
        ("http://Evil.example/A", ("url", "http://Evil.example/A")),
        ("evil.example/a b", None),
        ("evil.example/a", ("url", "evil.example/a")),
        ("evil.example:8080/a", ("url", "evil.example:8080/a")),
        ("192.0.2.1/x.sh", ("url", "192.0.2.1/x.sh")),
        ("192.0.2.1:81/x.sh", ("url", "192.0.2.1:81/x.sh")),
        ("A@evil.example", ("email", "A@evil.example")),
        ("a b@evil.example", None),
        ("a@b@evil.example", None),
        ("a@localhost", None),
        ("D" * 32, ("md5", "d" * 32)),
        ("0" * 40, ("sha1", "0" * 40)),
        ("0" * 64, ("sha256", "0" * 64)),
        ("0" * 128, ("sha512", "0" * 128)),
        ("0" * 33, None),
        ("evil", None),
        ("1.2.3", None),
        ("1.2.3.4.5", None),
        ("999.1.1.1", None),
        ("..", None),
        ("", None),
        ("/a/b", None),
        ("a" * MAX_VALUE + ".example", None),
        ("http://evil.example/" + "a" * MAX_VALUE, None),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_value_is_what_it_is(value, known):
    assert classify(value) == known


@pytest.mark.parametrize(
    "value", ["a@" + "b." * 4000, "a." * 4000, "-" * 8000, "x://" + " " * 8000, "1.1.1.1:" * 1000, "[" + ":" * 8000]
)
def test_hostile_values_end_quickly(value):
    assert classify(value) is None or len(value) <= MAX_VALUE


@given(st.from_regex(r"[a-z0-9.:/@*-]{1,40}", fullmatch=True))
def test_every_class_is_one_that_matchers_know(value):
    known = classify(value)
    if known is not None:
        indicator_key(*known)
        assert classify(known[1]) == known
