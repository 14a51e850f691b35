# SPDX-License-Identifier: MIT
"""The network of the bench: what it may do to a request and to its answer, and who is cut off from whom."""

from __future__ import annotations

import asyncio
import random
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, Final

from starlette.types import ASGIApp

from tasuki.faces.exchange.peer import SCOPE_KEY

USUAL: Final = timedelta(milliseconds=400)
"""Longest way of a message while the network is well."""

SLOW: Final = timedelta(seconds=50)
"""Longest way of a message while it is not; the product waits for sixty seconds."""

LATEST: Final = timedelta(hours=30)
"""How late a message may still arrive that its sender gave up."""


class Fate(Enum):
    """What becomes of one request."""

    WELL = "well"
    LOST = "lost"
    LATE = "late"
    TWICE = "twice"
    CUT = "cut"
    BENT = "bent"


_BAD: Final = (Fate.WELL, Fate.WELL, Fate.LOST, Fate.LATE, Fate.TWICE, Fate.CUT, Fate.BENT)
_GOOD: Final = (*[Fate.WELL] * 27, Fate.TWICE, Fate.CUT, Fate.BENT)


@dataclass(slots=True)
class Network:
    """How the network is now.

    Attributes:
        cut: ordered pairs of participants between whom nothing passes, each as often as it was cut.
        bad: whether requests get lost, late, doubled and cut.
    """

    dice: random.Random
    cut: list[tuple[str, str]] = field(default_factory=list)
    bad: bool = False
    well: bool = False

    def passes(self, sender: str, receiver: str) -> bool:
        """Whether anything passes from one to the other now."""
        return (sender, receiver) not in self.cut

    def part(self, sender: str, receiver: str) -> None:
        """Cut the way from one to the other."""
        self.cut.append((sender, receiver))

    def join(self, sender: str, receiver: str) -> None:
        """Mend what `part` cut."""
        self.cut.remove((sender, receiver))

    def heal(self) -> None:
        """Let everything pass, once, whole and soon, from now on."""
        self.cut.clear()
        self.bad, self.well = False, True

    def fate(self) -> Fate:
        """Draw what becomes of a request."""
        return Fate.WELL if self.well else self.dice.choice(_BAD if self.bad else _GOOD)

    def way(self) -> timedelta:
        """Draw how long a message is under way."""
        return (SLOW if self.bad else USUAL) * self.dice.random()

    def bend(self, content: bytes) -> bytes:
        """Turn one bit."""
        at = self.dice.randrange(len(content))
        return content[:at] + bytes([content[at] ^ 1 << self.dice.randrange(8)]) + content[at + 1 :]

    def lateness(self) -> timedelta:
        """Draw when a message arrives that its sender gave up."""
        return LATEST * self.dice.random() ** 3


def request(runner: asyncio.Runner, app: ASGIApp, path: str, body: bytes, certificate: bytes) -> tuple[int, bytes]:
    """Put one request to a node's exchange face, as its server would; return status and body of the answer."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"content-type", b"application/octet-stream"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": None,
        "server": None,
        SCOPE_KEY: certificate,
    }
    status = 0
    answer: list[bytes] = []
    coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        return coming.pop() if coming else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            answer.append(message.get("body", b""))

    async def answer_it() -> None:
        await app(scope, receive, send)

    # Nothing in it waits: the body is there, and what would go to a thread is done on the spot.
    runner.run(answer_it())
    return status, b"".join(answer)
