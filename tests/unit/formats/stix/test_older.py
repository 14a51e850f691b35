# SPDX-License-Identifier: MIT
"""STIX 2.0 seen as 2.1: a view of what is held, valid where the original was, and always the same."""

import copy
import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.stix.ids import deterministic_id
from tasuki.formats.stix.older import as_views, is_older
from tasuki.formats.stix.validate import is_valid, validate

OBSERVED = {
    "type": "observed-data",
    "id": "observed-data--5c7f3b1e-2f6a-4f0d-9a54-6f1d0f3f7a01",
    "created": "2020-01-08T21:16:45.805Z",
    "modified": "2020-01-08T21:16:45.805Z",
    "first_observed": "2019-11-16T13:31:25.354Z",
    "last_observed": "2019-11-16T13:31:25.354Z",
    "number_observed": 1,
    "objects": {
        "0": {"type": "directory", "path": "/usr/bin", "created": "2019-01-01T00:00:00Z", "contains_refs": ["1"]},
        "1": {"type": "file", "name": "sh", "parent_directory_ref": "0", "is_encrypted": False},
        "2": {"type": "process", "pid": 7, "name": "sh", "binary_ref": "1", "created": "2019-11-16T13:31:25Z"},
        "3": {"type": "ipv4-addr", "value": "203.0.113.9"},
        "4": {"type": "network-traffic", "src_ref": "3", "protocols": ["tcp"]},
    },
}


def view_of(contained, **more):
    return as_views({**OBSERVED, "objects": contained, **more})


def test_the_numbered_objects_become_observables_with_ids():
    view, directory, file, process, address, traffic = as_views(OBSERVED)
    assert "objects" not in view
    assert view["object_refs"] == [each["id"] for each in (directory, file, process, address, traffic)]
    assert directory["contains_refs"] == [file["id"]]
    assert file["parent_directory_ref"] == directory["id"]
    assert process["image_ref"] == file["id"]
    assert traffic["src_ref"] == address["id"]
    assert all(is_valid(validate(each)) for each in as_views(OBSERVED))


def test_properties_have_their_new_names_and_none_is_lost():
    _, directory, file, process, *_ = as_views(OBSERVED)
    assert directory["ctime"] == "2019-01-01T00:00:00Z"
    assert process["created_time"] == "2019-11-16T13:31:25Z"
    assert process["x_stix_2_0_name"] == "sh"
    assert file["x_stix_2_0_is_encrypted"] is False


def test_ids_are_those_the_standard_derives_from_resolved_references():
    _, _, file, _, address, traffic = as_views(OBSERVED)
    assert address["id"] == deterministic_id({"type": "ipv4-addr", "value": "203.0.113.9"})
    assert file["id"] == deterministic_id(file)
    assert traffic["id"] == deterministic_id(traffic)


def test_a_view_leaves_the_original_alone_and_is_always_the_same():
    before = copy.deepcopy(OBSERVED)
    assert as_views(OBSERVED) == as_views(before)
    assert before == OBSERVED


def test_a_circle_of_references_has_ids_too():
    _, one, other = view_of(
        {
            "0": {"type": "network-traffic", "protocols": ["ip"], "src_ref": "1"},
            "1": {"type": "network-traffic", "protocols": ["ip"], "src_ref": "0"},
        }
    )
    assert (one["src_ref"], other["src_ref"]) == (other["id"], one["id"])


def test_a_long_chain_of_references_costs_no_stack():
    count = 3000
    chain = {str(n): {"type": "file", "name": f"f{n}", "parent_directory_ref": str(n + 1)} for n in range(count - 1)}
    views = view_of({**chain, str(count - 1): {"type": "directory", "path": "/"}})
    assert len({each["id"] for each in views}) == count + 1


def test_markings_of_the_whole_hold_for_its_observables():
    marking = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
    _, address = view_of({"0": OBSERVED["objects"]["3"]}, object_marking_refs=[marking])
    assert address["object_marking_refs"] == [marking]


def test_a_marking_of_a_part_that_is_no_part_any_more_holds_for_everything():
    amber = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
    granular = [
        {"selectors": ["objects.0.value"], "marking_ref": amber},
        {"selectors": ["number_observed"], "marking_ref": amber},
    ]
    view, address = view_of({"0": OBSERVED["objects"]["3"]}, granular_markings=granular)
    assert view["object_marking_refs"] == address["object_marking_refs"] == [amber]
    assert view["granular_markings"] == granular[1:]


def test_labels_become_the_types_they_were():
    for kind, name in {"malware": "malware_types", "tool": "tool_types", "report": "report_types"}.items():
        (view,) = as_views({"type": kind, "labels": ["x"]})
        assert (view[name], "labels" in view) == (["x"], False)
    (campaign,) = as_views({"type": "campaign", "labels": ["x"]})
    assert campaign["labels"] == ["x"]


def test_what_2_1_requires_and_2_0_implied_is_said():
    (indicator,) = as_views({"type": "indicator", "pattern": "[a:b = 1]"})
    assert (indicator["pattern_type"], indicator["pattern_version"]) == ("stix", "2.0")
    (malware,) = as_views({"type": "malware"})
    assert malware["is_family"] is False


def test_2_1_is_seen_as_it_is():
    for obj in ({"type": "identity", "spec_version": "2.1"}, {"type": "file", "name": "x"}):
        assert not is_older(obj)
        assert as_views(obj) == (obj,)


JSON = st.recursive(
    st.none() | st.integers(0, 5) | st.sampled_from(["0", "1", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "a_ref", "a_refs", "name", "extensions"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON, st.dictionaries(st.sampled_from("0123"), JSON, max_size=4) | JSON)
def test_any_object_has_a_view(granular, contained):
    assert as_views({"type": "observed-data", "id": 7, "granular_markings": granular, "objects": contained})


def test_real_telemetry_is_valid_2_1_in_its_view(data):
    raw = gzip.decompress((data / "stix-observed-real" / "doctored-1k.json.gz").read_bytes())
    objects = json.loads(raw)["objects"]
    assert len(objects) > 900
    views = [view for obj in objects for view in as_views(obj)]
    assert all(is_valid(validate(view)) for view in views)
    known = {view["id"] for view in views}
    assert all(set(view["object_refs"]) <= known for view in views if view["type"] == "observed-data")


def test_real_reports_have_no_fault_in_the_view_that_they_had_not_before(data):
    for path in sorted((data / "stix-reports-unit42").glob("iocs*")):
        for obj in json.loads(path.read_bytes())["objects"]:
            if is_valid(validate(obj)):
                assert all(is_valid(validate(view)) for view in as_views(obj))
