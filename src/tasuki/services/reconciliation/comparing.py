# SPDX-License-Identifier: MIT
"""Comparing: both sides narrow down, in a bounded number of questions, which envelopes they do not share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.base.errors import PeerError
from tasuki.core.reconciliation.comparison import mirrored, read_answer, read_question, write_answer, write_question
from tasuki.core.reconciliation.sets import (
    MAX_NAMED,
    MAX_ROUNDS,
    MAX_SPANS,
    Answer,
    Difference,
    Span,
    conclude,
)
from tasuki.core.release.released import Released, release_notice
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services.channel.peers import notice, policy
from tasuki.services.channel.quotas import too_often
from tasuki.services.node import Node
from tasuki.services.reconciliation.making import held

COMPARE: Final = "/exchange/v1/compare"
"""Where a partner's exchange face answers which envelopes of a span it holds."""


QUESTIONS_A_MINUTE: Final = 2 * MAX_ROUNDS
"""Questions of one partner that are looked at: two whole comparisons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison came to.

    Attributes:
        differences: named one by one, in order.
        more: whether there are others that are not named.
    """

    differences: tuple[Difference, ...]
    more: bool


def compare(node: Node, partner: Anchor, spans: Sequence[Span]) -> Compared:
    """Ask a partner about spans, narrower ones each time, until every difference is named or there are too many.

    Raises:
        WorldError: the partner was not reached.
        PeerError: its answer is none.
    """
    found: list[Difference] = []
    left = list(spans)
    for _ in range(MAX_ROUNDS):
        if not left or len(found) >= MAX_NAMED:
            break
        asked, beyond = left[:MAX_SPANS], left[MAX_SPANS:]
        answers = _ask(node, partner, asked)
        with node.database.read() as connection:
            ours = {span: held(node, connection, partner.name.participant, span) for span in asked}
        came = conclude(asked, ours, answers)
        found += came.found
        # What was cut first is looked at first: a difference is named before the next one is looked for.
        left = [*came.left, *beyond]
    return Compared(differences=tuple(sorted(found)[:MAX_NAMED]), more=bool(left) or len(found) > MAX_NAMED)


def _ask(node: Node, partner: Anchor, spans: Sequence[Span]) -> tuple[Answer, ...]:
    question = release_notice("compare", write_question(spans), str(partner.name), policy(node))
    return read_answer(node.link.post(partner, COMPARE, question), spans, partner.name.participant)


def answer_comparison(node: Node, partner: Anchor, body: bytes) -> Released:
    """Return what this node holds of the spans a partner asks about; a notice where it is no question."""
    busy = too_often(node, partner.name.participant, "comparisons", QUESTIONS_A_MINUTE)
    if busy is not None:
        return busy
    try:
        spans = [mirrored(span) for span in read_question(body)]
    except PeerError as error:
        return notice(node, error.reason)
    with node.database.read() as connection:
        found = [held(node, connection, partner.name.participant, span) for span in spans]
    answers = [Answer(tally=tally, items=items) for tally, items in found]
    return release_notice("compared", write_answer(answers), str(partner.name), policy(node))
