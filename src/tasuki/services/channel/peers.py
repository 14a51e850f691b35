# SPDX-License-Identifier: MIT
"""Who the partners are, by which names their logs go, and what may go to them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import sqlalchemy as sa

from tasuki.base.errors import PeerError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Language, Reason
from tasuki.core.ledger.model import mirror_log
from tasuki.core.partners.identity import Identity, read_identity
from tasuki.core.release.released import Released, release_protocol
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.notice import Notice, write_notice
from tasuki.services.node import Node
from tasuki.services.reasons import NOT_A_PEER, UNKNOWN_PARTNER
from tasuki.store import channel as store
from tasuki.store import ledger

PATH: Final = "/exchange/v1/envelopes"
"""Where a partner's exchange face takes envelopes."""


@lru_cache(maxsize=64)
def identity(raw: bytes, reader: str) -> Identity:
    """Return an identity held here; its signatures are checked once a process, not with every request.

    Raises:
        PeerError: see `tasuki.core.partners.identity`.
    """
    return read_identity(raw, reader)


def partner_anchor(node: Node, partner: ParticipantId) -> Anchor:
    """Return the anchor of a partner that people compared.

    Raises:
        PeerError: there is none.
    """
    with node.database.read() as connection:
        row = store.partner(connection, partner)
    if row is None or row.state != "trusted":
        raise PeerError(UNKNOWN_PARTNER.because(partner=partner))
    return identity(row.anchor, node.me.participant).anchor


def require_lane(partner: Anchor, lane: str) -> None:
    """Refuse to use a lane on which the partner does not deal with this node.

    Raises:
        PeerError: it says so in its peers; what waits keeps waiting.
    Source: docs/spec/trust.md clause 4.2.
    """
    if partner.lanes is not None and lane not in partner.lanes:
        raise PeerError(NOT_A_PEER.because(partner=partner.name.participant, lane=lane))


def logged_at(
    connection: sa.Connection, partner: Anchor, kind: str, stated: tuple[str, str, str], keys: Iterable[str]
) -> int | None:
    """Return where a partner's mirrored log has a leaf, if one of its keys is revoked, so that the place matters.

    Args:
        connection: to the store.
        partner: whose log and keys.
        kind: of the leaf.
        stated: envelope id; member of the leaf; value it must have.
        keys: ids of the keys that signed.
    """
    dead = {each.key for each in partner.revoked}
    if dead.isdisjoint(keys):
        return None
    env_id, member, value = stated
    leaves = ledger.about(connection, mirror_log(partner.name.participant), [env_id], lenient=True).get(env_id, ())
    places = [leaf.index for leaf in leaves if leaf.kind == kind and leaf.body.get(member) == value]
    return min(places, default=None)


def policy(node: Node) -> str:
    """Return the digest of the release rules in force at a node."""
    return node.gate.rules.digest


def notice(node: Node, reason: Reason, *, expected_seq: int = 0, retry_s: int = 0) -> Released:
    """Return an unsigned notice: why nothing was taken, in both languages, and what may be sent when."""
    said = Notice(
        code=reason.code,
        expected_seq=expected_seq,
        en=reason.sentence(Language.EN),
        ja=reason.sentence(Language.JA),
        retry_s=retry_s,
    )
    return protocol(node, "unsigned-notice", write_notice(said), "")


def protocol(node: Node, kind: str, body: bytes, partner: str) -> Released:
    """Return a wire form of the protocol as something that may leave to `partner`."""
    return release_protocol(kind, body, partner, policy(node))
