# SPDX-License-Identifier: MIT
"""What to look for is read from any form of file, called by its own name, and never silently nothing."""

import gzip
import json
from pathlib import Path

import pytest

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import make_node
from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.services import detection, withdrawal
from tasuki.store import ledger


@pytest.fixture
def write(tmp_path):
    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def node(tmp_path):
    made = make_node(tmp_path / "jpn", "JPN/jpn-1", lambda *_: b"")
    yield made
    made.database.close()


def bundle(*objects):
    return (
        b'{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[' + b",".join(objects) + b"]}"
    )


def codes(loaded):
    return [reason.code for reason in loaded.problems]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.txt", "# a comment\n\nEVIL.example\n"),
        ("list.txt", "\ufeffEVIL.example\r\n"),
        ("list.csv", 'indicator,type,family\n"EVIL.example",domain,x\n'),
        ("list.csv", "type;value\ndomain;EVIL.example\n"),
        ("hosts", "0.0.0.0 EVIL.example\n"),
        ("list.txt.gz", gzip.compress(b"EVIL.example\n")),
    ],
    ids=["plain", "windows", "csv", "semicolons", "hosts", "packed"],
)
def test_a_listed_value_is_called_as_the_list_writes_it(write, name, content):
    loaded = detection.load_indicators(write(name, content))
    assert loaded.compiled.of_text("www.evil.example") == ("EVIL.example",)
    assert (loaded.left_out, loaded.problems) == (0, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", bundle(indicator(), indicator(OTHER, "evil.example"))),
        ("x.json", json.dumps(json.loads(bundle(indicator(), indicator(OTHER, "evil.example"))), indent=2)),
        ("x.jsonl", indicator() + b"\n" + indicator(OTHER, "evil.example") + b"\n"),
        ("x", indicator() + b"\n" + indicator(OTHER, "evil.example") + b"\n"),
        ("x.json", b"[" + indicator() + b"," + indicator(OTHER, "evil.example") + b"]"),
        ("x.json.gz", gzip.compress(bundle(indicator(), indicator(OTHER, "evil.example")))),
        ("x.jsonl", bundle(indicator()) + b"\n" + bundle(indicator(OTHER, "evil.example"))),
    ],
    ids=["bundle", "pretty", "lines", "lines-unnamed", "array", "packed", "bundles"],
)
def test_an_indicator_of_stix_is_called_by_its_id(write, name, content):
    loaded = detection.load_indicators(write(name, content))
    assert loaded.compiled.of_text("www.evil.example") == (EVIL, OTHER)
    assert loaded.left_out == 0


def test_a_value_listed_twice_is_one_indicator_and_in_two_spellings_two(write):
    loaded = detection.load_indicators(write("x.txt", "evil.example\nevil.example\nEVIL.example\n192.0.2.7:80\n"))
    assert loaded.compiled.of_text("evil.example") == ("evil.example", "EVIL.example")
    assert loaded.compiled.of_text("192.0.2.7") == ("192.0.2.7:80",)
    assert len(loaded.compiled) == 3


def test_a_comma_within_a_url_is_part_of_it(write):
    loaded = detection.load_indicators(write("x.txt", "http://evil.example/a,b?c=1,2\nevil.example,domain\n"))
    assert loaded.compiled.of_text("http://evil.example/a,b?c=1,2") == ("http://evil.example/a,b?c=1,2", "evil.example")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_versions_of_one_id_the_newest_counts(write, order):
    versions = [indicator(value="old.example"), indicator(value="new.example", hours=1)]
    loaded = detection.load_indicators(write("x.json", bundle(*(versions[each] for each in order))))
    assert loaded.compiled.of_text("new.example") == (EVIL,)
    assert loaded.compiled.of_text("old.example") == ()


def test_what_cannot_be_used_is_named_with_the_reason_and_the_rest_is_used(write):
    objects = [
        indicator(),
        indicator(OTHER, pattern="[domain-name:value = 'a' AND domain-name:value = 'b']"),
        indicator("indicator--00000000-0000-4000-8000-000000000003", "x.example", revoked=True),
        indicator("indicator--00000000-0000-4000-8000-000000000004", pattern_type="yara"),
        b'{"type":"malware"}',
        b'{"type":"indicator","pattern":"[domain-name:value = \'x.example\']"}',
        b'{"type":"indicator","type":"indicator"}',
        b"{broken",
    ]
    loaded = detection.load_indicators(write("x.jsonl", b"\n".join(objects)))
    assert len(loaded.compiled) == 1
    assert codes(loaded)[:4] == [
        "detection.not-compiled",
        "detection.revoked",
        "detection.other-language",
        "detection.no-id",
    ]
    assert loaded.left_out == 6


def test_lines_of_a_list_that_match_everybody_are_left_out(write):
    loaded = detection.load_indicators(write("x.txt", "evil.example\n0.0.0.0/0\nco.jp\ncom\n\n::/0\n"))
    assert len(loaded.compiled) == 1
    assert codes(loaded) == [
        "lists.whole-internet",
        "lists.whole-registry",
        "lists.not-a-value",
        "lists.whole-internet",
    ]


@pytest.mark.parametrize(
    ("name", "content"), [("x.txt", "\n# nothing\n"), ("x.txt", "com\n"), ("x.json", bundle(b'{"type":"malware"}'))]
)
def test_a_file_with_nothing_to_look_for_is_refused(write, name, content):
    with pytest.raises(InputError) as refused:
        detection.load_indicators(write(name, content))
    assert refused.value.reason.code == "detection.nothing-to-look-for"


def test_a_file_that_is_empty_missing_or_cut_is_said_so(write, tmp_path):
    with pytest.raises(InputError):
        detection.load_indicators(write("x.txt", b""))
    with pytest.raises(WorldError):
        detection.load_indicators(tmp_path / "none")
    packed = gzip.compress(b"".join(b"%d.evil.example\n" % number for number in range(5000)))
    loaded = detection.load_indicators(write("x.gz", packed[: len(packed) // 2]))
    assert 0 < len(loaded.compiled) < 5000
    assert codes(loaded)[-1] == "gzip.cut"


def test_what_is_held_is_hunted_and_the_hunt_is_in_the_audit_log(node, write, tmp_path):
    hold(node, indicator(), indicator(OTHER, "other.example"))
    write("a.log", '{"query":"www.evil.example"}\n{"query":"x"}\n')
    report = detection.ScanReport()
    hits = list(detection.hunt_held(node, [Path("a.log")], report, base=tmp_path))
    assert [(hit.indicator, hit.file, hit.line) for hit in hits] == [(EVIL, "a.log", 1)]
    with node.database.read() as connection:
        (leaf,) = [each for each in ledger.leaves(connection, "audit", 0, 100) if each.kind == "detection:logs:hunt"]
    assert b"www" not in leaf.body if isinstance(leaf.body, bytes) else "www" not in str(leaf.body)
    withdrawal.recall(node, [EVIL], why="wrong")
    assert list(detection.hunt_held(node, [tmp_path / "a.log"], detection.ScanReport())) == []


def test_a_hunt_for_nothing_or_from_nowhere_is_refused(node, write):
    path = write("a.log", "{}\n")
    with pytest.raises(InputError) as refused:
        detection.hunt_held(node, [path], detection.ScanReport())
    assert refused.value.reason.code == "detection.nothing-held"
    with pytest.raises(CallerError) as refused:
        detection.hunt_held(node, [Path("a.log")], detection.ScanReport())
    assert refused.value.reason.code == "detection.absolute"
    with pytest.raises(WorldError):
        detection.hunt_held(node, [Path("/none/at/all")], detection.ScanReport())
