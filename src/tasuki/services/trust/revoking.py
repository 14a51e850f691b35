# SPDX-License-Identifier: MIT
"""Revoking: a key dies at a place in each log, what it signed before counts, and what is doubtful is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.base.time import format_rfc3339
from tasuki.core.ledger.model import origin, pair_log
from tasuki.core.partners.trust import Chain
from tasuki.core.persons.two import both
from tasuki.formats.envelope.envelope import MAGIC
from tasuki.formats.envelope.header import read_header
from tasuki.formats.suites.frames import read_frame
from tasuki.formats.suites.keys import PublicKey, Purpose
from tasuki.formats.trust.keys import SALT_BYTES, Opening, Revocation
from tasuki.services.channel.peers import identity
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.trust import reasons as why
from tasuki.services.trust.publishing import Act, next_keys, now_of, publish_keys, with_new
from tasuki.services.trust.standing import current
from tasuki.store import channel, ledger
from tasuki.store import trust as store

MAX_LISTED: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """What a revocation did.

    Attributes:
        made: ids of the keys that take its place.
        indexes: for each partner, how many leaves of the log count.
        doubtful: envelopes to confirm anew.
    """

    key: str
    purpose: str
    version: int
    made: tuple[str, ...]
    indexes: dict[str, int]
    doubtful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """An envelope signed with a key that may have been in wrong hands by then, before it was revoked.

    Attributes:
        direction: `in` for what a partner's key signed, `out` for what ours did.
        at: when it was taken in, or sealed.
        confirmed_by: who confirmed it anew; None while it waits.
    """

    partner: str
    direction: str
    env_id: str
    lane: str
    seq: int
    type: str
    key: str
    at: datetime
    confirmed_by: str | None


def revoke(node: Node, key: str, suspected: datetime | None, by: Sequence[str]) -> Revoked:
    """Revoke a key of this node from here on in every log, and put a new one in its place at once.

    Raises:
        CallerError: no such key, fewer than two people, or a suspicion in the future.
        WorldError: the signer or the database refused, or another act was faster.
    """
    people = both(by)
    with node.locks.hold("trust"):
        with node.database.read() as connection:
            before = current(connection)
            partners = [row.participant for row in channel.partners(connection)]
        known = _known(before[1], key)
        now = now_of(node)
        if suspected is not None and suspected > now:
            later = why.SUSPECTED_LATER.because(suspected=format_rfc3339(suspected), now=format_rfc3339(now))
            raise CallerError(later)
        made = node.signer.renew((known.purpose,), now)
        with ExitStack() as stack:
            # Nothing of ours is added to a log between its size being read and the key being dead.
            for partner in sorted(partners):
                stack.enter_context(node.locks.hold(pair_log(partner)))
            indexes = _cut(node, before, known, made, (now, suspected or now, people))
    listed = sum(each.confirmed_by is None for each in doubtful(node) if each.key == key)
    return Revoked(
        key=key,
        purpose=known.purpose,
        version=before[1].keys.keys.head.version + 1,
        made=tuple(each.id for each in made),
        indexes=indexes,
        doubtful=listed,
    )


def _known(chain: Chain, key: str) -> PublicKey:
    keys = chain.keys.keys
    for each in keys.keys:
        if each.id == key and key not in keys.revoked:
            return each
    raise CallerError(why.NO_SUCH_KEY.because(key=key[:40]))


def _cut(
    node: Node,
    before: tuple[int, Chain],
    key: PublicKey,
    made: tuple[PublicKey, ...],
    said: tuple[datetime, datetime, Sequence[str]],
) -> dict[str, int]:
    now, suspected, people = said
    chain = before[1]
    with node.database.read() as connection:
        indexes = _indexes(node, connection, key.purpose)
    openings = tuple(
        Opening(node=node.me, what=key.id, partner=partner, index=index, salt=node.entropy.draw(SALT_BYTES))
        for partner, index in sorted(indexes.items())
    )
    cuts = frozenset(each.commitment for each in openings)
    revocation = Revocation(key=key.id, at=now, suspected=suspected, cuts=cuts)
    listed = chain.keys.keys
    keys = next_keys(chain, now, keys=with_new(listed.keys, made), revoked={**listed.revoked, key.id: revocation})

    def also(connection: sa.Connection) -> None:
        if _indexes(node, connection, key.purpose) != indexes:
            # Another process added a leaf meanwhile.
            raise WorldError(why.MOVED.because(), retry=True)
        store.mark_revoked(connection, key.id, now)

    detail: dict[str, Json] = {
        "key": key.id,
        "purpose": key.purpose.value,
        "suspected": format_rfc3339(suspected),
        "made": [each.id for each in made],
        "indexes": dict(indexes),
    }
    act = Act(kind="key-revoked", detail=detail, by=people, made=made, used=True, also=also)
    publish_keys(node, before, keys, act, openings)
    return indexes


def _indexes(node: Node, connection: sa.Connection, purpose: Purpose) -> dict[str, int]:
    """Return how many leaves count of the log with each partner; a KEM key signs nothing."""
    rows = channel.partners(connection)
    if purpose is Purpose.KEM:
        return {}
    if purpose is Purpose.WITNESS:
        return {
            row.participant: ledger.witnessed(connection, origin(row.node, pair_log(node.me.participant))).size
            for row in rows
        }
    return {row.participant: ledger.size(connection, pair_log(row.participant)) for row in rows}


def doubtful(node: Node) -> list[Doubtful]:
    """Return what was signed between a suspicion and a revocation, ours and partners', oldest first by partner."""
    with node.database.read() as connection:
        found: list[Doubtful] = []
        for row in channel.partners(connection):
            anchor = identity(row.anchor, node.me.participant).anchor
            for dead in anchor.revoked:
                found += _theirs(connection, row.participant, dead.key, dead.suspected)
            found += _ours(node, connection, row.participant)
        return found


def _theirs(connection: sa.Connection, partner: str, key: str, suspected: datetime) -> Iterator[Doubtful]:
    for each in store.signed_by(connection, partner, key, suspected, MAX_LISTED):
        yield Doubtful(
            partner=partner,
            direction="in",
            env_id=each.env_id,
            lane=each.lane,
            seq=each.seq,
            type=each.type,
            key=key,
            at=each.received_at,
            confirmed_by=each.confirmed_by,
        )


def _ours(node: Node, connection: sa.Connection, partner: ParticipantId) -> Iterator[Doubtful]:
    dead = {each.key: each for each in node.anchor.revoked}
    if not dead:
        return
    confirmed = store.confirmations(connection, partner)
    since = min(each.suspected for each in dead.values())
    for envelope in channel.sealed_since(connection, partner, since, MAX_LISTED):
        frame = read_frame(MAGIC, envelope.raw, MAX_HEADER_BYTES)
        header, _ = read_header(frame.statement)
        key = next((each for each in header.sig_keys if each in dead), None)
        if key is None or envelope.sealed_at < dead[key].suspected:
            continue
        yield Doubtful(
            partner=partner,
            direction="out",
            env_id=envelope.env_id,
            lane=envelope.lane,
            seq=envelope.seq,
            type=envelope.type,
            key=key,
            at=envelope.sealed_at,
            confirmed_by=confirmed.get(envelope.env_id),
        )


def confirm(node: Node, env_id: str, by: Sequence[str]) -> Doubtful:
    """Keep that two people confirmed with the partner that a doubtful envelope is right.

    Raises:
        CallerError: none of that id waits, or fewer than two people.
    """
    people = both(by)
    waiting = [each for each in doubtful(node) if each.env_id == env_id and each.confirmed_by is None]
    if not waiting:
        raise CallerError(why.NOT_DOUBTFUL.because(env_id=env_id[:40]))
    one, named = waiting[0], ", ".join(people)

    def work(connection: sa.Connection) -> None:
        if store.confirm(connection, one.partner, env_id, named, node.clock.now()):
            people_json: list[Json] = [*people]
            detail: dict[str, Json] = {"partner": one.partner, "env_id": env_id, "key": one.key, "by": people_json}
            audit(node, connection, "envelope-confirmed", detail)

    node.database.write(work)
    return next(each for each in doubtful(node) if each.env_id == env_id)
