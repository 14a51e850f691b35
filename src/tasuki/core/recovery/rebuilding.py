# SPDX-License-Identifier: MIT
"""Rebuilding: how a restored pair log goes on, from the leaves, receipts and envelopes that the partner knows.

A receipt names the place of its leaf, and whoever holds it may prove the promise broken. So every receipt keeps its
place; between them stand the envelopes that went out, and where nothing is known any more a leaf that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasuki.base.canonical import Json
from tasuki.core.channel.model import LaneState
from tasuki.core.ledger.mirror import HELD, ISSUED, SENT
from tasuki.core.ledger.model import Leaf
from tasuki.core.recovery.model import LaneTold, Sent
from tasuki.formats.envelope.receipt import SignedReceipt

LOST: Final = "lost"
"""Kind of a leaf that stands where the node signed nothing that anybody holds and no longer knows what it logged."""

MAX_LOST: Final = 100_000
"""Leaves that may be unknown: a receipt that promises a place farther away is no receipt of this log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLeaf:
    """A leaf to be added; its salt is drawn by whoever adds it."""

    kind: str
    body: Mapping[str, Json]


class MisplacedError(Exception):
    """A receipt promises a place that is another leaf's, or that no leaf can have."""

    def __init__(self, found: str) -> None:
        """Say what was found."""
        super().__init__(found)
        self.found = found


def issued_body(signed: SignedReceipt) -> dict[str, Json]:
    """Return the body of the leaf of a receipt this node gave."""
    receipt = signed.receipt
    return {
        "env_id": receipt.env_id,
        "env_hash": receipt.env_hash,
        "lane": receipt.lane,
        "epoch": receipt.epoch,
        "seq": receipt.seq,
        "status": receipt.status,
        "receipt_hash": signed.hash,
    }


def held_body(signed: SignedReceipt) -> dict[str, Json]:
    """Return the body of the leaf of a receipt this node holds."""
    return {**issued_body(signed), "log_index": signed.receipt.log_index}


def sent_body(sent: Sent) -> dict[str, Json]:
    """Return the body of the leaf of an envelope this node sent; under which rules it went is not known any more."""
    return {
        "env_id": sent.env_id,
        "env_hash": sent.env_hash,
        "lane": sent.lane,
        "epoch": sent.epoch,
        "seq": sent.seq,
        "type": sent.type,
    }


def complete(
    size: int,
    leaves: Iterable[Leaf],
    given: Iterable[SignedReceipt],
    sent: Sequence[tuple[Sent, SignedReceipt]],
) -> list[NewLeaf]:
    """Return the leaves that follow what the partner has mirrored.

    Args:
        size: of the log up to which it is known: ours and what the partner mirrored beyond it.
        leaves: known leaves about the envelopes concerned.
        given: receipts of ours that the partner holds.
        sent: envelopes of ours that the partner took, each with the partner's receipt.

    Raises:
        MisplacedError: a receipt contradicts the log, or another receipt.
    """
    known = {(leaf.kind, str(leaf.body.get("env_id"))): leaf for leaf in leaves}
    places = _promised(size, known, given)
    loose = [NewLeaf(kind=SENT, body=sent_body(each)) for each, _ in sent if (SENT, each.env_id) not in known]
    held = [NewLeaf(kind=HELD, body=held_body(receipt)) for each, receipt in sent if (HELD, each.env_id) not in known]
    found: list[NewLeaf] = []
    for index in range(size, max(places, default=size - 1) + 1):
        if index in places:
            found.append(places[index])
        else:
            found.append(loose.pop(0) if loose else NewLeaf(kind=LOST, body={}))
    return [*found, *loose, *held]


def _promised(size: int, known: Mapping[tuple[str, str], Leaf], given: Iterable[SignedReceipt]) -> dict[int, NewLeaf]:
    places: dict[int, NewLeaf] = {}
    for signed in given:
        index, body = signed.receipt.log_index, issued_body(signed)
        leaf = known.get((ISSUED, signed.receipt.env_id))
        if leaf is not None:
            if leaf.index != index or dict(leaf.body) != body:
                raise MisplacedError(f"receipt of {signed.receipt.env_id} at {index}, leaf at {leaf.index}")
            continue
        if index < size or index >= size + MAX_LOST or index in places:
            raise MisplacedError(f"receipt of {signed.receipt.env_id} at {index}, log of {size}")
        places[index] = NewLeaf(kind=ISSUED, body=body)
    return places


def claimed(leaves: Iterable[Leaf], kind: str, lane: str, epoch: int) -> list[Leaf]:
    """Return the leaves of a kind that say an envelope took a number of a lane and epoch."""
    return [
        leaf
        for leaf in leaves
        if leaf.kind == kind and (leaf.body.get("lane"), leaf.body.get("epoch")) == (lane, epoch)
    ]


def behind(state: LaneState, leaves: Iterable[Leaf]) -> LaneState:
    """Return where a lane stands behind every number that its own log claims: none is ever given twice."""
    for leaf in leaves:
        number = leaf.body.get("seq")
        if isinstance(number, int) and number >= state.next_seq:
            state = LaneState(epoch=state.epoch, next_seq=number + 1, prev=str(leaf.body.get("env_hash")))
    return state


def lane_after(ours: LaneState, told: LaneTold) -> LaneState | None:
    """Return where our sending direction of a lane stands by what the partner took; None where they contradict.

    A partner that took less than we sent is sent it again; one that took more knows what we forgot.
    """
    taken = told.taken
    if (taken.epoch, taken.next_seq) > (ours.epoch, ours.next_seq):
        return taken
    same = (taken.epoch, taken.next_seq) == (ours.epoch, ours.next_seq)
    return None if same and taken.prev != ours.prev else ours
