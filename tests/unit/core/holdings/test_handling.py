# SPDX-License-Identifier: MIT
"""A handling basis has one JSON form; what is not understood of it is refused, and what is unknown stays unknown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.base.time import from_micros
from tasuki.core.holdings.handling import BASES, UNKNOWN, handling_from_json, handling_to_json
from tasuki.core.holdings.model import HandlingBasis, PersonalData

TEXT = st.none() | st.text(max_size=20)
MOMENTS = st.none() | st.integers(0, 10**13).map(lambda millis: from_micros(millis * 1000))
HANDLING = st.builds(
    HandlingBasis,
    collection=TEXT,
    purpose=TEXT,
    permitted_use=st.lists(st.text(max_size=8), max_size=3).map(tuple),
    personal_data=st.sampled_from(PersonalData),
    dispose_by=MOMENTS,
)


@given(HANDLING)
def test_every_basis_is_read_as_it_was_written(basis):
    assert handling_from_json(handling_to_json(basis)) == basis


@pytest.mark.parametrize(
    "change",
    [
        {"collection": 7},
        {"permitted_use": "detect"},
        {"personal_data": "maybe"},
        {"dispose_by": "soon"},
        {"dispose_by": 17},
        {"more": True},
    ],
)
def test_what_is_not_understood_is_refused(change):
    with pytest.raises(InputError):
        handling_from_json({**handling_to_json(UNKNOWN), **change})


@pytest.mark.parametrize("value", [None, [], "open-source", {}])
def test_what_is_no_basis_is_refused(value):
    with pytest.raises(InputError):
        handling_from_json(value)


def test_every_named_basis_is_known_and_the_unknown_one_is_not():
    assert all(basis.is_known for basis in BASES.values())
    assert not UNKNOWN.is_known


@pytest.mark.parametrize(
    "change",
    [{"collection": None}, {"purpose": None}, {"permitted_use": ()}, {"personal_data": PersonalData.UNKNOWN}],
)
def test_one_unknown_part_makes_the_whole_unknown(change):
    assert not replace(BASES["open-source"], **change).is_known
