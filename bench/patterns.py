# SPDX-License-Identifier: MIT
"""How fast patterns are read and matched, next to stix2-patterns and stix2-matcher, on the same material in one run.

Reading: every valid pattern of the wild and of real indicators; and of those only the complex ones, which say more than
one equality. Matching: the recorded single-observation patterns over real telemetry, parsed before on both sides, each
observation by itself and all in one call; our observations are read once, and reading them is shown beside.
CPU seconds of one process each. The sides take turns, and the best of the rounds counts for each.

usage: bench/patterns.py [--rounds N]     (needs `make peers` and the shared material)
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasuki.formats.patterns.matching import Matcher, Verdict
from tasuki.formats.patterns.observed import Evidence, read_evidence
from tasuki.formats.patterns.parser import parse

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("TASUKI_DATA", ROOT.parent / "shared" / "data")).resolve()
PEER = ROOT / ".peers" / "stix" / "bin" / "python"
FLOORS = {"parse mixed": 60, "parse complex": 20, "match single": 50, "match set": 50}
LONGEST_S = 0.05
EVERY = 10
PLAIN = re.compile(r"\[[\w-]+:[\w.'-]+\s*=\s*'[^'\\]*'\]")


def wild() -> list[str]:
    """Return the valid patterns found in the wild."""
    rows = map(json.loads, (DATA / "stix-patterns-wild" / "patterns.jsonl").read_text("utf-8").splitlines())
    return [row["pattern"] for row in rows if row["valid"]]


def indicators() -> list[str]:
    """Return the patterns of real indicators."""
    found = []
    for path in sorted((DATA / "stix-indicators-real").glob("*.json")):
        document = json.loads(path.read_bytes())
        objects = document.get("objects", []) if isinstance(document, dict) else []
        found += [each["pattern"] for each in objects if each.get("type") == "indicator"]
    return found


def telemetry() -> list[dict[str, Any]]:
    """Return real observed data of 2.0."""
    with gzip.open(DATA / "stix-observed-real" / "doctored-1k.json.gz") as file:
        return [each for each in json.load(file)["objects"] if each["type"] == "observed-data"]


def recorded() -> list[str]:
    """Return the patterns that were asked of that telemetry; START in 2.0 divides the peer's parser and matcher."""
    rows = json.loads((DATA / "stix-observed-real" / "expected-matches.json").read_bytes())
    return [row["pattern"] for row in rows if "START" not in row["pattern"]]


def timed(work: Callable[[], list[Any]]) -> tuple[float, list[Any]]:
    """Return CPU seconds and answers of one pass of ours."""
    start = time.process_time()
    answers = work()
    return time.process_time() - start, answers


def reading(patterns: list[str]) -> list[Any]:
    """Parse every pattern."""
    return [parse(pattern) is not None for pattern in patterns]


def single(matchers: list[Matcher], observations: list[Evidence]) -> list[Any]:
    """Hold every pattern against each observation by itself."""
    return [sum(matcher.match(each).verdict is Verdict.MATCH for each in observations) for matcher in matchers]


def together(matchers: list[Matcher], evidence: Evidence) -> list[Any]:
    """Hold every pattern against all observations in one call, which says which match."""
    return [sum(outcome is True for outcome in matcher.each(evidence.observations)) for matcher in matchers]


def theirs(mode: str, patterns: list[str], observed: list[dict[str, Any]]) -> tuple[float, list[Any]]:
    """Return CPU seconds and answers of one pass of a peer."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"patterns": patterns, "observed": observed}, file)
        file.flush()
        script = ROOT / "bench" / "peers" / "run_patterns.py"
        done = subprocess.run([PEER, script, mode, file.name], check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    return answer["cpu_s"], answer["answers"]


def slowest(patterns: list[str]) -> float:
    """Return the CPU seconds of the slowest pattern to read."""
    return max(min(timed(lambda text=text: reading([text]))[0] for _ in range(3)) for text in patterns)


def main() -> int:
    """Measure, print rates and ratios; 1 where a floor is missed or an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not PEER.exists() or not DATA.is_dir():
        print("bench/patterns: skipped, needs `make peers` and the shared material (TASUKI_DATA)")
        return 0
    found, questions, observed = wild(), recorded(), telemetry()
    mixed = found + indicators()
    complex_ones = [text for text in found if not PLAIN.fullmatch(text)]
    few = observed[::EVERY]
    matchers = [Matcher(parse(text)) for text in questions]
    each_alone = [read_evidence([one]) for one in few]
    jobs: dict[str, tuple[int, Callable[[], list[Any]], Callable[[], tuple[float, list[Any]]]]] = {
        "parse mixed": (len(mixed), lambda: reading(mixed), lambda: theirs("parse", mixed, [])),
        "parse complex": (len(complex_ones), lambda: reading(complex_ones), lambda: theirs("parse", complex_ones, [])),
        "match single": (
            len(questions) * len(few),
            lambda: single(matchers, each_alone),
            lambda: theirs("single", questions, few),
        ),
        "match set": (
            len(questions) * len(observed),
            lambda: together(matchers, read_evidence(observed)),
            lambda: theirs("set", questions, observed),
        ),
    }
    missed = False
    for name, (count, ours, peers) in jobs.items():
        best = {"ours": float("inf"), "theirs": float("inf")}
        for _ in range(options.rounds):
            for _ in range(3):
                spent, answers = timed(ours)
                best["ours"] = min(best["ours"], spent)
            spent, expected = peers()
            best["theirs"] = min(best["theirs"], spent)
        ratio = best["theirs"] / best["ours"]
        differing = sum(one != other for one, other in zip(answers, expected, strict=True))
        missed |= ratio < FLOORS[name] or differing > 0
        ours_us, theirs_us = (1e6 * best[side] / count for side in ("ours", "theirs"))
        print(
            f"{name:14} {count:7,}: ours {ours_us:7.2f} us each, theirs {theirs_us:7.1f} us, "
            f"ratio {ratio:5.1f} x (floor {FLOORS[name]}), {differing} answers differ"
        )
    read_us = 1e6 * min(timed(lambda: [read_evidence([one]) for one in few])[0] for _ in range(3)) / len(few)
    worst = slowest(found)
    print(f"reading one observation: {read_us:.1f} us; slowest pattern of the wild: {worst * 1000:.2f} ms")
    return int(missed or worst > LONGEST_S)


if __name__ == "__main__":
    sys.exit(main())
