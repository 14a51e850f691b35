# SPDX-License-Identifier: MIT
"""A process that writes: `writing_process.py URL SOURCE ACTS`; it starts when its input says so."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime

import sqlalchemy as sa

from tasuki.core.holdings.model import State
from tasuki.core.ledger.model import AUDIT
from tasuki.core.markings.model import Label, Tlp
from tasuki.store import holdings, ledger, schema
from tasuki.store.database import Database
from tasuki.store.holdings import NewHolding, Numbers
from tasuki.store.release import Labels

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
LABELS = [Label(tlp=tlp, releasable_to=None, originators=frozenset({"GBR"}), blocked=frozenset()) for tlp in Tlp]


def holding(source: str, act: int, number: int) -> NewHolding:
    # Both processes meet the same ids and labels for the first time.
    stix_id = f"indicator--{act:08}-0000-4000-8000-{number:012}"
    return NewHolding(
        stix_id=stix_id, type="indicator", version=1, source=source, originator="GBR",
        digest=hashlib.sha256(f"{source} {stix_id}".encode()).digest(), size=1, spec_version="2.1", ciphertext=b"c",
        wrapped=b"w", handling="{}", label=LABELS[act % len(LABELS)], flags="", words="", references=(),
    )  # fmt: skip


def act(connection: sa.Connection, source: str, number: int) -> None:
    """Hold some and log it, in an order that differs from act to act: whoever locked row by row would wait for ever."""
    rows = [holding(source, number, each) for each in range(number % 3 + 1)]

    def log() -> None:
        ledger.append(connection, AUDIT, "holding:import", {"held": len(rows)}, NOW, bytes(32))

    def hold() -> None:
        known = Numbers(
            ids=holdings.identify(connection, [row.stix_id for row in rows]),
            labels={row.label: Labels().number(connection, row.label) for row in rows},
            handling={"{}": holdings.handling_number(connection, "{}")},
        )
        holdings.add(connection, [(row, State.HELD) for row in rows], known, NOW)

    for step in (log, hold) if number % 2 else (hold, log):
        step()


def main() -> None:
    url, source, acts = sys.argv[1:]
    database = Database(url)
    schema.guard(database)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    futures = [database.writer.submit(lambda c, n=number: act(c, source, n)) for number in range(int(acts))]
    for future in futures:
        future.result()
    database.close()


if __name__ == "__main__":
    main()
