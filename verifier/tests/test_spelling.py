# SPDX-License-Identifier: MIT
"""One spelling for each value: RFC 8785, and base64 without stray bits."""

import math

import pytest

from tasuki_verify.spelling import MAX_DEPTH, read_base64, read_object, spell
from tasuki_verify.words import WrongError

# RFC 8785, appendix B, and the borders between the forms of ECMAScript.
NUMBERS = {
    0.0: "0",
    5e-324: "5e-324",
    -5e-324: "-5e-324",
    1.7976931348623157e308: "1.7976931348623157e+308",
    9007199254740992.0: "9007199254740992",
    295147905179352830000.0: "295147905179352830000",
    9.999999999999997e22: "9.999999999999997e+22",
    1e23: "1e+23",
    1.0000000000000001e23: "1.0000000000000001e+23",
    999999999999999700000.0: "999999999999999700000",
    1e21: "1e+21",
    9.999999999999997e-7: "9.999999999999997e-7",
    1e-7: "1e-7",
    0.000001: "0.000001",
    333333333.33333325: "333333333.33333325",
    -123.5: "-123.5",
    4.5: "4.5",
    0.002: "0.002",
}


@pytest.mark.parametrize("number", NUMBERS, ids=NUMBERS.values())
def test_a_number_is_spelt_as_ecmascript_does(number):
    assert spell(number) == NUMBERS[number].encode()


def test_zero_has_no_sign():
    assert spell(-0.0) == b"0"


def test_members_are_sorted_by_utf_16_units():
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    assert spell(value).decode() == '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"\U0001f600":5,"\ufb33":3}'


def test_texts_are_escaped_only_where_they_have_to_be():
    assert spell('€$\x0f\nA\'B"\\\\"/\x7f\u2028') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'.encode()


@pytest.mark.parametrize("value", [2**53, -(2**53), math.inf, math.nan, "\ud800"])
def test_what_has_no_spelling_is_refused(value):
    with pytest.raises(ValueError, match=r"integer|finite|surrogates"):
        spell(value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b"{} ",
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":9007199254740992}',
        b'{"a":1.0}',
        b'{"a":-0}',
        b'{"a":"\\u0061"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\n"}',
        b"\xef\xbb\xbf{}",
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    ],
)
def test_what_could_be_written_otherwise_is_refused(raw):
    with pytest.raises(WrongError):
        read_object(raw)


def test_what_is_spelt_well_is_read():
    assert read_object(b'{"a":[1,1.5,1e+21,"\\""],"b":null}') == {"a": [1, 1.5, 1e21, '"'], "b": None}


def test_nesting_is_bounded_wherever_brackets_stand():
    inner = MAX_DEPTH - 1
    assert read_object(b'{"a":' + b"[" * inner + b"]" * inner + b"}")
    with pytest.raises(WrongError):
        read_object(b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}")
    brackets = "[" * 500 + '\\"' + "{" * 500
    assert read_object(f'{{"a":"{brackets}"}}'.encode())


@pytest.mark.parametrize("text", ["A", "AAA", "AB==", "AAAA=", "AA\n==", "_-==", "é", 1, None, "=A=="])
def test_base64_has_one_spelling(text):
    with pytest.raises(WrongError):
        read_base64(text, "it")


def test_base64_is_read():
    assert [read_base64(text, "it") for text in ("", "AA==", "AAE=", "AAEC")] == [b"", b"\0", b"\0\1", b"\0\1\2"]
