# SPDX-License-Identifier: MIT
"""Whether what somebody may not see changes one byte of what they get.

Pairs of nodes that are equal in everything an onlooker may see and differ in the rest are asked the same random
questions; status, headers, bodies, their pieces, cursors and everything sent unasked must be the same. The onlooker is,
in turn, a person of another desk who asks the local API, and a partner's node over the exchange. A pair comes from the
pair before by one more visible act to both and hidden acts to each; every now and then twins are made anew.

The run fails on the first difference, where the home does not see that the two differ, where a sort of hidden act or
of question came too seldom, and where one of the leaks that are seeded first was not noticed. How long answers took is
reported and decides nothing.

usage: prove/noninterference.py --size ci|full [--pairs N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "prove" / "making"), str(ROOT / "tests")]

from twin_acts import CCC, HIDDEN, VISIBLE, begin  # noqa: E402 found beside the rig
from twin_leaks import LEAKS  # noqa: E402
from twin_questions import KINDS, of_partner, of_reader  # noqa: E402
from twins import Answer, DifferenceError, Nursery, Question, Twins, cosign_both_ways, seen_by_the_home, without_threads  # noqa: E402

SIZES = {"ci": 1_000, "full": 20_000}
QUESTIONS = 20
GENERATION = 20
"""Pairs that come from one another before twins are made anew."""

MOST_TRIES = 20

LEAK_PAIRS = 60
"""Pairs in which a seeded leak must be noticed."""

ENVELOPES = 12
"""What CCC has sent in all, at most."""


@dataclass
class Tally:
    """What a run came to."""

    pairs: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    visible: Counter[str] = field(default_factory=Counter)
    told_apart: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def missing(self, often: int) -> list[str]:
        """Return what came too seldom to say anything."""
        wanted = [("hidden act", self.hidden, HIDDEN), ("visible act", self.visible, VISIBLE)]
        wanted += [("question", self.questions, KINDS), ("pairs told apart by", self.told_apart, ("held", "entries"))]
        wanted += [("answers with something in them", self.good, ("list", "find", "show", "export", "explain"))]
        return [
            f"{what} {name}: {counted[name]}, wanted {often}"
            for what, counted, names in wanted
            for name in names
            if counted[name] < often
        ]


def hide(twins: Twins, chance: random.Random, tally: Tally) -> None:
    """Do something to each twin that the other does not know of."""
    for world in twins.both:
        for number in range(chance.choice([0, 1, 1, 2, 3]) if world is twins.other else chance.choice([1, 1, 2, 3])):
            name = chance.choice(list(HIDDEN))
            world.dice.begin(f"hidden {world.name} {twins.at} {number}")
            HIDDEN[name](twins, world, chance)
            world.notes.append(f"{twins.at}: {name}")
            tally.hidden[name] += 1


def show(twins: Twins, chance: random.Random, tally: Tally) -> None:
    """Let the next visible thing happen to both."""
    twins.tick()
    name = chance.choice(list(VISIBLE))
    VISIBLE[name](twins)
    tally.visible[name] += 1
    if chance.random() < 0.1:
        cosign_both_ways(twins)


def compare(twins: Twins, question: Question, number: int, tally: Tally) -> None:
    """Put a question to both and compare every byte of what comes back."""
    answers: dict[str, Answer] = {}
    took: dict[str, float] = {}
    # Each is asked first as often as the other: what the first signs is remembered for the second.
    for world in twins.both if number % 2 else reversed(twins.both):
        world.dice.begin(f"question {twins.at} {number}")
        start = time.perf_counter()
        app = world.exchange if question.certificate else world.api
        answers[world.name] = twins.asker.ask(app, question)
        took[world.name] = time.perf_counter() - start
    one, other = answers["one"], answers["other"]
    tally.questions[question.kind] += 1
    tally.seconds[question.kind].append((took["one"], took["other"]))
    if one != other:
        raise DifferenceError(f"{question}\n  one:   {one}\n  other: {other}")
    if one.status == 200 and len(one.body) > 2:
        tally.good[question.kind] += 1
    if question.kind == "list" and one.status == 200:
        remember(twins, one)


def remember(twins: Twins, answer: Answer) -> None:
    """Keep cursors of what was listed."""
    from orjson import loads  # noqa: PLC0415 beside its use

    twins.seen = [f"{each['id']}@{each['sha256']}" for each in loads(answer.body)][-20:]


def tell_apart(twins: Twins, chance: random.Random, tally: Tally) -> None:
    """Hide until the home knows the twins apart; most acts do that at once, and some find nothing to act on."""
    for _ in range(MOST_TRIES):
        hide(twins, chance, tally)
        if seen_apart(twins, tally):
            return
    raise AssertionError("the home does not see a difference: nothing was hidden")


def seen_apart(twins: Twins, tally: Tally) -> bool:
    """Return whether the home sees a difference, and learn some hashes to ask with."""
    one, other = (seen_by_the_home(world) for world in twins.both)
    twins.digests = [digest for _, _, digest in sorted(one["held"] ^ other["held"])][:30]
    differing = [name for name in one if one[name] != other[name]]
    tally.told_apart.update(differing)
    return bool(differing)


def run(nursery: Nursery, pairs: int, seed: int, tally: Tally) -> None:
    """Make pairs and compare what onlookers get.

    Raises:
        DifferenceError: they got something else.
    """
    done = 0
    while done < pairs:
        with nursery.twins(seed + done) as twins:
            chance = twins.random
            try:
                begin(twins)
                for _ in range(min(GENERATION, pairs - done)):
                    show(twins, chance, tally)
                    tell_apart(twins, chance, tally)
                    ask = (of_reader, of_partner)[done % 2]
                    for number, question in enumerate(ask(twins, chance, QUESTIONS)):
                        compare(twins, question, number, tally)
                    tally.pairs[ask.__name__] += 1
                    done += 1
            except DifferenceError as found:
                found.add_note(f"seed {seed}, pair {done}; one: {twins.one.notes}; other: {twins.other.notes}")
                raise


def notices_leaks(nursery: Nursery, seed: int) -> list[str]:
    """Return the seeded leaks that nobody noticed."""
    unnoticed = []
    for name, leak in LEAKS.items():
        try:
            with leak():
                run(nursery, LEAK_PAIRS, seed, Tally())
        except DifferenceError:
            continue
        unnoticed.append(name)
    return unnoticed


def report_times(tally: Tally) -> None:
    """Say how long the same question took with each twin; it decides nothing."""
    print("seconds per 1,000 questions, one / other (medians):")
    for kind, pairs in sorted(tally.seconds.items()):
        medians = [1000 * sorted(side)[len(side) // 2] for side in zip(*pairs, strict=True)]
        print(f"  {kind:11} {medians[0]:.2f} / {medians[1]:.2f}  ({len(pairs)} questions)")


def main() -> int:
    """Run the rig."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    pairs = asked.pairs or SIZES[asked.size]
    started = time.process_time()
    without_threads()
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 made private, and gone afterwards
    with tempfile.TemporaryDirectory(dir=place) as folder:
        nursery = Nursery(Path(folder))
        CCC.prepare(nursery, Path(folder), ENVELOPES)
        unnoticed = notices_leaks(nursery, asked.seed)
        tally = Tally()
        try:
            run(nursery, pairs, asked.seed, tally)
        except DifferenceError as found:
            print(f"DIFFERENCE: {found}")
            print("\n".join(getattr(found, "__notes__", [])))
            return 1
    missing = tally.missing(max(1, pairs // 100))
    report_times(tally)
    print(f"visible acts {dict(tally.visible)}\nhidden acts {dict(tally.hidden)}\nquestions {dict(tally.questions)}")
    print(f"the home told the twins apart by {dict(tally.told_apart)}")
    for each in (*missing, *(f"seeded leak not noticed: {name}" for name in unnoticed)):
        print(f"FAILED: {each}")
    total = sum(tally.pairs.values())
    print(
        f"{total} pairs {dict(tally.pairs)}, {sum(tally.questions.values())} questions to each, 0 differences; "
        f"{len(LEAKS) - len(unnoticed)} of {len(LEAKS)} seeded leaks noticed; "
        f"{time.process_time() - started:.0f} s of a core, seed {asked.seed}"
    )
    return 1 if missing or unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
