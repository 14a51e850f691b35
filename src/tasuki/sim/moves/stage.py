# SPDX-License-Identifier: MIT
"""Where moves are played: one real node, and partners that do whatever a move wants."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from tasuki.base.canonical import canonical
from tasuki.base.errors import WorldError
from tasuki.formats.envelope.anchor import Anchor, read_anchor
from tasuki.sim.partner.driven import Driven, Said, State
from tasuki.sim.partner.liar import TRUST, Liar, meet
from tasuki.sim.partner.payloads import LANES, indicator
from tasuki.sim.partner.reasons import NOT_QUIET, UNWILLING
from tasuki.sim.partner.skewed import program

ME: Final = "GBR"
_NOTHING: Final = {"keys": 0, "peers": 0, "root": 0}
HOME: Final = "GBR/cert:csirt"
POLICE: Final = "GBR/police:police"
"""The desk that runs the node, and one that only reads there."""

QUIET_S: Final = 20.0
"""How long a node may take until nothing of it moves any more."""

_PARTICIPANT = """
[[participants]]
id = "{id}"
name = {{ en = "{en}", ja = "{ja}" }}

[participants.ceiling]
highest = {{ en = "OFFICIAL", ja = "OFFICIAL" }}
refused = ["SECRET", "UK EYES ONLY", "極秘"]
levels = [{{ name = "OFFICIAL", to = ["GBR", "JPN", "FRA"] }}, {{ name = "INNER", to = [] }}]

[participants.severity]
id = "scale"
urgent = ["C1"]
name = {{ en = "Scale", ja = "尺度" }}
levels = [
  {{ code = "C1", en = "crisis", ja = "危機" }},
  {{ code = "C2", en = "moderate", ja = "中程度" }},
]

[[participants.organisations]]
id = "cert"
name = {{ en = "Response team of {en}", ja = "{ja}の対応班" }}
capacities = ["csirt", "policy"]

[[participants.organisations]]
id = "police"
name = {{ en = "Police of {en}", ja = "{ja}の警察" }}
capacities = ["police"]
"""

PROFILE: Final = """
id = "three-nations"
version = 1
name = { en = "Three nations (for trials)", ja = "三か国(試験用)" }
community = ["JPN", "GBR"]

[texts.demonstration]
en = "DEMONSTRATION - not a government system"
ja = "実演 - 政府のシステムではありません"

[assistance.urgent]
acknowledge_minutes = 60
decide_minutes = 360

[assistance.routine]
acknowledge_minutes = 720
decide_minutes = 4320
""" + "".join(
    _PARTICIPANT.format(id=code, en=en, ja=ja)
    for code, en, ja in (("GBR", "United Kingdom", "英国"), ("JPN", "Japan", "日本"), ("FRA", "France", "フランス"))
)
"""Japan and the United Kingdom are the community; France is a third outside it."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """The node under test and its partners.

    Attributes:
        node: GBR, a real process.
        jpn: the partner that moves are played by.
        fra: a third participant, as compromised.
        before: what the node remembered before the move.
        seed: what chance in moves follows from.
        full: whether moves take their time.
    """

    folder: Path
    node: Driven
    anchor: Anchor
    jpn: Liar
    fra: Liar
    before: State
    seed: int
    full: bool = False
    audited_before: int = 0
    said_before: int = 0
    _after: State | None = None
    _yard: Stage | None = None
    _resources: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def yard(self) -> Stage:
        """Return another stage, made when first asked for: moves that kill, skew or scribble do it there."""
        if self._yard is None:
            self._yard = self._resources.enter_context(staged(self.folder / "yard", self.seed, full=self.full))
        if not self._yard.node.is_alive:
            self._yard.node.start()
        return self._yard

    @contextlib.contextmanager
    def apart(self, name: str) -> Iterator[Stage]:
        """Give a stage of its own to a move that leaves nothing usable behind."""
        with staged(self.folder / name, self.seed, full=self.full) as other:
            yield other

    @contextlib.contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Keep a copy of the node's database and put it back afterwards, as a restore would."""
        self.node.stop()
        kept = self.folder / "kept"
        kept.mkdir()
        for file in self.node.directory.glob("node.db*"):
            shutil.copy2(file, kept / file.name)
        self.node.start()
        yield
        self.node.kill()
        for file in self.node.directory.glob("node.db*"):
            file.unlink()
        for file in kept.iterdir():
            shutil.copy2(file, self.node.directory / file.name)
        self.node.start()

    def unanswered(self) -> int:
        """Return how many acts and envelopes of the node wait for a receipt."""
        return sum(each["unanswered"] + each["waiting"] for each in self.ok("GET", "/v1/channel/lanes"))

    def bring_one(self) -> str:
        """Import an indicator of the node's own; return its id."""
        made = indicator(f"{secrets.token_hex(6)}.example")
        self.bring(msgspec.json.encode(made))
        return str(made["id"])

    def close(self) -> None:
        """End what the stage opened."""
        self._resources.close()

    def ship(self, lane: str = "urgent", value: str = "") -> str:
        """Import an indicator of the node's own and share it with the partner; return its id."""
        made = indicator(value or f"{secrets.token_hex(6)}.example")
        self.bring(msgspec.json.encode(made))
        self.ok("POST", "/v1/release/share", {"ids": [made["id"]], "to": "JPN/cert:csirt", "lane": lane})
        return str(made["id"])

    @contextlib.contextmanager
    def under(self, by: str) -> Iterator[None]:
        """Run the node under a clock that is wrong by so many seconds, or `frozen`; set it right afterwards."""
        self.node.kill()
        self.node.program_served = program(by)
        self.node.start()
        try:
            yield
        finally:
            self.node.kill()
            self.node.program_served = ()
            self.node.start()

    def sync(self) -> Said:
        """Have the node send what waits for the partner now."""
        return self.node.ask("POST", "/v1/channel/sync", {"partner": self.jpn.participant})

    def begin(self) -> None:
        """Remember how the node stands; what a move before left under way comes to rest first."""
        if not self.node.is_alive:
            self.node.start()
        if self._after is None:
            self.settle()
        else:
            self._remember(self._after)

    def end(self, after: State) -> None:
        """Take what the node remembers now as what the next move starts from, unless something is still under way."""
        self._after = after if not self.before.differs(after) else None

    def settle(self) -> None:
        """Wait until nothing of the node moves any more, and remember it: what a move prepares is no part of it.

        Raises:
            WorldError: it never came to rest.
        """
        deadline = time.monotonic() + QUIET_S
        state = self.node.state()
        while time.monotonic() < deadline:
            time.sleep(0.08)
            last, state = state, self.node.state()
            if not self._waits() and not last.differs(state):
                self._remember(state)
                return
        raise WorldError(NOT_QUIET.because(seconds=int(QUIET_S)), retry=False)

    def _remember(self, state: State) -> None:
        self.before = state
        self.audited_before = self.node.audit_size()
        self.said_before = self.node.log.stat().st_size

    def _waits(self) -> bool:
        return self.unanswered() > 0

    def trouble(self) -> list[str]:
        """Return what the node's log says of errors nobody foresaw, since the move began."""
        lines = self.node.said(self.said_before).decode("utf-8", "replace").splitlines()
        marks = ("http.unexpected", "worker.surprise", "Traceback")
        found = [line for line in lines if any(mark in line for mark in marks)]
        return found + [line for line in lines if "exchange.trouble" in line and "exc_info" in line]

    def ok(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """Ask the node for something that must succeed; return its JSON.

        Raises:
            WorldError: it refused.
        """
        said = self.node.ask(method, path, body, **more)
        if said.status != 200:  # noqa: PLR2004 the one good status
            raise WorldError(
                UNWILLING.because(path=path, status=said.status, said=said.body[:300].decode("utf-8", "replace")),
                retry=False,
            )
        return said.json

    def token(self, name: str, of: str) -> str:
        """Return the token of a person of a desk; the keeper lets them in the first time."""
        if name not in self._tokens:
            self._tokens[name] = str(self.ok("POST", "/v1/persons", {"name": name, "of": of})["token"])
        return self._tokens[name]

    def bring(self, content: bytes, **terms: str) -> Said:
        """Import a file's bytes as the node's own people would."""
        query = "&".join(f"{name}={value}" for name, value in {"basis": "own-analysis", **terms}.items())
        return self.node.ask("POST", f"/v1/holdings/import?{query}", raw=content)

    def until(self, holds: Callable[[], bool], seconds: float = QUIET_S) -> bool:
        """Wait until something holds; return whether it did in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds():
                return True
            time.sleep(0.05)
        return holds()

    def alarms(self) -> set[str]:
        """Return the codes of everything the node tells its people to look at."""
        return {str(each["code"]) for each in self.ok("GET", "/v1/health/alarms")}


def introduce(node: Driven, raw: bytes, fingerprint: str = "") -> None:
    """Let the node trust whoever an anchor or trust file is of, its fingerprint compared by two people.

    Raises:
        WorldError: it does not take the file.
    """
    statement = raw[12 : 12 + int.from_bytes(raw[8:12], "big")]
    said = {
        "anchor": base64.b64encode(raw).decode(),
        "compared": fingerprint or hashlib.sha256(statement).hexdigest(),
        "by": ["A. Brown", "青木"],
    }
    done = node.ask("POST", "/v1/partners", said)
    if done.status != 200:  # noqa: PLR2004 the one good status
        said_so = done.body[:300].decode("utf-8", "replace")
        raise WorldError(UNWILLING.because(path="/v1/partners", status=done.status, said=said_so), retry=False)


@contextlib.contextmanager
def staged(folder: Path, seed: int, *, full: bool = False) -> Iterator[Stage]:
    """Make the node, start it, and introduce its partners."""
    folder.mkdir(parents=True, exist_ok=True)
    node = made_node(folder, ME)
    node.start()
    try:
        anchor = own_anchor(node)
        with (
            meet("JPN/jpn-1", anchor, folder / "jpn", seed) as jpn,
            meet("FRA/fra-1", anchor, folder / "fra", seed) as fra,
        ):
            introduce(node, jpn.me.anchor_file())
            introduce(node, fra.ceremony.file(), fra.ceremony.fingerprint())
            stage = Stage(
                folder=folder, node=node, anchor=anchor, jpn=jpn, fra=fra, before=node.state(), seed=seed, full=full
            )
            stage.until(lambda: _lets_in(jpn) and _lets_in(fra))
            fra.wire.post(TRUST, canonical({"held": _NOTHING, "mine": _NOTHING}))
            stage.token("reader", POLICE)
            stage.token("mori", HOME)
            for lane in LANES:
                stage.ship(lane)
            try:
                yield stage
            finally:
                stage.close()
            node.stop()
    finally:
        node.kill()


def _lets_in(liar: Liar) -> bool:
    return liar.wire.post("/exchange/v1/health", b"").status == 200  # noqa: PLR2004 the one good status


def made_node(folder: Path, participant: str) -> Driven:
    """Make a node of a participant; it is not started."""
    profile = folder / "profile.toml"
    profile.write_text(PROFILE, "utf-8")
    node = Driven(directory=folder / participant.lower())
    made = node.type("init", node.directory, "--profile", profile, "--as", participant, "--listen", free_listen())
    if made.status:
        raise WorldError(UNWILLING.because(path="init", status=made.status, said=made.body[:300].decode()), retry=False)
    return node


def own_anchor(node: Driven) -> Anchor:
    """Return the anchor a running node hands out."""
    return read_anchor(node.ask("GET", "/v1/partners/anchor/file").body).anchor


def free_listen() -> str:
    """Return a loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def now() -> datetime:
    """Return the time of the machine all nodes of a stage run on."""
    return datetime.now(UTC)
