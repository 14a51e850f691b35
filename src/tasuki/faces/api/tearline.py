# SPDX-License-Identifier: MIT
"""Tear-lines for programs of this node: drafted by one person, released or rejected by another."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from tasuki.core.persons.model import Principal
from tasuki.faces.http.kit import get, post_by
from tasuki.services import tearline
from tasuki.services.node import Node

MOST: Final = 10_000
"""Tear-lines in one answer."""

MOST_WORDS: Final = 100
"""Words that are looked for, properties and audiences that are named, in one draft."""

Words = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_WORDS)]


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many tear-lines to list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 20


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which tear-line."""

    number: int


class Drafted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From what, for whom and how marked; `edited` is the object as a person wrote it, `withhold` is never kept."""

    ids: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    to: str
    tlp: str
    why: str
    pap: str | None = None
    releasable_to: Words = ()
    classifications: Words = ()
    personal_data: Literal["yes", "no"] | None = None
    keep: Words | None = None
    withhold: Words = ()
    edited: str | None = None
    replaces: int | None = None


class Decided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which draft is decided on, and why so."""

    number: int
    why: str


def _list(node: Node, question: Which) -> list[tearline.Shown]:
    return tearline.listed(node, limit=question.limit)


def _show(node: Node, question: One) -> tearline.Shown:
    return tearline.show(node, question.number)


def _draft(node: Node, question: Drafted, principal: Principal) -> tearline.Shown:
    marking = tearline.Marking(
        to=question.to,
        tlp=question.tlp,
        pap=question.pap,
        releasable_to=question.releasable_to,
        classifications=question.classifications,
        personal_data=question.personal_data,
    )
    order = tearline.Order(
        ids=question.ids,
        marking=marking,
        why=question.why,
        keep=question.keep,
        withhold=question.withhold,
        edited=None if question.edited is None else question.edited.encode(),
        replaces=question.replaces,
    )
    return tearline.draft(node, principal, order)


def _release(node: Node, question: Decided, principal: Principal) -> tearline.Shown:
    return tearline.release(node, principal, question.number, why=question.why)


def _reject(node: Node, question: Decided, principal: Principal) -> tearline.Shown:
    return tearline.reject(node, principal, question.number, why=question.why)


ROUTES: Final = (
    get("/v1/tearlines", Which, _list),
    post_by("/v1/tearlines", Drafted, _draft),
    post_by("/v1/tearlines/release", Decided, _release),
    post_by("/v1/tearlines/reject", Decided, _reject),
    get("/v1/tearlines/{number}", One, _show),
)
