# SPDX-License-Identifier: MIT
"""Beginning: the first root of a new node. It holds every role itself, one of one, until people hold a ceremony."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tasuki.base.ids import NodeName
from tasuki.core.partners.trust import Chain, read_chain
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import PublicKey
from tasuki.formats.trust.file import Parts, write_parts
from tasuki.formats.trust.keys import NODE_PURPOSES, NodeKeys, keys_statement
from tasuki.formats.trust.root import Holder, HolderKey, Role, Root, root_statement
from tasuki.formats.trust.statement import KEYS, PEERS, ROLES, ROOT, Head, Signed

ROOT_LIFE: Final = timedelta(days=5 * 365)

Sign = Callable[[str, bytes], Signed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The first metadata of a node.

    Attributes:
        node_keys: the keys its first statement of keys names.
    """

    chain: Chain
    node_keys: tuple[PublicKey, ...]


def begin(anchor: Anchor, held: Iterable[PublicKey], name: str, sign: Sign) -> Beginning:
    """Return the first metadata of a node: what its anchor says, under a root that it holds itself.

    Args:
        anchor: of the new node.
        held: its role keys.
        name: of whoever runs it, as people call it.
        sign: signs a statement with the keys of a role.
    """
    keys = tuple(held)
    roles = {role: Role(threshold=1, holders=(_holder(name, keys, role),)) for role in ROLES}
    now = anchor.created
    root = Root(head=_head(ROOT, anchor.name, now, now + ROOT_LIFE), roles=roles, floors={KEYS: 0, PEERS: 0})
    listed = tuple(each for each in anchor.keys if each.purpose in NODE_PURPOSES)
    first = NodeKeys(
        head=_head(KEYS, anchor.name, now, anchor.expires),
        beside={ROOT: 1, PEERS: 0},
        endpoint=anchor.endpoint,
        tls=anchor.certificates,
        keys=listed,
        revoked={},
        suite=anchor.suite,
        min_suite=anchor.min_suite,
        profile=anchor.profile,
    )
    parts = Parts(roots=(sign(ROOT, root_statement(root)),), keys=(sign(KEYS, keys_statement(first)),))
    return Beginning(chain=read_chain(write_parts(parts)), node_keys=listed)


def _head(role: str, node: NodeName, created: datetime, expires: datetime) -> Head:
    return Head(role=role, node=node, version=1, created=created, expires=expires)


def _holder(name: str, keys: Iterable[PublicKey], role: str) -> Holder:
    mine = tuple(HolderKey(algorithm=each.algorithm, raw=each.raw) for each in keys if each.purpose == role)
    return Holder(id="node", name=name, keys=mine)
