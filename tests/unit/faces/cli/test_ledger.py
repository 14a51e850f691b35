# SPDX-License-Identifier: MIT
"""`tasuki ledger` and `tasuki verify` in both languages: what people type, read, and how it ends."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import fields

import pytest
from click.testing import CliRunner
from tlog_scales import backend, reader

from making_ledger import change, cosigned, joined, put, send, sent_ids
from making_nodes import anchor_file
from tasuki.core.ledger.model import AUDIT
from tasuki.faces.api.app import api_app
from tasuki.faces.cli.kit import House
from tasuki.faces.cli.ledger import COMMANDS
from tasuki.services import ledger
from tasuki.services.channel import seal_next
from tasuki.store import ledger as store


class Typist:
    """A person at one node, in one language; without a node, somebody who was handed files."""

    def __init__(self, node=None, language="en_GB"):
        self.node, self.language = node, language

    def run(self, *words, code=0):
        @contextmanager
        def opened(_directory):
            yield api_app(self.node)

        house = House(**{**dict.fromkeys(each.name for each in fields(House)), "open_node": opened})
        environment = {"LC_ALL": f"{self.language}.UTF-8", "COLUMNS": "200"}
        if self.node is not None:
            environment["TASUKI_NODE"] = str(self.node.directory)
        group, verify = COMMANDS
        chosen = verify if words[0] == "verify" else group
        done = CliRunner(env=environment).invoke(
            chosen, [str(word) for word in words[1:]], obj=None if self.node is None else house, prog_name="tasuki"
        )
        assert done.exit_code == code, done.output
        return done.output

    def json(self, *words, code=0):
        return json.loads(self.run(*words, "--json", code=code))


@pytest.fixture
def bench(tmp_path):
    """Give both nodes and a folder with both anchors, after some exchange."""
    with joined(tmp_path) as (gbr, jpn):
        send(gbr, "JPN", 2)
        send(jpn, "GBR", 1)
        cosigned(gbr, jpn)
        anchors = tmp_path / "anchors"
        anchors.mkdir()
        for node in (gbr, jpn):
            (anchors / f"{node.me.participant}.anchor").write_bytes(anchor_file(node))
        yield gbr, jpn, anchors


def test_the_logs_are_read_by_people_of_both_languages(bench):
    gbr, _, _ = bench
    env_id = sent_ids(gbr)[0]
    english = Typist(gbr).run("ledger", "show", "--with", "JPN")
    assert "pair:JPN: 5 leaves, root " in english
    assert "cosigned by tasuki/JPN/jpn-1/witness at 2026-03-01T12:00:00Z" in english
    assert f"envelope sent: {env_id}, lane urgent 1/1" in english
    japanese = Typist(gbr, "ja_JP").run("ledger", "show", "--with", "JPN")
    assert f"封筒を送信: {env_id}、レーン urgent 1/1" in japanese
    assert "mirror of JPN's log: 4 leaves, 4 cosigned by us" in english
    everything = Typist(gbr).run("ledger", "show", "--limit", "1")
    assert everything.count("leaves, root") == 2
    assert len(Typist(gbr).json("ledger", "show", "--audit")) == 1


def test_a_checkpoint_that_waits_for_its_cosignature_is_shown_so(bench):
    gbr, _, _ = bench
    put(gbr, "JPN")
    assert seal_next(gbr, "JPN", "urgent")
    ledger.checkpoint(gbr, "pair:JPN")
    ledger.checkpoint(gbr, AUDIT)
    assert "checkpoint 6: signed 2026-03-01T12:00:00Z, not cosigned yet" in Typist(gbr).run(
        "ledger", "show", "--with", "JPN"
    )
    assert "not cosigned" not in Typist(gbr).run("ledger", "show", "--audit")


@pytest.mark.parametrize("opened", [False, True])
def test_evidence_is_written_by_one_and_verified_by_another(bench, tmp_path, opened):
    gbr, _, anchors = bench
    file, env_id = tmp_path / "evidence.json", sent_ids(gbr)[1]
    words = ["ledger", "prove", env_id, "--with", "JPN", "--out", file, *(["--open"] if opened else [])]
    assert Typist(gbr).json(*words) == {
        "file": str(file), "partner": "JPN", "env_id": env_id, "index": 2, "opened": opened,
    }  # fmt: skip
    both = ["--anchor", anchors / "GBR.anchor", "--anchor", anchors / "JPN.anchor"]
    answer = Typist().json("verify", file, *both)
    (found,) = answer["files"]
    assert found["holds"]
    assert found["meaning"]["index"] == 2
    assert (env_id in json.dumps(found)) == opened
    assert {each["node"] for each in answer["anchors"]} == {"GBR/gbr-1", "JPN/jpn-1"}
    text = Typist(language="ja_JP").run("verify", file, "--anchor", anchors)
    assert f"{file}: 成立" in text
    assert text.count("  ok ") == (6 if opened else 4)


def test_one_file_of_many_that_does_not_hold_is_named(bench, tmp_path):
    gbr, _, anchors = bench
    good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
    Typist(gbr).run("ledger", "prove", sent_ids(gbr)[1], "--with", "JPN", "--out", good, "--open")
    bad.write_bytes(good.read_bytes().replace(b'"index":2', b'"index":3'))
    none.write_bytes(b"{}")
    text = Typist().run("verify", good, bad, none, "--anchor", anchors, code=1)
    assert f"{good}: holds" in text
    assert f"{bad}: DOES NOT HOLD" in text
    assert "!! inclusion:" in text
    assert "!! form: Expected an evidence file (tasuki-evidence@v1), found another format." in text
    files = Typist().json("verify", good, bad, none, "--anchor", anchors, code=1)["files"]
    assert [each["holds"] for each in files] == [True, False, False]
    assert files[1]["meaning"] == {}


def test_a_wrong_use_is_no_wrong_proof(bench, tmp_path):
    gbr, _, anchors = bench
    file, empty = tmp_path / "evidence.json", tmp_path / "empty"
    empty.mkdir()
    Typist(gbr).run("ledger", "prove", sent_ids(gbr)[0], "--with", "JPN", "--out", file)
    for words in (
        ["verify", file],
        ["verify", "--anchor", anchors],
        ["verify", tmp_path / "missing.json", "--anchor", anchors],
        ["verify", file, "--anchor", tmp_path / "missing.anchor"],
        ["verify", file, "--anchor", file],
        ["verify", file, "--anchor", empty],
    ):
        for language in ("en_GB", "ja_JP"):
            assert "Traceback" not in Typist(language=language).run(*words, code=2)
    assert Typist().run("verify", file, "--anchor", anchors / "GBR.anchor", code=1)


def test_evidence_that_cannot_be_made_or_written_says_why(bench, tmp_path):
    gbr, _, _ = bench
    prove = ["ledger", "prove", sent_ids(gbr)[0], "--with", "JPN", "--out"]
    assert "failed" in Typist(gbr).run(*prove, tmp_path, code=1)
    missing = ["ledger", "prove", "none", "--with", "JPN", "--out", tmp_path / "x"]
    assert "No leaf of the log with JPN is about none" in Typist(gbr).run(*missing, code=1)
    assert "葉はありません" in Typist(gbr, "ja_JP").run(*missing, code=1)
    assert not (tmp_path / "x").exists()


def test_an_audit_ends_with_1_when_something_differs(bench):
    gbr, _, _ = bench
    assert "everything fits" in Typist(gbr).run("ledger", "audit", "--with", "JPN")
    assert "すべて一致" in Typist(gbr, "ja_JP").run("ledger", "audit")
    table = store.LEAVES
    change(gbr, table.update().where(table.c.log == "pair:JPN", table.c.leaf_index == 1).values(salt=bytes(32)))
    text = Typist(gbr).run("ledger", "audit", "--with", "JPN", code=1)
    assert "!! pair:JPN: leaf 1 was altered" in text
    assert "everything fits" not in text
    assert Typist(gbr).json("ledger", "audit", "--with", "JPN", code=1)[0]["differences"]
    assert "葉1が変更されています" in Typist(gbr, "ja_JP").run("ledger", "audit", "--with", "JPN", code=1)


def test_what_has_not_arrived_is_told_and_is_no_difference(bench):
    gbr, jpn, _ = bench
    put(gbr, "JPN")
    assert seal_next(gbr, "JPN", "urgent")
    ledger.cosign_with(gbr, "JPN")
    text = Typist(jpn).run("ledger", "audit", "--with", "GBR")
    assert f"not arrived yet: leaf 5 of GBR (envelope sent, envelope {sent_ids(gbr)[-1]})" in text
    assert "cosigned all the same at 2026-03-01T12:00:00Z" in text


def test_an_export_is_read_by_another_program_and_brought_up_to_date(bench, tmp_path):
    gbr, jpn, _ = bench
    out = tmp_path / "log"
    assert Typist(gbr).json("ledger", "export", "--with", "JPN", "--out", out)["files"] == 3
    send(gbr, "JPN")
    cosigned(gbr, jpn)
    answer = Typist(gbr).json("ledger", "export", "--with", "JPN", "--out", out)
    log = reader.TilesReader(backend.LocalBackend(out))
    log.get_checkpoint()
    with gbr.database.read() as connection:
        assert (answer["size"], log.calculate_root_hash()) == store.root(connection, "pair:JPN")


def test_an_export_leaves_other_directories_alone(bench, tmp_path):
    gbr, jpn, anchors = bench
    before = sorted(anchors.iterdir())
    assert "Expected" in Typist(gbr).run("ledger", "export", "--with", "JPN", "--out", anchors, code=2)
    assert sorted(anchors.iterdir()) == before
    out = tmp_path / "log"
    Typist(gbr).run("ledger", "export", "--with", "JPN", "--out", out)
    Typist(jpn).run("ledger", "export", "--with", "GBR", "--out", out, code=2)
    assert "別のディレクトリ" in Typist(gbr, "ja_JP").run("ledger", "export", "--with", "JPN", "--out", anchors, code=2)


@pytest.mark.parametrize("language", ["en_GB", "ja_JP"])
def test_every_command_explains_itself_with_an_example(language):
    group, _ = COMMANDS
    for name in group.commands:
        text = Typist(language=language).run("ledger", name, "--help")
        assert f"tasuki ledger {name}" in text
    assert "tasuki verify evidence.json" in Typist(language=language).run("verify", "--help")
