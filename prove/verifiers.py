# SPDX-License-Identifier: MIT
"""Whether the product and the second verifier, which share no code, say the same of every evidence file.

Evidence of whole nodes, and of logs made by hand with unusual keys, letters, lines and anchors, is bent: bits, bytes,
JSON members, values of other files, base64 with a second spelling, members that come twice, lines of the checkpoint,
the bytes of envelopes and receipts, cuts, other anchors. Both verifiers are asked; the checks they list, which of them
hold, and what a file that holds means must be the same. Seeded: the same seed bends alike, though keys and signatures
of the nodes differ with each run.

The run fails on the first disagreements, and when a check or a kind of bending came too rarely to say anything. Where
the two differ, docs/spec/evidence.md says which is wrong. A part of the files goes through both commands as well.

usage: prove/verifiers.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "prove" / "making"), str(ROOT / "tests"), str(ROOT / "verifier" / "src")]

from evidence_shapes import (  # noqa: E402 found beside the rig
    ANCHORS,
    Shape,
    anchor_values,
    issued_in_a_period,
    of_later_periods,
    of_made_logs,
    of_real_nodes,
    of_trust_files,
    of_two_witness_keys,
    trust_files,
)

from tasuki.base.canonical import canonical  # noqa: E402 found beside the rig
from tasuki.base.errors import TasukiError  # noqa: E402
from tasuki.core.ledger.evidence import verify_evidence  # noqa: E402
from tasuki_verify.checks import verify  # noqa: E402
from tasuki_verify.trust import read_known  # noqa: E402
from tasuki_verify.words import WrongError  # noqa: E402

SIZES = {"ci": 3_000, "full": 100_000}
THROUGH_COMMANDS = {"ci": 60, "full": 1_000}
SHOWN = 5
CHECKS = ("form", "log-signature", "cosignature", "inclusion", "opening", "envelope", "receipt")
RARELY = 200
"""One file in this many must fail a check, and one be bent in each way; else the run says too little."""

STRANGE = (None, True, False, 0, -1, 1, 1.5, 2**53 - 1, 2**53, "", "x", "0", [], {}, [0], {"a": 0}, "\u2028", "é")
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

Bend = Callable[[random.Random, bytes, "list[Shape]"], bytes]


def bit(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Turn one bit."""
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def octet(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Put one byte in, take one out, or put one in the place of another."""
    at = chance.randrange(len(raw))
    new = bytes([chance.choice(b'{}[]",:\\ \n\t0123456789aZ+/=-\x00\xff')])
    return raw[:at] + chance.choice((new, b"", new + raw[at : at + 1])) + raw[at + 1 :]


def cut(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Cut the file short, or say a part of it twice."""
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return chance.choice((raw[:start], raw[start:], raw[:end] + raw[start:end] + raw[end:], raw[:start] + raw[end:]))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at the end of a way."""
    for key in path:
        value = value[key]
    return value


def spelt(document: Any, raw: bytes) -> bytes:
    """Return the canonical bytes of a document, or as it was where it has none."""
    try:
        return canonical(document)
    except ValueError:
        return json.dumps(document).encode() or raw


def member(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Change, take out, add or rename one member, and spell the rest as it has to be spelt."""
    document = json.loads(raw)
    *path, key = chance.choice(places(document)[1:])
    holder = at(document, tuple(path))
    act = chance.randrange(4)
    if act == 0:
        holder[key] = chance.choice(STRANGE)
    elif act == 1:
        del holder[key]
    elif act == 2 and isinstance(holder, dict):
        holder[chance.choice(("note", "opening", "envelope", "receipt", "Format", "seq"))] = chance.choice(STRANGE)
    elif isinstance(holder[key], int):
        holder[key] += chance.choice((-1, 1, 2**31, 2**62))
    else:
        holder[key] = [holder[key]]
    return spelt(document, raw)


def swap(chance: random.Random, raw: bytes, shapes: list[Shape]) -> bytes:
    """Take one or more members from another file."""
    document, other = json.loads(raw), json.loads(chance.choice(shapes).raw)
    for key in chance.sample(sorted(other), chance.randint(1, 3)):
        document[key] = other[key]
    return spelt(document, raw)


def twice(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Say a member twice, alike or differently."""
    document = json.loads(raw)
    key = chance.choice(sorted(document))
    value = document[key] if chance.random() < 0.5 else chance.choice(STRANGE)
    return raw[:1] + f"{json.dumps(key)}:{json.dumps(value)},".encode() + raw[1:]


def respell(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Spell the same value otherwise."""
    document = json.loads(raw)
    key = chance.choice(sorted(document))
    return chance.choice(
        (
            lambda: json.dumps(document).encode(),
            lambda: json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode(),
            lambda: json.dumps(dict(reversed(document.items())), separators=(",", ":"), ensure_ascii=False).encode(),
            lambda: raw.replace(key.encode(), f"\\u{ord(key[0]):04x}{key[1:]}".encode(), 1),
            lambda: raw + chance.choice((b" ", b"\n", b"\0", b"{}")),
            lambda: b"\xef\xbb\xbf" + raw,
            lambda: raw.replace(b'"index":', b'"index":0', 1),
            lambda: raw.replace(b',"proof"', b'.0,"proof"', 1),
        )
    )()


def rewrite64(chance: random.Random, raw: bytes, _: list[Shape]) -> bytes:
    """Spell one base64 text otherwise: stray bits, padding, another alphabet, spaces."""
    document = json.loads(raw)
    texts = [path for path in places(document) if is64(at(document, path))]
    *path, key = chance.choice(texts)
    holder = at(document, tuple(path))
    text = holder[key]
    bare = text.rstrip("=")
    strayed = bare[:-1] + BASE64[BASE64.index(bare[-1]) ^ 1] + text[len(bare) :]
    put = chance.randrange(len(text))
    holder[key] = chance.choice(
        (
            bare,
            text + "=",
            text + "====",
            strayed,
            text.replace("+", "-").replace("/", "_"),
            text[:put] + chance.choice(" \n-_=é") + text[put:],
            text[:-4],
        )
    )
    return spelt(document, raw)


def is64(value: Any) -> bool:
    """Whether a value is a text that was made as base64."""
    if not isinstance(value, str) or len(value) < 4:
        return False
    try:
        return base64.b64encode(base64.b64decode(value, validate=True)).decode() == value
    except ValueError:
        return False


def inside(chance: random.Random, raw: bytes, shapes: list[Shape]) -> bytes:
    """Bend the bytes behind one base64 text."""
    document = json.loads(raw)
    texts = [path for path in places(document) if is64(at(document, path)) and at(document, path)]
    *path, key = chance.choice(texts)
    holder = at(document, tuple(path))
    bent = chance.choice((bit, octet, cut))(chance, base64.b64decode(holder[key]), shapes)
    holder[key] = base64.b64encode(bent).decode()
    return spelt(document, raw)


def header(chance: random.Random, raw: bytes, shapes: list[Shape]) -> bytes:
    """Change a member within an envelope or receipt, and spell its statement as it has to be spelt."""
    document = json.loads(raw)
    names = [name for name in ("envelope", "receipt") if name in document]
    if not names:
        return member(chance, raw, shapes)
    name = chance.choice(names)
    body = base64.b64decode(document[name])
    size = int.from_bytes(body[8:12], "big")
    statement = member(chance, body[12 : 12 + size], shapes)
    bent = body[:8] + len(statement).to_bytes(4, "big") + statement + body[12 + size :]
    document[name] = base64.b64encode(bent).decode()
    return spelt(document, raw)


def lines(chance: random.Random, raw: bytes, shapes: list[Shape]) -> bytes:
    """Drop, repeat, move, bend or borrow a line of the checkpoint."""
    document, other = json.loads(raw), json.loads(chance.choice(shapes).raw)
    found = document["checkpoint"].split("\n")
    put = chance.randrange(len(found))
    act = chance.randrange(6)
    if act == 0:
        del found[put]
    elif act == 1:
        found.insert(put, found[chance.randrange(len(found))])
    elif act == 2:
        found.insert(
            put, chance.choice(("", "an extension", "— a b", "— example.org/a AAAAAAA=", "\t", "\x7f", "\u0085"))
        )
    elif act == 3:
        chance.shuffle(found)
    elif act == 4:
        found.insert(put, chance.choice(other["checkpoint"].split("\n")))
    else:
        line = found[put]
        spot = chance.randrange(len(line) + 1)
        found[put] = line[:spot] + chance.choice(" \u3000\u00a0\r\t0+9-—é") + line[spot + chance.randrange(2) :]
    document["checkpoint"] = "\n".join(found)
    return spelt(document, raw)


def unbent(_: random.Random, raw: bytes, __: list[Shape]) -> bytes:
    """Leave the file as it is, under other anchors perhaps."""
    return raw


BENDS: tuple[Bend, ...] = (
    bit, octet, cut, member, swap, twice, respell, rewrite64, inside, header, lines, unbent,
)  # fmt: skip


class Trusted:
    """Anchors as each side reads them, read once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[tuple[bytes, ...], tuple[list[Any], list[Any]]] = {}

    def of(self, anchors: tuple[bytes, ...]) -> tuple[list[Any], list[Any]]:
        """Return anchors for the product and for the second verifier."""
        if anchors not in self._known:
            self._known[anchors] = anchor_values(anchors), [anchor for raw in anchors for anchor in read_known(raw)]
        return self._known[anchors]


def both(raw: bytes, anchors: tuple[bytes, ...], trusted: Trusted) -> tuple[Any, Any]:
    """Return what each side says: every check with its verdict, and the meaning of what holds."""
    ours, theirs = trusted.of(anchors)
    first, second = verify_evidence(raw, ours), verify(raw, theirs)
    return (
        ([(check.name, check.holds) for check in first.checks], dict(first.meaning)),
        ([(finding.name, finding.holds) for finding in second.findings], second.meaning),
    )


def compare(
    shapes: list[Shape], count: int, seed: int
) -> tuple[int, Counter[str], list[tuple[str, bytes, tuple[bytes, ...]]]]:
    """Bend `count` files and ask both; return disagreements, how often what came, and some files for the commands."""
    trusted, seen, wrong = Trusted(), Counter[str](), 0
    sample: list[tuple[str, bytes, tuple[bytes, ...]]] = []
    for number in range(-len(shapes), count):
        chance = random.Random(f"{seed} {number}")
        shape = shapes[number + len(shapes)] if number < 0 else chance.choice(shapes)
        bend = unbent if number < 0 else chance.choice(BENDS)
        raw, anchors = bend(chance, shape.raw, shapes), shape.anchors
        if number >= 0 and chance.random() < 0.1:
            anchors = chance.choice(list(ANCHORS.values()))
        ours, theirs = both(raw, anchors, trusted)
        failing = [name for name, holds in ours[0] if not holds]
        seen.update(
            [f"bent: {bend.__name__}", *(f"fails: {name}" for name in failing), *([] if failing else ["holds"])]
        )
        if ours != theirs:
            wrong += 1
            if wrong <= SHOWN:
                print(f"verifiers: DIFFER on {number} ({shape.name}, {bend.__name__}): {ours} / {theirs}\n{raw!r}")
        if number % max(1, count // 2000) == 0:
            sample.append((shape.name, raw, anchors))
    return wrong, seen, sample


def compare_trust() -> int:
    """Have both sides read trust files; return how often they differ on whether it is one, and on the keys in it."""
    wrong = 0
    for name, raw in trust_files().items():
        try:
            ours = [
                (str(each.name), each.version, {(key.purpose.value, key.id) for key in each.keys})
                for each in anchor_values((raw,))
            ]
        except TasukiError:
            ours = []
        try:
            theirs = [
                (each.node, each.version, {(key.purpose, key.id) for key in each.keys}) for each in read_known(raw)
            ]
        except WrongError:
            theirs = []
        if ours != theirs:
            wrong += 1
            print(f"verifiers: DIFFER on the trust file '{name}': {ours} / {theirs}")
    return wrong


def through_commands(sample: list[tuple[str, bytes, tuple[bytes, ...]]], folder: Path) -> int:
    """Ask both commands about the same files, as people would; return how often they differ."""
    asked = [
        {
            "id": number,
            "evidence": base64.b64encode(raw).decode(),
            "anchors": [base64.b64encode(anchor).decode() for anchor in anchors],
        }
        for number, (_, raw, anchors) in enumerate(sample)
    ]
    batch = folder / "batch.jsonl"
    batch.write_text("".join(json.dumps(each) + "\n" for each in asked), "utf-8")
    path = str(ROOT / "verifier" / "src")
    done = subprocess.run(
        [sys.executable, "-m", "tasuki_verify", "--batch", str(batch)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    differ = int([each["id"] for each in answers] != list(range(len(sample))))
    by_anchors: dict[tuple[bytes, ...], list[int]] = {}
    for number, (_, _, anchors) in enumerate(sample):
        by_anchors.setdefault(anchors, []).append(number)
    for anchors, numbers in by_anchors.items():
        words = [
            word for n, raw in enumerate(anchors) for word in ("--anchor", str(_kept(folder / f"anchor-{n}", raw)))
        ]
        files = [str(_kept(folder / f"{number}.json", sample[number][1])) for number in numbers]
        run = [sys.executable, "-m", "tasuki", "verify", *files, *words, "--json"]
        said = json.loads(subprocess.run(run, capture_output=True, check=False).stdout)["files"]
        for number, ours in zip(numbers, said, strict=True):
            theirs = answers[number]
            pairs = [[(check["name"], check["holds"]) for check in each["checks"]] for each in (ours, theirs)]
            differ += pairs[0] != pairs[1] or ours["holds"] != theirs["holds"] or ours["meaning"] != theirs["meaning"]
    return differ


def _kept(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def main() -> int:
    """Run the comparison and say what it found."""
    parser = argparse.ArgumentParser(description="Both verifiers on bent evidence.")
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began, count = time.monotonic(), SIZES[given.size]
    with tempfile.TemporaryDirectory() as folder:
        shapes = [
            *of_real_nodes(Path(folder) / "nodes"),
            *of_made_logs(),
            *of_two_witness_keys(),
            *of_later_periods(),
            *issued_in_a_period(),
            *of_trust_files(),
        ]
        apart = compare_trust()
        wrong, seen, sample = compare(shapes, count, given.seed)
        commands = random.Random(given.seed).sample(sample, min(THROUGH_COMMANDS[given.size], len(sample)))
        differ = through_commands(commands, Path(folder))
    needed = [f"fails: {name}" for name in CHECKS] + [f"bent: {bend.__name__}" for bend in BENDS] + ["holds"]
    rare = [name for name in needed if seen[name] < count // RARELY]
    failing = ", ".join(f"{name} {seen[f'fails: {name}']}" for name in CHECKS)
    print(
        f"verifiers: {len(shapes)} shapes, {count} bent files, seed {given.seed}: {wrong} disagreements; "
        f"{seen['holds']} hold; failing {failing}; {len(commands)} through both commands: {differ} disagreements;"
        f" {(time.monotonic() - began) / 60:.1f} min"
    )
    if rare:
        print(f"verifiers: too rare to say anything: {', '.join(rare)}")
    return 1 if wrong or differ or apart or rare else 0


if __name__ == "__main__":
    sys.exit(main())
