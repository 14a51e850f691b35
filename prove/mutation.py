# SPDX-License-Identifier: MIT
"""How many of all small changes to what decides the tests notice: the mutation score of core/release and core/markings.

mutmut changes every function in every way it knows, one at a time, and runs the tests that reach it. Survivors are
listed; the score is the share of changes that some test noticed, those that no test reaches counted as survivors.

usage: prove/mutation.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src", "tests", "docs")
MUTMUT = (sys.executable, "-m", "mutmut")
WANTED = 0.9
ROOMS = ("release", "markings")


def main() -> int:
    """Run it, print the score and the survivors; return 1 if too many survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("ci", "full"), required=True)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    said = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tasuki-mutation-") as scratch:
        copy = Path(scratch)
        for name in COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        names = chosen(said.size, said.seed)
        done = mutmut(copy, "run", "--max-children", str(os.cpu_count() or 1), *names)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], "Expected mutmut to run to its end, found the above.")
            return 1
        outcomes = results(copy)
    noticed = sum(outcome in ("killed", "timeout") for outcome in outcomes.values())
    score = noticed / len(outcomes) if outcomes else 0.0
    for mutant, outcome in sorted(outcomes.items()):
        if outcome not in ("killed", "timeout"):
            print(f"{outcome}: {mutant}")
    where = ", ".join(names) or "core/release and core/markings"
    print(f"{noticed} of {len(outcomes)} changes noticed ({score:.1%}) in {where}, seed {said.seed}, ", end="")
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if score >= WANTED else 1


def chosen(size: str, seed: int) -> list[str]:
    """Return the patterns of mutants to try: none for all of them, else one module by seed."""
    if size == "full":
        return []
    modules = [
        f"tasuki.core.{room}.{path.stem}"
        for room in ROOMS
        for path in sorted((ROOT / "src" / "tasuki" / "core" / room).glob("*.py"))
        if "\ndef " in path.read_text("utf-8")
    ]
    return [f"{random.Random(seed).choice(modules)}.*"]


def results(copy: Path) -> dict[str, str]:
    """Return what became of each mutant that was tried."""
    listed = mutmut(copy, "results", "--all", "true").stdout.splitlines()
    said = (line.strip().rpartition(": ") for line in listed)
    return {mutant: outcome for mutant, _, outcome in said if mutant.startswith("tasuki.") and outcome != "not checked"}


def mutmut(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run mutmut in a copy of the project."""
    return subprocess.run([*MUTMUT, *arguments], cwd=copy, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
