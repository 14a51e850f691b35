# SPDX-License-Identifier: MIT
"""Fuzz of the exchange: a partner with a good certificate sends what is nearly right, and what is nothing at all.

    python prove/fuzz_exchange.py --size ci|full [--seed N]

Two rounds on one real node. *Shapes*: every path of the table below, with bodies made from its own form and bent in a
few members, verbs, headers and query strings besides. *Bytes*: valid requests with bytes flipped, cut, doubled and
spliced, some whole, some in pieces, some abandoned. `full` takes ten minutes each. Ends with 1 if any answer was a 5xx,
the node died, its memory grew beyond the bound, or it did not answer an honest envelope afterwards.
"""

from __future__ import annotations

import argparse
import collections
import copy
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tasuki.sim.moves.envelope import memory
from tasuki.sim.moves.stage import Stage, staged
from tasuki.sim.partner.honest import ADD_CHECKPOINT, ENVELOPES, HEALTH, MIRROR
from tasuki.sim.partner.liar import TRUST
from tasuki.sim.partner.log import request
from tasuki.sim.partner.payloads import MESSAGES
from tasuki.sim.partner.statement import COMPARE, STATEMENT, Stating
from tasuki.sim.partner.wire import CUT, Reply, Wire

SECONDS = {"ci": 15.0, "full": 600.0}
GROWTH = 192 << 20
RECOVER = "/exchange/v1/recover"
SPAN = {"way": "sent", "lane": "bulk", "epoch": 1, "first": 1, "last": 10}
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63), 0.5, 1e308, "", "a", "\0", "\u202e", "é" * 100,
    "a" * 70_000, [], [[]], {}, {"": None}, [None] * 1000, "2026-01-01T00:00:00.000Z", "0" * 64, "../../etc/passwd",
)  # fmt: skip
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "post", "X" * 40)


def shapes(stage: Stage) -> Mapping[str, Callable[[], bytes]]:
    """Return a body that keeps the form of each path: the table the first round bends."""
    jpn = stage.jpn
    versions = {"keys": 1, "peers": 1, "root": 1}
    stating = Stating(honest=jpn.honest, to=str(stage.anchor.name))
    return {
        ENVELOPES: lambda: jpn.draft(random.choice(MESSAGES)).seal().raw,
        MIRROR: lambda: jpn.log.page(0, 3),
        ADD_CHECKPOINT: lambda: request(0, (), jpn.log.note().raw),
        HEALTH: lambda: json.dumps({"node": str(jpn.me.name), "version": 1, "at": "2026-01-01T00:00:00.000Z"}).encode(),
        TRUST: lambda: json.dumps({"held": versions, "mine": versions}).encode(),
        STATEMENT: stating.statement,
        COMPARE: lambda: json.dumps({"spans": [SPAN]}).encode(),
        RECOVER: lambda: json.dumps({"lanes": [], "log_size": 0, "mirror_size": 0, "from": 0}).encode(),
    }


def bent(body: bytes, chance: random.Random) -> bytes:
    """Bend a few members of a JSON body, or bytes of another one."""
    try:
        value = json.loads(body)
    except ValueError:
        return spoilt(body, chance)
    for _ in range(chance.randint(1, 3)):
        value = _bend(copy.deepcopy(value), chance)
    try:
        return json.dumps(value).encode()
    except (ValueError, UnicodeEncodeError):
        return body


def _bend(value: Any, chance: random.Random) -> Any:
    place, depth = value, chance.randint(0, 3)
    for _ in range(depth):
        inner = [each for each in _members(place) if isinstance(each[1], dict | list)]
        if not inner:
            break
        place = chance.choice(inner)[1]
    names = [name for name, _ in _members(place)]
    act = chance.choice(("odd", "odd", "drop", "add", "copy"))
    if isinstance(place, dict):
        if act == "drop" and names:
            del place[chance.choice(names)]
        elif act == "add" or not names:
            place[chance.choice(("x", "", "__proto__", "é"))] = chance.choice(ODD)
        else:
            place[chance.choice(names)] = chance.choice(ODD)
    elif isinstance(place, list):
        if act == "copy" and place:
            place.extend(copy.deepcopy(place[:1]) * chance.choice((1, 70, 1200)))
        else:
            place.insert(0, chance.choice(ODD))
    return value


def _members(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def spoilt(raw: bytes, chance: random.Random) -> bytes:
    """Flip, cut, double, splice or fill bytes."""
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        act = chance.randrange(6)
        if act == 0 and changed:
            changed[at % len(changed)] ^= 1 << chance.randrange(8)
        elif act == 1:
            del changed[at : at + chance.choice((1, 4, 100, 5000))]
        elif act == 2:
            changed[at:at] = chance.randbytes(chance.choice((1, 4, 100, 5000)))
        elif act == 3:
            changed[at:at] = changed[: chance.randrange(1, 200)]
        elif act == 4:
            changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
        else:
            changed += bytes(chance.choice((1, 1000, 100_000)))
    return bytes(changed)


def by_shape(stage: Stage, chance: random.Random, wire: Wire) -> Reply:
    """Send one request whose form is nearly that of its path."""
    table = shapes(stage)
    path = chance.choice(list(table))
    body = table[path]()
    verb, query, headers = "POST", "", {}
    if chance.random() < 0.85:
        body = bent(body, chance)
    if chance.random() < 0.1:
        verb = chance.choice(VERBS)
    if chance.random() < 0.1:
        query = "?" + chance.choice(("a=b", "%", "%00", "x" * 9000, "a[]=1", "..%2f", "\u00e9"))
    if chance.random() < 0.1:
        name = chance.choice(("content-type", "accept", "content-encoding", "expect", "upgrade", "range", "x-a"))
        headers = {name: chance.choice(("gzip", "text/xml", "100-continue", "websocket", "bytes=0-", "a" * 5000, ""))}
    return wire.ask(verb, path + query, body, headers)


def by_bytes(stage: Stage, chance: random.Random, wire: Wire) -> Reply:
    """Send one valid request spoilt as bytes: whole, in two pieces, or abandoned."""
    table = shapes(stage)
    path = chance.choice(list(table))
    body = table[path]()
    raw = f"POST {path} HTTP/1.1\r\nhost: node\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
    raw = spoilt(raw, chance)
    way = chance.random()
    if way < 0.2:
        wire.abandon(raw)
        return Reply(status=CUT)
    if way < 0.4:
        return wire.send([raw[: len(raw) // 2], raw[len(raw) // 2 :]])
    return wire.send(raw)


def rounds(
    stage: Stage, act: Callable[[Stage, random.Random, Wire], Reply], seed: int, seconds: float
) -> Iterator[int]:
    """Play for so many seconds; yield the status of each answer."""
    chance = random.Random(seed)
    deadline = time.monotonic() + seconds
    wire = stage.jpn.shows(stage.jpn.me.certificate)
    wire.patience = 0.4
    while time.monotonic() < deadline and stage.node.is_alive:
        try:
            yield act(stage, chance, wire).status
        except UnicodeEncodeError:
            continue
        if act is by_bytes or chance.random() < 0.01:
            wire.close()
    wire.close()


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(SECONDS), default="ci")
    parser.add_argument("--seed", type=int, default=20260131)
    asked = parser.parse_args()
    wrong: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), asked.seed) as stage:
        for _ in range(5):
            stage.jpn.send("attestation on urgent")
        for name, act in (("shapes", by_shape), ("bytes", by_bytes)):
            before = memory(stage)
            seen = collections.Counter(rounds(stage, act, asked.seed, SECONDS[asked.size]))
            if not stage.node.is_alive:
                wrong.append(f"{name}: the node died")
                break
            grown = memory(stage) - before
            broken = sum(count for status, count in seen.items() if status >= 500)
            print(
                f"{name}: {seen.total()} requests, {broken} answers 5xx, {grown >> 20} MiB grown,"
                f" by status {dict(sorted(seen.items()))}"
            )
            wrong += [f"{name}: {broken} answers 5xx"] * (broken > 0) + [f"{name}: memory grew"] * (grown > GROWTH)
            if not _still_answers(stage):
                wrong.append(f"{name}: an honest envelope got no receipt")
    for each in wrong:
        print(f"WRONG {each}")
    print(f"fuzz_exchange: seed {asked.seed}, {len(wrong)} wrong, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def _still_answers(stage: Stage) -> bool:
    """Whether an honest envelope of another partner still gets its receipt."""
    return stage.fra.send("attestation on urgent")[1].receipt is not None


if __name__ == "__main__":
    sys.exit(main())
