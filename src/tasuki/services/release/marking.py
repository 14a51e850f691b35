# SPDX-License-Identifier: MIT
"""Marking: unmarked material of ours gets its TLP, anything may be narrowed; nothing is ever widened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

import sqlalchemy as sa

from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.base.limits import MAX_BATCH_OBJECTS
from tasuki.base.time import parse_rfc3339
from tasuki.core.markings.labels import ACTIONS, LEVELS, label_to_json, stated
from tasuki.core.markings.lattice import WIDEST, caveat, meet
from tasuki.core.markings.model import Label
from tasuki.core.release import reasons as why
from tasuki.services.entries import audit
from tasuki.services.labelling import Met
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.services.settling import settle
from tasuki.store import holdings, markings
from tasuki.store.holdings import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Besides:
    """What a mark says beside TLP and audiences, as typed.

    Attributes:
        pap: PAP level such as `amber`.
        consent_of: participants without whose consent it goes to nobody else.
        classifications: national classifications such as `GBR:OFFICIAL`.
        embargo: RFC 3339 moment until when it goes to nobody but `ahead`.
        until: RFC 3339 moment from when on it goes to nobody.
    """

    pap: str | None = None
    consent_of: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    embargo: str | None = None
    ahead: tuple[str, ...] = ()
    until: str | None = None


NOTHING: Final = Besides()


def mark(
    node: Node,
    stix_ids: Sequence[str],
    *,
    level: str | None,
    audiences: Sequence[str] = (),
    besides: Besides = NOTHING,
) -> int:
    """Mark ids, every version and every source of each, now and later.

    A caveat names this node's own organisation beside the audiences, as those who may not see an object cannot keep it.

    Args:
        node: where.
        stix_ids: what.
        level: TLP level such as `amber`; None leaves it.
        audiences: who alone may have it, beside us; none leaves that.
        besides: what else narrows it.

    Returns:
        How many ids were marked.

    Raises:
        CallerError: no such level, audience, classification or moment, nothing to mark with, or material of others
            that would be widened.
        InputError: an id is not held.
    """
    narrowing = narrowing_of(node, level, audiences, besides)
    wanted = list(dict.fromkeys(stix_ids))
    for start in range(0, len(wanted), MAX_BATCH_OBJECTS):
        part = wanted[start : start + MAX_BATCH_OBJECTS]
        node.database.write(partial(mark_within, node, stix_ids=part, narrowing=narrowing, level=level))
    # What waits in the outbox is asked about again with its new label.
    node.signals.raise_(OUTBOX)
    return len(wanted)


def narrowing_of(node: Node, level: str | None, audiences: Sequence[str], besides: Besides = NOTHING) -> Label:
    """Return the label that a mark puts on an id.

    Raises:
        CallerError: as `mark`.
    """
    if level is None and not audiences and besides == NOTHING:
        raise CallerError(why.NOTHING_TO_MARK.because(known=", ".join(LEVELS)))
    if level is not None and level not in LEVELS:
        raise CallerError(why.NO_LEVEL.because(known=", ".join(LEVELS), found=level[:40]))
    label = _stated(node, besides)
    if level is not None:
        label = replace(label, tlp=LEVELS[level])
    if not audiences:
        return label
    for each in audiences:
        _require_reader(node, each)
    return meet(label, replace(WIDEST, releasable_to=caveat([*audiences, str(node.home)])))


def _stated(node: Node, besides: Besides) -> Label:
    if besides.pap is not None and besides.pap not in ACTIONS:
        raise CallerError(why.NO_PAP.because(known=", ".join(ACTIONS), found=besides.pap[:40]))
    for each in besides.consent_of:
        _require_participant(node, each)
    for each in besides.classifications:
        if each not in node.gate.rules.ceilings:
            known = ", ".join(sorted(node.gate.rules.ceilings))
            raise CallerError(why.NO_CLASSIFICATION.because(known=known, found=each[:60]))
    for each in besides.ahead:
        _require_reader(node, each)
    if besides.ahead and besides.embargo is None:
        raise CallerError(why.AHEAD_OF_NOTHING.because())
    return stated(
        paps=[] if besides.pap is None else [besides.pap],
        consent_of=besides.consent_of,
        classifications=besides.classifications,
        embargoes=[] if besides.embargo is None else [(_moment(node, besides.embargo), besides.ahead)],
        untils=[] if besides.until is None else [_moment(node, besides.until)],
    )


def _moment(node: Node, text: str) -> datetime:
    try:
        moment = parse_rfc3339(text)
    except ValueError as error:
        raise CallerError(why.NO_MOMENT.because(found=text[:40])) from error
    if moment <= node.clock.now():
        raise CallerError(why.NO_MOMENT.because(found=text[:40]))
    return moment


def _require_participant(node: Node, text: str) -> None:
    if text not in {each.id for each in node.profile.participants}:
        known = ", ".join(each.id for each in node.profile.participants)
        raise CallerError(why.NO_PARTICIPANT.because(known=known, found=text[:40]))


def _require_reader(node: Node, text: str) -> None:
    try:
        known = Audience.parse(text).desk in node.gate.rules.readers
    except ValueError:
        known = False
    if not known:
        raise CallerError(why.UNKNOWN_READER.because(profile=node.profile.id, reader=text[:60]))


def mark_within(
    node: Node, connection: sa.Connection, stix_ids: Sequence[str], narrowing: Label, level: str | None
) -> None:
    """Mark ids within the transaction of an act, which wakes the sealers once it is durable.

    Args:
        node: where.
        connection: the transaction of the act.
        stix_ids: what.
        narrowing: the label put on each, from `narrowing_of`.
        level: the TLP level in it, which our own unmarked material gets; None where it says none.

    Raises:
        CallerError: material of others would be widened.
        InputError: an id is not held.
    """
    numbers = holdings.numbers(connection, stix_ids)
    live = holdings.live(connection, numbers.values())
    held = {each.id for each in live}
    missing = next((each for each in stix_ids if numbers.get(each) not in held), None)
    if missing is not None:
        raise InputError(why.NOT_HELD.because(stix_id=missing[:300]))
    _relabel(node, connection, live, narrowing, level)
    met = Met(node, connection, narrowing)
    known = markings.marks(connection, numbers.values())
    marks = {each: met.number(known.get(each)) for each in numbers.values()}
    markings.set_marks(connection, marks, None if level is None else LEVELS[level])
    settle(node, connection, stix_ids)
    audit(node, connection, "release:holding:mark", {"ids": [*stix_ids], "label": label_to_json(narrowing)})


def _relabel(node: Node, connection: sa.Connection, live: Sequence[Live], narrowing: Label, level: str | None) -> None:
    """Narrow the own label of each holding; most are marked alike, so each label is met once."""
    by_label: dict[int, list[Live]] = {}
    for each in live:
        by_label.setdefault(each.own_label, []).append(each)
    for before, alike in by_label.items():
        own = node.labels.label(connection, before)
        if own.tlp is None and level is not None:
            _require_ours(node, connection, alike)
            own = replace(own, tlp=LEVELS[level])
        number = node.labels.number(connection, meet(own, narrowing))
        holdings.set_own_label(connection, [each.position for each in alike], number)


def _require_ours(node: Node, connection: sa.Connection, unmarked: Sequence[Live]) -> None:
    for each in unmarked:
        if each.originator != node.me.participant:
            stix_id = holdings.names(connection, [each.id])[each.id]
            raise CallerError(why.OTHERS_MATERIAL.because(stix_id=stix_id, originator=each.originator))
