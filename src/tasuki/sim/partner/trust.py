# SPDX-License-Identifier: MIT
"""Trust metadata of a partner: roots, keys and peers with any member wrong, signed by whomever a move likes.

Source: docs/spec/trust.md.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tasuki.base.canonical import canonical
from tasuki.base.time import format_rfc3339
from tasuki.formats.suites.keys import Algorithm, Purpose
from tasuki.formats.suites.signatures import context, signing_input
from tasuki.sim.partner.identity import LIFE, Identity, Key, key_json, make_key

MAGIC: Final = b"TASUKIT\x01"
ROOT: Final = "root"
KEYS: Final = "keys"
PEERS: Final = "peers"
ROLES: Final = (ROOT, KEYS, PEERS)
PEER_SALT: Final = bytes(range(32))
LANES: Final = ("bulk", "exercise", "urgent")
PARTNER: Final = "GBR"
"""Whom all openings are for: the node under test."""

BASE_ROOT: Final = 3
BASE_KEYS: Final = 3
BASE_PEERS: Final = 2
FIRST: Final = {"root": 1, "keys": 1, "peers": 1}
BASE: Final = {"root": BASE_ROOT, "keys": BASE_KEYS, "peers": BASE_PEERS}
_PAIR: Final = (Algorithm.ED25519, Algorithm.ML_DSA_65)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person or authority that holds a role, with a pair of keys."""

    id: str
    keys: tuple[Key, Key]

    def as_json(self) -> dict[str, Any]:
        """Return it as a root lists it."""
        keys = [
            {"algorithm": each.public.algorithm.value, "raw": base64.b64encode(each.public.raw).decode()}
            for each in self.keys
        ]
        return {"id": self.id, "name": f"Holder {self.id}", "keys": keys}


def make_holder(name: str, seed: str, began: datetime) -> Holder:
    """Make a holder whose keys follow from a seed."""
    ed25519, ml_dsa = (
        make_key(f"holder {name} {seed}", Purpose.ROOT, each, validity=(began, began + LIFE)) for each in _PAIR
    )
    return Holder(id=name, keys=(ed25519, ml_dsa))


def role(holders: Iterable[Holder], threshold: Any = 1) -> dict[str, Any]:
    """Return what a root says of a role."""
    return {"threshold": threshold, "holders": [each.as_json() for each in holders]}


def signed(statement: bytes, role_name: str, keys: Sequence[Key]) -> bytes:
    """Return the wire form of a statement signed by any keys, under any role."""
    message = signing_input(role_name, statement)
    block = b""
    for key in keys:
        signature = key.sign(message, context(role_name))
        block += bytes.fromhex(key.public.id) + len(signature).to_bytes(2, "big") + signature
    return framed(statement, block)


def framed(statement: bytes, block: bytes) -> bytes:
    """Return the wire form of a statement with any signature block."""
    return MAGIC + len(statement).to_bytes(4, "big") + statement + len(block).to_bytes(4, "big") + block


def commitment(what: str, index: int, salt: bytes) -> str:
    """Return what a statement says instead of a partner's name.

    Source: docs/spec/trust.md clause 5.1.
    """
    parts = (b"tasuki/v1/opening", what.encode(), PARTNER.encode(), str(index).encode(), salt)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def opening(node: str, what: str, index: int, salt: bytes) -> bytes:
    """Return the opening of a commitment, for the node under test."""
    said = {"index": index, "node": node, "partner": PARTNER, "salt": salt.hex(), "v": 1, "what": what}
    body = canonical(said)
    return b"TASUKIO\x01" + len(body).to_bytes(4, "big") + body


def pairs(holders: Iterable[Holder]) -> list[Key]:
    """Return both keys of each holder, in order."""
    return [key for each in holders for key in each.keys]


@dataclass(slots=True, kw_only=True)
class Ceremony:
    """Makes the metadata of one partner; every member can be changed, and what is said is signed as it is.

    Attributes:
        holders: of each role, of whom two have to sign, unless a move says otherwise.
    """

    me: Identity
    holders: Mapping[str, tuple[Holder, ...]]
    threshold: int = 2
    revoked: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def began(self) -> datetime:
        """Return from when everything is valid."""
        return self.me.began

    def head(self, role_name: str, version: int) -> dict[str, Any]:
        """Return what every statement says first."""
        return {
            "v": 1,
            "role": role_name,
            "participant": self.me.name.participant,
            "node": str(self.me.name),
            "version": version,
            "created": format_rfc3339(self.began + timedelta(seconds=min(version, 10_000))),
            "expires": format_rfc3339(self.began + LIFE),
        }

    def root_says(self, version: int = 1, **changes: Any) -> dict[str, Any]:
        """Return what a root says, with members changed."""
        roles = {name: role(self.holders[name], self.threshold) for name in ROLES}
        said = {**self.head(ROOT, version), "suite": 1, "roles": roles, "floors": {"keys": 1, "peers": 1}}
        return {**said, **changes}

    def root(self, version: int = 1, by: Sequence[Key] | None = None, **changes: Any) -> bytes:
        """Return a signed root."""
        return self.sign(ROOT, self.root_says(version, **changes), by)

    def keys(
        self, version: int = 1, by: Sequence[Key] | None = None, together: Mapping[str, int] = FIRST, **changes: Any
    ) -> bytes:
        """Return signed keys; `together` is which root and peers they say they stood beside."""
        listed = [dict(key_json(each.public)) for each in self.me.keys if each.public.purpose is not Purpose.ROOT]
        said: dict[str, Any] = {
            **self.head(KEYS, version),
            "with": {name: together[name] for name in ("root", "peers")},
            "endpoint": self.me.endpoint,
            "tls": [base64.b64encode(self.me.certificate.der).decode()],
            "keys": listed,
            "revoked": list(self.revoked),
            "suite": 1,
            "min_suite": 1,
            "profile": self.me.profile,
            **changes,
        }
        return self.sign(KEYS, said, by)

    def peers(
        self, version: int = 1, by: Sequence[Key] | None = None, together: Mapping[str, int] = FIRST, **changes: Any
    ) -> bytes:
        """Return signed peers; `together` is which root and keys they say they stood beside."""
        said: dict[str, Any] = {
            **self.head(PEERS, version),
            "with": {name: together[name] for name in ("root", "keys")},
            "peers": [{"commit": commitment("peer", 0, PEER_SALT), "lanes": list(LANES), "min_suite": 1}],
            **changes,
        }
        return self.sign(PEERS, said, by)

    def sign(self, role_name: str, said: Mapping[str, Any], by: Sequence[Key] | None = None) -> bytes:
        """Return a statement signed by any keys; by those that are enough where none are named."""
        enough = pairs(self.holders[role_name][: self.threshold])
        return signed(canonical(dict(said)), role_name, enough if by is None else by)

    def base(self) -> bytes:
        """Return the roots of a chain that has been turned twice."""
        return b"".join(self.root(version) for version in range(1, BASE_ROOT + 1))

    def file(self) -> bytes:
        """Return a whole trust file that keeps every rule: root 3, keys 3, peers 2."""
        return self.base() + self.base_keys() + self.base_peers() + self.opened()

    def opened(self) -> bytes:
        """Return the opening by which the node under test finds itself among the peers."""
        return opening(str(self.me.name), "peer", 0, PEER_SALT)

    def base_keys(self) -> bytes:
        """Return the keys such a file ends with."""
        return self.keys(BASE_KEYS, together=BASE)

    def base_peers(self) -> bytes:
        """Return the peers such a file ends with."""
        return self.peers(BASE_PEERS, together=BASE)

    def fingerprint(self) -> str:
        """Return what two people compare: the hash of the first root."""
        return hashlib.sha256(canonical(self.root_says())).hexdigest()


def make_ceremony(me: Identity, seed: str = "1") -> Ceremony:
    """Make three holders for each role of a partner, two of whom have to sign."""
    names = ("alpha", "bravo", "charlie")
    holders = {each: tuple(make_holder(name, f"{each} {seed}", me.began) for name in names) for each in ROLES}
    return Ceremony(me=me, holders=holders)
