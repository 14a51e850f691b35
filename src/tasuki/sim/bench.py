# SPDX-License-Identifier: MIT
"""The bench: two to five nations in one thread of events on virtual time; what happens is drawn from one seed."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tasuki.adapters.reasons import CANNOT_REACH, STRANGE_ANSWER
from tasuki.base.errors import InputError, PeerError, TasukiError, WorldError
from tasuki.core.channel.model import Lane
from tasuki.core.channel.reasons import GAP
from tasuki.core.ledger.model import AUDIT
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import read_envelope
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.receipt import is_receipt
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.cosignature import read_message_v2
from tasuki.services import assistance, channel, health, partners
from tasuki.services.node.signals import ARRIVED, OUTBOX, SEALED, TRUST
from tasuki.sim import loops
from tasuki.sim.binding import in_one_thread
from tasuki.sim.clocks import BEGINNING, Time
from tasuki.sim.invariants import Scene, Verifier
from tasuki.sim.keys import stand_in
from tasuki.sim.nation import Bound, BusyError, CrashedError, Nation
from tasuki.sim.network import Fate, Network, request
from tasuki.sim.partnership import CODES, FEWEST, partnership
from tasuki.sim.people import People
from tasuki.sim.records import Answered, Arrived, Records
from tasuki.sim.trace import Trace
from tasuki.sim.weather import Weather
from tasuki.store import holdings, ledger
from tasuki.store.channel import ENVELOPES_OUT

DEEPEST: Final = 3
"""How many requests may be under way inside each other: while one is, everything else goes on."""

SETTLING: Final = timedelta(days=3)
"""Virtual time in which everything must have come to rest once nothing disturbs it any more."""

_NUMBERS: Final = (FEWEST, FEWEST, FEWEST, 3, 3, 4, len(CODES))
"""How many nations there are, each as likely: every further one costs as much as the first."""

_LANES: Final = (Lane.URGENT, Lane.BULK)
"""The lanes people use here; the third is the second under another name."""

_OK: Final = 200
_BROKEN: Final = 500
_HEELS: Final = timedelta(seconds=3)
_BURST: Final = 0.5
_SOON: Final = timedelta(seconds=5)
_PATIENT_AFTER: Final = 4
_THINNED: Final = 60.0
_LONGEST_PAUSE_S: Final = 3600.0
_DAY: Final = timedelta(days=1)
_JOURNAL_KEPT: Final = 0.5
"""How often the journal beside a database survives what makes people put a copy back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is played.

    Attributes:
        nations: how many; drawn by the seed where it is None.
        acts_every: mean time between two acts of one nation's people.
        logs_every: longest time between two checkpoints of a log that grows; the product's own is a second.
        statements_every: time between two statements to a partner; the product's own is a quarter of an hour.
        real: true signatures and sealing; then bytes differ from run to run, and events do not.
        restores: disks rot and nations are put back to older copies as well.
    """

    seed: int
    days: int = 7
    nations: int | None = None
    acts_every: timedelta = timedelta(hours=12)
    logs_every: timedelta = timedelta(hours=4)
    statements_every: timedelta = timedelta(hours=22)
    real: bool = False
    restores: bool = False


@dataclass(slots=True)
class _Turn:
    """A turn of a loop that is due: whose, in which life, and what it does."""

    nation: Nation
    life: int
    key: str
    act: Callable[[], float | None]
    failures: int = 0


@dataclass(order=True, slots=True)
class _Event:
    at: Any
    number: int
    label: str = field(compare=False)
    act: Callable[[], None] = field(compare=False)


class Bench(Bound):
    """One run.

    Attributes:
        commits: how many acts all nodes have committed; whatever happened has its place between two of them.
    """

    def __init__(self, plan: Plan, folder: Path, runner: asyncio.Runner) -> None:
        """Make the nations in `folder`; `run` plays them."""
        self._runner = runner
        self.plan = plan
        self.time = Time()
        self.trace = Trace(time=self.time, exact=not plan.real)
        self.records = Records()
        self.commits = 0
        self.dice = random.Random(f"bench/{plan.seed}")  # noqa: S311 the bench must draw the same again
        self.network = Network(dice=random.Random(f"network/{plan.seed}"))  # noqa: S311 as above
        self._numbers = count()
        self._events: list[_Event] = []
        self._due: set[tuple[str, int, str]] = set()
        self._depth = 0
        self._last: Counter[str] = Counter()
        self._copies: defaultdict[str, list[tuple[bytes, int]]] = defaultdict(list)
        self._doomed: dict[str, tuple[int, bool]] = {}
        self._taking: dict[str, tuple[str, str, int]] = {}
        self._dues: dict[tuple[str, str, str], str] = {}
        number = plan.nations or self.dice.choice(_NUMBERS)
        profile = partnership(number)
        seed = str(plan.seed)
        self.nations = {code: Nation(code, folder, profile, seed, self, self.time) for code in CODES[:number]}
        self._people = People(random.Random(f"people/{plan.seed}"), self.records, lambda: self.commits)  # noqa: S311 as above

    # What is played

    def run(self) -> None:
        """Play the days, then let everything heal and come to rest."""
        end = BEGINNING + timedelta(days=self.plan.days)
        for nation in self.nations.values():
            self._start(nation)
        self._introduce()
        for nation in self.nations.values():
            self._next_act(nation, end)
            self._every(nation, "look", _DAY / 2, end, self._look)
            self._every(nation, "dispose", _DAY, end, self._dispose)
            self._every(nation, "back up", _DAY, end, self._back_up)
        Weather(self, end, restores=self.plan.restores).gather()
        self._run_until(end)
        self._heal()
        self._run_until(end + SETTLING)
        for nation in self.nations.values():
            self._look(nation)

    def scene(self, second: Verifier | None = None) -> Scene:
        """Return the run as the invariants look at it."""
        nodes = {code: each.node for code, each in self.nations.items()}
        trust = {
            (code, reader): partners.export_trust(node, reader).body
            for code, node in nodes.items()
            for reader in nodes
            if reader != code
        }
        return Scene(nodes=nodes, records=self.records, trust=trust, second=second)

    def close(self) -> None:
        """Stop every nation."""
        for nation in self.nations.values():
            if nation.is_up:
                nation.stop()

    def at(self, delay: timedelta, label: str, act: Callable[[], None]) -> None:
        """Have something happen after a delay."""
        heapq.heappush(self._events, _Event(self.time.now + delay, next(self._numbers), label, act))

    def note(self, who: str, what: str, content: bytes | None = None) -> None:
        """Add an event to the trace."""
        self.trace.note(who, what, content)

    def _run_until(self, end: Any) -> None:
        while self._events and self._events[0].at <= end:
            event = heapq.heappop(self._events)
            self.time.reach(event.at)
            self._happen(event)
        self.time.reach(end)

    def _happen(self, event: _Event) -> None:
        try:
            event.act()
        except CrashedError as crashed:
            self.fall(crashed.nation)
        except BusyError as busy:
            self.note("bench", f"{event.label} waits for {busy}")
            self.at(_SOON * (0.2 + self.dice.random()), event.label, event.act)
        except Exception as error:  # noqa: BLE001 what nobody foresaw is what the bench looks for
            self._surprise(event.label, error)

    def _surprise(self, where: str, error: BaseException) -> None:
        if not any(code in where for code in self.records.rotten):
            self.records.surprises.append(f"{where}: {type(error).__name__}: {error}"[:300])
        self.note("bench", f"SURPRISE in {where}: {type(error).__name__}: {error}"[:300])

    def _introduce(self) -> None:
        """Let every two nations compare each other's fingerprints."""
        for one in self.nations.values():
            for other in self.nations.values():
                if one is not other:
                    raw = partners.export_trust(other.node).body
                    shown = partners.add(one.node, raw)
                    partners.compare(one.node, other.code, shown.fingerprint, ("First", "Second"))

    # Nations come and go

    def fall(self, nation: Nation) -> None:
        """End a nation's process where it stands; it comes back by itself."""
        self._doomed.pop(nation.code, None)
        self._taking.pop(nation.code, None)
        if not nation.is_up:
            return
        nation.crash()
        self.note(nation.code, "crashed")
        self.at(timedelta(minutes=1 + 240 * self.dice.random() ** 3), f"start {nation.code}", lambda: self.rise(nation))

    def doom(self, nation: Nation) -> None:
        """Let a nation crash at one of its next commits, just before or just after it; else soon."""
        if nation.is_up:
            self._doomed[nation.code] = (self.dice.randint(0, 6), self.dice.random() < 0.5)  # noqa: PLR2004 a fair coin
            life = nation.lives

            def late() -> None:
                if nation.lives == life and nation.code in self._doomed:
                    raise CrashedError(nation)

            self.at(timedelta(minutes=30), f"doom {nation.code}", late)

    def rise(self, nation: Nation) -> None:
        """Start a nation's process again, if it is down; what its disk does not let start is put back from a copy."""
        if nation.is_up:
            return
        try:
            self._start(nation)
        except (WorldError, DBAPIError) as error:
            if nation.code not in self.records.rotten:
                raise
            self.note(nation.code, f"does not start: {type(error).__name__}")
            nation.stop()
            self.put_back(nation)

    def put_back(self, nation: Nation) -> None:
        """Put a copy of yesterday, or older, in the place of a nation's database, and start it on that."""
        copies = self._copies[nation.code]
        if not copies:
            return
        if nation.is_up:
            self.fall(nation)
        copy, since = self.dice.choice(copies)
        kept = nation.code not in self.records.rotten and self.dice.random() < _JOURNAL_KEPT
        nation.restore(copy, journal=kept)
        self.records.forget(nation.code, since, self.commits)
        self.records.rotten.discard(nation.code)
        self.note(nation.code, f"restored, {'with' if kept else 'without'} its journal")
        self._start(nation)

    def rot(self, nation: Nation) -> None:
        """Turn some bits on a nation's disk while it is down; within a day its people put a copy back."""
        if not self._copies[nation.code]:
            return
        self.fall(nation)
        raw = bytearray(nation.database.read_bytes())
        for _ in range(self.dice.randint(1, 64)):
            raw[self.dice.randrange(len(raw))] ^= 1 << self.dice.randrange(8)
        nation.database.write_bytes(raw)
        self.records.rotten.add(nation.code)
        self.note(nation.code, "rots")
        self.at(_DAY * self.dice.random(), f"start {nation.code}, rotten", lambda: self._mend(nation))

    def _mend(self, nation: Nation) -> None:
        if nation.code in self.records.rotten:
            self.put_back(nation)

    def _back_up(self, nation: Nation) -> None:
        if nation.code not in self.records.rotten:
            self._copies[nation.code] = [*self._copies[nation.code][-1:], (nation.back_up(), self.commits)]

    def _start(self, nation: Nation) -> None:
        nation.start()
        self.note(nation.code, f"started, life {nation.lives}")
        self._last[nation.code] = 0
        self._note_sealed(nation)
        self._wake(nation)

    def _wake(self, nation: Nation) -> None:
        for topic in (OUTBOX, SEALED, ARRIVED, TRUST):
            self.woken(nation, topic)
        self._wake_logs(nation)
        for other in self._others(nation):
            self._state(nation, other)

    def _state(self, nation: Nation, other: Nation) -> None:
        """Have statements exchanged now, and then every so often as long as this life lasts."""
        life, span = nation.lives, self.plan.statements_every

        def turn() -> None:
            self.at(span * (0.5 + 0.5 * self.dice.random()), f"turn {nation.code} statement", again)
            loops.statement_turn(nation.node, other.participant)

        def again() -> None:
            if nation.is_up and nation.lives == life:
                turn()

        self._turn(nation, f"statement {other.code}", 1.0, turn)

    def _others(self, nation: Nation) -> list[Nation]:
        return [each for each in self.nations.values() if each is not nation]

    def _heal(self) -> None:
        self.note("bench", "everything heals")
        self._events = [each for each in self._events if each.label.startswith(("late", "turn", "start"))]
        heapq.heapify(self._events)
        self._doomed.clear()
        self.network.heal()
        for nation in self.nations.values():
            nation.hands.start()
            nation.hands.off = timedelta()
            self._mend(nation)
            self.rise(nation)
        for nation in self.nations.values():
            self._wake(nation)

    # What nations reach

    def carry(self, sender: Nation, partner: Anchor, path: str, content: bytes) -> tuple[int, bytes]:
        """Bring a request to a partner and its answer back, as the network lets it."""
        life, receiver = sender.lives, self.nations[partner.name.participant]
        fate = self.network.fate()
        self.note(sender.code, f"-> {receiver.code} {path} {fate.value}", content)
        self._pass(self.network.way())
        self._require_life(sender, life)
        if fate is Fate.LATE and self.network.passes(sender.code, receiver.code):
            self.at(
                self.network.lateness(),
                f"late {sender.code} {receiver.code}",
                lambda: self._stray(sender, receiver, path, content),
            )
        if fate in (Fate.LOST, Fate.LATE):
            raise self._unreached(partner, "no answer in time")
        status, answer = self._deliver(sender, receiver, path, content)
        if fate is Fate.BENT and path == channel.PATH:
            # Nothing else travels outside TLS, by file, where a bit may turn unseen.
            self._stray(sender, receiver, path, self.network.bend(content))
        if fate is Fate.TWICE:
            self.at(
                self.network.lateness(),
                f"late {sender.code} {receiver.code}",
                lambda: self._stray(sender, receiver, path, content),
            )
        self._pass(self.network.way())
        self._require_life(sender, life)
        if fate is Fate.CUT or not self.network.passes(receiver.code, sender.code):
            raise self._unreached(partner, "the answer was cut")
        self.note(sender.code, f"<- {receiver.code} {path} {status}", answer)
        if status != _OK and path == channel.PATH:
            raise WorldError(STRANGE_ANSWER.because(partner=str(partner.name), found=f"status {status}"), retry=True)
        return status, answer

    def _deliver(self, sender: Nation, receiver: Nation, path: str, content: bytes) -> tuple[int, bytes]:
        if not receiver.is_up or not self.network.passes(sender.code, receiver.code):
            raise self._unreached(receiver.anchor, "no route")
        with receiver.node.database.read() as connection:
            audited = ledger.size(connection, AUDIT)
            top = holdings.top(connection)
        if path == channel.PATH and (env_id := _env_id(content)) is not None:
            self._taking[receiver.code] = (sender.code, env_id, top)
        try:
            status, answer = request(self._runner, receiver.app, path, content, sender.anchor.tls_certificate)
        except CrashedError as crashed:
            self.fall(crashed.nation)
            raise self._unreached(receiver.anchor, "it crashed") from None
        finally:
            self._taking.pop(receiver.code, None)
        if status == _BROKEN and receiver.code not in self.records.rotten:
            self.records.surprises.append(f"{receiver.code} answered 500 to {path}")
        self._heard(receiver, path, answer, audited)
        return status, answer

    def _stray(self, sender: Nation, receiver: Nation, path: str, content: bytes) -> None:
        """Deliver what its sender has given up or sent already; nobody waits for the answer."""
        self.note(sender.code, f"~> {receiver.code} {path}", content)
        try:
            self._deliver(sender, receiver, path, content)
        except TasukiError as error:
            self.note(receiver.code, f"not taken: {error.reason.code}")

    def _heard(self, receiver: Nation, path: str, answer: bytes, audited: int) -> None:
        """Note whether a refusal outside the lanes left its entry."""
        if path != channel.PATH or is_receipt(answer):
            return
        code = read_notice(answer).code
        if code == GAP.code:
            return
        with receiver.node.database.read() as connection:
            size = ledger.size(connection, AUDIT)
            leaves = ledger.leaves(connection, AUDIT, audited, size)
        told = any(each.body.get("reason") or each.kind == "equivocation" for each in leaves)
        self.records.refused.append(Answered(nation=receiver.code, code=code, audited=told))

    def _pass(self, span: timedelta) -> None:
        """Let time pass for whoever waits, and everybody else go on."""
        until = self.time.now + span
        if self._depth < DEEPEST:
            self._depth += 1
            try:
                self._run_until(until)
            finally:
                self._depth -= 1
        self.time.reach(until)

    def _require_life(self, nation: Nation, life: int) -> None:
        if nation.lives != life or not nation.is_up:
            raise CrashedError(nation)

    def _unreached(self, partner: Anchor, cause: str) -> WorldError:
        return WorldError(CANNOT_REACH.because(partner=str(partner.name), cause=cause), retry=True)

    def before_commit(self, nation: Nation) -> None:
        """Let a doomed nation crash before its commit."""
        left, before = self._doomed.get(nation.code, (-1, False))
        if left > 0:
            self._doomed[nation.code] = (left - 1, before)
        elif left == 0 and before:
            del self._doomed[nation.code]
            raise CrashedError(nation)

    def after_commit(self, nation: Nation) -> None:
        """Count a commit, note what came in with it, and let a doomed nation crash before it can say so."""
        self.commits += 1
        if not nation.is_up:
            # It is only starting: what it does first, it does alone.
            return
        if nation.code in self._taking:
            self._note_arrival(nation)
        self._note_sealed(nation)
        self._wake_logs(nation)
        left, before = self._doomed.get(nation.code, (-1, True))
        if left == 0 and not before:
            del self._doomed[nation.code]
            raise CrashedError(nation)

    def _note_sealed(self, nation: Nation) -> None:
        """Note with which commit an envelope was sealed."""
        with nation.node.database.read() as connection:
            made = connection.execute(
                sa.select(ENVELOPES_OUT.c.id, ENVELOPES_OUT.c.env_id).where(
                    ENVELOPES_OUT.c.id > self._last[nation.code]
                )
            ).all()
        for row in made:
            self.records.sealed.setdefault(row.env_id, self.commits)
            self._last[nation.code] = max(self._last[nation.code], row.id)

    def _note_arrival(self, nation: Nation) -> None:
        sender, env_id, top = self._taking[nation.code]
        with nation.node.database.read() as connection:
            ids = tuple(
                connection.execute(
                    sa.select(holdings.IDS.c.stix_id)
                    .join(holdings.HOLDINGS, holdings.HOLDINGS.c.id == holdings.IDS.c.number)
                    .where(holdings.HOLDINGS.c.position > top, holdings.HOLDINGS.c.source == sender)
                    .order_by(holdings.HOLDINGS.c.position)
                ).scalars()
            )
        if ids:
            del self._taking[nation.code]
            arrived = Arrived(env_id=env_id, sender=sender, receiver=nation.code, ids=ids, at=self.commits)
            self.records.arrived.append(arrived)
            nation.got += [(each, sender) for each in ids if each.startswith("indicator--")]

    def signing(self, nation: Nation, question: bytes, answer: bytes) -> None:
        """Note every root that a nation signs, of its own logs and of others'."""
        name, arguments = msgspec.msgpack.decode(question, type=tuple[str, list[Any]])
        if msgspec.msgpack.decode(answer)[0] != 0:
            return
        if name == "sign_checkpoint":
            state = parse_checkpoint(arguments[0].decode())
            self.records.signed[state.origin][state.size].add(state.root)
        elif name == "cosign":
            state = parse_checkpoint(arguments[0].split(b"\n", 2)[2].decode())
            self.records.cosigned[nation.code, state.origin].append((state.size, state.root))
        elif name == "cosign_ml_dsa_44":
            said = read_message_v2(arguments[0])
            self.records.cosigned[nation.code, said.origin].append((said.size, said.root))

    # Loops

    def woken(self, nation: Nation, topic: str) -> None:
        """Give the loops that a signal wakes their turns."""
        if not nation.is_up:
            return
        if topic == OUTBOX:
            for partner, lane in self._ways(nation):
                self._turn(nation, f"seal {partner} {lane}", 1.0, _seal(nation, partner, lane))
        elif topic == SEALED:
            for partner, lane in self._ways(nation):
                self._turn(nation, f"send {partner} {lane}", 1.0, _send(nation, partner, lane))
        elif topic == ARRIVED:
            self._turn(nation, "match", 1.0, lambda: loops.match_turn(nation.node))
            self._turn(nation, "recover", 1.0, lambda: loops.recover_turn(nation.node))
        elif topic == TRUST:
            for other in self._others(nation):
                self._turn(nation, f"trust {other.code}", 1.0, _trust(nation, other.participant))

    def _ways(self, nation: Nation) -> Iterator[tuple[Any, Lane]]:
        for other in self._others(nation):
            for lane in _LANES:
                yield other.participant, lane

    def _wake_logs(self, nation: Nation) -> None:
        longest = self.plan.logs_every.total_seconds()
        for partner in (None, *[each.participant for each in self._others(nation)]):
            self._turn(nation, f"log {partner}", longest, _log(nation, partner))

    def _turn(self, nation: Nation, key: str, longest_s: float, act: Callable[[], float | None]) -> None:
        mark = nation.code, nation.lives, key
        if mark not in self._due:
            self._due.add(mark)
            turn = _Turn(nation=nation, life=nation.lives, key=key, act=act)
            self.at(
                timedelta(seconds=longest_s * self.dice.random()), f"turn {nation.code} {key}", lambda: self._take(turn)
            )

    def _take(self, turn: _Turn) -> None:
        if turn.nation.lives != turn.life or not turn.nation.is_up:
            return
        # From here on a signal gives it another turn: what is committed while it works is not missed.
        self._due.discard((turn.nation.code, turn.life, turn.key))
        pause = turn.act()
        mark = turn.nation.code, turn.life, turn.key
        if pause is None or mark in self._due:
            return
        turn.failures += 1
        if turn.failures > _PATIENT_AFTER:
            # A partner that is away for a day would be asked a thousand times in vain.
            pause = min(_LONGEST_PAUSE_S, pause * _THINNED)
        self.note(turn.nation.code, f"{turn.key} fails: {loops.last_failure(turn.nation.node)}, again in {pause:.0f} s")
        self._due.add(mark)
        self.at(timedelta(seconds=pause), f"turn {turn.nation.code} {turn.key}", lambda: self._take(turn))

    # People and what they look at

    def _next_act(self, nation: Nation, end: Any) -> None:
        # Half of all acts come on the heels of another, while what that one began is still under way.
        wait = (
            _HEELS * self.dice.random()
            if self.dice.random() < _BURST
            else 2 * self.plan.acts_every * self.dice.expovariate(1.0)
        )
        if self.time.now + wait < end:
            self.at(wait, f"act {nation.code}", lambda: self._act(nation, end))

    def _act(self, nation: Nation, end: Any) -> None:
        self._next_act(nation, end)
        if nation.is_up:
            self.note(nation.code, self._people.act(nation, self._others(nation)))

    def _every(self, nation: Nation, label: str, span: timedelta, end: Any, act: Callable[[Nation], None]) -> None:
        def again() -> None:
            if self.time.now + span < end:
                self.at(span, f"{label} {nation.code}", again)
            if nation.is_up:
                act(nation)

        self.at(span * self.dice.random(), f"{label} {nation.code}", again)

    def _dispose(self, nation: Nation) -> None:
        loops.dispose_turn(nation.node)

    def _look(self, nation: Nation) -> None:
        """Look as a duty officer does: at the clocks of open requests, and at the queues."""
        cases = assistance.listed(nation.node)
        told = {str(each.reason.params.get("stix_id")) for each in health.alarms(nation.node)}
        for case in cases:
            self._watch_clock(nation, case, told)
        waiting = sum(each.waiting + each.unanswered for each in channel.lanes(nation.node))
        self.records.longest_queue = max(self.records.longest_queue, waiting)
        self.note(nation.code, f"looks: {len(cases)} open, {waiting} wait")

    def _watch_clock(self, nation: Nation, case: dict[str, Any], told: set[str]) -> None:
        clocks = case.get("clocks")
        if not clocks or case["we"] != "asked":
            return
        due = clocks["acknowledge"]["due"]
        first = self._dues.setdefault((nation.code, case["id"], case["request"]["modified"]), due)
        if due != first:
            self.records.silent.append(f"{nation.code}: the clock of {case['id']} moved from {first} to {due}")
        if clocks["acknowledge"]["overdue"] and case["id"] not in told:
            self.records.silent.append(f"{nation.code}: nobody is told that {case['id']} is overdue since {due}")


def _seal(nation: Nation, partner: Any, lane: Lane) -> Callable[[], float | None]:
    return lambda: loops.seal_turn(nation.node, partner, lane)


def _trust(nation: Nation, partner: Any) -> Callable[[], float | None]:
    return lambda: loops.trust_turn(nation.node, partner)


def _send(nation: Nation, partner: Any, lane: Lane) -> Callable[[], float | None]:
    return lambda: loops.send_turn(nation.node, partner, lane)


def _log(nation: Nation, partner: Any) -> Callable[[], float | None]:
    return lambda: loops.log_turn(nation.node, partner)


def _env_id(content: bytes) -> str | None:
    try:
        return read_envelope(content).header.env_id
    except (PeerError, InputError):
        return None


@contextmanager
def benched(plan: Plan, folder: Path) -> Iterator[Bench]:
    """Give a bench that has played its plan, at rest and with every nation up; stop it afterwards."""
    with asyncio.Runner() as runner, in_one_thread(), nullcontext() if plan.real else stand_in():
        bench = Bench(plan, folder, runner)
        try:
            bench.run()
            yield bench
        finally:
            bench.close()


def fates(trace: Trace) -> Counter[str]:
    """Return how often the network did what, and nations crashed."""
    found: Counter[str] = Counter()
    for line in trace.lines:
        for word in (" lost", " late", " twice", " cut", " bent", "crashed", "waits for", "restored", "rots"):
            found[word.strip()] += word in line
    return found
