# SPDX-License-Identifier: MIT
"""Auditing: everything the logs rest on is computed again from what is stored, and every difference is named."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tasuki.base.errors import CallerError, InputError, WorldError
from tasuki.base.ids import ParticipantId
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.core.ledger import reasons as why
from tasuki.core.ledger.evidence import COSIGNATURES
from tasuki.core.ledger.model import AUDIT, hash_stored, mirror_log, origin, pair_log, witness_name
from tasuki.core.ledger.periods import Period
from tasuki.formats.envelope.anchor import Anchor
from tasuki.formats.suites.keys import Algorithm, PublicKey, Purpose
from tasuki.formats.tlog import merkle
from tasuki.formats.tlog.checkpoint import Checkpoint, parse_checkpoint
from tasuki.formats.tlog.note import ED25519, Note, SignatureLine, cosigned_at, make_key, parse_note, verify_note
from tasuki.formats.tlog.tiles import HEIGHT, WIDTH
from tasuki.services.channel import partner_anchor, trusted
from tasuki.services.entries import audit
from tasuki.services.ledger.comparing import MAX_LISTED, Comparison, Differences, compare
from tasuki.services.ledger.witnessing import theirs, witnessed_of
from tasuki.services.node import Node
from tasuki.services.reasons import UNKNOWN_PARTNER
from tasuki.store import ledger as store

MAX_UNSEEN: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenView:
    """A leaf of the partner about something that has not arrived here.

    Attributes:
        cosigned_at: when we cosigned a checkpoint over it all the same; None while we have not.
    """

    index: int
    kind: str
    env_id: str
    mirrored_at: datetime
    cosigned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One log and, with a partner, its counterpart.

    Attributes:
        partner: with whom the log is kept; None for the private audit log.
        leaves: all computed again; so are `checkpoints`, of which the largest cosigned one covers `cosigned` leaves.
        witnessed: leaves of the partner's log that we cosigned, of `mirrored`.
        comparison: envelope by envelope; None for the private audit log.
        unseen: what the partner logged and has not arrived: no difference, it may be under way.
        differences: what does not fit, as reasons; `more` are not listed.
    """

    log: str
    partner: str | None
    leaves: int
    checkpoints: int
    cosigned: int
    mirrored: int
    witnessed: int
    comparison: Comparison | None
    unseen: tuple[UnseenView, ...]
    differences: tuple[Reason, ...]
    more: int

    def as_json(self) -> dict[str, object]:
        """Return the examination for machines."""
        compared = self.comparison
        counts = (
            None
            if compared is None
            else {
                "sent": compared.sent,
                "receipted": compared.receipted,
                "issued": compared.issued,
                "acknowledged": compared.acknowledged,
            }
        )
        return {
            "log": self.log,
            "partner": self.partner,
            "leaves": self.leaves,
            "checkpoints": self.checkpoints,
            "cosigned": self.cosigned,
            "mirrored": self.mirrored,
            "witnessed": self.witnessed,
            "envelopes": counts,
            "unseen": list(self.unseen),
            "differences": [reason.as_json() for reason in self.differences],
            "more": self.more,
        }


def examine(node: Node, partner: str | None) -> list[Examination]:
    """Examine the log kept with one partner; without one, the private audit log and those kept with everybody.

    Raises:
        CallerError: no partner of that name is trusted here.
    """
    known = trusted(node)
    if partner is not None and partner not in known:
        raise CallerError(UNKNOWN_PARTNER.because(partner=partner[:60]))
    examined = [] if partner is not None else [_examine_audit(node)]
    examined += [_examine_pair(node, each) for each in known if partner in (None, each)]
    wrong = sum(len(each.differences) + each.more for each in examined)
    detail = {"partner": partner, "leaves": sum(each.leaves for each in examined), "differences": wrong}
    with contextlib.suppress(WorldError):
        # A log that was altered may take no more leaves: that is what was found, and it must be told.
        node.database.write(lambda connection: audit(node, connection, "logs-examined", detail))
    return examined


def _examine_audit(node: Node) -> Examination:
    found = Differences()
    with node.database.read() as connection:
        trees = _trees(connection, AUDIT, found)
        count = sum(tree.against_checkpoints(node.anchor, None) for tree in trees)
        return Examination(
            log=AUDIT,
            partner=None,
            leaves=trees[-1].end,
            checkpoints=count,
            cosigned=0,
            mirrored=0,
            witnessed=0,
            comparison=None,
            unseen=(),
            differences=tuple(found.listed),
            more=found.count - len(found.listed),
        )


def _examine_pair(node: Node, partner: ParticipantId) -> Examination:
    found = Differences()
    anchor = partner_anchor(node, partner)
    comparison = compare(node, partner)
    with node.database.read() as connection:
        ours = _trees(connection, pair_log(partner), found)
        count = sum(tree.against_checkpoints(node.anchor, anchor) for tree in ours)
        if comparison.cosigned > ours[-1].end:
            lost = why.AUDIT_LOST.because(partner=partner, cosigned=comparison.cosigned, ours=ours[-1].end)
            found.add(lost)
        mirror = _trees(connection, mirror_log(partner), found)
        for tree in mirror:
            tree.against_witnessed(connection, anchor, theirs(node, anchor))
        witnessed = witnessed_of(connection, theirs(node, anchor), partner)
        for fork in store.forks(connection, partner):
            found.add(why.AUDIT_FORK.because(partner=partner, size=fork.size, at=format_rfc3339(fork.at)))
        unseen = tuple(_unseen(connection, partner))
    for reason in comparison.differences:
        found.add(reason)
    return Examination(
        log=pair_log(partner),
        partner=partner,
        leaves=ours[-1].end,
        checkpoints=count,
        cosigned=comparison.cosigned,
        mirrored=mirror[-1].end,
        witnessed=witnessed,
        comparison=comparison,
        unseen=unseen,
        differences=tuple(found.listed),
        more=found.count - len(found.listed) + comparison.more,
    )


def _unseen(connection: sa.Connection, partner: ParticipantId) -> Iterator[UnseenView]:
    rows = store.unseen(connection, partner, 0, MAX_UNSEEN)
    leaves = store.leaves_at(connection, mirror_log(partner), [row.index for row in rows], lenient=True)
    for row in rows:
        leaf = leaves.get(row.index)
        if leaf is not None:
            yield UnseenView(
                index=row.index,
                kind=leaf.kind,
                env_id=str(leaf.body.get("env_id", "-"))[:60],
                mirrored_at=row.mirrored_at,
                cosigned_at=row.cosigned_at,
            )


def _trees(connection: sa.Connection, log: str, found: Differences) -> list[_Tree]:
    """Return the trees of a log, oldest first, to be gone through in this order."""
    periods = store.periods(connection, log) or [Period(log=log)]
    leaves = _Leaves(connection, log)
    ends: list[int | None] = [*(each.start for each in periods[1:]), None]
    return [_Tree(connection, period, end, leaves, found) for period, end in zip(periods, ends, strict=True)]


class _Leaves:
    """The leaves of a log as they lie in the store, one after the other."""

    def __init__(self, connection: sa.Connection, log: str) -> None:
        self._rest = store.stored_leaves(connection, log)
        self.head = next(self._rest, None)

    def take(self) -> None:
        self.head = next(self._rest, None)


class _Tree:
    """One period computed again from its leaves; every root it was signed or cosigned under is held against it."""

    def __init__(
        self, connection: sa.Connection, period: Period, end: int | None, leaves: _Leaves, found: Differences
    ) -> None:
        """Compute `period`, behind which the next begins at `end`; `leaves` are at its first."""
        self._connection = connection
        self._period = period
        self._log = period.name
        self._found = found
        self._limit = end
        self.size, self._edge = store.edge(connection, period)
        self._subtrees = {(level, place): top for level, place, top in store.subtrees(connection, period)}
        self._frontier: list[bytes] = []
        self._leaves = leaves
        self._next = 0
        self._good = 0
        self._agrees = True
        self._gapless = True

    @property
    def end(self) -> int:
        """Leaves of the log up to the end of the period."""
        return self._period.start + self.size

    def against_checkpoints(self, owner: Anchor, witness: Anchor | None) -> int:
        """Hold the period against every checkpoint signed over it; return how many there are."""
        name, count = origin(str(owner.name), self._log), 0
        for signed in store.checkpoints(self._connection, self._period):
            count += 1
            root = self._checkpoint(signed, name, owner, witness)
            if root is not None:
                self._hold(signed.size, root, signed=True)
        self._finish()
        return count

    def against_witnessed(self, connection: sa.Connection, owner: Anchor, first: str) -> None:
        """Hold a mirrored period against what was cosigned of it here; `first` is the origin of the first one."""
        name = first + self._period.suffix
        witnessed = store.witnessed(connection, name)
        if witnessed.size:
            try:
                note = parse_note(witnessed.note)
                _require_signed(note, owner, Purpose.LOG, name)
            except InputError as error:
                self._found.add(why.AUDIT_NOTE.because(log=self._log, size=witnessed.size, found=str(error)[:120]))
            self._hold(witnessed.size, witnessed.root, signed=False)
        self._finish()

    def _checkpoint(self, signed: store.SignedSize, name: str, owner: Anchor, witness: Anchor | None) -> bytes | None:
        """Return the root of a checkpoint whose signature holds; a cosignature that does not is named beside."""
        try:
            state = _signed_state(signed, name, owner)
        except InputError as error:
            self._found.add(why.AUDIT_NOTE.because(log=self._log, size=signed.size, found=str(error)[:120]))
            return None
        try:
            if witness is not None and signed.cosigned is not None:
                _require_cosigned(signed.cosigned, state, witness)
        except InputError as error:
            self._found.add(why.AUDIT_COSIGNATURE.because(log=self._log, size=signed.size, found=str(error)[:120]))
        return state.root

    def _hold(self, size: int, root: bytes, *, signed: bool) -> None:
        self._grow_to(min(size, self.size))
        if not self._gapless or not self._agrees:
            # What was signed after a leaf was changed or lost was signed over it too: it would only be said again.
            return
        self._agrees = size <= self.size and merkle.root_of_frontier(self._frontier) == root
        if self._agrees:
            self._good = size
        elif signed:
            self._found.add(why.AUDIT_ROOT.because(log=self._log, size=size, good=self._good, last=size - 1))
        else:
            self._found.add(why.AUDIT_WITNESSED.because(log=self._log, size=size))

    def _grow_to(self, size: int) -> None:
        while self._next < size:
            leaf = self._leaves.head
            if leaf is not None and leaf.index == self._period.start + self._next:
                self._take(leaf)
                self._leaves.take()
                self._next += 1
            else:
                self._miss(size if leaf is None else min(leaf.index - self._period.start, size))

    def _miss(self, end: int) -> None:
        self._gapless = False
        start = self._period.start
        for index in range(self._next, min(end, self._next + MAX_LISTED)):
            self._found.add(why.AUDIT_MISSING.because(log=self._period.log, index=start + index))
        self._next = end

    def _take(self, leaf: store.StoredLeaf) -> None:
        if hash_stored(leaf.salt, leaf.kind, leaf.body) != leaf.hash:
            self._found.add(why.AUDIT_LEAF.because(log=self._period.log, index=leaf.index))
        elif leaf.env_id != _envelope_of(leaf):
            self._found.add(why.AUDIT_FINDER.because(log=self._period.log, index=leaf.index))
        if not self._gapless:
            return
        roots = merkle.completed(self._frontier, self._next, leaf.hash)
        self._frontier = [*self._frontier[: len(self._frontier) - len(roots) + 1], roots[-1]]
        for height in range(HEIGHT, len(roots), HEIGHT):
            level, place = height // HEIGHT, self._next >> height
            if self._subtrees.pop((level, place), None) != roots[height]:
                self._subtree(level, place)

    def _subtree(self, level: int, place: int) -> None:
        span = WIDTH**level
        start = place * span
        self._found.add(why.AUDIT_SUBTREE.because(log=self._log, start=start, end=start + span - 1))

    def _finish(self) -> None:
        self._grow_to(self.size)
        while (head := self._leaves.head) is not None and (self._limit is None or head.index < self._limit):
            self._found.add(why.AUDIT_SURPLUS.because(log=self._period.log, index=head.index, size=self.end))
            self._leaves.take()
        if not self._gapless:
            return
        for level, place in self._subtrees:
            self._subtree(level, place)
        if self._frontier != self._edge:
            self._found.add(why.AUDIT_EDGE.because(log=self._log, size=self.size))


def _envelope_of(stored: store.StoredLeaf) -> str | None:
    """Return the envelope a leaf is about, from its content."""
    leaf = store.opened(stored) if b'"env_id"' in stored.body else None
    env_id = None if leaf is None else leaf.body.get("env_id")
    return env_id if isinstance(env_id, str) else None


def _signed_state(signed: store.SignedSize, name: str, owner: Anchor) -> Checkpoint:
    note = parse_note(signed.note)
    _require_signed(note, owner, Purpose.LOG, name)
    state = parse_checkpoint(note.text)
    if (state.origin, state.size) != (name, signed.size):
        raise InputError(why.WITNESS_UNKNOWN.because(origin=f"{state.origin} {state.size}"[:120]))
    return state


def _require_cosigned(cosigned: bytes, state: Checkpoint, witness: Anchor) -> None:
    """Refuse what the partner did not cosign under every kind of witness key that its anchor had then."""
    note = parse_note(cosigned)
    name = witness_name(str(witness.name))
    line = _require_signed(note, witness, Purpose.WITNESS, name)
    if any(_was_valid(key, cosigned_at(line)) for key in witness.keys):
        _require_signed(note, witness, Purpose.WITNESS, name, Algorithm.ML_DSA_44)
    if note.text != state.text:
        raise InputError(why.OTHER_TEXT.because())


def _was_valid(key: PublicKey, stamp: int) -> bool:
    """Whether a key is of the kind of which a witness that has it must cosign with, and was valid at `stamp`."""
    fit = key.purpose is Purpose.WITNESS and key.algorithm is Algorithm.ML_DSA_44
    return fit and key.not_before.timestamp() <= stamp <= key.not_after.timestamp()


def _require_signed(
    note: Note, anchor: Anchor, purpose: Purpose, name: str, algorithm: Algorithm = Algorithm.ED25519
) -> SignatureLine:
    """Return the line of a key of this anchor under that name, whatever the key's age.

    Raises:
        InputError: there is none.
    """
    kind = ED25519 if purpose is Purpose.LOG else COSIGNATURES[algorithm]
    for key in anchor.keys:
        if key.purpose is purpose and key.algorithm is algorithm:
            with contextlib.suppress(InputError):
                return verify_note(note, make_key(name, kind, key.raw))
    raise InputError(why.NOT_SIGNED.because(node=str(anchor.name)))
