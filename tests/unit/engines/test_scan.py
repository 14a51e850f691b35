# SPDX-License-Identifier: MIT
"""A scan finds every log, reads each as what it is, counts what it saw and is stopped by nothing in it."""

import gzip
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from tasuki.base.errors import WorldError
from tasuki.core.detection.matchers import CompiledSet
from tasuki.engines.scan import SHOWN, ScanReport, log_files, scan

ZEEK = "#fields\tts\tquery\n#types\ttime\tstring\n1331904608.080000\tevil.example\n1331904600.000000\tgood.example\n"
LINES = '{"ts":1588206738.5,"query":"a.evil.example","host":"evil.example","uri":"/a"}\n{"ts":1588206739,"query":"x"}\n'
LIST = json.dumps([{"timestamp": "2019-01-02T03:50:11.315110+0000", "src_ip": "192.0.2.7"}, {"src_ip": "x"}], indent=1)


@pytest.fixture
def compiled():
    made = CompiledSet()
    made.add("evil", [("domain", "evil.example")])
    made.add("net", [("cidr4", "192.0.2.0/24")])
    made.add("url", [("url", "http://evil.example/a")])
    return made


@pytest.fixture
def write(tmp_path):
    def make(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def run(compiled, *paths, form="auto"):
    report = ScanReport()
    hits = list(scan(compiled, log_files(paths), report, form=form))
    return hits, report


def told(hits):
    return [(hit.indicator, hit.field, hit.value, Path(hit.file).name, hit.line, hit.time) for hit in hits]


def test_every_form_is_read_as_what_it_is(compiled, write, tmp_path):
    write("1.log", ZEEK)
    write("2.json", LINES)
    write("3.json.gz", gzip.compress(LIST.encode()))
    hits, report = run(compiled, tmp_path)
    assert told(hits) == [
        ("evil", "query", "evil.example", "1.log", 3, "2012-03-16T13:30:08.080000Z"),
        ("evil", "query", "a.evil.example", "2.json", 1, "2020-04-30T00:32:18.500000Z"),
        ("evil", "host", "evil.example", "2.json", 1, "2020-04-30T00:32:18.500000Z"),
        ("url", "uri", "/a", "2.json", 1, "2020-04-30T00:32:18.500000Z"),
        ("net", "src_ip", "192.0.2.7", "3.json.gz", 2, "2019-01-02T03:50:11.315110Z"),
    ]
    assert report.as_json() | {"problems": [], "values": [], "sighted": {}} == {
        "files": 3,
        "records": 6,
        "rotten": 0,
        "broken": 0,
        "unread": 0,
        "first": "2012-03-16T13:30:00.000000Z",
        "last": "2020-04-30T00:32:19.000000Z",
        "hits": 5,
        "indicators_hit": 3,
        "values": [],
        "problems": [],
        "sighted": {},
    }
    assert report.as_json()["sighted"]["evil"] == {
        "count": 2,
        "first": "2012-03-16T13:30:08.080000Z",
        "last": "2020-04-30T00:32:18.500000Z",
    }


def test_one_value_in_two_fields_is_two_hits_and_twice_in_one_field_one(compiled, write):
    path = write("x.json", '{"a":"evil.example","b":["evil.example","evil.example"]}\n')
    hits, report = run(compiled, path)
    assert [hit.field for hit in hits] == ["a", "b"]
    assert report.sighted["evil"].count == 1


def test_rotten_lines_are_counted_shown_and_never_fatal(compiled, write):
    path = write("x.log", "\n".join(["{"] * 50 + ['{"q":"evil.example"}'] + ["[1]", "\0\0"]))
    hits, report = run(compiled, path)
    assert told(hits) == [("evil", "q", "evil.example", "x.log", 51, None)]
    assert (report.records, report.rotten) == (1, 52)
    assert len(report.problems) == SHOWN
    assert report.problems[0].as_json()["line"] == 1


@pytest.mark.parametrize("first", ['"x","b":1}', '["a","b"],"c":[1]}', "", "[", '[{"rrname":"a"}]}', "{"])
def test_a_rotten_first_line_does_not_hide_the_others(compiled, write, first):
    path = write("x.json", f"{first}\n" + '{"q":"evil.example"}\n' * 3)
    hits, report = run(compiled, path)
    assert [hit.line for hit in hits] == [2, 3, 4]
    assert report.records == 3


def test_a_list_with_an_element_a_line_is_a_list(compiled, write):
    path = write("x.json", '[{"q":"evil.example"},\n{"q":"evil.example"},\n{"q":"evil.example"}]\n')
    hits, report = run(compiled, path)
    assert [hit.line for hit in hits] == [1, 2, 3]
    assert (report.records, report.rotten) == (3, 0)


@pytest.mark.parametrize(("form", "rotten"), [("auto", 2), ("zeek", 2), ("json", 2), ("eve", 2)])
def test_what_is_no_log_is_all_rotten(compiled, write, form, rotten):
    hits, report = run(compiled, write("x.log", "evil.example\n192.0.2.7\n"), form=form)
    assert (hits, report.records, report.rotten) == ([], 0, rotten)


def test_a_cut_list_gives_what_comes_before(compiled, write):
    path = write("x.json", '[{"q":"evil.example"},\n{"q":"evil.exam')
    hits, report = run(compiled, path)
    assert (len(hits), report.records, report.rotten) == (1, 1, 1)


def test_a_cut_packed_file_is_reported_and_the_next_is_read(compiled, write, tmp_path):
    packed = gzip.compress(LINES.encode() * 3000, 1)
    write("1.json.gz", packed[: len(packed) // 2])
    write("2.json", LINES)
    hits, report = run(compiled, tmp_path)
    assert {Path(hit.file).name for hit in hits} == {"1.json.gz", "2.json"}
    assert (report.files, report.broken, report.unread) == (2, 1, 0)
    assert "gzip.cut" in [each.reason.code for each in report.problems]


def test_a_file_that_cannot_be_read_is_reported_and_the_next_is_read(compiled, write, tmp_path):
    logs = log_files([write("1.log", ZEEK), write("2.log", ZEEK)])
    (tmp_path / "1.log").unlink()
    report = ScanReport()
    hits = list(scan(compiled, logs, report))
    assert [Path(hit.file).name for hit in hits] == ["2.log"]
    assert (report.files, report.unread) == (2, 1)
    assert report.problems[0].reason.code == "engines.log-file"


def test_a_recall_during_a_hunt_takes_effect_at_once(compiled, write):
    logs = log_files([write("x.json", '{"q":"evil.example"}\n' * 5)])
    found = []
    for hit in scan(compiled, logs, ScanReport()):
        found.append(hit.line)
        if hit.line == 2:
            compiled.remove("evil")
    assert found == [1, 2]


def test_progress_hears_how_far_it_is(compiled, write):
    path = write("x.json", LINES * 20_000)
    heard = []
    report = ScanReport()
    list(scan(compiled, log_files([path]), report, progress=lambda now: heard.append(now.size)))
    assert heard == sorted(heard)
    assert heard[-1] == report.size == path.stat().st_size
    assert len(heard) > 3


def test_memory_is_flat_and_giant_lines_are_passed_by(write):
    compiled = CompiledSet()
    compiled.add("evil", [("domain", "evil.example")])
    giant = b'{"a":"' + b"x" * (6 << 20) + b'"}\n'
    path = write("x.json", b'{"q":"evil.example"}\n' + giant * 4 + b'{"q":"b.evil.example"}\n')
    report = ScanReport()
    tracemalloc.start()
    hits = list(scan(compiled, log_files([path]), report))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [hit.line for hit in hits] == [1, 6]
    assert report.rotten == 4
    assert {each.reason.code for each in report.problems} == {"telemetry.too-long"}
    assert peak < 24 << 20


def test_a_big_list_is_never_in_memory_as_a_whole(write):
    element = b'{"src_ip":"192.0.2.7","pad":"' + b"x" * 2000 + b'"}'
    path = write("x.json", b"[" + b",\n".join([element] * 8000) + b"]")
    compiled = CompiledSet()
    report = ScanReport()
    tracemalloc.start()
    assert list(scan(compiled, log_files([path]), report)) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.records == 8000
    assert peak < path.stat().st_size // 3


def test_logs_are_found_in_folders_by_name_and_by_glob_in_order(write, tmp_path):
    for name in ("b.log", "a.json.gz", "sub/c.ndjson", "SOURCE.txt", "sub/d.eve", "e.log.bak"):
        write(name, "")
    shown = [Path(log.shown).name for log in log_files([tmp_path])]
    assert shown == ["a.json.gz", "b.log", "c.ndjson", "d.eve"]
    named = [tmp_path / "SOURCE.txt", tmp_path / "*.log", tmp_path / "b.log"]
    assert [Path(log.shown).name for log in log_files(named)] == ["SOURCE.txt", "b.log"]


def test_files_are_called_as_they_were_written(write, tmp_path):
    write("logs/a.log", ZEEK)
    base = tmp_path / "elsewhere"
    base.mkdir()
    (relative,) = log_files([Path("../logs")], base)
    assert (relative.shown, relative.path.exists()) == (os.path.join("..", "logs", "a.log"), True)  # noqa: PTH118 as typed
    (absolute,) = log_files([tmp_path / "logs"], base)
    assert absolute.shown == str(tmp_path / "logs" / "a.log")


@pytest.mark.parametrize("name", ["none", "none*", "none/x.log"])
def test_where_there_is_no_log_it_says_so(tmp_path, name):
    with pytest.raises(WorldError) as refused:
        log_files([tmp_path / name])
    assert refused.value.reason.code == "engines.no-logs"


RECORDS = [json.dumps({"src_ip": f"192.0.2.{number}"}) for number in range(3)]


@pytest.mark.parametrize(
    "text",
    [
        "[\n" + ",\n".join(RECORDS) + "\n]\n",
        "[" + ",\n".join(RECORDS) + "]",
        "[\n" + "\n,\n".join(RECORDS) + "\n]",
        '{\n"hits": [\n' + ",\n".join(RECORDS) + "\n]\n}\n",
        "\n".join(RECORDS),
        "[cut\n" + "\n".join(RECORDS),
        "[\n" + RECORDS[0] + "\n" + "\n".join(RECORDS),
    ],
    ids=["a-line-each", "brackets-beside", "commas-alone", "in-an-object", "lines", "rotten-first", "open-first"],
)
def test_no_layout_of_records_hides_one(compiled, write, text):
    hits, _ = run(compiled, write("layout.json", text))
    assert {hit.value for hit in hits} == {"192.0.2.0", "192.0.2.1", "192.0.2.2"}
