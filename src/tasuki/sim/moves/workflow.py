# SPDX-License-Identifier: MIT
"""Moves against requests for assistance and what carries them."""

from __future__ import annotations

import contextlib
import resource
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import msgspec

from tasuki.base.time import format_rfc3339
from tasuki.sim.moves.playing import Saw, Shows, move
from tasuki.sim.moves.release import PARIS, TOKYO, received
from tasuki.sim.moves.stage import Stage, now
from tasuki.sim.partner.honest import ENVELOPES, Got
from tasuki.sim.partner.letters import Message
from tasuki.sim.partner.liar import Liar
from tasuki.sim.partner.payloads import MESSAGES, objects_of
from tasuki.sim.partner.statement import COMPARE, STATEMENT, Stating
from tasuki.sim.partner.wire import CUT, Reply

_CUT: Final = Reply(status=CUT)
_DAY_S: Final = 86_400
_UNAVAILABLE: Final = 503


def ask_for_help(stage: Stage, **changes: Any) -> str:
    """Have the node ask the partner for assistance; return the id of the request."""
    asked: dict[str, Any] = {
        "to": TOKYO,
        "trigger": "ransomware",
        "severity": "C1",
        "wanted": ["indicators", "hunt"],
        "consent": "anonymous",
        "summary": f"Shipments stopped ({uuid.uuid4().hex[:8]}).",
        "effects": ["disruptive"],
        **changes,
    }
    return str(stage.ok("POST", "/v1/assistance", asked)["id"])


def bodies(got: Got) -> list[dict[str, Any]]:
    """Return the objects an envelope carried."""
    size = int.from_bytes(got.payload[:4], "big")
    manifest = msgspec.json.decode(got.payload[4 : 4 + size])
    start, found = 4 + size, []
    for entry in manifest["objects"]:
        found.append(msgspec.json.decode(got.payload[start : start + entry["len"]]))
        start += entry["len"]
    return found


def carried(liar: Liar, stix_id: str, since: int = 0) -> list[Got]:
    """Return the envelopes that carried an object of an id."""
    objects = [got for got in liar.honest.got[since:] if got.envelope.header.type == "objects"]
    return [got for got in objects if any(each["id"] == stix_id for each in bodies(got))]


@move("WF01", Shows(("it is sent after the restart", "once only")))
def _killed_sender(stage: Stage, _over: str) -> Saw:
    """Kill the node after a request was committed, before it was sent."""
    yard = stage.yard
    with yard.jpn.server.saying(lambda _path, _body: _CUT):
        asked = ask_for_help(yard)
        yard.node.kill()
    yard.node.start()
    came = yard.until(lambda: bool(carried(yard.jpn, asked)))
    yard.until(lambda: not yard.unanswered())
    return {"it is sent after the restart": came, "once only": len(carried(yard.jpn, asked)) == 1}


@move(
    "WF02",
    Shows(("it gets its receipt after the retry", "it was taken in once")),
    over=tuple(each for each in MESSAGES if "urgent" in each),
)
def _killed_receiver(stage: Stage, over: str) -> Saw:
    """Kill the node some milliseconds after an envelope came, before its receipt is read."""
    yard = stage.yard
    letter = yard.jpn.draft(over).seal()
    with yard.jpn.shows(yard.jpn.me.certificate) as wire:
        size = f"content-length: {len(letter.raw)}\r\n\r\n"
        wire.abandon(f"POST {ENVELOPES} HTTP/1.1\r\nhost: node\r\n{size}".encode() + letter.raw)
    time.sleep(0.004 * MESSAGES.index(over))
    yard.node.kill()
    yard.node.start()
    yard.jpn.wire.close()
    reply = yard.jpn.post(letter)
    rows = yard.node.rows("SELECT count(*) FROM envelopes_in WHERE env_id = ?", (letter.header["env_id"],))
    return {
        "it gets its receipt after the retry": reply.receipt is not None and reply.receipt.env_hash == letter.hash,
        "it was taken in once": rows[0][0] == 1,
    }


@move("WF03", Shows(("people are told that it waits", "and how far it came", "it is delivered once the line is back")))
def _parted(stage: Stage, _over: str) -> Saw:
    """Part the nodes for 72 hours while a request is open."""
    yard = stage.yard
    with yard.jpn.server.saying(lambda _path, _body: _CUT):
        asked = ask_for_help(yard)
        with yard.under(str(3 * _DAY_S)):
            told = yard.alarms()
            shown = yard.ok("GET", f"/v1/assistance/{asked}")
    came = yard.until(lambda: bool(carried(yard.jpn, asked)), 40.0)
    return {
        "people are told that it waits": {"health.urgent-waits", "health.assistance-partner-silent"} <= told,
        "and how far it came": bool(shown),
        "it is delivered once the line is back": came,
    }


@move(
    "WF04",
    Shows(
        (
            "nothing is receipted",
            "nothing is kept by half",
            "it says when to come again",
            "it is taken once there is room",
        )
    ),
)
def _full(stage: Stage, _over: str) -> Saw:
    """Fill the receiver's disk."""
    yard = stage.yard
    yard.settle()
    letter = yard.jpn.draft("objects on urgent").seal()
    with room(yard, 0):
        reply = yard.jpn.post(letter)
    held = yard.before.differs(yard.node.state())
    after = yard.jpn.post(letter)
    return {
        "nothing is receipted": reply.receipt is None,
        "nothing is kept by half": not held,
        "it says when to come again": reply.status in (CUT, 200, _UNAVAILABLE),
        "it is taken once there is room": after.receipt is not None and after.receipt.status == "stored",
    }


@contextlib.contextmanager
def room(stage: Stage, size: int) -> Iterator[None]:
    """Let the node's process write no file beyond a size, as a full disk would, until the end (Linux)."""
    pid = stage.node.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@move("WF05", Shows(("the urgent one is among the first two", "the rest follows")))
def _queued(stage: Stage, _over: str) -> Saw:
    """Queue much that is not urgent before an urgent request."""
    jpn = stage.jpn
    start = len(jpn.honest.got)
    with jpn.server.saying(lambda _path, _body: _CUT):
        for _ in range(12):
            stage.ship("bulk")
        asked = ask_for_help(stage)
    stage.sync()
    stage.until(lambda: not stage.unanswered(), 40.0)
    order = [got.envelope.header.lane for got in jpn.honest.got[start:]]
    first = next((place for place, got in enumerate(jpn.honest.got[start:]) if got in carried(jpn, asked)), 99)
    return {"the urgent one is among the first two": first <= 1, "the rest follows": "bulk" in order[first:]}


@move(
    "WF06",
    Shows(("people are told at each deadline", "the request stays open")),
    over=("not acknowledged", "not decided"),
)
def _silent(stage: Stage, over: str) -> Saw:
    """Acknowledge a request, or not even that, and never decide."""
    yard = stage.yard
    asked = ask_for_help(yard)
    yard.until(lambda: bool(carried(yard.jpn, asked)))
    seconds = 2 * 3600 if over == "not acknowledged" else _DAY_S
    with yard.under(str(seconds)):
        told = yard.alarms()
        case = yard.ok("GET", f"/v1/assistance/{asked}")
    return {
        "people are told at each deadline": "health.assistance-partner-silent" in told,
        "the request stays open": str(case.get("state")) not in ("closed", "declined", "done"),
    }


@move(
    "WF07",
    Shows(("the case stays as it was", "the wrong voice is flagged")),
    over=("a third withdraws", "the asked withdraws"),
)
def _wrong_voice(stage: Stage, over: str) -> Saw:
    """Have somebody end a request who is no party to it, or not the one who may."""
    asked = ask_for_help(stage)
    stage.until(lambda: bool(carried(stage.jpn, asked)))
    (request,) = [each for each in bodies(carried(stage.jpn, asked)[0]) if each["id"] == asked]
    stage.ok("POST", f"/v1/assistance/{asked}/amend", {"summary": "Amended."})
    before = stage.ok("GET", f"/v1/assistance/{asked}")
    liar = stage.fra if over == "a third withdraws" else stage.jpn
    ended = {**request, "modified": format_rfc3339(now() + timedelta(seconds=5)), "revoked": True}
    body = {"label": {"tlp": "AMBER", "releasable_to": None, "originators": [liar.participant], "blocked": []}}
    payload = objects_of(liar.participant, "GBR/cert:csirt", msgspec.json.encode(ended), **body)
    liar.post(liar.draft_of(Message(type="objects", payload=payload, lane="urgent", label="TLP:AMBER")).seal())
    after = stage.ok("GET", f"/v1/assistance/{asked}")
    return {
        "the case stays as it was": before.get("state") == after.get("state"),
        "the wrong voice is flagged": before.get("asker") == after.get("asker"),
    }


@move("WF17", Shows(("the gate says no", "nothing of it is sent")), over=("to a third", "to the police of the partner"))
def _forwarded(stage: Stage, over: str) -> Saw:
    """Forward a request marked RED to somebody it was not addressed to."""
    made = received(stage, "red")
    to = PARIS if over == "to a third" else "JPN/police:police"
    said = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={to}")
    stage.node.ask("POST", "/v1/release/share", {"ids": [made["id"]], "to": to, "lane": "urgent"})
    stage.until(lambda: not stage.unanswered())
    words = made["x_word"].encode()
    got = [each.payload for liar in (stage.jpn, stage.fra) for each in liar.honest.got]
    return {"the gate says no": not said["allowed"], "nothing of it is sent": not any(words in each for each in got)}


@move("WF18", Shows(("people are told that something differs", "with the lane and the number of it")))
def _differs(stage: Stage, _over: str) -> Saw:
    """State, at the end of the day, that one envelope was another than the one that was sent."""
    with stage.apart("wf18") as other:
        jpn = other.jpn
        for _ in range(3):
            other.ship("urgent")
            other.until(lambda: not other.unanswered())
        stating = Stating(honest=jpn.honest, to=str(other.anchor.name), wrong=("urgent", 2))

        def answer(path: str, body: bytes) -> Reply:
            return stating.answer(path, body) if path in (STATEMENT, COMPARE) else jpn.answer(path, body)

        with jpn.server.saying(answer):
            other.sync()
            found = other.until(lambda: "reconciliation" in str(other.alarms()) or _differing(other) != "")
            named = _differing(other)
        return {
            "people are told that something differs": found,
            "with the lane and the number of it": "'urgent'" in named and "2" in named,
        }


def _differing(stage: Stage) -> str:
    """Return what the node tells its people of differences, as text."""
    alarms = stage.ok("GET", "/v1/health/alarms")
    return str([each["params"] for each in alarms if "differ" in each["code"] or "reconcil" in each["code"]] or "")
