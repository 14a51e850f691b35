# SPDX-License-Identifier: MIT
"""The header: one spelling, every field in its form."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making_channel import NOW, envelope
from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.formats.envelope.header import FIELDS, header_json, read_header, seal_info, write_header

HEADER = envelope().header
JSON = header_json(HEADER)


def code_of(raw):
    with pytest.raises(PeerError) as refused:
        read_header(raw)
    return refused.value.reason.code


@given(
    seq=st.integers(1, 2**53 - 1),
    epoch=st.integers(1, 2**53 - 1),
    prev=st.one_of(st.none(), st.just("a" * 64)),
    not_after=st.one_of(st.none(), st.just(NOW + timedelta(days=1))),
    label=st.one_of(st.none(), st.text(max_size=64).filter(lambda text: text.isprintable())),
    crit=st.sets(st.sampled_from(["alpha", "beta", "gamma_2"])),
)
def test_what_is_written_is_read(seq, epoch, prev, not_after, label, crit):
    made = replace(HEADER, seq=seq, epoch=epoch, prev=prev, not_after=not_after, label=label, crit=tuple(sorted(crit)))
    read, value = read_header(write_header(made))
    assert read == made
    assert value == header_json(made)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_no_field_may_be_missing(field):
    assert code_of(canonical({name: value for name, value in JSON.items() if name != field})) == "envelope.bad-field"


WRONG = {
    "v": [0, -1, 1.5, "1", True, None],
    "suite": [0, "1"],
    "type": ["", "Objects", "a b", 1, "x" * 33],
    "env_id": ["", "x", HEADER.env_id.upper(), HEADER.env_id.replace("-", ""), None],
    "from": ["GBR", "GBR/", "gbr/x", 5, None],
    "to": ["JPN", [], "JPN/jpn-1 "],
    "lane": ["", None, "URGENT"],
    "epoch": [0, "1"],
    "seq": [0, -1, 2.5, None],
    "prev": ["", "a" * 63, "A" * 64, 0],
    "created": ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000+00:00", "yesterday", 0, None],
    "not_after": ["2026-03-01", 5],
    "in_reply_to": ["x", 5],
    "label": [5, "x" * 65],
    "policy": [None, "b" * 65],
    "payload_hash": [None, ""],
    "ct_hash": [None, "g" * 64],
    "ct_len": [-1, "5", None],
    "enc_key_id": [None, "a" * 31, "A" * 32],
    "sig_keys": [[], ["a" * 32], ["a" * 32] * 3, None, "a" * 32, ["a" * 32, 5]],
    "crit": [None, ["b", "a"], ["a", "a"], ["A"], [1], ["x"] * 17],
    "min_suite": [0, None],
}


CASES = [
    pytest.param(field, value, id=f"{field}-{number}")
    for field, values in WRONG.items()
    for number, value in enumerate(values)
]


@pytest.mark.parametrize(("field", "value"), CASES)
def test_a_field_of_another_form_is_refused(field, value):
    assert code_of(canonical({**JSON, field: value})) == "envelope.bad-field"


def test_every_field_has_a_wrong_case():
    assert set(WRONG) == FIELDS == set(JSON)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        json.dumps(JSON).encode(),
        canonical(JSON) + b" ",
        b" " + canonical(JSON),
        canonical(JSON)[:-1],
        canonical(JSON)[:-1] + b',"v":1}',
        b"\xef\xbb\xbf" + canonical(JSON),
    ],
    ids=range(10),
)
def test_another_spelling_is_refused(raw):
    assert code_of(raw) == "envelope.not-json"


def test_members_of_a_later_version_are_kept_and_bound():
    read, value = read_header(canonical({**JSON, "zone": "new", "v": 2}))
    assert read.version == 2
    assert value["zone"] == "new"
    assert seal_info(value) != seal_info({**JSON, "v": 2})


def test_info_leaves_out_only_the_ciphertext_fields():
    changed = {**JSON, "ct_hash": "f" * 64, "ct_len": 9}
    assert seal_info(changed) == seal_info(JSON)
    for field in sorted(FIELDS - {"ct_hash", "ct_len"}):
        assert seal_info({**JSON, field: "other"}) != seal_info(JSON)
