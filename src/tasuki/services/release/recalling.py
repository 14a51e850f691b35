# SPDX-License-Identifier: MIT
"""Recalling: what should not have been sent leaves use, here and at everybody who got it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import ParticipantId
from tasuki.base.time import format_rfc3339
from tasuki.core.channel.model import Arrival, Disposition
from tasuki.core.holdings.model import State
from tasuki.core.ledger.model import AUDIT, SALT_BYTES
from tasuki.core.release import reasons as texts
from tasuki.core.release.forms import MAX_IDS, MAX_SENTENCE, sentence
from tasuki.core.release.released import release_notice
from tasuki.formats.json import strict
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.services.signals import ARRIVED, OUTBOX
from tasuki.store import channel, holdings, ledger, sending
from tasuki.store.sending import Gone

PASSED_ON: Final = "Recalled by those it came from. / 提供元が取り消しました。"
"""What we say when we pass a recall on: the words of whoever recalled it were for us alone."""

STATEMENT: Final = "Use of what was recalled has stopped at this node. / 取り消された情報の使用を停止しました。"
"""What our attestation states."""


def recall(node: Node, stix_ids: Sequence[str], *, why: str) -> dict[str, object]:
    """Recall what should not have been sent: it leaves use here, and every partner who got it is asked to stop.

    Each partner hears of what it got and of nothing else; what was still queued never leaves. Material of others
    stays in use here, as its recall is theirs; it goes to nobody any more.

    Returns:
        `recalled`: holdings of ours that left use; `told`: how many ids each partner is told of; `partners`: who.

    Raises:
        CallerError: no reason, or one that is no short sentence.
        InputError: an id was never held here.
    """
    if not sentence(why):
        raise CallerError(texts.NO_SENTENCE.because(limit=MAX_SENTENCE))
    wanted = list(dict.fromkeys(stix_ids))

    def work(connection: sa.Connection) -> dict[str, object]:
        for stix_id in wanted:
            if not holdings.history(connection, stix_id):
                raise InputError(texts.NOT_HELD.because(stix_id=stix_id))
        now = node.clock.now()
        done = holdings.set_state(connection, LOCAL, wanted, State.RECALLED)
        holdings.bury(connection, LOCAL, wanted, now)
        settle(node, connection, wanted)
        told = _tell(node, connection, sending.gone(connection, wanted), why)
        listed: list[Json] = list(wanted)
        counts: dict[str, Json] = {partner: len(ids) for partner, ids in told.items()}
        detail: dict[str, Json] = {"ids": listed, "told": counts, "why": why}
        ledger.append(connection, AUDIT, "release:objects:recall", detail, now, node.entropy.draw(SALT_BYTES))
        return {
            "recalled": done,
            "partners": list(told),
            "told": [{"partner": partner, "ids": count} for partner, count in counts.items()],
        }

    answer = node.database.write(work)
    node.signals.raise_(OUTBOX)
    node.signals.raise_(ARRIVED)
    return answer


def _tell(
    node: Node, connection: sa.Connection, gone: Iterable[Gone], reason: str
) -> Mapping[ParticipantId, Sequence[str]]:
    """Queue a recall for every partner to whom something of this went; return the ids each is told of."""
    told: dict[ParticipantId, set[str]] = {}
    for each in gone:
        told.setdefault(each.audience.participant, set()).add(each.stix_id)
    now = node.clock.now()
    listed = {partner: sorted(ids) for partner, ids in sorted(told.items())}
    for partner, ids in listed.items():
        for start in range(0, len(ids), MAX_IDS):
            part: list[Json] = list(ids[start : start + MAX_IDS])
            body = canonical({"ids": part, "reason": reason, "at": format_rfc3339(now)})
            channel.enqueue(connection, partner=partner, lane="urgent", kind="recall", body=body, at=now)
    return listed


def prepare_recall(node: Node, arrival: Arrival) -> Callable[[sa.Connection], Disposition]:
    """Read a recall; the function returned takes what its sender gave us out of use and queues the attestation.

    Raises:
        InputError: the message is not strict JSON.
        CallerError: it is no recall.
    """
    message = strict.loads(arrival.payload)
    if not isinstance(message, dict):
        raise InputError(texts.NO_RECALL.because(found=type(message).__name__))
    # The closed list of members and forms holds for what comes in as for what goes out.
    release_notice("recall", message, str(node.home), node.gate.rules.digest)
    listed = message["ids"]
    ids = list(dict.fromkeys(str(each) for each in listed)) if isinstance(listed, list) else []

    def apply(connection: sa.Connection) -> Disposition:
        counts = _take_out_of_use(node, connection, arrival, ids)
        channel.keep_message(connection, arrival, node.clock.now())
        return Disposition(status="stored", reason=None, counts=counts)

    return apply


def _take_out_of_use(node: Node, connection: sa.Connection, arrival: Arrival, ids: Sequence[str]) -> dict[str, int]:
    """Recall holdings of the sender only; what it never sent waits as a tombstone; who got it from us is told."""
    now, partner = node.clock.now(), arrival.partner
    counts = _counts(connection, partner, ids)
    holdings.set_state(connection, partner, ids, State.RECALLED)
    holdings.bury(connection, partner, ids, now)
    settle(node, connection, ids)
    passed_on = [
        each
        for each in sending.gone(connection, ids)
        if each.source == partner and each.audience.participant != partner
    ]
    told = _tell(node, connection, passed_on, PASSED_ON)
    stated: dict[str, Json] = dict(counts)
    body = canonical({"recall": arrival.env_id, "counts": stated, "statement": STATEMENT, "at": format_rfc3339(now)})
    channel.enqueue(connection, partner=partner, lane="urgent", kind="attestation", body=body, at=now)
    onward: dict[str, Json] = {each: len(listed) for each, listed in told.items()}
    detail: dict[str, Json] = {"env_id": arrival.env_id, "counts": stated, "passed_on": onward}
    ledger.append(connection, AUDIT, "release:recall:received", detail, now, node.entropy.draw(SALT_BYTES))
    return counts


def _counts(connection: sa.Connection, partner: str, ids: Sequence[str]) -> dict[str, int]:
    """Return how many ids of this partner's were in use, were out of use already, and never came."""
    in_use = {each.stix_id for each in holdings.latest(connection, ids) if each.source == partner}
    rest = [each for each in ids if each not in in_use]
    came = {each for each in rest if any(held.source == partner for held in holdings.history(connection, each))}
    return {"use-stopped": len(in_use), "not-in-use": len(came), "never-held": len(rest) - len(came)}
