# SPDX-License-Identifier: MIT
"""Moves of hostile content: what stands in names, texts, dates and addresses."""

from __future__ import annotations

import socket
import urllib.parse
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from tasuki.base.time import format_rfc3339
from tasuki.sim.moves.hostile import files
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.release import bring, marked, sent, thing
from tasuki.sim.moves.stage import Stage, now
from tasuki.sim.partner.letters import Message
from tasuki.sim.partner.payloads import objects_of

OK: Final = 200
_SERVER_ERROR: Final = 500


CODE: Final = ("pickle", "YAML tag", "object hook", "phar", "ruby", "jndi")


@move("INP08", Shows(("nothing is run", "what is text comes back as that text")), over=CODE)
def _code(stage: Stage, over: str) -> Saw:
    """Bring bytes or text that some readers turn into objects or calls."""
    trap = stage.folder / "sprung"
    text = {
        "pickle": "",
        "YAML tag": f"!!python/object/apply:builtins.open ['{trap}', 'w']",
        "object hook": '{"__class__": "os.system", "args": ["true"]}',
        "phar": f"phar://{trap}/x",
        "ruby": "--- !ruby/object:Gem::Installer\ni: x",
        "jndi": "${jndi:ldap://127.0.0.1:1/a}",
    }[over]
    made = marked("green", name=text or "plain")
    # In the letters of pickle protocol 0: call builtins.open on the trap, for writing.
    pickled = f"cbuiltins\nopen\n(V{trap}\nVw\ntR.".encode()
    stage.bring(pickled if over == "pickle" else msgspec.json.encode(made))
    shown = stage.node.ask("GET", f"/v1/holdings/{made['id']}")
    return {
        "nothing is run": not trap.exists(),
        "what is text comes back as that text": over == "pickle" or shown.json[0]["body"]["name"] == text,
    }


TEMPLATES: Final = (
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "%s%n%x",
    "{0.__class__}",
    "$(id)",
    "`id`",
    "{%import os%}",
)
MARKUP: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<iframe srcdoc='<script>1</script>'>",
    '"><b>',
    "</textarea><script>",
)
FIELDS: Final = ("name", "description", "pattern", "labels", "x_note")


def _literal(stage: Stage, over: str, texts: tuple[str, ...]) -> Mapping[str, bool]:
    field, _, number = over.partition(" ")
    text = texts[int(number)]
    value: Any = [text] if field == "labels" else text
    if field == "pattern":
        value = "[file:name = '" + text.replace("\\", "\\\\").replace("'", "\\'") + "']"
    made = marked("green", **{field: value})
    stage.bring(msgspec.json.encode(made))
    shown = stage.node.ask("GET", f"/v1/holdings/{made['id']}")
    body = shown.json[0]["body"]
    return {
        "it comes back as it was written": body[field] == value,
        "nothing of it is worked out": b"49" not in msgspec.json.encode(body[field]).replace(text.encode(), b""),
    }


_LITERAL: Final = Shows(("it comes back as it was written", "nothing of it is worked out"))


@move("INP09", _LITERAL, over=tuple(f"{field} {n}" for field in FIELDS for n in range(len(TEMPLATES))))
def _template(stage: Stage, over: str) -> Saw:
    """Write template syntax into a field of text."""
    return _literal(stage, over, TEMPLATES)


@move("INP10", _LITERAL, over=tuple(f"{field} {n}" for field in FIELDS for n in range(len(MARKUP))))
def _markup(stage: Stage, over: str) -> Saw:
    """Write markup or a script into a field of text: answers are JSON, and are marked as such."""
    return _literal(stage, over, MARKUP)


NAMES: Final = (
    "../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows",
    "C:\\x",
    "a\0b",
    "CON",
    "nul.txt",
    ".",
    "..",
    "a" * 5000,
    "~root/x",
    "file:///etc/passwd",
    "\u202egnp.exe",
)


@move(
    "INP12",
    Shows(("no file is made, read or moved", "the node goes on")),
    over=tuple(str(n) for n in range(len(NAMES))),
)
def _name(stage: Stage, over: str) -> Saw:
    """Name an import, an id or a person in a way that climbs, is absolute, or means a device."""
    name, there = NAMES[int(over)], files(stage)
    quoted = urllib.parse.quote(name)
    answers = [
        stage.bring(msgspec.json.encode(marked("green")), name=quoted),
        stage.node.ask("GET", f"/v1/holdings/{urllib.parse.quote(name, safe='')}"),
        stage.node.ask("GET", f"/v1/partners/{urllib.parse.quote(name, safe='')}"),
        stage.node.ask("POST", "/v1/persons/remove", {"name": name}),
    ]
    told = b"".join(each.body for each in answers)
    return {
        "no file is made, read or moved": files(stage) == there and b"root:x:0" not in told,
        "the node goes on": all(each.status < _SERVER_ERROR for each in answers),
    }


ADDRESSES: Final = (
    "http://127.0.0.1:{port}/x",
    "http://[::ffff:127.0.0.1]:{port}/x",
    "http://localhost:{port}/x",
    "http://0x7f.1:{port}/x",
    "http://169.254.169.254/latest/meta-data/",
    "https://127.0.0.1:{port}\\@example.org/",
    "ftp://127.0.0.1:{port}/x",
    "gopher://127.0.0.1:{port}/x",
    "file:///etc/passwd",
    "//127.0.0.1:{port}/x",
)


@move("INP13", Shows(("nobody comes",)), over=tuple(str(n) for n in range(len(ADDRESSES))))
def _address(stage: Stage, over: str) -> Saw:
    """Name an address of this machine or its network wherever an object may name one."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        url = ADDRESSES[int(over)].format(port=listening.getsockname()[1])
        links = [{"source_name": "us", "url": url, "external_id": "1"}]
        one = marked(
            "green",
            external_references=links,
            x_url=url,
            pattern=f"[url:value = '{url.replace(chr(92), chr(92) * 2)}']",
        )
        bring(stage, one, thing("url", "green", value=url))
        stage.node.ask("GET", f"/v1/holdings/{one['id']}")
        try:
            listening.accept()[0].close()
        except TimeoutError:
            return {"nobody comes": True}
        return {"nobody comes": False}


@move(
    "INP14",
    Shows(("no line of the log is of the stranger's making", "no header is either")),
    over=("id", "query", "import name", "envelope id", "object id", "words"),
)
def _line_breaks(stage: Stage, over: str) -> Saw:
    """Put line breaks into ids, names and words, so that a log or a header might take a line of ours."""
    forged = 'x\r\nset-cookie: forged=1\r\n\r\n{"event": "forged"}'
    quoted = urllib.parse.quote(forged, safe="")
    headers: Mapping[str, str] = {}
    if over == "envelope id":
        headers = stage.jpn.post(stage.jpn.draft("objects on bulk").with_header(env_id=forged).seal()).headers
    elif over == "object id":
        stage.bring(msgspec.json.encode(marked("green", id=forged)))
    else:
        path = {
            "id": f"/v1/holdings/{quoted}",
            "query": f"/v1/holdings?type={quoted}",
            "import name": f"/v1/holdings/import?name={quoted}",
            "words": f"/v1/holdings/find?words={quoted}",
        }[over]
        stage.node.ask("POST" if "import" in path else "GET", path, raw=b"{}" if "import" in path else None)
    lines = stage.node.said(stage.said_before).splitlines()
    return {
        "no line of the log is of the stranger's making": not any(
            line.startswith((b"set-cookie", b'{"event": "forged')) for line in lines
        ),
        "no header is either": "set-cookie" not in headers,
    }


@move(
    "INP15", Shows(("the terminal gets none of it", "the log holds none of it")), over=("escape", "bell", "C1", "bidi")
)
def _escapes(stage: Stage, over: str) -> Saw:
    """Put codes that steer a terminal into a name, and show it and have it logged."""
    code = {"escape": "\x1b[2J\x1b]0;owned", "bell": "\x07", "C1": "\x9b31m", "bidi": "\u202e\u2066"}[over]
    made = marked("green", name=f"zebra{code}fish")
    stage.bring(msgspec.json.encode(made), name=urllib.parse.quote(code))
    shown = stage.node.type("show", made["id"]).body.decode()
    log = stage.node.said(stage.said_before).decode("utf-8", "replace")
    return {
        "the terminal gets none of it": made["id"] in shown
        and not set(code) & set(shown) & set("\x1b\x07\x9b\u202e\u2066"),
        "the log holds none of it": not set(log) & set("\x1b\x07\x9b\u202e\u2066"),
    }


@move(
    "INP16", Shows(("ours is shown as it was", "what goes out is ours", "the partner's copy is named as the partner's"))
)
def _our_id(stage: Stage, _over: str) -> Saw:
    """Have the partner send an object under an id of ours, with a later date."""
    made = marked("green")
    bring(stage, made)
    theirs = {
        **made,
        "modified": format_rfc3339(now() + timedelta(minutes=1)),
        "name": "theirs",
        "x_word": "theirs-alone",
    }
    payload = objects_of("JPN", "GBR/cert:csirt", msgspec.json.encode(theirs))
    stage.jpn.post(
        stage.jpn.draft_of(Message(type="objects", payload=payload, lane="urgent", label="TLP:GREEN")).seal()
    )
    shown = stage.ok("GET", f"/v1/holdings/{made['id']}")
    start = len(stage.jpn.honest.got)
    stage.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": "JPN/cert:csirt", "lane": "urgent"})
    stage.until(lambda: len(stage.jpn.honest.got) > start and not stage.unanswered(), 5.0)
    ours = [each for each in shown if each["source"] == "local"]
    return {
        "ours is shown as it was": any(each["body"]["x_word"] == made["x_word"] for each in ours),
        "what goes out is ours": b"theirs-alone" not in sent(stage),
        "the partner's copy is named as the partner's": all(
            each["source"] == "JPN" for each in shown if each["body"]["x_word"] == "theirs-alone"
        ),
    }


TIMES: Final[Mapping[str, Mapping[str, str]]] = {
    "year 9999": {"modified": "9999-12-31T23:59:59.999Z"},
    "year 0000": {"modified": "0000-01-01T00:00:00.000Z"},
    "created after modified": {"created": "2026-02-02T00:00:00.000Z", "modified": "2026-02-01T00:00:00.000Z"},
    "no date": {"modified": "yesterday"},
    "month 13": {"modified": "2026-13-01T00:00:00.000Z"},
    "another zone": {"modified": "2026-01-01T00:00:00+09:00"},
}


@move(
    "INP17",
    Shows(("it does not count as the newest", "nothing of ours is replaced", "the node goes on")),
    over=tuple(TIMES),
)
def _date(stage: Stage, over: str) -> Saw:
    """Send a version dated beyond all others, or before it was made."""
    made = marked("green")
    bring(stage, made)
    payload = objects_of("JPN", "GBR/cert:csirt", msgspec.json.encode({**made, **TIMES[over], "x_word": "dated"}))
    reply = stage.jpn.post(
        stage.jpn.draft_of(Message(type="objects", payload=payload, lane="urgent", label="TLP:GREEN")).seal()
    )
    shown = stage.ok("GET", f"/v1/holdings/{made['id']}")
    said = stage.ok("GET", f"/v1/release/explain/{made['id']}?to=JPN/cert:csirt")
    return {
        "it does not count as the newest": said["allowed"],
        "nothing of ours is replaced": any(each["body"]["x_word"] == made["x_word"] for each in shown),
        "the node goes on": reply.receipt is not None,
    }


LOOKALIKES: Final = (
    "\u0408\u0420N/jpn-1",
    "JPN/jpn\u20101",
    "JPN/\u0458pn-1",
    "\uff2a\uff30\uff2e/jpn-1",
    "JPN/jpn-1\u200b",
    "jpn/jpn-1",
    "JPN /jpn-1",
)


@move("INP18", Refused(("envelope.bad-field",)), over=tuple(str(n) for n in range(len(LOOKALIKES))))
def _lookalike(stage: Stage, over: str) -> Saw:
    """Send under a name that looks like the partner's."""
    return stage.jpn.post(stage.jpn.draft("objects on bulk").with_header(**{"from": LOOKALIKES[int(over)]}).seal())
