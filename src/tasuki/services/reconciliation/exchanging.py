# SPDX-License-Identifier: MIT
"""Exchanging: our statement goes out, the partner's comes back, and whatever the two do not share is named or mended.

Only who asked judges. No lock is held while the partner is asked: both may ask each other at the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.core.ledger.model import mirror_log, pair_log
from tasuki.core.reconciliation import reasons as why
from tasuki.core.reconciliation.judging import (
    Loss,
    accept_statement,
    common,
    fell,
    losses,
    quiet,
    require_newer,
)
from tasuki.core.reconciliation.sets import MAX_NAMED, Difference
from tasuki.core.release.released import Released
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.envelope.notice import read_notice
from tasuki.formats.envelope.statement import Head, Statement, is_statement, read_signed_statement
from tasuki.services.channel.peers import notice, partner_anchor, protocol
from tasuki.services.channel.quotas import too_often
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import SEALED
from tasuki.services.node.signals import reconciled as reconciled_topic
from tasuki.services.reconciliation.comparing import compare
from tasuki.services.reconciliation.making import Made, held, make, picture
from tasuki.services.reconciliation.promises import check_promises
from tasuki.store import channel, ledger
from tasuki.store import reconciliation as store

STATEMENT: Final = "/exchange/v1/statement"
"""Where a partner's exchange face takes a statement and gives its own."""

MAX_STATEMENT_BYTES: Final = 32 << 10
"""A statement: 16 KiB of header at most, and signatures."""

STATEMENTS_A_MINUTE: Final = 60
"""Statements of one partner that are looked at: one in a quarter of an hour is enough, each costs a signature."""

MAX_JUMP: Final = 1_000_000
"""How far a partner may tell us to raise the version of our statements: it must not be able to use them up."""

_UNKNOWN: Final = 404
_OK: Final = 200
_ATTEMPTS: Final = 3


def exchange(node: Node, partner: ParticipantId) -> store.Reconciled:
    """Exchange statements with a partner, name what is not shared, mend what can be mended, and keep the outcome.

    A partner of the previous release knows no statements: that is an outcome too, and everything goes on.

    Raises:
        WorldError: the partner was not reached.
        PeerError: it is not trusted, or what it answered is no statement of its.
    """
    anchor = partner_anchor(node, partner)
    asked_at = node.clock.now()
    asked = make(node, anchor)
    for _ in range(_ATTEMPTS):
        status, answer = node.link.ask(anchor, STATEMENT, protocol(node, "statement", asked.raw, partner))
        if status == _UNKNOWN:
            return _keep(node, store.Reconciled(partner=partner, asked_at=asked_at, outcome="none", skew_us=None), ())
        if status == _OK and is_statement(answer):
            return _conclude(node, anchor, asked, answer, asked_at)
        asked = make(node, anchor, _expected(asked, answer, status, partner))
    raise WorldError(why.STATEMENT_STRANGE.because(partner=partner, found="refusals only"), retry=True)


def _expected(asked: Made, answer: bytes, status: int, partner: ParticipantId) -> int:
    """Return the version the partner will take, where it says that it holds a newer statement of ours."""
    said = read_notice(answer)
    least = said.expected_seq
    known = said.code == why.STATEMENT_BACK.code
    if known and asked.statement.version < least <= asked.statement.version + MAX_JUMP:
        return least
    raise PeerError(why.STATEMENT_STRANGE.because(partner=partner, found=f"{said.code} (status {status})"))


def answer_statement(node: Node, partner: Anchor, body: bytes) -> Released:
    """Take a statement of the partner who asks and answer with ours; a notice says why it was not taken."""
    busy = too_often(node, partner.name.participant, "statements", STATEMENTS_A_MINUTE)
    if busy is not None:
        return busy
    try:
        take(node, partner, body)
    except PeerError as error:
        participant = partner.name.participant
        with node.database.read() as connection:
            known = store.stated(connection, participant, "in")
        expected = 0 if known is None or error.reason.code != why.STATEMENT_BACK.code else known.version + 1
        detail: dict[str, Json] = {"partner": participant, "reason": error.reason.code}
        node.database.write(lambda connection: audit(node, connection, "statement-refused", detail))
        return notice(node, error.reason, expected_seq=expected)
    return protocol(node, "statement", make(node, partner).raw, partner.name.participant)


def take(node: Node, partner: Anchor, raw: bytes) -> Statement:
    """Keep a statement of a partner, however it came; one that came before is taken again and changes nothing.

    Raises:
        PeerError: it is malformed, not the partner's, not for this node, or not newer than the newest held.
    """
    signed = read_signed_statement(raw)
    statement = accept_statement(signed, node.me, partner, node.clock.now())
    participant = partner.name.participant
    detail: dict[str, Json] = {"partner": participant, "version": statement.version, "hash": signed.hash}

    def work(connection: sa.Connection) -> None:
        known = store.stated(connection, participant, "in")
        if known is not None and known.raw == raw:
            return
        before, what = _taken_back(known, statement)
        kept = store.Stated(
            version=statement.version,
            stated_at=statement.at,
            kept_at=node.clock.now(),
            raw=raw,
            before=before,
            fell=what,
        )
        store.keep_stated(connection, participant, "in", kept)
        audit(node, connection, "statement-taken", {**detail, "fell": what})

    node.database.write(work)
    return statement


def _taken_back(known: store.Stated | None, statement: Statement) -> tuple[bytes | None, str | None]:
    """Return the statement that a newer one takes back, and in what; nothing once it has caught up with it."""
    if known is None:
        return None, None
    require_newer(statement, read_signed_statement(known.raw).statement)
    for raw in (known.before, known.raw):
        if raw is not None:
            what = fell(statement, read_signed_statement(raw).statement)
            if what is not None:
                return raw, what
    return None, None


@dataclass(slots=True)
class _Found:
    """What two statements do not share, as reasons; `apart` says whether it is about what was exchanged."""

    reasons: list[Reason]
    apart: bool = False

    def add(self, reason: Reason, *, apart: bool = True) -> None:
        self.reasons.append(reason)
        self.apart = self.apart or apart


def _conclude(node: Node, anchor: Anchor, asked: Made, answer: bytes, asked_at: datetime) -> store.Reconciled:
    partner = anchor.name.participant
    theirs = take(node, anchor, answer)
    middle = asked_at + (node.clock.now() - asked_at) / 2
    found = _Found(reasons=[])
    _taken(node, partner, found)
    mended = _lost(node, anchor, asked.statement, theirs, found)
    _sets(node, anchor, asked.statement, theirs, found)
    _logs(node, partner, theirs, found)
    calm = quiet(asked.statement, theirs)
    if calm and not found.apart and asked.statement.requests != theirs.requests:
        found.add(why.REQUESTS_DIFFER.because(partner=partner), apart=False)
    _keys(node, anchor, theirs, found)
    still: store.Outcome = "equal" if calm else "under-way"
    reconciled = store.Reconciled(
        partner=partner,
        asked_at=asked_at,
        outcome="differs" if found.apart else still,
        skew_us=int((theirs.at - middle).total_seconds() * 1_000_000),
    )
    check_promises(node, partner)
    _keep(node, reconciled, found.reasons, mended)
    return reconciled


def _keep(
    node: Node, reconciled: store.Reconciled, reasons: Sequence[Reason], mended: Sequence[Loss] = ()
) -> store.Reconciled:
    now, partner = node.clock.now(), reconciled.partner
    found = [
        store.Finding(partner=partner, code=each.code, params=dict(each.params), since=now, rounds=1)
        for each in reasons
    ]
    detail: dict[str, Json] = {
        "partner": partner,
        "outcome": reconciled.outcome,
        "findings": len(found),
        "sent_again": sum(each.span.width for each in mended),
    }

    def work(connection: sa.Connection) -> None:
        for each in mended:
            span = each.span
            channel.send_again(connection, partner, span.lane, span.epoch, span.first)
        store.keep_reconciled(connection, reconciled, found)
        audit(node, connection, "reconciled", detail)

    node.database.write(work)
    # The partner is there: whatever waits for it, also for a receipt that was lost on the way, goes out now.
    node.signals.raise_(reconciled_topic(partner))
    node.signals.raise_(SEALED)
    return reconciled


def _taken(node: Node, partner: ParticipantId, found: _Found) -> None:
    with node.database.read() as connection:
        known = store.stated(connection, partner, "in")
    if known is not None and known.fell is not None:
        found.add(why.TAKEN_BACK.because(partner=partner, what=known.fell))


def _lost(node: Node, anchor: Anchor, asked: Statement, theirs: Statement, found: _Found) -> list[Loss]:
    """Name what either side lost; return what of it the partner gets again."""
    partner = anchor.name.participant
    known = losses(asked, picture(node, anchor), theirs)
    for each in known:
        kind = why.LOST_THERE if each.who == "by-partner" else why.LOST_HERE
        span = each.span
        found.add(
            kind.because(partner=partner, lane=span.lane, epoch=span.epoch, before=span.first - 1, last=span.last)
        )
    return [each for each in known if each.who == "by-partner" and each.span.way == "sent"]


def _sets(node: Node, anchor: Anchor, asked: Statement, theirs: Statement, found: _Found) -> None:
    partner = anchor.name.participant
    unlike = []
    with node.database.read() as connection:
        for each in common(asked, theirs):
            tally, _ = held(node, connection, partner, each.span)
            if each.root is None or tally.root != each.root:
                unlike.append(each.span)
    if not unlike:
        return
    compared = compare(node, anchor, unlike)
    for difference in compared.differences:
        found.add(_item(difference, partner))
    if compared.more:
        found.add(why.TOO_MANY.because(partner=partner, named=min(len(compared.differences), MAX_NAMED)))


def _item(each: Difference, partner: ParticipantId) -> Reason:
    place: dict[str, str | int] = {"partner": partner, "lane": each.lane, "epoch": each.epoch, "seq": each.seq}
    if not each.theirs:
        return why.ITEM_MISSING_THERE.because(**place, ours=each.ours)
    if not each.ours:
        return why.ITEM_MISSING_HERE.because(**place, theirs=each.theirs)
    return why.ITEM_OTHER.because(**place, ours=each.ours, theirs=each.theirs)


def _logs(node: Node, partner: ParticipantId, theirs: Statement, found: _Found) -> None:
    """Hold the partner's roots against ours: of its log as mirrored here, and of our log as it mirrored it."""
    stated = ((mirror_log(partner), theirs.log), (pair_log(partner), theirs.mirror))
    with node.database.read() as connection:
        for log, head in stated:
            for reason in _log(connection, log, head, partner):
                found.add(reason)


def _log(connection: sa.Connection, log: str, head: Head, partner: ParticipantId) -> Iterator[Reason]:
    if 0 < head.size <= ledger.size(connection, log) and ledger.root_at(connection, log, head.size).hex() != head.root:
        yield why.LOG_OTHER.because(partner=partner, whose=log, size=head.size)


def _keys(node: Node, anchor: Anchor, theirs: Statement, found: _Found) -> None:
    partner, versions = anchor.name.participant, theirs.metadata
    of_ours, of_theirs = versions.get("partner_keys", 0), versions.get("keys", 0)
    if 0 < of_ours < node.anchor.version:
        reason = why.KEYS_BEHIND.because(partner=partner, held=of_ours, newest=node.anchor.version)
        found.add(reason, apart=False)
    if of_theirs > anchor.version:
        found.add(why.KEYS_AHEAD.because(partner=partner, held=anchor.version, newest=of_theirs), apart=False)
