# SPDX-License-Identifier: MIT
"""A document is cut into its objects byte for byte, however it streams by, and what is broken keeps to itself."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasuki.base.errors import InputError
from tasuki.base.limits import MAX_OBJECT_BYTES
from tasuki.formats.json.pieces import MAX_FAULTS, cut, cut_stream, is_bundle

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=4)
SPACE = st.sampled_from(["", " ", "\n", "\r\n\t", "\n  "])


def found(raw: bytes) -> list[tuple[str, bytes]]:
    pieces = list(cut(raw))
    assert [piece.problem for piece in pieces] == [None] * len(pieces)
    return [(piece.place, piece.raw) for piece in pieces]


def codes(raw: bytes) -> list[str]:
    return [piece.problem.code if piece.problem else piece.raw.decode() for piece in cut(raw)]


@given(st.lists(OBJECTS, max_size=6), SPACE, st.sampled_from([None, 2]), st.booleans())
def test_a_bundle_gives_every_object_as_it_was_written(objects, space, indent, type_first):
    written = [json.dumps(each, ensure_ascii=False, indent=indent) for each in objects]
    listed = f"[{space}" + f"{space},{space}".join(written) + f"{space}]"
    members = ['"type":"bundle"', f'"objects"{space}:{space}{listed}', '"id":"bundle--1"']
    document = "{" + ",".join(members if type_first else reversed(members)) + "}"
    expected = [(f"/objects/{index}", each.encode()) for index, each in enumerate(written)]
    assert found(document.encode()) == expected
    assert found(listed.encode()) == [(place.removeprefix("/objects"), raw) for place, raw in expected]


@given(st.lists(OBJECTS, max_size=5), st.integers(0, 300), st.integers(1, 7))
def test_how_a_document_is_chunked_changes_nothing(objects, end, size):
    raw = json.dumps({"type": "bundle", "objects": objects}, ensure_ascii=False).encode()[: end or None]
    if not raw:
        return
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    assert list(cut_stream(chunks)) == list(cut(raw))


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\ \nabc1', max_size=200).map(str.encode))
def test_any_bytes_are_cut_or_refused(raw):
    try:
        pieces = list(cut(raw))
    except InputError:
        return
    assert all(piece.raw in raw for piece in pieces)


@given(st.lists(OBJECTS.filter(bool), min_size=1, max_size=5), st.data())
def test_a_truncated_bundle_gives_what_was_whole_and_says_that_it_was_cut(objects, data):
    written = [json.dumps(each).encode() for each in objects]
    raw = b'{"type":"bundle","objects":[' + b",".join(written) + b"]}"
    head = len(b'{"type":"bundle","objects":[')
    end = data.draw(st.integers(head, len(raw) - 1))
    pieces = list(cut(raw[:end]))
    ends, whole = head, 0
    for each in written:
        ends += len(each)
        whole += ends <= end
        ends += 1
    assert [piece.raw for piece in pieces if piece.problem is None] == written[:whole]
    assert pieces[-1].problem is not None


def test_one_object_is_its_own_piece_also_where_it_has_a_member_objects():
    observed = b'{"type":"observed-data","objects":{"0":{"type":"file"}}}'
    custom = b'{"type":"x-thing","objects":[{"a":1}]}'
    assert found(observed) == [("", observed)]
    assert found(b" " + custom + b"\n") == [("", custom)]


def test_an_empty_bundle_is_no_object():
    assert found(b'{"type":"bundle","id":"bundle--1"}') == []
    assert found(b'{"type":"bundle","objects":[]}') == []
    assert found(b"[]") == []


def test_every_piece_knows_its_line():
    raw = b'[\n{"a":1},\n\n {"b":\n2},{"c":3}]'
    assert [piece.line for piece in cut(raw)] == [2, 4, 5]


def test_a_missing_quote_takes_only_its_own_object():
    raw = b'[\n{"a":"b},\n{"c":1}\n]'
    assert codes(raw) == ["json.unexpected", '{"c":1}']


def test_a_missing_bracket_takes_only_its_own_object():
    assert codes(b'[\n  {"a":{"b":1},\n  {"c":1}\n]') == ["json.unexpected", '{"c":1}']
    assert codes(b'[{"a":[1},{"c":1}]') == ['{"a":[1}', '{"c":1}']


def test_a_surplus_bracket_takes_nothing():
    assert codes(b'{"type":"bundle","objects":[{"a":1}},{"c":1}]}')[0] == '{"a":1}'


@pytest.mark.parametrize("piece", ["\n{[", '\n{"a":[{'])
def test_broken_elements_cost_no_more_than_their_share(piece):
    raw = b"[" + piece.encode() * (40_000 // len(piece))
    steps = 0

    def count(*_):
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        pieces = list(cut(raw))
    finally:
        sys.setprofile(None)
    assert pieces[-1].problem is not None
    # A thousand faults may be named; looking for the end of each to the end of the text would take 200,000,000 steps.
    assert steps < 10_000_000


def test_what_is_whole_is_found_behind_more_that_is_broken_than_is_looked_into():
    broken = b'  {"a": [{"text": "' + b"x" * 300_000 + b'"},\n'
    good = [b'  {"a": [%d],\n   "b": {}}' % number for number in range(5)]
    pieces = list(cut(b"[\n" + broken * 12 + b",\n".join(good) + b"\n]\n"))
    assert [piece.raw for piece in pieces if piece.problem is None] == [each.strip() for each in good]
    assert len(pieces) == 12 + len(good)


def test_what_stands_between_objects_is_named_and_the_objects_go_on():
    assert codes(b'[{"a":1},,{"b":2}]') == ['{"a":1}', "json.unexpected", '{"b":2}']
    assert codes(b'[{"a":1} {"b":2}]') == ['{"a":1}', "json.unexpected", '{"b":2}']
    assert codes(b'[{"a":1},]') == ['{"a":1}', "json.unexpected"]
    assert codes(b'[1,"x",null,[2],{"b":2}]') == ["json.not-objects"] * 4 + ['{"b":2}']


def test_objects_of_a_repeated_member_are_all_read_and_the_repetition_is_named():
    raw = b'{"type":"bundle","objects":[{"a":1}],"objects":[{"b":2}]}'
    assert codes(raw) == ['{"a":1}', "json.bundle-member-twice", '{"b":2}']


def test_documents_may_follow_each_other_and_anything_else_may_not():
    raw = b'{"a":1}\n[{"b":2}]\nrubbish {"c":3}'
    pieces = list(cut(raw))
    assert [(piece.place, piece.problem and piece.problem.code) for piece in pieces] == [
        ("", None),
        ("line 2/0", None),
        ("line 3", "json.trailing"),
    ]


def test_an_object_that_is_too_large_is_named_and_not_kept():
    large = b'{"a":"' + b"x" * MAX_OBJECT_BYTES + b'"}'
    chunks = [b'{"type":"bundle","objects":[', large, b',{"b":2}]}']
    pieces = list(cut_stream(chunks))
    assert [piece.problem and piece.problem.code for piece in pieces] == ["json.too-large", None]
    assert pieces[0].problem.params["found"] == len(large)
    assert len(pieces[0].raw) < len(large)
    assert codes(large) == ["json.too-large"]


@pytest.mark.parametrize("text", [b'"', b'\\"', b"\\", b"{", b"[", b'"\\u'])
def test_an_endless_value_is_passed_over_in_bounded_memory(text):
    chunk = text * 40_000

    def chunks():
        yield b'[{"a":"'
        for _ in range(40):
            yield chunk
        yield b"\n]"

    assert list(cut_stream(chunks()))[-1].problem is not None


def test_a_document_of_faults_is_given_up():
    pieces = list(cut(b"[" + b"1,\n" * 5000 + b'{"a":1}]'))
    assert len(pieces) == MAX_FAULTS + 1
    assert pieces[-1].problem.code == "json.gave-up"
    assert pieces[-1].line == MAX_FAULTS


@pytest.mark.parametrize("raw", [b"", b" \n", b"1", b"nonsense", b"]", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00"])
def test_what_begins_as_no_object_is_refused(raw):
    with pytest.raises(InputError):
        list(cut(raw))


def test_a_bundle_is_known_by_its_type():
    assert is_bundle({"type": "bundle"})
    assert not is_bundle({"type": "report"})
    assert not is_bundle([])
