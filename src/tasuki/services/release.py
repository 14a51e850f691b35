# SPDX-License-Identifier: MIT
"""Release: mark, explain, share, recall; and what the sealer asks before anything leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import orjson
import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError, InputError
from tasuki.base.ids import Audience, StixId
from tasuki.base.limits import MAX_BATCH_OBJECTS
from tasuki.base.reasons import Reason
from tasuki.base.time import format_rfc3339
from tasuki.base.verdict import Verdict
from tasuki.core.channel.model import Arrival, Disposition
from tasuki.core.holdings.model import Holding, State
from tasuki.core.ledger.model import AUDIT, SALT_BYTES
from tasuki.core.markings.labels import LEVELS, label_to_json
from tasuki.core.markings.lattice import WIDEST, caveat, meet
from tasuki.core.markings.model import Label
from tasuki.core.release.reasons import NOT_HELD, OTHERS_MATERIAL, UNKNOWN_READER
from tasuki.core.release.reasons import UNKNOWN_CAVEAT as UNREADABLE_CAVEAT
from tasuki.core.release.released import Candidate, Released, release_objects
from tasuki.services.node import Node
from tasuki.services.settling import settle
from tasuki.services.signals import ARRIVED, OUTBOX
from tasuki.store import channel, holdings, ledger
from tasuki.store import release as store

_SHOWN: Final = 20


@dataclass(slots=True, kw_only=True)
class ShareReport:
    """What a share let go and what it kept.

    Attributes:
        withheld: how many, by rule and reason.
        examples: for each reason one id it kept.
    """

    audience: Audience
    released: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Reason] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def keep(self, stix_id: str, verdict: Verdict) -> None:
        """Note one id that stays."""
        code = verdict.reason.code
        self.withheld[code] += 1
        self.reasons.setdefault(code, verdict.reason)
        self.examples.setdefault(code, stix_id)

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        return {
            "audience": str(self.audience),
            "released": self.released,
            "withheld": sum(self.withheld.values()),
            "why": [
                {"count": count, "example": self.examples[code], **self.reasons[code].as_json()}
                for code, count in self.withheld.most_common()
            ],
        }


def check_audience(node: Node, audience: Audience) -> None:
    """Refuse an audience the profile does not have.

    Raises:
        CallerError: names what was found.
    """
    rules = node.gate.rules
    if audience not in rules.readers:
        raise CallerError(UNKNOWN_READER.because(profile=node.profile.id, reader=str(audience)))


def share(node: Node, stix_ids: Sequence[str], audience: Audience, *, lane: str = "bulk") -> ShareReport:
    """Put to the gate what is held of these ids, and queue what may go; what stays is listed with the reason.

    Raises:
        CallerError: the audience is not in the profile, or is this node's own participant.
    """
    check_audience(node, audience)
    report = ShareReport(audience=audience)
    for start in range(0, len(stix_ids), MAX_BATCH_OBJECTS):
        part = stix_ids[start : start + MAX_BATCH_OBJECTS]
        node.database.write(partial(_share_part, node, part, report, lane))
    node.signals.raise_(OUTBOX)
    return report


def share_within(
    node: Node, connection: sa.Connection, stix_ids: Sequence[str], audience: Audience, *, lane: str
) -> ShareReport:
    """Share a few ids within the transaction of the act that made them; the act wakes the sealers once it is durable.

    Raises:
        CallerError: the audience is not in the profile.
    """
    check_audience(node, audience)
    report = ShareReport(audience=audience)
    _share_part(node, stix_ids, report, lane, connection)
    return report


def share_all(node: Node, audience: Audience, *, lane: str = "bulk") -> ShareReport:
    """Share everything of our own that may go and has not gone to this audience yet.

    Raises:
        CallerError: the audience is not in the profile.
    """
    check_audience(node, audience)
    report = ShareReport(audience=audience)
    cursor = 0
    while True:
        with node.database.read() as connection:
            rows = holdings.live_positions(connection, ["local"], cursor, MAX_BATCH_OBJECTS)
        if not rows:
            break
        cursor = rows[-1][0]
        ids = [stix_id for _, stix_id in rows]
        node.database.write(partial(_share_part, node, ids, report, lane))
        node.signals.raise_(OUTBOX)
    return report


def _share_part(node: Node, stix_ids: Sequence[str], report: ShareReport, lane: str, connection: sa.Connection) -> None:
    """Decide on one batch and queue what may go, in one transaction with its audit leaf."""
    audience = report.audience
    newest = _newest(connection, stix_ids)
    labels = store.closures(connection, list(newest))
    going: list[int] = []
    kept: Counter[str] = Counter()
    for stix_id in dict.fromkeys(stix_ids):
        verdict = _verdict(node, connection, stix_id, newest, labels, audience)
        if verdict.allowed:
            going.append(newest[stix_id].position)
        else:
            report.keep(stix_id, verdict)
            kept[verdict.reason.code] += 1
    sent = store.already_sent(connection, str(audience), going)
    fresh = [position for position in going if position not in sent]
    now = node.clock.now()
    if fresh:
        body = canonical({"positions": fresh, "audience": str(audience)})
        channel.enqueue(connection, partner=audience.participant, lane=lane, kind="objects", body=body, at=now)
        store.note_sent(connection, str(audience), fresh)
    report.released += len(going)
    detail: dict[str, Json] = {
        "audience": str(audience),
        "lane": lane,
        "released": len(going),
        "withheld": dict(kept),
        "rules": node.gate.rules.digest,
    }
    ledger.append(connection, AUDIT, "release:objects:share", detail, now, node.entropy.draw(SALT_BYTES))


def _newest(connection: sa.Connection, stix_ids: Iterable[str]) -> dict[str, Holding]:
    """Return the holding that would go: our own before anybody else's, the newest version."""
    found: dict[str, Holding] = {}
    for holding in holdings.latest(connection, stix_ids):
        best = found.get(holding.stix_id)
        if best is None or (holding.version, holding.source == "local") > (best.version, best.source == "local"):
            found[holding.stix_id] = holding
    return found


def _verdict(
    node: Node,
    connection: sa.Connection,
    stix_id: str,
    newest: dict[str, Holding],
    labels: dict[str, tuple[int, int]],
    audience: Audience,
) -> Verdict:
    if stix_id not in newest or stix_id not in labels:
        reason = NOT_HELD.because(stix_id=stix_id)
        return Verdict(allowed=False, rule="R0", reason=reason, rules_digest=node.gate.rules.digest)
    number = labels[stix_id][1]
    return node.gate.verdict(number, node.labels.label(connection, number), audience)


def release_positions(node: Node, positions: Sequence[int], audience: Audience) -> Released:
    """Return what of these holdings may leave for an audience now; the rest is left out and audited by the sealer."""
    with node.database.read() as connection:
        bodies = holdings.sealed(connection, positions)
        labels = store.closures(connection, [each.stix_id for each in bodies])
        handling = holdings.handling_bodies(connection, [each.handling for each in bodies])
        candidates = [
            Candidate(
                stix_id=each.stix_id,
                raw=node.vault.open(each.ciphertext, each.wrapped, each.digest),
                own=node.labels.label(connection, each.own_label),
                closure=node.labels.label(connection, labels[each.stix_id][1]),
                closure_number=labels[each.stix_id][1],
                handling=orjson.loads(handling[each.handling]),
                originator=each.originator,
            )
            for each in bodies
            if each.stix_id in labels
        ]
    released, _ = release_objects(candidates, audience, node.gate.verdict, node.gate.rules.digest)
    return released


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an object may or may not go to an audience.

    Attributes:
        narrowed_by: objects it refers to whose own label forbids it, each with the verdict.
    """

    stix_id: str
    audience: Audience
    verdict: Verdict
    own: Label
    closure: Label
    narrowed_by: tuple[tuple[str, Verdict], ...]

    def as_json(self) -> dict[str, object]:
        """Return the explanation for machines."""
        return {
            "id": self.stix_id,
            "audience": str(self.audience),
            "allowed": self.verdict.allowed,
            "rule": self.verdict.rule,
            "rules_digest": self.verdict.rules_digest,
            "own": label_to_json(self.own),
            "closure": label_to_json(self.closure),
            "narrowed_by": [{"id": each, "rule": v.rule, **v.reason.as_json()} for each, v in self.narrowed_by],
            **self.verdict.reason.as_json(),
        }


def explain(node: Node, stix_id: str, audience: Audience) -> Explanation:
    """Say whether an object may go to an audience, by which rule, and what it refers to that forbids it.

    Raises:
        InputError: it is not held.
    """
    with node.database.read() as connection:
        labels = store.closures(connection, [stix_id])
        if stix_id not in labels:
            raise InputError(NOT_HELD.because(stix_id=stix_id))
        own, closure = (node.labels.label(connection, number) for number in labels[stix_id])
        verdict = node.gate.verdict(labels[stix_id][1], closure, audience)
        causes = () if verdict.allowed else tuple(_causes(node, connection, stix_id, audience))
    return Explanation(
        stix_id=stix_id, audience=audience, verdict=verdict, own=own, closure=closure, narrowed_by=causes
    )


def _causes(node: Node, connection: sa.Connection, stix_id: str, audience: Audience) -> Iterable[tuple[str, Verdict]]:
    for name, number in store.reachable(connection, stix_id):
        if number is None:
            yield name, _denied(node, NOT_HELD.because(stix_id=name))
            continue
        verdict = node.gate.verdict(number, node.labels.label(connection, number), audience)
        if not verdict.allowed:
            yield name, verdict


def _denied(node: Node, reason: Reason) -> Verdict:
    return Verdict(allowed=False, rule="R3", reason=reason, rules_digest=node.gate.rules.digest)


def mark(node: Node, stix_ids: Sequence[str], *, level: str | None, audiences: Sequence[str] = ()) -> int:
    """Mark holdings: unmarked material of ours gets its TLP, anything may be narrowed; nothing is widened.

    Returns:
        How many holdings were marked.

    Raises:
        CallerError: an audience that cannot be read, or material of others that would be widened.
        InputError: an id is not held.
    """
    narrowing = _narrowing(level, audiences)

    def work(connection: sa.Connection) -> int:
        newest = {each: holdings.latest(connection, [each]) for each in stix_ids}
        for stix_id, found in newest.items():
            if not found:
                raise InputError(NOT_HELD.because(stix_id=stix_id))
        done = 0
        for stix_id, found in newest.items():
            done += sum(_mark_one(node, connection, stix_id, holding, narrowing, level) for holding in found)
        settle(node, connection, newest)
        detail: dict[str, Json] = {"count": done, "tlp": level, "audiences": list(audiences)}
        ledger.append(
            connection, AUDIT, "release:holding:mark", detail, node.clock.now(), node.entropy.draw(SALT_BYTES)
        )
        return done

    return node.database.write(work)


def _narrowing(level: str | None, audiences: Sequence[str]) -> Label:
    label = (
        WIDEST
        if level is None
        else Label(tlp=LEVELS[level], releasable_to=None, originators=frozenset(), blocked=frozenset())
    )
    if not audiences:
        return label
    allowed = caveat(audiences)
    if allowed is None:
        raise CallerError(UNREADABLE_CAVEAT.because())
    return meet(label, Label(tlp=label.tlp, releasable_to=allowed, originators=frozenset(), blocked=frozenset()))


def _mark_one(
    node: Node, connection: sa.Connection, stix_id: str, holding: Holding, narrowing: Label, level: str | None
) -> int:
    body = holdings.sealed(connection, [holding.position])[0]
    own = node.labels.label(connection, body.own_label)
    if own.tlp is None and level is not None:
        if holding.originator != node.me.participant:
            raise CallerError(OTHERS_MATERIAL.because(stix_id=stix_id, originator=holding.originator))
        own = Label(
            tlp=LEVELS[level], releasable_to=own.releasable_to, originators=own.originators, blocked=own.blocked
        )
    number = node.labels.number(connection, meet(own, narrowing))
    holdings.set_own_label(connection, [holding.position], number)
    return 1


def recall(node: Node, stix_ids: Sequence[str], *, why: str) -> dict[str, object]:
    """Recall what should not have been sent: it leaves use here, and every partner who got it is asked to stop.

    Raises:
        InputError: an id was never held here as our own.
    """

    def work(connection: sa.Connection) -> dict[str, object]:
        for stix_id in stix_ids:
            if not any(each.source == "local" for each in holdings.history(connection, stix_id)):
                raise InputError(NOT_HELD.because(stix_id=stix_id))
        partners = store.recipients(connection, stix_ids)
        now = node.clock.now()
        done = holdings.set_state(connection, "local", stix_ids, State.RECALLED)
        holdings.bury(connection, "local", stix_ids, now)
        settle(node, connection, stix_ids)
        message = canonical({"ids": list(stix_ids), "reason": why, "at": format_rfc3339(now)})
        for partner in partners:
            channel.enqueue(connection, partner=partner, lane="urgent", kind="recall", body=message, at=now)
        detail: dict[str, Json] = {"ids": list(stix_ids), "partners": list(partners), "why": why}
        ledger.append(connection, AUDIT, "release:objects:recall", detail, now, node.entropy.draw(SALT_BYTES))
        return {"recalled": done, "partners": list(partners)}

    answer = node.database.write(work)
    node.signals.raise_(OUTBOX)
    node.signals.raise_(ARRIVED)
    return answer


def prepare_recall(node: Node, arrival: Arrival) -> Callable[[sa.Connection], Disposition]:
    """Read a recall; the function returned takes what its sender gave us out of use and queues the attestation.

    Raises:
        InputError: the message is not a recall.
    """
    message = orjson.loads(arrival.payload)
    ids = message.get("ids") if isinstance(message, dict) else None
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise InputError(NOT_HELD.because(stix_id="?"))

    def apply(connection: sa.Connection) -> Disposition:
        counts = _take_out_of_use(node, connection, arrival, [StixId(each) for each in ids])
        return Disposition(status="stored", reason=None, counts=counts)

    return apply


def _take_out_of_use(node: Node, connection: sa.Connection, arrival: Arrival, ids: Sequence[StixId]) -> dict[str, int]:
    """Recall holdings of the sender only; what it never sent waits as a tombstone."""
    now = node.clock.now()
    stopped = holdings.set_state(connection, arrival.partner, ids, State.RECALLED)
    holdings.bury(connection, arrival.partner, ids, now)
    settle(node, connection, ids)
    counts = {"use-stopped": stopped, "never-held": max(0, len(set(ids)) - stopped)}
    statement = "Use of the recalled material has been stopped at this node."
    body: dict[str, Json] = {
        "recall": arrival.env_id,
        "counts": dict(counts),
        "statement": statement,
        "at": format_rfc3339(now),
    }
    channel.enqueue(
        connection, partner=arrival.partner, lane="urgent", kind="attestation", body=canonical(body), at=now
    )
    detail: dict[str, Json] = {"env_id": arrival.env_id, "counts": dict(counts)}
    ledger.append(connection, AUDIT, "release:recall:received", detail, now, node.entropy.draw(SALT_BYTES))
    return counts
