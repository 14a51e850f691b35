# SPDX-License-Identifier: MIT
"""Confirming: before this node signs for a partner, the partner says that no other copy of it has gone on since.

The state shown moves on with every confirmation, here and there by compare-and-swap: of two living copies of one
database the second is refused. The processes that share one database are one copy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from tasuki.base.errors import WorldError
from tasuki.base.ids import ParticipantId
from tasuki.core.recovery.copies import Copy, Step
from tasuki.core.recovery.model import Answer, Question
from tasuki.core.recovery.reasons import STALE_COPY
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services.channel.peers import partner_anchor
from tasuki.services.node import Node
from tasuki.services.recovery.posting import post
from tasuki.store import recovery as store

VALID_S: Final = 15.0
"""Seconds for which a confirmation stands: as long a second copy may sign before the first is refused."""

_TOKEN_BYTES: Final = 32

_SHOWN_AGAIN: Final = 3
"""Numbers a restored copy is told before it gives up: one is enough unless another copy goes on meanwhile."""


def confirm(node: Node, partner: ParticipantId) -> None:
    """Have a partner confirm this copy, unless it did so a moment ago.

    A partner that is away confirms nothing: a copy that it confirmed before in this process goes on, since nothing of
    what it signs reaches the partner before the partner is back. A partner of an earlier release is not asked again.

    Raises:
        WorldError: another copy has gone on, or the partner was not reached and has never confirmed this process.
        PeerError: the partner is not trusted, or answers something else.
    """
    now = node.clock.monotonic()
    age = node.confirmations.age(partner, now)
    if age is not None and 0 <= age < VALID_S:
        return
    with node.locks.hold(f"confirm:{partner}"):
        try:
            answer = post(
                node,
                partner_anchor(node, partner),
                Question(
                    restored=False,
                    size=0,
                    mirror=0,
                    got_after=0,
                    resend=False,
                    step=propose(node, partner, restored=False),
                    lanes=(),
                ),
            )
        except WorldError:
            if age is None:
                raise
            return
        if answer is not None:
            settle(node, partner, answer)
        node.confirmations.note(partner, now)


def ask_restored(node: Node, anchor: Anchor, question: Question) -> Answer | None:
    """Ask as a node that was put back, and remember the step; None where the partner cannot be asked.

    What such a node shows is old: the partner says which number it knows, and the node shows that one at once.

    Raises:
        WorldError: the partner was not reached, or another copy goes on all the time.
        PeerError: the answer is none.
    """
    partner = anchor.name.participant
    answer = post(node, anchor, question)
    for _ in range(_SHOWN_AGAIN):
        if answer is None or answer.refused is None or answer.number <= question.step.shown.number:
            break
        shown = replace(question.step.shown, number=answer.number)
        question = replace(question, step=replace(question.step, shown=shown))
        answer = post(node, anchor, question)
    if answer is not None:
        settle(node, partner, answer)
    return answer


def propose(node: Node, partner: ParticipantId, *, restored: bool) -> Step:
    """Return what this copy shows next; a proposal whose answer was lost is made again."""

    def work(connection: sa.Connection) -> Step:
        known, proposed = store.copy(connection, partner, "ours")
        if not proposed:
            proposed = node.entropy.draw(_TOKEN_BYTES).hex()
            store.note_copy(connection, partner, "ours", known, proposed)
        return Step(shown=known, proposed=proposed, restored=restored)

    return node.database.write(work)


def settle(node: Node, partner: ParticipantId, answer: Answer) -> None:
    """Remember that the partner took the proposal.

    Raises:
        WorldError: it did not: another copy of this node has gone on.
        PeerError: it says neither.
    """
    if answer.refused is not None:
        raise WorldError(STALE_COPY.because(partner=partner), retry=False)

    def work(connection: sa.Connection) -> None:
        known, proposed = store.copy(connection, partner, "ours")
        if proposed and answer.number > known.number:
            store.note_copy(connection, partner, "ours", Copy(number=answer.number, token=proposed))

    node.database.write(work)
