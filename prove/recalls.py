# SPDX-License-Identifier: MIT
"""Recalls: what is recalled is gone from every way out of three nodes, and every recall is attested.

    python prove/recalls.py --size ci|full [--seed N]

AAA gives indicators to BBB, BBB hands them on to CCC: three node processes on loopback, with the product's own keys,
TLS and database. Then AAA recalls them one by one, at random, and the time until the attestation is held is taken.
What is not recalled must still be everywhere, or the looking would prove nothing. Ends with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from making_profiles import THREE  # noqa: E402 found beside the rig
from making_release import indicator, raw_of, uid  # noqa: E402
from tasuki.app.demo.stage import Actor, free_port  # noqa: E402
from tasuki.app.main import cli  # noqa: E402
from tasuki.faces.http.socket import socket_path  # noqa: E402

RECALLS = {"ci": 60, "full": 1000}
KEPT = 20
ASKED_P99_S = 2.0
PATIENCE_S = 60.0
TEAM = "{}/cert:csirt"
CODES = ("AAA", "BBB", "CCC")


@dataclass(slots=True)
class Nation(Actor):
    """One node process, asked over its own socket."""

    client: httpx2.Client | None = None

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Return the node's answer, which must be a good one."""
        answer = self.request(method, path, body, **params)
        if answer.status_code != httpx2.codes.OK:
            raise AssertionError(f"{self.participant} {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def request(self, method: str, path: str, body: Any = None, **params: Any) -> httpx2.Response:
        """Return whatever the node answers."""
        assert self.client is not None
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.request(method, f"http://node{path}", params=params, content=content)


@dataclass(slots=True)
class Found:
    """What was measured and what was wrong."""

    seconds: list[float] = field(default_factory=list)
    onward: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def three(folder: Path) -> Iterator[list[Nation]]:
    """Give three running nodes that trust each other."""
    profile = folder / "three.toml"
    profile.write_text(THREE, "utf-8")
    nations = [Nation(participant=code, organisation="cert:csirt", directory=folder / code, cli=cli) for code in CODES]
    for each in nations:
        place = f"127.0.0.1:{free_port()}"
        each.run("init", each.directory, "--profile", profile, "--as", each.participant, "--listen", place)
    words = {}
    for each in nations:
        words[each.participant] = each.run("partner", "anchor", "--out", folder / f"{each.participant}.anchor")["words"]
    for each in nations:
        for other in CODES:
            if other != each.participant:
                said = ("--compared", words[other], "--by", "Aoki", "--by", "Brown")
                each.run("partner", "add", folder / f"{other}.anchor", *said)
    with ExitStack() as stack:
        for each in nations:
            each.start()
            stack.callback(each.stop)
        for each in nations:
            each.wait()
            path = stack.enter_context(socket_path(each.directory))
            each.client = stack.enter_context(httpx2.Client(transport=httpx2.HTTPTransport(uds=path), timeout=60.0))
        yield nations


def until(what: str, look: Any) -> float:
    """Wait until something is so; return how long it took."""
    start = time.monotonic()
    while not look():
        if time.monotonic() - start > PATIENCE_S:
            raise AssertionError(f"{what}: not within {PATIENCE_S} s")
        time.sleep(0.005)
    return time.monotonic() - start


def spread(nations: list[Nation], count: int) -> list[str]:
    """Let AAA give indicators to BBB, and BBB hand them on to CCC; return their ids."""
    first, second, third = nations
    ids = [uid("indicator", number) for number in range(1, count + 1)]
    lines = b"\n".join(
        raw_of(indicator(number, "clear", name=f"kanarienvogel {number}")) for number in range(1, count + 1)
    )
    first.ask("POST", "/v1/holdings/import", lines, name="all.jsonl", basis="open-source")
    for giver, taker in ((first, second), (second, third)):
        shared = giver.ask("POST", "/v1/release/share", {"ids": ids, "to": TEAM.format(taker.participant)})
        assert shared["released"] == count, shared
        until(f"{taker.participant} holds all", lambda taker=taker: held(taker) == set(ids))
    for each in nations:
        until("indicators compiled", lambda each=each: each.ask("GET", "/v1/detection")["indicators"] == count)
    return ids


def held(nation: Nation) -> set[str]:
    """Return what a node lists as held."""
    return {each["id"] for each in nation.ask("GET", "/v1/holdings", limit=10_000, type="indicator")}


def recall(nations: list[Nation], stix_id: str, found: Found) -> None:
    """Recall one id and wait until BBB, and then CCC, attested it."""
    first, second, _ = nations
    start = time.monotonic()
    first.ask("POST", "/v1/withdrawal/recall", {"ids": [stix_id], "why": "Sent by mistake."})
    until(f"{stix_id} attested by BBB", lambda: attested(first, stix_id, found))
    found.seconds.append(time.monotonic() - start)
    until(f"{stix_id} attested by CCC", lambda: attested(second, stix_id, found))
    found.onward.append(time.monotonic() - start)


def attested(nation: Nation, stix_id: str, found: Found) -> bool:
    """Whether the newest notice of a node is about this id and was attested; what was stated must account for it."""
    newest = nation.ask("GET", "/v1/withdrawal", limit=1)["made"]
    if not newest or newest[0]["ids"] != [stix_id] or newest[0]["attested"] is None:
        return False
    stated = newest[0]["attested"]
    if stated["counts"] != {"use-stopped": 1} or not stated["adds_up"]:
        found.wrong.append(f"{stix_id}: {nation.participant} was stated {stated['counts']}")
    return True


def look(nation: Nation, gone: set[str], kept: set[str], folder: Path) -> Iterator[str]:
    """Yield every way out of a node by which something recalled still comes, or something kept does not."""
    ways = {
        "list": {each["id"] for each in nation.ask("GET", "/v1/holdings", limit=10_000, type="indicator")},
        "find": {each["id"] for each in nation.ask("GET", "/v1/holdings/find", words="kanarienvogel", limit=10_000)},
        "export": ids_in(nation.request("POST", "/v1/holdings/export", {}).text),
        "hunt": hunted(nation, gone | kept, folder),
        "matcher": {each for each in gone | kept if nation.ask("GET", f"/v1/detection/indicators/{each}")["usable"]},
    }
    for way, came in ways.items():
        if came & gone:
            yield f"{nation.participant} {way}: {len(came & gone)} recalled ids still come"
        if kept - came:
            yield f"{nation.participant} {way}: {len(kept - came)} ids that were not recalled do not come"
    other = next(code for code in CODES if code != nation.participant)
    for stix_id in sorted(gone):
        shared = nation.request("POST", "/v1/release/share", {"ids": [stix_id], "to": TEAM.format(other)})
        if shared.status_code == httpx2.codes.OK and shared.json()["released"]:
            yield f"{nation.participant} share: {stix_id} may still be shared"


def ids_in(bundle: str) -> set[str]:
    """Return the ids of the indicators in a bundle."""
    return {each["id"] for each in json.loads(bundle).get("objects", ()) if each["type"] == "indicator"}


def hunted(nation: Nation, ids: set[str], folder: Path) -> set[str]:
    """Return which of these indicators a hunt over a log that holds all of them still finds."""
    log = folder / f"{nation.participant}-dns.json"
    rows = [
        {"ts": 1_772_000_000.0, "query": f"n{int(each.partition('--')[2][:8])}.example", "id.orig_h": "192.0.2.1"}
        for each in sorted(ids)
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    answer = nation.request("POST", "/v1/detection/hunts", {"paths": [str(log)]})
    hits = [json.loads(line) for line in answer.text.splitlines()]
    return {hit["indicator"] for hit in hits if "indicator" in hit}


def percentile(values: list[float], share: float) -> float:
    """Return a percentile by the nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def main() -> int:
    """Run the rig; return 1 where something is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=sorted(RECALLS), default="ci")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    count, found, started = RECALLS[asked.size], Found(), time.monotonic()
    with tempfile.TemporaryDirectory() as name, three(Path(name)) as nations:
        ids = spread(nations, count + KEPT)
        gone = random.Random(asked.seed).sample(ids, count)
        for stix_id in gone:
            recall(nations, stix_id, found)
        for nation in nations:
            found.wrong += look(nation, set(gone), set(ids) - set(gone), Path(name))
    p50, p99 = (percentile(found.seconds, share) for share in (0.5, 0.99))
    onward = percentile(found.onward, 0.99)
    minutes = (time.monotonic() - started) / 60
    sys.stdout.write(
        f"recalls: {count} recalled at three nodes, {len(found.seconds)} attested, {len(found.wrong)} wrong; "
        f"to the attestation p50 {p50:.3f} s, p99 {p99:.3f} s (asked {ASKED_P99_S} s); "
        f"third node p99 {onward:.3f} s; seed {asked.seed}, {minutes:.1f} min\n"
    )
    for each in found.wrong[:20]:
        sys.stdout.write(f"  {each}\n")
    return 1 if found.wrong or p99 > ASKED_P99_S else 0


if __name__ == "__main__":
    sys.exit(main())
