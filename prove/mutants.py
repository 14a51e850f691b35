# SPDX-License-Identifier: MIT
"""Whether our tests see leaks: every mutant of prove/making/mutants.py must make one of them fail.

Each mutant is one small change that would let something out. The tests of the room it stands in run against a copy of
the product with that change; a mutant that none of them notices is a hole in the tests, and fails the rig. So does one
that no longer fits the product, or that breaks it so that no test can run: it shows nothing.

usage: prove/mutants.py --size ci|full [--seed N] [--only TEXT]
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
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "prove" / "making")]

from mutants import SUITES, Mutant  # noqa: E402 found beside the rig

CI = 12
"""Mutants in a CI run: a sample by seed; the full run takes them all."""

FAILED = 1
"""What pytest returns where a test failed; where one could not even be collected it returns something else."""

COPIED = ("src", "tests", "docs", "prove")
"""What tests need of the project."""


def main() -> int:
    """Run every mutant; return 1 if one survives."""
    said = arguments()
    chosen = [
        (suite, mutant) for suite in SUITES for mutant in suite.mutants if said.only in f"{mutant.file} {mutant.leak}"
    ]
    if said.size == "ci":
        chosen = random.Random(said.seed).sample(chosen, min(CI, len(chosen)))
    came: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tasuki-mutants-") as scratch:
        copy = Path(scratch)
        for name in COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for tests in dict.fromkeys(suite.tests for suite, _ in chosen):
            if run(tests, copy):
                print(
                    f"Expected tests that pass before anything is changed, found one that fails in {', '.join(tests)}."
                )
                return 1
        for suite, mutant in chosen:
            outcome = try_out(mutant, suite.tests, copy)
            came[outcome] += 1
            if outcome != "killed":
                print(f"{outcome}: {mutant.file}: {mutant.leak}", flush=True)
    total = sum(len(suite.mutants) for suite in SUITES)
    print(f"{len(chosen)} of {total} seeded leaks, seed {said.seed}, {time.monotonic() - began:.0f} s: {dict(came)}")
    return 0 if came["killed"] == len(chosen) > 0 else 1


def arguments() -> argparse.Namespace:
    """Return what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("ci", "full"), required=True)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--only", default="", help="only mutants whose file or leak holds this text")
    return parser.parse_args()


def try_out(mutant: Mutant, tests: tuple[str, ...], copy: Path) -> str:
    """Return what became of a mutant: `killed`, `SURVIVED`, `DOES NOT FIT`, `BROKEN`."""
    path = copy / "src" / "tasuki" / mutant.file
    whole = path.read_text("utf-8")
    if whole.count(mutant.before) != 1:
        return "DOES NOT FIT"
    path.write_text(whole.replace(mutant.before, mutant.after), "utf-8")
    try:
        code = run(tests, copy)
    finally:
        path.write_text(whole, "utf-8")
    return {0: "SURVIVED", FAILED: "killed"}.get(code, f"BROKEN ({code})")


def run(tests: tuple[str, ...], copy: Path) -> int:
    """Return what pytest says of tests in a copy of the project, whose own product they find first."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    # Two mutants of one file may have the same size within one second: compiled code would be taken for the other's.
    beside = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=beside, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
