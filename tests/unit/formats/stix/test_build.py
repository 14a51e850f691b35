# SPDX-License-Identifier: MIT
"""What we make is valid STIX 2.1 in canonical bytes, and its patterns mean the value they were made of."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.canonical import canonical
from tasuki.formats.patterns.parser import parse
from tasuki.formats.patterns.simple import read_simple
from tasuki.formats.stix.build import (
    BUNDLE_NEXT,
    BUNDLE_TAIL,
    PATTERNS,
    bundle,
    bundle_head,
    caveat_definition,
    empty_bundle,
    identity,
    indicator,
    indicator_id,
    pattern_for,
)
from tasuki.formats.stix.extensions import CAVEAT
from tasuki.formats.stix.tlp import marking_id
from tasuki.formats.stix.validate import validate

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CREATOR = "identity--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01"
VALUES = {
    "ipv4": "203.0.113.9",
    "ipv6": "2001:db8::9",
    "cidr4": "203.0.113.0/24",
    "cidr6": "2001:db8::/32",
    "domain": "evil.example",
    "url": "http://evil.example/it's\\here",
    "email": "mallory@evil.example",
    "md5": "a" * 32,
    "sha1": "b" * 40,
    "sha256": "c" * 64,
    "sha512": "d" * 128,
}


def errors(raw):
    return [problem for problem in validate(json.loads(raw)) if problem.severity == "error"]


@pytest.mark.parametrize("kind", sorted(PATTERNS))
def test_an_indicator_of_every_class_is_valid_and_canonical(kind):
    raw = indicator(kind, VALUES[kind], creator=CREATOR, at=AT, markings=[marking_id("amber")])
    made = json.loads(raw)
    assert not errors(raw)
    assert raw == canonical(made)
    assert made["id"] == indicator_id(kind, VALUES[kind], creator=CREATOR)
    parse(made["pattern"])


@given(st.text(min_size=1, max_size=40))
def test_a_pattern_means_the_value_it_was_made_of(value):
    assert read_simple(pattern_for("url", value)) == [("url", value)]


def test_a_next_version_keeps_its_beginning():
    first = json.loads(indicator("domain", "evil.example", creator=CREATOR, at=AT))
    later = AT + timedelta(days=1)
    second = json.loads(indicator("domain", "evil.example", creator=CREATOR, at=later, since=AT, description="news"))
    same = ("id", "created", "valid_from", "pattern", "created_by_ref")
    assert [first[name] for name in same] == [second[name] for name in same]
    assert second["modified"] > first["modified"] == first["created"]


def test_empty_properties_are_left_out():
    made = json.loads(indicator("domain", "evil.example", creator=CREATOR, at=AT, description="", markings=()))
    assert not {"description", "object_marking_refs"} & made.keys()


def test_a_sector_is_a_class_of_organisations():
    raw = identity(CREATOR, "Sector: food", AT, markings=[marking_id("clear")], sectors=["food"])
    assert json.loads(raw)["identity_class"] == "class"
    assert json.loads(identity(CREATOR, "NCSC", AT, markings=[]))["identity_class"] == "organization"


@given(st.permutations(["JPN/nco:csirt", "GBR/ncsc:csirt", "JPN/npa:police"]))
def test_a_caveat_has_one_id_whatever_the_order_of_its_audiences(audiences):
    first = caveat_definition(sorted(audiences), creator=CREATOR, at=AT)
    assert caveat_definition([*audiences, audiences[0]], creator=CREATOR, at=AT) == first
    assert json.loads(first[1])["extensions"][CAVEAT]["releasable_to"] == sorted(audiences)
    assert not errors(first[1])


@given(st.lists(st.dictionaries(st.text(max_size=4), st.integers(), max_size=2), min_size=1, max_size=4))
def test_a_bundle_holds_exactly_the_bytes_given(objects):
    raws = [json.dumps(each, indent=1).encode() for each in objects]
    whole = b"".join(bundle("bundle--1", raws))
    assert json.loads(whole) == {"type": "bundle", "id": "bundle--1", "objects": objects}
    assert whole == bundle_head("bundle--1") + BUNDLE_NEXT.join(raws) + BUNDLE_TAIL


def test_a_bundle_of_nothing_has_no_empty_list():
    assert json.loads(empty_bundle("bundle--1")) == {"type": "bundle", "id": "bundle--1"}
