# SPDX-License-Identifier: MIT
"""Moves against the gate: what must not leave is tried by every way there is."""

from __future__ import annotations

import functools
import secrets
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.envelope.envelope import MAGIC
from tasuki.formats.stix.tlp import marking_id
from tasuki.formats.suites.frames import write_frame
from tasuki.sim.moves.playing import ONCE, Refused, Saw, Shows, move
from tasuki.sim.moves.stage import POLICE, Stage, now
from tasuki.sim.partner.letters import Message
from tasuki.sim.partner.payloads import indicator, objects_of
from tasuki.sim.partner.wire import CUT, Reply

OK: Final = 200
_CUT: Final = Reply(status=CUT)
TOKYO: Final = "JPN/cert:csirt"
PARIS: Final = "FRA/cert:csirt"

Tried = tuple[Sequence[Mapping[str, Any]], str]
"""Objects to import, and the id of the one that is tried."""

Build = Callable[[Stage, str], Tried]


def thing(kind: str, *levels: str, **properties: Any) -> dict[str, Any]:
    """Return an object of any type, marked with TLP levels, with a word in it that stands nowhere else."""
    at = format_rfc3339(now())
    made: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{_uuid()}",
        "created": at,
        "modified": at,
        "x_word": f"canary-{secrets.token_hex(8)}",
        **properties,
    }
    if levels:
        made["object_marking_refs"] = [marking_id(each) for each in levels]
    return made


def marked(*levels: str, **properties: Any) -> dict[str, Any]:
    """Return an indicator marked with TLP levels."""
    value = f"{secrets.token_hex(6)}.example"
    made = thing("indicator", *levels, **{**indicator(value), "x_word": f"canary-{secrets.token_hex(8)}"})
    if not levels:
        made.pop("object_marking_refs", None)
    return {**made, **properties}


def _uuid() -> str:
    raw = bytearray(secrets.token_bytes(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def stays(
    name: str, *codes: str, over: tuple[str, ...] = ONCE, to: str = TOKYO, hidden: bool = True, **terms: str
) -> Callable[[Build], Build]:
    """Add a move in which something is tried that must stay, for one of these reasons."""
    claims = (
        "the gate says no: " + " or ".join(codes),
        "sharing releases nothing",
        "nothing of it is sent",
        "a reader of another desk finds nothing of it",
    )[: 4 if hidden else 3]

    def add(build: Build) -> Build:
        @functools.wraps(build)
        def play(stage: Stage, what: str) -> Saw:
            objects, tried = build(stage, what)
            return dict(zip(claims, _tried(stage, objects, tried, (to, codes, terms)), strict=False))

        move(name, Shows(claims), over=over)(play)
        return build

    return add


def _tried(
    stage: Stage,
    objects: Sequence[Mapping[str, Any]],
    tried: str,
    how: tuple[str, tuple[str, ...], Mapping[str, str]],
) -> tuple[bool, bool, bool, bool]:
    to, codes, terms = how
    bring(stage, *objects, **terms)
    said = stage.ok("GET", f"/v1/release/explain/{tried}?to={to}")
    shared = stage.ok("POST", "/v1/release/share", {"ids": [tried], "to": to, "lane": "urgent"})
    stage.until(lambda: not stage.unanswered())
    words = [str(each["x_word"]) for each in objects if each["id"] == tried]
    token = stage.token("reader", POLICE)
    seen = stage.node.ask("GET", f"/v1/holdings/{tried}", token=token)
    return (
        not said["allowed"] and said["code"] in codes,
        shared["released"] == 0,
        not any(word.encode() in sent(stage) for word in words),
        not any(word.encode() in seen.body for word in words),
    )


def bring(stage: Stage, *objects: Mapping[str, Any], **terms: str) -> None:
    """Import objects as the node's own; what it does not take is no part of a move."""
    bundle = {"type": "bundle", "id": f"bundle--{_uuid()}", "objects": list(objects)}
    stage.bring(msgspec.json.encode(bundle), **terms)


def sent(stage: Stage) -> bytes:
    """Return everything the node ever sent to its partners, opened."""
    return b"".join(
        got.payload + got.envelope.header_bytes for each in (stage.jpn, stage.fra) for got in each.honest.got
    )


@stays("REL01", "release.no-tlp")
def _unmarked(_stage: Stage, _over: str) -> Tried:
    """Share an object that bears no marking."""
    made = marked()
    return [made], made["id"]


UNKNOWN: Final[Mapping[str, Any]] = {
    "never heard of": f"marking-definition--{_uuid()}",
    "no id": "marking-definition--red",
    "another type": f"identity--{_uuid()}",
    "no text": 7,
}


@stays("REL02", "release.unknown-marking", "release.missing-reference", "release.no-tlp", "release.not-held",
       over=tuple(UNKNOWN))  # fmt: skip
def _unknown_marking(_stage: Stage, over: str) -> Tried:
    """Share an object whose marking is unknown, or no id at all."""
    made = marked("green")
    made["object_marking_refs"].append(UNKNOWN[over])
    return [made], made["id"]


@stays("REL02", "release.unknown-marking", over=("TLP:ULTRA", "TLP:", "tlp2:amber"))
def _future_marking(_stage: Stage, over: str) -> Tried:
    """Share an object under a marking definition of a level that does not exist yet."""
    definition = thing("marking-definition", name=over, definition_type="tlp", definition={"tlp": over})
    made = marked()
    made["object_marking_refs"] = [definition["id"]]
    return [definition, made], made["id"]


@stays("REL03", "release.unknown-marking", "release.missing-reference")
def _missing_marking(_stage: Stage, _over: str) -> Tried:
    """Share an object that refers to a marking definition nobody has."""
    made = marked()
    made["object_marking_refs"] = [f"marking-definition--{_uuid()}"]
    return [made], made["id"]


@stays("REL04", "release.red", "release.red-person", over=("clear", "green", "amber", "amber+strict"))
def _two_levels(_stage: Stage, over: str) -> Tried:
    """Mark an object with two levels at once, one of them RED."""
    made = marked(over, "red")
    return [made], made["id"]


AUDIENCES: Final = (TOKYO, "JPN/police:police", "JPN", PARIS, "FRA", "ZZZ/cert:csirt")
_COMMUNITY: Final = ("JPN",)


def _may(level: str, to: str) -> bool:
    """Say whether a level may go to an audience, by the definitions of TLP 2.0 and the profile's community.

    Source: FIRST TLP 2.0; docs/policy/release.md. Written anew, not asked of the product.
    """
    participant, _, organisation = to.partition("/")
    if participant not in ("JPN", "FRA"):
        return False
    if level == "clear":
        return True
    if level == "green":
        return participant in _COMMUNITY
    return level in ("amber", "amber+strict") and bool(organisation)


@move(
    "REL05",
    Shows(("the verdict is that of the truth table", "it has a reason")),
    over=tuple(f"{level} to {to}" for level in ("clear", "green", "amber", "amber+strict", "red") for to in AUDIENCES),
)
def _table(stage: Stage, over: str) -> Saw:
    """Ask for every level and every kind of audience."""
    level, _, to = over.partition(" to ")
    made = marked(level)
    bring(stage, made)
    said = stage.node.ask("GET", f"/v1/release/explain/{made['id']}?to={to}").json
    return {
        "the verdict is that of the truth table": bool(said.get("allowed")) is _may(level, to),
        "it has a reason": bool(said.get("code") or said.get("error")),
    }


@move(
    "REL06",
    Refused(("holdings.unknown-tlp", "http.bad-request"), status=(400, 422), leaf=False),
    over=("TLP\uff1aRED", "r\u0435d", "T L P:RED", "TLP:RED;", "TLP-2.0:RED", "\u200bred", "TLP:AMBER+", "red,green"),
)
def _odd_level(stage: Stage, over: str) -> Saw:
    """Import under a level in a spelling that only looks like one."""
    return stage.bring(msgspec.json.encode(marked()), tlp=urllib.parse.quote(over))


@stays("REL07", "release.red", "release.red-person", over=("name", "pattern", "labels.[1]", "x_deep.inner.[0]"))
def _granular(_stage: Stage, over: str) -> Tried:
    """Mark one field, list item or nested value RED and the whole GREEN: the whole stays."""
    made = marked("green", labels=["one", "two"], x_deep={"inner": ["secret"]})
    made["granular_markings"] = [{"marking_ref": marking_id("red"), "selectors": [over]}]
    return [made], made["id"]


@stays("REL08", "release.unknown-marking", "release.red", "release.red-person", "release.not-held",
       over=("nothing.here", "", "labels.[99]", "..", "name.[", "*", "$.name"))  # fmt: skip
def _odd_selector(_stage: Stage, over: str) -> Tried:
    """Mark by a selector that matches nothing, or is none."""
    made = marked("green", labels=["one"])
    made["granular_markings"] = [{"marking_ref": marking_id("red"), "selectors": [over]}]
    return [made], made["id"]


@stays("REL09", "release.red", "release.red-person", over=("report", "grouping"))
def _report(_stage: Stage, over: str) -> Tried:
    """Share a report that refers to an object which must stay."""
    hidden = marked("red")
    extra = {"published": format_rfc3339(now())} if over == "report" else {"context": "suspicious-activity"}
    made = thing(over, "green", name="A report", object_refs=[hidden["id"]], **extra)
    return [hidden, made], made["id"]


@stays("REL10", "release.red", "release.red-person", over=("source", "target"))
def _relationship(_stage: Stage, over: str) -> Tried:
    """Share a relationship whose one end must stay."""
    hidden, shown = marked("red"), marked("green")
    ends = (hidden, shown) if over == "source" else (shown, hidden)
    made = thing(
        "relationship", "green", relationship_type="related-to", source_ref=ends[0]["id"], target_ref=ends[1]["id"]
    )
    return [hidden, shown, made], made["id"]


ABOUT: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "sighting": lambda of: {"sighting_of_ref": of},
    "note": lambda of: {"content": "About it.", "object_refs": [of]},
    "opinion": lambda of: {"opinion": "agree", "object_refs": [of]},
    "grouping": lambda of: {"context": "suspicious-activity", "object_refs": [of]},
    "observed-data": lambda of: {
        "first_observed": format_rfc3339(now()),
        "last_observed": format_rfc3339(now()),
        "number_observed": 1,
        "object_refs": [of],
    },
}


@stays("REL11", "release.red", "release.red-person", over=tuple(ABOUT))
def _about(_stage: Stage, over: str) -> Tried:
    """Share what speaks about an object that must stay."""
    hidden = thing("domain-name", "red", value="hidden.example") if over == "observed-data" else marked("red")
    made = thing(over, "green", **ABOUT[over](hidden["id"]))
    return [hidden, made], made["id"]


@stays("REL12", "release.red", "release.red-person", "release.missing-reference", over=("held", "only named"))
def _deterministic(_stage: Stage, over: str) -> Tried:
    """Share something that names an observable whose id follows from its value."""
    hidden = thing("domain-name", "red", value=f"{secrets.token_hex(4)}.example")
    made = thing("observed-data", "green", **ABOUT["observed-data"](hidden["id"]))
    return ([hidden, made] if over == "held" else [made]), made["id"]


@move("REL13", Shows(("the older version went", "it is withheld from now on", "and the newer one stays")))
def _stricter(stage: Stage, _over: str) -> Saw:
    """Give an object a new version with a stricter marking after it was shared."""
    made = marked("green")
    bring(stage, made)
    first = stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": TOKYO, "lane": "urgent"})
    newer = {
        **made,
        "modified": format_rfc3339(now() + timedelta(seconds=1)),
        "x_word": f"canary-{secrets.token_hex(8)}",
    }
    bring(stage, {**newer, "object_marking_refs": [marking_id("red")]})
    said = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={TOKYO}")
    stage.until(lambda: not stage.unanswered())
    return {
        "the older version went": first["released"] == 1,
        "it is withheld from now on": not said["allowed"],
        "and the newer one stays": newer["x_word"].encode() not in sent(stage),
    }


@move("REL14", Shows(("the label of ours is the same", "the gate's verdict is the same")), over=("narrow", "object"))
def _loosened(stage: Stage, over: str) -> Saw:
    """Have the partner say of an object of ours that it is marked wider."""
    made = marked("red")
    bring(stage, made)
    before = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={TOKYO}")
    if over == "narrow":
        said = {"ids": [made["id"]], "label": {"tlp": "CLEAR"}, "reason": "It is known.", "at": format_rfc3339(now())}
        content = Message(type="narrow", payload=canonical(said), lane="urgent")
    else:
        newer = {
            **made,
            "modified": format_rfc3339(now() + timedelta(days=1)),
            "object_marking_refs": [marking_id("clear")],
        }
        content = Message(
            type="objects",
            payload=objects_of("JPN", "GBR", msgspec.json.encode(newer)),
            lane="urgent",
            label="TLP:GREEN",
        )
    stage.jpn.post(stage.jpn.draft_of(content).seal())
    after = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={TOKYO}")
    return {
        "the label of ours is the same": before["own"] == after["own"] or after["own"] is None,
        "the gate's verdict is the same": not before["allowed"] and not after["allowed"],
    }


@move("REL15", Shows(("who got it is told", "the notice holds no content", "nobody else is told")))
def _revoked(stage: Stage, _over: str) -> Saw:
    """Revoke what one partner got."""
    made = marked("green")
    bring(stage, made)
    stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": TOKYO, "lane": "urgent"})
    stage.until(lambda: not stage.unanswered())
    start, third = len(stage.jpn.honest.got), len(stage.fra.honest.got)
    stage.ok("POST", "/v1/withdrawal/revoke", {"ids": [made["id"]], "why": "It was wrong."})
    stage.until(lambda: len(stage.jpn.honest.got) > start and not stage.unanswered())
    notices = [got for got in stage.jpn.honest.got[start:] if got.envelope.header.type == "revoke"]
    return {
        "who got it is told": any(made["id"].encode() in got.payload for got in notices),
        "the notice holds no content": not any(made["x_word"].encode() in got.payload for got in notices),
        "nobody else is told": len(stage.fra.honest.got) == third,
    }


def received(stage: Stage, *levels: str) -> dict[str, Any]:
    """Have the partner give an object; return it."""
    made = marked(*levels)
    label = {"tlp": levels[0].upper(), "releasable_to": None, "originators": ["JPN"], "blocked": []}
    payload = objects_of("JPN", "GBR/cert:csirt", msgspec.json.encode(made), label=label)
    content = Message(type="objects", payload=payload, lane="urgent", label=f"TLP:{levels[0].upper()}")
    stage.jpn.post(stage.jpn.draft_of(content).seal())
    return made


@move(
    "REL16",
    Shows(("the gate says no", "nothing of it is sent to the third")),
    over=("green", "amber", "amber+strict", "red"),
)
def _onward(stage: Stage, over: str) -> Saw:
    """Pass on to a third what the partner gave, without asking it."""
    made = received(stage, over)
    said = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={PARIS}")
    stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": PARIS, "lane": "urgent"})
    stage.until(lambda: not stage.unanswered())
    return {
        "the gate says no": not said["allowed"],
        "nothing of it is sent to the third": made["x_word"].encode() not in sent(stage),
    }


def asked(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Have the node ask the partner whether an object may go to a third; return the object and the question."""
    made = received(stage, "amber")
    start = len(stage.jpn.honest.got)
    until = format_rfc3339(now() + timedelta(days=10))
    question = {"ids": [made["id"]], "to": PARIS, "until": until, "why": "They see it as well.", "lane": "urgent"}
    stage.ok("POST", "/v1/consent", question)
    stage.until(lambda: any(_asks(got) for got in stage.jpn.honest.got[start:]))
    got = next(got for got in stage.jpn.honest.got[start:] if _asks(got))
    return made, msgspec.json.decode(got.payload)


def _asks(got: Any) -> bool:
    return bool(got.envelope.header.type == "consent-request")


def answer(stage: Stage, question: Mapping[str, Any], decision: str = "granted", **changes: Any) -> None:
    """Have the partner answer a request for consent, with members changed."""
    said = {
        **question,
        "decision": decision,
        "reason": "For their own defence.",
        "at": format_rfc3339(now()),
        **changes,
    }
    stage.jpn.post(stage.jpn.draft_of(Message(type="consent", payload=canonical(said), lane="urgent")).seal())


OTHER: Final[Mapping[str, Mapping[str, Any]]] = {
    "object": {"objects": [{"id": f"indicator--{_uuid()}", "digest": "0" * 64}]},
    "recipient": {"audience": "FRA/police:police"},
    "time": {"until": "2099-01-01T00:00:00.000Z"},
    "purpose": {"purpose": "prosecution"},
    "request": {"request": _uuid()},
}


@move("REL17", Shows(("it grants nothing", "nothing of it is sent to the third")), over=tuple(OTHER))
def _other_consent(stage: Stage, over: str) -> Saw:
    """Use a consent for another object, recipient, time, purpose or request than was asked about."""
    made, question = asked(stage)
    answer(stage, question, **OTHER[over])
    said = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={PARIS}")
    stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": PARIS, "lane": "urgent"})
    stage.until(lambda: not stage.unanswered())
    return {
        "it grants nothing": not said["allowed"],
        "nothing of it is sent to the third": made["x_word"].encode() not in sent(stage),
    }


@move("REL18", Shows(("it went while it was granted", "the third is told to give it back", "no more of it goes")))
def _withdrawn(stage: Stage, _over: str) -> Saw:
    """Withdraw a consent after what it allowed was shared."""
    made, question = asked(stage)
    answer(stage, question)
    start = len(stage.fra.honest.got)
    stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": PARIS, "lane": "urgent"})
    stage.until(lambda: not stage.unanswered())
    went = any(made["x_word"].encode() in got.payload for got in stage.fra.honest.got[start:])
    answer(stage, question, "withdrawn")
    stage.until(lambda: any(got.envelope.header.type == "recall" for got in stage.fra.honest.got[start:]))
    said = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={PARIS}")
    recalls = [got.payload for got in stage.fra.honest.got[start:] if got.envelope.header.type == "recall"]
    return {
        "it went while it was granted": went,
        "the third is told to give it back": any(made["id"].encode() in each for each in recalls),
        "no more of it goes": not said["allowed"],
    }


@stays("REL19", "release.caveat", "release.caveat-nobody", over=("green", "clear"), hidden=False, releasable_to="GBR")
def _eyes_only(_stage: Stage, over: str) -> Tried:
    """Share what is for the United Kingdom's eyes only, whatever its level lets go."""
    made = marked(over)
    return [made], made["id"]


@stays("REL20", "release.community", to=PARIS, hidden=False)
def _newcomer(_stage: Stage, _over: str) -> Tried:
    """Share with a participant outside the community what was marked for the community."""
    made = marked("green")
    return [made], made["id"]


def _bundled(inner: dict[str, Any]) -> dict[str, Any]:
    return {"x_bundle": {"type": "bundle", "id": f"bundle--{_uuid()}", "objects": [inner]}}


def _extended(inner: dict[str, Any]) -> dict[str, Any]:
    said = {"extension_type": "property-extension", "inner": inner}
    return {"extensions": {f"extension-definition--{_uuid()}": said}}


NESTED: Final[Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "a bundle in a property": _bundled,
    "an object in an extension": _extended,
    "a list of objects": lambda inner: {"x_list": [{"x": [inner]}]},
}


@stays(
    "REL21",
    "release.red",
    "release.red-person",
    "release.missing-reference",
    "release.unknown-marking",
    over=tuple(NESTED),
)
def _nested(_stage: Stage, over: str) -> Tried:
    """Carry an object that must stay inside another that may go."""
    made = marked("green", **NESTED[over](marked("red")))
    return [made], made["id"]


_QUESTIONS: Final = ("/v1/holdings/{id}", "/v1/holdings/{id}?view=2.1", "/v1/release/explain/{id}?to=GBR/police:police")


@move("REL22", Shows(("the answers are the same, byte for byte",), still=False), over=_QUESTIONS)
def _hidden_or_missing(stage: Stage, over: str) -> Saw:
    """Ask, as a reader of another desk, for what is hidden and for what does not exist."""
    hidden = marked("red")
    bring(stage, hidden)
    token = stage.token("reader", POLICE)
    missing = f"indicator--{_uuid()}"
    answers = [
        stage.node.ask("GET", over.replace("{id}", each), token=token).body.replace(each.encode(), b"ID")
        for each in (hidden["id"], missing)
    ]
    return {"the answers are the same, byte for byte": answers[0] == answers[1]}


@move(
    "REL23",
    Shows(("the answers before and after are the same, byte for byte",)),
    over=("find", "list", "by type", "by source", "export"),
)
def _searched(stage: Stage, over: str) -> Saw:
    """Search, list, filter and export, as a reader of another desk, before and after something hidden comes in."""
    hidden = marked("red", name=f"zebra{secrets.token_hex(4)}")
    token = stage.token("reader", POLICE)

    def look() -> bytes:
        if over == "export":
            return _without_id(
                stage.node.ask("POST", "/v1/holdings/export", {"types": ["indicator"]}, token=token).body
            )
        path = {
            "find": f"/v1/holdings/find?words={hidden['name']}",
            "list": "/v1/holdings?limit=1000",
            "by type": "/v1/holdings?type=indicator&limit=1000",
            "by source": "/v1/holdings?source=local&limit=1000",
        }[over]
        return stage.node.ask("GET", path, token=token).body

    before = look()
    bring(stage, hidden)
    return {"the answers before and after are the same, byte for byte": look() == before}


def _without_id(bundle: bytes) -> bytes:
    """Return a bundle without its own id, which is drawn anew for each."""
    read = msgspec.json.decode(bundle)
    if isinstance(read, dict):
        read.pop("id", None)
    return msgspec.json.encode(read)


@move("REL24", Shows(("the word stands in no answer, log, metric or error", "and was never sent")))
def _canary(stage: Stage, _over: str) -> Saw:
    """Hide a word in a RED object and look for it everywhere but where it belongs."""
    word = f"canary{secrets.token_hex(8)}"
    made = marked("red", name=word, description=word)
    bring(stage, made)
    token = stage.token("reader", POLICE)
    stage.node.ask("POST", "/v1/release/share", {"ids": [made["id"]], "to": TOKYO})
    seen = [
        stage.node.ask("GET", path, token=token).body
        for path in ("/v1/holdings?limit=1000", f"/v1/holdings/{made['id']}")
    ]
    seen += [stage.node.ask("GET", path).body for path in ("/v1/metrics", "/v1/health/status", "/v1/health/alarms")]
    seen += [stage.node.ask("POST", "/v1/holdings/export", {}, token=token).body, stage.node.said()]
    seen.append(b"".join(str(each).encode() for each in stage.node.audited()))
    return {
        "the word stands in no answer, log, metric or error": not any(word.encode() in each for each in seen),
        "and was never sent": word.encode() not in sent(stage),
    }


@move("REL25", Shows(("the node does not start", "nothing is sent", "it starts once the rules can be read")),
      over=("no TOML", "an unknown rule", "no text"))  # fmt: skip
def _broken_rules(stage: Stage, over: str) -> Saw:
    """Break the local rules of the gate while something waits to be sent."""
    yard = stage.yard
    rules = yard.node.directory / "rules.toml"
    with yard.jpn.server.saying(lambda _path, _body: _CUT):
        yard.ship()
    start = len(yard.jpn.server.heard)
    yard.node.kill()
    rules.write_bytes(
        {"no TOML": b"[[", "an unknown rule": b'[[forbid]]\nwhatever = "x"\n', "no text": b"\xff\xfe"}[over]
    )
    refused = yard.node.type("serve", yard.node.directory)
    heard = len(yard.jpn.server.heard) - start
    rules.unlink()
    yard.node.start()
    return {
        "the node does not start": refused.status != 0,
        "nothing is sent": heard == 0,
        "it starts once the rules can be read": yard.until(lambda: not yard.unanswered(), 40.0),
    }


@move(
    "REL26",
    Shows(("each envelope names the rules it left under", "so does its leaf", "a change shows in the next one")),
)
def _changed_rules(stage: Stage, _over: str) -> Saw:
    """Change the rules between two envelopes."""
    yard = stage.yard
    first = _policy(yard)
    rules = yard.node.directory / "rules.toml"
    rules.write_text(
        '[[forbid]]\nname = "no-police"\nto = ["JPN/police"]\nen = "Not to the police."\nja = "警察には出しません。"\n'
    )
    yard.node.kill()
    try:
        yard.node.start()
        second = _policy(yard)
    finally:
        rules.unlink()
        yard.node.kill()
        yard.node.start()
    return {
        "each envelope names the rules it left under": first[0] == first[1] and second[0] == second[1],
        "so does its leaf": first[2] and second[2],
        "a change shows in the next one": first[0] != second[0],
    }


def _policy(yard: Stage) -> tuple[str, str, bool]:
    """Return the digest of the rules in force, the one of the newest envelope, and whether its leaf says the same."""
    start = len(yard.jpn.honest.got)
    yard.ship()
    yard.until(lambda: len(yard.jpn.honest.got) > start)
    header = yard.jpn.honest.got[-1].envelope.header
    said = str(yard.ok("GET", "/v1/release/rules")["rules_digest"])
    leaf = yard.node.rows("SELECT body FROM log_leaves WHERE env_id = ? AND kind = 'envelope-sent'", (header.env_id,))
    return said, header.policy, header.policy.encode() in bytes(leaf[0][0])


@move("REL27", Shows(("one person alone does not lift it", "two people do", "both are named in the log")))
def _override(stage: Stage, _over: str) -> Saw:
    """Override a victim's consent alone, then together with a second person."""
    made = marked("amber")
    bring(stage, made, basis="victim-report")
    one, two = stage.token("mori", "GBR/cert:csirt"), stage.token("bell", "GBR/cert:csirt")
    until = format_rfc3339(now() + timedelta(days=1))
    asked_for = {"stix_id": made["id"], "to": TOKYO, "basis": "life", "words": "A hospital is down.", "until": until}
    number = stage.ok("POST", "/v1/consent/override", asked_for, token=one)["number"]
    alone = stage.node.ask("POST", "/v1/consent/override/confirm", {"number": number, "why": "Yes."}, token=one)
    still = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={TOKYO}")
    stage.ok("POST", "/v1/consent/override/confirm", {"number": number, "why": "Yes."}, token=two)
    then = stage.ok("GET", f"/v1/release/explain/{made['id']}?to={TOKYO}")
    log = str(stage.node.audited(stage.audited_before))
    return {
        "one person alone does not lift it": alone.status != OK and not still["allowed"],
        "two people do": bool(then["allowed"]),
        "both are named in the log": "mori" in log and "bell" in log,
    }


@move("REL28", Refused(("suites.bad-signature",)), over=("TLP:CLEAR", "TLP:RED", "TLP:AMBER", ""))
def _relabelled(stage: Stage, over: str) -> Saw:
    """Rewrite the label of an envelope on its way."""
    letter = stage.jpn.draft("objects on bulk").seal()
    other = b"null" if not over else f'"{over}"'.encode()
    changed = letter.statement.replace(b'"label":"TLP:GREEN"', b'"label":' + other)
    return stage.jpn.post_raw(write_frame(MAGIC, changed, letter.signatures, letter.ciphertext))


@stays("REL29", "release.red", "release.red-person", over=("translation", "summary"))
def _translated(_stage: Stage, over: str) -> Tried:
    """Share a translation or a summary of something RED."""
    hidden = marked("red")
    if over == "translation":
        made = thing("language-content", "green", object_ref=hidden["id"], contents={"ja": {"name": "翻訳"}})
    else:
        made = thing("note", "green", abstract="Summary", content="In short.", object_refs=[hidden["id"]])
    return [hidden, made], made["id"]
