# SPDX-License-Identifier: MIT
"""Withdrawal for programs of this node: revoke, recall, narrow, correct, and what became of it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from tasuki.faces.http.kit import get, post
from tasuki.services import withdrawal
from tasuki.services.node import Node

MOST: Final = 10_000
"""Ids in one question, notices in one answer."""

Ids = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST)]


class Withdrawn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to revoke or recall, and why."""

    ids: Ids
    why: str


class Narrowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to narrow, to what, and why."""

    ids: Ids
    why: str
    tlp: Literal["clear", "green", "amber", "amber+strict", "red"] | None = None
    releasable_to: tuple[str, ...] = ()


class Corrected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to correct, why, and the new version.

    Attributes:
        object: the text of the new version; its bytes in UTF-8 are what is held and sent.
    """

    stix_id: str
    object: str
    why: str


class Newest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many notices to show, each way."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 20


def _revoke(node: Node, question: Withdrawn) -> dict[str, object]:
    return withdrawal.revoke(node, question.ids, why=question.why)


def _recall(node: Node, question: Withdrawn) -> dict[str, object]:
    return withdrawal.recall(node, question.ids, why=question.why)


def _narrow(node: Node, question: Narrowed) -> dict[str, object]:
    return withdrawal.narrow(node, question.ids, level=question.tlp, audiences=question.releasable_to, why=question.why)


def _correct(node: Node, question: Corrected) -> dict[str, object]:
    return withdrawal.correct(node, question.stix_id, question.object.encode(), why=question.why)


def _list(node: Node, question: Newest) -> object:
    return withdrawal.withdrawals(node, limit=question.limit)


ROUTES: Final = (
    post("/v1/withdrawal/revoke", Withdrawn, _revoke),
    post("/v1/withdrawal/recall", Withdrawn, _recall),
    post("/v1/withdrawal/narrow", Narrowed, _narrow),
    post("/v1/withdrawal/correct/{stix_id}", Corrected, _correct),
    get("/v1/withdrawal", Newest, _list),
)
