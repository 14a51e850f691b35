# SPDX-License-Identifier: MIT
"""Opening by people: where a partner is gone for good, or both lost history, two of them answer for it by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.core.persons.two import both
from tasuki.core.recovery.model import Progress
from tasuki.core.recovery.reasons import NO_REASON, NOT_CLOSED
from tasuki.core.release.forms import MAX_SENTENCE, sentence
from tasuki.services.channel.running import trusted
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX, SEALED
from tasuki.store import channel as channel_store
from tasuki.store import recovery as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far catching up with one partner is.

    Attributes:
        state: `waiting`, `rebuilt`, `caught-up` or `people`.
        reason: code and sentences of what keeps it; None where nothing does.
        counts: what was given back: leaves, receipts, envelopes, notices.
    """

    partner: str
    state: str
    reason: Mapping[str, Json] | None
    counts: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether the node is closed, and what it waits for.

    Attributes:
        cause: `restored` or `rolled-back`; empty where it was never closed.
        taken_at: when the copy was made that was put in place; None where nobody knows.
        opened_by: who opened it last; None while it is closed, or was never.
    """

    closed: bool
    cause: str
    at: datetime | None
    taken_at: datetime | None
    opened_at: datetime | None
    opened_by: str | None
    partners: list[Standing]


_COUNTS = ("mirrored", "rebuilt", "lost", "receipts", "envelopes", "notices")


def status(node: Node) -> Status:
    """Return whether the node is closed, and how far it is with each partner."""
    partners = trusted(node)
    with node.database.read() as connection:
        newest = store.closure(connection)
        known = store.recoveries(connection)
    if newest is None:
        return Status(closed=False, cause="", at=None, taken_at=None, opened_at=None, opened_by=None, partners=[])
    return Status(
        closed=newest.opened_at is None,
        cause=newest.cause,
        at=newest.at,
        taken_at=newest.taken_at,
        opened_at=newest.opened_at,
        opened_by=newest.opened_by,
        partners=[_standing(each, known.get(each)) for each in partners],
    )


def _standing(partner: str, known: store.Recovery | None) -> Standing:
    if known is None:
        return Standing(partner=partner, state=Progress.WAITING.value, reason=None, counts={})
    names = ("code", "en", "ja")
    is_kept = known.state != Progress.CAUGHT_UP and "code" in known.said
    return Standing(
        partner=partner,
        state=known.state,
        reason={name: known.said[name] for name in names} if is_kept else None,
        counts={name: known.said[name] for name in _COUNTS if name in known.said},
    )


def open_by_people(node: Node, by: Sequence[str], why: str) -> Status:
    """Open a closed node by the word of two people, who are named in the audit log with why.

    Raises:
        CallerError: the node is open, fewer than two people are named, or there is no reason.
    """
    people = both(by)
    if not sentence(why):
        raise CallerError(NO_REASON.because(limit=MAX_SENTENCE))

    def work(connection: sa.Connection) -> None:
        known = store.recoveries(connection)
        if not store.open_up(connection, at=node.clock.now(), by=", ".join(people)):
            raise CallerError(NOT_CLOSED.because())
        behind: list[Json] = [
            partner for partner in _trusted(connection) if _state(known.get(partner)) != Progress.CAUGHT_UP
        ]
        for partner in behind:
            if str(partner) not in known:
                # It is asked once it is back: until then nothing of it is taken in.
                store.note_recovery(connection, str(partner), Progress.WAITING, {}, node.clock.now())
        audit(node, connection, "recovery:node:open", {"by": [*people], "why": why, "behind": behind})

    node.database.write(work)
    node.signals.raise_(OUTBOX)
    node.signals.raise_(SEALED)
    return status(node)


def _trusted(connection: sa.Connection) -> list[str]:
    """Return the partners whose anchors were compared, as a transaction sees them."""
    return [row.participant for row in channel_store.partners(connection) if row.state == "trusted"]


def _state(known: store.Recovery | None) -> str:
    return Progress.WAITING.value if known is None else known.state
