# SPDX-License-Identifier: MIT
"""The comparison on the wire: a question of spans, an answer of tallies and, where a span is narrow, of items.

Wire form: docs/spec/statement.md, Comparison. Both sides name a span from the asker's side: `sent` is what the asker
sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tasuki.base.canonical import Json
from tasuki.base.errors import PeerError
from tasuki.base.ids import ParticipantId
from tasuki.core.reconciliation.reasons import COMPARE_ANSWER, COMPARE_QUESTION
from tasuki.core.reconciliation.sets import MAX_SPANS, NARROW, Answer, Span, Tally, Way, answers, apart
from tasuki.formats.suites.fields import Fields, read_json

MAX_QUESTION_BYTES: Final = 16 << 10
"""64 spans take about 7 kB."""

MAX_ANSWER_BYTES: Final = 1 << 20
"""64 spans with 64 items each take about 400 kB."""

_WAYS: Final[dict[str, Way]] = {"sent": "sent", "received": "received"}


def write_question(spans: Sequence[Span]) -> dict[str, Json]:
    """Return the message that asks about spans."""
    rows: list[Json] = [
        {"way": span.way, "lane": span.lane, "epoch": span.epoch, "first": span.first, "last": span.last}
        for span in spans
    ]
    return {"spans": rows}


def read_question(raw: bytes) -> tuple[Span, ...]:
    """Return the spans in `raw`.

    Raises:
        PeerError: another form, too many spans, or spans that overlap.
    """
    fields = Fields(read_json(raw, "comparison", MAX_QUESTION_BYTES), "comparison")
    spans = tuple(_span(Fields(row, "comparison")) for row in fields.objects("spans", MAX_SPANS))
    if not spans or not apart(spans):
        raise PeerError(COMPARE_QUESTION.because(most=MAX_SPANS, found=f"{len(spans)} spans that overlap or are empty"))
    return spans


def _span(fields: Fields) -> Span:
    way = _WAYS.get(fields.word("way"))
    if way is None:
        raise fields.wrong("way", "sent | received")
    return Span(
        way=way,
        lane=fields.word("lane"),
        epoch=fields.integer("epoch", 1),
        first=fields.integer("first", 1),
        last=fields.integer("last", 1),
    )


def write_answer(held: Sequence[Answer]) -> dict[str, Json]:
    """Return the message that answers a question, span by span in its order."""
    rows: list[Json] = []
    for each in held:
        items: list[Json] = [{"seq": seq, "hash": envelope_hash} for seq, envelope_hash in each.items]
        rows.append({"count": each.tally.count, "root": each.tally.root, "items": items})
    return {"spans": rows}


def read_answer(raw: bytes, asked: Sequence[Span], partner: ParticipantId) -> tuple[Answer, ...]:
    """Return the answer in `raw` to a question.

    Raises:
        PeerError: another form, or something else than was asked: other spans, items outside of them, a root over
            other items.
    """
    fields = Fields(read_json(raw, "comparison", MAX_ANSWER_BYTES), "comparison")
    held = tuple(_answer(Fields(row, "comparison")) for row in fields.objects("spans", MAX_SPANS))
    if len(held) != len(asked):
        raise PeerError(COMPARE_ANSWER.because(partner=partner, found=f"{len(held)} answers to {len(asked)} spans"))
    for span, answer in zip(asked, held, strict=True):
        if not answers(span, answer):
            found = f"items that do not belong to {span.lane} {span.epoch}/{span.first}-{span.last}"
            raise PeerError(COMPARE_ANSWER.because(partner=partner, found=found))
    return held


def _answer(fields: Fields) -> Answer:
    items = [Fields(row, "comparison") for row in fields.objects("items", NARROW)]
    return Answer(
        tally=Tally(count=fields.integer("count", 0), root=fields.hash("root")),
        items=[(row.integer("seq", 1), row.hash("hash")) for row in items],
    )


def mirrored(span: Span) -> Span:
    """Return a span as the other side sees it: what the asker sent, the answerer received."""
    return replace(span, way="received" if span.way == "sent" else "sent")
