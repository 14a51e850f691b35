# SPDX-License-Identifier: MIT
"""Whether any bytes crash, stall or bloat the reader of bundles, or come out of it otherwise than they went in.

Bundles of two real nodes, with parts of every kind, are bent: bits, bytes, cuts, members of the manifest, parts whose
lengths and hashes are listed anew, parts of other bundles, JSON spelt otherwise, nested and huge values. Of each input:
the reader refuses it with one of its reasons, or gives back exactly the bytes it got; nothing else is raised, and each
act ends within a second of processor time, the process within 512 MB. A part of the inputs goes through the confined
process as well, which has to say the same. Seeded: the same seed bends alike, though keys and signatures differ.

usage: prove/fuzz_bundle.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from making_bundle import apart, made  # noqa: E402 found beside the rig
from making_ledger import put  # noqa: E402
from tasuki.adapters import bundle_reader  # noqa: E402
from tasuki.base.canonical import canonical  # noqa: E402
from tasuki.base.errors import PeerError, TasukiError  # noqa: E402
from tasuki.core.bundle.judging import Signer  # noqa: E402
from tasuki.core.bundle.reading import read_strictly  # noqa: E402
from tasuki.formats.bundle.bundle import Part, PartKind, manifest_statement, read_bundle, write_bundle  # noqa: E402
from tasuki.services import bundle  # noqa: E402

INPUTS = {"ci": 2_000, "full": 200_000}
CONFINED = {"ci": 12, "full": 200}
LONGEST_S = 1.0
MOST_KB = 512 << 10
RARELY = 100
"""One input in this many must come to each of the outcomes asked for; else the run says too little."""

STRANGE = (None, True, 0, -1, 1.5, 2**53, "", "x", "\u2028", [], {}, [[]], {"a": {}}, "../../etc/passwd", "A" * 5000)
Bend = Callable[[random.Random, bytes, list[bytes]], bytes]


def bit(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """Turn one bit."""
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def cut(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """Cut, double or fill a part of the file."""
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    hole = bytes(end - start)
    return chance.choice(
        (raw[:start], raw[:end] + raw[start:], raw[:start] + raw[end:], raw[:start] + hole + raw[end:])
    )


def length(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """Lie about the length of the manifest or the signatures."""
    size = int.from_bytes(raw[8:12], "big")
    at = chance.choice((8, 12 + size))
    said = chance.choice((0, 1, size + 1, size - 1, 2**32 - 1, 1 << 20, (1 << 20) + 1))
    return raw[:at] + said.to_bytes(4, "big") + raw[at + 4 :]


def manifest(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """Change, drop or add a member of the manifest or of one of its rows."""
    size = int.from_bytes(raw[8:12], "big")
    value = json.loads(raw[12 : 12 + size])
    holder: dict[str, Any] = chance.choice([value, *value["parts"]])
    key = chance.choice([*holder, "note"])
    if chance.random() < 0.3:
        holder.pop(key, None)
    else:
        holder[key] = chance.choice(STRANGE)
    try:
        statement = canonical(value)
    except ValueError:
        statement = json.dumps(value).encode()
    return raw[:8] + len(statement).to_bytes(4, "big") + statement + raw[12 + size :]


def relisted(raw: bytes, parts: list[Part]) -> bytes:
    """Return the bundle with other parts, their lengths and hashes listed as they have to be."""
    read = read_bundle(raw)
    return write_bundle(manifest_statement(read.manifest, parts), read.signatures, parts)


def within(chance: random.Random, raw: bytes, all_of_them: list[bytes]) -> bytes:
    """Bend the bytes of one part, and list it anew."""
    parts = list(read_bundle(raw).parts)
    at = chance.randrange(len(parts))
    bent = chance.choice((bit, cut))(chance, parts[at].raw, all_of_them)
    parts[at] = replace(parts[at], raw=bent or b"\0")
    return relisted(raw, parts)


def respelt(chance: random.Random, raw: bytes, all_of_them: list[bytes]) -> bytes:
    """Say the same another way, or more, in the JSON of one part."""
    parts = list(read_bundle(raw).parts)
    spelt = [n for n, part in enumerate(parts) if part.kind in (PartKind.LEAVES, PartKind.MIRRORED, PartKind.COSIGNED)]
    if not spelt:
        return within(chance, raw, all_of_them)
    at = chance.choice(spelt)
    value = json.loads(parts[at].raw)
    key = chance.choice([*value, "note"])
    said = chance.choice(
        (
            lambda: json.dumps(value).encode(),
            lambda: canonical({**value, "note": 1}),
            lambda: json.dumps({**value, key: chance.choice(STRANGE)}, separators=(",", ":")).encode(),
            lambda: b"[" * chance.randrange(1, 100_000),
            lambda: parts[at].raw.replace(b'"', b'"\\u0061', 1),
        )
    )()
    parts[at] = replace(parts[at], raw=said)
    return relisted(raw, parts)


def swapped(chance: random.Random, raw: bytes, all_of_them: list[bytes]) -> bytes:
    """Take a part of another bundle, or call one by another kind."""
    parts, others = list(read_bundle(raw).parts), read_bundle(chance.choice(all_of_them)).parts
    at = chance.randrange(len(parts))
    taken = chance.choice(others)
    parts[at] = taken if chance.random() < 0.5 else replace(taken, kind=parts[at].kind, of=parts[at].of)
    parts.sort(key=lambda part: list(PartKind).index(part.kind))
    return relisted(raw, parts)


def unbent(_: random.Random, raw: bytes, __: list[bytes]) -> bytes:
    """Leave it as it is."""
    return raw


BENDS: tuple[Bend, ...] = (bit, cut, length, manifest, within, respelt, swapped, unbent)


def bundles(folder: Path) -> tuple[list[bytes], tuple[Any, list[Signer]]]:
    """Return bundles with parts of every kind, and who reads them whose keys."""
    with apart(folder) as (gbr, jpn):
        found = []
        for count in (1, 3, 2):
            for sender, reader in ((gbr, jpn), (jpn, gbr)):
                for _ in range(count):
                    put(sender, reader.me.participant)
                found.append(made(sender, reader.me.participant))
                bundle.take_in(reader, found[-1])
        signers = [Signer(node=node.me, keys=node.anchor.keys) for node in (gbr, jpn)]
        return found, (jpn, signers)


def outcome(raw: bytes) -> str:
    """Return what the reader says of bytes: a reason's code, `read`, or what it must not do."""
    began = time.process_time()
    try:
        _, made_anew = read_strictly(raw)
        said = "read" if made_anew == raw else "DIFFERS"
    except PeerError as error:
        said = error.reason.code
    except Exception as error:  # noqa: BLE001 whatever else it is, it must not be
        said = f"RAISED {type(error).__name__}: {error}"[:200]
    return said if time.process_time() - began <= LONGEST_S else f"SLOW {said}"


def confined(raw: bytes, said: str, reader: tuple[Any, list[Signer]]) -> str | None:
    """Return how the confined process differs, or None: where the form is right it also asks who signed."""
    jpn, signers = reader
    try:
        bundle_reader.read(jpn.me, jpn.clock.now(), signers, raw)
        found = "read"
    except TasukiError as error:
        found = error.reason.code
    expected = {said} if said != "read" else {"read", "bundle.signature", "bundle.wrong-recipient", "bundle.stranger"}
    return None if found in expected else f"{said} / {found}"


def main() -> int:
    """Bend and read, and say what came."""
    parser = argparse.ArgumentParser(description="Fuzz the reader of bundles.")
    parser.add_argument("--size", choices=INPUTS, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    seen, wrong, asked = Counter[str](), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        sources, reader = bundles(Path(folder))
        for number in range(INPUTS[given.size]):
            chance = random.Random(f"{given.seed} {number}")
            bend = BENDS[number % len(BENDS)]
            raw = bend(chance, chance.choice(sources), sources)
            said = outcome(raw)
            seen[said] += 1
            if said.split(" ")[0] in ("DIFFERS", "RAISED", "SLOW"):
                wrong += 1
                print(f"fuzz_bundle: {number} ({bend.__name__}): {said}")
            elif asked < CONFINED[given.size] and number % 7 == 0:
                asked += 1
                differs = confined(raw, said, reader)
                if differs is not None:
                    wrong += 1
                    print(f"fuzz_bundle: {number} ({bend.__name__}): the confined process says otherwise: {differs}")
    count = INPUTS[given.size]
    rare = [name for name in ("read", "bundle.form", "bundle.part", "bundle.spelling") if seen[name] < count // RARELY]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"fuzz_bundle: {count} inputs, seed {given.seed}: {wrong} wrong; {dict(seen.most_common(12))}; {asked} through"
        f" the confined process; {memory >> 10} MB; {(time.monotonic() - began) / 60:.1f} min"
    )
    if rare:
        print(f"fuzz_bundle: too rare to say anything: {', '.join(rare)}")
    return 1 if wrong or rare or memory > MOST_KB else 0


if __name__ == "__main__":
    sys.exit(main())
