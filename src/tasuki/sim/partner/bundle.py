# SPDX-License-Identifier: MIT
"""Bundles of a partner, for the exchange by files: any member, part or byte wrong.

Source: docs/spec/bundle.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.sim.partner.identity import Identity
from tasuki.sim.partner.letters import Letter

MAGIC: Final = b"TASUKIB\x01"
_TYPE: Final = "bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a bundle."""

    kind: str
    raw: bytes
    of: str | None = None

    def listed(self) -> dict[str, Any]:
        """Return what an honest manifest says of it."""
        return {"kind": self.kind, "len": len(self.raw), "sha256": hashlib.sha256(self.raw).hexdigest(), "of": self.of}


def part_of(letter: Letter) -> Part:
    """Return an envelope as a part."""
    return Part(kind="envelope", raw=letter.raw, of=str(letter.header["env_id"]))


@dataclass(slots=True, kw_only=True)
class Courier:
    """Makes the bundles of a partner for one node.

    Attributes:
        number: which the next one takes; `prev` is the hash of the one before.
    """

    me: Identity
    to: str
    number: int = 1
    prev: str | None = None

    def says(self, parts: Sequence[Part] = (), **changes: Any) -> dict[str, Any]:
        """Return the manifest of the next bundle, with members changed."""
        return {
            "v": 1,
            "suite": 1,
            "from": str(self.me.name),
            "to": self.to,
            "epoch": 1,
            "number": self.number,
            "prev": self.prev,
            "received": 0,
            "keys": 1,
            "created": format_rfc3339(datetime.now(UTC)),
            "sig_keys": [each.public.id for each in self.me.pair()],
            "parts": [each.listed() for each in parts],
            **changes,
        }

    def bundle(self, parts: Sequence[Part] = (), **changes: Any) -> bytes:
        """Return the next bundle, with members of its manifest changed, signed as it is."""
        return self.sealed(self.says(parts, **changes), parts)

    def sealed(self, said: Mapping[str, Any], parts: Sequence[Part]) -> bytes:
        """Return a bundle of any manifest and any parts."""
        statement = canonical(dict(said))
        return self.framed(statement, self.me.sign(_TYPE, statement).as_bytes(), parts)

    def framed(self, statement: bytes, block: bytes, parts: Sequence[Part]) -> bytes:
        """Return a bundle of any statement and signature block."""
        head = MAGIC + len(statement).to_bytes(4, "big") + statement + len(block).to_bytes(4, "big") + block
        return head + b"".join(len(each.raw).to_bytes(4, "big") + each.raw for each in parts)

    def taken(self, raw: bytes) -> None:
        """Move on once a bundle was taken."""
        self.number += 1
        self.prev = hashlib.sha256(raw).hexdigest()
