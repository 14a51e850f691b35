# SPDX-License-Identifier: MIT
"""Short runs of the bench, and copies of their end that a test may spoil."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from tasuki.sim.bench import Bench, Plan, benched
from tasuki.sim.invariants import Scene
from tasuki.sim.workflows import memory
from tasuki.store.database import Database, Inline

SHORT = Plan(seed=7, days=2, nations=2, acts_every=timedelta(hours=3), logs_every=timedelta(hours=2))
"""Long enough that envelopes went both ways, were receipted and cosigned, and something was refused."""


@contextmanager
def played(plan: Plan = SHORT) -> Iterator[Bench]:
    """Give a bench that has played its plan, where no disk is waited for."""
    with tempfile.TemporaryDirectory(dir=memory()) as name, benched(plan, Path(name)) as bench:
        yield bench


@contextmanager
def spoilable(scene: Scene) -> Iterator[Scene]:
    """Give a copy of a scene: its records and databases may be changed, and nobody else sees it."""
    with tempfile.TemporaryDirectory(dir=memory()) as name:
        yield from _copied(scene, Path(name))


def _copied(scene: Scene, folder: Path) -> Iterator[Scene]:
    nodes = {}
    for code, node in scene.nodes.items():
        node.database.scrub()
        path = folder / f"{code}.db"
        shutil.copy(node.directory / "node.db", path)
        nodes[code] = replace(node, database=Database(f"sqlite:///{path}", Inline))
    try:
        yield replace(scene, nodes=nodes, records=deepcopy(scene.records))
    finally:
        for node in nodes.values():
            node.database.close()


def spoil(scene: Scene, code: str, statement: str) -> int:
    """Change rows of a nation's database behind its back; return how many."""
    with scene.nodes[code].database.engine.begin() as connection:
        return connection.execute(sa.text(statement)).rowcount
