# SPDX-License-Identifier: MIT
"""Recalling: what should not have been sent leaves use, here and at everybody who got it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
from tasuki.base.time import format_exact
from tasuki.core.holdings.model import State
from tasuki.core.release.reasons import NOT_HELD
from tasuki.core.withdrawal import telling
from tasuki.core.withdrawal.model import Verb, Word
from tasuki.services import journal
from tasuki.services.entries import audit
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.services.settling import settle
from tasuki.services.withdrawal.telling import as_told, may_still, require_sentence, tell
from tasuki.store import hold, holdings
from tasuki.store import withdrawal as store


def recall(node: Node, stix_ids: Sequence[str], *, why: str) -> dict[str, object]:
    """Recall what should not have been sent: it leaves use here, and every partner who got it is asked to stop.

    Each partner hears of what it got and of nothing else; what was still queued never leaves. Material of others
    stays in use here, as its recall is theirs; it goes to nobody any more.

    Returns:
        `recalled`: holdings of ours that left use; `told`: for each partner the verb and how many ids.

    Raises:
        CallerError: no reason, or one that is no short sentence.
        InputError: an id was never held here.
    """
    require_sentence(why)
    wanted = list(dict.fromkeys(stix_ids))

    def work(connection: sa.Connection) -> dict[str, object]:
        met = store.ever_held(connection, wanted)
        never = next((each for each in wanted if each not in met), None)
        if never is not None:
            raise InputError(NOT_HELD.because(stix_id=never[:300]))
        now = node.clock.now()
        done = holdings.set_state(connection, LOCAL, wanted, State.RECALLED)
        hold.recall(connection, LOCAL, list(holdings.numbers(connection, wanted).values()))
        holdings.bury(connection, LOCAL, wanted, now)
        settle(node, connection, wanted)
        journal.note(connection, journal.RECALLED, {"source": LOCAL, "ids": [*wanted], "at": format_exact(now)})
        words = telling.told(Verb.RECALL, store.left(connection, wanted))
        tell(node, connection, words, why=why, at=now)
        detail: dict[str, Json] = {"ids": [*wanted], "told": [*as_told(words)], "why": why}
        audit(node, connection, "withdrawal:objects:recall", detail)
        return {"recalled": done, "told": as_told(words)}

    answer = node.database.write(work)
    node.signals.raise_(OUTBOX)
    node.signals.raise_(ARRIVED)
    return answer


def recall_from(
    node: Node, connection: sa.Connection, stix_ids: Iterable[str], audiences: Collection[Audience], why: str
) -> list[Word]:
    """Call ids back from audiences that got them and may no longer have them, within the transaction of an act.

    The gate is asked as things stand in this transaction, so whatever took the right to have them goes before. Nothing
    leaves use here, and nothing is buried: others keep what they may have. A node heeds a recall for all its audiences;
    where another audience of the same partner got an id too and may still have it, the partner is told to narrow it to
    those who may. The act wakes the sealers (signal `OUTBOX`) once it is durable.

    Args:
        node: who recalls.
        connection: the transaction of the act.
        stix_ids: what.
        audiences: from whom; each stands for all it covers.
        why: one sentence, which the partners read.

    Returns:
        Who is told what; nobody where nobody got any of it or all may still have it.

    Raises:
        CallerError: `why` is no short sentence.
    """
    require_sentence(why)
    left = store.left(connection, stix_ids)
    words = telling.called_back(left, audiences, may_still(node, connection, left))
    if not words:
        return []
    tell(node, connection, words, why=why, at=node.clock.now())
    detail: dict[str, Json] = {
        "ids": [*sorted({each for word in words for each in word.ids})],
        "audiences": [*sorted(str(each) for each in audiences)],
        "told": [*as_told(words)],
        "why": why,
    }
    audit(node, connection, "withdrawal:objects:recall-from", detail)
    return words
