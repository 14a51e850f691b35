# SPDX-License-Identifier: MIT
"""Testing one value against a constant: the laws every operator keeps, for every type."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making_patterns import MOMENTS, constants
from tasuki.base.reasons import Reason
from tasuki.formats.patterns.comparing import equal_texts, holds_octets
from tasuki.formats.patterns.comparing import test_of as question_of
from tasuki.formats.patterns.errors import EvaluationError
from tasuki.formats.patterns.model import Comparison, Constant, Kind, Operator, Path

PATH = Path("x-thing", ("a",))
VALUES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.0, -2.0])
    | st.text(max_size=4)
    | st.sampled_from(MOMENTS)
    | st.binary(max_size=4)
    | st.just([1])
    | st.just({"a": 1})
)
CONSTANTS = st.sampled_from(list(Kind)).flatmap(constants)
ORDERED = st.sampled_from([kind for kind in Kind if kind is not Kind.BOOLEAN]).flatmap(constants)


def outcome(operator: Operator, value: Any, *listed: Constant, negated: bool = False) -> bool | str:
    found = question_of(Comparison(PATH, operator, listed, negated))(value)
    return found.code if isinstance(found, Reason) else found


@given(CONSTANTS, VALUES)
def test_unequal_is_not_equal_and_not_negates(constant: Constant, value: Any):
    equal = outcome(Operator.EQUAL, value, constant)
    unequal = outcome(Operator.NOT_EQUAL, value, constant)
    assert unequal == (equal if isinstance(equal, str) else not equal)
    for operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        plain, turned = (outcome(operator, value, constant, negated=negated) for negated in (False, True))
        assert turned == (plain if isinstance(plain, str) else not plain)


@given(ORDERED, VALUES)
def test_an_order_is_one_where_values_can_be_compared_and_nothing_elsewhere(constant: Constant, value: Any):
    less, most, equal, least, greater = (
        outcome(operator, value, constant)
        for operator in (Operator.LESS, Operator.AT_MOST, Operator.EQUAL, Operator.AT_LEAST, Operator.GREATER)
    )
    if isinstance(equal, str):
        assert {less, most, least, greater} == {equal}
    elif most or least:
        assert [less, equal, greater].count(True) == 1
        assert (most, least) == (less or equal, greater or equal)
    else:
        assert not any((less, equal, greater))


@given(st.sampled_from(list(Kind)).flatmap(lambda kind: st.lists(constants(kind), max_size=3)), VALUES)
def test_a_list_holds_what_equals_one_of_it(listed: list[Constant], value: Any):
    each = [outcome(Operator.EQUAL, value, constant) for constant in listed]
    found = outcome(Operator.IN, value, *listed)
    assert found == (each[0] if each and isinstance(each[0], str) else True in each)


def test_a_list_of_several_types_is_none():
    for listed in ((1, "x"), (True, 1), ("x", b"x")):
        kinds = {bool: Kind.BOOLEAN, int: Kind.INTEGER, str: Kind.STRING, bytes: Kind.HEX}
        mixed = [Constant(kinds[type(each)], each) for each in listed]
        with pytest.raises(EvaluationError):
            question_of(Comparison(PATH, Operator.IN, tuple(mixed)))
    assert outcome(Operator.IN, 2.5, Constant(Kind.INTEGER, 1), Constant(Kind.FLOAT, 2.5)) is True


@given(st.binary(max_size=4), st.binary(max_size=4))
def test_octets_compare_as_unsigned_octets_however_they_were_written(one: bytes, other: bytes):
    for kind, constant in ((Kind.HEX, other), (Kind.BINARY, other), (Kind.STRING, other.decode("latin-1"))):
        written = Constant(kind, constant)
        assert outcome(Operator.EQUAL, one, written) is (one == other)
        assert outcome(Operator.LESS, one, written) is (one < other)
        assert outcome(Operator.IN, one, written) is (one == other)


@given(st.text(max_size=3), st.text(max_size=3))
def test_texts_compare_by_code_point_and_are_not_normalised(one: str, other: str):
    written = Constant(Kind.STRING, other)
    assert outcome(Operator.LESS, one, written) is (list(map(ord, one)) < list(map(ord, other)))
    assert outcome(Operator.EQUAL, one, written) is (one == other)


def test_the_order_of_the_example_in_the_standard():
    listed = ["o", "oz", "o\u0300", "z", "\u00f2"]
    for smaller, larger in pairwise(listed):
        assert outcome(Operator.LESS, smaller, Constant(Kind.STRING, larger)) is True
        assert outcome(Operator.GREATER, larger, Constant(Kind.STRING, smaller)) is True


@given(st.text(max_size=6), st.sampled_from(["%", "a%", "_", "%a_", "é", "e\u0301"]))
@settings(deadline=None)
def test_like_and_matches_take_either_form_of_a_letter(value: str, pattern: str):
    for operator in (Operator.LIKE, Operator.MATCHES):
        forms = {
            outcome(
                operator,
                unicodedata.normalize(form, value),
                Constant(Kind.STRING, unicodedata.normalize(other, pattern)),
            )
            for form in ("NFC", "NFD")
            for other in ("NFC", "NFD")
        }
        assert len(forms) == 1


def test_a_timestamp_says_what_is_no_time():
    constant = Constant(Kind.TIMESTAMP, MOMENTS[0])
    for operator in (Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS):
        assert outcome(operator, "yesterday", constant) == "patterns.bad-data-timestamp"
        assert outcome(operator, "yesterday", constant, negated=True) == "patterns.bad-data-timestamp"
    assert outcome(Operator.IN, "yesterday", constant) == "patterns.bad-data-timestamp"
    assert outcome(Operator.EQUAL, 5, constant) is False


def test_networks_say_what_is_no_address():
    constant = Constant(Kind.STRING, "198.51.100.0/24")
    assert outcome(Operator.ISSUBSET, "nowhere", constant) == "patterns.bad-data-address"
    assert outcome(Operator.ISSUBSET, "x" * 1000, constant) == "patterns.bad-data-address"
    assert outcome(Operator.ISSUBSET, 5, constant) is False
    assert outcome(Operator.ISSUBSET, 5, constant, negated=True) is True


def test_texts_of_equalities_are_known_and_of_nothing_else():
    text, number = Constant(Kind.STRING, "x"), Constant(Kind.INTEGER, 1)
    equal = Comparison(PATH, Operator.EQUAL, (text,))
    assert equal_texts(equal) == ("x",)
    assert equal_texts(Comparison(PATH, Operator.IN, (text, text))) == ("x", "x")
    assert equal_texts(Comparison(PATH, Operator.IN, ())) == ()
    for change in ({"negated": True}, {"constants": (number,)}, {"operator": Operator.NOT_EQUAL}):
        assert equal_texts(msgspec.structs.replace(equal, **change)) is None


def test_names_say_that_they_hold_octets():
    assert [holds_octets(step) for step in ("a_hex", "a_bin", "a", 0, None)] == [True, True, False, False, False]
