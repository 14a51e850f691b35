# SPDX-License-Identifier: MIT
"""Times, identifiers, names and languages, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_examples import extended
from tasuki.formats.stix import values
from tasuki.formats.stix.extensions_known import INCIDENT_CORE
from tasuki.formats.stix.languages import standing
from tasuki.formats.stix.validate import is_valid, validate


@pytest.mark.parametrize(
    ("text", "exists"),
    [
        ("2026-01-01T00:00:00Z", True),
        ("2024-02-29T00:00:00.000001Z", True),
        ("2000-02-29T00:00:00Z", True),
        ("2016-12-31T23:59:60Z", True),
        ("1900-02-29T00:00:00Z", False),
        ("2026-02-29T00:00:00Z", False),
        ("2026-04-31T00:00:00Z", False),
        ("2026-01-01T00:00:60Z", False),
        ("2026-01-01T24:00:00Z", False),
        ("2026-01-01T00:00:00.Z", False),
        ("2026-01-01t00:00:00z", False),
        ("2026-01-01T00:00:00+00:00", False),
        ("２026-01-01T00:00:00Z", False),
    ],
)
def test_a_timestamp_names_a_moment_that_exists(text: str, exists):
    assert values.is_timestamp(text) is exists


@given(st.datetimes(), st.datetimes())
def test_moments_compare_as_the_times_they_name(one, other):
    def written(moment) -> str:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}".rstrip("0").rstrip(".") + "Z"

    first, second = (f"{moment.year:04d}{written(moment)[written(moment).index('-') :]}" for moment in (one, other))
    assert (values.moment(first) < values.moment(second)) == (one < other)


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("cpe:2.3:a:x:y\\:z:1:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:x:y:z", False),
        ("cpe:/a:x", False),
        ("cpe:2.3:" + "\\:" * 9000, False),
    ],
)
def test_a_cpe_has_eleven_attributes(text: str, is_name):
    assert values.is_cpe(text) is is_name


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "registered"),
        ("ja-JP", "registered"),
        ("EN-gb", "registered"),
        ("zh-Hant-TW", "registered"),
        ("es-419", "registered"),
        ("bbb", "registered"),
        ("de-CH-1901", "registered"),
        ("en-a-bbb-x-a-ccc", "registered"),
        ("x-ours", "registered"),
        ("i-klingon", "registered"),
        ("qaa-Qaaa-XA", "registered"),
        ("eng", "replaced"),
        ("foo", "unknown"),
        ("en-ZY", "unknown"),
        ("en-Xyzw", "unknown"),
        ("español", "malformed"),
        ("a", "malformed"),
        ("en_GB", "malformed"),
        ("", "malformed"),
        ("en-" * 100, "malformed"),
    ],
)
def test_a_language_stands_as_the_registry_says(tag: str, expected: str):
    assert standing(tag) == expected


@pytest.mark.parametrize("term", ["confirmed", "successful-attempt", "low-value", "blocked", "suspected"])
def test_both_vocabularies_of_determination_are_read(term: str):
    body = {"extension_type": "property-extension", "determination": term, "investigation_status": "open"}
    assert is_valid(validate(extended("incident", INCIDENT_CORE, body)))
