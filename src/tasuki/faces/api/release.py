# SPDX-License-Identifier: MIT
"""Release for programs of this node: mark, explain, share."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from starlette.responses import Response

from tasuki.core.persons.model import Principal
from tasuki.faces.http.kit import JSON, Nothing, get, get_by, post
from tasuki.services import reading, release
from tasuki.services.node import Node

MOST: Final = 10_000
"""Ids in one question."""

Ids = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST)]
Level = Literal["clear", "green", "amber", "amber+strict", "red"]


class Marked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to mark, and how."""

    ids: Ids
    tlp: Level | None = None
    releasable_to: tuple[str, ...] = ()
    pap: str | None = None
    consent_of: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()
    embargo: str | None = None
    ahead: tuple[str, ...] = ()
    until: str | None = None


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an id may go to an audience."""

    stix_id: str
    to: str


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to share with whom."""

    ids: Ids
    to: str
    lane: str = "bulk"


class Next(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Share the next thousand of everything of our own after a position."""

    to: str
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    types: tuple[str, ...] = ()
    lane: str = "bulk"


class Tried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of local rules, to be tried."""

    text: Annotated[str, msgspec.Meta(max_length=1 << 20)]


def _mark(node: Node, question: Marked) -> dict[str, object]:
    besides = release.Besides(
        pap=question.pap,
        consent_of=question.consent_of,
        classifications=question.classifications,
        embargo=question.embargo,
        ahead=question.ahead,
        until=question.until,
    )
    done = release.mark(node, question.ids, level=question.tlp, audiences=question.releasable_to, besides=besides)
    return {"marked": done, "tlp": question.tlp, "releasable_to": question.releasable_to}


def _explain(node: Node, question: Asked, principal: Principal) -> object:
    if principal.is_of(node.home):
        return release.explain(node, question.stix_id, release.audience_of(node, question.to)).as_json()
    answer = reading.explain(node, principal, question.stix_id, question.to)
    return Response(answer.body, media_type=JSON)


def _share(node: Node, question: Shared) -> dict[str, object]:
    return release.share(node, question.ids, release.audience_of(node, question.to), lane=question.lane).as_json()


def _share_next(node: Node, question: Next) -> dict[str, object]:
    report, after = release.share_next(
        node, release.audience_of(node, question.to), after=question.after, types=question.types, lane=question.lane
    )
    return {**report.as_json(), "next": after}


def _rules(node: Node, _question: Nothing) -> dict[str, object]:
    return release.rules(node)


def _try_rules(_node: Node, question: Tried) -> dict[str, object]:
    return release.try_rules(question.text)


ROUTES: Final = (
    get("/v1/release/rules", Nothing, _rules),
    post("/v1/release/rules/try", Tried, _try_rules),
    post("/v1/release/mark", Marked, _mark),
    get_by("/v1/release/explain/{stix_id}", Asked, _explain),
    post("/v1/release/share", Shared, _share),
    post("/v1/release/share-next", Next, _share_next),
)
