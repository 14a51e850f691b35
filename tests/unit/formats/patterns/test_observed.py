# SPDX-License-Identifier: MIT
"""Reading observed data of both versions as evidence: what is shown, when, how often, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.reasons import Reason
from tasuki.formats.patterns.moments import instant
from tasuki.formats.patterns.observed import MAX_NUMBER, read_evidence, read_observed

Made = dict[str, Any]

WHEN = {
    "type": "observed-data",
    "id": "observed-data--1",
    "first_observed": "2026-01-15T08:00:00Z",
    "last_observed": "2026-01-15T08:00:01.5Z",
    "number_observed": 2,
}
ADDRESS = {"type": "ipv4-addr", "id": "ipv4-addr--1", "value": "198.51.100.7"}


def test_objects_of_2_1_are_looked_up_wherever_they_stand():
    observed = {**WHEN, "object_refs": [ADDRESS["id"], "file--gone"]}
    apart = read_evidence([{"type": "bundle", "objects": [observed]}, [ADDRESS]])
    together = read_evidence([{"type": "bundle", "objects": [ADDRESS, observed]}])
    assert apart == together
    (found,) = apart.observations
    assert (found.id, found.number, dict(found.objects)) == ("observed-data--1", 2, {ADDRESS["id"]: ADDRESS})
    assert (found.first, found.last) == (instant("2026-01-15T08:00:00Z"), instant("2026-01-15T08:00:01.5Z"))
    assert dict(found.by_type) == {"ipv4-addr": [ADDRESS]}


def test_objects_of_2_0_stand_in_the_observed_data():
    inner = {"0": {"type": "ipv4-addr", "value": "198.51.100.7"}, "1": "no object"}
    for kind in ("observed-data", "cybox-container"):
        (found,) = read_evidence([{**WHEN, "type": kind, "objects": inner}]).observations
        assert dict(found.objects) == {"0": inner["0"]}


def test_domain_objects_and_relationships_are_referred_to_and_not_looked_at():
    others = [{"type": kind, "id": f"{kind}--1"} for kind in ("malware", "relationship", "identity", "x-thing")]
    observed = {**WHEN, "object_refs": [each["id"] for each in others]}
    (found,) = read_evidence([*others, observed]).observations
    assert set(found.by_type) == {"x-thing"}
    assert len(found.objects) == len(others)


def test_objects_beside_object_refs_do_not_count():
    observed = {**WHEN, "object_refs": [], "objects": {"0": ADDRESS}}
    (found,) = read_evidence([observed, ADDRESS]).observations
    assert dict(found.by_type) == {}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"number_observed": 0}, "number_observed"),
        ({"number_observed": True}, "number_observed"),
        ({"number_observed": 1.0}, "number_observed"),
        ({"number_observed": MAX_NUMBER + 1}, "number_observed"),
        ({"number_observed": None}, "number_observed"),
        ({"first_observed": "yesterday"}, "first_observed"),
        ({"first_observed": None}, "first_observed"),
        ({"last_observed": "2026-01-15T07:59:59Z"}, "last_observed"),
        ({"last_observed": 5}, "last_observed"),
        ({"object_refs": "ipv4-addr--1"}, "object_refs"),
        ({"object_refs": None, "objects": []}, "object_refs"),
        ({"object_refs": None}, "object_refs"),
    ],
)
def test_observed_data_that_is_none_says_why(change: Made, name: str):
    found = read_observed({**WHEN, "object_refs": [], **change}, {})
    assert isinstance(found, Reason)
    assert found.params["name"] == name
    evidence = read_evidence([{**WHEN, "object_refs": [], **change}, {**WHEN, "object_refs": []}])
    assert len(evidence.observations) == len(evidence.problems) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "objects", "object_refs", "first_observed"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(st.lists(JSON | st.builds(lambda inner: {**WHEN, **inner} if isinstance(inner, dict) else inner, JSON)))
def test_any_documents_are_read(documents: list[Any]):
    evidence = read_evidence(documents)
    for observed in evidence.observations:
        assert observed.first <= observed.last
        assert observed.number >= 1
