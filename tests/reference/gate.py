# SPDX-License-Identifier: MIT
"""The reference gate: the release decision in set-based SQL, from the text of docs/policy/release.md alone.

`given.sql` is what a decision is given, `labels.sql` what follows up to the deciding labels, `gate.sql` the rules. No
decision is made in Python, and nothing of the product is used: where the two differ, the page says which is wrong.
Many nodes are answered at once, each a world of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
GIVEN, LABELS, RULES = ((HERE / f"{name}.sql").read_text("utf-8") for name in ("given", "labels", "gate"))

Row = tuple[object, ...]
Facts = Mapping[str, Sequence[Row]]
"""Rows by the name of their table in given.sql."""


class Answer(NamedTuple):
    """What the gate says about a holding (`what` is its number) or an id, and a reader."""

    node: int
    what: int | str
    reader: str
    rule: str
    allowed: bool
    reason: str


class Gate:
    """One database in memory: give facts, decide once, then ask."""

    def __init__(self) -> None:
        """Start with nothing given."""
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.executescript(f"PRAGMA temp_store = MEMORY; {GIVEN}")

    def give(self, facts: Facts) -> None:
        """Add rows to what is given."""
        for table, rows in facts.items():
            if rows:
                places = ", ".join("?" * len(rows[0]))
                self.connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 our tables

    def decide(self) -> None:
        """Let everything follow from what was given."""
        self.connection.executescript(f"BEGIN; {LABELS} {RULES} COMMIT;")

    def verdicts(self) -> Iterable[Answer]:
        """Return the answer for every holding and reader."""
        return self._answers("SELECT node, holding, reader, rule, allowed, reason FROM verdict ORDER BY 1, 2, 3")

    def verdicts_of_ids(self) -> Iterable[Answer]:
        """Return the answer for every id and reader: that of the holding which would go."""
        return self._answers("SELECT node, id, reader, rule, allowed, reason FROM verdict_of_id ORDER BY 1, 2, 3")

    def _answers(self, query: str) -> Iterable[Answer]:
        for node, what, reader, rule, allowed, reason in self.connection.execute(query):
            yield Answer(node, what, reader, rule, bool(allowed), reason)

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()


def decided(facts: Iterable[Facts]) -> Gate:
    """Return a gate that has decided on several worlds at once; close it after use."""
    gate = Gate()
    for each in facts:
        gate.give(each)
    gate.decide()
    return gate
