# SPDX-License-Identifier: MIT
"""The root: who holds which role, with which keys, and how many of them must sign.

Spec: docs/spec/trust.md section 2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import PeerError
from tasuki.formats.suites.fields import Fields
from tasuki.formats.suites.keys import Algorithm, key_id, require_sound
from tasuki.formats.suites.signatures import SUITE, require_suite
from tasuki.formats.trust.reasons import BAD_THRESHOLD, TWICE
from tasuki.formats.trust.statement import (
    KEYS,
    MAX_BASE64,
    PEERS,
    ROLES,
    ROOT,
    Head,
    Signed,
    base64_of,
    fields_of,
    head_json,
    read_head,
    read_versions,
)

MAX_HOLDERS: Final = 16
MAX_HOLDER_KEYS: Final = 8
MAX_NAME: Final = 120
_SIGNING = (Algorithm.ED25519, Algorithm.ML_DSA_65)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderKey:
    """One public key of a holder.

    Attributes:
        algorithm: as written; one this version does not know counts nothing.
    """

    algorithm: str
    raw: bytes

    @property
    def id(self) -> str:
        """Return its key id."""
        return key_id(self.algorithm, self.raw)

    @property
    def known(self) -> Algorithm | None:
        """Return the algorithm, if this version signs statements with it."""
        return Algorithm(self.algorithm) if self.algorithm in _SIGNING else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A named authority or person who signs for a role.

    Attributes:
        id: short lower-case name, opaque.
        name: as people call them.
    """

    id: str
    name: str
    keys: tuple[HolderKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who may sign statements of a role, and how many of them must.

    Attributes:
        threshold: number of holders, never of keys.
    """

    threshold: int
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One version of a root.

    Attributes:
        roles: `root`, `keys` and `peers`.
        floors: the lowest versions of `keys` and `peers` that count under it.
    """

    head: Head
    roles: Mapping[str, Role]
    floors: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRoot:
    """A root as it was signed."""

    root: Root
    signed: Signed

    @property
    def fingerprint(self) -> bytes:
        """Return SHA-256 of the statement: of the first root, what two people read to each other."""
        return hashlib.sha256(self.signed.statement).digest()


def root_statement(root: Root) -> bytes:
    """Return the canonical bytes of a root: what its holders sign."""
    roles: dict[str, Json] = {name: _role_json(root.roles[name]) for name in ROLES}
    floors: dict[str, Json] = {name: root.floors[name] for name in (KEYS, PEERS)}
    return canonical({**head_json(root.head), "suite": SUITE, "roles": roles, "floors": floors})


def read_root(signed: Signed) -> SignedRoot:
    """Return the root that a statement states; no signature is verified.

    Raises:
        PeerError: a member is not as the spec says, a threshold cannot be, a key is unsound or stands twice.
    """
    fields = fields_of(signed, ROOT)
    require_suite(fields.integer("suite", 1))
    roles = fields.inner("roles")
    root = Root(
        head=read_head(fields, ROOT),
        roles={name: _role(roles.inner(name), name) for name in ROLES},
        floors=read_versions(fields, "floors", (KEYS, PEERS)),
    )
    _require_once("raw key", [key.raw.hex()[:32] for key in keys_of(root)])
    return SignedRoot(root=root, signed=signed)


def keys_of(root: Root) -> list[HolderKey]:
    """Return every key of every holder of every role."""
    return [key for role in root.roles.values() for holder in role.holders for key in holder.keys]


def _role_json(role: Role) -> dict[str, Json]:
    holders: list[Json] = [holder_json(each) for each in role.holders]
    return {"threshold": role.threshold, "holders": holders}


def holder_json(holder: Holder) -> dict[str, Json]:
    """Return a holder as JSON: what its public file says as well."""
    keys: list[Json] = [{"algorithm": each.algorithm, "raw": base64_of(each.raw)} for each in holder.keys]
    return {"id": holder.id, "name": holder.name, "keys": keys}


def _role(fields: Fields, name: str) -> Role:
    holders = tuple(read_holder(Fields(each, f"holder of {name}")) for each in fields.objects("holders", MAX_HOLDERS))
    _require_once("holder", [holder.id for holder in holders])
    threshold = fields.number("threshold")
    if not 1 <= threshold <= len(holders):
        raise PeerError(BAD_THRESHOLD.because(role=name, holders=len(holders), found=threshold))
    return Role(threshold=threshold, holders=holders)


def read_holder(fields: Fields) -> Holder:
    """Return one holder.

    Raises:
        PeerError: a member is not as the spec says, or a key of a known algorithm is unsound.
    """
    found = tuple(_key(Fields(each, "holder key")) for each in fields.objects("keys", MAX_HOLDER_KEYS))
    return Holder(id=fields.word("id"), name=fields.text("name", MAX_NAME), keys=found)


def _key(fields: Fields) -> HolderKey:
    key = HolderKey(algorithm=fields.text("algorithm", 32), raw=fields.base64("raw", MAX_BASE64))
    if key.known is not None:
        require_sound(key.known, key.raw)
    return key


def _require_once(what: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise PeerError(TWICE.because(what=what, found=value))
        seen.add(value)
