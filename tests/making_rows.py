# SPDX-License-Identifier: MIT
"""Holdings as rows of a store, without a node: for what stores promise about them."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from tasuki.base.time import parse_rfc3339
from tasuki.core.holdings.model import State
from tasuki.core.markings.labels import label_of
from tasuki.store import holdings
from tasuki.store.database import Database
from tasuki.store.holdings import NewHolding, Numbers
from tasuki.store.release import Labels

NOW = parse_rfc3339("2026-03-01T12:00:00Z")
GREEN = label_of(levels=["green"], caveats=(), blocked=(), originator="AAA")
HANDLING = '{"dispose_by":null}'


def name(number: int) -> str:
    return f"indicator--{number:08}-0000-4000-8000-000000000000"


def row(number: int, source: str = "local", version: int = 1) -> NewHolding:
    """Return a holding about to be committed."""
    return NewHolding(
        stix_id=name(number), type="indicator", version=version, source=source, originator="AAA",
        digest=hashlib.sha256(f"{number}{source}{version}".encode()).digest(), size=1, spec_version="2.1",
        ciphertext=b"c", wrapped=b"w", handling=HANDLING, label=GREEN, flags="", words="", references=(),
    )  # fmt: skip


def hold(database: Database, *rows: NewHolding) -> int:
    """Hold rows; return the position of the first, the others follow."""

    def work(connection: sa.Connection) -> int:
        known = Numbers(
            ids=holdings.identify(connection, (each.stix_id for each in rows)),
            labels={GREEN: Labels().number(connection, GREEN)},
            handling={HANDLING: holdings.handling_number(connection, HANDLING)},
        )
        return holdings.add(connection, [(each, State.HELD) for each in rows], known, NOW)

    return database.write(work)
