# SPDX-License-Identifier: MIT
"""Gate: decisions per second on one core, from a cold closure of 20 objects and from a stored label.

python bench/gate.py
"""

from __future__ import annotations

import itertools
import random
import time
from datetime import UTC, datetime

from tasuki.app.config import profile_text
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_of
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.core.release.circumstances import Circumstances
from tasuki.core.release.closure import close
from tasuki.core.release.rules import Gate, rules_for
from tasuki.services.setup import read_profile

READER = Audience.parse("JPN/nco:csirt")
AT = Circumstances(now=datetime(2026, 3, 1, tzinfo=UTC))
CLOSURE = 20
GRAPHS = 20_000
ASKS = 2_000_000


def labels() -> list[Label]:
    """Return the labels of a busy store: every TLP, some caveats, some blocks."""
    levels = ("clear", "green", "amber", "amber+strict", "red")
    caveats = ((), (("JPN/nco:csirt",),), (("JPN", "GBR"),), (("GBR/ncsc:csirt",),))
    blocks = ((), ("unknown-handling",))
    return [
        label_of(levels=[level], caveats=caveat, blocked=blocked, originator="GBR")
        for level, caveat, blocked in itertools.product(levels, caveats, blocks)
    ]


def cold(gate: Gate) -> float:
    """Return closures of 20 objects walked, labelled and decided per second."""
    chance = random.Random(1)
    known = labels()
    numbers = {label: number for number, label in enumerate(known)}
    met: dict[tuple[int, int], int] = {}

    def meet_numbers(one: int, other: int) -> int:
        pair = (one, other) if one < other else (other, one)
        number = met.get(pair)
        if number is None:
            label = meet(known[one], known[other])
            number = numbers.setdefault(label, len(known))
            if number == len(known):
                known.append(label)
            met[pair] = number
        return number

    graphs = []
    for _ in range(GRAPHS):
        own = [chance.randrange(len(numbers)) for _ in range(CLOSURE)]
        edges = [[chance.randrange(CLOSURE) for _ in range(2)] + [(i + 1) % CLOSURE] for i in range(CLOSURE)]
        graphs.append((own, edges))
    began = time.process_time()
    for own, edges in graphs:
        number = close(0, own=own.__getitem__, references=edges.__getitem__, meet_numbers=meet_numbers)
        gate.verdict(number, known[number], READER, AT)
    return GRAPHS / (time.process_time() - began)


def stored(gate: Gate) -> float:
    """Return decisions on stored closure labels per second."""
    known = labels()
    chance = random.Random(2)
    asked = [(number, known[number]) for number in chance.choices(range(len(known)), k=1000)] * (ASKS // 1000)
    ask = gate.verdict
    began = time.process_time()
    for number, label in asked:
        ask(number, label, READER, AT)
    return ASKS / (time.process_time() - began)


def main() -> None:
    """Run and print the table."""
    gate = Gate(rules_for(read_profile(profile_text("japan-uk")), Audience.parse("GBR/ncsc:csirt")))
    print(f"cold closures of {CLOSURE} objects per CPU second  {cold(gate):12,.0f}")
    print(f"stored labels per CPU second            {stored(gate):12,.0f}")


if __name__ == "__main__":
    main()
