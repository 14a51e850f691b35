# SPDX-License-Identifier: MIT
"""Only what was made here is revised, and a version changes nothing that makes it a version."""

from dataclasses import replace

import pytest

from tasuki.core.holdings.handling import BASES, UNKNOWN
from tasuki.core.withdrawal.revising import differs, is_own_making, revoked_version

OBJECT = {
    "type": "indicator",
    "id": "indicator--00000000-0000-4000-8000-000000000001",
    "created": "2026-01-01T00:00:00Z",
    "modified": "2026-01-01T00:00:00Z",
    "name": "悪",
}


def test_what_was_found_elsewhere_is_not_of_our_making():
    assert {name for name, basis in BASES.items() if is_own_making(basis)} == {
        "own-sensor",
        "own-analysis",
        "victim-report",
    }
    assert not is_own_making(UNKNOWN)
    assert is_own_making(replace(BASES["own-sensor"], purpose="training"))


def test_a_revoked_version_is_the_same_otherwise():
    made = revoked_version(OBJECT, "2026-02-01T00:00:00.000Z")
    assert made == {**OBJECT, "modified": "2026-02-01T00:00:00.000Z", "revoked": True}
    assert "revoked" not in OBJECT


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"modified": "2027-01-01T00:00:00Z", "name": "better"}, None),
        ({"created": "2026-01-01T00:00:00.000Z"}, None),
        ({"created": "2026-01-01T00:00:00.001Z"}, "created"),
        ({"created": None}, "created"),
        ({"id": "indicator--00000000-0000-4000-8000-000000000002"}, "id"),
        ({"type": "malware"}, "type"),
        ({"created_by_ref": "identity--00000000-0000-4000-8000-000000000002"}, "created_by_ref"),
    ],
    ids=["better", "same moment", "later", "never", "id", "type", "maker"],
)
def test_a_version_is_told_from_another_object(change, member):
    assert differs(OBJECT, {**OBJECT, **change}) == member
