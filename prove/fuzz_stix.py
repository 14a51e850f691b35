# SPDX-License-Identifier: MIT
"""Whether any bytes crash, stall or bloat the JSON front end or the STIX validator.

Seeded: the same seed tries the same inputs. Sound objects of every type are bent as bytes and as values, beside inputs
made to hurt each expression and each loop. Every input must be answered within 1 s, the process within 256 MB.

usage: prove/fuzz_stix.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "prove" / "making")]

from stix_objects import KINDS, Maker  # noqa: E402

import making_stix as making  # noqa: E402 found beside the rig
from tasuki.base.errors import InputError  # noqa: E402
from tasuki.formats.json.pieces import cut  # noqa: E402
from tasuki.formats.json.strict import loads  # noqa: E402
from tasuki.formats.stix.validate import validate  # noqa: E402

SECONDS = {"ci": 20, "full": 600}
LONGEST_S = 1.0
RARITY = 20
MOST_KB = 256 << 10
LONG = 100_000
TOKENS = (
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\\",
    b"\\ud800",
    b"null",
    b"1e999",
    b"-0",
    b"\xff",
    b"\x00",
    b"9" * 40,
)
TEXTS = (
    "",
    "a",
    "-",
    "--",
    "..",
    "\u0000",
    "日本",
    "é",
    "\\",
    "'",
    "/",
    "~",
    "$",
    "a" * 5000,
    "[" * 5000,
    "\U0001f600",
)


HOMES = {
    "url": ("url", "value"),
    "domain": ("domain-name", "value"),
    "email": ("email-addr", "value"),
    "ipv4": ("ipv4-addr", "value"),
    "ipv6": ("ipv6-addr", "value"),
    "mac": ("mac-addr", "value"),
    "cpe": ("software", "cpe"),
    "base64": ("artifact", "payload_bin"),
    "hex": ("file", "magic_number_hex"),
    "decoded": ("email-message", "subject"),
    "registry-key": ("windows-registry-key", "key"),
    "media-type": ("file", "mime_type"),
    "character-set": ("file", "name_enc"),
    "language": ("campaign", "lang"),
    "country": ("location", "country"),
    "subdivision": ("location", "administrative_area"),
    "relationship-type": ("relationship", "relationship_type"),
    "product": ("malware-analysis", "product"),
}
"""Where each form of text stands."""


def hurtful() -> Iterator[Any]:
    """Yield values made to hurt: long runs that nearly match each form, deep and wide structures."""
    runs = (
        "a",
        "a-",
        "-a",
        "a.",
        ".",
        ":",
        "\\:",
        "'",
        "\\'",
        "[",
        "a:",
        "%41",
        "%",
        "@",
        '"',
        "0",
        "=?",
        "x:'",
        "é",
        "/",
    )
    for name, (kind, property_) in HOMES.items():
        for run in runs:
            for text in (making.TEXT_SAMPLES[name][0] + run * (LONG // len(run)), run * (LONG // len(run)) + "!"):
                yield making.minimal(kind) | {property_: text}
    for run in runs:
        for property_ in ("id", "created", "type", "created_by_ref"):
            yield making.minimal("campaign") | {property_: run * (LONG // len(run))}
        yield making.minimal("indicator") | {"pattern": "[" + run * (LONG // len(run))}
        yield making.minimal("indicator") | {"pattern": "'" + run * (LONG // len(run))}
        yield making.minimal("campaign") | {"x_" + run * 1000: "x"}
    deep: Any = "x"
    for _ in range(60):
        deep = [{"a": deep}]
    yield making.minimal("campaign") | {
        "x_deep": deep,
        "granular_markings": [{"lang": "ja", "selectors": ["x_deep" + ".[0].a" * 59]}],
    }
    yield making.minimal("campaign") | {"granular_markings": [{"lang": "ja", "selectors": ["name"] * 50_000}]}
    yield making.minimal("campaign") | {f"x_{index}": [] for index in range(20_000)}
    yield making.minimal("report") | {"object_refs": [making.random_id("tool")] * 50_000}
    yield making.minimal("file") | {"hashes": {f"x_{index}": "0" for index in range(50_000)}}
    yield making.minimal("campaign") | {"extensions": {f"x-{index}-ext": {"foo": 1} for index in range(20_000)}}
    yield {"type": "bundle", "id": making.random_id("bundle"), "objects": [making.minimal("mutex")] * 2_000}


def made_up(number: int) -> Any:
    """Return an object whose names nobody has used before, some of them endless: nothing of it may be kept."""
    long = "a" * (LONG if number % 2 else 1)
    kind = f"x-{number}-{long}"
    campaign = making.minimal("campaign")
    return (
        campaign | {"type": kind, "id": kind + campaign["id"].removeprefix("campaign")},
        campaign
        | {f"x_{number}_{long}": 1, "lang": f"x-{number}-{long}", "extensions": {f"x-{number}-{long}-ext": {}}},
        making.minimal("observed-data") | {"objects": {f"{number}-{long}": {"type": kind, f"x_{number}_{long}": 1}}},
        making.minimal("file") | {"hashes": {f"x-{number}-{long}": "0"}, "mime_type": f"text/{number}{long}"},
        making.minimal("indicator") | {"pattern": f"[{kind}:p{number}.'{long}' = '{long}']"},
    )[number % 5]


def bent(raw: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few of them changed, cut, doubled or replaced by tokens."""
    data = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(data) + 1)
        way = chance.randrange(5)
        if way == 0 and data:
            data[at % len(data)] = chance.randrange(256)
        elif way == 1:
            data[at:at] = chance.choice(TOKENS)
        elif way == 2:
            del data[at : at + chance.randrange(20)]
        elif way == 3:
            data[at:at] = data[at : at + chance.randrange(60)]
        else:
            data[at:at] = chance.choice((b"[", b'{"a":')) * chance.choice((2, 70, 3000))
    return bytes(data)


def twisted(value: Any, chance: random.Random) -> Any:
    """Return a value with one place in it replaced by something odd."""
    odd = (None, True, 0, -1, 2**53, 2**80, 1.5, [], {}, [None], {"": ""}, {"type": "file"}, *TEXTS)
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(sorted(value))
        changed = dict(value)
        changed[key if chance.random() < 0.9 else chance.choice(TEXTS)] = twisted(value[key], chance)
        return changed
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        return [*value[:at], twisted(value[at], chance), *value[at + 1 :]]
    return chance.choice(odd)


def inputs(seed: int) -> Iterator[bytes]:
    """Yield bent inputs without end, among them, in an order of the seed, the hurtful ones."""
    chance, maker = random.Random(seed), Maker(seed)
    hurting = list(hurtful())
    chance.shuffle(hurting)
    for count in itertools.count():
        if count % RARITY == 0 and hurting:
            yield json.dumps(hurting.pop(), ensure_ascii=False).encode(errors="surrogatepass")
        if count % RARITY == 1:
            yield json.dumps(made_up(count // RARITY)).encode()
        made = maker.one() if chance.random() < 0.7 else making.minimal(chance.choice(KINDS))
        for _ in range(chance.choice((0, 1, 3))):
            made = twisted(made, chance)
        if chance.random() < 0.2:
            made = {"type": "bundle", "id": making.random_id("bundle"), "objects": [made, made]}
        raw = json.dumps(made, ensure_ascii=False).encode(errors="surrogatepass")
        yield bent(raw, chance) if chance.random() < 0.5 else raw


def answer(raw: bytes) -> None:
    """Read and judge one input in every way a stranger's bytes come in."""
    for work in (lambda: list(cut(raw)), lambda: validate(loads(raw, max_bytes=64 << 20))):
        try:
            work()
        except InputError as error:
            error.reason.sentence()


def main() -> int:
    """Run until the time is up; 1 at the first input that crashes, stalls or bloats."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SECONDS, default="ci")
    parser.add_argument("--seed", type=int, default=2126)
    options = parser.parse_args()
    end = time.monotonic() + SECONDS[options.size]
    slowest, count = 0.0, 0
    for count, raw in enumerate(inputs(options.seed), 1):
        start = time.process_time()
        try:
            answer(raw)
        except Exception as error:  # noqa: BLE001 anything else than an InputError is the finding
            print(f"prove/fuzz_stix: CRASH {type(error).__name__}: {error} on input {count}: {raw[:300]!r}")
            return 1
        spent = time.process_time() - start
        slowest = max(slowest, spent)
        if spent > LONGEST_S:
            print(f"prove/fuzz_stix: STALL {spent:.2f} s on input {count}: {raw[:300]!r}")
            return 1
        if time.monotonic() > end:
            break
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"prove/fuzz_stix: {count} inputs, slowest {slowest * 1000:.0f} ms, at most {most >> 10} MB")
    return int(most > MOST_KB)


if __name__ == "__main__":
    sys.exit(main())
