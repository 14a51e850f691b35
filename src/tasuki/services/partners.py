# SPDX-License-Identifier: MIT
"""Partners: anchors go out and come in, two people compare the fingerprint, and only then is anything trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError, PeerError
from tasuki.base.ids import ParticipantId
from tasuki.base.time import format_rfc3339
from tasuki.core.partners.identity import Identity, read_identity, takes_over
from tasuki.core.partners.trust import follow, told, write_chain
from tasuki.core.persons.two import both
from tasuki.core.release.released import Released, release_protocol
from tasuki.formats.envelope.anchor import Anchor, SignedAnchor, anchor_statement, write_anchor
from tasuki.formats.envelope.fingerprint import KATAKANA, heard, hexadecimal, spoken
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.trust.file import read_parts
from tasuki.services import reasons as why
from tasuki.services.channel.peers import identity
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS, TRUST
from tasuki.services.trust.publishing import publish_peers
from tasuki.store import channel as store


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """A partner as people see it.

    Attributes:
        state: `known` until the fingerprint was compared, then `trusted`; `ended`.
        fingerprint: hex in groups of eight; `words` and `katakana` say the same.
    """

    partner: str
    node: str
    state: str
    endpoint: str
    version: int
    added_at: datetime
    expires: datetime
    compared_by: str | None
    fingerprint: str
    words: str
    katakana: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnchor:
    """This node's anchor: the file that is handed over, and what is read aloud."""

    node: str
    version: int
    expires: datetime
    fingerprint: str
    words: str
    katakana: str


def export_anchor(node: Node) -> Released:
    """Return this node's signed anchor, to be handed to partners of the previous release."""
    statement = anchor_statement(_as_anchor(node))
    raw = write_anchor(statement, node.signer.sign_anchor(statement))
    _audited(node, "anchor-exported", {"version": node.anchor.version})
    return release_protocol("anchor", raw, "", node.gate.rules.digest)


def export_trust(node: Node, partner: str = "") -> Released:
    """Return this node's trust file, to be handed to partners; with a partner's name, it opens what is for that one.

    A node that has only an anchor gives that.
    """
    chain = node.own.chain
    if chain is None:
        return export_anchor(node)
    versions: dict[str, Json] = dict(chain.versions)
    _audited(node, "trust-exported", {"versions": versions, "partner": partner})
    return release_protocol("trust", write_chain(told(chain, partner)), partner, node.gate.rules.digest)


def own_anchor(node: Node, *, previous: bool = False) -> OwnAnchor:
    """Return what people read aloud of this node: of its first root, or of its anchor for the previous release."""
    chain = node.own.chain
    if chain is None or previous:
        anchor = _as_anchor(node)
        said = SignedAnchor(anchor=anchor, statement=anchor_statement(anchor)).fingerprint
    else:
        said = chain.fingerprint
    return OwnAnchor(
        node=str(node.me),
        version=node.anchor.version,
        expires=node.anchor.expires,
        fingerprint=hexadecimal(said),
        words=spoken(said),
        katakana=spoken(said, KATAKANA),
    )


def _as_anchor(node: Node) -> Anchor:
    """Return this node as partners of the previous release see it: with the root keys that sign its anchor.

    An anchor has no words for a key that died, so it leaves such keys out: what they signed counts no more.
    """
    if node.own.chain is None:
        return node.anchor
    dead = {each.key for each in node.anchor.revoked}
    roots = (each for each in node.signer.public() if each.purpose is Purpose.ROOT)
    living = (each for each in node.anchor.keys if each.id not in dead)
    return replace(node.anchor, keys=(*roots, *living), also=(), revoked=())


def add(node: Node, raw: bytes) -> PartnerView:
    """Keep what a partner is known by; it is trusted only once `compare` confirmed it.

    Newer metadata of the same first root, or a newer anchor under the same root keys, keeps the trust its forerunner
    had; another starts anew.

    Raises:
        PeerError: it is malformed, not signed by whom it must be, or goes back.
        InputError: it is ours, of a stranger, of another profile, over, or not newer than the one held.
    """
    offered = read_identity(raw, node.me.participant)
    anchor, now = offered.anchor, node.clock.now()
    partner = anchor.name.participant
    _require_fit(node, anchor, now)

    def work(connection: sa.Connection) -> None:
        held = store.partner(connection, partner)
        if held is None:
            store.add_partner(connection, participant=partner, node=str(anchor.name), anchor=raw, at=now)
        elif held.anchor != raw:
            state, kept = _after(node, held, offered, raw)
            store.replace_anchor(connection, participant=partner, anchor=kept, state=state)
        audit(node, connection, "partner-added", _line(anchor, hexadecimal(offered.fingerprint)))

    node.database.write(work)
    node.signals.raise_(PARTNERS)
    node.signals.raise_(TRUST)
    return view(node, partner)


def compare(node: Node, partner: str, said: str, by: Sequence[str]) -> PartnerView:
    """Trust a partner: two people compared its fingerprint and give it here, in hex, words or katakana.

    Raises:
        CallerError: the partner was not added, or fewer than two people compared.
        InputError: `said` is no fingerprint.
        PeerError: it is not the fingerprint of the anchor held: that is kept in the audit log, and nothing is trusted.
    """
    people = both(by)
    signed = _read(node, _row(node, partner))
    anchor, shown = signed.anchor, hexadecimal(signed.fingerprint)
    if heard(said) != signed.fingerprint:
        _audited(node, "fingerprint-differs", {**_line(anchor, shown), "by": list(people)})
        raise PeerError(why.FINGERPRINT_DIFFERS.because(partner=partner))

    def work(connection: sa.Connection) -> None:
        held = store.partner(connection, anchor.name.participant)
        if held is None or _read(node, held).fingerprint != signed.fingerprint:
            # Another anchor came in while people were talking.
            raise PeerError(why.FINGERPRINT_DIFFERS.because(partner=partner))
        store.trust_partner(connection, participant=anchor.name.participant, compared_by=", ".join(people))
        audit(node, connection, "partner-trusted", {**_line(anchor, shown), "by": list(people)})

    node.database.write(work)
    node.signals.raise_(PARTNERS)
    node.signals.raise_(TRUST)
    _tell_peers(node)
    return view(node, partner)


def _tell_peers(node: Node) -> None:
    """Publish with whom this node deals, where it holds that role itself."""
    with node.database.read() as connection:
        trusted = [row.participant for row in store.partners(connection) if row.state == "trusted"]
    publish_peers(node, trusted)


def partners(node: Node) -> list[PartnerView]:
    """Return every partner, by participant."""
    with node.database.read() as connection:
        return [_view(node, row) for row in store.partners(connection)]


def view(node: Node, partner: str) -> PartnerView:
    """Return one partner.

    Raises:
        CallerError: its anchor was never added.
    """
    return _view(node, _row(node, partner))


def certificates(node: Node) -> dict[bytes, Anchor]:
    """Return every TLS certificate (DER) of every trusted partner, with its anchor.

    One whose anchor is over is let in still: what it may send then, clause A3 of the channel decides.
    """
    with node.database.read() as connection:
        rows = [row for row in store.partners(connection) if row.state == "trusted"]
    anchors = [_read(node, row).anchor for row in rows]
    return {each: anchor for anchor in anchors for each in anchor.certificates}


def _read(node: Node, row: store.PartnerRow) -> Identity:
    return identity(row.anchor, node.me.participant)


def _row(node: Node, partner: str) -> store.PartnerRow:
    with node.database.read() as connection:
        row = store.partner(connection, ParticipantId(partner))
    if row is None:
        raise CallerError(why.NOT_ADDED.because(partner=partner[:20]))
    return row


def _require_fit(node: Node, anchor: Anchor, now: datetime) -> None:
    partner = anchor.name.participant
    if partner == node.me.participant:
        raise InputError(why.OWN_ANCHOR.because(partner=partner))
    if partner not in {each.id for each in node.profile.participants}:
        raise InputError(why.NOT_IN_PROFILE.because(profile=node.profile.id, partner=partner))
    if anchor.profile != node.profile.digest:
        raise InputError(why.OTHER_PROFILE.because(partner=partner))
    if anchor.expires <= now:
        raise InputError(why.ANCHOR_OVER.because(partner=partner, expires=format_rfc3339(anchor.expires)))


def _after(node: Node, held: store.PartnerRow, offered: Identity, raw: bytes) -> tuple[str, bytes]:
    """Return state and bytes of a partner once `offered` was added to what is held of it."""
    before = _read(node, held)
    old = InputError(
        why.ANCHOR_OLD.because(partner=held.participant, held=before.anchor.version, found=offered.anchor.version)
    )
    if offered.anchor.name != before.anchor.name:
        raise old
    if before.chain is None:
        return _after_anchor(held, before.anchor, offered, raw, old)
    if offered.chain is None:
        # An anchor says less than metadata: whoever could hand it in could take the partner back to before it.
        raise old
    if offered.fingerprint != before.fingerprint:
        return "known", raw
    return held.state, write_chain(told(follow(before.chain, read_parts(raw)), node.me.participant))


def _after_anchor(
    held: store.PartnerRow, before: Anchor, offered: Identity, raw: bytes, old: InputError
) -> tuple[str, bytes]:
    if offered.chain is not None:
        return (held.state if takes_over(offered.chain, before) else "known"), raw
    if offered.anchor.version <= before.version:
        raise old
    return (held.state if _roots(offered.anchor) == _roots(before) else "known"), raw


def _roots(anchor: Anchor) -> set[str]:
    return {key.id for key in anchor.keys if key.purpose is Purpose.ROOT}


def _view(node: Node, row: store.PartnerRow) -> PartnerView:
    signed = _read(node, row)
    return PartnerView(
        partner=row.participant,
        node=row.node,
        state=row.state,
        endpoint=signed.anchor.endpoint,
        version=signed.anchor.version,
        added_at=row.added_at,
        expires=signed.anchor.expires,
        compared_by=row.compared_by,
        fingerprint=hexadecimal(signed.fingerprint),
        words=spoken(signed.fingerprint),
        katakana=spoken(signed.fingerprint, KATAKANA),
    )


def _line(anchor: Anchor, fingerprint: str) -> dict[str, Json]:
    return {
        "partner": anchor.name.participant,
        "node": str(anchor.name),
        "version": anchor.version,
        "fingerprint": fingerprint,
    }


def _audited(node: Node, kind: str, body: Mapping[str, Json]) -> None:
    node.database.write(lambda connection: audit(node, connection, kind, body))
