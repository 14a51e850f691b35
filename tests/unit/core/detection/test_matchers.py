# SPDX-License-Identifier: MIT
"""The compiled set proves what brute force proves, whatever was added and removed before."""

import ipaddress
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brute_force
from tasuki.core.detection.matchers import CompiledSet, Kernel

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "telemetry" / "hits.json").read_text("utf-8"))
ID = "indicator--2f1c9d0e-8b1a-4f0e-9a54-6f1d0f3f7a01"

LABELS = st.sampled_from(["evil", "a", "www", "co", "jp", "example", "EVIL", "x-1", "_d", "bad"])
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
V4 = st.tuples(st.sampled_from([10, 192]), st.integers(0, 1), st.integers(0, 2), st.integers(0, 255)).map(
    lambda octets: ".".join(map(str, octets))
)
V6 = st.integers(0, 300).map(lambda n: str(ipaddress.IPv6Address((0x20010DB8 << 96) + n * 65537)))
HOSTS = st.one_of(NAMES, V4)
PATHS = st.sampled_from(["", "/", "/a", "/a?b=1", "/A", "?q", "/a/"])
PORTS = st.sampled_from(["", "", ":80", ":443", ":8080"])
SCHEMES = st.sampled_from(["http://", "https://", "HTTP://", "", "ftp://"])
URLS = st.tuples(SCHEMES, HOSTS, PORTS, PATHS).map("".join)
MAILS = st.tuples(st.sampled_from(["a", "B.c", "x+y"]), NAMES).map("@".join)
HASHES = st.tuples(st.sampled_from("ab0"), st.sampled_from([32, 40, 64, 128])).map(lambda pair: pair[0] * pair[1])
INDICATORS = st.one_of(
    st.tuples(st.just("domain"), NAMES),
    st.tuples(st.just("ipv4"), V4),
    st.tuples(st.just("ipv6"), V6),
    st.tuples(st.just("cidr4"), st.tuples(V4, st.integers(0, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}")),
    st.tuples(st.just("cidr6"), st.tuples(V6, st.integers(0, 128)).map(lambda pair: f"{pair[0]}/{pair[1]}")),
    st.tuples(st.just("url"), URLS),
    st.tuples(st.just("email"), MAILS),
    HASHES.map(lambda text: ({32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}[len(text)], text)),
)
TEXTS = st.one_of(
    NAMES,
    V4,
    V6,
    URLS,
    MAILS,
    HASHES.map(str.upper),
    st.tuples(HOSTS, PORTS).map("".join),
    st.tuples(st.text("ab <,", max_size=4), MAILS).map(lambda pair: f"{pair[0]} <{pair[1]}>"),
    st.tuples(V4, st.integers(1, 32)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
    st.text("a.:/@=[]10 %", max_size=12),
)
FIELDS = st.lists(st.tuples(st.sampled_from(["query", "host", "uri", "http.hostname", "http.url"]), TEXTS), max_size=6)


def compiled(indicators):
    made = CompiledSet()
    for number, (kind, value) in enumerate(indicators):
        made.add(str(number), [(kind, value)])
    return made


def expected(indicators, fields):
    found = set()
    for number, (kind, value) in enumerate(indicators):
        for name, text in fields:
            if brute_force.proves(kind, value, text):
                found.add((str(number), name, text))
        if kind == "url" and brute_force.is_url(value):
            for first, second in (("host", "uri"), ("http.hostname", "http.url")):
                host = next((text for name, text in fields if name == first), None)
                for name, text in fields:
                    is_path = name == second and text.startswith("/") and host is not None
                    if is_path and brute_force.proves_request(value, host, text):
                        found.add((str(number), name, text))
    return found


@settings(max_examples=250)
@given(st.lists(INDICATORS, max_size=8), FIELDS)
def test_a_record_proves_what_brute_force_proves(indicators, fields):
    found = Kernel(compiled(indicators)).match(fields)
    assert len(found) == len(set(found))
    assert set(found) == expected(indicators, fields)


@settings(max_examples=200)
@given(st.lists(INDICATORS, max_size=10), st.data(), FIELDS)
def test_what_was_removed_is_as_if_it_had_never_been_there(indicators, data, fields):
    made = compiled(indicators)
    kernel = Kernel(made)
    kernel.match(fields)
    gone = data.draw(st.sets(st.sampled_from(range(len(indicators))) if indicators else st.nothing()))
    for number in gone:
        made.remove(str(number))
    assert set(kernel.match(fields)) == {each for each in expected(indicators, fields) if int(each[0]) not in gone}


@settings(max_examples=100)
@given(st.lists(INDICATORS, max_size=10))
def test_an_emptied_set_keeps_nothing(indicators):
    made = compiled(indicators)
    for number in range(len(indicators)):
        made.remove(str(number))
    assert len(made) == 0
    assert (made._holders, made._keys, made.widths.get(4, []), made.widths.get(6, [])) == ({}, {}, [], [])


def test_brute_force_holds_to_the_specification():
    for row in VECTORS["cases"]:
        if not row["value"].isascii() or "xn--" in row["value"]:
            continue
        for text in row["hit"]:
            assert brute_force.proves(row["kind"], row["value"], text), (row["value"], text)
        for text in row["miss"]:
            assert not brute_force.proves(row["kind"], row["value"], text), (row["value"], text)
    for row in VECTORS["requests"]:
        assert brute_force.proves_request(row["value"], row["host"], row["path"]) is row["hit"], row


def test_a_pattern_is_compiled_where_it_says_no_more_than_values():
    made = CompiledSet()
    assert made.add_pattern(ID, "[domain-name:value = 'evil.example' OR ipv4-addr:value = '192.0.2.7']")
    assert made.of_text("192.0.2.7") == made.of_text("a.evil.example") == (ID,)
    assert ID in made
    assert len(made) == 1


@pytest.mark.parametrize(
    "pattern",
    [
        "[domain-name:value = 'evil.example' AND ipv4-addr:value = '192.0.2.7']",
        "[domain-name:value = 'co.jp']",
        "",
        "[",
    ],
)
def test_a_pattern_that_cannot_be_matched_is_counted_and_matches_nothing(pattern):
    made = CompiledSet()
    assert not made.add_pattern(ID, pattern)
    assert made.not_compiled == {ID}
    assert ID not in made
    made.remove(ID)
    assert not made.not_compiled


def test_of_several_values_the_good_ones_prove():
    made = CompiledSet()
    assert made.add_pattern(ID, "[domain-name:value = 'com' OR domain-name:value = 'evil.example']")
    assert made.of_text("good.com") == ()
    assert made.of_text("evil.example") == (ID,)


def test_adding_again_replaces():
    made = CompiledSet()
    made.add("x", [("domain", "old.example")])
    made.add("x", [("domain", "new.example"), ("ipv4", "192.0.2.0/24")])
    assert made.of_text("old.example") == ()
    assert made.of_text("new.example") == made.of_text("192.0.2.1") == ("x",)
    assert not made.add("x", [("domain", "")])
    assert made.of_text("new.example") == ()
    assert made.widths[4] == []


def test_two_indicators_share_a_value_and_part_again():
    made = CompiledSet()
    for name in ("x", "y", ID):
        made.add(name, [("domain", "evil.example")])
    assert made.of_text("evil.example") == ("x", "y", ID)
    assert made.remove("y")
    assert not made.remove("y")
    assert made.of_text("evil.example") == ("x", ID)
    made.remove(ID)
    assert made.of_text("evil.example") == ("x",)


@pytest.mark.parametrize(
    "name",
    [
        ID,
        ID.upper(),
        "indicator--2F1C9D0E-8b1a-4f0e-9a54-6f1d0f3f7a01",
        "indicator--0",
        "indicator---1",
        "indicator--",
        "indicator--2f1c9d0e8b1a4f0e9a546f1d0f3f7a01",
        "evil.example",
        "",
    ],
)
def test_an_indicator_is_called_exactly_as_it_was_named(name):
    made = CompiledSet()
    made.add(name, [("domain", "evil.example")])
    assert made.of_text("evil.example") == (name,)
    assert name in made
    assert made.remove(name)


def test_changes_reach_a_kernel_at_work():
    made = CompiledSet()
    kernel = Kernel(made)
    fields = [("query", "evil.example"), ("query", "evil.example"), ("other", "evil.example")]
    assert kernel.match(fields) == []
    made.add("x", [("domain", "evil.example")])
    assert kernel.match(fields) == [("x", "query", "evil.example"), ("x", "other", "evil.example")]
    made.remove("x")
    assert kernel.match(fields) == []


def test_a_kernel_forgets_before_it_grows(monkeypatch):
    monkeypatch.setattr("tasuki.core.detection.matchers._REMEMBERED", 10)
    made = CompiledSet()
    made.add("x", [("domain", "7.example")])
    kernel = Kernel(made)
    found = [kernel.match([("query", f"{number}.example")]) for number in range(100)]
    assert [bool(each) for each in found].count(True) == 1
    assert len(kernel._known) <= 10


def test_long_texts_are_asked_and_not_remembered():
    made = CompiledSet()
    made.add("x", [("email", "a@evil.example")])
    kernel = Kernel(made)
    text = "b@good.example, " * 100 + "a@evil.example"
    assert kernel.match([("to", text)]) == [("x", "to", text)]
    assert not kernel._known
