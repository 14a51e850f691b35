# SPDX-License-Identifier: MIT
"""Whether the product decides every release as the reference gate does, which was written from the policy alone.

Random worlds (a node, its profile, a graph of holdings, markings, grants, recalls) are put to tests/reference and to
the product. Labels, closures, circumstances and decisions are asked of the product's pure functions, for volume; with
`--whole`, real objects are imported into whole nodes on SQLite and the release service is asked, for truth. Rule,
verdict and reason must be the same for every holding and every reader.

The run fails on the first disagreement, on a reason that too few decisions gave, and on a pair of features that too
few decisions met. `--world NUMBER` shows one world and both answers; it is what a disagreement is looked at with.
Where the two differ, docs/policy/release.md says which is wrong.

usage: prove/gate.py --size ci|full [--seed N] [--whole N] [--world NUMBER]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice
from pathlib import Path
from pprint import pformat

ROOT = Path(__file__).resolve().parents[1]
MAKING = ROOT / "prove" / "making"
sys.path[:0] = [str(MAKING), str(ROOT / "tests")]

from gate_product import answers  # noqa: E402
from gate_worlds import FEATURES, GRANTS, NEVER_TOGETHER, REASONS, Maker, World  # noqa: E402

from reference.gate import Gate, decided  # noqa: E402 found beside the rig

COVERAGE = (MAKING / "gate_coverage.sql").read_text("utf-8")
SIZES = {"ci": 100_000, "full": 1_000_000}
WORLDS = {"ci": 0, "full": 100_000}
"""How many worlds at least, so that a million decisions are no few large graphs."""

BATCH = 500
OFTEN = 1_000
"""How often every reason and every pair must come, at full size."""

Answer = tuple[str, bool, str]


@dataclass(frozen=True, slots=True, order=True)
class Disagreement:
    """One question on which the two differ; the smallest world sorts first."""

    size: int
    world: int
    holding: int
    reader: str
    reference: Answer | None
    product: Answer | None


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    worlds: int = 0
    decisions: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    grants: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    def missing(self, often: int) -> Iterator[str]:
        """Yield what came too seldom."""
        for reason in REASONS:
            if self.reasons[reason] < often:
                yield f"{' '.join(reason)}: {self.reasons[reason]} decisions, wanted {often}"
        for grant in GRANTS:
            if self.grants[grant] < often:
                yield f"grant, {grant}: {self.grants[grant]} questions, wanted {often}"
        for pair in combinations(sorted(FEATURES), 2):
            if pair not in NEVER_TOGETHER and self.pairs[pair] < often:
                yield f"{pair[0]} with {pair[1]}: {self.pairs[pair]} decisions, wanted {often}"


def of_reference(gate: Gate) -> dict[tuple[int, int, str], Answer]:
    """Return the reference's answers about every live holding, R0 aside, which is a matter of whole nodes."""
    rows = gate.connection.execute("SELECT node, holding, reader, rule, allowed, reason FROM decided")
    return {
        (node, holding % 1000, reader): (rule, bool(yes), reason) for node, holding, reader, rule, yes, reason in rows
    }


def of_product(worlds: list[World]) -> dict[tuple[int, int, str], Answer]:
    """Return the product's answers about the same."""
    return {
        (node, holding, reader): (rule, allowed, reason)
        for node, world in enumerate(worlds)
        for holding, reader, rule, allowed, reason in answers(world)
    }


def compare(worlds: list[World], tally: Tally) -> None:
    """Put worlds to both and count."""
    gate = decided(world.rows(node) for node, world in enumerate(worlds))
    ours, theirs = of_reference(gate), of_product(worlds)
    if ours != theirs:
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                node, holding, reader = key
                world = worlds[node]
                found = Disagreement(len(world.held), world.number, holding, reader, ours.get(key), theirs.get(key))
                tally.disagreements.append(found)
    gate.connection.executescript(COVERAGE)
    tally.worlds += len(worlds)
    tally.decisions += len(ours)
    for rule, reason, count in gate.connection.execute("SELECT rule, reason, count(*) FROM verdict GROUP BY 1, 2"):
        tally.reasons[rule, reason] += count
    for one, other, count in gate.connection.execute("SELECT one, other, questions FROM together"):
        tally.pairs[one, other] += count
    for how, count in gate.connection.execute("SELECT how, questions FROM granted"):
        tally.grants[how] += count
    gate.close()


def numbered(seed: int) -> Iterator[int]:
    """Yield the numbers of a seed's worlds."""
    first = seed * 10_000_000
    while True:
        yield first
        first += 1


def run(seed: int, decisions: int, worlds: int) -> Tally:
    """Compare until both many decisions and many worlds were put."""
    tally = Tally()
    numbers = numbered(seed)
    while tally.decisions < decisions or tally.worlds < worlds:
        compare([Maker(number).make() for number in islice(numbers, BATCH)], tally)
    return tally


def tell(tally: Tally, seconds: float, often: int) -> None:
    """Print what was counted."""
    print(f"{tally.decisions:,} decisions over {tally.worlds:,} worlds in {seconds:.0f} s")
    for reason in REASONS:
        print(f"  {reason[0]:>4} {reason[1]:<28} {tally.reasons[reason]:>10,}")
    print("  grants: " + ", ".join(f"{grant} {tally.grants[grant]:,}" for grant in GRANTS))
    pairs = [pair for pair in combinations(sorted(FEATURES), 2) if pair not in NEVER_TOGETHER]
    rarest = min(pairs, key=lambda pair: tally.pairs[pair])
    print(f"  {len(pairs)} pairs of {len(FEATURES)} features, rarest {' with '.join(rarest)}: {tally.pairs[rarest]:,}")
    for line in tally.missing(often):
        print(f"  too seldom: {line}")
    for each in sorted(tally.disagreements)[:10]:
        print(f"  DIFFERS: world {each.world}, holding {each.holding}, {each.reader}")
        print(f"    reference {each.reference}, product {each.product}; look: prove/gate.py --world {each.world}")
    print(f"  {len(tally.disagreements)} disagreements")


def show(number: int) -> int:
    """Show one world and what both say about it."""
    world = Maker(number).make()
    print(pformat(world, width=120))
    gate = decided([world.rows(0)])
    ours, theirs = of_reference(gate), of_product([world])
    for key in sorted(ours.keys() | theirs.keys()):
        mark = "  " if ours.get(key) == theirs.get(key) else "!!"
        print(mark, key[1], key[2], "reference", ours.get(key), "product", theirs.get(key))
    gate.close()
    return int(ours != theirs)


def prove(size: str, seed: int) -> int:
    """Run one size and return how the program ends."""
    started = time.monotonic()
    tally = run(seed, SIZES[size], WORLDS[size])
    often = OFTEN if size == "full" else max(1, OFTEN * SIZES[size] // SIZES["full"] // 10)
    print(f"gate: size {size}, seed {seed}")
    tell(tally, time.monotonic() - started, often)
    return int(bool(tally.disagreements) or any(True for _ in tally.missing(often)))


def main(arguments: Iterable[str] | None = None) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=int, metavar="NUMBER", help="show one world and both answers")
    chosen = parser.parse_args(arguments)
    if chosen.world is not None:
        return show(chosen.world)
    return prove(chosen.size, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
