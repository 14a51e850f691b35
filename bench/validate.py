# SPDX-License-Identifier: MIT
"""How fast STIX objects are judged, next to stix2-validator and stix2.parse, on the same real objects in one run.

Every side judges each object once: from values that were read before (the floor is about these: stix2-validator's own
entry takes values), and from lines of JSON. The peers read with the standard library, which takes duplicate members and
more; ours is shown with a reader that asks as little, and with the strict one that everything from strangers goes
through. CPU seconds of one process each. The sides take turns, and the best of the rounds counts for each, so that a
busy machine weighs on all alike.

usage: bench/validate.py [--objects N] [--rounds N]     (needs `make peers` and the shared material)
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from tasuki.base.reasons import Reason
from tasuki.formats.json.strict import loads
from tasuki.formats.patterns.errors import PatternError
from tasuki.formats.patterns.model import Version
from tasuki.formats.patterns.parser import parse
from tasuki.formats.stix.validate import is_valid, validate

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("TASUKI_DATA", ROOT.parent / "shared" / "data")).resolve()
PEER = ROOT / ".peers" / "stix" / "bin" / "python"
SOURCES = ("attack-stix21", "capec-stix21", "stix-bundles", "stix-indicators-real")
VERSIONS = {version.value: version for version in Version}
FLOORS = {"validator": 150, "parse": 12}
PAIRS = (("value", "value"), ("text", "text"), ("text", "strict text"))
TURNS = 3


def objects_of(folder: Path) -> Iterator[dict[str, object]]:
    """Yield the objects of a folder of bundles or JSON lines."""
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".jsonl.gz"):
            with gzip.open(path, "rt") as lines:
                yield from (json.loads(line) for line in lines if line.strip())
        elif path.suffix == ".json" and path.name != "INDEX.json":
            document = json.loads(path.read_bytes())
            yield from document["objects"] if document.get("type") == "bundle" else [document]


def mixture(count: int) -> list[bytes]:
    """Return `count` distinct real objects as JSON lines, an equal share of each source, always the same ones."""
    chance = random.Random(2126)
    lines: list[bytes] = []
    for source in SOURCES:
        found = {json.dumps(each).encode() for each in objects_of(DATA / source)}
        lines += chance.sample(sorted(found), min(count // len(SOURCES), len(found)))
    chance.shuffle(lines)
    return lines


def check_pattern(pattern: str, version: str) -> Reason | None:
    """Return why a pattern is none; None where it is one."""
    try:
        parse(pattern, VERSIONS[version])
    except PatternError as error:
        return error.reason
    return None


def ours(objects: list[Any], read: Callable[[Any], Any]) -> tuple[float, list[bool]]:
    """Return CPU seconds and verdicts of one pass of ours."""
    start = time.process_time()
    verdicts = [is_valid(validate(read(each), check_pattern=check_pattern)) for each in objects]
    return time.process_time() - start, verdicts


def theirs(mode: str, path: Path) -> tuple[dict[str, float], list[bool]]:
    """Return CPU seconds from text and from values, and verdicts, of one pass of a peer."""
    script = ROOT / "bench" / "peers" / "validate_stix.py"
    done = subprocess.run([PEER, script, mode, path], check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    return answer["cpu_s"], answer["verdicts"]


def as_it_is(value: Any) -> Any:
    """Return a value that was read before."""
    return value


def main() -> int:
    """Measure, print rates, ratios and differing verdicts; 1 where a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not PEER.exists() or not DATA.is_dir():
        print("bench/validate: skipped, needs `make peers` and the shared material (TASUKI_DATA)")
        return 0
    lines = mixture(options.objects)
    values = [orjson.loads(line) for line in lines]
    ways: dict[str, tuple[list[Any], Callable[[Any], Any]]] = {
        "value": (values, as_it_is),
        "text": (lines, orjson.loads),
        "strict text": (lines, loads),
    }
    best: dict[str, float] = {}
    verdicts: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "objects.jsonl"
        path.write_bytes(b"\n".join(lines))
        for _ in range(options.rounds):
            for name, (objects, read) in ways.items():
                for _ in range(TURNS):
                    spent, verdicts["tasuki"] = ours(objects, read)
                    note(best, f"tasuki {name}", spent)
            for mode in FLOORS:
                spent_by, verdicts[mode] = theirs(mode, path)
                for name, spent in spent_by.items():
                    note(best, f"{mode} {name}", spent)
    for name, spent in best.items():
        print(f"{name:20} {len(lines) / spent:10.0f} objects per CPU second  {1e6 * spent / len(lines):8.1f} us each")
    differing = sum(one != other for one, other in zip(verdicts["tasuki"], verdicts["validator"], strict=True))
    print(f"verdicts differing from stix2-validator: {differing} of {len(lines)}")
    missed = False
    for mode, floor in FLOORS.items():
        value, text, strict = (best[f"{mode} {kind}"] / best[f"tasuki {ours}"] for kind, ours in PAIRS)
        missed |= value < floor
        print(f"{mode:10} {value:6.1f} x from values (floor {floor}); from text {text:.1f} x, strict {strict:.1f} x")
    return int(missed)


def note(best: dict[str, float], name: str, spent: float) -> None:
    """Keep the best time of each."""
    best[name] = min(spent, best.get(name, spent))


if __name__ == "__main__":
    sys.exit(main())
