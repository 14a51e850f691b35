# SPDX-License-Identifier: MIT
"""Moves: a partner that breaks every rule plays against real nodes on loopback; each must be refused, and rightly so.

    python prove/moves.py --size ci|full [--seed N] [--only ENV,REP01] [--page]

`--page` writes docs/moves.md instead of playing. `ci` plays one case of each way that starts no node anew, `full` plays
all of all. Ends with 1 at the first case in which something was accepted, refused for another reason, or left behind.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tasuki.sim.moves.absent import ABSENT
from tasuki.sim.moves.playing import Move, Outcome, played
from tasuki.sim.moves.stage import Stage, staged
from tasuki.sim.moves.table import moves, page

PAGE = Path(__file__).parents[1] / "docs" / "moves.md"
FEW = 1
"""Cases of each way of a move in a quick run."""

SLOW = frozenset(
    {
        "_again_after", "_wrong_clock", "_frozen", "_walked", "_stolen", "_delayed", "_no_signer", "_yesterday",
        "_two_copies", "_cut_short", "_killed_witness", "_rotten_leaf", "_broken_rules", "_changed_rules", "_locked",
        "_killed_sender", "_killed_receiver", "_parted", "_silent", "_differs", "_no_answer", "_slow", "_full",
        "_scribbled", "_shuffled", "_not_in_the_log", "_omitted", "_swapped_bodies", "_ends", "_by_new", "_skipped",
    }
)  # fmt: skip
"""Ways of playing that start nodes anew or wait; a quick run leaves them to the full one."""


def cases(move: Move, stage: Stage, seed: int) -> Sequence[str]:
    """Return what a move is played over: all of it, or a few that the seed picks."""
    if not stage.full and getattr(move.play, "__name__", "") in SLOW:
        return ()
    if stage.full or len(move.over) <= FEW:
        return move.over
    return random.Random(f"{seed} {move.id} {move.plays}").sample(move.over, FEW)


def outcomes(stage: Stage, ways: Sequence[Move], seed: int) -> Iterator[Outcome]:
    """Play one move in every way there is."""
    for way in ways:
        for over in cases(way, stage, seed):
            yield played(stage, way, over)


def wanted(name: str, only: str) -> bool:
    """Whether a move was asked for."""
    return not only or any(name.startswith(each) for each in only.split(","))


def play(stage: Stage, only: str, seed: int) -> tuple[int, int, Outcome | None]:
    """Play every move; return how many moves and cases, and the first that went wrong."""
    count = total = 0
    for name, ways in moves().items():
        if not wanted(name, only):
            continue
        began, number = time.monotonic(), 0
        for outcome in outcomes(stage, ways, seed):
            number += 1
            if outcome.wrong:
                return count, total + number, outcome
        count, total = count + 1, total + number
        print(f"{name}: {number} cases, {time.monotonic() - began:.1f} s", flush=True)
    return count, total, None


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("ci", "full"), default="ci")
    parser.add_argument("--seed", type=int, default=20260131)
    parser.add_argument("--only", default="", help="moves to play, by the beginning of their ids, such as ENV,REP01")
    parser.add_argument("--page", action="store_true", help="write docs/moves.md and play nothing")
    asked = parser.parse_args()
    if asked.page:
        PAGE.write_text(page(), "utf-8")
        return 0
    began = time.monotonic()
    missing = [name for name, each in ABSENT.items() if not each.proof()]
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), asked.seed, full=asked.size == "full") as stage:
        count, total, wrong = play(stage, asked.only, asked.seed)
    for name in missing:
        print(f"WRONG {name}: there is now something to play it against")
    if wrong is not None:
        print(f"WRONG {wrong.move.id} ({wrong.move.plays}) over {wrong.over}: {'; '.join(wrong.wrong)}")
    print(
        f"moves: {count} moves played, {total} cases, {len(ABSENT)} without anything to be played against, "
        f"seed {asked.seed}, {time.monotonic() - began:.0f} s"
    )
    return 1 if wrong is not None or missing else 0


if __name__ == "__main__":
    sys.exit(main())
