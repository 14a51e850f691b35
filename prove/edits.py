# SPDX-License-Identifier: MIT
"""Every edit of a log is found, and the leaf named (P11).

Two nodes with logs over two periods. A leaf, a tree or a checkpoint is changed behind a node's back: in its store, in
the mirror it holds of the partner's log, in a copy of its database as a backup is, or in an export (tiles); then the
audit, or the check of the export, is asked. An edit counts as found when a difference is told, and as named when one of
them gives the leaf, or the smallest range that what is signed allows: the leaves between two checkpoints, one tile, or
a mirrored period. An attacker of the rewriting kinds has the whole store and recomputes every hash, subtree and edge;
only the signatures are not his. A log that was cut clean, checkpoints and all, is found when the partner is asked.

usage: prove/edits.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "prove" / "making"), str(ROOT / "tests")]

import sqlalchemy as sa  # noqa: E402 after the path
from log_states import Memory, two_logs  # noqa: E402 found beside the rig

from making_ledger import log_leaf  # noqa: E402
from tasuki.base.errors import WorldError  # noqa: E402
from tasuki.base.reasons import Reason  # noqa: E402
from tasuki.core.ledger.model import AUDIT, hash_stored  # noqa: E402
from tasuki.core.ledger.periods import Period  # noqa: E402
from tasuki.core.ledger.tiles import examine_tiles  # noqa: E402
from tasuki.formats.tlog import merkle  # noqa: E402
from tasuki.formats.tlog.checkpoint import parse_checkpoint  # noqa: E402
from tasuki.formats.tlog.note import parse_note  # noqa: E402
from tasuki.formats.tlog.tiles import HEIGHT, Tile, tiles_of  # noqa: E402
from tasuki.services import ledger  # noqa: E402
from tasuki.services.node import Node  # noqa: E402
from tasuki.store import backup  # noqa: E402
from tasuki.store import ledger as store  # noqa: E402
from tasuki.store.database import Database  # noqa: E402

SIZES = {"ci": 200, "full": 10_000}
ROUNDS = {"ci": 4, "full": 12}
OURS, THEIRS = "pair:JPN", "mirror:JPN"
PLACES = (OURS, THEIRS, AUDIT)

Row = dict[str, Any]
Edit = Callable[[random.Random, "list[Row]"], "tuple[list[Row], int, bool]"]
"""From the leaves of a log to what is left, the first leaf that is not what it was, and whether trees follow."""


def flip(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Turn one bit of a salt, a body or a hash."""
    at = chance.randrange(len(rows))
    column = chance.choice(("salt", "body", "hash"))
    raw = rows[at][column]
    bit = chance.randrange(len(raw) * 8)
    turned = raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :]
    return _with(rows, at, {column: turned}), at, False


def refile(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """File a leaf under another kind or another envelope."""
    at = chance.randrange(len(rows))
    change = {"kind": "something-else"} if chance.randrange(2) else {"env_id": "another"}
    return _with(rows, at, change), at, False


def delete(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Take a leaf out and leave the gap."""
    at = chance.randrange(len(rows))
    return rows[:at] + rows[at + 1 :], at, False


def append(_: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Add a leaf behind the end of the log."""
    return [*rows, {**rows[-1], "leaf_index": len(rows)}], len(rows), False


def rewrite(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Give a leaf another salt, and everything its new hash."""
    at = chance.randrange(len(rows))
    return _with(rows, at, {"salt": chance.randbytes(32)}), at, True


def close_gap(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Take a leaf out and move the rest up."""
    at = chance.randrange(len(rows) - 1)
    return _numbered(rows[:at] + rows[at + 1 :]), at, True


def insert(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Put a leaf between two others."""
    at = chance.randrange(len(rows))
    forged = {**rows[at], "salt": chance.randbytes(32)}
    return _numbered([*rows[:at], forged, *rows[at:]]), at, True


def reorder(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Let two leaves change places."""
    first, second = sorted(chance.sample(range(len(rows)), 2))
    moved = list(rows)
    moved[first], moved[second] = moved[second], moved[first]
    return _numbered(moved), first, True


def truncate(chance: random.Random, rows: list[Row]) -> tuple[list[Row], int, bool]:
    """Cut leaves off the end; the checkpoints over them stay."""
    at = chance.randrange(1, len(rows))
    return rows[:at], at, True


EDITS: tuple[Edit, ...] = (flip, refile, delete, append, rewrite, close_gap, insert, reorder, truncate)


def _with(rows: list[Row], at: int, change: Mapping[str, Any]) -> list[Row]:
    return [*rows[:at], {**rows[at], **change}, *rows[at + 1 :]]


def _numbered(rows: list[Row]) -> list[Row]:
    return [{**row, "leaf_index": number} for number, row in enumerate(rows)]


class Bench:
    """Two nodes, what they remembered before each edit, and what was found of it."""

    def __init__(self, gbr: Node, jpn: Node, folder: Path) -> None:
        """Remember both as they are."""
        self.gbr, self.jpn = gbr, jpn
        self._memory = Memory(gbr)
        copy = folder / "backup.db"
        backup.copy_sqlite(gbr.database.engine, copy)
        self._copy = replace(gbr, database=Database(f"sqlite:///{copy}"))
        self._copied = Memory(self._copy)
        with gbr.database.read() as connection:
            self._periods = {log: store.periods(connection, log) for log in PLACES}
            self._leaves = {log: _leaves(connection, log) for log in PLACES}
            self._exports = [_exported(connection, period) for period in self._periods[OURS]]
        self.seen: Counter[str] = Counter()

    def close(self) -> None:
        """Close what was opened here."""
        self._copy.database.close()

    def in_store(self, chance: random.Random) -> str | None:
        """Edit a log in the store or in a copy; return what went wrong with it, if anything."""
        copied = chance.randrange(4) == 0
        node, memory = (self._copy, self._copied) if copied else (self.gbr, self._memory)
        log = chance.choice(PLACES)
        edit = chance.choice(EDITS)
        rows, at, follows = edit(chance, self._leaves[log])
        node.database.write(lambda connection: _put(connection, self._periods[log], rows, follow=follows))
        found = [each for examined in ledger.examine(node, None) for each in examined.differences]
        memory.bring_back(node)
        place = "backup" if copied else "mirror" if log == THEIRS else "store"
        return self._judge(f"{place} {edit.__name__}", log, at, found)

    def cut_clean(self, chance: random.Random) -> str | None:
        """Cut our log with all that was signed over it, and go on: only the partner knows."""
        at = chance.randrange(1, len(self._leaves[OURS]))
        self.gbr.database.write(lambda connection: _cut(connection, self._periods[OURS], self._leaves[OURS][:at]))
        log_leaf(self.gbr, "JPN", seq=1)
        with self.gbr.database.read() as connection:
            signed = store.checkpoint_count(connection, OURS)
        try:
            ledger.cosign_with(self.gbr, "JPN")
            said = "nothing"
        except WorldError as error:
            said = error.reason.code
        with self.gbr.database.read() as connection:
            unsigned = store.checkpoint_count(connection, OURS) == signed
        self._memory.bring_back(self.gbr)
        self.seen["store cut clean"] += 1
        fit = said in ("ledger.mirror-ahead", "ledger.mirror-other", "ledger.periods-ahead") and unsigned
        return None if fit else f"cut clean at {at}: {said}, {'not ' if unsigned else ''}signed"

    def in_export(self, chance: random.Random) -> str | None:
        """Edit a file of an export."""
        size, root, files = chance.choice(self._exports)
        changed = dict(files)
        path = chance.choice(sorted(files))
        raw = files[path]
        kind = chance.choice(("flip", "cut", "gone", "grow", "swap"))
        if kind == "flip":
            bit = chance.randrange(len(raw) * 8)
            changed[path] = raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :]
        elif kind == "cut":
            changed[path] = raw[: chance.randrange(len(raw))]
        elif kind == "gone":
            del changed[path]
        elif kind == "grow":
            changed[path] = raw + raw[-chance.randrange(1, 33) :]
        else:
            half = len(raw) // 2
            changed[path] = raw[half:] + raw[:half]
        found = examine_tiles(changed.get, size, root)
        self.seen[f"tiles {kind}"] += 1
        if changed == files:
            return None
        named = all({"index", "start"} & set(reason.params) for reason in found)
        return None if found and named else f"tiles {kind} of {path}: {[each.code for each in found]}"

    def _judge(self, what: str, log: str, at: int, found: list[Reason]) -> str | None:
        self.seen[what] += 1
        if not found:
            return f"{what} at {log} {at}: not found"
        spans = [span for reason in found if (span := self._span(log, reason)) is not None]
        if any(start == end == at for start, end in spans):
            self.seen["named exactly"] += 1
            return None
        if any(start <= at <= end for start, end in spans):
            self.seen["named within what is signed"] += 1
            return None
        return f"{what} at {log} {at}: named otherwise: {[(each.code, dict(each.params)) for each in found][:4]}"

    def _span(self, log: str, reason: Reason) -> tuple[int, int] | None:
        """Return the leaves a difference names, counted over the whole log."""
        named = str(reason.params.get("log", THEIRS if reason.code == "ledger.mirror-false" else ""))
        if named != log and not named.startswith(f"{log}/"):
            return None
        period = next(each for each in self._periods[log] if each.name == named)
        number = {name: value for name, value in reason.params.items() if isinstance(value, int)}
        if "index" in number:
            return number["index"], number["index"]
        if "good" in number:
            return period.start + number["good"], period.start + number["last"]
        if "start" in number:
            return period.start + number["start"], period.start + number["end"]
        return (period.start, period.start + number["size"] - 1) if "size" in number else None


def _leaves(connection: sa.Connection, log: str) -> list[Row]:
    query = sa.select(store.LEAVES).where(store.LEAVES.c.log == log).order_by(store.LEAVES.c.leaf_index)
    return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 the documented name


def _put(connection: sa.Connection, periods: list[Period], rows: list[Row], *, follow: bool) -> None:
    """Write the leaves of a log; where the trees follow, hashes, subtrees and edges are made to fit them."""
    log = periods[0].log
    fitting = [{**row, "hash": hash_stored(row["salt"], row["kind"], row["body"])} for row in rows] if follow else rows
    connection.execute(store.LEAVES.delete().where(store.LEAVES.c.log == log))
    connection.execute(store.LEAVES.insert(), fitting)
    if follow:
        _fit(connection, periods, fitting)


def _fit(connection: sa.Connection, periods: list[Period], rows: list[Row]) -> None:
    log = periods[0].log
    connection.execute(store.SUBTREES.delete().where(store.SUBTREES.c.log == log))
    for period, later in zip(periods, [*periods[1:], None], strict=True):
        frontier: list[bytes] = []
        inside = [
            row
            for row in rows
            if row["leaf_index"] >= period.start and (later is None or row["leaf_index"] < later.start)
        ]
        for index, row in enumerate(inside):
            roots = merkle.completed(frontier, index, row["hash"])
            frontier = merkle.grow(frontier, index, row["hash"])
            for height in range(HEIGHT, len(roots), HEIGHT):
                values = {"log": log, "start": period.start, "level": height // HEIGHT, "position": index >> height}
                connection.execute(store.SUBTREES.insert().values(**values, root=roots[height]))
        here = store.LOGS.c.log == log, store.LOGS.c.start == period.start
        connection.execute(store.LOGS.update().where(*here).values(size=len(inside), frontier=b"".join(frontier)))


def _cut(connection: sa.Connection, periods: list[Period], rows: list[Row]) -> None:
    """Leave a log as it was with these leaves: trees, periods and checkpoints as they were then."""
    log, end = periods[0].log, len(rows)
    _put(connection, periods, rows, follow=True)
    for table, beyond in (
        (store.LOGS, store.LOGS.c.start >= end),
        (store.CHECKPOINTS, store.CHECKPOINTS.c.start + store.CHECKPOINTS.c.size > end),
    ):
        connection.execute(table.delete().where(table.c.log == log, beyond))


def _exported(connection: sa.Connection, period: Period) -> tuple[int, bytes, dict[str, bytes]]:
    """Return size, root and tiles of a period, as an export writes them."""
    signed = store.checkpoint_of(connection, period, cosigned=True)
    if signed is None:
        message = f"expected a cosigned checkpoint of {period.name}"
        raise ValueError(message)
    state = parse_checkpoint(parse_note(signed.note).text)
    row = store.row_of(connection, period)
    leaves = store.leaves(connection, period.log, period.start, period.start + state.size)
    files: dict[str, bytes] = {}
    for tile in tiles_of(state.size):
        files[tile.path] = b"".join(row(tile.level or 0, tile.first, tile.width))
        if tile.level == 0:
            entries = [leaf.commitment for leaf in leaves[tile.first : tile.first + tile.width]]
            bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
            files[Tile(level=None, index=tile.index, width=tile.width).path] = bundle
    return state.size, state.root, files


def main() -> int:
    """Run the edits and say what was found of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began, count = time.monotonic(), SIZES[given.size]
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as name, two_logs(Path(name), ROUNDS[given.size]) as (gbr, jpn, _):
        bench = Bench(gbr, jpn, Path(name))
        whole = [each for node in (gbr, jpn) for found in ledger.examine(node, None) for each in found.differences]
        bench._memory.bring_back(gbr)  # noqa: SLF001 the audit above is an entry of its own
        acts = (bench.in_store, bench.in_store, bench.in_store, bench.in_export, bench.cut_clean)
        wrong = [said for number in range(count) if (said := acts[number % len(acts)](chance)) is not None]
        bench.close()
    for said in wrong[:10]:
        print(f"edits: {said}")
    seen = ", ".join(f"{what} {number}" for what, number in sorted(bench.seen.items()))
    minutes = (time.monotonic() - began) / 60
    print(f"edits: {count} edits, seed {given.seed}: {len(wrong)} not found or not named; {seen}; {minutes:.1f} min")
    if whole:
        print(f"edits: the logs differed before any edit: {whole[:3]}")
    return 1 if wrong or whole else 0


if __name__ == "__main__":
    sys.exit(main())
