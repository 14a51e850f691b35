# SPDX-License-Identifier: MIT
"""Observables have the id their content gives them, and what we make is found again under the same id."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.stix.ids import OBSERVABLE_NAMESPACE, deterministic_id, own_id
from tasuki.formats.stix.tables import HASH_PREFERENCE

MD5, SHA1, SHA256 = "d41d8cd98f00b204e9800998ecf8427e", "a" * 40, "b" * 64


def test_the_name_is_the_canonical_json_of_what_contributes():
    expected = uuid.uuid5(OBSERVABLE_NAMESPACE, '{"value":"203.0.113.9"}')
    assert deterministic_id({"type": "ipv4-addr", "value": "203.0.113.9"}) == f"ipv4-addr--{expected}"


@given(st.text(max_size=30), st.text(max_size=30), st.booleans())
def test_what_does_not_contribute_changes_no_id(value, comment, defanged):
    plain = {"type": "url", "value": value}
    assert deterministic_id({**plain, "x_comment": comment, "defanged": defanged}) == deterministic_id(plain)


@given(st.text(max_size=30), st.text(max_size=30))
def test_other_content_gives_another_id(one, other):
    ids = [deterministic_id({"type": "mutex", "name": name}) for name in (one, other)]
    assert (ids[0] == ids[1]) is (one == other)


def test_one_hash_of_several_contributes():
    whole = {"MD5": MD5, "SHA-1": SHA1, "SHA-256": SHA256}
    for position, name in enumerate(HASH_PREFERENCE[:3]):
        rest = {each: whole[each] for each in HASH_PREFERENCE[position:3]}
        alone = {name: whole[name]}
        assert deterministic_id({"type": "file", "hashes": rest}) == deterministic_id({"type": "file", "hashes": alone})


def test_of_unlisted_hashes_the_first_by_name_contributes():
    many = {"type": "file", "hashes": {"TLSH": "t", "SSDEEP": "s"}}
    assert deterministic_id(many) == deterministic_id({"type": "file", "hashes": {"SSDEEP": "s"}})


def test_zeros_after_the_second_change_no_id():
    def traffic(start):
        return deterministic_id({"type": "network-traffic", "start": start, "protocols": ["tcp"]})

    assert traffic("2026-01-01T00:00:00.000Z") == traffic("2026-01-01T00:00:00Z")
    assert traffic("2026-01-01T00:00:00.100Z") != traffic("2026-01-01T00:00:00Z")


def test_where_nothing_contributes_the_standard_gives_a_random_id():
    assert deterministic_id({"type": "process", "pid": 7}) is None
    assert deterministic_id({"type": "file", "size": 7}) is None
    assert deterministic_id({"type": "x-custom", "value": "y"}) is None


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_our_own_ids_are_stable_and_differ_by_creator_and_content(creator, content, other):
    made = own_id("indicator", creator, content)
    assert made == own_id("indicator", creator, content)
    assert (made == own_id("indicator", creator, other)) is (content == other)
    assert (made == own_id("indicator", other, content)) is (creator == other)
    assert made.startswith("indicator--")
