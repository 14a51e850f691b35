# SPDX-License-Identifier: MIT
"""Faults: a crash after every write and sync, and a failure of every call, of the workflows a node lives by.

Each workflow is recorded through a virtual file system under SQLite. Then, for each point, the files are put as a crash
may leave them there: all that was written, only what was synced, with a torn last write, with any part of the rest. The
product starts on it, does again what was not acknowledged, and is looked at. And each call fails once, with a full
disk, an I/O error, or no memory: acts are refused with a reason, nothing is acknowledged that is not so, and the node
goes on. New nodes are made by child processes that end at each of their steps on the disk.

A point is a write, truncation, sync or deletion of a database, its log or journal by the node that is tried; `states`
counts the different states of the disk, which several points may share. SIGKILL of whole processes: prove/kill.py.

usage: prove/faults.py --size ci|full [--seed N] [--only WORKFLOW]
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tasuki.sim.disk import Disk, Trouble
from tasuki.sim.faults import Outcome, Rig
from tasuki.sim.setups import ended_setups
from tasuki.sim.workflows import WORKFLOWS, memory, staged

POINTS = {"ci": 3, "full": 0}
"""Points of each workflow at which a crash and a failure are tried; 0 is all of them."""

SETUPS = {"ci": 8, "full": 1}
"""Every which step of a setup it ends at."""

SHOWN = 8
QUIET = structlog.make_filtering_bound_logger(logging.CRITICAL)


def stride(count: int, size: str) -> int:
    """Return at every which of so many points something is tried."""
    return max(1, count // POINTS[size]) if POINTS[size] else 1


def told(name: str, what: str, outcome: Outcome, began: float) -> int:
    """Print what became of a workflow; return how much is wrong."""
    for each in outcome.wrong[:SHOWN]:
        print(f"WRONG {name}, {what}: {each}")
    print(
        f"faults: {name}, {what}: {outcome.tried} of {outcome.points} points, {outcome.states} states, "
        f"{outcome.refused} acts refused, {len(outcome.wrong)} wrong, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return len(outcome.wrong)


def workflow(name: str, size: str, seed: int) -> int:
    """Try one workflow; return how much is wrong."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=memory()) as folder, staged(Path(folder)) as make:
        disk = Disk(Path(folder))
        with disk.recording():
            rig = Rig(make(), disk, WORKFLOWS[name])
            step = stride(rig.points, size)
            wrong = told(name, "crashes", rig.crashes(step, random.Random(seed)), began)
            began = time.monotonic()
            return wrong + told(name, "failures", rig.failures(step, tuple(Trouble)), began)


def setups(size: str) -> int:
    """End setups in the middle; return how much is wrong."""
    began, outcome = time.monotonic(), Outcome()
    for step, wrong in ended_setups(SETUPS[size]):
        outcome.points = step + 1
        outcome.tried += 1
        outcome.states += 1
        outcome.wrong += [f"ended at step {step}: {each}" for each in wrong]
    return told("setup", "ends", outcome, began)


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(POINTS), default="ci")
    parser.add_argument("--seed", type=int, default=20260131)
    parser.add_argument("--only", choices=[*WORKFLOWS, "setup"])
    asked = parser.parse_args()
    structlog.configure(wrapper_class=QUIET)
    began, spent = time.monotonic(), time.process_time()
    wrong = sum(workflow(name, asked.size, asked.seed) for name in WORKFLOWS if asked.only in (None, name))
    if asked.only in (None, "setup"):
        wrong += setups(asked.size)
    print(
        f"faults: seed {asked.seed}, {len(WORKFLOWS) + 1} workflows, {wrong} wrong, "
        f"{(time.monotonic() - began) / 60:.1f} min, {time.process_time() - spent:.0f} s of one core"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
