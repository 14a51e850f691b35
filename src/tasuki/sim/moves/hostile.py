# SPDX-License-Identifier: MIT
"""Moves of hostile input: at every door that takes bytes."""

from __future__ import annotations

import gzip
import io
import itertools
import pickle
import socket
import tarfile
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from tasuki.base.time import format_rfc3339
from tasuki.faces.api.admission import TABLE
from tasuki.sim.moves.envelope import memory
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.release import bring, marked, sent, thing
from tasuki.sim.moves.stage import Stage, now
from tasuki.sim.partner.driven import Said
from tasuki.sim.partner.honest import ADD_CHECKPOINT, ENVELOPES, HEALTH, MIRROR
from tasuki.sim.partner.letters import Message
from tasuki.sim.partner.payloads import objects_of
from tasuki.sim.partner.wire import CUT

OK: Final = 200
_MIB: Final = 1 << 20
_SERVER_ERROR: Final = 500
_SLOW_S: Final = 5.0
"""No single input may take a node longer than this; what is looked at is a blow-up, not a speed."""

BROKEN: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "blank": b"  \n",
    "a word": b"nonsense",
    "NaN": b'{"ids":[NaN]}',
    "Infinity": b'{"ids":[-Infinity]}',
    "number too large": b'{"ids":[1e999]}',
    "leading zero": b'{"ids":[012]}',
    "plus sign": b'{"ids":[+1]}',
    "hexadecimal": b'{"ids":[0x1F]}',
    "bare point": b'{"ids":[1.]}',
    "bare exponent": b'{"ids":[1e]}',
    "member twice": b'{"ids":[],"ids":["x"]}',
    "member twice by escape": b'{"ids":[],"\\u0069ds":["x"]}',
    "trailing comma in object": b'{"ids":[],}',
    "trailing comma in list": b'{"ids":[1,]}',
    "missing comma": b'{"ids":[1 2]}',
    "missing colon": b'{"ids" []}',
    "missing value": b'{"ids":}',
    "unquoted name": b"{ids:[]}",
    "single quotes": b"{'ids':[]}",
    "comment": b'{"ids":[] /* all */}',
    "line comment": b'{"ids":[] // all\n}',
    "two values": b'{"ids":[]}{"ids":[]}',
    "value behind": b'{"ids":[]} 1',
    "unclosed object": b'{"ids":[]',
    "unclosed list": b'{"ids":[',
    "unclosed text": b'{"ids":["x',
    "closed twice": b'{"ids":[]}}',
    "crossed brackets": b'{"ids":[}]',
    "raw newline in text": b'{"ids":["a\nb"]}',
    "raw tab in text": b'{"ids":["a\tb"]}',
    "raw NUL": b'{"ids":["a\x00b"]}',
    "NUL behind": b'{"ids":[]}\x00',
    "bad escape": b'{"ids":["\\x41"]}',
    "cut escape": b'{"ids":["\\u00"]}',
    "lone high surrogate": b'{"ids":["\\ud800"]}',
    "lone low surrogate": b'{"ids":["\\udc00"]}',
    "surrogates reversed": b'{"ids":["\\udc00\\ud800"]}',
    "overlong UTF-8": b'{"ids":["\xc0\xaf"]}',
    "surrogate in UTF-8": b'{"ids":["\xed\xa0\x80"]}',
    "beyond Unicode": b'{"ids":["\xf4\x90\x80\x80"]}',
    "stray continuation": b'{"ids":["\x80"]}',
    "cut character": b'{"ids":["\xe6\x97"]}',
    "UTF-16": '{"ids":[]}'.encode("utf-16"),
    "UTF-32": '{"ids":[]}'.encode("utf-32"),
    "true in capitals": b'{"ids":[True]}',
    "nil": b'{"ids":[nil]}',
    "form feed as space": b'{"ids":\x0c[]}',
    "no-break space": b'{"ids":\xc2\xa0[]}',
    "line separator outside": b'{"ids":\xe2\x80\xa8[]}',
}
"""Documents that RFC 8259 or I-JSON forbid, in our own words and bytes."""

_DOORS: Final = ("recall", "mirror", "import")


@move(
    "INP01",
    Shows(("it is refused with a reason", "nothing of it is applied", "the node goes on")),
    over=tuple(f"{name} at {door}" for name in BROKEN for door in _DOORS),
)
def _broken(stage: Stage, over: str) -> Saw:
    """Bring a document that is no JSON, or more than JSON, to a door that reads JSON."""
    name, _, door = over.rpartition(" at ")
    held = _held(stage)
    said = _bring_to(stage, door, BROKEN[name])
    return {
        "it is refused with a reason": said,
        "nothing of it is applied": _held(stage) == held,
        "the node goes on": stage.jpn.send("attestation on urgent")[1].code == "stored",
    }


def _bring_to(stage: Stage, door: str, content: bytes) -> bool:
    """Bring bytes to a door; return whether it refused them with a reason."""
    if door == "recall":
        reply = stage.jpn.post(stage.jpn.draft_of(Message(type="recall", payload=content, lane="urgent")).seal())
        return reply.receipt is not None and reply.receipt.status == "refused" and bool(reply.receipt.reason)
    if door == "mirror":
        reply = stage.jpn.wire.post(MIRROR, content)
        if reply.notice is not None:
            return reply.notice.code == "http.too-large"
        return bool(msgspec.json.decode(reply.body, type=dict[str, Any])["refused"].get("code"))
    return _refused(stage.bring(content))


def _refused(said: Said) -> bool:
    """Whether an import took nothing, and gave a reason where there was something to take."""
    answer = said.json
    if said.status != OK:
        return bool(said.code) and said.status < _SERVER_ERROR
    return bool(answer["accepted"] == 0)


def _held(stage: Stage) -> int:
    return int(stage.node.rows("SELECT count(*) FROM holdings")[0][0])


DEEP: Final[Mapping[str, bytes]] = {
    "arrays": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "unclosed arrays": b"[" * 100_000,
    "both": b'[{"a":' * 50_000 + b"1" + b"}]" * 50_000,
}


@move(
    "INP02",
    Shows(("it is refused with a reason", "in bounded time", "the node goes on")),
    over=tuple(f"{name} at {door}" for name in DEEP for door in _DOORS),
)
def _deep(stage: Stage, over: str) -> Saw:
    """Nest a hundred thousand brackets."""
    name, _, door = over.partition(" at ")
    began = time.monotonic()
    said = _bring_to(stage, door, DEEP[name])
    spent = time.monotonic() - began
    return {
        "it is refused with a reason": said,
        "in bounded time": spent < _SLOW_S,
        "the node goes on": stage.jpn.send("attestation on urgent")[1].code == "stored",
    }


LARGE: Final[Mapping[str, tuple[str, int]]] = {
    "an envelope": (ENVELOPES, 17 * _MIB),
    "a page of leaves": (MIRROR, 9 * _MIB),
    "a checkpoint": (ADD_CHECKPOINT, 65 << 10),
}


@move("INP03", Refused(("http.too-large", ""), status=(422, CUT), leaf=False), over=tuple(LARGE))
def _large(stage: Stage, over: str) -> Saw:
    """Send one byte more than a door takes, and a lot more."""
    path, size = LARGE[over]
    with stage.jpn.shows(stage.jpn.me.certificate) as wire:
        return wire.post(path, bytes(size + 1))


SWOLLEN: Final[Mapping[str, Callable[[], bytes]]] = {
    "a text of 8 MiB": lambda: b'{"type":"indicator","name":"' + b"a" * (8 * _MIB) + b'"}',
    "a million names": lambda: b"{" + b",".join(b'"%d":1' % n for n in range(1_000_000)) + b"}",
    "a million items": lambda: b'{"type":"x","a":[' + b"1," * 1_000_000 + b"1]}",
    "a number of a million digits": lambda: b'{"type":"indicator","n":' + b"9" * 1_000_000 + b"}",
}


@move(
    "INP03",
    Shows(("it is refused with a reason", "in bounded time", "memory stays bounded")),
    over=tuple(f"{name} at {door}" for name in SWOLLEN for door in _DOORS),
)
def _swollen(stage: Stage, over: str) -> Saw:
    """Send a document of one huge text, a million members, items or digits."""
    name, _, door = over.rpartition(" at ")
    before, began = memory(stage), time.monotonic()
    said = _bring_to(stage, door, SWOLLEN[name]())
    return {
        "it is refused with a reason": said,
        "in bounded time": time.monotonic() - began < _SLOW_S,
        "memory stays bounded": memory(stage) - before < 256 * _MIB,
    }


def _zip(names: tuple[str, ...], content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return made.getvalue()


def _tar(kind: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("../../escaped.json")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    return made.getvalue()


PACKED: Final[Mapping[str, Callable[[], bytes]]] = {
    "a zip bomb": lambda: _zip(("a.json",), bytes(16 * _MIB)),
    "a zip in a zip": lambda: _zip(("a.zip",), _zip(("b.json",), bytes(_MIB))),
    "a zip that climbs": lambda: _zip(("../../escaped.json", "/etc/escaped.json"), b"{}"),
    "a tar with a symbolic link": lambda: _tar(tarfile.SYMTYPE),
    "a tar with a hard link": lambda: _tar(tarfile.LNKTYPE),
    "a tar with a device": lambda: _tar(tarfile.CHRTYPE),
    "a gzip bomb": lambda: gzip.compress(bytes(64 * _MIB)),
    "a gzip in a gzip": lambda: gzip.compress(gzip.compress(bytes(16 * _MIB))),
    "a gzip of many": lambda: gzip.compress(b"") * 20_000,
    "a 7z": lambda: b"7z\xbc\xaf\x27\x1c" + bytes(64),
    "an xz": lambda: b"\xfd7zXZ\x00" + bytes(64),
    "a rar": lambda: b"Rar!\x1a\x07\x00" + bytes(64),
}


@move(
    "INP04",
    Shows(("nothing is taken", "nothing is written beside the database", "memory stays bounded")),
    over=tuple(PACKED),
)
def _packed(stage: Stage, over: str) -> Saw:
    """Import an archive, a bomb, or a bomb in an archive."""
    before, files = memory(stage), _files(stage)
    said = stage.bring(PACKED[over]())
    return {
        "nothing is taken": _refused(said),
        "nothing is written beside the database": _files(stage) == files,
        "memory stays bounded": memory(stage) - before < 256 * _MIB,
    }


def _files(stage: Stage) -> list[str]:
    """Return every file below and beside the node, but for the database's own."""
    found = (each for each in stage.node.directory.parent.rglob("*") if "yard" not in each.parts)
    return sorted(str(each) for each in found if "node.db" not in each.name and each.suffix != ".pem")


XML: Final[Mapping[str, bytes]] = {
    "a page": b'<?xml version="1.0"?><a/>',
    "a billion laughs": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>',
    "an external entity": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>',
    "STIX 1": b'<stix:STIX_Package xmlns:stix="http://stix.mitre.org/stix-1" version="1.2"/>',
}


@move(
    "INP05",
    Shows(("it is not taken", "nothing of a file of ours comes back")),
    over=tuple(f"{name} at {door}" for name in XML for door in _DOORS),
)
def _xml(stage: Stage, over: str) -> Saw:
    """Bring XML, where no door reads XML."""
    name, _, door = over.rpartition(" at ")
    held = _held(stage)
    _bring_to(stage, door, XML[name])
    seen = stage.node.ask("GET", "/v1/holdings?limit=1000").body + stage.node.said(stage.said_before)
    return {"it is not taken": _held(stage) == held, "nothing of a file of ours comes back": b"root:x:0" not in seen}


EVIL: Final = (
    "^(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(.*a){30}",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(x+x+)+y",
    "((a{1,50}){1,50}){1,50}",
    "(?=a)(?<=b)\\1",
    "[" * 1000,
    "(" * 5000,
    "a{1,100000}",
)


@move("INP06", Shows(("it is answered", "in bounded time")), over=tuple(f"pattern {n}" for n in range(len(EVIL))))
def _evil_pattern(stage: Stage, over: str) -> Saw:
    """Import an indicator whose pattern holds an expression that blows up, and search for it."""
    evil = EVIL[int(over.split(" ")[1])]
    quoted = evil.replace("\\", "\\\\").replace("'", "\\'")
    made = marked("green", pattern=f"[file:name MATCHES '{quoted}']", name="a" * 200 + "!")
    began = time.monotonic()
    said = stage.bring(msgspec.json.encode(made))
    found = stage.node.ask("GET", f"/v1/holdings/find?words={urllib.parse.quote(evil[:200])}")
    return {
        "it is answered": said.status < _SERVER_ERROR and found.status < _SERVER_ERROR,
        "in bounded time": time.monotonic() - began < _SLOW_S,
    }


PATTERNS: Final[Mapping[str, str]] = {
    "10,000 brackets": "(" * 10_000 + "[a:b = 1]" + ")" * 10_000,
    "10,000 inner brackets": "[" + "(" * 10_000 + "a:b = 1" + ")" * 10_000 + "]",
    "10,000 times FOLLOWEDBY": " FOLLOWEDBY ".join(["[a:b = 1]"] * 10_000),
    "10,000 times OR": "[" + " OR ".join(["a:b = 1"] * 10_000) + "]",
    "a huge WITHIN": "[a:b = 1] WITHIN " + "9" * 400 + " SECONDS",
    "a huge REPEATS": "[a:b = 1] REPEATS 999999999999999999 TIMES",
    "10,000 qualifiers": "[a:b = 1]" + " REPEATS 2 TIMES" * 10_000,
    "a list of 100,000": "[a:b IN (" + ",".join(["1"] * 100_000) + ")]",
    "a path of 10,000": "[a:" + ".b" * 10_000 + " = 1]",
    "an unclosed text": "[a:b = '" + "x" * 100_000,
}


@move("INP07", Shows(("it is answered", "in bounded time", "the node goes on")), over=tuple(PATTERNS))
def _deep_pattern(stage: Stage, over: str) -> Saw:
    """Import an indicator whose pattern is nested, chained or long beyond reason."""
    began = time.monotonic()
    said = stage.bring(msgspec.json.encode(marked("green", pattern=PATTERNS[over])))
    spent = time.monotonic() - began
    return {
        "it is answered": said.status < _SERVER_ERROR,
        "in bounded time": spent < _SLOW_S,
        "the node goes on": stage.node.ask("GET", "/v1/health").status == OK,
    }


class _Trap:
    """Writes a file if anybody unpickles it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self._path, "w")


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
    stage.bring(pickle.dumps(_Trap(str(trap))) if over == "pickle" else msgspec.json.encode(made))
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
    name, files = NAMES[int(over)], _files(stage)
    quoted = urllib.parse.quote(name)
    answers = [
        stage.bring(msgspec.json.encode(marked("green")), name=quoted),
        stage.node.ask("GET", f"/v1/holdings/{urllib.parse.quote(name, safe='')}"),
        stage.node.ask("GET", f"/v1/partners/{urllib.parse.quote(name, safe='')}"),
        stage.node.ask("POST", "/v1/persons/remove", {"name": name}),
    ]
    told = b"".join(each.body for each in answers)
    return {
        "no file is made, read or moved": _files(stage) == files and b"root:x:0" not in told,
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
