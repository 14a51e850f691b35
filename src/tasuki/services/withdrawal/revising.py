# SPDX-License-Identifier: MIT
"""Revising what we made: revoke it, or put a better version in its place; whoever got any version gets the new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience
from tasuki.base.limits import MAX_SKEW_S
from tasuki.base.time import format_exact, format_rfc3339, from_micros, to_micros
from tasuki.core.holdings.handling import handling_from_json
from tasuki.core.holdings.model import HandlingBasis, Holding
from tasuki.core.markings.model import Label
from tasuki.core.release.reasons import NOT_HELD
from tasuki.core.withdrawal import reasons as texts
from tasuki.core.withdrawal import telling
from tasuki.core.withdrawal.attesting import usable_from
from tasuki.core.withdrawal.model import Left, Verb
from tasuki.core.withdrawal.revising import differs, is_own_making, revoked_version
from tasuki.formats.json import strict
from tasuki.formats.json.pieces import Piece
from tasuki.formats.stix.admission import Admitted, admit
from tasuki.services import intake, journal
from tasuki.services.entries import audit
from tasuki.services.labelling import LOCAL, Terms
from tasuki.services.node import Node
from tasuki.services.node.signals import ARRIVED, OUTBOX
from tasuki.services.release import share_within
from tasuki.services.withdrawal.telling import as_told, require_sentence, tell
from tasuki.store import holdings
from tasuki.store import withdrawal as store

_TICK: Final = timedelta(milliseconds=1)
"""What STIX tells versions apart by."""

_SKEW: Final = timedelta(seconds=MAX_SKEW_S)
"""How far the clock of whoever wrote a version may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """The newest live version of an object of our own making, opened."""

    stix_id: str
    position: int
    version: int
    obj: dict[str, Json]
    label: Label
    handling: HandlingBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revision:
    """New versions of one act, ready to be held."""

    verb: Verb
    before: Sequence[_Own]
    raws: Sequence[bytes]
    at: datetime
    why: str


def revoke(node: Node, stix_ids: Sequence[str], *, why: str) -> dict[str, object]:
    """Say of objects of our own making that they were wrong: each gets a version that says `revoked`.

    It leaves the matchers here and stays readable. The version goes, urgently, to every audience that got any version
    and may have this one, and each partner who got any is told.

    Returns:
        `ids`, `modified` of the new versions, `queued` and `withheld` by audience, `told` by partner.

    Raises:
        CallerError: no reason, or one that is no short sentence.
        InputError: an id is not held, is not of our own making, knows no versions, or is revoked already.
    """
    require_sentence(why)
    before = _own(node, list(dict.fromkeys(stix_ids)))
    latest = max(each.version for each in before)
    # One moment for the whole act, later than every version it replaces.
    at = max(_to_millis(node.clock.now()), _to_millis(from_micros(latest)) + _TICK)
    raws = [canonical(revoked_version(each.obj, format_rfc3339(at))) for each in before]
    return _revise(node, _Revision(verb=Verb.REVOKE, before=before, raws=raws, at=at, why=why))


def correct(node: Node, stix_id: str, raw: bytes, *, why: str) -> dict[str, object]:
    """Put a better version of an object of our own making in place of what was sent; held byte for byte as given.

    It may have a narrower marking than the one before; it is never released more widely. It goes, urgently, to every
    audience that got an earlier one and may have it, and their partners are told.

    Returns:
        As `revoke`.

    Raises:
        CallerError: no reason, or one that is no short sentence.
        InputError: the id is not held or not of our own making; the new version is none of it, or is not newer.
    """
    require_sentence(why)
    (before,) = _own(node, [stix_id])
    at = _checked(before, raw, node.clock.now())
    return _revise(node, _Revision(verb=Verb.CORRECT, before=[before], raws=[raw], at=at, why=why))


def _own(node: Node, wanted: Sequence[str]) -> list[_Own]:
    with node.database.read() as connection:
        latest = holdings.latest(connection, wanted)
        newest: dict[str, Holding] = {each.stix_id: each for each in latest if each.source == LOCAL}
        bodies = holdings.sealed(connection, [each.position for each in newest.values()])
        bases = holdings.handling_bodies(connection, [each.handling for each in bodies])
        labels = {each.position: node.labels.label(connection, each.own_label) for each in bodies}
    opened: dict[str, _Own] = {
        body.stix_id: _Own(
            stix_id=body.stix_id,
            position=body.position,
            version=newest[body.stix_id].version,
            obj=orjson.loads(node.vault.open(body.ciphertext, body.wrapped, body.digest)),
            label=labels[body.position],
            handling=handling_from_json(orjson.loads(bases[body.handling])),
        )
        for body in bodies
    }
    for stix_id in wanted:
        if stix_id not in opened:
            is_held = any(each.stix_id == stix_id for each in latest)
            reason = texts.NOT_OURS if is_held else NOT_HELD
            raise InputError(reason.because(stix_id=stix_id[:300]))
        _require_revisable(opened[stix_id], newest[stix_id].originator == node.me.participant)
    return [opened[stix_id] for stix_id in wanted]


def _require_revisable(own: _Own, is_originator: bool) -> None:  # noqa: FBT001 a fact, not a switch
    if not is_originator or not is_own_making(own.handling):
        raise InputError(texts.NOT_OURS.because(stix_id=own.stix_id))
    if not isinstance(own.obj.get("modified"), str):
        raise InputError(texts.NO_VERSIONS.because(stix_id=own.stix_id))
    if own.obj.get("revoked") is True:
        raise InputError(texts.ALREADY_REVOKED.because(stix_id=own.stix_id))


def _checked(before: _Own, raw: bytes, now: datetime) -> datetime:
    """Return the version of what is to replace an object.

    Raises:
        InputError: it is no newer version of it, or one of the future.
    """
    obj = strict.loads(raw)
    admitted = admit(obj)
    if not isinstance(admitted, Admitted):
        raise InputError(admitted)
    member = differs(before.obj, obj) if isinstance(obj, dict) else "type"
    if not isinstance(obj, dict) or member is not None:
        raise InputError(texts.OTHER_OBJECT.because(stix_id=before.stix_id, member=member or ""))
    if obj.get("revoked") is True:
        raise InputError(texts.REVOKES.because(stix_id=before.stix_id))
    if admitted.version is None or not isinstance(obj.get("modified"), str) or admitted.version <= before.version:
        held = format_exact(from_micros(before.version))
        raise InputError(texts.NOT_NEWER.because(stix_id=before.stix_id, held=held))
    at = from_micros(admitted.version)
    if at > now + _SKEW:
        raise InputError(texts.NOT_YET.because(stix_id=before.stix_id, found=format_exact(at)))
    return at


def _revise(node: Node, revision: _Revision) -> dict[str, object]:
    """Hold new versions, queue them for whoever got earlier ones, and tell their partners, as one act."""
    hold = intake.prepare_versions(
        node,
        [
            (Piece(place=each.stix_id, raw=raw), _terms(node, each))
            for each, raw in zip(revision.before, revision.raws, strict=True)
        ],
    )
    answer = node.database.write(lambda connection: _commit(node, connection, revision, hold))
    node.signals.raise_(OUTBOX)
    node.signals.raise_(ARRIVED)
    return answer


def _terms(node: Node, own: _Own) -> Terms:
    """Return the terms of the version before: a new one is met with its label, so that nothing becomes wider."""
    return Terms(source=LOCAL, originator=node.me.participant, handling=own.handling, given=own.label)


def _commit(node: Node, connection: sa.Connection, revision: _Revision, hold: intake.Hold) -> dict[str, object]:
    ids = [each.stix_id for each in revision.before]
    latest = holdings.latest(connection, ids)
    newest: dict[str, int] = {each.stix_id: each.position for each in latest if each.source == LOCAL}
    for each in revision.before:
        if newest.get(each.stix_id) != each.position:
            raise InputError(texts.CHANGED.because(stix_id=each.stix_id))
    rejected = hold(connection)
    if rejected:
        raise InputError(rejected[0].reason)
    lowest = usable_from(revision.verb, to_micros(revision.at))
    journal.note(connection, journal.STOPPED, {"source": LOCAL, "ids": [*ids], "usable_from": str(lowest)})
    left = store.left(connection, ids)
    # The versions go before the notice, so that whoever gets both attests with the better one in hand.
    queued, withheld = _send(node, connection, sorted({*left, *_promised(connection, revision.verb, ids)}))
    words = telling.told(revision.verb, left)
    tell(node, connection, words, why=revision.why, at=revision.at)
    detail: dict[str, Json] = {
        "ids": [*ids],
        "modified": format_exact(revision.at),
        "told": [*as_told(words)],
        "why": revision.why,
    }
    audit(node, connection, f"withdrawal:objects:{revision.verb}", detail)
    return {
        "ids": ids,
        "modified": format_exact(revision.at),
        "queued": queued,
        "withheld": withheld,
        "told": as_told(words),
    }


def _promised(connection: sa.Connection, verb: Verb, ids: Sequence[str]) -> list[Left]:
    """Return who was to get an earlier version that never left: out of use now, it would be withheld in silence.

    What is revoked before it left is no news to anybody.
    """
    return store.waiting(connection, ids) if verb is Verb.CORRECT else []


def _send(
    node: Node, connection: sa.Connection, left: Iterable[Left]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Queue for each audience the new versions of what it got; return what goes, and what stays with the reason."""
    got: dict[Audience, list[str]] = {}
    for each in left:
        got.setdefault(each.audience, []).append(each.stix_id)
    queued: list[dict[str, object]] = []
    withheld: list[dict[str, object]] = []
    for audience, ids in got.items():
        try:
            report = share_within(node, connection, ids, audience, lane="urgent")
        except CallerError as error:
            # Nothing goes to a partner that is trusted no longer; the notice waits for it all the same.
            withheld.append({"audience": str(audience), "count": len(ids), **error.reason.as_json()})
            continue
        if report.released:
            queued.append({"audience": str(audience), "count": report.released})
        withheld.extend(
            {
                "audience": str(audience),
                "count": count,
                "rule": report.rules[code],
                "example": report.examples[code],
                **report.reasons[code].as_json(),
            }
            for code, count in report.withheld.most_common()
        )
    return queued, withheld


def _to_millis(moment: datetime) -> datetime:
    return from_micros(to_micros(moment) // 1000 * 1000)
