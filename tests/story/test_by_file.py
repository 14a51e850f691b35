# SPDX-License-Identifier: MIT
"""Two nations whose nodes never meet on a network: everything between them is carried in files, both ways."""

from __future__ import annotations

import json

import pytest

from making_assistance import bench
from making_nodes import anchor_file
from making_release import indicator, report, uid
from making_typist import Typist

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
        made = self.sides[sender].json("bundle", "export", "--to", reader, "--out", str(out))["files"]
        return self.sides[reader].json("bundle", "import", *[each["file"] for each in made])["files"]

    def round(self):
        """Take files one way and back: what is asked is answered."""
        return [took for way in (("GBR", "JPN"), ("JPN", "GBR")) for took in self.go(*way)]


@pytest.fixture
def met(tmp_path):
    """Two nodes that know each other, between which there is no network: whoever tries it fails the test."""
    with bench(tmp_path) as both:
        for node in (both.gbr, both.jpn):
            node.link.cut = True
        yield Courier(tmp_path, Typist(both.gbr), Typist(both.jpn, "ja_JP"))
        assert both.gbr.link.carried == both.jpn.link.carried == []


def held(person, stix_id):
    return [each["body"] is not None for each in person.json("show", stix_id)]


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
    gbr.json("import", str(file), "--basis", "own-analysis")
    gbr.json("share", GIVEN, MISTAKEN, NARROW, "--to", "JPN/nco:csirt")


def withheld(met, gbr, jpn):
    """AIR08: what may not go is in no file, also where it was shared before it was narrowed."""
    file = met.folder / "kept.json"
    kept = [indicator(4, "green"), report(5, "red")]
    file.write_text(json.dumps({"type": "bundle", "id": uid("bundle", 1), "objects": kept}), "utf-8")
    gbr.json("import", str(file), "--basis", "own-analysis")
    assert gbr.json("share", KEPT, uid("report", 5), "--to", "JPN/nco:csirt")["withheld"] == 1
    gbr.json("mark", KEPT, "--tlp", "amber", "--releasable-to", "GBR/ncsc:csirt")
    took = met.round()
    assert all((each["state"], each["refused"]) == ("taken", {}) for each in took)
    for stix_id in (KEPT, uid("report", 5)):
        assert jpn.run("show", stix_id).exit_code == 1
    files = b"".join(path.read_bytes() for path in met.folder.glob("*.tasukib"))
    assert uid("report", 5).encode() not in files


def taken_back(met, gbr, jpn):
    gbr.json("recall", MISTAKEN, "--why", "It was for somebody else.")
    gbr.json("narrow", NARROW, "--releasable-to", "JPN/nco:csirt", "--why", "It names a source.")
    met.round()
    assert held(jpn, MISTAKEN) == [False]
    attested = {each["verb"]: each["attested"]["counts"] for each in gbr.json("withdrawals")["made"]}
    assert attested == {"recall": {"use-stopped": 1}, "narrow": {"narrowed": 1}}


def assisted(met, gbr, jpn):
    stix_id = jpn.json(*ASK)["id"]
    met.round()
    assert "JPN/nco:csirt asks GBR/ncsc:csirt: ransomware" in gbr.run("assist", "show", stix_id).output
    gbr.json("assist", "acknowledge", stix_id, "--office", "NCSC duty desk", "--severity", "C3")
    gbr.json("assist", "answer", stix_id, "--office", "NCSC duty desk", "--accept", "indicators")
    met.round()
    assert "GBR の深刻度: C3" in jpn.run("assist", "show", stix_id).output
    assert jpn.json("assist", "close", stix_id, "--outcome", "fulfilled", "--office", "NCO")["state"] == "closed"
    met.round()
    assert gbr.json("assist", "show", stix_id)["state"] == "closed"


def cosigned(met, gbr, jpn):
    """Both logs are cosigned, nothing waits, and evidence of what went by file holds for a third."""
    for _ in range(3):
        met.round()
    for person, partner in ((gbr, "JPN"), (jpn, "GBR")):
        (log,) = person.json("ledger", "show", "--with", partner)
        assert all(each["cosigned_by"] for each in log["checkpoints"])
        assert log["checkpoints"][0]["size"] == log["size"]
        assert [each["differences"] for each in person.json("ledger", "audit", "--with", partner)] == [[]]
        assert all(lane["unanswered"] == lane["waiting"] == 0 for lane in person.json("channel", "show")["lanes"])
        (view,) = person.json("bundle", "status")
        assert (view["missing"], view["held"]) == ([], [])
    sent = [each for each in gbr.json("channel", "show")["envelopes"] if each["direction"] == "out"]
    evidence = met.folder / "evidence.json"
    gbr.json("ledger", "prove", sent[0]["env_id"], "--with", "JPN", "--out", str(evidence), "--open")
    words = []
    for name, person in met.sides.items():
        (met.folder / f"{name}.anchor").write_bytes(anchor_file(person.node))
        words += ["--anchor", str(met.folder / f"{name}.anchor")]
    assert gbr.json("verify", str(evidence), *words)["files"][0]["holds"]


def test_a_file_that_was_lost_is_given_again_and_then_all_goes_on(met):
    gbr, jpn = met.sides["GBR"], met.sides["JPN"]
    lost, again = met.folder / "lost.tasukib", met.folder / "again.tasukib"
    gbr.json("bundle", "export", "--to", "JPN", "--out", str(lost))
    (late,) = met.go("GBR", "JPN")
    assert (late["state"], late["missing"]) == ("held", [1, 1])
    assert "未着: バンドル 1" in jpn.run("bundle", "status").output
    gbr.json("bundle", "export", "--to", "JPN", "--out", str(again), "--number", "1")
    assert again.read_bytes() == lost.read_bytes()
    (took,) = jpn.json("bundle", "import", str(again))["files"]
    assert (took["state"], took["also"]) == ("taken", [2])
