# SPDX-License-Identifier: MIT
"""Strict JSON has one reading: the fast proof and the exact scanner agree, and every refusal names its place."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_SAFE_INTEGER
from tasuki.formats.json.scanner import scan
from tasuki.formats.json.strict import loads

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_written_strictly_is_read_back(value, ascii_only, indent):
    assert loads(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == value


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0dn 1e-.9true', max_size=60).map(str.encode))
@example(b'{"a":1,"\\u0061":2}')
@example(b'{"a":{"b":1},"a":2}')
@example(b'"\\ud800"')
@example(b"1e999")
@example(b"9007199254740993")
def test_the_fast_proof_and_the_exact_scanner_agree(raw):
    assert _outcome(lambda: loads(raw)) == _outcome(lambda: scan(raw, max_depth=64))


NAMES = st.sampled_from(["a", "b", "\\\\", '\\"', '\\\\\\"', "\\u0061", "\\u0022", ":", "é", "1234567890123456"])
SPACES = st.sampled_from(["", "", " ", "\n\t"])


def written(draw, depth):
    """Draw a text of JSON, with spaces, escapes and names that may come twice."""
    shape = draw(st.integers(0, 6 if depth else 3))
    if shape < 2:
        return f'"{draw(NAMES)}"'
    if shape < 4:
        return draw(
            st.sampled_from(["0", "true", "null", "-1.5e3", "9007199254740992", "1e400", "18446744073709551616"])
        )
    parts = [draw(SPACES) + written(draw, depth - 1) + draw(SPACES) for _ in range(draw(st.integers(0, 3)))]
    if shape < 5:
        return f"[{','.join(parts)}]"
    return "{" + ",".join(f'{draw(SPACES)}"{draw(NAMES)}"{draw(SPACES)}:{part}' for part in parts) + "}"


@given(st.composite(lambda draw: written(draw, 3))(), st.integers(0, 4))
def test_the_fast_proof_overlooks_nothing_that_the_scanner_sees(text, depth):
    raw = text.encode()
    assert _outcome(lambda: loads(raw, max_depth=depth)) == _outcome(lambda: scan(raw, max_depth=depth))


@pytest.mark.parametrize(
    ("raw", "code", "place"),
    [
        (b'{"a":1,\n"a":2}', "json.duplicate-member", (2, 1)),
        (b'{"a":1,"\\u0061":2}', "json.duplicate-member", (1, 8)),
        (b"[NaN]", "json.unexpected", (1, 2)),
        (b"[1e400]", "json.number-range", (1, 2)),
        (b"[-9007199254740992]", "json.integer-range", (1, 2)),
        (b'["\\ud800"]', "json.lone-surrogate", (1, 2)),
        (b"{} x", "json.trailing", (1, 4)),
        (b"[1,]", "json.unexpected", (1, 4)),
        (b"['a']", "json.unexpected", (1, 2)),
        (b'{"a" 1}', "json.unexpected", (1, 6)),
        (b"[" * 65 + b"]" * 65, "json.too-deep", (1, 65)),
    ],
)
def test_a_refusal_names_reason_and_place(raw, code, place):
    with pytest.raises(InputError) as refused:
        loads(raw)
    reason = refused.value.reason
    assert (reason.code, (reason.params["line"], reason.params["column"])) == (code, place)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xef\xbb\xbf{}", "json.byte-order-mark"),
        (b'{"a":"\xff"}', "json.not-utf8"),
        (b'"\xed\xa0\x80"', "json.not-utf8"),
        ('"é"'.encode("latin-1"), "json.not-utf8"),
        ("{}".encode("utf-16"), "json.not-utf8"),
        (b'"' + b"x" * 100 + b'"', "json.too-large"),
    ],
)
def test_bytes_that_are_no_text_are_refused(raw, code):
    with pytest.raises(InputError) as refused:
        loads(raw, max_bytes=100)
    assert refused.value.reason.code == code


def test_the_deepest_allowed_nesting_is_read():
    assert loads(b"[" * 64 + b"]" * 64) is not None


def _outcome(read):
    try:
        return repr(read())
    except InputError as error:
        return error.reason
