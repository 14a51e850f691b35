# SPDX-License-Identifier: MIT
"""Readers: who would get an object, who would not and why not, and what narrows it for whom."""

from __future__ import annotations

from typing import Final

from tasuki.base.errors import InputError
from tasuki.base.ids import Audience
from tasuki.core.markings.labels import label_to_json
from tasuki.core.markings.model import Label
from tasuki.core.persons.model import Principal
from tasuki.core.release.reasons import NOT_HELD
from tasuki.services.node import Node
from tasuki.services.release.explaining import Explanation, explain_to
from tasuki.services.viewing import View
from tasuki.store import release

_MOST_CAUSES: Final = 5
"""Objects that are named to each reader as what narrows it; `release explain` names more."""


def readers(node: Node, stix_id: str, by: Principal) -> dict[str, object]:
    """Return for every reader of the profile whether an object may go to it now, by which rule and why.

    People are readers where a caveat names them, since nobody else can have what is for named people.

    Args:
        node: whose gate.
        stix_id: which object.
        by: who asks; the home, since why something may not be seen is told to it alone.

    Raises:
        InputError: nothing of the id was ever held that they may see.
    """
    with node.database.read() as connection:
        if not View(node, connection, by).of([stix_id], departed=True):
            raise InputError(NOT_HELD.because(stix_id=stix_id[:300]))
        known = release.closures(connection, [stix_id]).get(stix_id)
        labels = [node.labels.label(connection, number) for number in known or ()]
        audiences = sorted(node.gate.rules.readers | _named(labels))
        explained = explain_to(node, connection, stix_id, audiences, _MOST_CAUSES + 1)
    first = explained[0]
    return {
        "id": stix_id,
        "own": None if first.own is None else label_to_json(first.own),
        "closure": None if first.closure is None else label_to_json(first.closure),
        "rules_digest": first.verdict.rules_digest,
        "readers": [_reader(each) for each in explained],
    }


def _named(labels: list[Label]) -> frozenset[Audience]:
    """Return the people whom caveats name."""
    caveats = [caveat for label in labels for caveat in (label.releasable_to, label.ahead) if caveat is not None]
    return frozenset(each for caveat in caveats for each in caveat if each.person)


def _reader(each: Explanation) -> dict[str, object]:
    causes = [
        {"id": stix_id, "rule": verdict.rule, **verdict.reason.as_json()} for stix_id, verdict in each.narrowed_by
    ]
    return {
        "audience": str(each.audience),
        "allowed": each.verdict.allowed,
        "rule": each.verdict.rule,
        **each.verdict.reason.as_json(),
        "narrowed_by": causes[:_MOST_CAUSES],
        "and_more": len(causes) > _MOST_CAUSES,
    }
