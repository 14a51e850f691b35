# SPDX-License-Identifier: MIT
"""Partners: anchors go out and come in, two people compare the fingerprint, and only then is anything trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError, InputError, PeerError
from tasuki.base.ids import ParticipantId
from tasuki.base.time import format_rfc3339
from tasuki.core.release.released import Released, release_protocol
from tasuki.formats.envelope.anchor import Anchor, SignedAnchor, anchor_statement, read_anchor, write_anchor
from tasuki.formats.envelope.fingerprint import KATAKANA, heard, hexadecimal, spoken
from tasuki.formats.suites.keys import Purpose
from tasuki.services import reasons as why
from tasuki.services.ledger import audit
from tasuki.services.node import Node
from tasuki.services.signals import PARTNERS
from tasuki.store import channel as store

COMPARERS = 2
"""People who compare a fingerprint: one could be fooled, or be the one who fools."""


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
    """Return this node's signed anchor, to be handed to partners."""
    statement = anchor_statement(node.anchor)
    raw = write_anchor(statement, node.signer.sign_anchor(statement))
    _audited(node, "anchor-exported", {"version": node.anchor.version})
    return release_protocol("anchor", raw, "", node.gate.rules.digest)


def own_anchor(node: Node) -> OwnAnchor:
    """Return what people read aloud of this node's anchor."""
    said = SignedAnchor(anchor=node.anchor, statement=anchor_statement(node.anchor)).fingerprint
    return OwnAnchor(
        node=str(node.me),
        version=node.anchor.version,
        expires=node.anchor.expires,
        fingerprint=hexadecimal(said),
        words=spoken(said),
        katakana=spoken(said, KATAKANA),
    )


def add(node: Node, raw: bytes) -> PartnerView:
    """Keep the anchor of a partner; it is trusted only once `compare` confirmed it.

    A newer anchor under the same root keys keeps the trust its forerunner had; under other keys it starts anew.

    Raises:
        PeerError: the anchor is malformed or not signed by its keys.
        InputError: it is ours, of a stranger, of another profile, over, or not newer than the one held.
    """
    signed = read_anchor(raw)
    anchor, now = signed.anchor, node.clock.now()
    partner = anchor.name.participant
    _require_fit(node, anchor, now)

    def work(connection: sa.Connection) -> None:
        held = store.partner(connection, partner)
        if held is None:
            store.add_partner(connection, participant=partner, node=str(anchor.name), anchor=raw, at=now)
        elif _read(held.anchor).fingerprint != signed.fingerprint:
            state = _state_after(held, anchor)
            store.replace_anchor(connection, participant=partner, anchor=raw, state=state)
        audit(node, connection, "partner-added", _line(anchor, hexadecimal(signed.fingerprint)))

    node.database.write(work)
    node.signals.raise_(PARTNERS)
    return view(node, partner)


def compare(node: Node, partner: str, said: str, by: Sequence[str]) -> PartnerView:
    """Trust a partner: two people compared its fingerprint and give it here, in hex, words or katakana.

    Raises:
        CallerError: the partner was not added, or fewer than two people compared.
        InputError: `said` is no fingerprint.
        PeerError: it is not the fingerprint of the anchor held: that is kept in the audit log, and nothing is trusted.
    """
    people = sorted({name.strip() for name in by if name.strip()})
    if len(people) < COMPARERS:
        raise CallerError(why.TWO_PEOPLE.because(found=len(people)))
    signed = _read(_row(node, partner).anchor)
    anchor, shown = signed.anchor, hexadecimal(signed.fingerprint)
    if heard(said) != signed.fingerprint:
        _audited(node, "fingerprint-differs", {**_line(anchor, shown), "by": list(people)})
        raise PeerError(why.FINGERPRINT_DIFFERS.because(partner=partner))

    def work(connection: sa.Connection) -> None:
        held = store.partner(connection, anchor.name.participant)
        if held is None or _read(held.anchor).fingerprint != signed.fingerprint:
            # Another anchor came in while people were talking.
            raise PeerError(why.FINGERPRINT_DIFFERS.because(partner=partner))
        store.trust_partner(connection, participant=anchor.name.participant, compared_by=", ".join(people))
        audit(node, connection, "partner-trusted", {**_line(anchor, shown), "by": list(people)})

    node.database.write(work)
    node.signals.raise_(PARTNERS)
    return view(node, partner)


def partners(node: Node) -> list[PartnerView]:
    """Return every partner, by participant."""
    with node.database.read() as connection:
        return [_view(row) for row in store.partners(connection)]


def view(node: Node, partner: str) -> PartnerView:
    """Return one partner.

    Raises:
        CallerError: its anchor was never added.
    """
    return _view(_row(node, partner))


def certificates(node: Node) -> dict[bytes, Anchor]:
    """Return the TLS certificate (DER) and anchor of every trusted partner whose anchor is not over."""
    now = node.clock.now()
    with node.database.read() as connection:
        rows = [row for row in store.partners(connection) if row.state == "trusted"]
    anchors = [_read(row.anchor).anchor for row in rows]
    return {anchor.tls_certificate: anchor for anchor in anchors if anchor.expires > now}


@lru_cache(maxsize=64)
def _read(raw: bytes) -> SignedAnchor:
    """Return an anchor held here; its signatures are checked once a process, not with every request."""
    return read_anchor(raw)


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


def _state_after(held: store.PartnerRow, anchor: Anchor) -> str:
    before = _read(held.anchor).anchor
    if anchor.name != before.name or anchor.version <= before.version:
        raise InputError(why.ANCHOR_OLD.because(partner=held.participant, held=before.version, found=anchor.version))
    return held.state if _roots(anchor) == _roots(before) else "known"


def _roots(anchor: Anchor) -> set[str]:
    return {key.id for key in anchor.keys if key.purpose is Purpose.ROOT}


def _view(row: store.PartnerRow) -> PartnerView:
    signed = _read(row.anchor)
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
