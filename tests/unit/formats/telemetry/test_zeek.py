# SPDX-License-Identifier: MIT
"""Zeek TSV: what its writer wrote is read back, and all of the baselines, counted by other means, are read."""

import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.formats.json.lines import Line, split_lines
from tasuki.formats.telemetry.record import Record
from tasuki.formats.telemetry.zeek import read_tsv

HEADER = b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"


def read(raw):
    return list(read_tsv(split_lines([raw], 4 << 20)))


def escaped(text):
    """Write a text as Zeek's ASCII writer does: bytes it cannot print, separators and the backslash escaped."""
    plain = b"".join(
        b"\\\\" if byte == 0x5C else bytes([byte]) if 0x20 <= byte < 0x7F and byte != 0x2C else b"\\x%02x" % byte
        for byte in text.encode()
    )
    is_meant_otherwise = plain in (b"-", b"(empty)") or plain.startswith(b"#")
    return b"\\x" + plain.hex()[:2].encode() + plain[1:] if is_meant_otherwise else plain


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), max_size=5))
def test_what_the_writer_wrote_is_read_back(rows):
    for row in rows:
        names = b"\t".join(b"f%d" % number for number in range(len(row)))
        raw = HEADER + b"#fields\t" + names + b"\n" + b"\t".join(map(escaped, row)) + b"\n"
        found = [each for each in read(raw) if isinstance(each, Record)]
        if found:
            assert found[0].fields == [(f"f{number}", text) for number, text in enumerate(row)]
        else:
            assert row == [""]


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5))
def test_a_set_is_taken_apart_into_what_was_put_in(elements):
    raw = HEADER + b"#fields\ta\n#types\tset[string]\n" + b",".join(map(escaped, elements)) + b"\n"
    assert [text for _, text in read(raw)[0].fields] == elements


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_raise_and_every_line_is_counted(lines):
    raw = b"\n".join(lines)
    items = read(HEADER + b"#fields\ta\tb\n" + raw)
    rows = [each for each in raw.split(b"\n") if each.removesuffix(b"\r") and not each.startswith(b"#")]
    assert len(items) == len(rows)


def test_a_line_that_is_too_long_is_rotten():
    (rotten,) = read_tsv([Line(number=2, raw=b"x", size=9)])
    assert (rotten.line, rotten.why.code) == (2, "telemetry.too-long")


@pytest.fixture(scope="module")
def baselines(data):
    with tarfile.open(data / "telemetry-zeek-baselines" / "logs.tar.gz") as archive:
        return {each.name: archive.extractfile(each).read() for each in archive if each.isfile()}


def counted(raw):
    """Count, without the reader, the lines that fit the `#fields` line before them, and those that do not."""
    width, separator, fit, other = None, b"\t", 0, 0
    for line in raw.split(b"\n"):
        if line.startswith(b"#separator |"):
            separator = b"|"
        elif line.startswith(b"#fields"):
            width = line.count(separator)
        elif line and not line.startswith(b"#"):
            fits = width is not None and line.count(separator) + 1 == width
            fit, other = fit + fits, other + (not fits)
    return fit, other


def test_every_record_of_the_baselines_is_read(baselines):
    assert len(baselines) == 202
    total = 0
    for name, raw in baselines.items():
        items = read(raw)
        records = [each for each in items if isinstance(each, Record)]
        assert (len(records), len(items) - len(records)) == counted(raw), name
        total += len(records)
    assert total > 700
