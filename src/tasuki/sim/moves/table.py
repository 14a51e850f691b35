# SPDX-License-Identifier: MIT
"""All moves together, and the page about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tasuki.sim.moves import (  # noqa: F401 each adds its moves when it is imported
    access,
    airgap,
    content,
    envelope,
    hostile,
    keys,
    ledger,
    release,
    replay,
    requests,
    workflow,
)
from tasuki.sim.moves.absent import ABSENT
from tasuki.sim.moves.playing import Move, registered

GROUPS: Final = ("ENV", "REP", "KEY", "LOG", "REL", "INP", "API", "WF", "AIR")
"""The groups, in the order of the page and of the rig."""

_HEAD: Final = """# The moves of an attacker

What a compromised partner, a stranger at the door or whoever holds the disk plays against a node, and what must come
of it. Made from the code of `src/tasuki/sim/moves` by `prove/moves.py --page`; a test keeps it so.

`prove/moves.py` plays each against real nodes on loopback. Whatever is called *refused* is refused for that reason, is
named in the private audit log, and leaves every table and every view of the node as it was.

"""


def moves() -> dict[str, Sequence[Move]]:
    """Return every move there is, by id, in the order of the groups."""
    found = registered()
    return {name: found[name] for name in sorted(found, key=_place)}


def _place(name: str) -> tuple[int, str]:
    return next(place for place, group in enumerate(GROUPS) if name.startswith(group)), name


def page() -> str:
    """Return the page about all moves."""
    played = moves()
    cases = sum(len(each.over) for ways in played.values() for each in ways)
    total = f"{len(played)} moves are played in {cases} cases; {len(ABSENT)} have nothing to be played against yet.\n\n"
    return _HEAD + total + "".join(_rows()) + "\n## Nothing to be played against yet\n\n" + "".join(_missing())


def _rows() -> Iterator[str]:
    yield "| id | what is played | cases | what must come of it | where |\n|---|---|---|---|---|\n"
    for name, ways in moves().items():
        for each in ways:
            row = (name, each.plays, str(len(each.over)), each.expects.said, f"`moves/{each.module}.py`")
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n"


def _missing() -> Iterator[str]:
    yield "A test proves for each that there is no such thing; it fails once there is.\n\n"
    yield "| id | what it would play | what does not exist |\n|---|---|---|\n"
    for name, each in ABSENT.items():
        yield f"| {name} | {each.plays} | {each.why} |\n"
