# SPDX-License-Identifier: MIT
"""Ledger: what a leaf costs, proofs out of a long log, computing a log again, and a round of cosigning.

    python bench/ledger.py [--leaves 1000000] [--new 100000] [--long 10000000]

SQLite on disk. Appending and proving: one log of `--leaves`. Cosigning: two nodes in one process that hand each other
the bytes they would post; half of the `--new` leaves are envelopes sent, half are their receipts, each of which the
other side holds against its own log before it cosigns. `--long`: one pair log of so many leaves, whole at both sides
(short bodies, written in bulk), cosigned once; then what one more leaf and a thousand more take until they are
cosigned, and proofs out of it. It does not matter how the old leaves came there: every hash and subtree is stored.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from tasuki.adapters.clock import Clock, Entropy
from tasuki.app.config import configuration, profile_text
from tasuki.app.wiring import wired
from tasuki.base.canonical import Json, canonical
from tasuki.base.ids import uuid7
from tasuki.base.time import to_micros
from tasuki.core.ledger.model import AUDIT, hash_stored, mirror_log, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.core.ledger.witness import write_request
from tasuki.core.release.released import Released
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import Note, SignatureLine
from tasuki.formats.tlog.tiles import HEIGHT
from tasuki.services import ledger, partners
from tasuki.services.node import Node
from tasuki.services.setup import Order, init
from tasuki.store import ledger as store
from tasuki.store.database import insert_many

PART = 1000
PROOFS = 500
APPENDS = 10_000
ROUNDS = 50
OK = 200
ENTROPY = Entropy()
T = TypeVar("T")
Rows = list[tuple[object, ...]]


class Joined:
    """A link that calls the other node's side of the exchange in this process."""

    def __init__(self) -> None:
        """Start with nobody at the other end."""
        self.ends: list[Node] = []

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        """Return what the partner answers."""
        return self.ask(partner, path, body)[1]

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        """Return status and body of what the partner answers."""
        here = next(node for node in self.ends if node.me == partner.name)
        asker = next(node.anchor for node in self.ends if node.me != partner.name)
        if path == ledger.MIRROR:
            return 200, ledger.receive_mirror(here, asker, body.body).body
        reply = ledger.add_checkpoint(here, asker, body.body)
        return reply.status, reply.body.body


def node(stack: ExitStack, folder: Path, participant: str, link: Joined) -> Node:
    """Return a node of its own directory, joined to the others."""
    directory = folder / participant
    order = Order(directory=directory, profile=profile_text("japan-uk"), participant=participant)
    init(order, Clock(), ENTROPY)
    made = stack.enter_context(wired(configuration(directory), link=link))
    link.ends.append(made)
    return made


def trust(one: Node, other: Node) -> None:
    """Let two nodes hold each other's anchor, compared."""
    for here, there in ((one, other), (other, one)):
        partners.add(here, partners.export_trust(there).body)
        partners.compare(here, there.me.participant, partners.own_anchor(there).fingerprint, ("A", "B"))


def entry(kind: str, body: dict[str, Json]) -> store.Entry:
    """Return a leaf to be added."""
    return store.Entry(kind=kind, salt=ENTROPY.draw(32), body=canonical(body), env_id=str(body["env_id"]))


def exchange(count: int) -> Iterator[tuple[store.Entry, store.Entry, store.Entry]]:
    """Give the leaves of `count` envelopes: sent here, receipt given there, receipt held here."""
    now = Clock().now()
    for seq in range(1, count + 1):
        place: dict[str, Json] = {
            "env_id": uuid7(now, ENTROPY.draw(10)),
            "env_hash": hashlib.sha256(b"envelope %d" % seq).hexdigest(),
            "lane": "bulk",
            "epoch": 1,
            "seq": seq,
        }
        answer: dict[str, Json] = {"status": "stored", "receipt_hash": hashlib.sha256(b"receipt %d" % seq).hexdigest()}
        yield (
            entry("envelope-sent", {**place, "type": "objects", "policy": "0" * 64}),
            entry("receipt-issued", {**place, **answer}),
            entry("receipt-held", {**place, **answer, "log_index": seq - 1}),
        )


def keep(here: Node, log: str, entries: list[store.Entry]) -> None:
    """Add leaves to a log in large parts."""
    for start in range(0, len(entries), PART):
        part = entries[start : start + PART]
        here.database.write(lambda connection, part=part: store.extend(connection, log, part, here.clock.now()))


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall and of this process on its cores: on a busy machine the second is the one to compare."""

    wall: float
    cpu: float


def timed(act: Callable[..., T], *arguments: object) -> tuple[Spent, T]:
    """Return what an act takes, and what it gives."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = act(*arguments)
    return Spent(time.perf_counter() - wall, time.process_time() - cpu), given


def append(here: Node, count: int) -> Spent:
    """Return what `count` leaves take, one call each, in transactions of a thousand."""
    sent = [body for body, _, _ in exchange(count)]

    def work(connection: sa.Connection, part: list[store.Entry]) -> None:
        for each in part:
            store.extend(connection, AUDIT, [each], here.clock.now())

    def everything() -> None:
        for start in range(0, count, PART):
            here.database.write(lambda connection, start=start: work(connection, sent[start : start + PART]))

    return timed(everything)[0]


def included(connection: sa.Connection, index: int, size: int, period: Period) -> list[bytes]:
    """Return an inclusion proof, read afresh."""
    return merkle.inclusion_proof(index, size, store.range_of(connection, period))


def consistent(connection: sa.Connection, old: int, size: int, period: Period) -> list[bytes]:
    """Return a consistency proof, read afresh."""
    return merkle.consistency_proof(old, size, store.range_of(connection, period))


def prove(here: Node, size: int, log: str = AUDIT) -> tuple[list[Spent], list[Spent]]:
    """Return what inclusion and consistency proofs take; every one is verified."""
    chance, period = random.Random(1), Period(log=log)
    inclusion: list[Spent] = []
    consistency: list[Spent] = []
    with here.database.read() as connection:
        root = store.root_at(connection, log, size)
        for _ in range(PROOFS):
            index, old = chance.randrange(size), chance.randrange(1, size)
            spent, proof = timed(included, connection, index, size, period)
            inclusion.append(spent)
            leaf = store.range_of(connection, period)(index, index + 1)
            merkle.verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root_hash=root)
            spent, proof = timed(consistent, connection, old, size, period)
            consistency.append(spent)
            before = store.root_at(connection, log, old)
            merkle.verify_consistency(old=old, new=size, old_root=before, new_root=root, proof=proof)
    return inclusion, consistency


def quantiles(spent: list[Spent]) -> str:
    """Return p50 and p99 on the wall, p50 of CPU, in milliseconds, and how many."""
    ordered = sorted(each.wall for each in spent)
    cpu = sorted(each.cpu for each in spent)[len(spent) // 2]
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms   CPU p50 {cpu * 1000:6.1f} ms   of {len(ordered)}"


def line(what: str, spent: Spent, leaves: int) -> str:
    """Return one line of the table for so many leaves."""
    each = f"{spent.wall / leaves * 1e6:8.1f} us a leaf   CPU {spent.cpu / leaves * 1e6:8.1f} us"
    return f"{what:<40}{each}   {spent.wall:8.1f} s"


def long_log(here: Node, leaves: int) -> None:
    """Measure one long log and print its lines."""
    first = append(here, APPENDS)
    keep(here, AUDIT, [sent for sent, _, _ in exchange(leaves - APPENDS)])
    last = append(here, APPENDS)
    with here.database.read() as connection:
        size = store.size(connection, AUDIT)
    signed, _ = timed(ledger.checkpoint, here, AUDIT)
    inclusion, consistency = prove(here, size)
    print(line("append one by one, empty log", first, APPENDS))
    print(line(f"append one by one at {leaves:,}", last, APPENDS))
    print(line(f"re-hash and sign {size:,}", signed, size))
    print(f"{f'inclusion proof at {size:,}':<40}{quantiles(inclusion)}")
    print(f"{f'consistency proof at {size:,}':<40}{quantiles(consistency)}")
    print(line(f"audit {size:,}", timed(ledger.examine, here, None)[0], size))


def cosigning(one: Node, other: Node, new: int) -> None:
    """Measure rounds of cosigning and print their lines."""
    trust(one, other)
    rows = list(exchange(new // 2))
    keep(other, pair_log(one.me.participant), [issued for _, issued, _ in rows])
    keep(one, pair_log(other.me.participant), [sent for sent, _, _ in rows] + [held for _, _, held in rows])
    partner = other.me.participant
    spent, _ = timed(ledger.cosign_with, one, partner)
    print(line(f"cosign {new:,} new, both sides", spent, new))
    single = []
    for _ in range(50):
        keep(one, pair_log(partner), [entry("envelope-sent", {**_next_place(one, partner)})])
        single.append(timed(ledger.cosign_with, one, partner)[0])
    print(f"{f'cosign 1 new at {new:,}, both sides':<40}{quantiles(single)}")


class Filled:
    """The tree of a log that is written in bulk: leaves in order, subtrees as they become full."""

    def __init__(self) -> None:
        """Start empty."""
        self.frontier: list[bytes] = []
        self.size = 0
        # Of this year: else the first round would open a period, and measure a short log.
        self._at = to_micros(Clock().now())

    def block(self, count: int) -> tuple[Rows, Rows]:
        """Return the next rows of leaves and of subtrees, without the name of the log."""
        leaves: Rows = []
        subtrees: Rows = []
        for index in range(self.size, self.size + count):
            salt, body = index.to_bytes(32, "big"), b'{"n":%d}' % index
            value = hash_stored(salt, "filler", body)
            leaves.append((index, "filler", None, salt, body, value, self._at))
            roots = merkle.completed(self.frontier, index, value)
            self.frontier = [*self.frontier[: len(self.frontier) - len(roots) + 1], roots[-1]]
            heights = range(HEIGHT, len(roots), HEIGHT)
            subtrees += [(0, height // HEIGHT, index >> height, roots[height]) for height in heights]
        self.size += count
        return leaves, subtrees


def fill(sides: list[tuple[Node, str]], count: int) -> None:
    """Give the same log of `count` leaves to both sides, in parts of 65,536."""
    tree = Filled()

    def work(connection: sa.Connection, log: str, rows: tuple[Rows, Rows]) -> None:
        leaves, subtrees = ([(log, *row) for row in each] for each in rows)
        insert_many(connection, store.LEAVES, "log leaf_index kind env_id salt body hash at", leaves)
        insert_many(connection, store.SUBTREES, "log start level position root", subtrees)

    while tree.size < count:
        rows = tree.block(min(65_536, count - tree.size))
        for here, log in sides:
            here.database.write(partial(work, log=log, rows=rows))
    values = {"start": 0, "year": 0, "size": tree.size, "frontier": b"".join(tree.frontier)}
    for here, log in sides:
        opening = store.LOGS.insert().values(log=log, **values)
        here.database.write(lambda connection, opening=opening: connection.execute(opening))


def cosign_first(one: Node, other: Node) -> None:
    """Have the filled log signed and cosigned as it stands, without hashing all of it again."""
    period = Period(log=pair_log(other.me.participant))
    with one.database.read() as connection:
        size, root = store.root(connection, period.log)
    now = one.clock.now()
    key = ledger.log_key(one.anchor, period.log, now)
    text = Checkpoint(origin=key.name, size=size, root=root).text
    line = SignatureLine(name=key.name, key_id=key.id, signature=one.signer.sign_checkpoint(text.encode()))
    note = Note(text=text, lines=(line,)).raw
    reply = ledger.add_checkpoint(other, one.anchor, write_request(0, (), note))
    if reply.status != OK:
        raise SystemExit(reply.body.body.decode())

    def work(connection: sa.Connection) -> None:
        store.keep_checkpoint(connection, period, size, note, now)
        store.keep_cosigned(connection, period, size, note + reply.body.body)

    one.database.write(work)


def very_long(one: Node, other: Node, count: int) -> None:
    """Measure one very long pair log and print its lines."""
    log = pair_log(other.me.participant)
    spent, _ = timed(fill, [(one, log), (other, mirror_log(one.me.participant))], count)
    print(line(f"fill {count:,} in bulk, both sides", spent, count))
    spent, _ = timed(cosign_first, one, other)
    print(f"{f'sign and cosign at {count:,}, nothing new':<40}{spent.wall:8.3f} s   CPU {spent.cpu:8.3f} s")
    for new in (1, PART):
        took = []
        for _ in range(ROUNDS):
            entries = [entry("envelope-sent", _next_place(one, other.me.participant)) for _ in range(new)]
            keep(one, log, entries)
            took.append(timed(ledger.cosign_with, one, other.me.participant)[0])
        print(f"{f'cosign {new:,} new at {count:,}, both sides':<40}{quantiles(took)}")
    with one.database.read() as connection:
        size = store.size(connection, log)
    inclusion, consistency = prove(one, size, log)
    print(f"{f'inclusion proof at {size:,}':<40}{quantiles(inclusion)}")
    print(f"{f'consistency proof at {size:,}':<40}{quantiles(consistency)}")


def _next_place(here: Node, partner: str) -> dict[str, Json]:
    with here.database.read() as connection:
        size = store.size(connection, pair_log(partner))
    return {
        "env_id": uuid7(here.clock.now(), ENTROPY.draw(10)),
        "env_hash": hashlib.sha256(b"one more %d" % size).hexdigest(),
        "lane": "urgent",
        "epoch": 1,
        "seq": size,
        "type": "objects",
        "policy": "0" * 64,
    }


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=100_000)
    parser.add_argument("--long", type=int, default=10_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        link = Joined()
        gbr, jpn = (node(stack, Path(name), participant, link) for participant in ("GBR", "JPN"))
        print(f"python bench/ledger.py --leaves {asked.leaves} --new {asked.new} --long {asked.long}")
        if asked.new:
            cosigning(gbr, jpn, asked.new)
        if asked.leaves:
            long_log(jpn, asked.leaves)
    if asked.long:
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            link = Joined()
            gbr, jpn = (node(stack, Path(name), participant, link) for participant in ("GBR", "JPN"))
            trust(gbr, jpn)
            very_long(gbr, jpn, asked.long)


if __name__ == "__main__":
    main()
