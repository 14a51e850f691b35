# SPDX-License-Identifier: MIT
"""Publishing: a next version is built, signed, judged as partners will judge it, and kept with its audit entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from tasuki.adapters.keyfiles import NODE_LIFE
from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, WorldError
from tasuki.base.time import format_rfc3339, parse_rfc3339
from tasuki.core.channel.model import LANES
from tasuki.core.partners.trust import Chain, follow, read_chain, write_chain
from tasuki.formats.suites.keys import PublicKey
from tasuki.formats.suites.signatures import SUITE
from tasuki.formats.trust.file import Parts
from tasuki.formats.trust.keys import MAX_KEYS, PEER, SALT_BYTES, NodeKeys, Opening, keys_statement
from tasuki.formats.trust.peers import Peer, Peers, peers_statement
from tasuki.formats.trust.statement import KEYS, PEERS, ROOT, Head, Signed
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS, TRUST
from tasuki.services.trust import reasons as why
from tasuki.services.trust.standing import current, load
from tasuki.store import trust as store

PEERS_LIFE: Final = timedelta(days=365)
KEEP: Final = 4
"""Generations of a key that stay listed at least: what was signed under them may still be under way."""

Also = Callable[[sa.Connection], None]
"""What else an act writes, in the same transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is published, and what is kept of it.

    Attributes:
        kind: of the audit entry.
        by: who did it.
        made: keys it names for the first time.
        used: whether these sign at once, known to partners or not.
        also: what else is written in the same transaction.
    """

    kind: str
    detail: Mapping[str, Json]
    by: Sequence[str] = ()
    made: tuple[PublicKey, ...] = ()
    used: bool = False
    also: Also | None = None


def now_of(node: Node) -> datetime:
    """Return the moment in whole milliseconds, as statements write it."""
    return parse_rfc3339(format_rfc3339(node.clock.now()))


def next_keys(chain: Chain, now: datetime, **changes: object) -> NodeKeys:
    """Return the next version of a node's keys, with `changes`; it ends no later than its root.

    Raises:
        CallerError: the root has ended.
    """
    root, before, versions = chain.root.root, chain.keys.keys, chain.versions
    if root.head.expires <= now:
        raise CallerError(why.ROOT_OVER.because(expires=format_rfc3339(root.head.expires)))
    head = Head(
        role=KEYS,
        node=chain.node,
        version=before.head.version + 1,
        created=now,
        expires=min(now + NODE_LIFE, root.head.expires),
    )
    beside = {ROOT: versions[ROOT], PEERS: versions[PEERS]}
    return replace(before, head=head, beside=beside, **changes)  # type: ignore[arg-type]


def with_new(before: Iterable[PublicKey], made: Iterable[PublicKey], gone: Iterable[str] = ()) -> tuple[PublicKey, ...]:
    """Return the keys to list: all but those whose private half is gone, and the oldest where there is no more room."""
    left = set(gone)
    keys = [*(each for each in before if each.id not in left), *made]
    newest_first = sorted(keys, key=lambda each: each.not_before, reverse=True)
    seen: dict[tuple[str, str], int] = {}
    spare: list[PublicKey] = []
    for each in newest_first:
        kind = each.purpose.value, each.algorithm.value
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > KEEP:
            spare.append(each)
    for each in spare[::-1]:
        if len(keys) <= MAX_KEYS:
            break
        keys.remove(each)
    return tuple(keys)


def sign(node: Node, role: str, statement: bytes) -> Signed:
    """Return a statement signed by the keys this node holds for a role.

    Raises:
        CallerError: it holds none.
    """
    if not holds(node, role):
        raise CallerError(why.ROLE_ELSEWHERE.because(role=role))
    return node.signer.sign_trust(role, statement)


def holds(node: Node, role: str) -> bool:
    """Return whether this node holds a role itself, in the root that is in force."""
    chain = node.own.chain
    if chain is None:
        return False
    held = {key.id for holder in chain.root.root.roles[role].holders for key in holder.keys}
    return any(key.id in held for key in node.signer.public() if key.purpose == role)


def publish(node: Node, before: tuple[int, Chain], parts: Parts, act: Act) -> Chain:
    """Keep the next version of this node's metadata, judged as partners judge it, and wake whoever tells them.

    Raises:
        CallerError: there is nothing new in it.
        PeerError: partners would refuse it; nothing is kept.
        WorldError: another act was faster.
    """
    number, chain = before
    after = follow(chain, parts)
    if after == chain:
        raise CallerError(why.NOTHING_NEW.because())
    # Read back as partners and this node's next start will: what does not read whole is not kept.
    kept = write_chain(read_chain(write_chain(after)))
    versions: dict[str, Json] = dict(after.versions)
    named: list[Json] = [*act.by]

    def work(connection: sa.Connection) -> None:
        now = node.clock.now()
        if not store.keep(connection, kept, number, now):
            raise WorldError(why.MOVED.because(), retry=True)
        store.add_keys(connection, act.made, after.versions[KEYS], now if act.used else None)
        if act.also is not None:
            act.also(connection)
        audit(node, connection, act.kind, {**act.detail, "versions": versions, "by": named})

    node.database.write(work)
    load(node)
    node.signals.raise_(PARTNERS)
    node.signals.raise_(TRUST)
    return after


def publish_keys(
    node: Node, before: tuple[int, Chain], keys: NodeKeys, act: Act, openings: tuple[Opening, ...] = ()
) -> Chain:
    """Sign and publish the next version of this node's keys; raises as `sign` and `publish`."""
    signed = sign(node, KEYS, keys_statement(keys))
    return publish(node, before, Parts(keys=(signed,), openings=openings), act)


def publish_peers(node: Node, partners: Iterable[str]) -> bool:
    """Publish with whom this node deals, on every lane, if it holds that role and it changed; return whether it did."""
    with node.database.read() as connection:
        if store.newest(connection) is None:
            return False
        before = current(connection)
    chain, wanted = before[1], sorted(partners)
    opened = {each.partner: each for each in chain.openings if each.what == PEER}
    named = {partner for partner, each in opened.items() if _is_peer(chain, each)}
    if named == set(wanted) or not holds(node, PEERS):
        return False
    openings = [opened.get(partner) or _opening(node, partner) for partner in wanted]
    peers = {
        each.commitment: Peer(commit=each.commitment, lanes=frozenset(LANES), min_suite=SUITE) for each in openings
    }
    now, versions = now_of(node), chain.versions
    head = Head(role=PEERS, node=chain.node, version=versions[PEERS] + 1, created=now, expires=now + PEERS_LIFE)
    statement = peers_statement(Peers(head=head, beside={ROOT: versions[ROOT], KEYS: versions[KEYS]}, peers=peers))
    act = Act(kind="peers-published", detail={"peers": [*wanted]})
    publish(node, before, Parts(peers=(sign(node, PEERS, statement),), openings=tuple(openings)), act)
    return True


def _is_peer(chain: Chain, opening: Opening) -> bool:
    return chain.peers is not None and opening.commitment in chain.peers.peers.peers


def _opening(node: Node, partner: str) -> Opening:
    return Opening(node=node.me, what=PEER, partner=partner, index=0, salt=node.entropy.draw(SALT_BYTES))
