# SPDX-License-Identifier: MIT
"""The weather of a run: ways are cut, the network is bad, clocks go wrong, processes end and disks rot, by the seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from tasuki.sim.clocks import Time
from tasuki.sim.nation import Nation
from tasuki.sim.network import Network

_EVERY: Final = {
    "partition": timedelta(hours=16),
    "one way": timedelta(hours=30),
    "bad": timedelta(hours=20),
    "jump": timedelta(hours=30),
    "freeze": timedelta(hours=40),
    "crash": timedelta(hours=10),
    "restore": timedelta(days=6),
    "rot": timedelta(days=8),
}
"""Mean time between two of a kind, over all nations."""

_SKEW_S: Final = 200.0
_JUMP: Final = timedelta(hours=6)


class Sky(Protocol):
    """What of the bench the weather moves."""

    nations: dict[str, Nation]
    network: Network
    time: Time
    dice: random.Random

    def at(self, delay: timedelta, label: str, act: Callable[[], None]) -> None:
        """Have something happen after a delay."""

    def note(self, who: str, what: str, content: bytes | None = None) -> None:
        """Add an event to the trace."""

    def doom(self, nation: Nation) -> None:
        """Let a nation crash at one of its next commits."""

    def put_back(self, nation: Nation) -> None:
        """Put an older copy in the place of a nation's database."""

    def rot(self, nation: Nation) -> None:
        """Turn some bits on a nation's disk."""


class Weather:
    """Everything that disturbs the nations from outside."""

    def __init__(self, sky: Sky, end: datetime, *, restores: bool) -> None:
        """Disturb what is under `sky` until `end`; its disks only with `restores`."""
        self._sky = sky
        self._end = end
        self._dice = sky.dice
        self._kinds: dict[str, Callable[[], None]] = {
            "partition": self._partition,
            "one way": self._one_way,
            "bad": self._bad,
            "jump": self._jump,
            "freeze": self._freeze,
            "crash": self._crash,
        }
        if restores:
            self._kinds |= {"restore": self._restore, "rot": self._rot}

    def gather(self) -> None:
        """Set every clock a little wrong, and have the first of each kind come."""
        for nation in self._sky.nations.values():
            nation.hands.off = timedelta(seconds=self._dice.uniform(-_SKEW_S, _SKEW_S))
        for kind in self._kinds:
            self._next(kind)

    def _next(self, kind: str) -> None:
        wait = _EVERY[kind] * self._dice.expovariate(1.0)
        if self._sky.time.now + wait < self._end:
            self._sky.at(wait, f"weather {kind}", lambda: self._come(kind))

    def _come(self, kind: str) -> None:
        self._next(kind)
        self._kinds[kind]()

    def _nation(self) -> Nation:
        return self._dice.choice(list(self._sky.nations.values()))

    def _pair(self) -> tuple[str, str]:
        one, other = self._dice.sample(list(self._sky.nations), 2)
        return one, other

    def _span(self, longest: timedelta) -> timedelta:
        return longest * self._dice.random() ** 2

    def _cut(self, ways: list[tuple[str, str]], span: timedelta) -> None:
        for way in ways:
            self._sky.network.part(*way)
            self._sky.note("network", f"cut {way[0]} -> {way[1]} for {span}")

        def mend() -> None:
            for way in ways:
                self._sky.network.join(*way)
            self._sky.note("network", f"mended {ways}")

        self._sky.at(span, "weather mend", mend)

    def _partition(self) -> None:
        one, other = self._pair()
        self._cut([(one, other), (other, one)], self._span(timedelta(hours=30)))

    def _one_way(self) -> None:
        self._cut([self._pair()], self._span(timedelta(hours=12)))

    def _bad(self) -> None:
        network, span = self._sky.network, self._span(timedelta(hours=8))
        network.bad = True
        self._sky.note("network", f"bad for {span}")

        def better() -> None:
            network.bad = False
            self._sky.note("network", "well again")

        self._sky.at(span, "weather better", better)

    def _jump(self) -> None:
        nation = self._nation()
        nation.hands.off = self._dice.uniform(-1.0, 1.0) ** 3 * _JUMP
        self._sky.note(nation.code, f"clock off by {nation.hands.off}")
        back = timedelta(seconds=self._dice.uniform(-_SKEW_S, _SKEW_S))

        def right() -> None:
            nation.hands.off = back
            self._sky.note(nation.code, "clock set right")

        self._sky.at(self._span(timedelta(hours=12)), "weather clock", right)

    def _freeze(self) -> None:
        nation = self._nation()
        nation.hands.stop()
        self._sky.note(nation.code, "clock stands still")

        def go_on() -> None:
            nation.hands.start()
            self._sky.note(nation.code, "clock goes on")

        self._sky.at(self._span(timedelta(hours=8)), "weather clock", go_on)

    def _crash(self) -> None:
        self._sky.doom(self._nation())

    def _restore(self) -> None:
        self._sky.put_back(self._nation())

    def _rot(self) -> None:
        self._sky.rot(self._nation())
