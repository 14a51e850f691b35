# SPDX-License-Identifier: MIT
"""Rotation: keys of every role change under load, and nothing is lost and nothing wrongly refused.

    python prove/rotation.py --size ci|full [--seed N]

Two node processes on loopback with the product's own keys, TLS and database share indicators with each other without a
pause, each way, while now one and now the other rotates a role drawn by the seed: envelope, kem, log, witness, tls, or
all. Each rotation is waited for until the new keys are in use. At the end every envelope must be receipted `stored`,
both sides must have counted the same, both logs must be cosigned whole, and no refusal may stand in an audit log. With
`full`, 1,000 rotations. Ends with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from making_release import indicator, raw_of, uid  # noqa: E402 found beside the rig
from tasuki.app.demo.stage import Actor, introduce  # noqa: E402
from tasuki.app.main import cli  # noqa: E402
from tasuki.faces.http.socket import socket_path  # noqa: E402

ROTATIONS = {"ci": 12, "full": 1000}
ROLES = ("envelope", "kem", "log", "witness", "tls", "all")
PATIENCE_S = 60.0
TEAMS = {"GBR": "ncsc:csirt", "JPN": "nco:csirt"}


@dataclass(slots=True)
class Nation(Actor):
    """One node process, asked over its own socket."""

    client: httpx2.Client | None = None
    shared: int = 0

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Return the node's answer, which must be a good one."""
        assert self.client is not None
        answer = self.client.request(method, path, json=body, params=params)
        if answer.status_code != httpx2.codes.OK:
            raise AssertionError(f"{self.participant} {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    @property
    def lanes(self) -> list[dict[str, Any]]:
        """Return how its lanes stand."""
        lanes: list[dict[str, Any]] = self.ask("GET", "/v1/health/status")["lanes"]
        return lanes

    def troubles(self) -> list[str]:
        """Return what its loops failed at last, and how its lanes stand."""
        status = self.ask("GET", "/v1/health/status")
        errors = [f"{each['loop']}: {each['last_error']['en']}" for each in status["loops"] if each["last_error"]]
        return [f"{self.participant} {each}" for each in (*errors, *status["lanes"])]

    def refusals(self) -> Counter[str]:
        """Return what the audit log of the stopped node says was refused, by kind."""
        with closing(sqlite3.connect(f"file:{self.directory / 'node.db'}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT kind FROM log_leaves WHERE log = 'audit' AND kind LIKE '%refused%'")
            return Counter(kind for (kind,) in rows)


@contextmanager
def two(folder: Path) -> Iterator[tuple[Nation, Nation]]:
    """Run two nodes that trust each other."""
    nations = tuple(
        Nation(participant=code, organisation=team, directory=folder / code.lower(), cli=cli)
        for code, team in TEAMS.items()
    )
    with ExitStack() as stack:
        for each in nations:
            each.make()
            stack.callback(each.stop)
        introduce(*nations, folder)
        for each in nations:
            path = stack.enter_context(socket_path(each.directory))
            transport = httpx2.HTTPTransport(uds=path)
            each.client = stack.enter_context(httpx2.Client(transport=transport, base_url="http://node", timeout=60.0))
        yield nations


def load(nation: Nation, to: str, stop: threading.Event, failures: list[str]) -> None:
    """Bring in one indicator after the other and share each at once, until told to stop."""
    lanes = ("urgent", "bulk", "exercise")
    base = 0 if nation.participant == "GBR" else 500_000
    client = nation.client
    assert client is not None
    while not stop.is_set():
        number = base + nation.shared + 1
        try:
            raw = raw_of(indicator(number, "green"))
            brought = client.post("/v1/holdings/import", content=raw, params={"basis": "own-analysis"})
            wanted = {"ids": [uid("indicator", number)], "to": to, "lane": lanes[number % 3]}
            given = client.post("/v1/release/share", json=wanted)
            if brought.status_code != httpx2.codes.OK or given.status_code != httpx2.codes.OK:
                failures.append(f"{nation.participant} {brought.text[:200]} {given.text[:200]}")
                return
        except httpx2.HTTPError as error:
            failures.append(f"{nation.participant} {error!r}")
            return
        nation.shared += 1


def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it did not within a minute.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}")
        time.sleep(0.02)


def rotate(nation: Nation, role: str) -> None:
    """Rotate one role and wait until its new keys are in use."""
    made = nation.ask("POST", "/v1/trust/rotate", {"roles": [role]})

    def used() -> bool:
        shown = nation.ask("GET", "/v1/trust")
        fresh = {key["key"]: key["state"] for key in shown["keys"] if key["key"] in made["made"]}
        return not shown["certificate_waits"] and "waits" not in fresh.values()

    until(f"{nation.participant} uses its new keys for {role}", used)


def check(one: Nation, other: Nation) -> list[str]:
    """Return what is wrong once the load has stopped."""
    wrong: list[str] = []

    def settled() -> bool:
        return all(not lane["unanswered"] and not lane["waiting"] for each in (one, other) for lane in each.lanes)

    until("every envelope is answered", settled)
    for here, there in ((one, other), (other, one)):
        received = {each["lane"]: each["received"] for each in there.lanes}
        for lane in here.lanes:
            name = f"{here.participant} {lane['lane']}"
            if set(lane["answered"]) - {"stored"}:
                wrong.append(f"{name}: answered {lane['answered']}")
            if lane["sent"] != received[lane["lane"]]:
                wrong.append(f"{name}: {lane['sent']} sent, {received[lane['lane']]} received")
        held = sum(
            each["count"]
            for each in there.ask("GET", "/v1/health/status")["holdings"]
            if each["source"] == here.participant
        )
        if held != here.shared:
            wrong.append(f"{there.participant} holds {held} of {here.shared} shared by {here.participant}")
        for examined in here.ask("POST", "/v1/ledger/audit", {"partner": None}):
            wrong += [f"{here.participant} log: {each}" for each in examined["differences"]]
    return wrong


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=ROTATIONS, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice, began = random.Random(asked.seed), time.monotonic()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tasuki-rotation-") as folder, ExitStack() as stack:
        nations = stack.enter_context(two(Path(folder)))
        stop = threading.Event()
        loads = [
            threading.Thread(target=load, args=(here, f"{there.participant}/{TEAMS[there.participant]}", stop, wrong))
            for here, there in (nations, nations[::-1])
        ]
        for each in loads:
            each.start()
        done: Counter[str] = Counter()
        try:
            for number in range(ROTATIONS[asked.size]):
                role = ROLES[number % len(ROLES)] if asked.size == "ci" else dice.choice(ROLES)
                rotate(nations[dice.randrange(2)], role)
                done[role] += 1
        except AssertionError as error:
            wrong.append(str(error))
        stop.set()
        for each in loads:
            each.join()
        try:
            wrong += check(*nations)
        except AssertionError as error:
            wrong += [str(error), *(trouble for each in nations for trouble in each.troubles())]
        shared = [each.shared for each in nations]
        for each in nations:
            each.stop()
            wrong += [f"{each.participant}: {count} {kind}" for kind, count in each.refusals().items()]
    minutes = (time.monotonic() - began) / 60
    for role, count in sorted(done.items()):
        print(f"{role}: {count} rotations")
    for each in wrong[:20]:
        print(f"WRONG {each}")
    print(
        f"rotation: {sum(done.values())} rotations under {sum(shared)} shared objects, {len(wrong)} wrong; "
        f"seed {asked.seed}, {minutes:.1f} minutes"
    )
    return 1 if wrong or not sum(shared) else 0


if __name__ == "__main__":
    sys.exit(main())
