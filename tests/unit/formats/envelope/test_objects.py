# SPDX-License-Identifier: MIT
"""The payload of objects: bodies survive byte for byte, and nothing else gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.formats.envelope.objects import ObjectPart, read_objects, write_objects

ENTRY = {"label": {"tlp": 1}, "handling": {}, "originator": "GBR", "audience": "JPN"}
PARTS = [ObjectPart(entry=ENTRY, body=b'{"a": 1}'), ObjectPart(entry=ENTRY, body=b"{ }\n")]


def code_of(payload):
    with pytest.raises(PeerError) as refused:
        read_objects(payload)
    return refused.value.reason.code


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=20))
def test_bodies_arrive_byte_for_byte(bodies):
    read = read_objects(write_objects([ObjectPart(entry=ENTRY, body=body) for body in bodies]))
    assert [part.body for part in read] == bodies
    assert all(part.entry["label"] == {"tlp": 1} for part in read)


def test_a_body_that_is_not_the_one_listed_is_refused():
    payload = write_objects(PARTS)
    assert code_of(payload[:-1] + b" ") == "envelope.payload-bad"


def test_cut_or_longer_payloads_are_refused():
    payload = write_objects(PARTS)
    assert code_of(payload + b"x") == "envelope.payload-bad"
    for cut in (1, 3, 5, len(payload) - 1):
        assert code_of(payload[:cut]) in {"envelope.payload-bad", "envelope.not-json"}
    assert code_of(b"") == "envelope.payload-bad"


def test_a_manifest_that_is_no_manifest_is_refused():
    for manifest in ({}, {"objects": {}}, {"objects": [5]}, {"objects": [{"len": 0, "sha256": ""}]}):
        raw = canonical(manifest)
        assert code_of(len(raw).to_bytes(4, "big") + raw) == "envelope.bad-field"


def test_more_objects_than_a_batch_are_refused():
    many = [ObjectPart(entry={}, body=b"x")] * 1001
    assert code_of(write_objects(many)) == "envelope.bad-field"


def test_an_object_beyond_the_limit_is_refused():
    big = [ObjectPart(entry={}, body=bytes((1 << 20) + 1))]
    assert code_of(write_objects(big)) == "envelope.payload-bad"
