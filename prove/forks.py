# SPDX-License-Identifier: MIT
"""Every second history of a log is refused, or proved with evidence that anybody can check (P12).

Two nodes, one with a log that the other mirrors and cosigns, over two periods. By seed one of these happens, at any
size and with any leaves: the log's node is put back to an older state and goes on differently; two copies of it live
and both go on; its operator signs two checkpoints of one size, or inconsistent ones of other sizes, or opens a period
over another past; the witness lost its memory and is shown another history; the witness dies between remembering and
answering; two histories race. After each: what the witness cosigned is one history (every cosigned checkpoint ever seen
is consistent with every other), honest nodes signed one, and where a log did sign two, the witness keeps both notes,
which verify under the log's public key alone and cannot both be true.

usage: prove/forks.py --size ci|full [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "prove" / "making"), str(ROOT / "tests")]

from log_states import Memory, grow, two_logs  # noqa: E402 found beside the rig

from tasuki.base.canonical import Json, canonical  # noqa: E402
from tasuki.base.errors import PeerError, WorldError  # noqa: E402
from tasuki.base.reasons import kind  # noqa: E402
from tasuki.core.ledger.mirror import write_page  # noqa: E402
from tasuki.core.ledger.model import Leaf  # noqa: E402
from tasuki.core.ledger.periods import PERIOD_OPENED, Period, Turn  # noqa: E402
from tasuki.core.ledger.witness import write_request  # noqa: E402
from tasuki.formats.tlog import merkle  # noqa: E402
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint  # noqa: E402
from tasuki.formats.tlog.note import Note, SignatureLine, VerifierKey, parse_note, verify_note  # noqa: E402
from tasuki.services import ledger  # noqa: E402
from tasuki.services.node import Node  # noqa: E402
from tasuki.store import ledger as store  # noqa: E402

SIZES = {"ci": 120, "full": 1_000}
OURS, MIRROR = "pair:JPN", "mirror:GBR"
NAME = "tasuki/GBR/gbr-1/pair/JPN"
KILLED = kind("rig.killed", en="The witness was killed.", ja="連署者が停止されました。")
STOPS = ("ledger.mirror-ahead", "ledger.mirror-other", "ledger.periods-ahead", "ledger.mirror-refused")
REFUSED = frozenset({400, 403, 404, 409, 422})


@dataclass
class Scene:
    """Both nodes at the start of one scenario.

    Attributes:
        cosigned: every checkpoint text that ever came back cosigned, by origin and size.
    """

    gbr: Node
    jpn: Node
    chance: random.Random
    cosigned: dict[tuple[str, int], set[bytes]]

    def period(self) -> Period:
        """Return the newest period of the log."""
        with self.gbr.database.read() as connection:
            return store.newest_period(connection, OURS)

    def hashes(self, log: str, period: Period) -> list[bytes]:
        """Return the leaf hashes of a period, as the node that holds it has them."""
        node = self.jpn if log == MIRROR else self.gbr
        with node.database.read() as connection:
            leaves = store.leaves(connection, log, period.start, period.end)
        return [merkle.leaf_hash(leaf.commitment) for leaf in leaves]

    def sign(self, origin: str, size: int, root: bytes) -> bytes:
        """Return what the log's operator signs: anything, with the log's real key."""
        text = Checkpoint(origin=origin, size=size, root=root).text
        key = key_of(self.gbr, origin)
        line = SignatureLine(name=origin, key_id=key.id, signature=self.gbr.signer.sign_checkpoint(text.encode()))
        return Note(text=text, lines=(line,)).raw

    @property
    def now(self) -> datetime:
        """The time of both nodes."""
        return self.gbr.clock.now()

    def ask(self, body: bytes) -> int:
        """Return the witness's status for an add-checkpoint request; what it cosigns is remembered."""
        reply = ledger.add_checkpoint(self.jpn, self.gbr.anchor, body)
        if reply.status == 200:
            note = body.partition(b"\n\n")[2] + reply.body.body
            self.saw(note)
        return reply.status

    def saw(self, cosigned: bytes) -> None:
        """Remember a cosigned checkpoint, after the witness's signatures held."""
        note = parse_note(cosigned)
        for key in ledger.witness_keys(self.jpn.anchor, self.now):
            verify_note(note, key)
        state = parse_checkpoint(note.text)
        self.cosigned.setdefault((state.origin, state.size), set()).add(state.root)

    def push(self, origin: str, start: int, leaves: Sequence[Leaf]) -> str:
        """Offer leaves to the mirror; return why they were refused, or nothing."""
        page: dict[str, Json] = write_page(origin, start, leaves)
        released = ledger.receive_mirror(self.jpn, self.gbr.anchor, canonical(page))
        said = released.body.decode()
        return said.partition('"code":"')[2].partition('"')[0]

    def honest(self, node: Node) -> str:
        """Have an honest node's log cosigned; return why it stopped, or nothing."""
        try:
            ledger.cosign_with(node, "JPN")
        except (WorldError, PeerError) as error:
            return error.reason.code
        with node.database.read() as connection:
            signed = store.checkpoint(connection, OURS, cosigned=True)
        if signed is not None and signed.cosigned is not None:
            self.saw(signed.cosigned)
        return ""

    def signed(self) -> int:
        """Return how many checkpoints the log's node has signed."""
        with self.gbr.database.read() as connection:
            return store.checkpoint_count(connection, OURS)

    def forged(self, count: int, first: int = 0) -> list[Leaf]:
        """Return leaves of another history."""
        body = {"env_id": "019ca945-0a00-7610-98e6-f49f98cee84f", "env_hash": "0" * 64, "lane": "bulk", "epoch": 1}
        return [
            Leaf(index=first + n, kind="envelope-sent", salt=self.chance.randbytes(32), body={**body, "seq": 5000 + n})
            for n in range(count)
        ]


def key_of(node: Node, origin: str) -> VerifierKey:
    """Return the public key of a node's log under an origin."""
    name = origin.removeprefix(f"tasuki/{node.me}/").replace("/", ":", 1)
    return ledger.log_key(node.anchor, name, node.clock.now())


Scenario = Callable[[Scene], "str | None"]


def restored(scene: Scene) -> str | None:
    """Put the log's node back to an older state; it goes on differently."""
    older = Memory(scene.gbr)
    grow(scene.gbr, "JPN", scene.chance.randrange(1, 6), 1)
    scene.honest(scene.gbr)
    older.bring_back(scene.gbr)
    signed = scene.signed()
    grow(scene.gbr, "JPN", scene.chance.randrange(0, 9), 2)
    code = scene.honest(scene.gbr)
    if not code and scene.signed() == signed:
        return None  # Nothing was added since: there was nothing to sign.
    return None if code in STOPS and scene.signed() == signed else f"it went on: {code or 'cosigned'}"


def split_brain(scene: Scene) -> str | None:
    """Let two copies of the log's node go on, in turns."""
    base = Memory(scene.gbr)
    grow(scene.gbr, "JPN", scene.chance.randrange(1, 5), 1)
    one = scene.honest(scene.gbr)
    base.bring_back(scene.gbr)
    grow(scene.gbr, "JPN", scene.chance.randrange(1, 9), 2)
    other = scene.honest(scene.gbr)
    return None if not one and other in STOPS else f"first {one or 'cosigned'}, second {other or 'cosigned'}"


def two_roots(scene: Scene) -> str | None:
    """Sign another root for the size cosigned last."""
    period = scene.period()
    with scene.jpn.database.read() as connection:
        size = store.witnessed(connection, NAME + period.suffix).size
    note = scene.sign(NAME + period.suffix, size, scene.chance.randbytes(32))
    status = scene.ask(write_request(size, (), note))
    return _proved(scene, size) if status in REFUSED else f"status {status}"


def older_size(scene: Scene) -> str | None:
    """Sign another root for a smaller size than was cosigned."""
    period = scene.period()
    with scene.jpn.database.read() as connection:
        size = store.witnessed(connection, NAME + period.suffix).size
    if size < 2:
        return two_roots(scene)
    smaller = scene.chance.randrange(1, size)
    note = scene.sign(NAME + period.suffix, smaller, scene.chance.randbytes(32))
    status = scene.ask(write_request(scene.chance.choice((0, smaller, size)), (), note))
    return _proved(scene, smaller) if status in REFUSED else f"status {status}"


def larger_size(scene: Scene) -> str | None:
    """Sign a longer history that is not a continuation, with a made-up proof or that of the true one."""
    period = scene.period()
    true = scene.hashes(MIRROR, period)
    extra = scene.forged(scene.chance.randrange(1, 5), len(true))
    at = scene.chance.randrange(len(true))
    other = [*true[:at], scene.chance.randbytes(32), *true[at + 1 :], *(merkle.leaf_hash(x.commitment) for x in extra)]
    proof = merkle.consistency_proof(len(true), len(other), lambda start, end: merkle.root(other[start:end]))
    if scene.chance.randrange(2):
        proof = [scene.chance.randbytes(32) for _ in proof]
    if scene.chance.randrange(2):
        scene.push(NAME + period.suffix, len(true), extra)
    note = scene.sign(NAME + period.suffix, len(other), merkle.root(other))
    status = scene.ask(write_request(len(true), tuple(proof), note))
    return None if status in REFUSED else f"status {status}"


def other_period(scene: Scene) -> str | None:
    """Open a period over another past, or beside the one there is."""
    period = scene.period()
    true = scene.hashes(MIRROR, period)
    cut = scene.chance.randrange(1, len(true) + 1)
    root = scene.chance.randbytes(32) if cut == len(true) else merkle.root(true[:cut])
    start = period.start + scene.chance.choice((cut, len(true)))
    leaf = Leaf(
        index=0,
        kind=PERIOD_OPENED,
        salt=scene.chance.randbytes(32),
        body=Turn(year=2027, size=cut, root=root).body,
    )
    origin = f"{NAME}/2027/{start}"
    code = scene.push(origin, 0, [leaf])
    status = scene.ask(write_request(0, (), scene.sign(origin, 1, merkle.leaf_hash(merkle.leaf_hash(b"")))))
    return None if code and status in REFUSED else f"pushed {code or 'taken'}, status {status}"


def lost_memory(scene: Scene) -> str | None:
    """Let the witness lose what it cosigned, and show it another history from the beginning."""
    period = scene.period()
    table = store.WITNESSED
    scene.jpn.database.write(lambda c: c.execute(table.delete().where(table.c.origin == NAME + period.suffix)))
    grow(scene.gbr, "JPN", 1, 3)
    signed = scene.signed()
    code = scene.honest(scene.gbr)
    if code != "ledger.witness-lost" or scene.signed() != signed:
        return f"the honest log went on: {code or 'cosigned'}"
    # A log that lies asks all the same; the mirror still has the leaves.
    other = [merkle.leaf_hash(leaf.commitment) for leaf in scene.forged(scene.chance.randrange(1, 9))]
    status = scene.ask(write_request(0, (), scene.sign(NAME + period.suffix, len(other), merkle.root(other))))
    return None if status in REFUSED else f"status {status}"


def killed_between(scene: Scene) -> str | None:
    """Kill the witness between remembering and answering; it is asked again, and another history too."""
    grow(scene.gbr, "JPN", scene.chance.randrange(1, 4), 4)
    with _dying(scene.jpn):
        first = scene.honest(scene.gbr)
    if first != "rig.killed":
        return f"it was not killed: {first}"
    period = scene.period()
    with scene.jpn.database.read() as connection:
        size = store.witnessed(connection, NAME + period.suffix).size
    lie = scene.ask(write_request(size, (), scene.sign(NAME + period.suffix, size, scene.chance.randbytes(32))))
    again = scene.honest(scene.gbr)
    if again or lie not in REFUSED:
        return f"again {again or 'cosigned'}, lie {lie}"
    return _proved(scene, size)


def race(scene: Scene) -> str | None:
    """Ask for two histories at once."""
    period = scene.period()
    true = scene.hashes(MIRROR, period)
    leaves = scene.forged(2, len(true))
    if scene.push(NAME + period.suffix, len(true), leaves):
        return "the leaves were refused"
    one = [*true, *(merkle.leaf_hash(leaf.commitment) for leaf in leaves)]
    two = [*true, scene.chance.randbytes(32), one[-1]]
    bodies = []
    for history in (one, two):
        proof = merkle.consistency_proof(
            len(true), len(history), lambda start, end, h=history: merkle.root(h[start:end])
        )
        note = scene.sign(NAME + period.suffix, len(history), merkle.root(history))
        bodies.append(write_request(len(true), tuple(proof), note))
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda body=body: statuses.append(scene.ask(body))) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted(statuses)
    return None if first == 200 and second in REFUSED else f"statuses {statuses}"


SCENARIOS: tuple[Scenario, ...] = (
    restored,
    split_brain,
    two_roots,
    older_size,
    larger_size,
    other_period,
    lost_memory,
    killed_between,
    race,
)


@contextmanager
def _dying(node: Node) -> Iterator[None]:
    """Let the witness die when it is about to sign what it has just remembered."""
    signer, cosign = node.signer, node.signer.cosign

    def die(*_: object) -> bytes:
        raise WorldError(KILLED.because(), retry=True)

    signer.cosign = die  # type: ignore[method-assign]
    try:
        yield
    finally:
        signer.cosign = cosign  # type: ignore[method-assign]


def _proved(scene: Scene, size: int) -> str | None:
    """Check the kept proof with the log's public key alone: two notes that cannot both be true."""
    with scene.jpn.database.read() as connection:
        forks = store.forks(connection, "GBR")
    for fork in forks:
        notes = parse_note(fork.note), parse_note(fork.cosigned)
        states = [parse_checkpoint(note.text) for note in notes]
        for note, state in zip(notes, states, strict=True):
            verify_note(note, key_of(scene.gbr, state.origin))
        if states[0].size == size and states[0].origin == states[1].origin and states[0].root != states[1].root:
            return None
        if states[0].size == size < states[1].size and _apart(scene, states[0], states[1]):
            return None
    return f"no proof of size {size} is kept"


def _apart(scene: Scene, smaller: Checkpoint, larger: Checkpoint) -> bool:
    """Whether the leaves under the larger checkpoint, which the witness can show, give another root at the smaller."""
    with scene.jpn.database.read() as connection:
        period = next(p for p in store.periods(connection, MIRROR) if NAME + p.suffix == larger.origin)
    leaves = scene.hashes(MIRROR, period)
    return merkle.root(leaves[: larger.size]) == larger.root and merkle.root(leaves[: smaller.size]) != smaller.root


def consistent(scene: Scene) -> str | None:
    """Whether everything ever cosigned is one history: that of the witness's mirror."""
    with scene.jpn.database.read() as connection:
        periods = {NAME + each.suffix: each for each in store.periods(connection, MIRROR)}
    for (origin, size), roots in scene.cosigned.items():
        if len(roots) != 1:
            return f"two roots of {origin} at {size} are cosigned"
        if origin not in periods or merkle.root(scene.hashes(MIRROR, periods[origin])[:size]) not in roots:
            return f"the mirror does not give what is cosigned of {origin} at {size}"
    return None


def main() -> int:
    """Play the forks and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began, count = time.monotonic(), SIZES[given.size]
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, two_logs(Path(name), 4) as (gbr, jpn, _):
        start = Memory(gbr), Memory(jpn)
        for number in range(count):
            chance = random.Random(given.seed * 1_000_003 + number)
            scenario = SCENARIOS[number % len(SCENARIOS)]
            scene = Scene(gbr=gbr, jpn=jpn, chance=chance, cosigned={})
            grow(gbr, "JPN", chance.randrange(0, 7), 9)
            scene.honest(gbr)
            said = scenario(scene) or consistent(scene)
            seen[scenario.__name__] += 1
            if said is not None:
                wrong.append(f"{scenario.__name__}, fork {number}: {said}")
            for memory, node in zip(start, (gbr, jpn), strict=True):
                memory.bring_back(node)
    for said in wrong[:10]:
        print(f"forks: {said}")
    told = ", ".join(f"{what} {number}" for what, number in sorted(seen.items()))
    minutes = (time.monotonic() - began) / 60
    print(
        f"forks: {count} forks, seed {given.seed}: {len(wrong)} neither refused nor proved; {told}; {minutes:.1f} min"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
