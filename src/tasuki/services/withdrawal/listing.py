# SPDX-License-Identifier: MIT
"""Withdrawals as people follow them: whom we told and what they stated, what partners took back and what we stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from tasuki.base.canonical import Json
from tasuki.core.withdrawal.attesting import adds_up
from tasuki.services.node import Node
from tasuki.store import channel
from tasuki.store import withdrawal as store
from tasuki.store.withdrawal import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a recipient stated: its statement, not a proof.

    Attributes:
        counts: how many ids came to each class.
        adds_up: whether that accounts for every id it was told of.
    """

    at: datetime
    counts: dict[str, int]
    statement: str
    adds_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice between us and one partner.

    Attributes:
        partner: to whom we said it, or who said it.
        verb: `revoke`, `recall`, `narrow` or `correct`.
        label: what a `narrow` said; None for the others.
        at: when it was queued here, or came.
        state: of ours `waiting`, `sealed`, or what its receipt says; of a partner's `stored`.
        attested: None as long as the recipient attested nothing.
    """

    partner: str
    verb: str
    ids: list[str]
    label: dict[str, Json] | None
    why: str
    at: datetime
    state: str
    attested: Attestation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawals:
    """Notices both ways, newest first."""

    made: list[Notice]
    received: list[Notice]


def withdrawals(node: Node, *, limit: int) -> Withdrawals:
    """Return the newest notices of ours with what was stated to us, and of partners with what we stated."""
    with node.database.read() as connection:
        told, heard = store.told(connection, limit), store.heard(connection, limit)
        stated = channel.messages(connection, "attestation")
        # Every notice heard was answered in its own transaction, so the newest answers are those to the newest notices.
        answered = store.attested(connection, limit)
    theirs = _by_notice(stated)
    ours = _by_notice((each.partner, each.body, each.at) for each in answered)
    return Withdrawals(made=[_notice(each, theirs) for each in told], received=[_notice(each, ours) for each in heard])


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaccounted:
    """What one partner received and has not accounted for.

    Attributes:
        unanswered: notices it gave a receipt for and stated nothing about.
        since: when it received the first of them; None where there is none.
        short: notices of which its statement does not account for every id.
    """

    partner: str
    unanswered: int
    since: datetime | None
    short: int


def unaccounted(node: Node, before: datetime) -> list[Unaccounted]:
    """Return the partners that received notices of ours before a moment and have not accounted for all of them."""
    with node.database.read() as connection:
        received = store.received_by_partners(connection, before)
        stated = _by_notice(channel.messages(connection, "attestation")) if received else {}
    notices: dict[str, list[Notice]] = {}
    for each in received:
        notices.setdefault(each.partner, []).append(_notice(each, stated))
    found = [_unaccounted(partner, told) for partner, told in sorted(notices.items())]
    return [each for each in found if each.unanswered or each.short]


def _unaccounted(partner: str, told: Iterable[Notice]) -> Unaccounted:
    silent = [each for each in told if each.attested is None]
    return Unaccounted(
        partner=partner,
        unanswered=len(silent),
        since=silent[0].at if silent else None,
        short=sum(each.attested is not None and not each.attested.adds_up for each in told),
    )


_Stated = Mapping[tuple[str, str], tuple[Mapping[str, Any], datetime]]


def _by_notice(attestations: Iterable[tuple[str, bytes, datetime]]) -> _Stated:
    """Return attestations by partner and the envelope they answer; of several the first counts."""
    found: dict[tuple[str, str], tuple[Mapping[str, Any], datetime]] = {}
    for partner, body, at in attestations:
        said = orjson.loads(body)
        found.setdefault((partner, said["of"]), (said, at))
    return found


def _notice(each: Said, stated: _Stated) -> Notice:
    said = orjson.loads(each.body)
    ids = list(dict.fromkeys(said["ids"]))
    answer = stated.get((each.partner, each.env_id or ""))
    return Notice(
        partner=each.partner,
        verb=each.kind,
        ids=ids,
        label=said.get("label"),
        why=said["reason"],
        at=each.at,
        state=each.state,
        attested=None if answer is None else _attestation(*answer, len(ids)),
    )


def _attestation(said: Mapping[str, Any], at: datetime, ids: int) -> Attestation:
    counts = said["counts"]
    return Attestation(at=at, counts=counts, statement=said["statement"], adds_up=adds_up(counts, ids))
