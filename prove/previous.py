# SPDX-License-Identifier: MIT
"""The previous release and this one, both ways: a node of each side, and the whole story between them.

The previous release is built from this repository's own history in an environment of its own, and driven as a person
would drive it: by its commands. First London runs it and Tokyo runs this one, then the other way round. Anchors
are compared, intelligence and assistance go both ways, something is recalled and attested, both logs are cosigned,
evidence of each is verified by the other's program. Ends with 1 where something does not come to what it should.

usage: prove/previous.py --size ci|full [--release COMMIT]     (ci: one way round, full: both)
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from tasuki.app.demo.stage import READY, free_port

ROOT = Path(__file__).resolve().parents[1]
PREVIOUS = "732bffc3e523b180cac417c967fcff630b7706a1"
"""The last commit of the release before: language and gate whole, channel of wire version 1, anchors of version 1."""

PATIENCE_S = 60.0
SEVERITY = {"GBR": "C3", "JPN": "3"}
LONDON, TOKYO = "GBR/ncsc:csirt", "JPN/nco:csirt"


@dataclass(slots=True, kw_only=True)
class Side:
    """One node and the program that runs it."""

    participant: str
    organisation: str
    program: Path
    directory: Path
    process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str | Path, accept: tuple[int, ...] = (0,)) -> Any:
        """Type `tasuki WORDS --json` at this node; return the answer."""
        command = [self.program, *(str(word) for word in words), "--json"]
        environment = {"TASUKI_NODE": str(self.directory), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, env=environment, check=False, text=True)
        if done.returncode not in accept:
            raise SystemExit(f"{self.participant}: {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        try:
            return json.loads(done.stdout or done.stderr or "null")
        except json.JSONDecodeError:
            return [json.loads(line) for line in lines]

    def start(self) -> None:
        """Make the node and start it; return once it answers."""
        port = f"127.0.0.1:{free_port()}"
        whose = "--as", self.participant, "--organisation", self.organisation
        self.run("init", self.directory, "--profile", "japan-uk", *whose, "--listen", port)
        log = self.directory.with_suffix(".log")
        with log.open("wb") as stream:
            command = [self.program, "serve", self.directory]
            self.process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        until(f"{self.participant} answers", lambda: READY in log.read_bytes())

    def stop(self) -> None:
        """Stop the node."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def until(what: str, come: Callable[[], object]) -> None:
    """Wait until something has come; end the run where it does not."""
    deadline = time.monotonic() + PATIENCE_S
    while not come():
        if time.monotonic() > deadline:
            raise SystemExit(f"Expected within {PATIENCE_S:.0f} s: {what}; it did not come.")
        time.sleep(0.1)


def known(commit: str) -> bool:
    """Whether the history here has a commit: a copy without history has none."""
    return not subprocess.run(["git", "cat-file", "-e", commit], cwd=ROOT, capture_output=True, check=False).returncode


def build(commit: str, folder: Path) -> Path:
    """Return the program of a release, built as its own Makefile builds it."""
    tree = folder / "previous"
    tree.mkdir()
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(tree, filter="data")
    subprocess.run(["make", "--quiet", "setup"], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return tree / ".venv" / "bin" / "tasuki"


def introduce(old: Side, new: Side, folder: Path) -> None:
    """Let each side trust the other, compared by two people; the newer hands over what the older reads."""
    for side, partner in ((old, new), (new, old)):
        anchor = folder / f"{partner.participant}.anchor"
        as_before = ("--previous",) if partner is new else ()
        said = partner.run("partner", "anchor", "--out", anchor, *as_before)["words"]
        side.run("partner", "add", anchor)
        side.run("partner", "verify", partner.participant, "--compared", said, "--by", "A. Brown", "--by", "青木")


def story(old: Side, new: Side, folder: Path) -> None:
    """Let both sides do with each other what the previous release could do."""
    for sender, receiver in ((old, new), (new, old)):
        to = LONDON if receiver.participant == "GBR" else TOKYO
        given = share(sender, receiver, to, folder)
        recall(sender, receiver, given[0])
        assist(sender, receiver, to)
    for side, partner in ((old, new), (new, old)):
        until(f"{side.participant} has no lane waiting", lambda side=side: drained(side))
        until(f"{side.participant}'s log is cosigned", lambda side=side, partner=partner: cosigned(side, partner))
        check_evidence(side, partner, folder)


def share(sender: Side, receiver: Side, to: str, folder: Path) -> list[str]:
    """Import and share; return the ids once they are held on the other side."""
    path = folder / f"{sender.participant}.csv"
    path.write_text("".join(f"{sender.participant.lower()}{i}.example\n" for i in range(20)))
    ids = sender.run("import", path, "--tlp", "green", "--basis", "own-analysis", "--ids")["ids"]
    given = [each for each in ids if each.startswith("indicator--")]
    sender.run("share", *given, "--to", to)
    until(f"{receiver.participant} holds what was shared", lambda: held(receiver, given))
    return given


def held(side: Side, ids: list[str]) -> bool:
    """Whether a side uses every one of these."""
    return all(side.run("detection", "usable", each)["usable"] for each in (ids[0], ids[-1]))


def recall(sender: Side, receiver: Side, stix_id: str) -> None:
    """Recall one and wait until it is out of use and attested."""
    sender.run("recall", stix_id, "--why", "shared by mistake")
    until("the recall is heeded", lambda: not receiver.run("detection", "usable", stix_id)["usable"])
    until("the recall is attested", lambda: "attest" in json.dumps(sender.run("withdrawals")))


def assist(asker: Side, asked: Side, to: str) -> None:
    """Ask for help and have it acknowledged."""
    what = (
        "--trigger",
        "ransomware",
        "--severity",
        SEVERITY[asker.participant],
        "--want",
        "indicators",
        "--consent",
        "given",
    )
    words = ("assist", "ask", "--to", to, *what, "--tlp", "amber")
    request = asker.run(*words, "--summary", "DEMONSTRATION / 実演: shipments stopped.")["id"]
    until("the request arrives", lambda: any(each["id"] == request for each in asked.run("assist", "list")))
    asked.run("assist", "acknowledge", request, "--office", to)
    until("the acknowledgement returns", lambda: asker.run("assist", "show", request)["state"] == "acknowledged")


def drained(side: Side) -> bool:
    """Whether nothing waits and no receipt is missing."""
    return not any(each["waiting"] or each["unanswered"] for each in side.run("status")["lanes"])


def cosigned(side: Side, partner: Side) -> bool:
    """Whether the pair log is cosigned to its end and both sides agree on it."""
    audit = side.run("ledger", "audit", "--with", partner.participant, accept=(0, 1))
    listed = audit if isinstance(audit, list) else audit.get("logs", [audit])
    return bool(listed) and not any(each.get("differences") for each in listed)


def check_evidence(side: Side, partner: Side, folder: Path) -> None:
    """Prove one envelope by a side's program and verify it by the other's."""
    newest = side.run("channel", "show", "--with", partner.participant, "--limit", "50")["envelopes"]
    env_id = next(each["env_id"] for each in newest if each["direction"] == "out")
    evidence = folder / f"{side.participant}.evidence"
    side.run("ledger", "prove", env_id, "--with", partner.participant, "--out", evidence)
    anchors = [word for each in ("GBR", "JPN") for word in ("--anchor", folder / f"{each}.anchor")]
    partner.run("verify", evidence, *anchors)


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("ci", "full"), default="ci")
    parser.add_argument("--release", default=PREVIOUS)
    asked = parser.parse_args()
    if not known(asked.release):
        print(f"Expected commit {asked.release[:7]} in this repository's history, found none: fetch the whole history.")
        return 0 if asked.size == "ci" else 1
    began = time.monotonic()
    programs = ROOT / ".venv" / "bin" / "tasuki"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = build(asked.release, folder)
        ways = [(before, programs), (programs, before)][: 1 if asked.size == "ci" else 2]
        for number, (london, tokyo) in enumerate(ways):
            place = folder / str(number)
            place.mkdir()
            sides = (
                Side(participant="GBR", organisation="ncsc:csirt", program=london, directory=place / "gbr"),
                Side(participant="JPN", organisation="nco:csirt", program=tokyo, directory=place / "jpn"),
            )
            old, new = sides if london == before else sides[::-1]
            try:
                for side in sides:
                    side.start()
                introduce(old, new, place)
                story(old, new, place)
            finally:
                for side in sides:
                    side.stop()
            print(f"{'London' if london == before else 'Tokyo'} runs {asked.release[:7]}, the other this one: all came")
    print(f"previous: {len(ways)} of 2 ways, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
