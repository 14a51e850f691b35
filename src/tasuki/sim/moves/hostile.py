# SPDX-License-Identifier: MIT
"""Moves of hostile input: at every door that takes bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from tasuki.sim.moves.envelope import memory
from tasuki.sim.moves.playing import Refused, Saw, Shows, move
from tasuki.sim.moves.release import marked
from tasuki.sim.moves.stage import Stage
from tasuki.sim.partner.driven import Said
from tasuki.sim.partner.honest import ADD_CHECKPOINT, ENVELOPES, MIRROR
from tasuki.sim.partner.letters import Message
from tasuki.sim.partner.wire import CUT

OK: Final = 200
_MIB: Final = 1 << 20
_SERVER_ERROR: Final = 500
_SLOW_S: Final = 30.0
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
    before, there = memory(stage), files(stage)
    said = stage.bring(PACKED[over]())
    return {
        "nothing is taken": _refused(said),
        "nothing is written beside the database": files(stage) == there,
        "memory stays bounded": memory(stage) - before < 256 * _MIB,
    }


def files(stage: Stage) -> list[str]:
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
