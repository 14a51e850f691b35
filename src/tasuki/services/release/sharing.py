# SPDX-License-Identifier: MIT
"""Sharing: put to the gate what is held, queue what may go, and say what stays and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from tasuki.base.canonical import Json, canonical
from tasuki.base.errors import CallerError
from tasuki.base.ids import Audience, stix_type
from tasuki.base.limits import MAX_BATCH_OBJECTS
from tasuki.base.reasons import Reason
from tasuki.base.verdict import Verdict
from tasuki.core.channel.model import LANES
from tasuki.core.channel.reasons import UNKNOWN_LANE
from tasuki.services.entries import audit
from tasuki.services.labelling import LOCAL
from tasuki.services.node import Node
from tasuki.services.node.signals import OUTBOX
from tasuki.services.release.weighing import check_audience, not_held, weigh_ids
from tasuki.store import channel, holdings, sending


@dataclass(slots=True, kw_only=True)
class ShareReport:
    """What a share let go and what it kept.

    Attributes:
        released: how many were queued; the sealer asks the gate about each once more.
        already: how many were queued for this audience before, in the version held.
        withheld: how many, by code of the reason.
        rules: the rule that spoke, by code of the reason.
        examples: for each reason one id it kept.
    """

    audience: Audience
    rules_digest: str
    released: int = 0
    already: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Reason] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def keep(self, stix_id: str, verdict: Verdict) -> None:
        """Note one id that stays."""
        code = verdict.reason.code
        self.withheld[code] += 1
        self.reasons.setdefault(code, verdict.reason)
        self.rules.setdefault(code, verdict.rule)
        self.examples.setdefault(code, stix_id)

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        return {
            "audience": str(self.audience),
            "released": self.released,
            "already": self.already,
            "withheld": sum(self.withheld.values()),
            "rules_digest": self.rules_digest,
            "why": [
                {
                    "count": count,
                    "rule": self.rules[code],
                    "example": self.examples[code],
                    **self.reasons[code].as_json(),
                }
                for code, count in self.withheld.most_common()
            ],
        }


def share(node: Node, stix_ids: Sequence[str], audience: Audience, *, lane: str = "bulk") -> ShareReport:
    """Put to the gate what is held of these ids, and queue what may go; what stays is listed with the reason.

    Raises:
        CallerError: the audience or lane does not exist, is this node's own participant, or is not trusted yet.
    """
    report = _begin(node, audience, lane)
    for start in range(0, len(stix_ids), MAX_BATCH_OBJECTS):
        part = stix_ids[start : start + MAX_BATCH_OBJECTS]
        node.database.write(partial(_share_part, node, part, report, lane))
    node.signals.raise_(OUTBOX)
    return report


def share_within(
    node: Node,
    connection: sa.Connection,
    stix_ids: Sequence[str],
    audience: Audience,
    *,
    lane: str,
    again: bool = False,
) -> ShareReport:
    """Share a few ids within the transaction of the act that made them; the act wakes the sealers once it is durable.

    Args:
        node: who shares.
        connection: the transaction of the act.
        stix_ids: what the act made, and what it rests on.
        audience: who gets it.
        lane: on which lane.
        again: queue also what was queued before: it may still wait on a slower lane, behind everything else there.

    Raises:
        CallerError: as `share`.
    """
    report = _begin(node, audience, lane)
    _share_part(node, stix_ids, report, lane, connection, again=again)
    return report


def share_next(
    node: Node, audience: Audience, *, after: int = 0, types: Sequence[str] = (), lane: str = "bulk"
) -> tuple[ShareReport, int | None]:
    """Share the next thousand of our own holdings after a position; return also where to go on, None at the end.

    Raises:
        CallerError: as `share`.
    """
    report = _begin(node, audience, lane)
    with node.database.read() as connection:
        rows = holdings.live_positions(connection, [LOCAL], after, MAX_BATCH_OBJECTS)
    ids = [stix_id for _, stix_id in rows if not types or stix_type(stix_id) in types]
    if ids:
        node.database.write(partial(_share_part, node, ids, report, lane))
        node.signals.raise_(OUTBOX)
    return report, rows[-1][0] if len(rows) == MAX_BATCH_OBJECTS else None


def share_all(node: Node, audience: Audience, *, types: Sequence[str] = (), lane: str = "bulk") -> ShareReport:
    """Share everything of our own that may go and has not gone to this audience yet.

    Raises:
        CallerError: as `share`.
    """
    whole = _begin(node, audience, lane)
    after: int | None = 0
    while after is not None:
        report, after = share_next(node, audience, after=after, types=types, lane=lane)
        _add(whole, report)
    return whole


def _begin(node: Node, audience: Audience, lane: str) -> ShareReport:
    check_audience(node, audience)
    if lane not in LANES:
        raise CallerError(UNKNOWN_LANE.because(lane=lane[:60]))
    return ShareReport(audience=audience, rules_digest=node.gate.rules.digest)


def _add(whole: ShareReport, part: ShareReport) -> None:
    whole.released += part.released
    whole.already += part.already
    whole.withheld += part.withheld
    whole.reasons = {**part.reasons, **whole.reasons}
    whole.rules = {**part.rules, **whole.rules}
    whole.examples = {**part.examples, **whole.examples}


def _share_part(
    node: Node,
    stix_ids: Sequence[str],
    report: ShareReport,
    lane: str,
    connection: sa.Connection,
    *,
    again: bool = False,
) -> None:
    """Decide on one batch and queue what may go, in one transaction with its audit leaf."""
    audience = report.audience
    wanted = list(dict.fromkeys(stix_ids))
    held = weigh_ids(node, connection, wanted, audience)
    verdicts = {stix_id: each.verdict for stix_id, each in held.items()}
    verdicts.update(not_held(node, connection, [each for each in wanted if each not in held]))
    kept: Counter[str] = Counter()
    for stix_id in wanted:
        if not verdicts[stix_id].allowed:
            report.keep(stix_id, verdicts[stix_id])
            kept[verdicts[stix_id].reason.code] += 1
    going = sorted(held[each].standing.position for each in wanted if verdicts[each].allowed)
    before = sending.already_sent(connection, str(audience), going)
    fresh = [position for position in going if position not in before]
    now = node.clock.now()
    queued: list[Json] = list(going if again else fresh)
    if queued:
        body = canonical({"positions": queued, "audience": str(audience)})
        channel.enqueue(connection, partner=audience.participant, lane=lane, kind="objects", body=body, at=now)
    if fresh:
        sending.note_sent(connection, str(audience), fresh)
    report.released += len(fresh)
    report.already += len(before)
    detail: dict[str, Json] = {
        "audience": str(audience),
        "lane": lane,
        "released": len(fresh),
        "already": len(before),
        "withheld": dict(kept),
        "rules": node.gate.rules.digest,
    }
    audit(node, connection, "release:objects:share", detail)
