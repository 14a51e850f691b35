# SPDX-License-Identifier: MIT
"""The quorum: who must have cosigned a checkpoint, and for how long a log may go without.

Source: C2SP tlog-policy; four hours as X-Road has them between a message and its time-stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from tasuki.base.errors import InputError
from tasuki.base.ids import ParticipantId
from tasuki.core.ledger import reasons as why
from tasuki.formats.tlog.note import Note, VerifierKey
from tasuki.formats.tlog.policy import NONE, Group, Policy

UNWITNESSED: Final = timedelta(hours=4)
"""How long leaves may wait for the partner's cosignature before all but urgent matters stop."""

THIRD: Final = ParticipantId("third-witness")
"""To whom a checkpoint is released that goes to a witness that is no partner."""

PARTNER: Final = "partner"
_EVERYBODY: Final = "everybody"
_THIRD: Final = "third/"


def is_unwitnessed(since: datetime | None, now: datetime) -> bool:
    """Whether a log has gone without a cosignature for too long: `since` its oldest leaf not covered was added."""
    return since is not None and now - since > UNWITNESSED


def pair_policy(log: VerifierKey, partner: Sequence[VerifierKey], third: Policy | None) -> Policy:
    """Return when a checkpoint of a pair log is good: log and partner signed with every key, and what `third` asks.

    Raises:
        InputError: a third witness has the name or key of the log or of the partner: nobody counts twice.
    """
    witnesses = {f"{PARTNER}-{number}": key for number, key in enumerate(partner)}
    groups = {PARTNER: Group(threshold=len(partner), members=tuple(witnesses))}
    if third is None or third.quorum == NONE:
        return Policy(logs=(log,), witnesses=witnesses, groups=groups, quorum=PARTNER)
    for key in third.witnesses.values():
        if key.name in (log.name, *(each.name for each in partner)) or key.key in (
            log.key,
            *(each.key for each in partner),
        ):
            raise InputError(why.WITNESS_TWICE.because(name=key.name))
    witnesses |= {f"{_THIRD}{name}": key for name, key in third.witnesses.items()}
    groups |= {
        f"{_THIRD}{name}": Group(threshold=group.threshold, members=tuple(f"{_THIRD}{each}" for each in group.members))
        for name, group in third.groups.items()
    }
    groups[_EVERYBODY] = Group(threshold=2, members=(PARTNER, f"{_THIRD}{third.quorum}"))
    return Policy(logs=(log,), witnesses=witnesses, groups=groups, quorum=_EVERYBODY)


def named_by(note: Note, policy: Policy) -> frozenset[str]:
    """Return which witnesses of a policy a kept note names; its lines were verified before they were kept."""
    lines = {(line.name, line.key_id) for line in note.lines}
    return frozenset(name for name, key in policy.witnesses.items() if (key.name, key.id) in lines)
