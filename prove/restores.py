# SPDX-License-Identifier: MIT
"""Restores: old copies are put back at random points of random histories of two nodes.

    python prove/restores.py --size ci|full [--seed N]

Each history shares, recalls, narrows, revokes and disposes both ways, with real keys. Now and then a node loses its
database, and a random earlier copy takes its place, with the journal or without. Everything that ever leaves a node
is remembered. Then it must hold:

* nothing that was recalled, narrowed away or disposed of is used or held again: with the journal at no moment, without
  it at no moment at which the node is open;
* no second history: no two envelopes under one number, no two receipts for one envelope, no two roots of one size;
* what a node acknowledged and its partner still has is held again; both logs agree envelope by envelope.

Ends with 1 where something is wrong; the line names the seed of the history.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

import sqlalchemy as sa  # noqa: E402 found beside the rig

from making_nodes import Hands, two_nodes  # noqa: E402 found beside the rig
from making_recovery import copied, put_back, receive  # noqa: E402
from making_release import indicator, take_in, uid  # noqa: E402
from tasuki.base.errors import TasukiError  # noqa: E402
from tasuki.base.ids import Audience  # noqa: E402
from tasuki.formats.envelope.envelope import MAGIC as ENVELOPE  # noqa: E402
from tasuki.formats.envelope.envelope import read_envelope  # noqa: E402
from tasuki.formats.envelope.receipt import is_receipt, read_receipt  # noqa: E402
from tasuki.formats.tlog.checkpoint import parse_checkpoint  # noqa: E402
from tasuki.formats.tlog.note import parse_note  # noqa: E402
from tasuki.services import holdings, ledger, recovery, release, withdrawal  # noqa: E402
from tasuki.services.channel import sync  # noqa: E402
from tasuki.services.node import Node  # noqa: E402
from tasuki.store import holdings as store  # noqa: E402
from tasuki.store import sending  # noqa: E402

HISTORIES = {"ci": 8, "full": 500}
STEPS: Final = 40
TEAM: Final = {"GBR": "GBR/ncsc:csirt", "JPN": "JPN/nco:csirt"}
OTHER: Final = {"GBR": "JPN", "JPN": "GBR"}


@dataclass(slots=True)
class Said:
    """Everything that ever left either node, by what may be said once only."""

    once: dict[tuple[Any, ...], str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def hear(self, path: str, body: bytes, answer: Any) -> None:
        """Note a request and its answer."""
        if body.startswith(ENVELOPE):
            envelope = read_envelope(body)
            header = envelope.header
            place = ("envelope", str(header.sender), str(header.recipient), header.lane, header.epoch, header.seq)
            self._once(place, envelope.hash)
        raw = answer[1] if isinstance(answer, tuple) else answer
        if is_receipt(raw):
            signed = read_receipt(raw)
            self._once(("receipt", str(signed.receipt.by), signed.receipt.env_id), signed.hash)
        if path == ledger.ADD_CHECKPOINT:
            text = parse_note(body.partition(b"\n\n")[2]).text
            state = parse_checkpoint(text)
            self._once(("checkpoint", state.origin, state.size), state.root.hex())

    def _once(self, key: tuple[Any, ...], value: str) -> None:
        self.counts[str(key[0])] += 1
        if self.once.setdefault(key, value) != value:
            self.wrong.append(f"said twice, differently: {key}")


@dataclass(slots=True)
class World:
    """Two nodes, what they did, and the copies that were made of their databases.

    Attributes:
        made: ids by the node that made them.
        gone: ids by the node that must not use them any more.
        lost: ids of which their maker lost the envelope when it was restored itself: no partner can give them back.
        narrowed: ids that the partner may not have any more: it hears a recall.
        copies: of each node.
    """

    nodes: dict[str, Node]
    hands: Hands
    folder: Path
    dice: random.Random
    said: Said
    made: dict[str, list[str]] = field(default_factory=lambda: {"GBR": [], "JPN": []})
    gone: dict[str, set[str]] = field(default_factory=lambda: {"GBR": set(), "JPN": set()})
    copies: dict[str, list[Path]] = field(default_factory=lambda: {"GBR": [], "JPN": []})
    lost: set[str] = field(default_factory=set)
    narrowed: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    number: int = 0

    def play(self) -> None:
        """Do a random act."""
        who = self.dice.choice(("GBR", "JPN"))
        act = self.dice.choices(
            (self.share, self.recall, self.revoke, self.narrow, self.dispose, self.carry, self.copy, self.lose),
            weights=(8, 4, 1, 2, 2, 8, 4, 2),
        )[0]
        self.acts[act.__name__] += 1
        self.hands.now += timedelta(seconds=self.dice.randint(1, 600))
        act(who)

    def share(self, who: str) -> None:
        """Bring in an indicator and share it."""
        self.number += 1
        stix_id = uid("indicator", self.number)
        take_in(self.nodes[who], indicator(self.number, "green"))
        lane = self.dice.choice(("urgent", "bulk"))
        release.share(self.nodes[who], [stix_id], Audience.parse(TEAM[OTHER[who]]), lane=lane)
        self.made[who].append(stix_id)

    def recall(self, who: str) -> None:
        """Recall something."""
        if stix_id := self._mine(who):
            withdrawal.recall(self.nodes[who], [stix_id], why="Sent by mistake.")
            self.gone[who].add(stix_id)

    def revoke(self, who: str) -> None:
        """Say of something that it was wrong."""
        if stix_id := self._mine(who):
            withdrawal.revoke(self.nodes[who], [stix_id], why="It was wrong.")
            self.gone[who].add(stix_id)

    def narrow(self, who: str) -> None:
        """Let the partner have something no longer: it hears a recall."""
        if stix_id := self._mine(who):
            withdrawal.narrow(self.nodes[who], [stix_id], level="red", why="Fewer may have it.")
            self.narrowed.add(stix_id)

    def dispose(self, who: str) -> None:
        """Dispose of something, whoever made it."""
        node = self.nodes[who]
        with node.database.read() as connection:
            live = store.live_positions(connection, ["local", OTHER[who]], 0, 10_000)
        if live:
            stix_id = self.dice.choice(live)[1]
            holdings.dispose(node, [stix_id])
            self.gone[who].add(stix_id)

    def _mine(self, who: str) -> str | None:
        ids = [each for each in self.made[who] if each not in self.gone[who] and usable(self.nodes[who], each)]
        return self.dice.choice(ids) if ids else None

    def carry(self, _who: str = "") -> None:
        """Let everything that waits travel, and have the logs cosigned."""
        while sum(sync(node, OTHER[who]) for who, node in self.nodes.items()):
            pass
        for who, node in self.nodes.items():
            ledger.cosign_with(node, OTHER[who])

    def copy(self, who: str) -> None:
        """Copy a node's database."""
        path = self.folder / f"{who}-{len(self.copies[who])}.db"
        self.copies[who].append(copied(self.nodes[who], path))

    def lose(self, who: str) -> None:
        """Put one of the copies back, let the node catch up, and look at what it has."""
        if not self.copies[who]:
            return
        copy = self.dice.choice(self.copies[who])
        journal, mark = self.dice.random() < 0.5, True
        other = self.nodes[OTHER[who]]
        before = {stix_id: usable(self.nodes[who], stix_id) for stix_id in self.made[OTHER[who]]}
        went = sent_by(self.nodes[who])
        self.nodes[who] = put_back(self.nodes[who], copy, other, journal=journal, mark=mark)
        node = self.nodes[who]
        self.lost |= went - sent_by(node)
        if journal:
            self._look(who, "before it asked anybody")
        if not recovery.status(node).closed:
            self.wrong.append(f"{who} is open after a restore")
        self._catch_up(who)
        for stix_id, was in before.items():
            excused = self.lost | self.narrowed | self.gone[OTHER[who]]
            if was and stix_id not in excused and not usable(node, stix_id):
                self.wrong.append(f"{who} lost {stix_id}, which {OTHER[who]} still has")
        self._look(who, "after it caught up", ours=journal)
        # Without the journal, what nobody else heard of is lost: what was only done here is done no longer.
        self.gone[who] = {each for each in self.gone[who] if not usable(node, each)}
        self.made[who] = [each for each in self.made[who] if known(node, each)]
        # A copy of a history that is over is no copy of this one; the newest of the others may be used again.
        self.acts["restored with journal" if journal else "restored without journal"] += 1

    def _catch_up(self, who: str) -> None:
        for _ in range(20):
            if recovery.catch_up(self.nodes[who]):
                break
            with contextlib.suppress(TasukiError):
                sync(self.nodes[OTHER[who]], who)
        else:
            raise AssertionError(f"{who} does not catch up: {recovery.status(self.nodes[who])}")
        self.carry()

    def _look(self, who: str, when: str, *, ours: bool = True) -> None:
        node = self.nodes[who]
        for stix_id in sorted(self.gone[who]) if ours else []:
            if usable(node, stix_id):
                self.wrong.append(f"{who}: {stix_id} came back {when}")
        for stix_id in sorted(self._taken_back_by(OTHER[who])):
            if usable(node, stix_id) and when.startswith("after"):
                self.wrong.append(f"{who}: {stix_id}, taken back by {OTHER[who]}, came back {when}")

    def _taken_back_by(self, who: str) -> set[str]:
        made = withdrawal.withdrawals(self.nodes[who], limit=10_000).made
        return {stix_id for each in made if each.state == "stored" and each.verb != "correct" for stix_id in each.ids}


def usable(node: Node, stix_id: str) -> bool:
    """Whether a node matches with an indicator."""
    node.matching.catch_up(node)
    return stix_id in node.matching.compiled


def sent_by(node: Node) -> set[str]:
    """Return the ids of everything that is in an envelope of a node, as far as it keeps the envelope."""
    with node.database.read() as connection:
        query = (
            sa.select(store.IDS.c.stix_id)
            .join(store.HOLDINGS, store.HOLDINGS.c.id == store.IDS.c.number)
            .join(sending.SENT, sending.SENT.c.position == store.HOLDINGS.c.position)
            .where(sending.SENT.c.gone)
        )
        return set(connection.execute(query).scalars())


def known(node: Node, stix_id: str) -> bool:
    """Whether a node ever held an id, as far as it remembers."""
    with node.database.read() as connection:
        return bool(store.history(connection, stix_id))


def history(seed: int) -> tuple[list[str], Counter[str]]:
    """Play one history; return what was wrong, and what was done."""
    said = Said()

    def heard(node: Node, certificate: bytes, path: str, body: bytes) -> Any:
        answer = receive(node, certificate, path, body)
        said.hear(path, body, answer)
        return answer

    hands = Hands()
    with tempfile.TemporaryDirectory() as name, two_nodes(Path(name), heard, hands=hands) as (gbr, jpn):
        dice = random.Random(seed)
        world = World(nodes={"GBR": gbr, "JPN": jpn}, hands=hands, folder=Path(name) / "copies", dice=dice, said=said)
        try:
            for _ in range(STEPS):
                world.play()
            world.carry()
            for node in world.nodes.values():
                for each in ledger.examine(node, None):
                    world.wrong += [f"{node.me}: {reason.sentence()}" for reason in each.differences]
        except (TasukiError, AssertionError) as error:
            world.wrong.append(f"stopped: {type(error).__name__}: {error}")
        finally:
            for node in world.nodes.values():
                node.database.close()
        return [*world.wrong, *said.wrong], world.acts + said.counts


def main() -> int:
    """Run the rig; return 1 where something is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=sorted(HISTORIES), default="ci")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started, wrong, done = time.monotonic(), 0, Counter[str]()
    for seed in range(asked.seed, asked.seed + HISTORIES[asked.size]):
        found, acts = history(seed)
        done += acts
        wrong += len(found)
        for each in found[:5]:
            sys.stdout.write(f"restores: seed {seed}: {each}\n")
    minutes = (time.monotonic() - started) / 60
    counts = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
    sys.stdout.write(
        f"restores: {HISTORIES[asked.size]} histories of {STEPS} acts, {wrong} wrong; {counts}; "
        f"seed {asked.seed}, {minutes:.1f} min\n"
    )
    restored = done["restored with journal"] and done["restored without journal"]
    return 1 if wrong or not restored else 0


if __name__ == "__main__":
    sys.exit(main())
