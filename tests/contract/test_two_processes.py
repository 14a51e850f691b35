# SPDX-License-Identifier: MIT
"""Two processes of a node on one PostgreSQL: positions and leaves come in order, none behind a reader."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from tasuki.core.ledger.model import AUDIT
from tasuki.formats.tlog import merkle
from tasuki.store import holdings, ledger
from tasuki.store.database import Database
from tasuki.store.release import LABELS

ACTS = 150
HELD = 2 * sum(number % 3 + 1 for number in range(ACTS))


def start(stack: ExitStack, url: str, source: str) -> subprocess.Popen[str]:
    program = Path(__file__).with_name("writing_process.py")
    process = subprocess.Popen(
        [sys.executable, program, url, source, str(ACTS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    stack.enter_context(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_reader_that_follows_positions_misses_nothing_of_two_writers(postgres_url):
    database = Database(postgres_url)
    seen: list[int] = []
    sources: set[str] = set()
    with ExitStack() as stack:
        writers = [start(stack, postgres_url, source) for source in ("local", "JPN")]
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        while len(seen) < HELD:
            ended = all(writer.poll() is not None for writer in writers)
            with database.read() as connection:
                bodies = holdings.sealed_after(connection, seen[-1] if seen else 0, 50)
            seen.extend(body.position for body in bodies)
            sources.update(body.source for body in bodies)
            assert bodies or not ended, f"{len(seen)} of {HELD} were seen"
    assert [writer.returncode for writer in writers] == [0, 0]
    # Without a gap and in order: a position that came late would lie behind the cursor and never be read.
    assert seen == list(range(1, HELD + 1))
    assert sources == {"local", "JPN"}
    with database.read() as connection:
        leaves = list(ledger.stored_leaves(connection, AUDIT))
        assert [leaf.index for leaf in leaves] == list(range(2 * ACTS))
        assert ledger.root(connection, AUDIT) == (2 * ACTS, merkle.root([leaf.hash for leaf in leaves]))
        # Both met the same ids and labels first, and neither made a second of any.
        ids = sum(number % 3 + 1 for number in range(ACTS))
        assert connection.execute(sa.select(sa.func.count()).select_from(holdings.IDS)).scalar_one() == ids
        assert connection.execute(sa.select(sa.func.count()).select_from(LABELS)).scalar_one() == 5
    database.close()
