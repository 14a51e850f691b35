# SPDX-License-Identifier: MIT
"""The comparison on the wire: what was written is read, anything else is refused."""

import pytest

from tasuki.base.canonical import canonical
from tasuki.base.errors import PeerError
from tasuki.core.reconciliation.comparison import (
    MAX_ANSWER_BYTES,
    MAX_QUESTION_BYTES,
    mirrored,
    read_answer,
    read_question,
    write_answer,
    write_question,
)
from tasuki.core.reconciliation.sets import EMPTY, MAX_SPANS, NARROW, Answer, Span, tally
from tasuki.core.release.released import release_notice

ONE = Span(way="sent", lane="bulk", epoch=1, first=1, last=3)
ITEMS = [(1, "a" * 64), (3, "b" * 64)]
HELD = Answer(tally=tally(ONE, ITEMS), items=ITEMS)


def spans(count):
    return [Span(way="received", lane="urgent", epoch=2, first=64 * i + 1, last=64 * i + 64) for i in range(count)]


@pytest.mark.parametrize("asked", [[ONE], spans(MAX_SPANS)], ids=["one", "as-many-as-may-be"])
def test_a_question_is_read_as_it_was_written_and_passes_the_gate(asked):
    released = release_notice("compare", write_question(asked), "JPN/jpn-1", "d" * 64)
    assert list(read_question(released.body)) == asked
    assert len(released.body) <= MAX_QUESTION_BYTES


@pytest.mark.parametrize(
    "rows",
    [
        [],
        write_question(spans(MAX_SPANS + 1))["spans"],
        write_question([ONE, ONE])["spans"],
        [{**write_question([ONE])["spans"][0], "way": "both"}],
        [{**write_question([ONE])["spans"][0], "first": 0}],
        [{**write_question([ONE])["spans"][0], "last": 0}],
        [{**write_question([ONE])["spans"][0], "epoch": 0}],
        [{**write_question([ONE])["spans"][0], "lane": "Bulk"}],
        ["text"],
        "text",
    ],
    ids=["none", "too-many", "shared", "no-way", "number-0", "ends-at-0", "epoch-0", "no-lane", "no-span", "no-list"],
)
def test_a_question_of_another_form_is_refused(rows):
    with pytest.raises(PeerError):
        read_question(canonical({"spans": rows}))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"spans":' + b" " * MAX_QUESTION_BYTES + b"[]}"])
def test_bytes_that_are_no_question_are_refused(raw):
    with pytest.raises(PeerError):
        read_question(raw)


def test_an_answer_is_read_as_it_was_written_and_passes_the_gate():
    released = release_notice("compared", write_answer([HELD]), "JPN/jpn-1", "d" * 64)
    assert read_answer(released.body, [ONE], "JPN") == (HELD,)


def test_the_largest_answer_fits():
    asked = spans(MAX_SPANS)
    items = [[(seq, "f" * 64) for seq in range(span.first, span.last + 1)] for span in asked]
    held = [Answer(tally=tally(span, each), items=each) for span, each in zip(asked, items, strict=True)]
    raw = canonical(write_answer(held))
    assert len(raw) < MAX_ANSWER_BYTES
    assert list(read_answer(raw, asked, "JPN")) == held
    assert len(items[0]) == NARROW


@pytest.mark.parametrize(
    ("asked", "held", "code"),
    [
        ([ONE, ONE], [HELD], "reconciliation.wrong-comparison"),
        ([ONE], [HELD, HELD], "reconciliation.wrong-comparison"),
        ([ONE], [Answer(tally=HELD.tally, items=ITEMS[:1])], "reconciliation.wrong-comparison"),
        ([ONE], [Answer(tally=HELD.tally, items=[(0, "a" * 64)])], "envelope.bad-field"),
        ([ONE], [Answer(tally=HELD.tally, items=[(1, "A" * 64)])], "envelope.bad-field"),
    ],
    ids=["too-few", "too-many", "another-root", "number-0", "no-hash"],
)
def test_an_answer_to_something_else_is_refused(asked, held, code):
    with pytest.raises(PeerError) as refused:
        read_answer(canonical(write_answer(held)), asked, "JPN")
    assert refused.value.reason.code == code


def test_what_one_side_sent_the_other_received():
    assert mirrored(ONE).way == "received"
    assert mirrored(mirrored(ONE)) == ONE


def said(read, *arguments):
    """Return code and values of the reason for which something is refused."""
    with pytest.raises(PeerError) as refused:
        read(*arguments)
    return refused.value.reason.code, dict(refused.value.reason.params)


ROW = write_question([ONE])["spans"][0]


@pytest.mark.parametrize(
    ("rows", "code", "params"),
    [
        ([], "reconciliation.wrong-question", {"most": 64, "found": "0 spans that overlap or are empty"}),
        ([ROW, ROW], "reconciliation.wrong-question", {"most": 64, "found": "2 spans that overlap or are empty"}),
        (
            [{**ROW, "way": "both"}],
            "envelope.bad-field",
            {"field": "way", "what": "comparison", "expected": "sent | received"},
        ),
        (
            [{**ROW, "last": 0}],
            "envelope.bad-field",
            {"field": "last", "what": "comparison", "expected": "integer >= 1"},
        ),
        ("text", "envelope.bad-field", {"field": "spans", "what": "comparison", "expected": "list <= 64"}),
    ],
    ids=["none", "shared", "no-way", "ends-at-0", "no-list"],
)
def test_a_question_is_refused_with_what_is_wrong(rows, code, params):
    assert said(read_question, canonical({"spans": rows})) == (code, params)


def test_one_number_is_a_span_and_a_question_may_be_as_long_as_it_may():
    one = Span(way="sent", lane="bulk", epoch=1, first=1, last=1)
    assert read_question(canonical(write_question([one]))) == (one,)
    raw = canonical({"spans": [ROW], "zzz": ""})
    padded = raw[:-2] + b"x" * (MAX_QUESTION_BYTES - len(raw)) + raw[-2:]
    assert read_question(padded) == (ONE,)
    code, params = said(read_question, raw[:-2] + b"x" * (MAX_QUESTION_BYTES - len(raw) + 1) + raw[-2:])
    assert (code, params["what"]) == ("envelope.not-json", "comparison")


def test_an_answer_is_refused_with_what_is_wrong():
    raw = canonical(write_answer([HELD]))
    wrong = "reconciliation.wrong-comparison"
    assert said(read_answer, raw, [ONE, ONE], "JPN") == (wrong, {"partner": "JPN", "found": "1 answers to 2 spans"})
    other = Span(way="sent", lane="urgent", epoch=4, first=7, last=9)
    found = "items that do not belong to urgent 4/7-9"
    assert said(read_answer, raw, [other], "JPN") == (wrong, {"partner": "JPN", "found": found})
    code, params = said(read_answer, b"[]", [ONE], "JPN")
    assert (code, params["what"]) == ("envelope.not-json", "comparison")
    for row, field in (({"count": -1}, "count"), ({"root": ""}, "root"), ({"items": {}}, "items")):
        rows = [{**write_answer([HELD])["spans"][0], **row}]
        code, params = said(read_answer, canonical({"spans": rows}), [ONE], "JPN")
        assert (code, params["field"], params["what"]) == ("envelope.bad-field", field, "comparison")
    for item, field in (({"seq": 0, "hash": "a" * 64}, "seq"), ({"seq": 1, "hash": ""}, "hash")):
        rows = [{"count": 1, "root": HELD.tally.root, "items": [item]}]
        code, params = said(read_answer, canonical({"spans": rows}), [ONE], "JPN")
        assert (code, params["field"], params["what"]) == ("envelope.bad-field", field, "comparison")
    assert said(read_answer, canonical({"spans": "text"}), [ONE], "JPN")[1]["what"] == "comparison"


def test_an_answer_may_be_as_long_as_it_may():
    raw = canonical({**write_answer([HELD]), "zzz": ""})
    assert read_answer(raw[:-2] + b"x" * (MAX_ANSWER_BYTES - len(raw)) + raw[-2:], [ONE], "JPN") == (HELD,)
    too_long = raw[:-2] + b"x" * (MAX_ANSWER_BYTES - len(raw) + 1) + raw[-2:]
    assert said(read_answer, too_long, [ONE], "JPN")[0] == "envelope.not-json"


def test_nothing_is_an_answer_too():
    nothing = Answer(tally=EMPTY, items=[])
    assert read_answer(canonical(write_answer([nothing])), [ONE], "JPN") == (nothing,)
