# SPDX-License-Identifier: MIT
"""Showing: how long each log is, what was signed and cosigned, and the newest leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from tasuki.base.canonical import Json
from tasuki.base.errors import CallerError
from tasuki.base.ids import ParticipantId
from tasuki.base.time import from_micros
from tasuki.core.ledger.model import AUDIT, mirror_log, origin, pair_log
from tasuki.core.ledger.periods import Period
from tasuki.core.ledger.quorum import named_by, pair_policy
from tasuki.formats.tlog.base64s import encode
from tasuki.formats.tlog.checkpoint import parse_checkpoint
from tasuki.formats.tlog.note import cosigned_at, parse_note
from tasuki.formats.tlog.policy import Policy
from tasuki.services.channel import partner_anchor, trusted
from tasuki.services.ledger.signing import log_key, witness_keys
from tasuki.services.ledger.witnessing import theirs, witnessed_of
from tasuki.services.node import Node
from tasuki.services.reasons import UNKNOWN_PARTNER
from tasuki.store import ledger as store


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointView:
    """One checkpoint.

    Attributes:
        start: leaves of the log before the period it is of; `size` leaves of that period.
        root: base64, as in the checkpoint.
        cosigned_by: name of the witness; None while nobody cosigned.
        cosigned_at: by the clock of the witness.
        quorum: whether everybody cosigned who must: the partner, and third witnesses as the policy has it.
    """

    start: int
    size: int
    root: str
    signed_at: datetime
    cosigned_by: str | None
    cosigned_at: datetime | None
    quorum: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafView:
    """One leaf, opened: for people of this node."""

    index: int
    at: datetime
    kind: str
    body: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """One log.

    Attributes:
        partner: with whom it is kept; None for the private audit log.
        size: leaves over all its periods; `origin` and `root` are those of the newest.
        periods: how many it has.
        mirrored: leaves of the partner's log that lie here; `witnessed` of them we cosigned.
        checkpoints: the newest, newest first; so are `leaves`.
    """

    log: str
    origin: str
    partner: str | None
    size: int
    root: str
    periods: int
    mirrored: int
    witnessed: int
    checkpoints: tuple[CheckpointView, ...]
    leaves: tuple[LeafView, ...]


def show(node: Node, *, partner: str | None, audit_log: bool, limit: int) -> list[LogView]:
    """Return one log, or all of them: the private audit log, then the pair logs by partner.

    Raises:
        CallerError: no partner of that name is trusted here.
        WorldError: a leaf is not readable any more.
    """
    known = trusted(node)
    if partner is not None and partner not in known:
        raise CallerError(UNKNOWN_PARTNER.because(partner=partner[:60]))
    everything = partner is None and not audit_log
    shown: list[ParticipantId | None] = [None] if audit_log or everything else []
    shown += [each for each in known if everything or each == partner]
    with node.database.read() as connection:
        return [_view(node, connection, each, limit) for each in shown]


def _view(node: Node, connection: sa.Connection, partner: ParticipantId | None, limit: int) -> LogView:
    log = AUDIT if partner is None else pair_log(partner)
    size, root = store.root(connection, log)
    periods = store.periods(connection, log) or [Period(log=log)]
    mirrored = witnessed = 0
    if partner is not None:
        mirrored = store.size(connection, mirror_log(partner))
        witnessed = witnessed_of(connection, theirs(node, partner_anchor(node, partner)), partner)
    return LogView(
        log=log,
        origin=origin(str(node.me), periods[-1].name),
        partner=partner,
        size=size,
        root=encode(root),
        periods=len(periods),
        mirrored=mirrored,
        witnessed=witnessed,
        checkpoints=tuple(
            _checkpoint(each, _policy(node, partner)) for each in store.newest_checkpoints(connection, log, limit)
        ),
        leaves=tuple(
            LeafView(index=leaf.index, at=from_micros(at), kind=leaf.kind, body=leaf.body)
            for leaf, at in store.newest(connection, log, limit)
        ),
    )


def _policy(node: Node, partner: ParticipantId | None) -> Policy | None:
    """Return when a checkpoint of the log with a partner is good; None for the private log, which nobody cosigns."""
    if partner is None:
        return None
    now = node.clock.now()
    third = None if node.third is None else node.third.policy
    keys = witness_keys(partner_anchor(node, partner), now)
    return pair_policy(log_key(node.anchor, pair_log(partner), now), keys, third)


def _checkpoint(signed: store.SignedSize, policy: Policy | None) -> CheckpointView:
    state = parse_checkpoint(parse_note(signed.note).text)
    # The log's own line is the first, the partner's the next.
    note = None if signed.cosigned is None else parse_note(signed.cosigned)
    line = None if note is None else note.lines[1]
    return CheckpointView(
        start=signed.start,
        size=state.size,
        root=encode(state.root),
        signed_at=signed.at,
        cosigned_by=None if line is None else line.name,
        cosigned_at=None if line is None else datetime.fromtimestamp(cosigned_at(line), UTC),
        quorum=note is not None and policy is not None and policy.is_met_with(named_by(note, policy)),
    )
