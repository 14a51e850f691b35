# SPDX-License-Identifier: MIT
"""Explaining: whether an object may go to somebody, by which rule, why, and which object narrows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import sqlalchemy as sa

from tasuki.base.ids import Audience
from tasuki.base.verdict import Verdict
from tasuki.core.markings.labels import MISSING_REFERENCE, blocking, label_to_json
from tasuki.core.markings.lattice import meet
from tasuki.core.markings.model import Label
from tasuki.services.node import Node
from tasuki.services.release.weighing import Weighed, not_held, weigh_for
from tasuki.store import release as store

MOST_CAUSES: Final = 100
"""Objects named as the cause; where more narrow it, the first hundred are enough to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an object may or may not go to an audience.

    Attributes:
        own: label of the holding that would go; None where nothing is held that could.
        closure: the same with everything it refers to.
        narrowed_by: objects that forbid it, itself or among what it refers to, each with the verdict it causes.
    """

    stix_id: str
    audience: Audience
    verdict: Verdict
    own: Label | None
    closure: Label | None
    narrowed_by: tuple[tuple[str, Verdict], ...]

    def as_json(self) -> dict[str, object]:
        """Return the explanation for machines."""
        return {
            "id": self.stix_id,
            "audience": str(self.audience),
            "allowed": self.verdict.allowed,
            "rule": self.verdict.rule,
            "rules_digest": self.verdict.rules_digest,
            "own": None if self.own is None else label_to_json(self.own),
            "closure": None if self.closure is None else label_to_json(self.closure),
            "narrowed_by": [
                {"id": each, "rule": verdict.rule, **verdict.reason.as_json()} for each, verdict in self.narrowed_by
            ],
            **self.verdict.reason.as_json(),
        }


def explain(node: Node, stix_id: str, audience: Audience) -> Explanation:
    """Say whether an object may go to an audience, by which rule, and what it refers to that forbids it.

    The audience need not be one that can be sent to: the gate has an answer for everybody.
    """
    with node.database.read() as connection:
        (explained,) = explain_to(node, connection, stix_id, [audience])
    return explained


def explain_to(
    node: Node, connection: sa.Connection, stix_id: str, audiences: Sequence[Audience], most: int | None = None
) -> list[Explanation]:
    """Explain an object for each of many, looking up once what is held of it and all it refers to.

    Args:
        node: whose gate.
        connection: a reader's.
        stix_id: which object.
        audiences: for whom.
        most: of the objects that narrow it, how many are named to each; `MOST_CAUSES` unless said.
    """
    weighed = weigh_for(node, connection, stix_id, audiences)
    if not weighed:
        verdict = not_held(node, connection, [stix_id])[stix_id]
        return [
            Explanation(stix_id=stix_id, audience=each, verdict=verdict, own=None, closure=None, narrowed_by=())
            for each in audiences
        ]
    denied = any(_is_the_gates(each.verdict) for each in weighed.values())
    reached = _reached(node, connection, stix_id) if denied else []
    return [_explained(node, weighed[each], each, reached, most or MOST_CAUSES) for each in audiences]


def _explained(node: Node, weighed: Weighed, audience: Audience, reached: Sequence[_Reached], most: int) -> Explanation:
    causes = _causes(node, weighed, audience, reached) if _is_the_gates(weighed.verdict) else iter(())
    return Explanation(
        stix_id=weighed.standing.stix_id,
        audience=audience,
        verdict=weighed.verdict,
        own=weighed.own,
        closure=weighed.closure,
        narrowed_by=tuple(islice(causes, most)),
    )


def _is_the_gates(verdict: Verdict) -> bool:
    """Whether a denial comes from labels: what is absent or not in the profile is narrowed by nothing."""
    return not verdict.allowed and verdict.rule not in ("R0", "R1")


_Reached = tuple[str, int | None, Label]
"""An object of a closure: its id, the number of its own label or None where it is not held, that label."""


def _reached(node: Node, connection: sa.Connection, stix_id: str) -> list[_Reached]:
    missing = blocking(MISSING_REFERENCE)
    return [
        (name, number, missing if number is None else node.labels.label(connection, number))
        for name, number in store.reachable(connection, stix_id)
    ]


def _causes(
    node: Node, weighed: Weighed, audience: Audience, reached: Sequence[_Reached]
) -> Iterator[tuple[str, Verdict]]:
    """Yield what forbids it: each object that does so together with the asked one, or else all that do so together.

    Where the asked one forbids it by itself, of the others only those are named that narrow it further.
    """
    together, adding, found = weighed.own, [], False
    verdicts: dict[int | None, tuple[Verdict, bool]] = {}
    for name, number, label in reached:
        known = verdicts.get(number)
        if known is None:
            both = meet(weighed.own, label)
            known = node.gate.verdict(0, both, audience, weighed.at), both != weighed.own
            verdicts[number] = known
            if known[0].allowed and (narrower := meet(together, label)) != together:
                together = narrower
                adding.append(name)
        verdict, narrows = known
        if not verdict.allowed and (narrows or name == weighed.standing.stix_id):
            found = True
            yield name, verdict
    if not found:
        yield from ((name, weighed.verdict) for name in adding)
