# SPDX-License-Identifier: MIT
"""`tasuki assist` in both languages: what people type, read, and are told when it cannot be."""

import json
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta

import pytest
from click.testing import CliRunner

from making_assistance import CREATOR, arrive, bench
from making_statements import request, response
from tasuki.faces.api.app import api_app
from tasuki.faces.cli.assistance import COMMANDS
from tasuki.faces.cli.kit import House
from tasuki.formats.stix.assistance import write_statement
from tasuki.formats.stix.tlp import marking_id

ASK = (
    "ask", "--to", "GBR/ncsc:csirt", "--trigger", "ransomware", "--severity", "3", "--want", "indicators",
    "--want", "analysis", "--needed-by", "6h", "--consent", "anonymous", "--effect", "disruptive",
    "--summary", "Shipments of a food maker stopped.",
)  # fmt: skip
DESK = ("--office", "NCSC duty desk")


class Typist:
    """A person at one node, in one language."""

    def __init__(self, node, language):
        self.node, self.language = node, language

    def run(self, *words):
        @contextmanager
        def opened(_directory):
            yield api_app(self.node)

        # These commands borrow nothing of the house but the way to the node.
        house = House(**{**dict.fromkeys(each.name for each in fields(House)), "open_node": opened})
        environment = {"LC_ALL": f"{self.language}.UTF-8", "TASUKI_NODE": str(self.node.directory)}
        runner = CliRunner(env=environment)
        return runner.invoke(COMMANDS[0], list(words), obj=house, prog_name="tasuki assist")

    def json(self, *words):
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.output)


@pytest.fixture
def both(tmp_path):
    with bench(tmp_path) as nodes:
        yield nodes


@pytest.fixture
def tokyo(both):
    return Typist(both.jpn, "ja_JP")


@pytest.fixture
def london(both):
    return Typist(both.gbr, "en_GB")


def test_a_request_is_asked_read_answered_and_ended_by_typing(both, tokyo, london):
    stix_id = tokyo.json(*ASK)["id"]
    both.carry()
    read = london.run("show", stix_id).output
    assert "JPN/nco:csirt asks GBR/ncsc:csirt: ransomware (disruptive)" in read
    assert "severity of JPN: 3 severe [Severity of critical infrastructure service outages (NISC 2018)]" in read
    assert "severity of GBR: not stated" in read
    assert "acknowledgement hoped for by 2026-03-01 13:00:00Z, in 1 h 0 min" in read
    assert "creates no rights or obligations" in read
    assert london.run("acknowledge", stix_id, *DESK, "--severity", "C3").exit_code == 0
    answer = ("answer", stix_id, *DESK, "--accept", "indicators", "--decline", "analysis", "--reason-code", "capacity")
    told = london.run(*answer).output
    assert "intends to help with: indicators" in told
    assert "does not intend to help with: log analysis (no capacity at present)" in told
    assert "waits to be sent" in told
    assert "Said already" in london.run(*answer).output
    both.carry()
    shown = tokyo.run("show", stix_id).output
    assert "状態: 一部について支援の意向あり" in shown
    assert "GBR の深刻度: C3 重大なインシデント [NCSCインシデント分類]" in shown
    assert "権利義務を生じさせるものではない" in shown
    assert tokyo.json("close", stix_id, "--outcome", "partly-fulfilled", "--office", "NCO")["state"] == "closed"
    assert tokyo.run("list").output.strip() == "対応中の支援要請はありません。"
    assert "終了" in tokyo.run("list", "--all").output


def test_the_list_says_what_is_late(both, tokyo, london):
    tokyo.json(*ASK)
    both.carry()
    both.hands.now += timedelta(days=3, hours=2)
    (line,) = london.run("list").output.splitlines()
    assert line.endswith("requested, not acknowledged  PAST the time hoped for")
    assert "PAST by 3 d 1 h" in london.run("show", line.split()[0]).output
    assert "【目安超過】" in tokyo.run("list").output


def test_a_question_is_answered_by_amending(both, tokyo, london):
    stix_id = tokyo.json(*ASK)["id"]
    both.carry()
    london.json("answer", stix_id, *DESK, "--question", "Since when?")
    both.carry()
    assert "追加情報の求め: Since when?" in tokyo.run("show", stix_id).output
    amended = tokyo.json("amend", stix_id, "--explanation", "Since Friday.", "--want", "liaison")
    assert amended["request"]["wanted"] == ["liaison"]
    assert amended["request"]["summary"] == "Shipments of a food maker stopped."
    both.carry()
    assert "explanation: Since Friday." in london.run("show", stix_id).output


@pytest.mark.parametrize(
    ("words", "code", "english", "japanese"),
    [
        ((*ASK, "--tlp", "red"), 1, "TLP:RED is for named people only", "TLP:REDは特定の個人限り"),
        ((*ASK, "--consent", "national-only"), 2, "own authorities only", "国内当局限り"),
        ((*ASK, "--victim", "food maker"), 2, "names a victim", "被害者名があります"),
        ((*ASK, "--severity", "C1"), 2, "never the partner's", "相手の尺度ではなく"),
        (("show", "assistance-request--x"), 1, "tasuki assist list", "支援要請のIDではありません"),
        (("acknowledge", "x"), 2, "Missing option '--office'", "使い方が正しくありません"),
    ],
    ids=["red", "national only", "victim", "foreign scale", "unknown", "no office"],
)
def test_what_cannot_be_is_one_line_in_the_readers_language(both, words, code, english, japanese):
    for language, sentence in (("en_GB", english), ("ja_JP", japanese)):
        done = Typist(both.jpn, language).run(*words)
        assert done.exit_code == code
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_only_the_side_that_was_asked_acknowledges(tokyo):
    stix_id = tokyo.json(*ASK)["id"]
    done = tokyo.run("acknowledge", stix_id, "--office", "NCO")
    assert done.exit_code == 2
    assert "要請先のGBRだけ" in done.stderr


def test_only_the_asker_ends_and_amends(both, tokyo, london):
    stix_id = tokyo.json(*ASK)["id"]
    both.carry()
    for words in (("close", stix_id, "--outcome", "fulfilled", *DESK), ("amend", stix_id, "--summary", "Ours.")):
        done = london.run(*words)
        assert done.exit_code == 2
        assert "Only JPN, which asked, may amend or end" in done.stderr


def test_a_strangers_text_cannot_act_on_the_terminal(both, london):
    evil = "line\x1b[2Jgone\u202eturned\x07"
    raws = [
        write_statement(each, creator=CREATOR, markings=[marking_id("amber")])
        for each in (
            request(summary=evil, trigger=evil, consent=evil, wanted=(evil,), explanation=evil),
            response("accepted", 5, office=evil, question=evil, explanation=evil),
        )
    ]
    arrive(both.gbr, "JPN", *raws)
    shown = london.run("show", request().id).output + london.run("list").output
    assert "gone" in shown
    assert not {"\x1b", "\u202e", "\x07"} & set(shown)


def test_what_does_not_count_is_marked(both, london):
    wrong = response("accepted", 5, accepted=("hunt",))
    marked = [write_statement(each, creator=CREATOR, markings=[marking_id("amber")]) for each in (request(), wrong)]
    arrive(both.gbr, "JPN", *marked)
    assert "1 statement(s) do not count" in london.run("list").output
    assert "! JPN said `accepted`, which only GBR may say" in london.run("show", request().id).output


def test_unknown_requests_and_unreadable_ones_are_listed(both, tokyo):
    orphan, broken = (
        write_statement(each, creator=CREATOR, markings=[marking_id("amber")])
        for each in (response("accepted", 5), request())
    )
    arrive(both.jpn, "GBR", orphan, broken.replace(b'"GBR/ncsc:csirt"', b'"London"'))
    lines = tokyo.run("list").output
    assert "保有していない要請への発言" in lines
    assert "読取不能(GBR から)" in lines
    assert "対応中" not in lines
    assert tokyo.run("show", request().id).exit_code == 0


def test_words_and_extensions_are_handed_out(tokyo, tmp_path):
    assert "照合・検知の助言" in tokyo.run("words").output
    out = tmp_path / "extensions.json"
    assert tokyo.json("extensions", "--out", str(out)) == {"file": str(out)}
    assert json.loads(out.read_bytes())["type"] == "bundle"
    assert json.loads(tokyo.run("extensions").output)["type"] == "bundle"
    failed = tokyo.run("extensions", "--out", str(tmp_path))
    assert (failed.exit_code, "書き込めません" in failed.stderr) == (1, True)


@pytest.mark.parametrize("name", sorted(COMMANDS[0].commands))
def test_every_command_explains_itself_with_an_example(both, name):
    for language, word in (("en_GB", "Example"), ("ja_JP", "例")):
        told = Typist(both.jpn, language).run(name, "--help").output
        assert word in told
        assert f"tasuki assist {name}" in told
