# SPDX-License-Identifier: MIT
"""Two nations whose nodes never meet on a network: everything between them is carried in files, both ways."""

from __future__ import annotations

import json
import socket

import pytest

from making_commands import Person, settle
from making_release import indicator, report, uid
from tasuki.adapters.partner_http import HttpLink

GIVEN, MISTAKEN, NARROW, KEPT = (uid("indicator", number) for number in (1, 2, 3, 4))
ASK = (
    "assist", "ask", "--to", "GBR/ncsc:csirt", "--trigger", "ransomware", "--severity", "3", "--want", "indicators",
    "--consent", "anonymous", "--effect", "disruptive", "--summary", "Shipments of a food maker stopped.",
)  # fmt: skip


class Courier:
    """Carries files between two people, and remembers what they said of them."""

    def __init__(self, folder, gbr, jpn):
        self.folder, self.sides, self.trips = folder, {"GBR": gbr, "JPN": jpn}, 0

    def go(self, sender, reader):
        """Take the next files from one side to the other."""
        self.trips += 1
        out = self.folder / f"{self.trips}.tasukib"
        made = self.sides[sender].ask("bundle", "export", "--to", reader, "--out", out)["files"]
        return self.sides[reader].ask("bundle", "import", *[each["file"] for each in made])["files"]

    def round(self):
        """Take files both ways, twice: what is asked is answered, and the answer confirmed."""
        return [took for _ in range(2) for way in (("JPN", "GBR"), ("GBR", "JPN")) for took in self.go(*way)]


def meet(folder, gbr, jpn):
    """Hand anchors over and compare their fingerprints."""
    for one, other, name in ((gbr, jpn, "GBR"), (jpn, gbr, "JPN")):
        own = one.ask("partner", "anchor", "--out", folder / f"{name}.anchor")
        other.run("partner", "add", folder / f"{name}.anchor")
        other.run("partner", "verify", name, "--compared", own["words"], "--by", "Aoki", "--by", "Brown")


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    folder = tmp_path_factory.mktemp("by-file")
    gbr, jpn = settle(folder / "gbr"), Person(settle(folder / "jpn", "JPN").directory, "ja_JP")
    meet(folder, gbr, jpn)
    return Courier(folder, gbr, jpn)


@pytest.fixture
def alone(monkeypatch):
    """Let nobody reach anybody: a question to a partner over a network fails the test."""

    def reached(*_words, **_named):
        pytest.fail("a partner was asked over a network")

    for name in ("post", "ask"):
        monkeypatch.setattr(HttpLink, name, reached)
    monkeypatch.setattr(socket, "create_connection", reached)


def held(person, stix_id):
    return [each["body"] is not None for each in person.ask("show", stix_id)]


@pytest.mark.usefixtures("alone")
def test_the_whole_exchange_works_with_files_alone(met):
    gbr, jpn = met.sides["GBR"], met.sides["JPN"]
    share(met, gbr)
    took = met.round()
    assert {(each["state"], *each["refused"]) for each in took} == {("taken",)}
    assert all(each["confined"]["limits"] for each in took)
    assert [held(jpn, each) for each in (GIVEN, MISTAKEN, NARROW)] == [[True]] * 3
    withheld(met, gbr, jpn)
    taken_back(met, gbr, jpn)
    assisted(met, gbr, jpn)
    cosigned(met, gbr, jpn)


def share(met, gbr):
    file = met.folder / "given.json"
    objects = [indicator(number, "green") for number in (1, 2, 3)]
    file.write_text(json.dumps({"type": "bundle", "id": uid("bundle", 0), "objects": objects}), "utf-8")
    gbr.ask("import", file, "--basis", "own-analysis")
    gbr.ask("share", GIVEN, MISTAKEN, NARROW, "--to", "JPN/nco:csirt")


def withheld(met, gbr, jpn):
    """AIR08: what may not go is in no file, also where it was shared before it was narrowed."""
    file = met.folder / "kept.json"
    kept = [indicator(4, "green"), report(5, "red")]
    file.write_text(json.dumps({"type": "bundle", "id": uid("bundle", 1), "objects": kept}), "utf-8")
    gbr.ask("import", file, "--basis", "own-analysis")
    assert gbr.ask("share", KEPT, uid("report", 5), "--to", "JPN/nco:csirt")["withheld"] == 1
    gbr.ask("mark", KEPT, "--tlp", "amber", "--releasable-to", "GBR/ncsc:csirt")
    took = met.round()
    assert all(each["state"] == "taken" for each in took)
    for stix_id in (KEPT, uid("report", 5)):
        jpn.run("show", stix_id, code=1)
    files = b"".join(path.read_bytes() for path in met.folder.glob("*.tasukib"))
    assert uid("report", 5).encode() not in files


def taken_back(met, gbr, jpn):
    gbr.ask("recall", MISTAKEN, "--why", "It was for somebody else.")
    gbr.ask("narrow", NARROW, "--releasable-to", "JPN/nco:csirt", "--why", "It names a source.")
    met.round()
    assert held(jpn, MISTAKEN) == [False]
    attested = {each["verb"]: each["attested"]["counts"] for each in gbr.ask("withdrawals")["made"]}
    assert attested == {"recall": {"use-stopped": 1}, "narrow": {"narrowed": 1}}


def assisted(met, gbr, jpn):
    stix_id = jpn.ask(*ASK)["id"]
    met.round()
    assert "JPN/nco:csirt asks GBR/ncsc:csirt: ransomware" in gbr.run("assist", "show", stix_id).output
    gbr.ask("assist", "acknowledge", stix_id, "--office", "NCSC duty desk", "--severity", "C3")
    gbr.ask("assist", "answer", stix_id, "--office", "NCSC duty desk", "--accept", "indicators")
    met.round()
    assert "GBR の深刻度: C3" in jpn.run("assist", "show", stix_id).output
    assert jpn.ask("assist", "close", stix_id, "--outcome", "fulfilled", "--office", "NCO")["state"] == "closed"
    met.round()
    assert gbr.ask("assist", "show", stix_id)["state"] == "closed"


def cosigned(met, gbr, jpn):
    """Both logs are cosigned, nothing waits, and evidence of what went by file holds for a third."""
    for person, partner in ((gbr, "JPN"), (jpn, "GBR")):
        (log,) = person.ask("ledger", "show", "--with", partner)
        assert [each["cosigned_by"] for each in log["checkpoints"]] == [log["checkpoints"][0]["cosigned_by"]] * len(
            log["checkpoints"]
        )
        assert log["checkpoints"][0]["size"] == log["size"]
        assert [each["differences"] for each in person.ask("ledger", "audit", "--with", partner)] == [[]]
        assert all(lane["unanswered"] == lane["waiting"] == 0 for lane in person.ask("channel", "show")["lanes"])
        (view,) = person.ask("bundle", "status")
        assert (view["missing"], view["held"]) == ([], [])
    sent = [each for each in gbr.ask("channel", "show")["envelopes"] if each["direction"] == "out"]
    evidence = met.folder / "evidence.json"
    gbr.ask("ledger", "prove", sent[0]["env_id"], "--with", "JPN", "--out", evidence, "--open")
    anchors = [word for name in ("GBR", "JPN") for word in ("--anchor", met.folder / f"{name}.anchor")]
    assert gbr.ask("verify", evidence, *anchors)["files"][0]["holds"]


@pytest.mark.usefixtures("alone")
def test_a_file_that_was_lost_is_given_again_and_then_all_goes_on(met):
    gbr, jpn = met.sides["GBR"], met.sides["JPN"]
    gbr.ask("bundle", "export", "--to", "JPN", "--out", met.folder / "lost.tasukib")
    lost = gbr.ask("bundle", "status")[0]["unconfirmed"][-1]["number"]
    (held_one,) = met.go("GBR", "JPN")
    assert (held_one["state"], held_one["missing"]) == ("held", [lost, lost])
    assert f"未着: バンドル {lost}" in jpn.run("bundle", "status").output
    gbr.ask("bundle", "export", "--to", "JPN", "--out", met.folder / "again.tasukib", "--number", str(lost))
    assert (met.folder / "again.tasukib").read_bytes() == (met.folder / "lost.tasukib").read_bytes()
    (took,) = jpn.ask("bundle", "import", met.folder / "again.tasukib")["files"]
    assert (took["state"], took["also"]) == ("taken", [lost + 1])
