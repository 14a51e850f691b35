# SPDX-License-Identifier: MIT
"""AAA's material at BBB, which CCC may only have with AAA's consent; people to act in twos; words nobody checked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson

from making_release import BBB, CCC, Three, indicator, take_in, uid
from tasuki.base.canonical import canonical
from tasuki.base.ids import Audience
from tasuki.core.persons.model import Principal
from tasuki.services import consent, release
from tasuki.services.node import Node
from tasuki.store import channel
from tasuki.store import consent as store

ONE = uid("indicator", 1)


def person(node: Node, name: str) -> Principal:
    """Return somebody of the desk that runs a node."""
    return Principal(Audience.parse(f"{node.home}@{name}"), name)


def give(three: Three, *objects: dict[str, Any]) -> None:
    """Let AAA make objects, by default one AMBER indicator, and share them with BBB."""
    made = objects or (indicator(1, "amber"),)
    take_in(three.aaa, *made)
    report = release.share(three.aaa, [each["id"] for each in made], BBB)
    assert not report.withheld
    three.carry()


def ask(three: Three, *ids: str, to: Audience = CCC, days: int = 3, node: Node | None = None) -> list[consent.Shown]:
    """Let BBB ask whether something may go on, and let the request arrive."""
    until = three.hands.now + timedelta(days=days)
    asking = consent.Asking(ids=ids or (ONE,), to=to, until=until, why="They see it too.")
    made = consent.ask(node or three.bbb, asking)
    three.carry()
    return made


def grant(three: Three, request: str) -> None:
    """Let AAA consent, and let the answer arrive."""
    consent.grant(three.aaa, request, why="For their defence.")
    three.carry()


def rule(node: Node, stix_id: str = ONE, to: Audience = CCC) -> str:
    """Return the rule by which something may go to somebody or not."""
    return release.explain(node, stix_id, to).verdict.rule


def message_of(node: Node, request: str) -> dict[str, Any]:
    """Return the notice of a request as it is kept."""
    with node.database.read() as connection:
        (row,) = store.request(connection, request)
    return orjson.loads(row.body)


def say(three: Three, node: Node, partner: str, kind: str, message: dict[str, Any]) -> None:
    """Let a node say anything that has the form of a notice, whatever its own services would have said."""
    body = canonical(message)
    node.database.write(
        lambda c: channel.enqueue(c, partner=partner, lane="urgent", kind=kind, body=body, at=three.hands.now)
    )
    three.carry()


def answer_to(asked: dict[str, Any], decision: str = "granted", /, **changes: Any) -> dict[str, Any]:
    """Return an answer that repeats a request, or says something else where told to."""
    return {**asked, "reason": "Fine.", "decision": decision, **changes}


def grants(node: Node, *digests: str) -> int:
    """Return how many grants count at a node for versions."""
    with node.database.read() as connection:
        return len(store.grants(connection, digests))
