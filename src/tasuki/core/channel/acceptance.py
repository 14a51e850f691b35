# SPDX-License-Identifier: MIT
"""Acceptance: in which order an envelope is judged, what leaves its number free, and what spends it.

Clauses A1 to A10 leave everything as it was: the sender may correct itself and send again. Once they hold, signatures,
recipient, epoch and `prev` are right and the number is spent: clauses B1 to B6, and later the content, can only
decide which receipt is given. So nothing a partner signs can block its lane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tasuki.base.errors import PeerError
from tasuki.base.ids import NodeName, ParticipantId
from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.model import STATEMENT_TYPES, TYPES, Disposition, Lane, LaneState, Seen
from tasuki.core.channel.reasons import (
    ANSWER_SUITE,
    CRIT,
    EQUIVOCATION,
    EXPIRED,
    FUTURE,
    GAP,
    NOT_AN_ENVELOPE,
    REVOKED,
    SPENT,
    STALE_ANCHOR,
    SUITE_TOO_LOW,
    UNKNOWN_LANE,
    UNKNOWN_TYPE,
    VERSION,
    WRONG_CERTIFICATE,
    WRONG_EPOCH,
    WRONG_PREV,
    WRONG_RECIPIENT,
    WRONG_SENDER,
)
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.envelope import Envelope
from tasuki.formats.envelope.header import FIELDS, WIRE_VERSION
from tasuki.formats.suites.keys import Purpose
from tasuki.formats.suites.signatures import SUITE, require_suite, verify

RESEND_WINDOW: Final = timedelta(days=14)
"""How long after a key's end what it signed in time may still arrive: a long partition and a restore."""

LOWEST_VERSION: Final = 1
HIGHEST_VERSION: Final = WIRE_VERSION + 1
"""Wire versions understood: the previous one, this one, and the next, which lists in `crit` what must be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a node knows when an envelope arrives.

    Attributes:
        anchor: the trusted anchor of the partner that the envelope names as its sender.
        certificate: DER of the TLS certificate the peer presented.
        lane: where the lane stands; None if this node has no such lane.
        seen: what came before under the same envelope id or the same number.
        logged: where the sender's log, as mirrored here, has this very envelope; None where it does not.
    """

    me: NodeName
    now: datetime
    anchor: Anchor
    certificate: bytes
    lane: LaneState | None
    seen: tuple[Seen, ...]
    min_suite: int = SUITE
    logged: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Not taken; the number stays free and nothing is remembered but an audit leaf."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something before it is missing: answer which number is expected."""

    reason: Reason
    expected_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The same bytes came before: answer the stored receipt."""

    receipt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """Two signed envelopes for one id or number: keep both, take neither."""

    reason: Reason
    first: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """The number is spent on a receipt; the content is not taken in."""

    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The number is spent and the content may be opened."""


Judgement = Refuse | Gap | Again | Lie | Spend | Open
Check = Callable[[Envelope, Facts], Judgement | None]


def judge(envelope: Envelope, facts: Facts) -> Judgement:
    """Return what becomes of an envelope whose form and ciphertext hash hold: the first clause that speaks decides."""
    for _clause, check in CLAUSES:
        judgement = check(envelope, facts)
        if judgement is not None:
            return judgement
    return Open()


def _certificate(_envelope: Envelope, facts: Facts) -> Judgement | None:
    """A1: the peer presents a certificate its anchor pins."""
    if facts.certificate in facts.anchor.certificates:
        return None
    return Refuse(reason=WRONG_CERTIFICATE.because(partner=facts.anchor.name.participant))


def _sender(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A2: the envelope names the node of that anchor as its sender."""
    if envelope.header.sender == facts.anchor.name:
        return None
    return Refuse(reason=WRONG_SENDER.because(expected=str(facts.anchor.name), found=str(envelope.header.sender)))


def _fresh(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A3: the anchor has not expired; only the urgent lane goes on without a fresh one."""
    if facts.now <= facts.anchor.expires or envelope.header.lane == Lane.URGENT:
        return None
    expires = format_rfc3339(facts.anchor.expires)
    return Refuse(reason=STALE_ANCHOR.because(partner=facts.anchor.name.participant, expires=expires))


def _suite(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A4: the suite is known and not below this node's minimum."""
    try:
        require_suite(envelope.header.suite)
    except PeerError as error:
        return Refuse(reason=error.reason)
    if envelope.header.suite >= facts.min_suite:
        return None
    return Refuse(reason=SUITE_TOO_LOW.because(least=facts.min_suite, suite=envelope.header.suite))


def _signed(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A5: both signatures verify under valid envelope keys of that node, over the type as an envelope type."""
    header = envelope.header
    if header.type in STATEMENT_TYPES:
        return Refuse(reason=NOT_AN_ENVELOPE.because(type=header.type))
    at = max(header.created, facts.now - RESEND_WINDOW)
    try:
        pair = facts.anchor.pair(header.sig_keys, Purpose.ENVELOPE, at)
        verify(header.type, envelope.header_bytes, envelope.signatures, pair, Purpose.ENVELOPE)
        require_live(facts.anchor, pair.ids, facts.me.participant, facts.logged)
    except PeerError as error:
        return Refuse(reason=error.reason)
    return None


def require_live(anchor: Anchor, keys: Iterable[str], reader: ParticipantId, logged: int | None) -> None:
    """Refuse what a revoked key signed, unless its leaf stands in the log with `reader` before the key was dead.

    Raises:
        PeerError: a key was dead by then, or nobody knows whether it was.
    Source: docs/spec/trust.md clause 5.2.
    """
    for key in keys:
        dead_from = anchor.dead_from(key, reader)
        if dead_from is not None and (logged is None or logged >= dead_from):
            shown = "-" if logged is None else str(logged)
            raise PeerError(REVOKED.because(key=key, index=dead_from, found=shown))


def _recipient(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A6: this node is the one recipient."""
    if envelope.header.recipient == facts.me:
        return None
    return Refuse(reason=WRONG_RECIPIENT.because(expected=str(facts.me), found=str(envelope.header.recipient)))


def _lane(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A7: the lane exists and is in that epoch."""
    header = envelope.header
    if facts.lane is None:
        return Refuse(reason=UNKNOWN_LANE.because(lane=header.lane))
    if header.epoch == facts.lane.epoch:
        return None
    return Refuse(reason=WRONG_EPOCH.because(lane=header.lane, expected=facts.lane.epoch, found=header.epoch))


def _duplicate(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A8: same bytes again get the same receipt; other bytes for a spent id or number are a lie."""
    for seen in facts.seen:
        if seen.hash != envelope.hash:
            reason = EQUIVOCATION.because(
                env_id=seen.env_id, seq=envelope.header.seq, partner=facts.anchor.name.participant
            )
            return Lie(reason=reason, first=seen)
    return Again(receipt=facts.seen[0].receipt) if facts.seen else None


def _number(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A9: it carries the next number."""
    header, lane = envelope.header, _open(facts)
    if header.seq == lane.next_seq:
        return None
    kind = GAP if header.seq > lane.next_seq else SPENT
    reason = kind.because(lane=header.lane, expected=lane.next_seq, found=header.seq)
    return Gap(reason=reason, expected_seq=lane.next_seq)


def _previous(envelope: Envelope, facts: Facts) -> Judgement | None:
    """A10: it follows the envelope that took the number before."""
    if envelope.header.prev == _open(facts).prev:
        return None
    return Refuse(reason=WRONG_PREV.because(lane=envelope.header.lane, seq=envelope.header.seq))


def _open(facts: Facts) -> LaneState:
    if facts.lane is None:
        message = "clause A7 lets nothing pass without a lane"
        raise AssertionError(message)
    return facts.lane


def _version(envelope: Envelope, _facts: Facts) -> Judgement | None:
    """B1: the wire version is the previous, this or the next one."""
    if LOWEST_VERSION <= envelope.header.version <= HIGHEST_VERSION:
        return None
    found = envelope.header.version
    return _unsupported(VERSION.because(lowest=LOWEST_VERSION, highest=HIGHEST_VERSION, found=found))


def _critical(envelope: Envelope, _facts: Facts) -> Judgement | None:
    """B2: every field that must be understood is."""
    for field in envelope.header.crit:
        if field not in FIELDS:
            return _unsupported(CRIT.because(field=field))
    return None


def _answerable(envelope: Envelope, _facts: Facts) -> Judgement | None:
    """B3: this node can answer under the suite the sender asks for."""
    if envelope.header.min_suite <= SUITE:
        return None
    return _unsupported(ANSWER_SUITE.because(least=envelope.header.min_suite, suite=SUITE))


def _created(envelope: Envelope, facts: Facts) -> Judgement | None:
    """B4: it was not made in the future; how long ago does not matter."""
    if envelope.header.created <= facts.now + timedelta(seconds=MAX_SKEW_S):
        return None
    reason = FUTURE.because(
        limit=MAX_SKEW_S, now=format_rfc3339(facts.now), created=format_rfc3339(envelope.header.created)
    )
    return Spend(disposition=Disposition(status="refused", reason=reason))


def _in_time(envelope: Envelope, facts: Facts) -> Judgement | None:
    """B5: its own end has not passed."""
    not_after = envelope.header.not_after
    if not_after is None or facts.now <= not_after:
        return None
    reason = EXPIRED.because(not_after=format_rfc3339(not_after), now=format_rfc3339(facts.now))
    return Spend(disposition=Disposition(status="expired", reason=reason))


def _known_type(envelope: Envelope, _facts: Facts) -> Judgement | None:
    """B6: this node acts on the type; it holds others for later."""
    if envelope.header.type in TYPES:
        return None
    return _unsupported(UNKNOWN_TYPE.because(type=envelope.header.type))


def _unsupported(reason: Reason) -> Judgement:
    return Spend(disposition=Disposition(status="unsupported", reason=reason))


CLAUSES: Final[tuple[tuple[str, Check], ...]] = (
    ("A1", _certificate),
    ("A2", _sender),
    ("A3", _fresh),
    ("A4", _suite),
    ("A5", _signed),
    ("A6", _recipient),
    ("A7", _lane),
    ("A8", _duplicate),
    ("A9", _number),
    ("A10", _previous),
    ("B1", _version),
    ("B2", _critical),
    ("B3", _answerable),
    ("B4", _created),
    ("B5", _in_time),
    ("B6", _known_type),
)
"""The clauses in the order in which they speak."""
