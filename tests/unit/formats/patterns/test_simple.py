# SPDX-License-Identifier: MIT
"""The reader of simple patterns returns values only where the grammar and the meaning of the pattern are certain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.patterns.simple import MAX_PATTERN, read_simple
from tasuki.formats.stix.build import PATTERNS, pattern_for


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("[domain-name:value = 'a.example']", [("domain", "a.example")]),
        (" [ipv4-addr:value='192.0.2.1']\n", [("ipv4", "192.0.2.1")]),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", [("ipv4", "192.0.2.0/24")]),
        ("[ipv6-addr:value = '::1'] OR [url:value = 'http://x/']", [("ipv6", "::1"), ("url", "http://x/")]),
        (
            "[url:value = 'a' OR (email-addr:value = 'b' OR url:value = 'c')]",
            [("url", "a"), ("email", "b"), ("url", "c")],
        ),
        ("([url:value='a'] OR ([url:value='b']))OR[url:value='c']", [("url", "a"), ("url", "b"), ("url", "c")]),
        ("[domain-name:value IN ('a', 'b')]", [("domain", "a"), ("domain", "b")]),
        (f"[file:hashes.MD5 = '{'a' * 32}']", [("md5", "a" * 32)]),
        (
            f"[file:hashes.'SHA-1' = '{'A' * 40}' OR file:hashes.'SHA-256' IN ('{'0' * 64}')]",
            [("sha1", "A" * 40), ("sha256", "0" * 64)],
        ),
        (
            f"[file:hashes.sha1='{'a' * 40}'] OR [file:hashes.'SHA512'='{'b' * 128}']",
            [("sha1", "a" * 40), ("sha512", "b" * 128)],
        ),
        (f"[x509-certificate:hashes.'SHA-1' = '{'a' * 40}']", [("sha1", "a" * 40)]),
        (r"[url:value = 'it\'s \\ it']", [("url", r"it's \ it")]),
    ],
)
def test_values_joined_by_or_are_read(pattern, values):
    assert read_simple(pattern) == values


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        "[",
        "[]",
        "()",
        "[domain-name:value = 'a'",
        "domain-name:value = 'a'",
        "[domain-name:value = 'a']]",
        "[domain-name:value = 'a')",
        "([domain-name:value = 'a']",
        "[[domain-name:value = 'a']]",
        "[domain-name:value = 'a'] [domain-name:value = 'b']",
        "[domain-name:value = 'a' domain-name:value = 'b']",
        "[domain-name:value = 'a'] OR",
        "OR [domain-name:value = 'a']",
        "[OR domain-name:value = 'a']",
        "[domain-name:value = 'a' OR]",
        "[domain-name:value = 'a' AND domain-name:value = 'b']",
        "[domain-name:value = 'a'] AND [domain-name:value = 'b']",
        "[domain-name:value = 'a'] FOLLOWEDBY [domain-name:value = 'b']",
        "[domain-name:value = 'a'] WITHIN 5 SECONDS",
        "[domain-name:value = 'a'] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
        "[domain-name:value NOT = 'a']",
        "[NOT domain-name:value = 'a']",
        "[domain-name:value != 'a']",
        "[domain-name:value LIKE 'a%']",
        "[domain-name:value MATCHES 'a']",
        "[domain-name:value IN ()]",
        "[domain-name:value IN ('a',)]",
        "[domain-name:value IN ('a' 'b')]",
        "[domain-name:value IN ('a', 'b']",
        "[domain-name:value IN 'a']",
        "[domain-name:value ISSUBSET 'a']",
        "[domain-name:value = 1]",
        "[domain-name:value = t'2020-01-01T00:00:00Z']",
        '[domain-name:value = "a"]',
        r"[domain-name:value = 'a\b']",
        "[domain-name:value = 'a]",
        "[domain-name:value or = 'a']",
        "[domain-name:value = 'a' or url:value = 'b']",
        "[domain-name:Value = 'a']",
        "[DOMAIN-NAME:value = 'a']",
        f"[file:hashes.SHA-256 = '{'a' * 64}']",
        "[file:hashes.'SHA-256' = 'a']",
        f"[file:hashes.'SHA-256' = '{'g' * 64}']",
        f"[file:hashes.'SHA-256' IN ('{'a' * 64}', 'a')]",
        f"[file:hashes.'SHA3-256' = '{'a' * 64}']",
        "[file:name = 'a']",
        "[network-traffic:dst_ref.value = '192.0.2.1']",
        "[domain-name:resolves_to_refs[*].value = '192.0.2.1']",
        "[domain-name:value = 'a' /* comment */]",
        "[domain-name:value = 'a' OR mutex:name = 'b']",
        "[EXISTS domain-name:value]",
    ],
    ids=ascii,
)
def test_anything_else_is_not_guessed_at(pattern):
    assert read_simple(pattern) is None


@given(st.sampled_from(sorted(PATTERNS)), st.text(min_size=1, max_size=40))
def test_what_we_write_ourselves_is_read_back(kind, value):
    value = {"md5": "a" * 32, "sha1": "b" * 40, "sha256": "c" * 64, "sha512": "d" * 128}.get(kind, value)
    read = {"cidr4": "ipv4", "cidr6": "ipv6"}.get(kind, kind)
    assert read_simple(pattern_for(kind, value)) == [(read, value)]


@given(st.text("[]()'=\\ ORINAND,abdomain-name:value.", max_size=60))
def test_no_pattern_raises(pattern):
    values = read_simple(pattern)
    assert values is None or values


@pytest.mark.parametrize(
    "pattern",
    [
        "(" * MAX_PATTERN,
        "[" + "(" * (MAX_PATTERN - 1),
        "[domain-name:value = '" + "a" * (MAX_PATTERN - 22),
        "[domain-name:value = '" + "\\'" * (MAX_PATTERN // 2 - 12),
        " " * MAX_PATTERN,
        "[url:value IN (" + "'a'," * (MAX_PATTERN // 4 - 5),
        "x:" + "a." * (MAX_PATTERN // 2 - 1),
        "[url:value = 'a'" + " OR url:value = 'a'" * (MAX_PATTERN // 19 - 1),
        "[url:value='a']" * (MAX_PATTERN + 1),
    ],
    ids=lambda text: f"{len(text)}-{text[:12]}",
)
def test_long_nonsense_is_refused_in_linear_time(pattern):
    assert read_simple(pattern) is None


def test_patterns_of_the_wild_are_read_only_where_they_are_valid(data):
    rows = [
        json.loads(line) for line in (data / "stix-patterns-wild" / "patterns.jsonl").read_text("utf-8").splitlines()
    ]
    read = [row for row in rows if read_simple(row["pattern"]) is not None]
    assert len(read) > 0.65 * len(rows)
    assert [row for row in read if not row["valid"]] == []


def test_patterns_of_the_grammar_suite_are_read_only_where_they_are_valid(data):
    rows = json.loads((data / "stix-pattern-syntax" / "patterns.json").read_text("utf-8"))
    assert [row["id"] for row in rows if not row["valid"] and read_simple(row["pattern"]) is not None] == []
