# SPDX-License-Identifier: MIT
"""Comparing: our pair log, the partner's as mirrored here, and the envelopes and receipts that are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from tasuki.base.errors import PeerError
from tasuki.base.ids import ParticipantId
from tasuki.base.limits import MAX_HEADER_BYTES
from tasuki.base.reasons import Reason
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.mirror import HELD, ISSUED, SENT, contradiction
from tasuki.core.ledger.model import Leaf, mirror_log, pair_log
from tasuki.formats.envelope.envelope import MAGIC as ENVELOPE_MAGIC
from tasuki.formats.envelope.receipt import MAGIC as RECEIPT_MAGIC
from tasuki.formats.envelope.receipt import read_receipt
from tasuki.formats.suites.frames import read_frame
from tasuki.services.ledger.witnessing import beside
from tasuki.services.node import Node
from tasuki.store import ledger as store
from tasuki.store import recovery

MAX_LISTED = 1000
"""Differences that are named one by one; of more than that the number is enough."""


@dataclass(slots=True)
class Differences:
    """What does not fit, the first of it by name."""

    listed: list[Reason] = field(default_factory=list)
    count: int = 0

    def add(self, reason: Reason) -> None:
        """Note one."""
        self.count += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Whether our log and the partner's, as mirrored here, tell the same story.

    Attributes:
        leaves: of our log; `mirrored` of theirs; `cosigned` of ours are covered by their cosignature.
        sent: envelopes we logged as sent; of `receipted` we logged the receipt.
        issued: receipts we logged as given; of `acknowledged` the partner logged that it holds them.
        differences: what does not fit; `more` are not listed.
    """

    partner: str
    leaves: int
    mirrored: int
    cosigned: int
    sent: int
    receipted: int
    issued: int
    acknowledged: int
    differences: tuple[Reason, ...]
    more: int


def compare(node: Node, partner: ParticipantId) -> Comparison:
    """Compare our pair log with the partner's as mirrored here, envelope by envelope and receipt by receipt."""
    found = Differences()
    log = pair_log(partner)
    with node.database.read() as connection:
        counts = _ours(connection, partner, found)
        acknowledged = _theirs(connection, partner, found)
        _kept(connection, partner, found)
        last = store.checkpoint(connection, log, cosigned=True)
        return Comparison(
            partner=partner,
            leaves=store.size(connection, log),
            mirrored=store.size(connection, mirror_log(partner)),
            cosigned=0 if last is None else last.end,
            sent=counts[SENT],
            receipted=counts[HELD],
            issued=counts[ISSUED],
            acknowledged=acknowledged,
            differences=tuple(found.listed),
            more=found.count - len(found.listed),
        )


def _pages(connection: sa.Connection, log: str) -> Iterator[list[Leaf]]:
    """Give the leaves of a log in pages, without those that cannot be read: the tree check names them."""
    size = store.size(connection, log)
    page: list[Leaf] = []
    for stored in store.stored_leaves(connection, log):
        leaf = store.opened(stored)
        if leaf is not None and leaf.index < size:
            page.append(leaf)
        if len(page) == store.PAGE:
            yield page
            page = []
    yield page


def _ours(connection: sa.Connection, partner: ParticipantId, found: Differences) -> dict[str, int]:
    counts = {SENT: 0, ISSUED: 0, HELD: 0}
    for page in _pages(connection, pair_log(partner)):
        known = [leaf for leaf in page if leaf.kind in counts]
        for leaf in known:
            counts[leaf.kind] += 1
        _promises(connection, partner, [leaf for leaf in known if leaf.kind == HELD], found)
        for sent in (True, False):
            _records(connection, partner, [leaf for leaf in known if (leaf.kind != ISSUED) is sent], found, sent=sent)
    return counts


def _promises(connection: sa.Connection, partner: ParticipantId, held: list[Leaf], found: Differences) -> None:
    """Each receipt we hold names the leaf of the partner's log in which it stands."""
    log = mirror_log(partner)
    mirrored = store.size(connection, log)
    promised = {leaf.index: index for leaf in held if (index := _number(leaf, "log_index")) < mirrored}
    theirs = store.leaves_at(connection, log, sorted(set(promised.values())), lenient=True)
    for leaf in held:
        if leaf.index not in promised:
            continue
        stands = theirs.get(promised[leaf.index])
        members = ("env_id", "receipt_hash")
        kept = stands is not None and stands.kind == ISSUED
        if not kept or any(stands is None or stands.body.get(each) != leaf.body.get(each) for each in members):
            env_id = str(leaf.body.get("env_id"))[:60]
            found.add(why.AUDIT_PROMISE.because(partner=partner, env_id=env_id, index=promised[leaf.index]))


def _number(leaf: Leaf, member: str) -> int:
    value = leaf.body.get(member)
    return value if isinstance(value, int) and value >= 0 else 0


def _records(
    connection: sa.Connection, partner: ParticipantId, leaves: list[Leaf], found: Differences, *, sent: bool
) -> None:
    log = pair_log(partner)
    kept = {
        **_given_back(connection, partner, _env_ids(leaves), sent=sent),
        **store.records_of(connection, partner, _env_ids(leaves), sent=sent),
    }
    for leaf in leaves:
        env_id = str(leaf.body.get("env_id"))[:60]
        record = kept.get(env_id)
        if record is None:
            found.add(why.AUDIT_NO_RECORD.because(log=log, index=leaf.index, env_id=env_id))
        elif (member := _differing(leaf, record)) is not None and not _is_given_again(connection, log, leaf, record):
            found.add(why.AUDIT_RECORD.because(log=log, index=leaf.index, env_id=env_id, member=member))


def _given_back(
    connection: sa.Connection, partner: ParticipantId, env_ids: Sequence[str], *, sent: bool
) -> dict[str, store.Record]:
    """Return what a restore took from here of these envelopes and the partner gave back."""
    found = recovery.given_back(connection, partner, "out" if sent else "in", env_ids)
    return {
        env_id: store.Record(
            row=0,
            env_id=env_id,
            sent=sent,
            hash=each.hash,
            lane=each.lane,
            epoch=each.epoch,
            seq=each.seq,
            start=None,
            receipt=each.receipt,
        )
        for env_id, each in found.items()
    }


def _env_ids(leaves: Iterable[Leaf]) -> list[str]:
    return [str(leaf.body.get("env_id")) for leaf in leaves]


def _differing(leaf: Leaf, record: store.Record) -> str | None:
    """Return the member in which what is kept of an envelope differs from what was logged of it."""
    stated: dict[str, object] = {
        "env_hash": record.hash,
        "lane": record.lane,
        "epoch": record.epoch,
        "seq": record.seq,
    }
    if leaf.kind != SENT and record.receipt != b"":
        stated["receipt_hash"] = None if record.receipt is None else _frame_hash(RECEIPT_MAGIC, record.receipt)
    if record.start is not None and _frame_hash(ENVELOPE_MAGIC, record.start) != record.hash:
        return "header"
    if leaf.kind == ISSUED and record.receipt and _promised(record.receipt) != leaf.index:
        return "log_index"
    return next((member for member, value in stated.items() if leaf.body.get(member) != value), None)


def _is_given_again(connection: sa.Connection, log: str, leaf: Leaf, record: store.Record) -> bool:
    """Whether the receipt of a leaf was lost in a restore, and a later leaf names this one and says the same."""
    if leaf.kind != ISSUED:
        return False
    about = store.about(connection, log, [record.env_id], lenient=True).get(record.env_id, ())
    same = ("env_hash", "lane", "epoch", "seq", "status")
    return any(
        each.body.get("again") == leaf.index
        and all(each.body.get(member) == leaf.body.get(member) for member in same)
        and _differing(each, record) is None
        for each in about
        if each.kind == ISSUED and each.index > leaf.index
    )


def _promised(receipt: bytes) -> int | None:
    """Return where in our log a receipt of ours says that its leaf stands: leaves that were moved are found by it."""
    try:
        return read_receipt(receipt).receipt.log_index
    except PeerError:
        return None


def _frame_hash(magic: bytes, raw: bytes) -> str | None:
    try:
        return hashlib.sha256(read_frame(magic, raw, MAX_HEADER_BYTES).head).hexdigest()
    except PeerError:
        return None


def _theirs(connection: sa.Connection, partner: ParticipantId, found: Differences) -> int:
    acknowledged = 0
    for page in _pages(connection, mirror_log(partner)):
        for leaf, ours, taken in beside(connection, partner, page, lenient=True):
            acknowledged += leaf.kind == HELD
            member = contradiction(leaf, ours, taken)
            if member is not None:
                found.add(_false(partner, leaf, member))
    for leaf, member, _ in store.contradictions(connection, partner):
        found.add(_false(partner, leaf, member))
    return acknowledged


def _false(partner: ParticipantId, leaf: Leaf, member: str) -> Reason:
    env_id = str(leaf.body.get("env_id"))[:60]
    return why.MIRROR_FALSE.because(index=leaf.index, partner=partner, kind=leaf.kind, env_id=env_id, member=member)


def _kept(connection: sa.Connection, partner: ParticipantId, found: Differences) -> None:
    """Every envelope that is kept stands in our log."""
    log = pair_log(partner)
    for sent in (True, False):
        kind = SENT if sent else ISSUED
        after = 0
        while page := store.records(connection, partner, sent=sent, after=after):
            after = page[-1].row
            logged = store.about(connection, log, [record.env_id for record in page], lenient=True)
            for record in page:
                if not any(leaf.kind == kind for leaf in logged.get(record.env_id, ())):
                    found.add(why.AUDIT_NO_LEAF.because(log=log, env_id=record.env_id[:60], kind=kind))
