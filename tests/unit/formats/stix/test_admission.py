# SPDX-License-Identifier: MIT
"""What can be held: a type, an id of that type, times and references one can follow; nothing more is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.reasons import Reason
from tasuki.base.time import parse_rfc3339, to_micros
from tasuki.formats.stix.admission import Admitted, admit

ID = "indicator--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01"
OTHER = "identity--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a02"
MARKING = "marking-definition--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a03"
PLAIN = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": ID,
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-02T00:00:00.000Z",
}


def test_an_object_is_known_by_id_version_and_references():
    admitted = admit({**PLAIN, "created_by_ref": OTHER, "object_marking_refs": [MARKING, MARKING]})
    assert isinstance(admitted, Admitted)
    assert (admitted.stix_id, admitted.type, admitted.spec_version) == (ID, "indicator", "2.1")
    assert admitted.version == to_micros(parse_rfc3339(PLAIN["modified"]))
    assert sorted(admitted.references) == sorted([OTHER, MARKING])


def test_the_version_is_modified_else_created_else_none():
    created = admit({key: value for key, value in PLAIN.items() if key != "modified"})
    assert created.version == to_micros(parse_rfc3339(PLAIN["created"]))
    observable = {"type": "url", "id": ID.replace("indicator", "url"), "value": "http://evil.example"}
    assert admit(observable).version is None


def test_without_a_version_of_stix_an_observable_is_2_1_and_anything_else_2_0():
    observable = {"type": "url", "id": ID.replace("indicator", "url"), "value": "http://evil.example"}
    assert admit(observable).spec_version == "2.1"
    assert admit({key: value for key, value in PLAIN.items() if key != "spec_version"}).spec_version == "2.0"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": 7}, "stix.type-missing"),
        ({"type": "malware"}, "stix.id-syntax"),
        ({"id": None}, "stix.id-syntax"),
        ({"id": "indicator--1"}, "stix.id-syntax"),
        ({"spec_version": "3.0"}, "stix.spec-version"),
        ({"spec_version": 2.1}, "stix.spec-version"),
        ({"created": 17}, "stix.timestamp"),
        ({"modified": "2026-02-30T00:00:00Z"}, "stix.timestamp"),
        ({"modified": "2026-01-02 00:00:00Z"}, "stix.timestamp"),
        ({"modified": "x" * 10**6}, "stix.timestamp"),
        ({"type": "bundle", "id": ID.replace("indicator", "bundle")}, "stix.not-in-bundle"),
    ],
)
def test_what_cannot_be_named_or_versioned_is_refused(change, code):
    refusal = admit({**PLAIN, **change})
    assert isinstance(refusal, Reason)
    assert refusal.code == code


@pytest.mark.parametrize("value", [None, True, 7, "text", [PLAIN]])
def test_what_is_no_object_is_refused(value):
    assert admit(value).code == "stix.not-an-object"


def test_a_reference_that_leads_nowhere_is_refused():
    refusal = admit({**PLAIN, "created_by_ref": "nobody"})
    assert refusal.code == "stix.reference"


def test_numbers_within_an_observed_data_of_2_0_are_no_references():
    contained = {"0": {"type": "network-traffic", "src_ref": "1"}}
    admitted = admit(
        {**PLAIN, "type": "observed-data", "id": ID.replace("indicator", "observed-data"), "objects": contained}
    )
    assert isinstance(admitted, Admitted)
    assert admitted.references == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just(OTHER),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a_ref", "a_refs", "x", "type", "id"]), inner, max_size=3)
    ),
    max_leaves=9,
)


@given(VALUES | st.dictionaries(st.sampled_from([*PLAIN, "a_ref", "a_refs"]), VALUES))
def test_any_value_is_admitted_or_refused(value):
    assert isinstance(admit(value), Admitted | Reason)
