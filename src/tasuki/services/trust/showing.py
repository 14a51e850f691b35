# SPDX-License-Identifier: MIT
"""Showing: this node's keys and holders as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tasuki.adapters import tls
from tasuki.adapters.keyfiles import seal_keys
from tasuki.adapters.passphrase import read_passphrase
from tasuki.base.errors import CallerError
from tasuki.formats.trust.statement import ROLES
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.trust.reasons import NO_METADATA
from tasuki.store import trust as store


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One key of this node.

    Attributes:
        state: `in use`, `waits` (partners may not know it yet), `old` (a newer one signs), `over`, `revoked` or
            `destroyed`.
        since: version of `keys` that named it first.
    """

    key: str
    purpose: str
    algorithm: str
    state: str
    since: int
    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    """Who holds a role.

    Attributes:
        here: whether this node itself has the private keys.
    """

    role: str
    id: str
    name: str
    keys: int
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustView:
    """This node's trust metadata.

    Attributes:
        versions: newest version by role.
        thresholds: holders that must sign, by role.
        held: versions of `keys` that partners hold, by participant.
        certificates: how many TLS certificates partners are told of; 2 while one takes over from the other.
    """

    node: str
    versions: dict[str, int]
    root_expires: datetime
    keys_expire: datetime
    thresholds: dict[str, int]
    holders: tuple[HolderView, ...]
    keys: tuple[KeyView, ...]
    held: dict[str, int]
    certificates: int
    certificate_waits: bool


def show(node: Node) -> TrustView:
    """Return this node's trust metadata, keys and holders.

    Raises:
        CallerError: it has none.
    """
    chain = node.own.chain
    if chain is None:
        raise CallerError(NO_METADATA.because())
    with node.database.read() as connection:
        keys, held = store.own_keys(connection), store.held(connection)
    here = {key.id for key in node.signer.public()}
    roles = chain.root.root.roles
    following = tls.next_certificate(node.directory)
    return TrustView(
        node=str(node.me),
        versions=chain.versions,
        root_expires=chain.root.root.head.expires,
        keys_expire=chain.keys.keys.head.expires,
        thresholds={role: roles[role].threshold for role in ROLES},
        holders=tuple(
            HolderView(
                role=role,
                id=each.id,
                name=each.name,
                keys=len(each.keys),
                here=any(key.id in here for key in each.keys),
            )
            for role in ROLES
            for each in roles[role].holders
        ),
        keys=tuple(_view(node, each) for each in keys),
        held={partner: each.versions["keys"] for partner, each in held.items()},
        certificates=len(chain.keys.keys.tls),
        certificate_waits=following is not None and following in chain.keys.keys.tls,
    )


def _view(node: Node, own: store.OwnKey) -> KeyView:
    chain = node.own.chain
    listed = {} if chain is None else {each.id: each for each in chain.keys.keys.keys}
    key = listed.get(own.key)
    return KeyView(
        key=own.key,
        purpose=own.purpose,
        algorithm=own.algorithm,
        state=_state(node, own),
        since=own.since,
        not_before=None if key is None else key.not_before,
        not_after=None if key is None else key.not_after,
    )


def _state(node: Node, own: store.OwnKey) -> str:
    now, anchor = node.clock.now(), node.anchor
    if own.destroyed_at is not None:
        return "destroyed"
    if anchor.dead_from(own.key, "") is not None:
        return "revoked"
    if own.used_at is None:
        return "waits"
    fit = [each for each in anchor.keys if (each.purpose, each.algorithm) == (own.purpose, own.algorithm)]
    mine = next((each for each in fit if each.id == own.key), None)
    if mine is None or not mine.not_before <= now <= mine.not_after:
        return "over"
    valid = anchor.valid(mine.purpose, mine.algorithm, now)
    return "in use" if valid and valid[0].id == own.key else "old"


def seal_key_files(node: Node, passphrase_file: Path) -> int:
    """Seal this node's key files under a passphrase its service must be given from now on; return how many.

    Raises:
        InputError: the passphrase is too short, not readable, or another than the one in use.
        WorldError: the disk refused.
    """
    count = seal_keys(node.directory, read_passphrase(passphrase_file), node.entropy)
    node.database.write(lambda connection: audit(node, connection, "keys-sealed", {"count": count}))
    return count
