# SPDX-License-Identifier: MIT
"""A log file gives whatever of it can be read: packed, cut, broken, in another encoding."""

import gzip
import tracemalloc

import pytest

from tasuki.engines.reading import CHUNK_BYTES, chunks_of

TEXT = b"".join(b'{"n":"%d"}\n' % number for number in range(50_000))


def read(path):
    notes, sizes = [], []
    return b"".join(chunks_of(path, notes.append, sizes.append)), notes, sum(sizes)


@pytest.fixture
def write(tmp_path):
    def make(raw):
        path = tmp_path / "log"
        path.write_bytes(raw)
        return path

    return make


def test_a_plain_file_is_read_as_it_is(write):
    assert read(write(TEXT)) == (TEXT, [], len(TEXT))
    assert read(write(b"")) == (b"", [], 0)


def test_a_packed_file_is_unpacked_whatever_it_is_called(write):
    packed = gzip.compress(TEXT)
    assert read(write(packed)) == (TEXT, [], len(packed))


def test_several_members_and_padding_are_one_text(write):
    assert read(write(gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0" * 700))[:2] == (b"a\nb\n", [])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_of_a_cut_file_everything_before_the_cut_is_read(write, share):
    packed = gzip.compress(TEXT, 1)
    text, notes, _ = read(write(packed[: int(len(packed) * share)]))
    assert TEXT.startswith(text)
    assert len(text) >= (share - 0.1) * len(TEXT)
    assert [note.code for note in notes] == ["gzip.cut"]


def test_a_broken_file_is_noted_and_does_not_raise(write):
    packed = bytearray(gzip.compress(TEXT, 1))
    packed[len(packed) // 2] ^= 0xFF
    text, notes, _ = read(write(bytes(packed)))
    assert len(text) <= len(TEXT)
    assert [note.code for note in notes] == ["gzip.broken"]
    assert read(write(b"\x1f\x8b"))[1][0].code == "gzip.cut"
    assert read(write(b"\x1f\x8bxxxxxxxxxxxxxx"))[1][0].code == "gzip.broken"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_marks_of_byte_order_are_understood(write, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text = '{"a":"日本"}\n' * 40_000
    assert read(write((mark + text).encode(encoding)))[:2] == (text.encode(), [])


def test_memory_does_not_grow_with_the_file(write):
    packed = gzip.compress(bytes(64 << 20), 1)
    path = write(packed)
    tracemalloc.start()
    size = sum(map(len, chunks_of(path, lambda _: None, lambda _: None)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 64 << 20
    assert peak < 8 * CHUNK_BYTES


def test_a_file_that_is_not_there_raises(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        read(tmp_path / "none")
