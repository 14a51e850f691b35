# SPDX-License-Identifier: MIT
"""Readers make of every vector what it says, however the bytes arrive."""

import json
from pathlib import Path

import pytest

from tasuki.formats.json.lines import split_lines
from tasuki.formats.json.pieces import cut_stream
from tasuki.formats.telemetry.objects import read_lines, read_pieces
from tasuki.formats.telemetry.record import Record
from tasuki.formats.telemetry.zeek import read_tsv

VECTORS = json.loads((Path(__file__).parent / "telemetry" / "readers.json").read_text("utf-8"))
LIMIT = 4 << 20
READERS = {
    "zeek": lambda chunks: read_tsv(split_lines(chunks, LIMIT)),
    "objects": lambda chunks: read_lines(split_lines(chunks, LIMIT)),
    "documents": lambda chunks: read_pieces(cut_stream(chunks)),
}
CASES = [pytest.param(form, case, id=f"{form}-{case['name']}") for form in READERS for case in VECTORS[form]]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(("form", "case"), CASES)
def test_a_reader_makes_of_a_log_what_the_vector_says(form, case, size):
    raw = case["latin1"].encode("latin-1") if "latin1" in case else case["text"].encode()
    items = list(READERS[form](raw[at : at + size] for at in range(0, len(raw), size)))
    records = [each for each in items if isinstance(each, Record)]
    rotten = [each for each in items if not isinstance(each, Record)]
    if "times" in case:
        assert [each.time for each in records] == case["times"]
        return
    told = [[each.line, each.time, [list(pair) for pair in each.fields]] for each in records]
    assert told == case.get("records", [])
    if "rotten_lines" in case:
        assert [each.line for each in rotten] == case["rotten_lines"]
    else:
        assert [[each.line, each.why.code] for each in rotten] == case.get("rotten", [])
