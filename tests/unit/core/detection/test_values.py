# SPDX-License-Identifier: MIT
"""Values are compared as docs/spec/hits.md says, row by row, and no text of a stranger takes long."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.core.detection.values import (
    MAX_TEXT,
    address_of,
    domain_key,
    indicator_key,
    network_key,
    network_of,
    proofs,
    request_keys,
    split_port,
    url_key,
    width,
    width_of,
)

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "telemetry" / "hits.json").read_text("utf-8"))
WIDTHS = {4: [width(4, prefix) for prefix in range(1, 32)], 6: [width(6, prefix) for prefix in range(1, 128)]}


def case(kind, value, text, hit):
    return pytest.param(kind, value, text, hit, id=ascii(f"{kind}-{value}-{text[:40]}-{hit}"))


ROWS = [
    case(each["kind"], each["value"], text, hit)
    for each in VECTORS["cases"]
    for hit in (True, False)
    for text in each["hit" if hit else "miss"]
]


@pytest.mark.parametrize(("kind", "value", "text", "hit"), ROWS)
def test_every_row_of_the_specification_holds(kind, value, text, hit):
    key = indicator_key(kind, value)
    assert (key is not None and key in set(proofs(text, WIDTHS))) is hit


@pytest.mark.parametrize("row", VECTORS["requests"], ids=lambda row: f"{row['value']}-{row['host']}{row['path']}")
def test_a_url_told_in_two_fields_is_one(row):
    assert (indicator_key("url", row["value"]) in request_keys(row["host"], row["path"])) is row["hit"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ipv4", "0.0.0.0/0"),
        ("ipv6", "::/0"),
        ("domain", "com"),
        ("domain", "co.uk"),
        ("domain", "example"),
        ("domain", "a..example"),
        ("domain", "." * 300),
        ("domain", "a b.example"),
        ("domain", "x" * 64 + ".example"),
        ("domain", ""),
        ("url", ""),
        ("url", "http://"),
        ("url", "http:///path"),
        ("url", "http://evil.example/" + "a" * MAX_TEXT),
        ("email", "@evil.example"),
        ("email", "a@localhost"),
        ("md5", "d41d"),
        ("sha256", "g" * 64),
    ],
    ids=lambda value: ascii(value[:30]),
)
def test_what_is_no_value_of_its_class_or_too_wide_is_found_by_nothing(kind, value):
    assert indicator_key(kind, value) is None


@given(st.integers(1, 32), st.integers(0, 2**32 - 1))
def test_the_number_of_a_network_tells_its_width(prefix, first):
    assert width_of(network_key(4, prefix, first)) == (4, prefix)
    assert width_of(network_key(6, prefix + 96, first)) == (6, prefix + 96)


@given(st.ip_addresses())
def test_an_address_is_what_it_is_in_any_spelling(address):
    version, number = address_of(str(address).upper()) or (0, 0)
    assert (version, number) == (address.version, int(address)) or getattr(address, "ipv4_mapped", None)
    assert address_of(address.exploded) == (version, number)


@given(st.from_regex(r"[0-9a-fA-F.:%/\[\]]{0,45}", fullmatch=True))
def test_nothing_that_looks_like_an_address_raises(text):
    for version, prefix, first in filter(None, [network_of(text)]):
        assert 0 <= prefix <= {4: 32, 6: 128}[version]
        assert first >= 0
    assert address_of(text) is None or text


@given(st.text())
def test_no_text_raises_and_what_it_proves_is_found_again(text):
    keys = list(proofs(text, WIDTHS))
    assert keys == list(proofs(text, WIDTHS))
    assert all(isinstance(key, int) or key == key.lower() or "/" in key for key in keys)
    indicator_key("domain", text)
    indicator_key("url", text)
    indicator_key("email", text)
    url_key(text)
    split_port(text)


@given(st.lists(st.sampled_from(["evil", "a", "xn--wgv71a", "日本", "EXAMPLE", "b-c"]), min_size=2, max_size=6))
def test_a_domain_has_one_form(labels):
    name = ".".join(labels)
    key = domain_key(name)
    assert key is not None
    assert key == domain_key(key) == domain_key(name.upper() + ".")
    assert key.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "a." * 1_000_000,
        "a@" * 1_000_000,
        "=" * 2_000_000,
        "," * 1_000_000 + "=",
        "http://" + "a." * 500_000 + "/",
        "http://h/" + "@" * 1_000_000,
        "[" * 1_000_000,
        ":" * 1_000_000,
        "ß." * 500_000,
        "<a@b.example>," * 70_000,
    ],
    ids=lambda text: f"{len(text)}-{text[:6]}",
)
def test_giant_texts_are_looked_at_in_linear_time(text):
    assert len(proofs(text, WIDTHS)) < 1_000_000


def test_international_names_agree_with_the_vectors_of_the_web(data):
    rows = json.loads((data / "url-idna" / "toascii.json").read_text("utf-8"))
    judged = agreed = 0
    for row in rows:
        if isinstance(row, dict) and row.get("output") and "." in row["output"]:
            key = domain_key(row["input"])
            judged += key is not None
            agreed += key == row["output"].removesuffix(".")
    assert judged >= 30
    assert agreed == judged
