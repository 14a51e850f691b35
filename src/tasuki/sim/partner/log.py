# SPDX-License-Identifier: MIT
"""The partner's own pair log, in memory: honest as long as nobody asks for anything else."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint
from tasuki.formats.tlog.note import ED25519, Note, SignatureLine, make_key
from tasuki.sim.partner.identity import Identity, Key

SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf with its opening."""

    kind: str
    body: Mapping[str, Any]
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES))

    @property
    def hash(self) -> bytes:
        """Return its hash in the tree.

        Source: docs/spec/ledger.md, Leaves.
        """
        return merkle.leaf_hash(commitment(self.salt, self.kind, self.body))

    def as_json(self) -> dict[str, Any]:
        """Return it as a mirror page lists it."""
        return {"kind": self.kind, "salt": base64.b64encode(self.salt).decode(), "body": dict(self.body)}


def commitment(salt: bytes, kind: str, body: Mapping[str, Any]) -> bytes:
    """Return the commitment of a leaf, made without the product's own function.

    Source: docs/spec/ledger.md, Leaves.
    """
    return hashlib.sha256(salt + canonical({"body": dict(body), "kind": kind})).digest()


@dataclass(slots=True, kw_only=True)
class PairLog:
    """A log kept with one node: leaves, checkpoints of any size and text, proofs between any two sizes."""

    owner: Identity
    witness: str
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Return the origin line of its checkpoints."""
        return f"tasuki/{self.owner.name}/pair/{self.witness}"

    def hashes(self, size: int | None = None) -> list[bytes]:
        """Return the leaf hashes up to a size."""
        return [leaf.hash for leaf in self.leaves[:size]]

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first leaves."""
        return merkle.root(self.hashes(size))

    def page(self, start: int, end: int | None = None, **changes: Any) -> bytes:
        """Return the mirror request for leaves from `start` on."""
        rows = [leaf.as_json() for leaf in self.leaves[start:end]]
        return canonical({"log": self.origin, "start": start, "leaves": rows, **changes})

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the consistency proof between two sizes."""
        hashes = self.hashes(new)
        return tuple(merkle.consistency_proof(old, new, lambda start, end: merkle.root(hashes[start:end])))

    def note(self, size: int | None = None, *, root: bytes | None = None, extensions: Sequence[str] = ()) -> Note:
        """Return a signed checkpoint of a size, over any root and with any extension lines."""
        count = len(self.leaves) if size is None else size
        checkpoint = Checkpoint(
            origin=self.origin,
            size=count,
            root=self.root(count) if root is None else root,
            extensions=tuple(extensions),
        )
        return signed_note(self.owner.key(Purpose.LOG), self.origin, checkpoint.text)


def signed_note(key: Key, name: str, text: str) -> Note:
    """Return a note signed under a name with any Ed25519 key."""
    line = SignatureLine(
        name=name, key_id=make_key(name, ED25519, key.public.raw).id, signature=key.sign(text.encode())
    )
    return Note(text=text, lines=(line,))


def request(old: int | str, proof: Sequence[bytes], note: bytes) -> bytes:
    """Return an add-checkpoint request with any old size.

    Source: C2SP tlog-witness.
    """
    lines = "".join(base64.b64encode(each).decode() + "\n" for each in proof)
    return f"old {old}\n{lines}\n".encode() + note
