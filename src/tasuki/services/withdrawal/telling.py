# SPDX-License-Identifier: MIT
"""Telling: a notice for every partner concerned, of the ids it got; what may still be had is for the gate to say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience
from tasuki.base.time import format_exact
from tasuki.core.markings.model import Label
from tasuki.core.release.forms import MAX_IDS, MAX_SENTENCE, sentence
from tasuki.core.withdrawal import reasons as texts
from tasuki.core.withdrawal.model import Left, Verb, Word
from tasuki.core.withdrawal.narrowing import kept_to, narrowing_to_json
from tasuki.core.withdrawal.telling import May
from tasuki.services.node import Node
from tasuki.services.release import weigh_ids
from tasuki.store import channel


def require_sentence(why: str) -> None:
    """Refuse a reason that is no short sentence.

    Raises:
        CallerError: it is none.
    """
    if not sentence(why):
        raise CallerError(texts.NO_SENTENCE.because(limit=MAX_SENTENCE))


def may_still(node: Node, connection: sa.Connection, left: Iterable[Left]) -> May:
    """Return whether an audience may have what it got as things stand in this transaction."""
    ids: dict[Audience, list[str]] = {}
    for each in left:
        ids.setdefault(each.audience, []).append(each.stix_id)
    allowed = {
        (audience, stix_id)
        for audience, got in ids.items()
        for stix_id, weighed in weigh_ids(node, connection, got, audience).items()
        if weighed.verdict.allowed
    }
    return lambda audience, stix_id: (audience, stix_id) in allowed


def tell(
    node: Node,
    connection: sa.Connection,
    words: Iterable[Word],
    *,
    why: str,
    at: datetime,
    label: Label | None = None,
) -> None:
    """Queue a notice for every word, on the urgent lane.

    Args:
        node: who tells.
        connection: the transaction of the act.
        words: who is told what.
        why: one sentence, which the partners read.
        at: when it was said; of `revoke` and `correct`, the version they speak of.
        label: what a `narrow` says; without one it leaves the ids to those that keep them.
    """
    now = node.clock.now()
    for word in words:
        for start in range(0, len(word.ids), MAX_IDS):
            ids: list[Json] = list(word.ids[start : start + MAX_IDS])
            said: dict[str, Json] = {"ids": ids, "reason": why, "at": format_exact(at)}
            if word.verb is Verb.NARROW:
                said["label"] = narrowing_to_json(label or kept_to(word.kept_by, node.home))
            channel.enqueue(
                connection, partner=word.partner, lane="urgent", kind=word.verb.value, body=canonical(said), at=now
            )


def as_told(words: Iterable[Word]) -> list[dict[str, Json]]:
    """Return who is told what, for people and for the audit log."""
    return [{"partner": word.partner, "verb": word.verb.value, "ids": len(word.ids)} for word in words]
