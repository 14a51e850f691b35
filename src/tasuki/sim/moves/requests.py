# SPDX-License-Identifier: MIT
"""Moves of hostile requests: members, verbs, heads and words of query languages."""

from __future__ import annotations

import itertools
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasuki.faces.api.admission import TABLE
from tasuki.sim.moves.envelope import memory
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.stage import Stage
from tasuki.sim.partner.honest import ADD_CHECKPOINT, ENVELOPES, HEALTH, MIRROR
from tasuki.sim.partner.wire import CUT

OK: Final = 200
_MIB: Final = 1 << 20
_SERVER_ERROR: Final = 500


POSTS: Final = tuple(route for route in TABLE if route.startswith("POST") and "import" not in route)


@move("INP19", Refused(("http.bad-request",), status=(400,), leaf=False), over=POSTS)
def _more_members(stage: Stage, over: str) -> Saw:
    """Add a member nobody asked for to a question."""
    path = over.split(" ")[1]
    for name in ("stix_id", "request", "number", "partner"):
        path = path.replace("{" + name + "}", "1")
    return stage.node.ask("POST", path, {"is_admin": True, "state": "trusted", "person": "root"})


VERBS: Final = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "CONNECT")


@move(
    "INP20",
    Refused(("exchange.no-route", "Invalid", ""), status=(400, 404, 405, CUT), leaf=False),
    over=tuple(f"{verb} {path}" for verb in VERBS for path in (ENVELOPES, MIRROR, ADD_CHECKPOINT, HEALTH)),
)
def _other_verb(stage: Stage, over: str) -> Saw:
    """Ask a path of the exchange by another verb."""
    verb, _, path = over.partition(" ")
    with stage.jpn.shows(stage.jpn.me.certificate) as wire:
        return wire.ask(verb, path)


@move(
    "INP20",
    Refused(("suites.truncated",)),
    over=("x-http-method-override", "x-method-override", "x-http-method", "content-type"),
)
def _override(stage: Stage, over: str) -> Saw:
    """Say in a header that the verb, or the form of the body, is another: the path and the bytes decide."""
    return stage.jpn.wire.post(ENVELOPES, b"<xml/>", {over: "text/xml" if over == "content-type" else "DELETE"})


_HEAD: Final = f"POST {ENVELOPES} HTTP/1.1\r\nhost: node\r\n"
_CHUNKED: Final = "transfer-encoding: chunked\r\n\r\n"
SMUGGLED: Final[Mapping[str, bytes]] = {
    "length and chunks": f"{_HEAD}content-length: 4\r\n{_CHUNKED}0\r\n\r\nGET / HTTP/1.1\r\n\r\n".encode(),
    "two lengths": f"{_HEAD}content-length: 4\r\ncontent-length: 40\r\n\r\nabcd".encode(),
    "a list of lengths": f"{_HEAD}content-length: 4, 40\r\n\r\nabcd".encode(),
    "a length with a sign": f"{_HEAD}content-length: +4\r\n\r\nabcd".encode(),
    "a negative length": f"{_HEAD}content-length: -1\r\n\r\nabcd".encode(),
    "an unknown coding": f"{_HEAD}transfer-encoding: xchunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n".encode(),
    "a coding behind a tab": f"{_HEAD}transfer-encoding:\tchunked, identity\r\n\r\n4\r\nabcd\r\n0\r\n\r\n".encode(),
    "a chunk size that lies": f"{_HEAD}{_CHUNKED}fffffffffffffffff\r\nabcd\r\n0\r\n\r\n".encode(),
    "a chunk size that is none": f"{_HEAD}transfer-encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n".encode(),
    "a folded line": f"{_HEAD}x-a: b\r\n c: d\r\ncontent-length: 0\r\n\r\n".encode(),
    "a space before the colon": f"{_HEAD}content-length : 0\r\n\r\n".encode(),
    "a NUL in a name": f"{_HEAD}x\0a: b\r\n\r\n".encode(),
    "no version": f"POST {ENVELOPES}\r\n\r\n".encode(),
    "version 2": f"POST {ENVELOPES} HTTP/2.0\r\nhost: x\r\n\r\n".encode(),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a bare line feed": f"POST {ENVELOPES} HTTP/1.1\nhost: x\ncontent-length: 0\n\n".encode(),
    "bytes that are none": bytes(range(256)) * 4,
}


@move(
    "INP21",
    Shows(("it is refused, cut, or read as one request", "never trouble", "the node goes on"), still=True),
    over=tuple(SMUGGLED),
)
def _smuggled(stage: Stage, over: str) -> Saw:
    """Send a request that two readers might cut in two places."""
    with stage.jpn.shows(stage.jpn.me.certificate) as wire:
        wire.patience = 3.0
        reply = wire.send(SMUGGLED[over])
    return {
        "it is refused, cut, or read as one request": reply.receipt is None,
        "never trouble": not reply.is_trouble,
        "the node goes on": stage.jpn.wire.post(HEALTH, b"").status == OK,
    }


@move(
    "INP21",
    Shows(("it is refused or cut", "memory stays bounded", "the node goes on")),
    over=("one line", "many lines", "a long path"),
)
def _long_head(stage: Stage, over: str) -> Saw:
    """Send a head of many megabytes."""
    before = memory(stage)
    with stage.jpn.shows(stage.jpn.me.certificate) as wire:
        wire.patience = 10.0
        reply = wire.send(_head(over))
    return {
        "it is refused or cut": reply.status in (CUT, 400, 404, 414, 431),
        "memory stays bounded": memory(stage) - before < 16 * _MIB,
        "the node goes on": stage.jpn.wire.post(HEALTH, b"").status == OK,
    }


def _head(over: str) -> Iterator[bytes]:
    piece = b"a" * 65_536
    if over == "a long path":
        yield b"GET /"
    elif over == "one line":
        yield f"{_HEAD}x-a: ".encode()
    else:
        yield _HEAD.encode()
        piece = b"".join(b"x-%d: %s\r\n" % (n, b"a" * 60) for n in range(1000))
    yield from itertools.repeat(piece, 64 * _MIB // len(piece))


@move("INP21", Shows(("every line is cut off in time", "the partner is served meanwhile")), over=("head", "body"))
def _slow(stage: Stage, over: str) -> Saw:
    """Open many connections and send one byte now and then, for as long as the node lets it go on."""
    wires = [stage.jpn.shows(stage.jpn.me.certificate) for _ in range(20)]
    start = _HEAD.encode() + (b"" if over == "head" else b"content-length: 1000\r\n\r\n")
    for wire in wires:
        wire.trickle(start)
    served = stage.jpn.wire.post(HEALTH, b"").status == OK
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and sum([wire.trickle(b"a") for wire in wires]):
        time.sleep(1.0)
    open_still = sum([wire.trickle(b"a") for wire in wires])
    for wire in wires:
        wire.close()
    return {"every line is cut off in time": open_still == 0, "the partner is served meanwhile": served}


INJECTIONS: Final = (
    "' OR '1'='1",
    '" OR ""="',
    "1; DROP TABLE holdings--",
    "x' UNION SELECT secret FROM persons--",
    "*",
    "NEAR(a b)",
    "a AND NOT b",
    "name:a",
    "\\",
    "%",
    "_",
    'a" OR "b',
    "'); --",
    "$1",
    ":id",
    "\x00",
)
PLACES: Final = (
    "/v1/holdings?type={}",
    "/v1/holdings?source={}",
    "/v1/holdings?after={}",
    "/v1/holdings?limit={}",
    "/v1/holdings?sort={}",
    "/v1/holdings/find?words={}",
    "/v1/holdings/quarantine?code={}",
    "/v1/channel/envelopes?partner={}",
    "/v1/channel/envelopes?lane={}",
    "/v1/ledger?partner={}",
    "/v1/release/explain/{}?to=JPN",
)


@move(
    "INP22",
    Shows(("it is a word or it is refused", "it brings nothing back"), still=True),
    over=tuple(f"{place} {n}" for place in PLACES for n in range(len(INJECTIONS))),
)
def _injected(stage: Stage, over: str) -> Saw:
    """Put words of query languages into every filter, cursor, sort key and search."""
    place, _, number = over.rpartition(" ")
    said = stage.node.ask("GET", place.format(urllib.parse.quote(INJECTIONS[int(number)], safe="")))
    answer = said.json
    return {
        "it is a word or it is refused": said.status < _SERVER_ERROR,
        "it brings nothing back": said.status != OK or not answer or _is_denial(answer),
    }


def _is_denial(answer: Any) -> bool:
    """Whether an answer holds nothing that is held: no rows, or a verdict that says no."""
    if isinstance(answer, dict):
        return not answer.get("allowed", False) and not answer.get("entries") and not answer.get("items")
    return False
