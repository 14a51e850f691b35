# SPDX-License-Identifier: MIT
"""Showing: which bundles went and came, and which of ours nobody confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasuki.base.ids import ParticipantId
from tasuki.services.channel import lanes, trusted
from tasuki.services.channel.sending import URGENT_FIRST
from tasuki.services.node import Node
from tasuki.store import bundle as store

CONFIRM_S: Final = 72 * 3600
"""Seconds a bundle may stay unconfirmed before a person is told: a courier's way there and back."""

_NEWEST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OneBundle:
    """One bundle that went or came."""

    number: int
    hash: str
    state: str
    at: datetime
    size: int
    envelopes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleView:
    """The exchange by files with one partner.

    Attributes:
        made: number of the last bundle made for it; `confirmed`: of the last it said it has.
        taken: number of the last bundle of its that was taken in.
        unconfirmed: bundles of ours it did not say it has, oldest first.
        missing: numbers of its that have to come before those that are held.
        held: numbers that wait for them.
        queued: acts that could not be sealed, because the partner's metadata or keys do not allow it.
        waiting: envelopes without a receipt that are in no bundle on its way; `answers`: answers likewise.
        came: the newest bundles of its.
    """

    partner: ParticipantId
    epoch: int
    made: int
    confirmed: int
    taken: int
    unconfirmed: list[OneBundle]
    missing: list[int]
    held: list[int]
    queued: int
    waiting: int
    answers: int
    came: list[OneBundle]


def show(node: Node) -> list[BundleView]:
    """Return the exchange by files with every trusted partner."""
    return [_view(node, partner) for partner in trusted(node)]


def _view(node: Node, partner: ParticipantId) -> BundleView:
    with node.database.read() as connection:
        ends = store.ends(connection, partner)
        out, came = store.kept(connection, partner, "out"), store.kept(connection, partner, "in")
        waiting = sum(len(store.waiting(connection, partner, lane, ends.told)) for lane in URGENT_FIRST)
        answers = len(store.answers(connection, partner))
    held = [each.number for each in came if each.state == "held" and each.number > ends.taken]
    missing = [number for number in range(ends.taken + 1, max(held, default=0)) if number not in held]
    return BundleView(
        partner=partner,
        epoch=ends.epoch,
        made=ends.made,
        confirmed=ends.told,
        taken=ends.taken,
        unconfirmed=[_one(each) for each in out if each.state == "made"],
        missing=missing[:_NEWEST],
        held=held,
        queued=sum(lane.waiting for lane in lanes(node) if lane.partner == partner),
        waiting=waiting,
        answers=answers,
        came=[_one(each) for each in came[-_NEWEST:]],
    )


def _one(kept: store.Kept) -> OneBundle:
    return OneBundle(
        number=kept.number, hash=kept.hash, state=kept.state, at=kept.at, size=kept.size, envelopes=kept.envelopes
    )


def unconfirmed(node: Node) -> list[store.Unconfirmed]:
    """Return, by partner, the bundles nobody confirmed for longer than `CONFIRM_S`."""
    now = node.clock.now()
    with node.database.read() as connection:
        return [each for each in store.unconfirmed(connection) if (now - each.since).total_seconds() > CONFIRM_S]
