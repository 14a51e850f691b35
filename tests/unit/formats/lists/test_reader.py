# SPDX-License-Identifier: MIT
"""Lists are read as people write them: every value with its line, and every line that is none with the reason."""

import csv
import gzip
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.limits import MAX_LINE_BYTES
from tasuki.formats.lists.reader import read_list


def read(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(read_list(raw.split(b"\n")))


def values(text):
    listed = read(text)
    assert all(each.problem is None for each in listed), listed
    return [(each.kind, each.value, each.about) for each in listed]


def test_a_plain_list_is_one_value_a_line():
    text = "# comment\n\n203.0.113.9\r\n  evil.example  \nhttp://evil.example/x\n"
    assert [(each.line, each.value) for each in read(text)] == [
        (3, "203.0.113.9"),
        (4, "evil.example"),
        (5, "http://evil.example/x"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("column", ["indicator", "Value", " IOC "])
def test_a_csv_is_read_by_its_header(delimiter, column):
    text = delimiter.join(["type", column, "family"]) + "\n" + delimiter.join(["ip", "203.0.113.9", "BarrelLock"])
    assert values(text) == [("ipv4", "203.0.113.9", "BarrelLock")]


def test_quoted_cells_are_read_as_csv_writes_them():
    out = io.StringIO()
    csv.writer(out).writerows([["indicator", "description"], ["evil.example", 'said "x, y"']])
    assert values(out.getvalue()) == [("domain", "evil.example", 'said "x, y"')]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("0.0.0.0 evil.example", "evil.example"),
        ("127.0.0.1\tevil.example # hosts", "evil.example"),
        ("203.0.113.9,malware,BarrelLock", "203.0.113.9"),
        ("203.0.113.9\t7", "203.0.113.9"),
        ("203.0.113.9 # relay", "203.0.113.9"),
        ("http://evil.example/a;b", "http://evil.example/a;b"),
        ("\ufeffevil.example", "evil.example"),
    ],
)
def test_a_line_without_a_header_begins_with_its_value(line, value):
    (listed,) = read(line)
    assert (listed.value, listed.problem) == (value, None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not a value", "lists.not-a-value"),
        (b"0.0.0.0/0", "lists.whole-internet"),
        (b"::/0", "lists.whole-internet"),
        (b"\xff\xfe", "lists.not-utf8"),
        (b"x" * (MAX_LINE_BYTES + 1), "lists.too-long"),
        (b'"', "lists.not-a-value"),
        (b"\x00", "lists.not-a-value"),
    ],
)
def test_a_line_that_is_no_value_is_named_and_the_others_are_read(line, code):
    first, bad, last = read(b"evil.example\n" + line + b"\n203.0.113.9")
    assert (first.problem, last.problem, bad.line) == (None, None, 2)
    assert bad.problem.code == code


def test_a_header_nobody_knows_is_named_and_its_first_column_tried():
    header, row = read("sha,comment\n203.0.113.9,x")
    assert (header.problem.code, row.value) == ("lists.no-column", "203.0.113.9")


def test_a_row_shorter_than_its_header_has_no_value():
    (listed,) = read("type,indicator\nip")
    assert listed.problem.code == "lists.not-a-value"


def test_a_cell_beyond_the_csv_readers_limit_breaks_nothing():
    text = 'indicator,description\nevil.example,"' + "y" * 200_000 + '"\n203.0.113.9,z'
    assert [each.value for each in read(text)] == ["evil.example", "203.0.113.9"]


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"indicator,type", b"203.0.113.9", b'"a","b', b"a;b"])))
def test_any_lines_are_read_each_once_in_order(lines):
    listed = list(read_list(lines))
    numbers = [each.line for each in listed]
    assert numbers == sorted(set(numbers))
    assert all((each.problem is None) == bool(each.kind) for each in listed)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("indicators-ipsum/4.txt.gz", None),
        ("indicators-maltrail/trails.csv.gz", 50_000),
        ("indicators-hashes/signature-base.csv", None),
    ],
)
def test_every_line_of_the_real_lists_is_a_value(data, path, count):
    raw = (data / path).read_bytes()
    raw = gzip.decompress(raw) if path.endswith(".gz") else raw
    listed = read(raw)
    assert len(listed) > 1000
    assert count in (None, len(listed))
    assert Counter(each.problem.code for each in listed if each.problem) == {}
