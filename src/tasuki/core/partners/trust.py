# SPDX-License-Identifier: MIT
"""Trust: when a chain of metadata counts, and what of newer metadata is taken.

Spec: docs/spec/trust.md; the clauses are named where they are kept. Everything here is a function of bytes and of what
was held before: whether a chain is still fresh is asked where it is used (`Anchor.expires`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName
from tasuki.core.partners import reasons as why
from tasuki.formats.envelope.anchor import Anchor, Revoked
from tasuki.formats.suites.keys import Algorithm
from tasuki.formats.suites.signatures import signs
from tasuki.formats.trust.file import MAX_ROOTS, Parts, read_parts, write_parts
from tasuki.formats.trust.keys import PEER, NodeKeys, Opening, SignedKeys, read_keys
from tasuki.formats.trust.peers import Peer, SignedPeers, read_peers
from tasuki.formats.trust.root import Holder, Role, SignedRoot, keys_of, read_root
from tasuki.formats.trust.statement import KEYS, PEERS, ROOT, Head, Signed

MAX_JUMP: Final = 256
"""By how much the version of `keys` or `peers` may rise at once; a root rises by one."""

_HALVES: Final = frozenset((Algorithm.ED25519, Algorithm.ML_DSA_65))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Trust metadata of one node that holds together.

    Attributes:
        roots: every root from the first on.
        keys: the newest keys; `former` are older ones that came with them, for what is proved of the past.
        peers: None where the node made none.
        openings: of the revocations in `keys`, as far as they were told.
    """

    roots: tuple[SignedRoot, ...]
    keys: SignedKeys
    former: tuple[SignedKeys, ...] = ()
    peers: SignedPeers | None = None
    openings: tuple[Opening, ...] = ()

    @property
    def node(self) -> NodeName:
        """Return whose it is."""
        return self.roots[0].root.head.node

    @property
    def root(self) -> SignedRoot:
        """Return the newest root."""
        return self.roots[-1]

    @property
    def fingerprint(self) -> bytes:
        """Return what two people on each side compare: SHA-256 of the first root's statement (2.8)."""
        return self.roots[0].fingerprint

    @property
    def versions(self) -> dict[str, int]:
        """Return the newest version of each role; 0 stands for none."""
        peers = 0 if self.peers is None else self.peers.peers.head.version
        return {ROOT: self.root.root.head.version, KEYS: self.keys.keys.head.version, PEERS: peers}


def read_chain(raw: bytes) -> Chain:
    """Return the chain that a trust file states, every signature verified and every clause kept.

    Raises:
        PeerError: it is no trust file, or breaks a clause.
    """
    parts = read_parts(raw)
    roots = _first(parts.roots)
    keys = [read_keys(each) for each in parts.keys]
    if not keys:
        raise PeerError(why.INCOMPLETE.because(node=str(roots[0].root.head.node), role=KEYS))
    for older, later in pairwise(keys):
        if later.keys.head.version <= older.keys.head.version:
            raise _back(later.keys.head, older.keys.head.version)
    for each in keys[:-1]:
        _require_carried(each, _roots_of(roots, each.keys))
    peers = read_peers(parts.peers[0]) if parts.peers else None
    chain = Chain(roots=roots, keys=keys[-1], former=tuple(keys[:-1]), peers=peers, openings=parts.openings)
    return _whole(chain)


def write_chain(chain: Chain) -> bytes:
    """Return a chain as a trust file."""
    return write_parts(
        Parts(
            roots=tuple(each.signed for each in chain.roots),
            keys=tuple(each.signed for each in (*chain.former, chain.keys)),
            peers=() if chain.peers is None else (chain.peers.signed,),
            openings=chain.openings,
        )
    )


def told(chain: Chain, partner: str) -> Chain:
    """Return a chain with the openings for one partner alone, as it may be handed over (5.1)."""
    return replace(chain, openings=tuple(each for each in chain.openings if each.partner == partner))


def newer(chain: Chain, held: Mapping[str, int], partner: str) -> Parts:
    """Return what of a chain a partner lacks that holds the versions `held` (7.2)."""
    versions = chain.versions
    roots = tuple(each.signed for each in chain.roots[held[ROOT] :])
    keys = (chain.keys.signed,) if roots or versions[KEYS] > held[KEYS] else ()
    fresh = chain.peers is not None and (roots or keys or versions[PEERS] > held[PEERS])
    peers = (chain.peers.signed,) if chain.peers is not None and fresh else ()
    openings = told(chain, partner).openings
    return Parts(roots=roots[:MAX_ROOTS], keys=keys, peers=peers, openings=openings)


def follow(held: Chain, offered: Parts) -> Chain:
    """Return what is held once `offered` was taken; `held` itself where it holds nothing new.

    Raises:
        PeerError: it breaks a clause: nothing of it is taken.
    """
    roots = _walk(held.roots, offered.roots)
    keys = _keys_after(held, roots, [read_keys(each) for each in offered.keys])
    peers = _peers_after(held, roots, [read_peers(each) for each in offered.peers])
    chain = Chain(roots=roots, keys=keys, peers=peers, openings=(*held.openings, *offered.openings))
    return _whole(replace(chain, openings=_fitting(chain)))


def signers(role: Role, name: str, signed: Signed) -> frozenset[str]:
    """Return the holders of a role who signed with both halves; keys of nobody in it count nothing (2.5)."""
    return frozenset(holder.id for holder in role.holders if _halves(holder, name, signed) == _HALVES)


def _halves(holder: Holder, name: str, signed: Signed) -> frozenset[Algorithm]:
    known = {key.id: (key.known, key.raw) for key in holder.keys}
    found: set[Algorithm] = set()
    for each in signed.signatures:
        algorithm, raw = known.get(each.key, (None, b""))
        if algorithm is None or algorithm in found:
            continue
        if signs(algorithm, raw, name, signed.statement, each.signature):
            found.add(algorithm)
    return frozenset(found)


def require_threshold(role: Role, name: str, signed: Signed) -> None:
    """Refuse a statement that fewer holders signed than the role asks for (2.5).

    Raises:
        PeerError: too few.
    """
    found = signers(role, name, signed)
    if len(found) < role.threshold:
        raise PeerError(why.TOO_FEW.because(role=name, threshold=role.threshold, found=len(found)))


def _require_delegated(name: str, signed: Signed, root: SignedRoot) -> None:
    require_threshold(root.root.roles[name], name, signed)


def _first(statements: Sequence[Signed]) -> tuple[SignedRoot, ...]:
    """Walk from the first root, which must meet its own threshold (2.6)."""
    if not statements:
        raise PeerError(why.INCOMPLETE.because(node="-", role=ROOT))
    first = read_root(statements[0])
    if first.root.head.version != 1:
        raise PeerError(why.NOT_FIRST.because(found=first.root.head.version))
    _require_delegated(ROOT, first.signed, first)
    return _walk((first,), statements[1:])


def _walk(held: tuple[SignedRoot, ...], statements: Sequence[Signed]) -> tuple[SignedRoot, ...]:
    """Return the roots once each of `statements` was taken, one version at a time (2.6, 2.7)."""
    roots = list(held)
    for statement in statements:
        offered = read_root(statement)
        version = offered.root.head.version
        if version <= len(roots):
            if offered.signed.statement != roots[version - 1].signed.statement:
                raise PeerError(why.TWO_VERSIONS.because(role=ROOT, version=version))
            continue
        roots.append(_next(roots[-1], offered))
        if len(roots) > MAX_ROOTS:
            raise PeerError(why.TOO_LONG_CHAIN.because(limit=MAX_ROOTS))
    return tuple(roots)


def _next(before: SignedRoot, offered: SignedRoot) -> SignedRoot:
    _require_same_node(before.root.head, offered.root.head)
    expected, found = before.root.head.version + 1, offered.root.head.version
    if found != expected:
        raise PeerError(why.SKIPPED.because(expected=expected, found=found))
    # Old and new alike: who had a say gives it on, and who gets one can use it.
    _require_delegated(ROOT, offered.signed, before)
    _require_delegated(ROOT, offered.signed, offered)
    return offered


def _keys_after(held: Chain, roots: tuple[SignedRoot, ...], offered: Iterable[SignedKeys]) -> SignedKeys:
    newest = held.keys
    anew = not _same_holders(held.root, roots[-1], KEYS)
    for each in offered:
        head = each.keys.head
        _require_same_node(held.root.root.head, head)
        if not anew and not _is_newer(head, newest.keys.head, each.signed, newest.signed):
            continue
        if not anew:
            _require_kept(newest.keys, each.keys)
        newest, anew = each, False
    return newest


def _peers_after(held: Chain, roots: tuple[SignedRoot, ...], offered: Iterable[SignedPeers]) -> SignedPeers | None:
    newest = held.peers
    anew = not _same_holders(held.root, roots[-1], PEERS)
    for each in offered:
        head = each.peers.head
        _require_same_node(held.root.root.head, head)
        if newest is None or anew:
            if newest is None and head.version > MAX_JUMP:
                raise PeerError(why.JUMP.because(role=PEERS, limit=MAX_JUMP, held=0, found=head.version))
        elif not _is_newer(head, newest.peers.head, each.signed, newest.signed):
            continue
        newest, anew = each, False
    return newest


def _is_newer(head: Head, before: Head, signed: Signed, held: Signed) -> bool:
    """Whether a version follows the one last seen; the same again is no news (6.2)."""
    if head.version == before.version:
        if signed.statement != held.statement:
            raise PeerError(why.TWO_VERSIONS.because(role=head.role, version=head.version))
        return False
    if head.version < before.version:
        raise _back(head, before.version)
    if head.version > before.version + MAX_JUMP:
        jump = why.JUMP.because(role=head.role, limit=MAX_JUMP, held=before.version, found=head.version)
        raise PeerError(jump)
    return True


def _back(head: Head, held: int) -> PeerError:
    return PeerError(why.ROLLED_BACK.because(role=head.role, held=held, found=head.version))


def _same_holders(one: SignedRoot, other: SignedRoot, name: str) -> bool:
    """Whether a role is held by the same with the same keys (6.4)."""
    held = [{(each.id, key.id) for each in root.root.roles[name].holders for key in each.keys} for root in (one, other)]
    return held[0] == held[1]


def _require_kept(before: NodeKeys, after: NodeKeys) -> None:
    """Refuse keys that take a revocation back while the key would be valid (5.5)."""
    over = {key.id for key in before.keys if key.not_after < after.head.created}
    for key, revocation in before.revoked.items():
        if key not in over and after.revoked.get(key) != revocation:
            raise PeerError(why.UNREVOKED.because(key=key))


def _require_same_node(one: Head, other: Head) -> None:
    if one.node != other.node:
        raise PeerError(why.OTHER_NODE.because(expected=str(one.node), found=str(other.node)))


def _roots_of(roots: tuple[SignedRoot, ...], keys: NodeKeys) -> tuple[SignedRoot, ...]:
    """Return the roots that may carry older keys: the one in force when they were made, and those after it."""
    version = keys.beside[ROOT]
    _require_same_node(roots[0].root.head, keys.head)
    if not 1 <= version <= len(roots):
        raise PeerError(why.NEVER_TOGETHER.because(role=KEYS, other=ROOT, named=version, found=len(roots)))
    return roots[version - 1 :]


def _require_carried(keys: SignedKeys, roots: tuple[SignedRoot, ...]) -> None:
    """Refuse older keys that no root carries: they may have been published together with a newer one."""
    for root in roots[:-1]:
        role = root.root.roles[KEYS]
        if len(signers(role, KEYS, keys.signed)) >= role.threshold:
            return
    _require_delegated(KEYS, keys.signed, roots[-1])


def _whole(chain: Chain) -> Chain:
    """Refuse a chain whose parts the newest root does not carry, or that never stood together (6.1, 6.3)."""
    root, keys, peers = chain.root, chain.keys, chain.peers
    _require_same_node(root.root.head, keys.keys.head)
    _require_delegated(KEYS, keys.signed, root)
    named: list[tuple[str, str, int]] = [(KEYS, ROOT, keys.keys.beside[ROOT]), (KEYS, PEERS, keys.keys.beside[PEERS])]
    named += [(ROOT, KEYS, root.root.floors[KEYS]), (ROOT, PEERS, root.root.floors[PEERS])]
    if peers is not None:
        _require_same_node(root.root.head, peers.peers.head)
        _require_delegated(PEERS, peers.signed, root)
        named += [(PEERS, ROOT, peers.peers.beside[ROOT]), (PEERS, KEYS, peers.peers.beside[KEYS])]
    for role, other, version in named:
        if version > chain.versions[other]:
            at_hand = chain.versions[other]
            raise PeerError(why.NEVER_TOGETHER.because(role=role, other=other, named=version, found=at_hand))
    _require_apart(root, keys.keys)
    if _fitting(chain) != chain.openings:
        raise PeerError(why.WRONG_OPENING.because(node=str(chain.node)))
    return chain


def _require_apart(root: SignedRoot, keys: NodeKeys) -> None:
    """Refuse a node key that is a holder's key as well (3.2)."""
    held = {key.raw for key in keys_of(root.root)}
    for key in keys.keys:
        if key.raw in held:
            raise PeerError(why.HOLDER_KEY.because(key=key.id))


def _fitting(chain: Chain) -> tuple[Opening, ...]:
    """Return the openings of commitments that stand in the newest keys and peers, each once."""
    return tuple(dict.fromkeys(each for each in chain.openings if each.commitment in _commitments(chain, each.what)))


def _commitments(chain: Chain, what: str) -> Collection[str]:
    if what == PEER:
        return () if chain.peers is None else chain.peers.peers.peers.keys()
    revocation = chain.keys.keys.revoked.get(what)
    return () if revocation is None else revocation.cuts


def anchor_of(chain: Chain, reader: str) -> Anchor:
    """Return what a chain says of its node to one reader."""
    return _anchor(chain, chain.keys.keys, reader)


def anchors_of(chain: Chain, reader: str) -> tuple[Anchor, ...]:
    """Return what each statement of keys in a chain said, newest first: for what is proved of the past."""
    return tuple(_anchor(chain, each.keys, reader) for each in (chain.keys, *reversed(chain.former)))


def _anchor(chain: Chain, keys: NodeKeys, reader: str) -> Anchor:
    peer = _peer(chain, reader)
    lanes = None if chain.peers is None else frozenset[str]() if peer is None else peer.lanes
    return Anchor(
        name=chain.node,
        version=keys.head.version,
        created=keys.head.created,
        expires=min(keys.head.expires, chain.root.root.head.expires),
        endpoint=keys.endpoint,
        tls_certificate=keys.tls[0],
        keys=keys.keys,
        suite=keys.suite,
        min_suite=keys.min_suite if peer is None else max(keys.min_suite, peer.min_suite),
        profile=keys.profile,
        also=keys.tls[1:],
        revoked=_dead(chain),
        lanes=lanes,
    )


def _peer(chain: Chain, reader: str) -> Peer | None:
    """Return what the peers say of a reader, if they do and it was opened."""
    if chain.peers is None:
        return None
    opened = [each.commitment for each in chain.openings if each.what == PEER and each.partner == reader]
    return next((chain.peers.peers.peers[each] for each in opened if each in chain.peers.peers.peers), None)


def _dead(chain: Chain) -> tuple[Revoked, ...]:
    """Return the keys revoked by the newest statement, which counts for older ones too."""
    return tuple(
        Revoked(key=each.key, at=each.at, suspected=each.suspected, cuts=_cuts(chain, each.key))
        for _, each in sorted(chain.keys.keys.revoked.items())
    )


def _cuts(chain: Chain, key: str) -> tuple[tuple[str, int], ...]:
    return tuple((each.partner, each.index) for each in chain.openings if each.what == key)
