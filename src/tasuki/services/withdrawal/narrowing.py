# SPDX-License-Identifier: MIT
"""Narrowing what went from here: marked here, and asked of every partner who got it; or recalled, where nobody may."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.core.markings.lattice import WIDEST
from tasuki.core.withdrawal import reasons as texts
from tasuki.core.withdrawal import telling
from tasuki.core.withdrawal.narrowing import narrowing_to_json
from tasuki.services import journal
from tasuki.services.entries import audit
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.services.release import mark_within, narrowing_of
from tasuki.services.withdrawal.telling import as_told, may_still, require_sentence, tell
from tasuki.store import withdrawal as store


def narrow(
    node: Node, stix_ids: Sequence[str], *, level: str | None, audiences: Sequence[str] = (), why: str
) -> dict[str, object]:
    """Let fewer have what went from here: mark it here, and ask whoever got it to do the same.

    A partner of whom some audience that got an id may still have it is told to narrow it; another is told that it is
    recalled. What still waits is asked about again by its new label.

    Args:
        node: where.
        stix_ids: what; every version and every source of each, now and later.
        level: TLP level such as `amber`; None leaves it.
        audiences: who alone may have it, beside us; none leaves that.
        why: one sentence, which the partners read.

    Returns:
        `narrowed`: how many ids; `label`: as the partners hear it; `told`: for each partner the verb and how many ids.

    Raises:
        CallerError: no reason, no such level or audience, or nothing that narrows.
        InputError: an id is not held.
    """
    require_sentence(why)
    label = narrowing_of(node, level, audiences)
    if label == WIDEST:
        raise CallerError(texts.NOTHING_NARROWS.because())
    wanted = list(dict.fromkeys(stix_ids))

    def work(connection: sa.Connection) -> dict[str, object]:
        mark_within(node, connection, wanted, label, level)
        left = store.left(connection, wanted)
        words = telling.narrowed(left, may_still(node, connection, left))
        tell(node, connection, words, why=why, at=node.clock.now(), label=label)
        said: Json = narrowing_to_json(label)
        journal.note(connection, journal.NARROWED, {"ids": [*wanted], "label": said, "level": level or ""})
        detail: dict[str, Json] = {"ids": [*wanted], "label": said, "told": [*as_told(words)], "why": why}
        audit(node, connection, "withdrawal:objects:narrow", detail)
        return {"narrowed": len(wanted), "label": said, "told": as_told(words)}

    answer = node.database.write(work)
    node.signals.raise_(OUTBOX)
    return answer
