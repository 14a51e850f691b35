# SPDX-License-Identifier: MIT
"""Simulate: whole partnerships on virtual time, seed after seed; fourteen invariants hold whatever went wrong.

Two to five nations run the product's own code in one thread. Ways are cut, requests get lost, late, doubled and cut off
from their answers, clocks are off, jump and stand still, processes end between any two commits; people bring in, share,
mark, take back, ask and answer. Then everything heals, comes to rest, and is looked at.

Most seeds sign and seal by a stand-in that draws no chance, so that a run repeats byte for byte; every fifth uses true
keys, repeats event for event, and has its proofs checked by the second verifier as well.

usage: prove/simulate.py --size ci|full [--seeds N] [--first N] [--days N] [--restores]
       prove/simulate.py --replay N [--trace FILE]    one seed once more, with its whole trace
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import structlog

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "verifier" / "src"))

from tasuki.sim.bench import Plan, benched, fates  # noqa: E402 found beside the rig
from tasuki.sim.invariants import INVARIANTS, violations  # noqa: E402
from tasuki_verify.checks import verify  # noqa: E402
from tasuki_verify.trust import read_trust  # noqa: E402

SEEDS = {"ci": 16, "full": 1000}
"""A seed takes some eight seconds of a core; everything before landing has half an hour on two cores."""
TRUE_KEYS = 5
"""One seed in so many uses true signatures and sealing."""

TAIL = 40
MEMORY = Path("/dev/shm")  # noqa: S108 where there is one, a run waits for no disk; what is lost in a crash is played
QUIET = structlog.make_filtering_bound_logger(logging.CRITICAL)


def accepts(evidence: bytes, ours: bytes, theirs: bytes) -> bool:
    """Whether the second verifier accepts an evidence file."""
    return verify(evidence, [*read_trust(ours), *read_trust(theirs)]).holds


def play(asked: argparse.Namespace, seed: int, seen: Counter[str]) -> list[str]:
    """Play one seed; return what is wrong, and print the end of the trace where something is."""
    plan = Plan(seed=seed, days=asked.days, real=seed % TRUE_KEYS == 0, restores=asked.restores)
    with (
        tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name,
        benched(plan, Path(name)) as bench,
    ):
        wrong = violations(bench.scene(accepts if plan.real else None))
        seen.update(fates(bench.trace))
        seen.update(events=len(bench.trace.lines), commits=bench.commits, nations=len(bench.nations))
        seen.update(arrived=len(bench.records.arrived), refused=len(bench.records.refused))
        if asked.trace is not None:
            asked.trace.write_text("\n".join(bench.trace.lines) + "\n")
        if wrong:
            print(*bench.trace.tail(TAIL), sep="\n")
    for each in wrong:
        print(f"WRONG seed {seed}: {each}")
    if wrong:
        more = " --restores" if asked.restores else ""
        print(f"again: python prove/simulate.py --replay {seed} --days {asked.days}{more} --trace trace.txt")
    return wrong


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=sorted(SEEDS), default="ci")
    parser.add_argument("--seeds", type=int, help="how many, instead of what the size says")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--days", type=int, default=7, help="virtual days of each")
    parser.add_argument(
        "--restores", action="store_true", help="let disks rot and put nations back to older copies too"
    )
    parser.add_argument("--replay", type=int, help="play this seed alone")
    parser.add_argument("--trace", type=Path, help="where the whole trace of a replayed seed goes")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=QUIET)
    seen: Counter[str] = Counter()
    began, spent = time.monotonic(), time.process_time()
    if asked.replay is not None:
        seeds = [asked.replay]
    else:
        seeds = list(range(asked.first, asked.first + (asked.seeds or SEEDS[asked.size])))
    broken = [seed for seed in seeds if play(asked, seed, seen)]
    print(
        f"simulate: seeds {seeds[0]} to {seeds[-1]} x {asked.days} virtual days, {len(INVARIANTS)} checks each, "
        f"{'with' if asked.restores else 'without'} restores, "
        f"{len(broken)} seeds wrong {broken[:20] if broken else ''}"
    )
    print("simulate: " + ", ".join(f"{name} {count}" for name, count in sorted(seen.items())))
    print(f"simulate: {(time.monotonic() - began) / 60:.1f} min, {time.process_time() - spent:.0f} s of one core")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
