# SPDX-License-Identifier: MIT
"""Whether the product decides every release as the reference gate does, which was written from the policy alone.

Random worlds (a node, its profile, a graph of holdings, markings, grants, recalls) are put to tests/reference and to
the product. Labels, closures, circumstances and decisions are asked of the product's pure functions, for volume; for
truth, real objects are imported into whole nodes on SQLite and the release service is asked. Rule, verdict and reason
must be the same for every holding and every reader.

The run fails on the first disagreement, on a reason that too few decisions gave, and on a pair of features that too
few decisions met. `--world NUMBER` shows one world and both answers, `--node NUMBER` one node whole and the smallest
world on which they differ; it is what a disagreement is looked at with. Where the two differ, docs/policy/release.md
says which is wrong.

usage: prove/gate.py --size ci|full [--seed N] [--whole NODES] [--world NUMBER] [--node NUMBER]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
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
from gate_whole import WORLDS_OF_A_NODE, node_and_worlds, whole  # noqa: E402
from gate_worlds import FEATURES, GRANTS, NEVER_TOGETHER, REASONS, Maker, World  # noqa: E402

from reference.gate import Gate, decided  # noqa: E402 found beside the rig

COVERAGE = (MAKING / "gate_coverage.sql").read_text("utf-8")
SIZES = {"ci": 100_000, "full": 1_000_000}
NODES = {"ci": 4, "full": 60}
"""How many whole nodes, each with the worlds that lie in it; R0 is asked of them alone."""

WORLDS = {"ci": 0, "full": 100_000}
"""How many worlds at least, so that a million decisions are no few large graphs."""

BATCH = 500
OFTEN = 1_000
"""How often every reason and every pair must come, at full size."""

Answer = tuple[str, bool, str]
Key = tuple[int, int | str, str]
"""Which world, which holding of it or which id, which reader."""


@dataclass(frozen=True, slots=True, order=True)
class Disagreement:
    """One question on which the two differ; the smallest world sorts first."""

    size: int
    world: int
    node: int
    what: str
    reader: str
    reference: Answer | None
    product: Answer | None


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    worlds: int = 0
    decisions: int = 0
    nodes: int = 0
    asked: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    grants: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    def missing(self, often: int) -> Iterator[str]:
        """Yield what came too seldom."""
        for reason in REASONS:
            if self.reasons[reason] < often and (self.nodes or reason[0] != "R0"):
                yield f"{' '.join(reason)}: {self.reasons[reason]} decisions, wanted {often}"
        for grant in GRANTS:
            if self.grants[grant] < often:
                yield f"grant, {grant}: {self.grants[grant]} questions, wanted {often}"
        for pair in combinations(sorted(FEATURES), 2):
            if pair not in NEVER_TOGETHER and self.pairs[pair] < often:
                yield f"{pair[0]} with {pair[1]}: {self.pairs[pair]} decisions, wanted {often}"


def of_reference(gate: Gate) -> dict[Key, Answer]:
    """Return the reference's answers about every live holding, R0 aside, which is a matter of whole nodes."""
    rows = gate.connection.execute("SELECT node, holding, reader, rule, allowed, reason FROM decided")
    return {
        (node, holding % 1000, reader): (rule, bool(yes), reason) for node, holding, reader, rule, yes, reason in rows
    }


def of_product(worlds: list[World]) -> dict[Key, Answer]:
    """Return the product's answers about the same."""
    return {
        (node, holding, reader): (rule, allowed, reason)
        for node, world in enumerate(worlds)
        for holding, reader, rule, allowed, reason in answers(world)
    }


def _differing(
    worlds: list[World], key: Key, ours: Answer | None, theirs: Answer | None, node: int = -1
) -> Disagreement:
    world = worlds[key[0]]
    return Disagreement(len(world.held), world.number, node, str(key[1]), key[2], ours, theirs)


def compare(worlds: list[World], tally: Tally) -> None:
    """Put worlds to both and count."""
    gate = decided(world.rows(node) for node, world in enumerate(worlds))
    ours, theirs = of_reference(gate), of_product(worlds)
    if ours != theirs:
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                tally.disagreements.append(_differing(worlds, key, ours.get(key), theirs.get(key)))
    gate.connection.executescript(COVERAGE)
    tally.worlds += len(worlds)
    tally.decisions += len(ours)
    for rule, reason, count in gate.connection.execute("SELECT rule, reason, count(*) FROM decided GROUP BY 1, 2"):
        tally.reasons[rule, reason] += count
    for one, other, count in gate.connection.execute("SELECT one, other, questions FROM together"):
        tally.pairs[one, other] += count
    for how, count in gate.connection.execute("SELECT how, questions FROM granted"):
        tally.grants[how] += count
    gate.close()


def compare_whole(number: int, tally: Tally) -> None:
    """Let worlds happen to a whole node, put all its holdings and ids to both, and count."""
    stock, worlds = node_and_worlds(number, WORLDS_OF_A_NODE)
    with tempfile.TemporaryDirectory() as folder:
        node = whole(Path(folder) / "node", stock)
        try:
            node.happen(worlds)
            theirs = dict(node.answers(worlds))
        finally:
            node.node.database.close()
    gate = decided(world.rows(place) for place, world in enumerate(worlds))
    ours = of_reference_whole(gate)
    gate.close()
    tally.nodes += 1
    tally.asked += len(ours)
    tally.refused += node.refused
    tally.reasons.update((rule, reason) for rule, _, reason in ours.values())
    for key in ours.keys() | theirs.keys():
        if ours.get(key) != theirs.get(key):
            tally.disagreements.append(_differing(worlds, key, ours.get(key), theirs.get(key), number))


def of_reference_whole(gate: Gate) -> dict[Key, Answer]:
    """Return the reference's answers about every live holding and every id, R0 among them."""
    holdings = gate.connection.execute(
        "SELECT node, holding, reader, rule, allowed, reason FROM verdict WHERE holding IN (SELECT holding FROM live)"
    )
    ids = gate.connection.execute("SELECT node, id, reader, rule, allowed, reason FROM verdict_of_id")
    found: dict[Key, Answer] = {
        (node, holding % 1000, reader): (rule, bool(yes), reason)
        for node, holding, reader, rule, yes, reason in holdings
    }
    found |= {(node, name, reader): (rule, bool(yes), reason) for node, name, reader, rule, yes, reason in ids}
    return found


def numbered(seed: int) -> Iterator[int]:
    """Yield the numbers of a seed's worlds."""
    first = seed * 10_000_000
    while True:
        yield first
        first += 1


def run(seed: int, decisions: int, worlds: int, nodes: int = 0) -> Tally:
    """Compare until both many decisions and many worlds were put; then whole nodes."""
    tally = Tally()
    numbers = numbered(seed)
    while tally.decisions < decisions or tally.worlds < worlds:
        compare([Maker(number).make() for number in islice(numbers, BATCH)], tally)
    for number in islice(numbered(seed), 0, nodes * 1000, 1000):
        compare_whole(number, tally)
    return tally


def tell(tally: Tally, seconds: float, often: int) -> None:
    """Print what was counted."""
    print(f"{tally.decisions:,} decisions over {tally.worlds:,} worlds in {seconds:.0f} s")
    print(f"  {tally.asked:,} answers of {tally.nodes} whole nodes; acts refused there: {sum(tally.refused.values())}")
    for reason in REASONS:
        print(f"  {reason[0]:>4} {reason[1]:<28} {tally.reasons[reason]:>10,}")
    print("  grants: " + ", ".join(f"{grant} {tally.grants[grant]:,}" for grant in GRANTS))
    pairs = [pair for pair in combinations(sorted(FEATURES), 2) if pair not in NEVER_TOGETHER]
    rarest = min(pairs, key=lambda pair: tally.pairs[pair])
    print(f"  {len(pairs)} pairs of {len(FEATURES)} features, rarest {' with '.join(rarest)}: {tally.pairs[rarest]:,}")
    for line in tally.missing(often):
        print(f"  too seldom: {line}")
    for each in sorted(tally.disagreements)[:10]:
        look = f"--world {each.world}" if each.node < 0 else f"--node {each.node} --world {each.world}"
        print(f"  DIFFERS: world {each.world}, {each.what}, {each.reader}")
        print(f"    reference {each.reference}, product {each.product}; look: prove/gate.py {look}")
    print(f"  {len(tally.disagreements)} disagreements")


def show(number: int) -> int:
    """Show one world and what both say about it."""
    world = Maker(number).make()
    print(pformat(world, width=120))
    gate = decided([world.rows(0)])
    ours, theirs = of_reference(gate), of_product([world])
    gate.close()
    for key in sorted(ours.keys() | theirs.keys()):
        mark = "  " if ours.get(key) == theirs.get(key) else "!!"
        print(mark, key[1], key[2], "reference", ours.get(key), "product", theirs.get(key))
    return int(ours != theirs)


def show_node(number: int, world: int | None) -> int:
    """Show where one whole node differs; of its worlds the one named, else the smallest that differs."""
    tally = Tally()
    compare_whole(number, tally)
    differing = sorted(each for each in tally.disagreements if world in (None, each.world))
    if differing:
        _, worlds = node_and_worlds(number, WORLDS_OF_A_NODE)
        print(pformat(next(each for each in worlds if each.number == differing[0].world), width=120))
    for each in differing:
        if each.world == differing[0].world:
            print("!!", each.what, each.reader, "reference", each.reference, "product", each.product)
    print(f"{tally.asked:,} answers, {len(tally.disagreements)} disagreements; refused: {dict(tally.refused)}")
    return int(bool(tally.disagreements))


def prove(size: str, seed: int, nodes: int) -> int:
    """Run one size and return how the program ends."""
    started = time.monotonic()
    tally = run(seed, SIZES[size], WORLDS[size], nodes)
    often = OFTEN if size == "full" else max(1, OFTEN * SIZES[size] // SIZES["full"] // 10)
    print(f"gate: size {size}, seed {seed}")
    tell(tally, time.monotonic() - started, often)
    return int(bool(tally.disagreements) or any(True for _ in tally.missing(often)))


def main(arguments: Iterable[str] | None = None) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--whole", type=int, metavar="NODES", help="how many whole nodes; else as many as the size says"
    )
    parser.add_argument("--world", type=int, metavar="NUMBER", help="show one world and both answers")
    parser.add_argument("--node", type=int, metavar="NUMBER", help="show where one whole node differs")
    chosen = parser.parse_args(arguments)
    if chosen.node is not None:
        return show_node(chosen.node, chosen.world)
    if chosen.world is not None:
        return show(chosen.world)
    return prove(chosen.size, chosen.seed, NODES[chosen.size] if chosen.whole is None else chosen.whole)


if __name__ == "__main__":
    sys.exit(main())
