# SPDX-License-Identifier: MIT
"""Rotating: new keys are made, published, used once partners know them, and old KEM keys destroyed at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import sqlalchemy as sa

from tasuki.adapters import tls
from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.acceptance import RESEND_WINDOW
from tasuki.core.partners.trust import Chain
from tasuki.formats.envelope import anchor as previous
from tasuki.formats.suites.keys import PublicKey, Purpose
from tasuki.formats.trust.keys import NodeKeys, keys_statement
from tasuki.formats.trust.statement import KEYS
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS
from tasuki.services.trust import reasons as why
from tasuki.services.trust.publishing import Act, next_keys, now_of, publish_keys, with_new
from tasuki.services.trust.standing import current, load
from tasuki.store import channel
from tasuki.store import trust as store

TLS: Final = "tls"
ALL: Final = "all"
ROTATED: Final = (Purpose.ENVELOPE, Purpose.KEM, Purpose.LOG, Purpose.WITNESS)

PATIENCE: Final = timedelta(days=7)
"""How long new keys wait for a partner that does not answer; after that it finds them when it comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation made.

    Attributes:
        version: of `keys` that names the new ones.
        made: ids of the new keys.
        certificate: whether there is a new TLS certificate.
        waits_for: partners that must hold it before the new ones are used.
        draft: the unsigned statement, where others hold the role.
    """

    version: int
    made: tuple[str, ...]
    certificate: bool
    waits_for: tuple[str, ...]
    draft: bytes = b""


def rotate(node: Node, roles: Sequence[str], *, draft: bool = False) -> Rotated:
    """Make new keys of these roles and publish them beside the old: `envelope`, `kem`, `log`, `witness`, `tls`, `all`.

    They are used once every partner holds the statement that names them; see `settle`.

    Raises:
        CallerError: no such role, or others hold the role `keys` and no draft was asked for.
        WorldError: the signer or the disk refused, or another act was faster.
    """
    purposes, certificate = _wanted(roles)
    with node.locks.hold("trust"):
        before = _current(node)
        now = now_of(node)
        made = node.signer.renew(purposes, now) if purposes else ()
        keys = _rotated(node, before[1], made, certificate=certificate, now=now)
        if draft:
            node.database.write(lambda connection: _audit_draft(node, connection, keys, made))
            statement = keys_statement(keys)
            return Rotated(
                version=keys.head.version, made=_ids(made), certificate=certificate, waits_for=(), draft=statement
            )
        act = Act(kind="keys-published", detail={"made": [*_ids(made)], "tls": certificate}, made=made)
        publish_keys(node, before, keys, act)
    settle(node)
    return Rotated(version=keys.head.version, made=_ids(made), certificate=certificate, waits_for=tuple(_behind(node)))


def _current(node: Node) -> tuple[int, Chain]:
    with node.database.read() as connection:
        return current(connection)


def _wanted(roles: Sequence[str]) -> tuple[tuple[Purpose, ...], bool]:
    known = {each.value: each for each in ROTATED}
    for role in roles:
        if role not in known and role not in (TLS, ALL):
            raise CallerError(why.NOT_A_ROLE.because(found=role[:20]))
    if ALL in roles:
        return ROTATED, True
    return tuple(known[role] for role in known if role in roles), TLS in roles


def _rotated(node: Node, chain: Chain, made: tuple[PublicKey, ...], *, certificate: bool, now: datetime) -> NodeKeys:
    before = chain.keys.keys
    shown = tls.load_certificate(node.directory)
    listed = (shown,) if shown in before.tls else before.tls[:1]
    following = tls.next_certificate(node.directory)
    if certificate:
        following = tls.create_next(node.directory, node.me, before.endpoint, now)
    with_next = (*listed, following) if following is not None and following not in listed else listed
    with node.database.read() as connection:
        gone = [each.key for each in store.own_keys(connection) if each.destroyed_at is not None]
    return next_keys(chain, now, keys=with_new(before.keys, made, gone), tls=with_next)


def _audit_draft(node: Node, connection: sa.Connection, keys: NodeKeys, made: Iterable[PublicKey]) -> None:
    detail: dict[str, Json] = {"role": KEYS, "version": keys.head.version, "made": [*_ids(made)]}
    audit(node, connection, "trust-drafted", detail)


def _ids(made: Iterable[PublicKey]) -> tuple[str, ...]:
    return tuple(each.id for each in made)


def settle(node: Node) -> bool:
    """Use what every partner knows by now, and destroy what nobody needs any more; return whether anything was done."""
    if node.own.chain is None:
        return False
    done = False
    if not _behind(node):
        done = use(node)
    return _destroy(node) or done


def use(node: Node, by: Sequence[str] = ()) -> bool:
    """Use the keys and the certificate published last, known to partners or not; return whether there were any.

    Raises:
        WorldError: the database or the disk refused.
    """
    with node.locks.hold("trust"), node.database.read() as connection:
        waiting = [each.key for each in store.own_keys(connection) if each.used_at is None]
        following = tls.next_certificate(node.directory)
        number, chain = current(connection)
    following = following if following in chain.keys.keys.tls else None
    if not waiting and following is None:
        return False
    keys: list[Json] = [*waiting]
    named: list[Json] = [*by]

    def work(connection: sa.Connection) -> None:
        store.use_keys(connection, waiting, node.clock.now())
        detail: dict[str, Json] = {"keys": keys, "tls": following is not None, "chain": number, "by": named}
        audit(node, connection, "keys-used", detail)

    node.database.write(work)
    if following is not None:
        # A crash before this line switches with the next look; both certificates are known to every partner.
        tls.switch(node.directory)
    load(node)
    node.signals.raise_(PARTNERS)
    return True


def use_now(node: Node, by: Sequence[str]) -> bool:
    """Use what was published last at once, as a person decided.

    Raises:
        CallerError: nothing waits.
    """
    if not use(node, by):
        raise CallerError(why.NOTHING_WAITS.because())
    return True


def _behind(node: Node) -> list[str]:
    """Return the partners that must still learn of what waits to be used."""
    now = node.clock.now()
    with node.database.read() as connection:
        waiting = [each.since for each in store.own_keys(connection) if each.used_at is None]
        _, chain = current(connection)
        rows = [row for row in channel.partners(connection) if row.state == "trusted"]
        held = store.held(connection)
    following = tls.next_certificate(node.directory)
    if following is not None and following in chain.keys.keys.tls:
        waiting.append(chain.versions[KEYS])
    if not waiting:
        return []
    needed = max(waiting)
    published = chain.keys.keys.head.created
    return [
        row.participant
        for row in rows
        if not _knows(row.anchor, held.get(row.participant), needed) and now < _limit(node, row.anchor, published)
    ]


def _knows(anchor: bytes, held: store.Held | None, needed: int) -> bool:
    return not anchor.startswith(previous.MAGIC) and held is not None and held.versions[KEYS] >= needed


def _limit(node: Node, anchor: bytes, published: datetime) -> datetime:
    """Return how long a partner is waited for: one of the previous release until shortly before the old keys end."""
    if not anchor.startswith(previous.MAGIC):
        return published + PATIENCE
    ends = [each.not_after for each in node.anchor.keys if each.purpose is Purpose.ENVELOPE]
    return max(ends, default=published) - PATIENCE


def _destroy(node: Node) -> bool:
    """Destroy KEM keys that no envelope under way can be sealed to any more."""
    chain = node.own.chain
    if chain is None:
        return False
    now = node.clock.now()
    kem = sorted(
        (each for each in chain.keys.keys.keys if each.purpose is Purpose.KEM), key=lambda each: each.not_before
    )
    with node.database.read() as connection:
        keys = {each.key: each for each in store.own_keys(connection)}
        rows = [row for row in channel.partners(connection) if row.state == "trusted"]
        held = store.held(connection)
    done = False
    for old, following in pairwise(kem):
        known = keys.get(following.id)
        if known is None or (old.id in keys and keys[old.id].destroyed_at is not None):
            continue
        learned = [_learned(row.anchor, held.get(row.participant), known.since) for row in rows]
        last = min(max([following.not_before, *(each or old.not_after for each in learned)]), old.not_after)
        if now > last + RESEND_WINDOW:
            _destroy_one(node, old, now)
            done = True
    return done


def _learned(anchor: bytes, held: store.Held | None, since: int) -> datetime | None:
    return held.at if held is not None and _knows(anchor, held, since) else None


def _destroy_one(node: Node, key: PublicKey, now: datetime) -> None:
    def work(connection: sa.Connection) -> None:
        if store.mark_destroyed(connection, key.id, now):
            audit(node, connection, "key-destroyed", {"key": key.id, "made": format_rfc3339(key.not_before)})

    # Marked first: a crash between leaves a key that is destroyed with the next look, and never one unaccounted for.
    node.database.write(work)
    node.signer.destroy(key.id)
