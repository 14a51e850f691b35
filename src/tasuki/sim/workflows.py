# SPDX-License-Identifier: MIT
"""Twelve workflows, each a few acts of people and loops at three nodes: what is cut, failed, and played back.

An act may be repeated, as a person or a loop would after an error: that is part of what is tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from tasuki.base.errors import TasukiError
from tasuki.core.assistance.acts import Asking, Office
from tasuki.core.channel.model import Lane
from tasuki.core.ledger.model import AUDIT
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.services import assistance, channel, consent, importing, ledger, partners, release, withdrawal
from tasuki.services.importing import Statement
from tasuki.services.intake import home_identity
from tasuki.sim.binding import in_one_thread
from tasuki.sim.clocks import Time
from tasuki.sim.invariants import Scene
from tasuki.sim.keys import stand_in
from tasuki.sim.nation import Bound, CrashedError, Nation
from tasuki.sim.network import request
from tasuki.sim.partnership import CODES, partnership, team
from tasuki.sim.records import Acknowledged, Records

NATIONS: Final = CODES[:3]
_OFFICE: Final = Office(office="Duty desk")
_WHY: Final = "The workflow says so."
_TICK: Final = timedelta(seconds=1)
_ROUNDS: Final = 12
"""Rounds in which everything must have come to rest."""

Note = Callable[[Records], None]


class NotYetError(Exception):
    """An act has nothing to act on: what it follows was refused."""


class Stage(Bound):
    """Three nations on a network that is well; what they acknowledge and sign is noted as it happens.

    Attributes:
        noted: what is true from now on, each a change of the records; `watch` is told of each.
        ids: what was made on the stage, by a name that workflows use.
    """

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        """Make the nations in `folder`, up and introduced."""
        self._runner = runner
        self.time = Time()
        self.ids: dict[str, str] = {}
        self.watch: Callable[[Note], None] = lambda _note: None
        profile = partnership(len(NATIONS))
        self.nations = {code: Nation(code, folder, profile, "stage", self, self.time) for code in NATIONS}
        for nation in self.nations.values():
            nation.start()
        for one in self.nations.values():
            for other in self.nations.values():
                if one is not other:
                    shown = partners.add(one.node, partners.export_anchor(other.node).body)
                    partners.compare(one.node, other.code, shown.fingerprint, ("First", "Second"))

    def __getitem__(self, code: str) -> Nation:
        return self.nations[code]

    def id(self, name: str) -> str:
        """Return what was made under a name.

        Raises:
            NotYetError: nothing was.
        """
        if name not in self.ids:
            raise NotYetError(name)
        return self.ids[name]

    def scene(self, records: Records) -> Scene:
        """Return the stage as the invariants look at it."""
        return Scene(nodes={code: each.node for code, each in self.nations.items()}, records=records)

    def carry(self, sender: Nation, partner: Anchor, path: str, content: bytes) -> tuple[int, bytes]:
        """Bring a request to a partner and its answer back, always."""
        return request(
            self._runner, self.nations[partner.name.participant].app, path, content, sender.anchor.tls_certificate
        )

    def before_commit(self, nation: Nation) -> None:
        """Let it come."""

    def after_commit(self, nation: Nation) -> None:
        """Let it be."""

    def woken(self, nation: Nation, topic: str) -> None:
        """Wake nobody: acts say what is done when."""

    def signing(self, _nation: Nation, question: bytes, answer: bytes) -> None:
        """Note the roots that are signed and cosigned."""
        name, arguments = msgspec.msgpack.decode(question, type=tuple[str, list[Any]])
        if msgspec.msgpack.decode(answer)[0] == 0 and name == "sign_checkpoint":
            state = parse_checkpoint(arguments[0].decode())
            self.watch(lambda records: records.signed[state.origin][state.size].add(state.root))

    def imported(self, nation: Nation, stix_id: str) -> None:
        """Note that an import was acknowledged."""
        self.watch(lambda records: records.imported.append(Acknowledged(nation=nation.code, stix_id=stix_id, at=0)))

    def shared(self, nation: Nation, stix_id: str, to: str) -> None:
        """Note that a share was acknowledged."""
        done = Acknowledged(nation=nation.code, stix_id=stix_id, at=0, to=to)
        self.watch(lambda records: records.shared.append(done))

    def taken_back(self, nation: Nation, stix_id: str) -> None:
        """Note that a recall was acknowledged."""
        self.watch(lambda records: records.forbid(nation.code, [stix_id], "*", 0))

    def rest(self) -> list[str]:
        """Do whatever the loops of all nations would do until nothing is left; return what does not get through."""
        stopped: list[str] = []
        for _ in range(_ROUNDS):
            self.time.now += _TICK
            stopped = [said for nation in self.nations.values() for said in self._round(nation)]
            if not stopped and not any(self._is_busy(nation) for nation in self.nations.values()):
                return []
        return stopped or ["something still waits after all rounds"]

    def _round(self, nation: Nation) -> Iterator[str]:
        for other in self.nations.values():
            if other is not nation:
                for lane in Lane:
                    yield from _said(move, nation, other, lane)
                yield from _said(ledger.cosign_with, nation.node, other.participant)
        yield from _said(ledger.checkpoint, nation.node, AUDIT)

    def _is_busy(self, nation: Nation) -> bool:
        if any(each.waiting or each.unanswered for each in channel.lanes(nation.node)):
            return True
        others = [each for each in self.nations.values() if each is not nation]
        return any(ledger.cosign_with(nation.node, each.participant) for each in others)


def _said(act: Callable[..., object], *arguments: object) -> Iterator[str]:
    try:
        act(*arguments)
    except TasukiError as error:
        yield error.reason.code


def move(nation: Nation, other: Nation, lane: Lane) -> None:
    """Seal and push what waits for a partner on a lane."""
    while channel.seal_next(nation.node, other.participant, lane):
        pass
    while channel.push(nation.node, other.participant, lane):
        pass


Act = Callable[[Stage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One workflow.

    Attributes:
        victim: whose disk fails, or whose process ends.
        before: what has happened by then.
    """

    victim: str
    before: tuple[Act, ...]
    acts: tuple[Act, ...]


def bring_in(code: str, name: str, tlp: str = "green") -> Act:
    """Return the act of bringing in one indicator, found again under `name`."""

    def act(stage: Stage) -> None:
        nation = stage[code]
        terms = importing.terms_of(nation.node, Statement(tlp=tlp, basis="own-analysis"))
        text = f"{name}.{code.lower()}.example\n".encode()
        report = importing.import_stream(nation.node, "list.csv", [text], terms, keep_ids=True)
        found = [each for each in report.ids if each.startswith("indicator--")]
        if found:
            stage.ids[name] = found[0]
        stage.imported(nation, stage.id(name))

    return act


def mark(code: str, name: str) -> Act:
    """Return the act of keeping something under its maker's control."""

    def act(stage: Stage) -> None:
        release.mark(stage[code].node, [stage.id(name)], level=None, besides=release.Besides(consent_of=(code,)))

    return act


def share(code: str, name: str, to: str, lane: Lane = Lane.BULK) -> Act:
    """Return the act of sharing something."""

    def act(stage: Stage) -> None:
        # With whoever made it: what refers to something that is not held may not be passed on.
        wanted = [home_identity(stage[code].node)[0], stage.id(name)]
        report = release.share(stage[code].node, wanted, team(to), lane=lane)
        if not report.withheld:
            stage.shared(stage[code], stage.id(name), to)

    return act


def pass_on(code: str, name: str, to: str) -> Act:
    """Return the act of sharing what came from another."""

    def act(stage: Stage) -> None:
        report = release.share(stage[code].node, [stage.id(name)], team(to))
        if not report.withheld:
            stage.shared(stage[code], stage.id(name), to)

    return act


def seal(code: str, to: str, lane: Lane = Lane.BULK) -> Act:
    """Return the act of sealing what waits."""

    def act(stage: Stage) -> None:
        while channel.seal_next(stage[code].node, stage[to].participant, lane):
            pass

    return act


def send(code: str, to: str, lane: Lane = Lane.BULK) -> Act:
    """Return the act of pushing what is sealed and keeping the receipts."""

    def act(stage: Stage) -> None:
        while channel.push(stage[code].node, stage[to].participant, lane):
            pass

    return act


def lose_answers(code: str, to: str, lane: Lane = Lane.BULK) -> Act:
    """Return the act of pushing what is sealed while no answer comes back."""

    def act(stage: Stage) -> None:
        nation, carry = stage[code], stage.carry

        def cut(sender: Nation, partner: Anchor, path: str, content: bytes) -> tuple[int, bytes]:
            carry(sender, partner, path, content)
            raise CrashedError(sender)

        stage.carry = cut  # type: ignore[method-assign]
        try:
            channel.push(nation.node, stage[to].participant, lane)
        except CrashedError:
            pass
        finally:
            stage.carry = carry  # type: ignore[method-assign]

    return act


def take_back(code: str, name: str) -> Act:
    """Return the act of recalling something."""

    def act(stage: Stage) -> None:
        withdrawal.recall(stage[code].node, [stage.id(name)], why=_WHY)
        stage.taken_back(stage[code], stage.id(name))

    return act


def ask_consent(code: str, name: str, to: str) -> Act:
    """Return the act of asking whose something is whether it may go on."""

    def act(stage: Stage) -> None:
        until = stage.time.now + timedelta(days=3)
        asking = consent.Asking(ids=(stage.id(name),), to=team(to), until=until, why=_WHY)
        consent.ask(stage[code].node, asking)

    return act


def grant(code: str) -> Act:
    """Return the act of consenting to what is asked."""

    def act(stage: Stage) -> None:
        for each in consent.listed(stage[code].node, limit=10).requests:
            if (each.direction, each.state) == ("in", "asked"):
                consent.grant(stage[code].node, each.request, why=_WHY, partner=each.asker)

    return act


def ask_help(code: str, to: str) -> Act:
    """Return the act of asking for assistance."""

    def act(stage: Stage) -> None:
        asking = Asking(
            to=team(to),
            trigger="ransomware",
            severity="3",
            wanted=("indicators",),
            consent="anonymous",
            summary="A plant stands still.",
        )
        stage.ids["help"] = str(assistance.ask(stage[code].node, asking)["id"])

    return act


def acknowledge(code: str, asker: str) -> Act:
    """Return the act of a person who saw the request."""

    def act(stage: Stage) -> None:
        assistance.acknowledge(stage[code].node, stage.id("help"), _OFFICE, asker=asker)

    return act


def cosign(code: str, with_: str) -> Act:
    """Return the act of having a log mirrored and cosigned."""

    def act(stage: Stage) -> None:
        ledger.cosign_with(stage[code].node, stage[with_].participant)

    return act


def checkpoint(code: str) -> Act:
    """Return the act of signing the audit log."""

    def act(stage: Stage) -> None:
        ledger.checkpoint(stage[code].node, AUDIT)

    return act


def back_up(code: str) -> Act:
    """Return the act of copying the database, while it runs."""

    def act(stage: Stage) -> None:
        stage[code].back_up()

    return act


def scrub(code: str) -> Act:
    """Return the act of letting what was deleted vanish from the files."""

    def act(stage: Stage) -> None:
        stage[code].node.database.scrub()

    return act


_SENT: Final = (bring_in("AAA", "one"), share("AAA", "one", "BBB"), seal("AAA", "BBB"), send("AAA", "BBB"))

WORKFLOWS: Final[Mapping[str, Workflow]] = {
    "import": Workflow(victim="AAA", before=(), acts=(bring_in("AAA", "one"), bring_in("AAA", "two"))),
    "mark": Workflow(victim="AAA", before=(bring_in("AAA", "one"),), acts=(mark("AAA", "one"),)),
    "share": Workflow(
        victim="AAA", before=(bring_in("AAA", "one"),), acts=(share("AAA", "one", "BBB"), seal("AAA", "BBB"))
    ),
    "send": Workflow(victim="AAA", before=_SENT[:3], acts=(send("AAA", "BBB"),)),
    "receive": Workflow(victim="BBB", before=_SENT[:3], acts=(send("AAA", "BBB"),)),
    "receipt": Workflow(
        victim="AAA", before=(*_SENT[:3], lose_answers("AAA", "BBB")), acts=(send("AAA", "BBB"), checkpoint("AAA"))
    ),
    "recall sent": Workflow(
        victim="AAA",
        before=_SENT,
        acts=(take_back("AAA", "one"), seal("AAA", "BBB", Lane.URGENT), send("AAA", "BBB", Lane.URGENT)),
    ),
    "recall received": Workflow(
        victim="BBB",
        before=(*_SENT, take_back("AAA", "one"), seal("AAA", "BBB", Lane.URGENT)),
        acts=(
            send("AAA", "BBB", Lane.URGENT),
            seal("BBB", "AAA", Lane.URGENT),
            send("BBB", "AAA", Lane.URGENT),
            scrub("BBB"),
        ),
    ),
    "consent": Workflow(
        victim="BBB",
        before=(_SENT[0], mark("AAA", "one"), *_SENT[1:]),
        acts=(
            ask_consent("BBB", "one", "CCC"),
            seal("BBB", "AAA"),
            send("BBB", "AAA"),
            grant("AAA"),
            seal("AAA", "BBB"),
            send("AAA", "BBB"),
            pass_on("BBB", "one", "CCC"),
            seal("BBB", "CCC"),
            send("BBB", "CCC"),
        ),
    ),
    "assistance": Workflow(
        victim="AAA",
        before=(),
        acts=(
            ask_help("AAA", "BBB"),
            seal("AAA", "BBB", Lane.URGENT),
            send("AAA", "BBB", Lane.URGENT),
            acknowledge("BBB", "AAA"),
            seal("BBB", "AAA", Lane.URGENT),
            send("BBB", "AAA", Lane.URGENT),
        ),
    ),
    "cosign": Workflow(victim="AAA", before=_SENT, acts=(cosign("AAA", "BBB"), checkpoint("AAA"))),
    "witness": Workflow(victim="BBB", before=_SENT, acts=(cosign("AAA", "BBB"),)),
    "backup": Workflow(victim="AAA", before=_SENT, acts=(back_up("AAA"), scrub("AAA"), bring_in("AAA", "two"))),
}
"""By name; the thirteenth is the other side of the twelfth."""


@contextmanager
def staged(folder: Path) -> Iterator[Callable[[], Stage]]:
    """Give what makes a stage in a folder below, with keys and threads that bring no chance."""
    with asyncio.Runner() as runner, in_one_thread(), stand_in():
        stages: list[Stage] = []

        def make() -> Stage:
            place = folder / str(len(stages))
            place.mkdir()
            stages.append(Stage(place, runner))
            return stages[-1]

        try:
            yield make
        finally:
            for stage in stages:
                for nation in stage.nations.values():
                    if nation.is_up:
                        nation.stop()


def memory() -> Path | None:
    """Return a folder that is no disk, where there is one: what a disk does is played, not waited for."""
    found = Path("/dev/shm")  # noqa: S108 the folder made in it is private
    return found if found.is_dir() else None
