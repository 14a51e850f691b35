# SPDX-License-Identifier: MIT
"""A file is told apart by its name and its first lines, and of a bad one the beginning is kept."""

import gzip

import pytest

from making_holdings import lines, obj, raw
from tasuki.base.errors import InputError, WorldError
from tasuki.services import files
from tasuki.services.files import Content, Form, chunks_of, objects_in


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.json", lines(obj(1), obj(2)), Form.DOCUMENT),
        ("a.jsonl", raw(obj(1)), Form.LINES),
        ("A.NDJSON.GZ", b"203.0.113.9", Form.LINES),
        ("-", lines(obj(1), obj(2)), Form.LINES),
        ("-", lines(obj(1)) + b"rubbish\n", Form.LINES),
        ("-", b'{"type":"iden\n' + lines(obj(1)), Form.LINES),
        ("-", raw(obj(1)), Form.DOCUMENT),
        ("-", b"[\n" + b",\n".join([raw(obj(1)), raw(obj(2))]) + b"\n]", Form.DOCUMENT),
        ("-", b'{"type":"bundle","objects":[\n{"a":1},\n{"b":2}]}', Form.DOCUMENT),
        ("-", lines(obj(1)).strip(), Form.DOCUMENT),
        ("feed.csv", b"indicator,type\n203.0.113.9,ip\n", Form.LIST),
        ("feed.txt", b"evil.example\n", Form.LIST),
    ],
)
def test_a_form_is_known_by_name_and_first_lines(name, content, form):
    assert Content(name, [content]).form is form


def test_gzip_is_known_by_its_first_bytes_however_they_come():
    packed = gzip.compress(b"evil.example\n")
    for chunks in ([packed], [packed[:1], packed[1:]], (bytes([each]) for each in packed)):
        content = Content("feed", chunks)
        assert b"".join(content.chunks()) == b"evil.example\n"
        assert content.problem is None


def test_why_a_file_ended_too_early_is_kept_beside_what_came():
    content = Content("feed.gz", [gzip.compress(b"evil.example\n" * 9)[:-6]])
    assert b"".join(content.chunks()) == b"evil.example\n" * 9
    assert content.problem.code == "gzip.cut"


def test_a_long_file_is_opened_without_reading_it_all(monkeypatch):
    monkeypatch.setattr(files, "SNIFF_BYTES", 100)
    read = []

    def chunks():
        for number in range(1000):
            read.append(number)
            yield b"x" * 50

    content = Content("feed", chunks())
    assert len(read) <= 3
    assert len(b"".join(content.chunks())) == 50_000


def test_a_byte_order_mark_is_left_out_where_text_is_required():
    content = Content("feed.json", [b"\xef\xbb\xbf{}"])
    content.require_text()
    assert b"".join(content.chunks()) == b"{}"


def test_a_zero_byte_in_one_json_object_is_that_objects_fault():
    content = Content("feed.jsonl", [lines(obj(1)) + b'{"a":"\x00"}\n'])
    content.require_text()
    assert len(list(objects_in(content))) == 2
    with pytest.raises(InputError):
        Content("feed.csv", [b"a\x00b"]).require_text()


def test_objects_know_their_line_whatever_the_form():
    content = Content("feed.jsonl", [lines(obj(1), obj(2)) + b"\n\n{broken\n"])
    assert [(each.place, each.line, each.problem is None) for each in objects_in(content)] == [
        ("line 1", 1, True),
        ("line 2", 2, True),
        ("line 5", 5, False),
    ]


def test_a_bundle_on_a_line_gives_its_objects_with_their_place():
    content = Content("feed.jsonl", [lines({"type": "bundle", "objects": [obj(1), obj(2)]})])
    assert [each.place for each in objects_in(content)] == ["line 1/objects/0", "line 1/objects/1"]


def test_a_line_beyond_the_limit_is_named_and_the_next_is_read(monkeypatch):
    monkeypatch.setattr(files, "MAX_BUNDLE_BYTES", 500)
    content = Content("feed.jsonl", [lines(obj(1, name="x" * 1000), obj(2))])
    long, good = objects_in(content)
    assert (long.problem.code, good.problem, good.place) == ("json.too-large", None, "line 2")


def test_a_file_that_cannot_be_read_is_said_so(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(WorldError):
            list(chunks_of(path))
