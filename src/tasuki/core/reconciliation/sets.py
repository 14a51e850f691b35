# SPDX-License-Identifier: MIT
"""Sets of envelopes and their Merkle roots: which items two nodes do not share, in few questions.

An item is an envelope in its place. The root over a span of numbers is that of RFC 6962 section 2.1 over its items in
order of their numbers; each leaf names lane, epoch, number and hash, so that a missing item moves none of the others
into its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tasuki.formats.tlog import merkle

Way = Literal["sent", "received"]
"""From which side a span is seen: what we sent, or what we received."""

FANOUT: Final = 16
"""Parts into which a span that differs is cut: a million numbers are narrowed down in four questions."""

NARROW: Final = 64
"""Numbers in a span whose items are named one by one."""

MAX_SPANS: Final = 64
"""Spans in one question."""

MAX_ROUNDS: Final = 256
"""Questions in one comparison: five find one difference in a million numbers, these a thousand scattered ones."""

MAX_NAMED: Final = 1000
"""Differences named one by one; a set that differs in more is not repaired item by item."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Numbers `first` to `last` of one lane and epoch, one way."""

    way: Way
    lane: str
    epoch: int
    first: int
    last: int

    @property
    def width(self) -> int:
        """How many numbers it has."""
        return self.last - self.first + 1


Items = Sequence[tuple[int, str]]
"""Number and envelope hash of each item of a span, in order of the numbers; numbers may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a set holds of a span: how many items, and the root over them as 64 hex digits."""

    count: int
    root: str


EMPTY: Final = Tally(count=0, root=merkle.EMPTY_ROOT.hex())
"""The tally of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the partner holds of a span.

    Attributes:
        items: one by one, where the span is narrow; else empty.
    """

    tally: Tally
    items: Items


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """One number of which the two nodes do not hold the same envelope.

    Attributes:
        ours: hash of the envelope we hold there; empty for none. `theirs` likewise.
    """

    way: Way
    lane: str
    epoch: int
    seq: int
    ours: str
    theirs: str


def leaf(lane: str, epoch: int, seq: int, envelope_hash: str) -> bytes:
    """Return the leaf hash of an item."""
    return merkle.leaf_hash(f"{lane} {epoch} {seq} {envelope_hash}\n".encode())


def tally(span: Span, items: Items) -> Tally:
    """Return count and root over the items of a span."""
    root = merkle.root([leaf(span.lane, span.epoch, seq, each) for seq, each in items])
    return Tally(count=len(items), root=root.hex())


def is_narrow(span: Span) -> bool:
    """Whether the items of a span are named one by one."""
    return span.width <= NARROW


def split(span: Span) -> list[Span]:
    """Cut a span into at most `FANOUT` parts, none narrower than it need be."""
    step = max(NARROW, -(-span.width // FANOUT))
    return [
        Span(
            way=span.way,
            lane=span.lane,
            epoch=span.epoch,
            first=first,
            last=min(span.last, first + step - 1),
        )
        for first in range(span.first, span.last + 1, step)
    ]


def narrow(span: Span, ours: Tally, theirs: Answer) -> list[Span]:
    """Return where in a wide span to look next; nowhere if both hold the same."""
    return [] if is_narrow(span) or ours == theirs.tally else split(span)


def differences(span: Span, ours: Items, theirs: Answer) -> list[Difference]:
    """Return what differs in a narrow span, in order of the numbers."""
    here, there = dict(ours), dict(theirs.items)
    return [
        Difference(
            way=span.way,
            lane=span.lane,
            epoch=span.epoch,
            seq=seq,
            ours=here.get(seq, ""),
            theirs=there.get(seq, ""),
        )
        for seq in sorted(here.keys() | there.keys())
        if here.get(seq) != there.get(seq)
    ]


def answers(span: Span, answer: Answer) -> bool:
    """Whether an answer is one: its items lie in the span, in order, and are what its tally is over."""
    if not 0 <= answer.tally.count <= span.width:
        return False
    if not is_narrow(span):
        return not answer.items
    numbers = [seq for seq, _ in answer.items]
    within = all(span.first <= seq <= span.last for seq in numbers)
    return within and numbers == sorted(set(numbers)) and tally(span, answer.items) == answer.tally


def apart(spans: Iterable[Span]) -> bool:
    """Whether no two spans share a number, so that a question costs no more than the set is large."""
    ends: dict[tuple[str, str, int], int] = {}
    for span in sorted(spans):
        lane = span.way, span.lane, span.epoch
        if span.first <= ends.get(lane, 0) or span.last < span.first:
            return False
        ends[lane] = span.last
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one question came to.

    Attributes:
        found: differences named in it.
        left: spans to ask about next; all of them differ or are part of one that does.
    """

    found: tuple[Difference, ...]
    left: tuple[Span, ...]


def conclude(asked: Sequence[Span], ours: Mapping[Span, tuple[Tally, Items]], theirs: Sequence[Answer]) -> Round:
    """Return what the answers to one question show, held against what we hold of the same spans.

    Args:
        asked: the spans of the question.
        ours: tally of each, and its items where it is narrow.
        theirs: the answers, in the order of the question.
    """
    found: list[Difference] = []
    left: list[Span] = []
    for span, answer in zip(asked, theirs, strict=True):
        mine, items = ours[span]
        if is_narrow(span):
            found += differences(span, items, answer)
        left += narrow(span, mine, answer)
    return Round(found=tuple(found), left=tuple(left))
