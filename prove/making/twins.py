# SPDX-License-Identifier: MIT
"""Two nodes that are the same in everything one onlooker may see, and differ in the rest.

AAA exists twice, with the same keys and clock. What is visible happens to both alike; what is hidden happens to each
in its own way. Onlookers are a person of the police at AAA, who asks the local API, and the partner BBB, whose node is
one and real: what both twins send it must be the same bytes, and it answers both with the same bytes. Chance is a
stand-in: it depends on the visible act and on the place in the code that asks, never on what else happened.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette import responses
from starlette.types import ASGIApp

from making_nodes import NOW, Hands, introduce, make_node
from making_release import PROFILE
from tasuki.adapters import sealing
from tasuki.adapters.clock import Clock, Entropy
from tasuki.adapters.signer import Signer
from tasuki.base.errors import WorldError
from tasuki.base.ids import Audience
from tasuki.base.reasons import kind
from tasuki.core.release.released import Released
from tasuki.core.release.rules import Gate, rules_for
from tasuki.faces.api.app import api_app
from tasuki.faces.exchange.app import exchange_app
from tasuki.faces.exchange.peer import SCOPE_KEY
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import ledger, persons, quarantine
from tasuki.services.node import Node
from tasuki.services.node.locks import Locks
from tasuki.services.node.matching import Matching
from tasuki.services.node.pulses import Pulses
from tasuki.services.node.sights import Sights
from tasuki.services.node.signals import Signals
from tasuki.services.persons import home_principal
from tasuki.services.viewing import View
from tasuki.store import ledger as logs
from tasuki.store.database import Database
from tasuki.store.release import Labels
from tasuki.store.viewing import Wanted

AWAY = kind("prove.away", en="The partner is away.", ja="相手は不在です。")
POLICE = Audience.parse("AAA/police:policy")
HOME = Audience.parse("AAA/cert:csirt")
STEP = timedelta(minutes=1)


class DifferenceError(Exception):
    """The twins did not say the same; the message says where."""


@dataclass
class Dice:
    """Chance by the name of what happens and the place that asks: the same for both twins in what is visible."""

    act: str = ""
    drawn: Counter[str] = field(default_factory=Counter)

    def begin(self, act: str) -> None:
        """Begin another act."""
        self.act = act
        self.drawn.clear()

    def draw(self, count: int) -> bytes:
        """Return bytes for the function that asks."""
        code = sys._getframe(1).f_code  # noqa: SLF001 who asks decides
        place = f"{Path(code.co_filename).stem}.{code.co_qualname}"
        self.drawn[place] += 1
        return hashlib.shake_256(f"{self.act} {place} {self.drawn[place]}".encode()).digest(count)


class Memory:
    """Remembers what a randomised function gave, so that both twins get the same for the same question."""

    def __init__(self, ask: Callable[..., bytes]) -> None:
        """Stand before `ask`."""
        self._ask = ask
        self._known: dict[Any, bytes] = {}

    def __call__(self, *question: Any) -> bytes:
        """Return the answer of the first time."""
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = self._ask(*question)
        return known


@dataclass
class Answer:
    """What came back: status, headers, and the body in the pieces in which it was sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: list[bytes]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)


Header = tuple[bytes, bytes]


class Asker:
    """Asks applications in this process, byte for byte and without a client between."""

    def __init__(self) -> None:
        """Start an event loop of its own."""
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End the loop."""
        self._runner.close()

    def ask(self, app: ASGIApp, question: Question) -> Answer:
        """Put a question."""
        return self._runner.run(_talk(app, question))


@dataclass(frozen=True)
class Question:
    """One request; `kind` says for the tally which sort of question it is."""

    kind: str
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    certificate: bytes = b""


async def _talk(app: ASGIApp, question: Question) -> Answer:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": question.method,
        "scheme": "http", "path": question.path, "raw_path": question.path.encode(), "root_path": "",
        "query_string": question.query.encode(), "headers": list(question.headers), "client": None,
        "server": ("node", 80), SCOPE_KEY: question.certificate,
    }  # fmt: skip
    messages = [{"type": "http.request", "body": question.body, "more_body": False}]
    answer = Answer(0, [], [])

    async def receive() -> Any:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.pieces.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001 what Starlette raises again after answering 500 is seen as its answer
        answer.pieces.append(type(error).__name__.encode())
    return answer


class Away:
    """A link over which nobody is reached; the first twin's messages are sent, the second's compared with them."""

    def __init__(self, twins: Twins) -> None:
        """Lead to the real BBB of these twins."""
        self._twins = twins

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        """Send to BBB what goes to BBB; nobody else is there."""
        return self.ask(partner, path, body)[1]

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        """Send to BBB what goes to BBB, and return status and body of its answer."""
        if partner.name.participant != "BBB":
            raise WorldError(AWAY.because(), retry=True)
        return self._twins.told(path, body.bytes_for(partner.name.participant))


@dataclass
class World:
    """One of the twins.

    Attributes:
        hidden: ids of what it holds and neither onlooker may see.
        notes: what happened to it alone, for whoever looks into a difference.
    """

    name: str
    node: Node
    dice: Dice
    hands: Hands
    api: ASGIApp
    exchange: ASGIApp
    hidden: list[str] = field(default_factory=list)
    taken_from_ccc: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass
class Twins:
    """Two worlds, the real BBB, and what is visible of both.

    Attributes:
        visible: ids that the police may see now, as the acts mean it; onlookers are asked about gone ones too.
        said: what AAA's twins tell BBB: the first twin's messages and BBB's answers, until the second said the same.
        carried: envelopes of BBB that both took in.
        seen: places of objects that lists named, as cursors name them; `digests`: hashes of anything either holds.
    """

    one: World
    other: World
    bbb: Node
    token: str
    dice: Dice
    asker: Asker
    random: random.Random
    visible: list[str] = field(default_factory=list)
    said: list[tuple[str, bytes, tuple[int, bytes]]] = field(default_factory=list)
    carried: list[bytes] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    acting: str = "one"
    at: int = 0
    hands: Hands = field(default_factory=Hands)

    @property
    def both(self) -> tuple[World, World]:
        """Both worlds."""
        return self.one, self.other

    def tick(self) -> None:
        """Let a minute pass for everybody."""
        self.at += 1
        self.dice.begin(f"BBB {self.at}")
        for hands in (self.hands, *(world.hands for world in self.both)):
            hands.now = NOW + self.at * STEP

    def alike(self, act: str, do: Callable[[World], Any]) -> Any:
        """Do to both the same, at the same moment, with the same chance; return what it gave.

        Raises:
            DifferenceError: it gave something else to one of them.
        """
        self.said.clear()
        given = []
        for world in self.both:
            self.acting = world.name
            world.dice.begin(act)
            self.dice.begin(act)
            given.append(do(world))
        self.acting = "one"
        if self.said:
            raise DifferenceError(f"{act}: one sent BBB {len(self.said)} messages more")
        if given[0] != given[1]:
            raise DifferenceError(f"{act}: {_first_difference(*given)}")
        return given[0]

    def told(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Tell BBB something, or see that the second twin tells the same."""
        if self.acting == "one":
            shown = self.one.node.anchor.tls_certificate
            answer = self.asker_of_bbb(Question("told", "POST", path, body=body, certificate=shown))
            self.said.append((path, body, (answer.status, answer.body)))
            return answer.status, answer.body
        if not self.said:
            raise DifferenceError(f"the other sent BBB one message more: {path} {body[:200]!r}")
        known_path, known, answer_known = self.said.pop(0)
        if (known_path, known) != (path, body):
            raise DifferenceError(f"BBB was told {_first_difference((known_path, known), (path, body))}")
        return answer_known

    def asker_of_bbb(self, question: Question) -> Answer:
        """Ask the real BBB; from within an act, so on a loop of its own."""
        asker = Asker()
        try:
            return asker.ask(exchange_app(self.bbb), question)
        finally:
            asker.close()


class TwinWire:
    """BBB's link to AAA: both twins are asked, and must answer alike."""

    def __init__(self) -> None:
        """Wait for the twins."""
        self.twins: Twins | None = None

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        """Post to both."""
        return self.ask(partner, path, body)[1]

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        """Post to both and return the status and body of the answer."""
        assert self.twins is not None
        twins, raw = self.twins, body.bytes_for(partner.name.participant)
        answers = []
        for world in twins.both:
            world.dice.begin(f"from BBB {hashlib.sha256(raw).hexdigest()}")
            question = Question("from BBB", "POST", path, body=raw, certificate=twins.bbb.anchor.tls_certificate)
            answers.append(twins.asker.ask(world.exchange, question))
        if answers[0] != answers[1]:
            raise DifferenceError(f"BBB asked {path} and heard {_first_difference(*answers)}")
        if path == "/exchange/v1/envelopes":
            twins.carried.append(raw)
        return answers[0].status, answers[0].body


def _first_difference(one: Any, other: Any) -> str:
    left, right = repr(one), repr(other)
    at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    start = max(0, at - 150)
    return f"\n  one:   ...{left[start : at + 250]}\n  other: ...{right[start : at + 250]}"


class Nursery:
    """Makes twins again and again from one pair of key rings and one empty database."""

    def __init__(self, folder: Path) -> None:
        """Make the keys in a folder."""
        self.folder = folder
        self._number = 0
        self._made = [make_node(folder / name, f"{name}/{name.lower()}-1", _nobody, under=PROFILE) for name in
                      ("AAA", "BBB", "CCC")]  # fmt: skip
        for each in self._made:
            for peer in self._made:
                if each.me < peer.me:
                    introduce(each, peer)
        for each in self._made:
            each.database.close()
        aaa = self._made[0]
        self._signing = Memory(aaa.signer._ask)  # noqa: SLF001 the one question every signature goes through
        self._sealing = Memory(sealing.seal)

    @contextmanager
    def twins(self, seed: int) -> Iterator[Twins]:
        """Give twins of which nothing happened yet but that both know their partners and one person of the police."""
        self._number += 1
        folder = self.folder / f"twins-{self._number}"
        chance = random.Random(seed)
        wire = TwinWire()
        bbb_dice = Dice()
        bbb_hands = Hands()
        bbb = self._copy(self._made[1], folder / "bbb", bbb_hands, bbb_dice, wire)
        worlds = []
        for name in ("one", "other"):
            hands, dice = Hands(), Dice()
            node = self._copy(self._made[0], folder / name, hands, dice, wire)
            node = replace(node, signer=Signer(self._signing, lambda: None))
            worlds.append(World(name, node, dice, hands, api_app(node), exchange_app(node)))
        asker = Asker()
        twins = Twins(worlds[0], worlds[1], bbb, "", bbb_dice, asker, chance, hands=bbb_hands)
        wire.twins = twins
        for number, world in enumerate(worlds):
            node = replace(world.node, link=Away(twins))
            worlds[number] = replace(world, node=node, api=api_app(node), exchange=exchange_app(node))
        twins.one, twins.other = worlds
        twins.token = twins.alike("person", lambda world: persons.add(world.node, "hill", str(POLICE)).token)
        real, sealing.seal = sealing.seal, self._sealing
        try:
            yield twins
        finally:
            sealing.seal = real
            asker.close()
            for node in (bbb, *(world.node for world in twins.both)):
                node.database.close()
            shutil.rmtree(folder)

    def copy_of(self, name: str, folder: Path, hands: Hands, dice: Dice) -> Node:
        """Return a node of the three by itself; it reaches nobody."""
        node = next(each for each in self._made if each.me.participant == name)
        return self._copy(node, folder, hands, dice, TwinWire())

    def _copy(self, node: Node, folder: Path, hands: Hands, dice: Dice, link: Any) -> Node:
        """Return a node like another, with an empty database of its own."""
        folder.mkdir(parents=True)
        shutil.copy(node.directory / "node.db", folder / "node.db")
        return replace(
            node,
            directory=folder,
            database=Database(f"sqlite:///{folder / 'node.db'}"),
            clock=Clock(now=lambda: hands.now),
            entropy=Entropy(draw=dice.draw),
            signals=Signals(),
            link=link,
            gate=Gate(rules_for(node.profile, node.home)),
            labels=Labels(),
            matching=Matching(),
            locks=Locks(),
            pulses=Pulses(),
            sights=Sights(),
        )


async def _here(act: Callable[..., Any], *arguments: Any) -> Any:
    """Do at once what the faces would hand to a thread: nothing else happens meanwhile here."""
    return act(*arguments)


async def _each(pieces: Iterator[Any]) -> AsyncIterator[Any]:
    for piece in pieces:
        yield piece


def without_threads() -> None:
    """Let the faces do in one thread what they do in several: most of a small question is spent on changing threads."""
    for name, module in list(sys.modules.items()):
        if name.startswith("tasuki.faces") and hasattr(module, "run_in_threadpool"):
            setattr(module, "run_in_threadpool", _here)  # noqa: B010 the name is another module's
    responses.iterate_in_threadpool = _each


def _nobody(*_: Any) -> bytes:
    raise WorldError(AWAY.because(), retry=True)


def cosign_both_ways(twins: Twins) -> None:
    """Have BBB's log mirrored and cosigned by both twins, and theirs by BBB."""
    ledger.cosign_with(twins.bbb, "AAA")
    twins.alike(f"cosign {twins.at}", lambda world: ledger.cosign_with(world.node, "BBB"))


def seen_by_the_home(world: World) -> dict[str, Any]:
    """Return what the home can tell of its node: by it the twins must differ, or nothing was hidden."""
    with world.node.database.read() as connection:
        view = View(world.node, connection, home_principal(world.node))
        held = {(row.stix_id, row.holding.source, row.holding.digest) for page in view.pages(Wanted()) for row in page}
        size = logs.size(connection, "audit")
    return {"held": held, "quarantined": quarantine.counts(world.node), "entries": size}
