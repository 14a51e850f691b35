# SPDX-License-Identifier: MIT
"""Lines come whole and numbered, however the text streams by; a line too long is named and not kept."""

from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.json.lines import Line, split_lines


@given(st.binary(max_size=80).map(lambda raw: raw.replace(b"\r", b"")), st.integers(1, 9))
def test_lines_are_those_of_the_text_however_it_is_chunked(raw, size):
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    expected = raw.split(b"\n")
    if not expected[-1]:
        expected.pop()
    lines = list(split_lines(chunks, 100))
    assert [line.raw for line in lines] == expected
    assert [line.number for line in lines] == list(range(1, len(expected) + 1))
    assert all(line.is_whole for line in lines)


def test_a_carriage_return_belongs_to_the_line_break():
    assert [line.raw for line in split_lines([b"a\r", b"\nb\r\n"], 9)] == [b"a", b"b"]


@given(st.integers(1, 9))
def test_of_a_line_too_long_only_the_beginning_is_kept(size):
    raw = b"x" * 30 + b"\nshort\n"
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    long, short = split_lines(chunks, 10)
    assert not long.is_whole
    assert long.size == 30
    assert len(long.raw) <= 10
    assert short == Line(number=2, raw=b"short", size=5)
