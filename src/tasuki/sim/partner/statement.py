# SPDX-License-Identifier: MIT
"""Statements of a partner about what both exchanged, and its answers to comparisons: true, or with one thing wrong.

Source: docs/spec/statement.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.frames import write_frame
from tasuki.formats.tlog import merkle
from tasuki.sim.partner.honest import Honest
from tasuki.sim.partner.wire import Reply

STATEMENT: Final = "/exchange/v1/statement"
COMPARE: Final = "/exchange/v1/compare"
MAGIC: Final = b"TASUKIS\x01"
_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_ITEMS: Final = 64

Hashes = Mapping[int, str]
"""Envelope hashes by number."""


@dataclass(slots=True, kw_only=True)
class Stating:
    """What a partner says of itself.

    Attributes:
        wrong: the lane and number of an envelope of the node under test of which it says something else.
    """

    honest: Honest
    to: str
    wrong: tuple[str, int] | None = None
    version: int = 0

    def answer(self, path: str, body: bytes) -> Reply:
        """Answer a statement with one of its own, and a comparison with what it holds."""
        if path == STATEMENT:
            return Reply(status=200, body=self.statement())
        return Reply(status=200, body=self.compared(msgspec.json.decode(body, type=dict[str, Any])))

    def received(self, lane: str) -> Hashes:
        """Return what it says to have received on a lane."""
        got = {
            each.envelope.header.seq: each.envelope.hash
            for each in self.honest.got
            if each.envelope.header.lane == lane
        }
        if self.wrong is not None and self.wrong[0] == lane:
            got[self.wrong[1]] = "0" * 64
        return got

    def sent(self, lane: str) -> Hashes:
        """Return what it sent on a lane."""
        sent = [leaf.body for leaf in self.honest.log.leaves if leaf.kind == "envelope-sent"]
        return {int(each["seq"]): str(each["env_hash"]) for each in sent if each["lane"] == lane}

    def statement(self) -> bytes:
        """Return the next statement, signed."""
        self.version += 1
        lanes = ("bulk", "exercise", "urgent")
        sent = [
            {"lane": lane, "epoch": 1, "sealed": max(held), "answered": max(held), "root": root_of(lane, held)}
            for lane in lanes
            if (held := self.sent(lane))
        ]
        received = [
            {"lane": lane, "epoch": 1, "received": max(held), "root": root_of(lane, held)}
            for lane in lanes
            if (held := self.received(lane))
        ]
        me = self.honest.me
        said = {
            "v": 1, "suite": 1, "by": str(me.name), "to": self.to, "version": self.version,
            "at": format_rfc3339(datetime.now(UTC)), "metadata": {"keys": 1, "partner_keys": 1}, "rules": "b" * 64,
            "log_size": 0, "log_root": _EMPTY, "mirror_size": 0, "mirror_root": _EMPTY,
            "sent": sent, "received": received, "requests": _EMPTY,
            "sig_keys": [each.public.id for each in me.pair()],
        }  # fmt: skip
        statement = canonical(said)
        return write_frame(MAGIC, statement, me.sign("statement", statement))

    def compared(self, asked: Mapping[str, Any]) -> bytes:
        """Return what it holds in each span it is asked about."""
        return canonical({"spans": [self._span(each) for each in asked["spans"]]})

    def _span(self, span: Mapping[str, Any]) -> dict[str, Any]:
        lane = str(span["lane"])
        every = self.received(lane) if span["way"] == "sent" else self.sent(lane)
        held = {seq: every[seq] for seq in sorted(every) if span["first"] <= seq <= span["last"]}
        fits = span["last"] - span["first"] < _ITEMS
        items = [{"seq": seq, "hash": each} for seq, each in held.items()] if fits else []
        return {"count": len(held), "root": root_of(lane, held), "items": items}


def root_of(lane: str, held: Hashes) -> str:
    """Return the root over envelopes in order of their numbers."""
    leaves = [merkle.leaf_hash(f"{lane} 1 {seq} {held[seq]}\n".encode()) for seq in sorted(held)]
    return merkle.root(leaves).hex()
