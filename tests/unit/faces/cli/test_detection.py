# SPDX-License-Identifier: MIT
"""`tasuki hunt` in both languages: hits for machines, coverage for people, an exit code that means one thing."""

import json
from contextlib import contextmanager
from dataclasses import fields

import pytest
from click.testing import CliRunner

from making_detection import EVIL, OTHER, hold, indicator
from making_nodes import two_nodes
from tasuki.faces.api.app import api_app
from tasuki.faces.cli import detection
from tasuki.faces.cli.detection import COMMANDS, _together
from tasuki.faces.cli.kit import House
from tasuki.formats.lists.reasons import WHOLE_REGISTRY

FIRST, LAST = "2020-04-30T00:32:18.000000Z", "2020-04-30T00:32:19.500000Z"
LOG = '{"ts":1588206738,"query":"www.evil.example"}\n{"ts":1588206739.5,"query":"good.example"}\n'


@pytest.fixture
def node(tmp_path):
    with two_nodes(tmp_path, lambda *_: b"") as (_, jpn):
        yield jpn


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.txt").write_text("EVIL.example\nunseen.example\nco.jp\n")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text(LOG)
    return tmp_path


def run(*words, node=None, language="en_GB", command=0):
    @contextmanager
    def opened(_directory):
        yield api_app(node)

    # These commands borrow nothing of the house but the way to the node.
    house = House(**{**dict.fromkeys(each.name for each in fields(House)), "open_node": opened})
    environment = {"LC_ALL": f"{language}.UTF-8", "TASUKI_NODE": None if node is None else str(node.directory)}
    return CliRunner(env=environment).invoke(COMMANDS[command], list(words), obj=house, prog_name="tasuki")


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_file_of_indicators_needs_no_node(folder):
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "hits.jsonl")
    assert done.exit_code == 0
    assert done.stdout == ""
    assert (folder / "hits.jsonl").read_text() == (
        '{"indicator":"EVIL.example","value":"www.evil.example","field":"query","file":"logs/a.log","line":1,'
        '"time":"2020-04-30T00:32:18.000000Z"}\n'
    )
    assert done.stderr.splitlines() == [
        "Lines or objects of list.txt that cannot be used as indicators: 1",
        f"  {WHOLE_REGISTRY.because(found='co.jp').sentence()}",
        f"Files: 1, records: 2, from {FIRST} to {LAST}; indicators looked for: 2.",
        "Hits: 1, on indicators: 1; written to hits.jsonl.",
    ]


def test_without_a_file_the_hits_have_standard_output_for_themselves():
    done = run("--indicators", "list.txt", "--logs", "logs", "--json")
    assert [json.loads(line)["indicator"] for line in done.stdout.splitlines()] == ["EVIL.example"]
    assert json.loads(done.stderr)["hits"] == 1


def test_with_json_the_summary_is_one_object():
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h.jsonl", "--json")
    summary = json.loads(done.stdout)
    assert done.stderr == ""
    assert {
        name: summary[name] for name in ("indicators", "left_out", "files", "records", "hits", "values", "out")
    } == {
        "indicators": 2,
        "left_out": 1,
        "files": 1,
        "records": 2,
        "hits": 1,
        "values": ["www.evil.example"],
        "out": "h.jsonl",
    }
    assert "sighted" not in summary


def test_finding_nothing_is_an_answer_and_exits_with_zero(folder):
    (folder / "list.txt").write_text("unseen.example\n")
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h.jsonl", language="ja_JP")
    assert done.exit_code == 0
    assert (folder / "h.jsonl").read_bytes() == b""
    assert done.stderr.splitlines() == [
        f"ファイル1件、レコード2件({FIRST}~{LAST})。探したインディケーター1件。",
        "ヒットなし。これらのログには含まれていません。",
    ]


def test_rotten_lines_and_cut_files_are_shown_and_exit_with_zero(folder):
    (folder / "logs" / "b.log").write_text('{"a":\n' * 30)
    (folder / "logs" / "c.log").write_bytes(b"\x1f\x8b\x08\x00cut")
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h.jsonl")
    assert done.exit_code == 0
    assert "Lines that are no records, left out: 30" in done.stderr
    assert "Files of which only a part could be read: 1" in done.stderr
    assert "  logs/b.log:1: Expected a JSON object, found something else." in done.stderr
    assert "and more like these" in done.stderr


def test_a_log_that_cannot_be_read_exits_with_one_after_the_others_were_read(folder, monkeypatch):
    (folder / "logs" / "b.log").write_text(LOG)
    found = detection.detection.log_files

    def vanishing(paths):
        logs = found(paths)
        (folder / "logs" / "a.log").unlink()
        return logs

    monkeypatch.setattr(detection.detection, "log_files", vanishing)
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h.jsonl")
    assert done.exit_code == 1
    assert [each["file"] for each in lines(folder / "h.jsonl")] == ["logs/b.log"]
    assert "Files that could not be read at all: 1" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--indicators", "none.txt", "--logs", "logs"], 1, "none.txt"),
        (["--indicators", "list.txt", "--logs", "nowhere"], 1, "nowhere"),
        (["--indicators", "list.txt", "--logs", "logs", "--out", "none/h.jsonl"], 1, "none/h.jsonl"),
        (["--indicators", "list.txt"], 2, "--logs"),
        (["--indicators", "list.txt", "--logs", "logs", "--format", "pcap"], 2, "pcap"),
        (["--indicators", "list.txt", "--logs", "logs", "--answer-to", "GBR/ncsc:csirt"], 2, "--sector"),
        (["--indicators", "node", "--logs", "logs"], 2, "--node"),
    ],
)
@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_what_cannot_be_is_one_line_and_its_exit_code(words, code, said, language):
    done = run(*words, language=language)
    assert done.exit_code == code
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_more_paths_may_follow(folder):
    (folder / "b.log").write_text(LOG)
    done = run("--indicators", "list.txt", "--logs", "logs", "b.log", "--logs", "b.log", "--json", "--out", "h.jsonl")
    assert json.loads(done.stdout)["files"] == 2


def test_all_that_a_node_holds_is_hunted_part_by_part(folder, node, monkeypatch):
    monkeypatch.setattr(detection, "_TOGETHER_BYTES", 1)
    hold(node, indicator(), indicator(OTHER, "unseen.example"))
    for name in ("b", "c"):
        (folder / "logs" / f"{name}.log").write_text(LOG + "{\n")
    done = run("--indicators", "node", "--logs", "logs", "--out", "h.jsonl", "--json", node=node)
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert (summary["indicators"], summary["files"], summary["records"], summary["rotten"]) == (2, 3, 6, 2)
    assert (summary["hits"], summary["indicators_hit"], summary["values"]) == (3, 1, ["www.evil.example"])
    assert [(each["file"], each["indicator"]) for each in lines(folder / "h.jsonl")] == [
        (f"logs/{name}.log", EVIL) for name in "abc"
    ]


ANSWER = ("--answer-to", "GBR/ncsc:csirt", "--sector", "energy", "--question", "Seen?")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en_GB", "Answered GBR/ncsc:csirt; sightings: 0, null results: 1. They go with the next sync."),
        ("ja_JP", "GBR/ncsc:csirtに回答しました。目撃情報0件、該当なし1件。次の同期で送られます。"),
    ],
)
def test_a_null_result_goes_back(folder, node, language, said):
    (folder / "list.txt").write_text("unseen.example\n")
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h", *ANSWER, node=node, language=language)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines()[-1] == said


def test_a_sighting_goes_back_for_what_is_held_under_its_id(node):
    hold(node, indicator())
    done = run("--indicators", "node", "--logs", "logs", "--out", "h", *ANSWER, "--json", node=node)
    assert json.loads(done.stdout)["answer"]["sightings"] == 1


def test_hits_without_an_id_cannot_be_answered_and_are_kept(folder, node):
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h", *ANSWER, node=node)
    assert done.exit_code == 1
    assert len(lines(folder / "h")) == 1
    assert "Hits: 1, on indicators: 1" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("tasuki: Expected hits on indicators that are held here")


def test_an_answer_that_cannot_be_given_is_refused_before_the_hunt(folder, node):
    words = ("--answer-to", "GBR/ncsc:csirt", "--sector", "kujira-brewing", "--question", "Seen?")
    done = run("--indicators", "list.txt", "--logs", "logs", "--out", "h", *words, node=node)
    assert done.exit_code == 2
    assert not (folder / "h").exists()


def test_reports_of_parts_come_to_the_report_of_the_whole():
    def report(first, last, **sighted):
        counts = {"files": 1, "records": 2, "rotten": 0, "broken": 0, "unread": 0, "hits": 3}
        return {**counts, "first": first, "last": last, "values": ["v"], "problems": [], "sighted": sighted}

    one = report("2020-01-02", "2020-01-03", a={"count": 1, "first": "2020-01-02", "last": None})
    other = report(
        None,
        "2020-01-04",
        a={"count": 2, "first": "2020-01-01", "last": None},
        b={"count": 1, "first": None, "last": None},
    )
    both = _together(_together({}, one), other)
    assert (both["records"], both["hits"], both["first"], both["last"]) == (4, 6, "2020-01-02", "2020-01-04")
    assert both["sighted"]["a"] == {"count": 3, "first": "2020-01-01", "last": None}
    assert both["indicators_hit"] == 2
    assert both["values"] == ["v"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en_GB", ["Indicators that can match here: 1; held with patterns beyond this version: 0."]),
        ("ja_JP", ["照合できるインディケーター: 1件。この版では照合できないパターン: 0件"]),
    ],
)
def test_the_live_set_is_shown(node, language, told):
    hold(node, indicator())
    assert run("show", node=node, language=language, command=1).stdout.splitlines() == told


MAY = "search own logs, look it up passively at others, block it at home, notify those concerned"
MAY_JA = "自組織のログの照合、第三者への受動的な照会、自組織での遮断、関係者への通知"


@pytest.mark.parametrize(
    ("language", "can", "nothing"),
    [
        (
            "en_GB",
            [
                f"{EVIL} can match here.",
                f"It may be used to {MAY}, and for nothing else.",
            ],
            "It may be used for nothing.",
        ),
        (
            "ja_JP",
            [
                f"{EVIL}は照合できます。",
                f"許可されている利用: {MAY_JA}。他の利用はできません。",
            ],
            "利用は許可されていません。",
        ),
    ],
)
def test_whether_an_indicator_can_match_and_what_for_is_said(node, language, can, nothing):
    hold(node, indicator())
    assert run("usable", EVIL, node=node, language=language, command=1).stdout.splitlines() == can
    assert run("usable", OTHER, node=node, language=language, command=1).stdout.splitlines()[1] == nothing
    assert json.loads(run("usable", EVIL, "--json", node=node, command=1).stdout)["usable"] is True
