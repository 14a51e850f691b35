# SPDX-License-Identifier: MIT
"""Hearing: what a partner takes back of what it gave is taken back here, answered, and passed on to whoever got it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import InputError
from tasuki.base.time import format_exact, format_rfc3339, parse_rfc3339, to_micros
from tasuki.core.channel.model import Arrival, Disposition
from tasuki.core.holdings.model import State
from tasuki.core.markings.model import Label
from tasuki.core.release.released import release_notice
from tasuki.core.withdrawal import attesting, telling
from tasuki.core.withdrawal import reasons as texts
from tasuki.core.withdrawal.model import Verb, Word
from tasuki.core.withdrawal.narrowing import narrowing_from_json, narrowing_to_json
from tasuki.formats.json import strict
from tasuki.services import journal
from tasuki.services.entries import audit
from tasuki.services.labelling import bind
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.services.withdrawal.telling import as_told, may_still, tell
from tasuki.store import channel, hold, holdings
from tasuki.store import withdrawal as store

PASSED_ON: Final = {
    Verb.REVOKE: "Revoked by those it came from. / 提供元が失効させました。",
    Verb.RECALL: "Recalled by those it came from. / 提供元が取り消しました。",
    Verb.NARROW: "Narrowed by those it came from. / 提供元が提供範囲を狭めました。",
    Verb.CORRECT: "Corrected by those it came from. / 提供元が訂正しました。",
}
"""What we say when we pass it on: the words of whoever said it were for us alone."""

STATEMENT: Final = {
    Verb.REVOKE: "Of what you gave, nothing revoked is used here. / 失効した提供情報は使用していません。",
    Verb.RECALL: "What you recalled is used here no longer. / 取り消された提供情報は使用していません。",
    Verb.NARROW: "What you gave goes no further here than you say. / 提供情報は示された範囲内でのみ取り扱います。",
    Verb.CORRECT: "Of what you gave, nothing older than the correction is used. / 訂正前の版は使用していません。",
}
"""What our attestation states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """What a partner said, read.

    Attributes:
        at: of `revoke` and `correct`, the version they speak of.
        label: what a `narrow` meets in; None for the other verbs.
    """

    arrival: Arrival
    verb: Verb
    ids: Sequence[str]
    at: datetime
    label: Label | None


def prepare_notice(node: Node, arrival: Arrival) -> Callable[[sa.Connection], Disposition]:
    """Read one of the four notices; the function returned does what it says to what its sender gave us, and attests.

    Raises:
        InputError: the message is not strict JSON.
        CallerError: it has not the form of its kind.
    """
    notice = _read(node, arrival)

    def apply(connection: sa.Connection) -> Disposition:
        counts = _heed(node, connection, notice)
        channel.keep_message(connection, arrival, node.clock.now())
        return Disposition(status="stored", reason=None, counts=counts)

    return apply


def _read(node: Node, arrival: Arrival) -> _Notice:
    message = strict.loads(arrival.payload)
    if not isinstance(message, dict):
        raise InputError(texts.NO_NOTICE.because(notice=arrival.type, found=type(message).__name__))
    # The closed list of members and forms holds for what comes in as for what goes out.
    release_notice(arrival.type, message, str(node.home), node.gate.rules.digest)
    ids, said = message["ids"], message.get("label")
    return _Notice(
        arrival=arrival,
        verb=Verb(arrival.type),
        ids=list(dict.fromkeys(str(each) for each in ids)) if isinstance(ids, list) else [],
        at=parse_rfc3339(str(message["at"])),
        label=narrowing_from_json(said) if isinstance(said, dict) else None,
    )


def _heed(node: Node, connection: sa.Connection, notice: _Notice) -> Mapping[str, int]:
    """Do what was said to holdings of the sender only, and answer for those alone; who got them from us is told."""
    partner, now = notice.arrival.partner, node.clock.now()
    held = store.held_of(connection, partner, notice.ids)
    counts = attesting.counts(notice.verb, held.values(), to_micros(notice.at))
    words = _onward(node, connection, notice, _ACTS[notice.verb](node, connection, notice))
    at = notice.at if notice.verb in (Verb.REVOKE, Verb.CORRECT) else now
    for verb in Verb:
        tell(
            node,
            connection,
            [word for word in words if word.verb is verb],
            why=PASSED_ON[verb],
            at=at,
            label=notice.label,
        )
    stated: dict[str, Json] = dict(counts)
    attestation = {
        "of": notice.arrival.env_id,
        "counts": stated,
        "statement": STATEMENT[notice.verb],
        "at": format_rfc3339(now),
    }
    channel.enqueue(connection, partner=partner, lane="urgent", kind="attestation", body=canonical(attestation), at=now)
    detail: dict[str, Json] = {"env_id": notice.arrival.env_id, "counts": stated, "passed_on": [*as_told(words)]}
    audit(node, connection, f"withdrawal:{notice.verb}:received", detail)
    return counts


def _onward(node: Node, connection: sa.Connection, notice: _Notice, news: Collection[str]) -> list[Word]:
    """Return what those are told who got this partner's copy from us; not the partner itself.

    Only of what is news: a partner that says the same again must not make us say it again to others.
    """
    partner = notice.arrival.partner
    left = [each for each in store.left(connection, news, source=partner) if each.audience.participant != partner]
    if notice.verb is Verb.NARROW:
        return telling.narrowed(left, may_still(node, connection, left))
    return telling.told(notice.verb, left)


def _recall(node: Node, connection: sa.Connection, notice: _Notice) -> Collection[str]:
    before = holdings.tombstoned(connection, notice.arrival.partner, notice.ids)
    holdings.set_state(connection, notice.arrival.partner, notice.ids, State.RECALLED)
    hold.recall(connection, notice.arrival.partner, list(holdings.numbers(connection, notice.ids).values()))
    holdings.bury(connection, notice.arrival.partner, notice.ids, node.clock.now())
    settle(node, connection, notice.ids)
    news = [each for each in notice.ids if each not in before]
    _journal(connection, notice, journal.RECALLED, news, {"at": format_exact(node.clock.now())})
    return news


def _journal(
    connection: sa.Connection, notice: _Notice, kind: str, news: Collection[str], said: Mapping[str, Json]
) -> None:
    """Note what no restore may undo; what was said before is there already."""
    if news:
        journal.note(connection, kind, {"source": notice.arrival.partner, "ids": [*news], **said})


def _narrow(node: Node, connection: sa.Connection, notice: _Notice) -> Collection[str]:
    if notice.label is None:
        return []
    news = bind(node, connection, notice.arrival.partner, notice.ids, notice.label)
    _journal(connection, notice, journal.BOUND, news, {"label": narrowing_to_json(notice.label)})
    return news


def _stop(_node: Node, connection: sa.Connection, notice: _Notice) -> Collection[str]:
    """Take the versions before out of use; what is said of a version holds whether it came already or not."""
    lowest = attesting.usable_from(notice.verb, to_micros(notice.at))
    if lowest is None:
        return []
    numbers = holdings.identify(connection, notice.ids)
    versions = dict.fromkeys(numbers.values(), lowest)
    stopped = store.stop(connection, notice.arrival.partner, versions, by_notice=True)
    news = [stix_id for stix_id, number in numbers.items() if number in stopped]
    _journal(connection, notice, journal.STOPPED, news, {"usable_from": str(lowest)})
    return news


_Act = Callable[[Node, sa.Connection, _Notice], Collection[str]]
"""Does what a notice says; returns the ids of which it says anything new."""

_ACTS: Final[Mapping[Verb, _Act]] = {
    Verb.REVOKE: _stop,
    Verb.RECALL: _recall,
    Verb.NARROW: _narrow,
    Verb.CORRECT: _stop,
}
