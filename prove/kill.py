# SPDX-License-Identifier: MIT
"""Kill: SIGKILL of either node at random moments while both work; nothing acknowledged is lost, nothing applied twice.

    python prove/kill.py --size ci|full [--seed N]

SIGKILL does not show lost unsynced pages; it shows every order of our own writes. Ends with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasuki.app.demo.stage import Actor, introduce
from tasuki.app.main import cli
from tasuki.base.errors import TasukiError, WorldError
from tasuki.base.reasons import kind

DOWN = kind("prove.down", en="The node is down; ask again.", ja="ノードは停止中です。もう一度試してください。")
KILLS = {"ci": 12, "full": 2000}
TOKYO = "JPN/nco:csirt"
PATIENCE_S = 120.0


@dataclass(slots=True)
class Work:
    """What London was told to do, and what it acknowledged.

    Attributes:
        acknowledged: ids of indicators whose import and share were both answered with success.
    """

    london: Actor
    folder: Path
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    tried: int = 0

    def run(self) -> None:
        """Import and share one indicator after the other; what was cut is asked again, as a person would."""
        while not self.stop.is_set():
            self.tried += 1
            path = self.folder / "one.csv"
            path.write_text(f"kill-{self.tried}.example\n")
            self._until_done(path)

    def _until_done(self, path: Path) -> None:
        while not self.stop.is_set():
            try:
                report = self.london.run("import", path, "--tlp", "green", "--basis", "own-analysis", "--ids")
                stix_id = self._id(report)
                self.london.run("share", stix_id, "--to", TOKYO, "--lane", "urgent")
            except (TasukiError, OSError):
                time.sleep(0.02)
                continue
            self.acknowledged.append(stix_id)
            return

    def _id(self, report: dict[str, Any]) -> str:
        found = [each for each in report["ids"] if each.startswith("indicator--")]
        if found:
            return str(found[0])
        # Held already: the import was committed and only its answer was cut.
        listed = self.london.run("find", f"kill-{self.tried}.example")
        return str(next(each["id"] for each in listed if each["type"] == "indicator"))


@contextmanager
def down(_directory: Path) -> Iterator[Any]:
    """Stand in for opening a stopped node: here a command meets a running node or fails; the lock is the node's."""
    raise WorldError(DOWN.because(), retry=True)
    yield


def kill(actors: tuple[Actor, Actor], kills: int, chance: random.Random) -> Iterator[str]:
    """Kill one node after another at a random moment, start it again; yield whose turn it was."""
    for _ in range(kills):
        time.sleep(chance.uniform(0.0, 0.25))
        actor = chance.choice(actors)
        assert actor.process is not None
        actor.process.kill()
        actor.process.wait()
        actor.start()
        actor.wait()
        yield actor.participant


def drained(actor: Actor) -> bool:
    """Whether nothing waits and no receipt is missing."""
    lanes = actor.run("status")["lanes"]
    return not any(each["waiting"] or each["unanswered"] for each in lanes)


def judge(london: Actor, tokyo: Actor, acknowledged: list[str]) -> list[str]:
    """Return everything that is wrong after the storm."""
    wrong = []
    for stix_id in acknowledged:
        held = tokyo.run("show", stix_id, accept=(0, 1))
        count = len(held) if isinstance(held, list) else 0
        if count != 1:
            wrong.append(f"{stix_id}: held {count} times")
    for actor, partner in ((london, "JPN"), (tokyo, "GBR")):
        audit = actor.run("ledger", "audit", "--with", partner, accept=(0, 1))
        wrong += [f"{actor.participant}: {text}" for text in differences(audit)]
    return wrong


def differences(audit: Any) -> list[str]:
    """Return what an audit found."""
    listed = audit if isinstance(audit, list) else audit.get("logs", [audit])
    return [str(text) for each in listed for text in each.get("differences", ())]


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(KILLS), default="ci")
    parser.add_argument("--seed", type=int, default=20260131)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        london = Actor(participant="GBR", organisation="ncsc:csirt", directory=folder / "gbr", cli=cli)
        tokyo = Actor(participant="JPN", organisation="nco:csirt", directory=folder / "jpn", cli=cli)
        london.make()
        tokyo.make()
        cli.context_settings["obj"] = replace(cli.context_settings["obj"], open_node=down)
        try:
            introduce(london, tokyo, folder)
            work = Work(london, folder)
            worker = threading.Thread(target=work.run)
            worker.start()
            turns = list(kill((london, tokyo), KILLS[asked.size], chance))
            work.stop.set()
            worker.join()
            deadline = time.monotonic() + PATIENCE_S
            while not drained(london) and time.monotonic() < deadline:
                time.sleep(0.1)
            wrong = [] if drained(london) else ["the urgent lane did not drain"]
            wrong += judge(london, tokyo, work.acknowledged)
        finally:
            london.stop()
            tokyo.stop()
    for each in wrong:
        print(f"WRONG {each}")
    print(
        f"kill: seed {asked.seed}, {len(turns)} kills ({turns.count('GBR')} GBR, {turns.count('JPN')} JPN), "
        f"{len(work.acknowledged)} acknowledged, {len(wrong)} wrong, {time.monotonic() - began:.0f} s"
    )
    return 1 if wrong or not work.acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
