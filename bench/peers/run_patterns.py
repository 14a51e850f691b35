# SPDX-License-Identifier: MIT
"""Parse or match patterns with stix2-patterns and stix2-matcher; run by bench/patterns.py in their own environment.

usage: run_patterns.py parse|single|set FILE.json  ->  {"cpu_s": seconds, "answers": [...]}
FILE holds {"patterns": [...], "observed": [observed-data of 2.0, ...]}.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from stix2matcher.matcher import MatchListener, Pattern
from stix2patterns.v21.pattern import Pattern as Grammar


def parse(patterns: list[str], _: list[Any]) -> tuple[float, list[Any]]:
    """Parse every pattern with the grammar of 2.1, without the checks of run_validator."""
    for pattern in patterns[:20]:
        Grammar(pattern)
    start = time.process_time()
    for pattern in patterns:
        Grammar(pattern)
    return time.process_time() - start, [True] * len(patterns)


def single(patterns: list[str], observed: list[Any]) -> tuple[float, list[Any]]:
    """Hold every pattern, parsed before, against each observation by itself; answer how many match each."""
    compiled = [Pattern(pattern, "2.0") for pattern in patterns]
    start = time.process_time()
    counts = [sum(bool(pattern.match([each])) for each in observed) for pattern in compiled]
    return time.process_time() - start, counts


def together(patterns: list[str], observed: list[Any]) -> tuple[float, list[Any]]:
    """Hold every pattern against all observations in one walk, which lists those that match."""
    compiled = [Pattern(pattern, "2.0") for pattern in patterns]
    counts = []
    start = time.process_time()
    for pattern in compiled:
        listener = MatchListener(observed, stix_version="2.0")
        pattern.walk(listener)
        counts.append(sum(1 for _ in listener.matched()))
    return time.process_time() - start, counts


def main() -> None:
    """Do what is asked once."""
    work = {"parse": parse, "single": single, "set": together}[sys.argv[1]]
    asked = json.loads(Path(sys.argv[2]).read_bytes())
    spent, answers = work(asked["patterns"], asked["observed"])
    print(json.dumps({"cpu_s": spent, "answers": answers}))


main()
