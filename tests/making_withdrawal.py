# SPDX-License-Identifier: MIT
"""What tests of withdrawals look at: who is told, who attested what, what may still be used, what is stored for it."""

from __future__ import annotations

from typing import Any

from making_release import take_in
from tasuki.base.canonical import canonical
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_to_json
from tasuki.services import holdings as showing
from tasuki.services import release, withdrawal
from tasuki.services.node import Node
from tasuki.store import channel, holdings
from tasuki.store import withdrawal as store
from tasuki.store.holdings import HOLDINGS, IDS
from tasuki.store.withdrawal import SOURCE_MARKS, STOPPED


def give(node: Node, to: Audience, *objects: dict[str, Any], lane: str = "bulk") -> None:
    """Take in objects and share them."""
    take_in(node, *objects)
    reported = release.share(node, [each["id"] for each in objects], to, lane=lane)
    assert not reported.withheld


def matches(node: Node, stix_id: str) -> bool:
    """Whether an indicator is matched here."""
    node.matching.catch_up(node)
    return stix_id in node.matching.compiled


def told(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Who is told of how many ids, by partner and verb."""
    return {(each["partner"], each["verb"]): each["ids"] for each in answer["told"]}


def made(node: Node) -> list[tuple[str, str, list[str], dict[str, int] | None]]:
    """Every notice of ours: to whom, the verb, the ids, and what was stated; newest first."""
    return [
        (each.partner, each.verb, each.ids, None if each.attested is None else each.attested.counts)
        for each in withdrawal.withdrawals(node, limit=99).made
    ]


def received(node: Node) -> list[tuple[str, str, list[str], dict[str, int] | None]]:
    """Every notice of partners, as `made`."""
    return [
        (each.partner, each.verb, each.ids, None if each.attested is None else each.attested.counts)
        for each in withdrawal.withdrawals(node, limit=99).received
    ]


def say(node: Node, partner: str, kind: str, **message: Any) -> None:
    """Queue a notice as a node would that heeds no rule of what it may say."""
    body = canonical({"reason": "We say so.", "at": "2026-03-01T12:00:00.000Z", **message})
    node.database.write(
        lambda c: channel.enqueue(c, partner=partner, lane="urgent", kind=kind, body=body, at=node.clock.now())
    )


def bodies(node: Node, stix_id: str) -> list[dict[str, Any] | None]:
    """The bodies held of an id, oldest first; None for one that is shown no longer."""
    return [each.body for each in showing.show(node, stix_id)]


def explained(node: Node, stix_id: str, reader: Audience) -> str:
    """The rule by which an id may or may not go to a reader."""
    return release.explain(node, stix_id, reader).verdict.rule


def remembered(node: Node, source: str) -> dict[str, Any]:
    """Everything that decides what may be done here with what a source gave, in no order of arrival."""
    with node.database.read() as connection:
        rows = connection.execute(HOLDINGS.select().where(HOLDINGS.c.source == source)).all()
        names = dict(connection.execute(IDS.select().with_only_columns(IDS.c.number, IDS.c.stix_id)).all())
        label = node.labels.label
        return {
            "holdings": sorted(
                (names[row.id], row.version, row.state, str(label_to_json(label(connection, row.own_label))))
                for row in rows
            ),
            "marks": sorted(
                (names[row.id], str(label_to_json(label(connection, row.label))))
                for row in connection.execute(SOURCE_MARKS.select().where(SOURCE_MARKS.c.source == source))
            ),
            "stopped": sorted(
                (names[row.id], row.usable_from)
                for row in connection.execute(STOPPED.select().where(STOPPED.c.source == source))
            ),
            "buried": sorted(
                connection.execute(
                    holdings.TOMBSTONES.select()
                    .where(holdings.TOMBSTONES.c.source == source)
                    .with_only_columns(holdings.TOMBSTONES.c.stix_id)
                ).scalars()
            ),
            "held": store.held_of(connection, source, sorted(names.values())),
        }
