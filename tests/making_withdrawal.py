# SPDX-License-Identifier: MIT
"""What tests of withdrawals look at: who is told, who attested what, what may still be used, what is stored for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from making_release import raw_of, take_in
from tasuki.base.canonical import canonical
from tasuki.base.ids import Audience, NodeName, uuid7
from tasuki.core.channel.model import Arrival, Disposition
from tasuki.core.holdings.handling import BASES, handling_to_json
from tasuki.core.markings.labels import label_to_json
from tasuki.formats.envelope.objects import ObjectPart, write_objects
from tasuki.services import holdings as showing
from tasuki.services import release, withdrawal
from tasuki.services.channel.accepting import HANDLERS
from tasuki.services.node import Node
from tasuki.store import channel, holdings
from tasuki.store import withdrawal as store
from tasuki.store.holdings import HOLDINGS


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


def remembered(node: Node, source: str, stix_id: str) -> dict[str, Any]:
    """Everything that decides what may be done here with what a source gave of an id, in no order of arrival."""
    with node.database.read() as connection:
        number = holdings.numbers(connection, [stix_id]).get(stix_id, 0)
        rows = connection.execute(HOLDINGS.select().where(HOLDINGS.c.id == number, HOLDINGS.c.source == source)).all()
        said = {n: label_to_json(node.labels.label(connection, n)) for n in {row.own_label for row in rows}}
        marks = store.source_marks(connection, source, [number])
        return {
            "holdings": sorted((row.version, row.state) for row in rows),
            # What is out of use has a label still, by which nobody decides any more.
            "labels": sorted((row.version, str(said[row.own_label])) for row in rows if row.state == "held"),
            "mark": [label_to_json(node.labels.label(connection, each)) for each in marks.values()],
            "usable from": list(store.usable_from(connection, source, [number]).values()),
            "buried": bool(holdings.tombstoned(connection, source, [stix_id])),
            "matched": matches(node, stix_id),
        }


def arrive(node: Node, partner: str, kind: str, payload: bytes) -> Disposition:
    """Let something a partner sent take effect, as if its envelope had just been accepted."""
    name = NodeName.parse(f"{partner}/{partner.lower()}-1")
    arrival = Arrival(
        env_id=uuid7(node.clock.now(), node.entropy.draw(10)),
        partner=name.participant,
        sender=name,
        lane="urgent",
        type=kind,
        in_reply_to=None,
        created=node.clock.now(),
        payload=payload,
    )
    return node.database.write(HANDLERS[kind](node, arrival))


def arrive_notice(node: Node, partner: str, kind: str, ids: Sequence[str], **message: Any) -> Disposition:
    """Let a notice of a partner take effect."""
    said = {"ids": list(ids), "reason": "We say so.", "at": "2026-03-01T12:00:00.000Z", **message}
    return arrive(node, partner, kind, canonical(said))


def arrive_objects(node: Node, partner: str, *objects: dict[str, Any]) -> Disposition:
    """Let objects of a partner take effect, each under a manifest that states nothing narrower than CLEAR."""
    entry = {
        "label": {"tlp": "CLEAR", "releasable_to": None, "originators": [partner], "blocked": []},
        "handling": handling_to_json(BASES["own-analysis"]),
        "originator": partner,
        "audience": str(node.home),
    }
    parts = [ObjectPart(entry=entry, body=raw_of(each)) for each in objects]
    return arrive(node, partner, "objects", write_objects(parts))
