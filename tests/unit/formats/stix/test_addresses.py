# SPDX-License-Identifier: MIT
"""Which texts are addresses, by the RFCs the standard names."""

from __future__ import annotations

import pytest

from tasuki.formats.stix import addresses

FINE = {
    addresses.is_url: (
        "http://www.example.com/a?b#c",
        "hxxp://example.com",
        "mailto:a@example.com",
        "http://[2001:db8::1]:80/",
        "https://user:pw@host.example:1/",
        "urn:example:a",
        "http:",
        "http://a_b.example/%20",
    ),
    addresses.is_ipv4: ("192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "255.255.255.255/32"),
    addresses.is_ipv6: ("::", "fe80::1/128", "::ffff:192.0.2.1", "2001:db8::/32", "fe80:0:0:0:204:61ff:fe9d:f156/6"),
    addresses.is_mac: ("00:00:5e:00:53:01",),
    addresses.is_email: ("a@b.example", '"x y"@b.example', "a.b@[192.0.2.1]", "root@localhost"),
    addresses.is_domain: (
        "example.com",
        "example.com.",
        "日本.example",
        "xn--wgv71a.example",
        "a",
        "カタカナ・テスト.example",
        "straße.example",
        "a" * 63,
    ),
}
WRONG = {
    addresses.is_url: (
        "",
        "foo",
        "http://ex ample",
        "http://[::1",
        "http://日本/",
        "http://a/%zz",
        "http://a[.]example",
        "://x",
    ),
    addresses.is_ipv4: ("192.0.2.1/33", "192.0.2.1/01", "01.2.3.4", "1.2.3", "256.1.1.1", "1.2.3.4/", "1.2.3.4\n"),
    addresses.is_ipv6: ("foo", "::/129", "::/a", "::/", "1::2::3", "::1" + "0" * 200),
    addresses.is_mac: ("00:00:5E:00:53:01", "00-00-5e-00-53-01", "0:0:5e:0:53:1", "00:00:5e:00:53"),
    addresses.is_email: ("John <a@b.example>", "a", "a@", "@b", "a..b@c", "é@b.example"),
    addresses.is_domain: (
        "",
        "-a.example",
        "a_b.example",
        "a..b",
        "日本 .example",
        "xn--a.example",
        "r3---sn.example",
        "a" * 64,
        "Ä.example",
        "・・.example",
        "e\u0301.example",
        ".".join(["a" * 60] * 5),
    ),
}


@pytest.mark.parametrize(("judge", "text"), [(judge, text) for judge, texts in FINE.items() for text in texts])
def test_an_address_is_recognised(judge, text: str):
    assert judge(text)


@pytest.mark.parametrize(("judge", "text"), [(judge, text) for judge, texts in WRONG.items() for text in texts])
def test_what_is_no_address_is_not(judge, text: str):
    assert not judge(text)
