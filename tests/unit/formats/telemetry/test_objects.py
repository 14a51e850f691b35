# SPDX-License-Identifier: MIT
"""JSON logs: every text of a record is a field, one line's fault stays on its line, nothing a stranger sends raises."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.json.lines import Line
from tasuki.formats.json.pieces import Piece
from tasuki.formats.json.reasons import NOT_A_BUNDLE
from tasuki.formats.telemetry.objects import is_object, read_lines, read_pieces
from tasuki.formats.telemetry.record import Record, Rotten

TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=12,
)


def line(raw, number=1):
    return Line(number=number, raw=raw, size=len(raw))


def texts(name, value):
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for inner, each in value.items():
            yield from texts(f"{name}.{inner}", each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(name, each)


@given(st.dictionaries(st.text(max_size=4), TREES, max_size=5))
def test_every_text_of_a_record_is_a_field_in_its_order(record):
    (read,) = read_lines([line(json.dumps(record).encode())])
    assert isinstance(read, Record)
    assert read.fields == [pair for name, value in record.items() for pair in texts(name, value)]


@given(st.lists(st.binary(max_size=30), max_size=6))
def test_no_bytes_raise_and_each_line_is_one_thing_or_blank(lines):
    items = list(read_lines(line(raw, number) for number, raw in enumerate(lines, 1)))
    assert [each.line for each in items] == [n for n, raw in enumerate(lines, 1) if raw and not raw.isspace()]
    for each in items:
        if isinstance(each, Record):
            assert all(text.encode() is not None for _, text in each.fields)


def test_depth_is_no_matter():
    deep = b'{"a":' * 500 + b'"x"' + b"}" * 500
    (read,) = read_lines([line(deep)])
    assert read.fields == [(".".join("a" * 500), "x")]
    (rotten,) = read_lines([line(b'{"a":' * 200_000)])
    assert isinstance(rotten, Rotten)


def test_a_line_that_is_too_long_is_named_with_its_size():
    (rotten,) = read_lines([Line(number=7, raw=b"{", size=5 << 20)])
    assert (rotten.line, rotten.why.code, rotten.why.params["found"]) == (7, "telemetry.too-long", 5 << 20)


def test_a_piece_that_is_none_keeps_its_own_reason():
    problem = NOT_A_BUNDLE.because(found="x")
    (rotten,) = read_pieces([Piece(place="/0", raw=b"", problem=problem, line=3)])
    assert rotten == Rotten(3, problem)


def test_an_object_that_says_something_is_known_from_one_line():
    assert is_object(b'{"a":1}')
    assert not any(map(is_object, [b"{}", b"{", b"[1]", b'{"a":1},', b"", b"\xff"]))
