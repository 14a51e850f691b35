# SPDX-License-Identifier: MIT
"""Trust: what signatures, encryption, receipts and logs cost on the way of objects from one node to another.

    python bench/trust.py [--objects 40000] [--a-time 1000]

Two nodes in one process hand each other the bytes they would post; SQLite on disk, signer processes of their own.
Both paths take objects that are held out of the outbox, put every one to the gate twice, pack them, keep what goes
out durably, take it in at the other side (strict reading, validation, marking, sealing at rest, words, its audit leaf)
under the lane's next number with a row against duplicates, and note at the sender that it arrived: three commits each.

`with` is the product. `without` leaves out: the header, both signatures over envelope and receipt and their checks,
HPKE both ways, the receipt, the leaves of the pair log and of the audit log about the envelope, mirroring and
cosigning. The two take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tasuki.adapters.clock import Clock, Entropy
from tasuki.app.config import configuration, profile_text
from tasuki.app.wiring import wired
from tasuki.base.canonical import canonical
from tasuki.base.ids import Audience, uuid7
from tasuki.core.channel.model import Arrival
from tasuki.core.holdings.handling import BASES
from tasuki.core.release.released import Released
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix import build
from tasuki.formats.stix.tlp import marking_id
from tasuki.services import channel, intake, ledger, partners
from tasuki.services.channel import sealing
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.services.setup import Order, init
from tasuki.store import channel as store
from tasuki.store import holdings

TOKYO = "JPN/nco:csirt"
CADENCE_S = 1.0
"""Seconds between two checkpoints, as the worker has them."""
ENTROPY = Entropy()


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
        if path == channel.PATH:
            return 200, channel.accept(here, asker.tls_certificate, body.body).body
        if path == ledger.MIRROR:
            return 200, ledger.receive_mirror(here, asker, body.body).body
        reply = ledger.add_checkpoint(here, asker, body.body)
        return reply.status, reply.body.body


def node(stack: ExitStack, folder: Path, participant: str, link: Joined) -> Node:
    """Return a node of its own directory, joined to the others."""
    directory = folder / participant
    init(Order(directory=directory, profile=profile_text("japan-uk"), participant=participant), Clock(), ENTROPY)
    made = stack.enter_context(wired(configuration(directory), link=link))
    link.ends.append(made)
    return made


def trust(one: Node, other: Node) -> None:
    """Let two nodes hold each other's anchor, compared."""
    for here, there in ((one, other), (other, one)):
        partners.add(here, partners.export_trust(there).body)
        partners.compare(here, there.me.participant, partners.own_anchor(there).fingerprint, ("A", "B"))


def fill(here: Node, count: int) -> list[int]:
    """Hold made-up indicators; return their positions."""
    creator, identity = intake.home_identity(here)
    at = Clock().now()
    pieces = [Piece(place="", raw=identity)]
    for i in range(count):
        marking = [marking_id("green")]
        pieces.append(
            Piece(
                place="", raw=build.indicator("domain", f"trust{i}.example", creator=creator, at=at, markings=marking)
            )
        )
    intake.import_pieces(here, iter(pieces), Terms(source=LOCAL, originator="GBR", handling=BASES["open-source"]))
    with here.database.read() as connection:
        live = holdings.live_positions(connection, [LOCAL], 0, count + 1)
    return [position for position, stix_id in live if stix_id.startswith("indicator--")]


def queue(here: Node, positions: list[int]) -> None:
    """Put positions into the outbox, as an act of sharing does once it decided."""
    body = canonical({"positions": list(positions), "audience": TOKYO})
    here.database.write(
        lambda connection: store.enqueue(
            connection, partner="JPN", lane="bulk", kind="objects", body=body, at=here.clock.now()
        )
    )


class Trusted:
    """The product: sealed, pushed, receipted, logged, mirrored and cosigned."""

    def __init__(self, here: Node, there: Node) -> None:
        """Send from one node to another."""
        self._here, self._there = here, there
        self._since = 0.0

    def __call__(self) -> None:
        """Send what is queued, as the worker does on its lane; once in a second of that, checkpoints are due."""
        began = time.perf_counter()
        while channel.seal_next(self._here, "JPN", "bulk"):
            pass
        while channel.push(self._here, "JPN", "bulk"):
            pass
        self._since += time.perf_counter() - began
        if self._since >= CADENCE_S:
            self.cosign()

    def cosign(self) -> None:
        """Have both pair logs mirrored and cosigned."""
        ledger.cosign_with(self._here, "JPN")
        ledger.cosign_with(self._there, "GBR")
        self._since = 0.0


class Plain:
    """The same way without what makes it trusted; on a lane of its own, so that the other's numbers stay right."""

    LANE = "exercise"

    def __init__(self, here: Node, there: Node) -> None:
        """Send from one node to another."""
        self._here, self._there = here, there

    def __call__(self) -> None:
        """Send what is queued."""
        here = self._here
        with here.database.read() as connection:
            state = store.lane_state(connection, "JPN", self.LANE, "out")
            items = store.waiting(connection, "JPN", "bulk", 256)
        parcel = sealing._pack(here, "JPN", items)  # noqa: SLF001 the path taken apart
        env_id = uuid7(here.clock.now(), here.entropy.draw(10))
        sealed = store.SealedEnvelope(
            env_id=env_id,
            lane=self.LANE,
            epoch=state.epoch,
            seq=state.next_seq,
            type="objects",
            hash=env_id,
            raw=parcel.payload,
            objects=len(parcel.released.objects),
            sealed_at=here.clock.now(),
            state="sealed",
        )

        def keep(connection: sa.Connection) -> None:
            sealing._require_same(here, connection, parcel)  # noqa: SLF001
            then = state.after(env_id)
            assert store.advance(connection, partner="JPN", lane=self.LANE, direction="out", expected=state, then=then)
            store.settle(connection, parcel.settled, state="sealed", env_id=env_id)
            store.keep_sealed(connection, "JPN", sealed)

        here.database.write(keep)
        self._take_in(sealed)
        now = here.clock.now()
        here.database.write(lambda connection: store.answer(connection, env_id, status="stored", receipt=b"", at=now))

    def _take_in(self, sealed: store.SealedEnvelope) -> None:
        there = self._there
        with there.database.read() as connection:
            state = store.lane_state(connection, "GBR", self.LANE, "in")
            assert not store.seen(connection, "GBR", sealed.env_id, (sealed.lane, sealed.epoch, sealed.seq))
        arrival = Arrival(
            env_id=sealed.env_id,
            partner=self._here.me.participant,
            sender=self._here.me,
            lane=sealed.lane,
            type="objects",
            in_reply_to=None,
            created=sealed.sealed_at,
            payload=sealed.raw,
        )
        apply = intake.prepare_objects(there, arrival)
        kept = store.ReceivedEnvelope(
            env_id=sealed.env_id,
            lane=sealed.lane,
            epoch=sealed.epoch,
            seq=sealed.seq,
            type="objects",
            hash=sealed.hash,
            status="stored",
            receipt=b"",
            held=None,
        )

        def work(connection: sa.Connection) -> None:
            assert apply(connection).counts["held"] == sealed.objects
            then = state.after(sealed.hash)
            assert store.advance(connection, partner="GBR", lane=self.LANE, direction="in", expected=state, then=then)
            store.keep_received(connection, "GBR", kept, there.clock.now())

        there.database.write(work)


@dataclass
class Spent:
    """Seconds on the wall and of this process on its cores (signers apart), and for how many objects."""

    wall: float = 0.0
    cpu: float = 0.0
    objects: int = 0

    def add(self, send: Callable[[], None], objects: int) -> None:
        """Do something and add what it takes."""
        wall, cpu = time.perf_counter(), time.process_time()
        send()
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        self.objects += objects


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=40_000)
    parser.add_argument("--a-time", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        link = Joined()
        london = node(stack, Path(name), "GBR", link)
        tokyo = node(stack, Path(name), "JPN", link)
        trust(london, tokyo)
        assert Audience.parse(TOKYO) == tokyo.home
        positions = fill(london, asked.objects)
        whole, plain = Trusted(london, tokyo), Plain(london, tokyo)
        # Signers start, statements are compiled, checkpoints begin: not what an object costs.
        for send in (whole, plain):
            queue(london, [positions.pop() for _ in range(asked.a_time)])
            send()
        whole.cosign()
        paths = {"with": (Spent(), whole), "without": (Spent(), plain)}
        for index in range(0, len(positions), asked.a_time):
            part = positions[index : index + asked.a_time]
            spent, send = paths["without" if (index // asked.a_time) % 2 else "with"]
            queue(london, part)
            spent.add(send, len(part))
        paths["with"][0].add(whole.cosign, 0)
    for which, (spent, _) in paths.items():
        wall, cpu = spent.objects / spent.wall, spent.objects / spent.cpu
        print(
            f"{which:<8} {wall:8,.0f} objects/s, {cpu:8,.0f} a CPU second   ({spent.objects:,} of {asked.a_time} each)"
        )
    one, other = paths["with"][0], paths["without"][0]
    wall, cpu = (
        one.objects * other.wall / (one.wall * other.objects),
        one.objects * other.cpu / (one.cpu * other.objects),
    )
    print(f"with / without {wall:6.1%} on the wall, {cpu:6.1%} by CPU   (asked: 75 %)")


if __name__ == "__main__":
    main()
