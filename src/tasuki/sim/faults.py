# SPDX-License-Identifier: MIT
"""Faults at every point: a crash after every write and sync, and a failure of every call, of a workflow's victim.

After each, the product starts on what is left, people and loops do again what was not acknowledged, and everything must
be as the invariants say: what was acknowledged is there, nothing took effect twice, the logs are whole.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tasuki.adapters.journal import FILE as JOURNAL
from tasuki.adapters.settings import DATABASE
from tasuki.base.errors import TasukiError, WorldError
from tasuki.services import ledger
from tasuki.services.node import Node
from tasuki.sim.disk import Disk, Event, Files, Loss, Playback, Trouble
from tasuki.sim.invariants import INVARIANTS
from tasuki.sim.nation import Nation
from tasuki.sim.records import Records
from tasuki.sim.workflows import Note, NotYetError, Stage, Workflow

CHECKED: Final = ("I1", "I2", "I3", "I5", "I6", "I8", "I10", "I13")
"""What is looked at after each fault; the rest needs a longer story."""


@dataclass(slots=True)
class Recording:
    """A workflow as it went.

    Attributes:
        base: files of all nations when it began; `after` those of its end.
        notes: what was acknowledged and signed, with the number of calls before it.
        acts: for each act, the number of calls before it was done.
        journals: what the journals beside the databases held at the end; `lengths`, for each call, how much of it then.
    """

    base: Files
    events: list[Event] = field(default_factory=list)
    notes: list[tuple[int, Note]] = field(default_factory=list)
    acts: list[int] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    journals: dict[Path, bytes] = field(default_factory=dict)
    lengths: list[dict[Path, int]] = field(default_factory=list)

    def journal(self, path: Path, count: int) -> bytes:
        """Return what the file beside a database held when the call after so many was made: it only ever grows."""
        length = self.lengths[count][path] if count < len(self.lengths) else None
        return self.journals[path][:length]

    def known(self, count: int) -> Records:
        """Return what was true once so many calls had been made."""
        records = Records()
        for at, note in self.notes:
            if at <= count:
                note(records)
        return records


@dataclass(slots=True)
class Outcome:
    """What trying a workflow's faults came to.

    Attributes:
        points: calls of the victim; `tried` those at which a fault was tried.
        states: different states of the disk, or failures, that the product was put through.
        refused: acts that were refused with a reason.
        wrong: what is not as it must be.
    """

    points: int = 0
    tried: int = 0
    states: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


class Rig:
    """One workflow on one stage, whose disk is watched."""

    def __init__(self, stage: Stage, disk: Disk, workflow: Workflow) -> None:
        """Bring the stage to where the workflow begins."""
        self._stage = stage
        self._disk = disk
        self._workflow = workflow
        self._before: list[Note] = []
        stage.watch = self._before.append
        for act in workflow.before:
            act(stage)
        stage.time.reach(stage.time.now)
        self._began = stage.time.now
        self._ids = dict(stage.ids)
        self.recording = self._record()

    @property
    def points(self) -> int:
        """How many calls of the victim there are."""
        return sum(self._is_victims(each.path) for each in self.recording.events)

    @property
    def victim(self) -> Nation:
        """Whose disk it is."""
        return self._stage[self._workflow.victim]

    def _is_victims(self, path: str) -> bool:
        return Path(path).parent == self.victim.directory or self.victim.directory in Path(path).parents

    def _record(self) -> Recording:
        stage, disk = self._stage, self._disk
        base = self._files()
        recording = Recording(base=base, notes=[(0, each) for each in self._before])
        start = len(disk.events)
        paths = [nation.directory / JOURNAL for nation in stage.nations.values()]
        disk.noticed = lambda: recording.lengths.append({path: _size(path) for path in paths})
        stage.watch = lambda note: recording.notes.append((len(disk.events) - start, note))
        for act in self._workflow.acts:
            act(stage)
            recording.acts.append(len(disk.events) - start)
        recording.events = disk.events[start:]
        disk.keeping = False
        recording.journals = {path: path.read_bytes() if path.exists() else b"" for path in paths}
        recording.ids = dict(stage.ids)
        return recording

    def _files(self) -> Files:
        """Return the files of all nations as they are, which is as they last."""
        found: Files = {}
        for nation in self._stage.nations.values():
            for path in (nation.database, nation.database.with_name(DATABASE + "-wal")):
                if path.exists():
                    found[str(path)] = path.read_bytes()
        return found

    def crashes(self, stride: int, dice: random.Random) -> Outcome:
        """End the victim's process after every `stride`-th call of it, losing what a crash may lose, and start it."""
        outcome = Outcome()
        seen: set[tuple[int, int]] = set()
        playback = Playback(self.recording.base, self.recording.events)
        for count, event in enumerate(iter(playback.step, None), start=1):
            if not self._is_victims(event.path):
                continue
            outcome.points += 1
            if outcome.points % stride:
                continue
            outcome.tried += 1
            for loss in Loss:
                files = playback.state(loss, dice, self._is_victims)
                state = hash(frozenset(files.items())), self._notes_until(count)
                if state not in seen:
                    seen.add(state)
                    outcome.states += 1
                    place = f"after call {count} ({event.act.value}), losing {loss.value}"
                    outcome.wrong += [f"{place}: {said}" for said in self._survives(files, count)]
        return outcome

    def _notes_until(self, count: int) -> int:
        return sum(at <= count for at, _ in self.recording.notes)

    def failures(self, stride: int, troubles: Sequence[Trouble]) -> Outcome:
        """Fail every `stride`-th call of the victim, in each way; the process lives on."""
        outcome = Outcome()
        number = 0
        while True:
            trouble = troubles[number // stride % len(troubles)]
            kinds = troubles if stride == 1 else (trouble,)
            met = [self._fails(number, each, outcome) for each in kinds]
            if not any(met):
                break
            outcome.tried += 1
            number += stride
        outcome.points = number
        return outcome

    def _fails(self, number: int, trouble: Trouble, outcome: Outcome) -> bool:
        """Fail one call; return whether the workflow came to it."""
        records = self._put_back(self.recording.base, 0)
        calls, met = 0, False

        def choose(_number: int, path: str) -> Trouble | None:
            nonlocal calls, met
            if not self._is_victims(path):
                return None
            calls += 1
            met = met or calls == number + 1
            return trouble if calls == number + 1 else None

        place = f"call {number} fails with {trouble.name}"
        with self._disk.failing(choose):
            for act in self._workflow.acts:
                try:
                    act(self._stage)
                except (TasukiError, NotYetError):
                    outcome.refused += 1
                except Exception as error:  # noqa: BLE001 what nobody foresaw is what the rig looks for
                    outcome.wrong.append(f"{place}: {type(error).__name__}: {error}"[:300])
        if met:
            outcome.states += 1
            outcome.wrong += [f"{place}: {said}" for said in self._goes_on(records, self._workflow.acts)]
        return met

    def _survives(self, files: Files, count: int) -> list[str]:
        try:
            records = self._put_back(files, count)
        except WorldError as error:
            return [f"does not start: {error}"]
        left = [act for act, at in zip(self._workflow.acts, self.recording.acts, strict=True) if at > count]
        return self._goes_on(records, left)

    def _put_back(self, files: Files, count: int) -> Records:
        """Let every nation start on files, with what was known after so many calls."""
        stage = self._stage
        records = self.recording.known(count)
        stage.watch = lambda note: note(records)
        stage.time.now = self._began
        stage.ids = dict(self.recording.ids if count else self._ids)
        for nation in stage.nations.values():
            if nation.is_up:
                nation.stop()
            mine = {
                str(nation.database): "",
                str(nation.database) + "-wal": "-wal",
                str(nation.database) + "-journal": "-journal",
            }
            nation.put_back({mine[path]: raw for path, raw in files.items() if path in mine})
            _put_back_journal(nation.directory / JOURNAL, self.recording, count)
            nation.start()
        return records

    def _goes_on(self, records: Records, acts: Sequence[Callable[[Stage], None]]) -> list[str]:
        """Do again what was not acknowledged, come to rest, and look."""
        wrong: list[str] = []
        for act in acts:
            try:
                act(self._stage)
            except TasukiError as error:
                wrong.append(f"refused once there is no fault any more: {error}")
            except Exception as error:  # noqa: BLE001 as above
                wrong.append(f"{type(error).__name__}: {error}"[:300])
        wrong += [f"does not get through: {said}" for said in self._stage.rest()]
        wrong += list(_unsound(self.victim.node))
        scene = self._stage.scene(records)
        return wrong + [f"{name}: {said}" for name in CHECKED for said in INVARIANTS[name](scene)]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _put_back_journal(path: Path, recording: Recording, count: int) -> None:
    content = recording.journal(path, count)
    path.unlink(missing_ok=True)
    if content:
        path.write_bytes(content)


def _unsound(node: Node) -> Iterator[str]:
    """Say whether the database is whole and everything the logs rest on fits."""
    with node.database.read() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if said != "ok":
        yield f"the database is not sound: {said}"
    for found in ledger.examine(node, None):
        yield from (f"log with {found.partner or 'nobody'}: {reason.sentence()}" for reason in found.differences)
