# SPDX-License-Identifier: MIT
"""Builds trust metadata that keeps every clause, for tests that then break one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from tasuki.base.ids import NodeName
from tasuki.core.partners.trust import Chain, read_chain
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose
from tasuki.formats.suites.signatures import context, signing_input
from tasuki.formats.trust.file import Parts, write_parts
from tasuki.formats.trust.keys import PEER, NodeKeys, Opening, keys_statement
from tasuki.formats.trust.peers import Peer, Peers, peers_statement
from tasuki.formats.trust.root import Holder, HolderKey, Role, Root, root_statement
from tasuki.formats.trust.statement import Head, KeySignature, Signed

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
NODE = NodeName.parse("GBR/gbr-1")


JAPAN = Opening(node=NODE, what=PEER, partner="JPN", index=0, salt=b"p" * 32)
"""Says to Japan that it is one of the peers."""


@dataclass(frozen=True)
class Person:
    """A holder with both private keys; the same name gives the same keys."""

    id: str
    seed: int = 1

    @property
    def halves(self) -> tuple[Ed25519PrivateKey, MLDSA65PrivateKey]:
        drawn = hashlib.shake_256(f"{self.id} {self.seed}".encode()).digest(64)
        return Ed25519PrivateKey.from_private_bytes(drawn[:32]), MLDSA65PrivateKey.from_seed_bytes(drawn[32:])

    @property
    def holder(self) -> Holder:
        raws = [half.public_key().public_bytes_raw() for half in self.halves]
        keys = (HolderKey(algorithm="ed25519", raw=raws[0]), HolderKey(algorithm="ml-dsa-65", raw=raws[1]))
        return Holder(id=self.id, name=self.id.upper(), keys=keys)

    def sign(self, role: str, statement: bytes) -> tuple[KeySignature, KeySignature]:
        ed25519, ml_dsa_65 = self.halves
        message = signing_input(role, statement)
        first, second = self.holder.keys
        return (
            KeySignature(key=first.id, signature=ed25519.sign(message)),
            KeySignature(key=second.id, signature=ml_dsa_65.sign(message, context(role))),
        )


ANNA, BEN, CHIE = Person("anna"), Person("ben"), Person("chie")
DAN, EMI = Person("dan"), Person("emi")
OFFICE, DESK = Person("office"), Person("desk")


def head(role: str, version: int = 1, node: NodeName = NODE) -> Head:
    """Return the head of a statement made now."""
    return Head(role=role, node=node, version=version, created=NOW, expires=NOW + timedelta(days=90))


def signed(role: str, statement: bytes, by: Iterable[Person]) -> Signed:
    """Return a statement that each of `by` signed."""
    return Signed(statement=statement, signatures=tuple(each for one in by for each in one.sign(role, statement)))


def role(*people: Person, threshold: int = 1) -> Role:
    """Return a role these people hold."""
    return Role(threshold=threshold, holders=tuple(each.holder for each in people))


def roles(*people: Person, threshold: int = 2) -> dict[str, Role]:
    """Return the three roles, the root held by `people`."""
    return {"root": role(*people, threshold=threshold), "keys": role(OFFICE), "peers": role(DESK)}


def root(version: int = 1, **changes) -> Root:
    """Return a root held by three, two of whom must sign."""
    made = Root(head=head("root", version), roles=roles(ANNA, BEN, CHIE), floors={"keys": 0, "peers": 0})
    return replace(made, **changes)


def signed_root(one: Root, *by: Person) -> Signed:
    """Return a root, signed by two of its holders unless told otherwise."""
    return signed("root", root_statement(one), by or (ANNA, BEN))


def node_key(number: int, purpose: Purpose = Purpose.ENVELOPE, algorithm=Algorithm.ED25519) -> PublicKey:
    """Return a made-up node key."""
    raw = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"key {number}".encode()).digest())
    return PublicKey(
        purpose=purpose,
        algorithm=algorithm,
        raw=raw.public_key().public_bytes_raw(),
        not_before=NOW,
        not_after=NOW + timedelta(days=90),
    )


def keys(version: int = 1, *, beside: Mapping[str, int] | None = None, **changes) -> NodeKeys:
    """Return a statement of keys."""
    made = NodeKeys(
        head=head("keys", version),
        beside=beside or {"root": 1, "peers": 0},
        endpoint="https://gbr-1.example",
        tls=(b"certificate",),
        keys=(node_key(1),),
        revoked={},
        suite=1,
        min_suite=1,
        profile="a" * 64,
    )
    return replace(made, **changes)


def signed_keys(one: NodeKeys, *by: Person) -> Signed:
    """Return keys, signed by the office unless told otherwise."""
    return signed("keys", keys_statement(one), by or (OFFICE,))


def peers(version: int = 1, *, beside: Mapping[str, int] | None = None, **changes) -> Peers:
    """Return a statement of peers that names Japan."""
    japan = Peer(commit=JAPAN.commitment, lanes=frozenset(("urgent", "bulk", "exercise")), min_suite=1)
    made = Peers(head=head("peers", version), beside=beside or {"root": 1, "keys": 1}, peers={japan.commit: japan})
    return replace(made, **changes)


def signed_peers(one: Peers, *by: Person) -> Signed:
    """Return peers, signed by the desk unless told otherwise."""
    return signed("peers", peers_statement(one), by or (DESK,))


def parts(roots=(), keys=(), peers=(), openings=()) -> Parts:
    """Return the parts of a file."""
    return Parts(roots=tuple(roots), keys=tuple(keys), peers=tuple(peers), openings=tuple(openings))


def chain(*more_roots: Signed, keys_of: Signed | None = None, peers_of: Signed | None = None, openings=()) -> Chain:
    """Return a chain as a reader holds it."""
    made = parts(
        (signed_root(root()), *more_roots),
        (keys_of or signed_keys(keys()),),
        () if peers_of is None else (peers_of,),
        openings,
    )
    return read_chain(write_parts(made))
