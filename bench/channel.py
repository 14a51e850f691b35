# SPDX-License-Identifier: MIT
"""Channel: two node processes on loopback, everything on: gate, signatures, encryption, receipts, both logs.

    python bench/channel.py [--objects 100000] [--singles 200] [--urgents 10]
    python bench/channel.py --backlog 1000000 [--urgents 100]

Bulk: from the command `share --all` until the partner holds the last object. Single: from before an indicator is made
until the partner's matchers can use it. Urgent: the same on the urgent lane while the bulk queue is being sent.

With `--backlog`, that many objects are queued on the bulk lane while the partner is down, which then comes back; they
are not waited for. Command to durable: from before
`share --lane urgent` until everything is durable at the partner, as its receipt says; what the command itself takes is
in it. Sealed to durable: from the sealed envelope to that moment. The run fails if no backlog is left at the end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasuki.app.demo.stage import Actor, introduce
from tasuki.app.main import cli
from tasuki.formats.stix import build
from tasuki.formats.stix.ids import own_id
from tasuki.formats.stix.tlp import marking_id

TOKYO = "JPN/nco:csirt"
LIMIT_S = 600.0


def write_indicators(path: Path, count: int) -> None:
    """Write made-up indicators, one a line, after the identity they name."""
    at = datetime(2026, 1, 31, tzinfo=UTC)
    creator = own_id("identity", "tasuki", "bench")
    with path.open("wb") as file:
        file.write(build.identity(creator, "Bench", at, markings=[marking_id("clear")]) + b"\n")
        for i in range(count):
            marking = [marking_id("green")]
            file.write(build.indicator("domain", f"bulk{i}.example", creator=creator, at=at, markings=marking) + b"\n")


def until(come: Callable[[], bool]) -> None:
    """Wait until something has come."""
    deadline = time.monotonic() + LIMIT_S
    while not come():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.005)


def held(actor: Actor, source: str) -> int:
    """Return how many holdings of a source a node uses."""
    counts = actor.run("status")["holdings"]
    return sum(int(each["count"]) for each in counts if each["source"] == source and each["state"] == "held")


def single(london: Actor, tokyo: Actor, folder: Path, number: int, lane: str) -> float:
    """Return the seconds from before an indicator is made until the partner can use it."""
    path = folder / "single.csv"
    path.write_text(f"{lane}{number}.example\n")
    began = time.time()
    ids = london.run("import", path, "--tlp", "green", "--basis", "own-analysis", "--ids")["ids"]
    stix_id = next(each for each in ids if each.startswith("indicator--"))
    london.run("share", stix_id, "--to", TOKYO, "--lane", lane)
    until(lambda: bool(tokyo.run("detection", "usable", stix_id)["usable"]))
    return float(tokyo.run("detection", "usable", stix_id)["since"]) / 1e6 - began


def acknowledged(london: Actor, folder: Path, number: int) -> tuple[float, float]:
    """Return the seconds until an object shared urgently is durable at the partner: from the command, and sealed."""
    path = folder / "acknowledged.csv"
    path.write_text(f"acknowledged{number}.example\n")
    ids = london.run("import", path, "--tlp", "green", "--basis", "own-analysis", "--ids")["ids"]
    stix_id = next(each for each in ids if each.startswith("indicator--"))
    before = urgent(london)["answered"].get("stored", 0)
    began = datetime.now(UTC)
    london.run("share", stix_id, "--to", TOKYO, "--lane", "urgent")
    until(lambda: urgent(london)["answered"].get("stored", 0) > before)
    (envelope,) = london.run("channel", "show", "--lane", "urgent", "--limit", "1")["envelopes"]
    sealed, durable = (datetime.fromisoformat(each["at"]) for each in (envelope, envelope["receipt"]))
    return (durable - began).total_seconds(), (durable - sealed).total_seconds()


def urgent(actor: Actor) -> dict[str, Any]:
    """Return how the urgent lane stands."""
    (lane,) = actor.run("channel", "show", "--lane", "urgent", "--limit", "1")["lanes"]
    return dict(lane)


def left(actor: Actor) -> int:
    """Return how many acts and envelopes wait on the bulk lane."""
    (lane,) = actor.run("channel", "show", "--lane", "bulk", "--limit", "1")["lanes"]
    return int(lane["waiting"]) + int(lane["unanswered"])


def under_backlog(london: Actor, tokyo: Actor, folder: Path, asked: argparse.Namespace) -> None:
    """Queue a backlog while the partner is down, have urgent objects acknowledged once it is back, and print it."""
    bulk = folder / "backlog.jsonl"
    write_indicators(bulk, asked.backlog)
    began = time.monotonic()
    london.run("import", bulk, "--basis", "open-source")
    imported = time.monotonic() - began
    before = held(tokyo, "GBR")
    tokyo.stop()
    began = time.monotonic()
    shared = london.run("share", "--all", "--to", TOKYO)["released"]
    queued = time.monotonic() - began
    waited = left(london)
    tokyo.start()
    tokyo.wait()
    until(lambda: held(tokyo, "GBR") > before)
    spent = [acknowledged(london, folder, i) for i in range(asked.urgents)]
    passed, waits = held(tokyo, "GBR") - before, left(london)
    times = f"imported in {imported:.0f} s, queued in {queued:.0f} s"
    print(f"backlog of {shared:,} objects              {times} ({waited:,} acts)")
    print(f"urgent, command to durable           {quantiles([each for each, _ in spent])}")
    print(f"urgent, sealed to durable            {quantiles([each for _, each in spent])}")
    print(f"  meanwhile                          {passed:,} of the backlog came; {waits:,} acts of it are left")
    if not waits:
        sys.exit("the backlog was gone before the last urgent object was acknowledged: ask for a larger one")


def quantiles(spent: list[float]) -> str:
    """Return p50 and p99 in milliseconds, and how many."""
    ordered = sorted(spent)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {p50 * 1000:7.0f} ms   p99 {p99 * 1000:7.0f} ms   of {len(ordered)}"


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--singles", type=int, default=200)
    parser.add_argument("--urgents", type=int, default=10)
    parser.add_argument("--backlog", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        london = Actor(participant="GBR", organisation="ncsc:csirt", directory=folder / "gbr", cli=cli)
        tokyo = Actor(participant="JPN", organisation="nco:csirt", directory=folder / "jpn", cli=cli)
        london.make()
        tokyo.make()
        try:
            introduce(london, tokyo, folder)
            if asked.backlog:
                under_backlog(london, tokyo, folder, asked)
                return
            singles = [single(london, tokyo, folder, i, "bulk") for i in range(asked.singles)]
            bulk = folder / "bulk.jsonl"
            write_indicators(bulk, asked.objects)
            london.run("import", bulk, "--basis", "open-source")
            before = held(tokyo, "GBR")
            began = time.monotonic()
            shared = london.run("share", "--all", "--to", TOKYO)["released"]
            queued = time.monotonic() - began
            hurried = [single(london, tokyo, folder, i, "urgent") for i in range(asked.urgents)]
            passed = held(tokyo, "GBR") - before
            until(lambda: held(tokyo, "GBR") >= shared + len(hurried))
            spent = time.monotonic() - began
        finally:
            london.stop()
            tokyo.stop()
    print(f"create to usable, single object     {quantiles(singles)}")
    print(f"bulk of {asked.objects:,} objects           {(shared - before) / spent:,.0f} objects/s ({spent:.1f} s)")
    print(f"  of it deciding and queueing        {queued:.1f} s")
    print(f"urgent behind the bulk queue         {quantiles(hurried)}   ({passed:,} of the bulk had come by then)")


if __name__ == "__main__":
    main()
