# SPDX-License-Identifier: MIT
"""The cursor finds where values end, keeps count of lines, and holds no more than it must."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.json.source import Source

TEXTS = st.text(max_size=20).map(lambda text: json.dumps(text, ensure_ascii=False).encode())
LISTS = st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)).map(
    lambda value: json.dumps([value], ensure_ascii=False).encode()
)


def in_bytes(raw: bytes) -> Source:
    return Source(bytes([each]) for each in raw)


@given(LISTS, st.binary(max_size=5))
def test_a_value_ends_where_its_brackets_close(raw, rest):
    source = in_bytes(raw + rest)
    source.peek()
    assert source.value(10_000) == raw
    assert source.head(10_000) == raw + rest


@given(LISTS, st.binary(max_size=5))
def test_skipping_a_value_moves_just_past_it(raw, rest):
    source = in_bytes(raw + rest)
    assert source.skip_value() == len(raw)
    assert source.head(100) == rest


@given(TEXTS)
def test_a_string_is_a_scalar_whatever_it_contains(raw):
    source = in_bytes(raw + b":1")
    source.peek()
    assert source.scalar(1000) == raw
    assert source.peek() == b":"


@given(TEXTS, st.integers(0, 5))
def test_of_a_long_scalar_only_the_beginning_is_kept_and_all_is_passed(raw, limit):
    source = in_bytes(raw + b" 12345678,")
    source.peek()
    assert source.scalar(limit) == raw[:limit]
    assert source.peek() == b"1"
    assert source.scalar(limit) == b"12345678"[:limit]
    assert source.peek() == b","


def test_a_word_ends_at_a_sign_however_it_is_chunked():
    for sign in b":]}":
        source = in_bytes(b"." + bytes([sign]) + b"x")
        source.peek()
        assert [source.scalar(9), source.scalar(9), source.scalar(9)] == [b".", bytes([sign]), b"x"]


def test_a_mark_is_found_within_its_limit_however_it_is_chunked():
    source = in_bytes(b"[1,2,3]")
    source.peek()
    assert (source.find(b",2", 4), source.find(b",2", 3), source.find(b"x", 99)) == (2, None, None)
    assert (source.ahead(99), source.ahead(3)) == (7, 3)


def test_a_value_longer_than_the_limit_or_cut_off_is_none():
    assert Source([b"[123456789]"]).value(5) is None
    assert Source([b'["a']).value(50) is None


def test_the_cursor_knows_line_column_and_indent():
    source = Source([b'[\n  {"a":\n1},', b"\n\t{}"])
    assert source.peek() == b"["
    source.skip(1)
    assert source.peek() == b"{"
    assert (source.line, source.column, source.indent) == (2, 3, b"  ")
    source.skip_value()
    assert (source.line, source.column, source.indent) == (3, 3, b"")
    source.skip(1)
    source.peek()
    assert (source.line, source.column, source.indent) == (4, 2, b"\t")


def test_leaving_reads_nothing_more():
    def chunks():
        yield b"[1,"
        raise AssertionError

    source = Source(chunks())
    source.peek()
    source.leave()
    assert source.peek() == b""
