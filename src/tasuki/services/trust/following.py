# SPDX-License-Identifier: MIT
"""Following: partners' newer metadata is fetched one version at a time and judged; ours is given to who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError, PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.partners.trust import Chain, follow, newer, told, write_chain
from tasuki.core.release.released import Released, release_notice, release_protocol
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.suites.fields import Fields, read_json
from tasuki.formats.trust.file import read_parts, write_parts
from tasuki.formats.trust.statement import KEYS, ROLES, read_versions
from tasuki.services.channel.peers import identity, policy
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS, TRUST
from tasuki.services.reasons import OTHER_PROFILE, REFUSED_BY_PARTNER
from tasuki.services.trust import reasons as why
from tasuki.services.trust.rotating import settle
from tasuki.store import channel
from tasuki.store import trust as store

PATH: Final = "/exchange/v1/trust"
"""Where a partner asks for newer metadata."""

MAX_QUESTION_BYTES: Final = 4096

_NONE: Final = dict.fromkeys(ROLES, 0)
_ROUNDS: Final = 3
"""Times a partner is asked in a row: for what is newer, to say that it was taken, and once more where that crossed."""

_OK: Final = 200
_NOT_FOUND: Final = 404


def answer(node: Node, partner: Anchor, body: bytes) -> Released:
    """Return what a partner lacks of this node's metadata, and remember what it holds.

    Raises:
        PeerError: the question is none.
    """
    fields = Fields(read_json(body, "trust question", MAX_QUESTION_BYTES), "trust question")
    held, mine = read_versions(fields, "held", ROLES), read_versions(fields, "mine", ROLES)
    participant = partner.name.participant
    if _is_ahead(mine, _held_of(node, participant)):
        node.own.hear(participant)
        node.signals.raise_(TRUST)
    chain = node.own.chain
    if chain is None:
        return release_protocol("trust", b"", participant, policy(node))
    _note(node, participant, held, chain)
    parts = newer(chain, held, participant)
    return release_protocol("trust", write_parts(parts), participant, policy(node))


def note_keys(node: Node, partner: ParticipantId, version: int) -> None:
    """Remember that a partner holds our newest keys, where that is the version it stated: by file it asks nothing."""
    chain = node.own.chain
    if chain is not None and version == chain.versions[KEYS]:
        _note(node, partner, chain.versions, chain)


def _note(node: Node, partner: ParticipantId, held: Mapping[str, int], chain: Chain) -> None:
    """Remember what a partner holds of ours; more than we have says that this node was put back to an old copy."""
    with node.database.read() as connection:
        before = store.held(connection).get(partner)
    if before is not None and dict(before.versions) == dict(held):
        return
    ahead = _lost(held, chain.versions)

    def work(connection: sa.Connection) -> None:
        store.keep_held(connection, partner, held, node.clock.now())
        if ahead is not None:
            body: dict[str, Json] = {"partner": partner, "reason": why.PUT_BACK.code, "params": dict(ahead)}
            audit(node, connection, "trust-put-back", body)

    node.database.write(work)
    node.signals.raise_(TRUST)


def put_back(node: Node) -> list[Reason]:
    """Return which partners hold more of this node's metadata than it has itself."""
    chain = node.own.chain
    if chain is None:
        return []
    with node.database.read() as connection:
        held = store.held(connection)
    found = ((partner, _lost(each.versions, chain.versions)) for partner, each in sorted(held.items()))
    return [why.PUT_BACK.because(partner=partner, **ahead) for partner, ahead in found if ahead is not None]


def _lost(held: Mapping[str, int], ours: Mapping[str, int]) -> dict[str, str | int] | None:
    for role in ROLES:
        if held[role] > ours[role]:
            return {"role": role, "theirs": held[role], "ours": ours[role]}
    return None


def _is_ahead(mine: Mapping[str, int], known: Mapping[str, int]) -> bool:
    return any(mine[role] > known[role] for role in ROLES)


def _held_of(node: Node, partner: ParticipantId) -> Mapping[str, int]:
    with node.database.read() as connection:
        row = channel.partner(connection, partner)
    chain = None if row is None else identity(row.anchor, node.me.participant).chain
    return _NONE if chain is None else chain.versions


def refresh(node: Node, partner: ParticipantId) -> bool:
    """Fetch what a partner has newer, and let it know what is held; return whether anything new was taken.

    Raises:
        WorldError: it was not reached.
        PeerError: what it gave breaks a clause; it is in the audit log, and nothing of it was taken.
    """
    taken = False
    for _ in range(_ROUNDS):
        with node.database.read() as connection:
            row = channel.partner(connection, partner)
        if row is None or row.state != "trusted":
            return taken
        known = identity(row.anchor, node.me.participant)
        if known.chain is None:
            # It was introduced by the anchor of the previous release: there is no first root to follow from.
            return taken
        got = _ask(node, known.anchor, known.chain)
        if not got or not _take(node, row, known.chain, got):
            return taken
        taken = True
    return taken


def _ask(node: Node, partner: Anchor, held: Chain) -> bytes:
    mine = _NONE if node.own.chain is None else node.own.chain.versions
    message: dict[str, Json] = {"held": dict(held.versions), "mine": dict(mine)}
    participant = partner.name.participant
    released = release_notice("trust-ask", message, participant, policy(node))
    status, body = node.link.ask(partner, PATH, released)
    if status == _NOT_FOUND:
        return b""
    if status != _OK:
        notice = read_notice(body)
        refused = REFUSED_BY_PARTNER.because(partner=participant, env_id=PATH, code=notice.code, said=notice.en[:300])
        raise WorldError(refused, retry=True)
    return body


def _take(node: Node, row: channel.PartnerRow, held: Chain, raw: bytes) -> bool:
    try:
        after = follow(held, read_parts(raw))
        _require_profile(node, after)
    except (PeerError, InputError) as error:
        _audited(node, "trust-refused", row.participant, error.reason)
        raise
    if after == held:
        return False
    file = write_chain(told(after, node.me.participant))
    identity(file, node.me.participant)
    versions: dict[str, Json] = dict(after.versions)

    def work(connection: sa.Connection) -> None:
        now = channel.partner(connection, row.participant)
        if now is None or now.anchor != row.anchor:
            raise WorldError(why.MOVED.because(), retry=True)
        channel.replace_anchor(connection, participant=row.participant, anchor=file, state=row.state)
        audit(node, connection, "trust-followed", {"partner": row.participant, "versions": versions})

    node.database.write(work)
    node.signals.raise_(PARTNERS)
    return True


def _require_profile(node: Node, chain: Chain) -> None:
    if chain.keys.keys.profile != node.profile.digest:
        raise InputError(OTHER_PROFILE.because(partner=chain.node.participant))


def _audited(node: Node, kind: str, partner: ParticipantId, reason: Reason) -> None:
    params: dict[str, Json] = dict(reason.params)
    body: dict[str, Json] = {"partner": partner, "reason": reason.code, "params": params}
    node.database.write(lambda connection: audit(node, connection, kind, body))


def exchange(node: Node, partner: ParticipantId) -> bool:
    """Bring a partner's metadata here and ours there up to date, and use what that allows; raises as `refresh`."""
    taken = refresh(node, partner)
    return settle(node) or taken


def is_told(node: Node, partner: ParticipantId) -> bool:
    """Return whether a partner holds this node's newest metadata."""
    chain = node.own.chain
    if chain is None:
        return True
    with node.database.read() as connection:
        held = store.held(connection).get(partner)
    return held is not None and held.versions[KEYS] >= chain.versions[KEYS]
