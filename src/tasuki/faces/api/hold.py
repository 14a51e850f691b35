# SPDX-License-Identifier: MIT
"""Legal holds for programs of this node."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from tasuki.faces.http.kit import Nothing, get, post
from tasuki.services import hold
from tasuki.services.hold import Sealed
from tasuki.services.node import Node

Ids = Annotated[list[str], msgspec.Meta(min_length=1, max_length=10_000)]


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which ids, who says so, and why."""

    ids: Ids
    by: list[str]
    why: str


def _place(node: Node, question: Holding) -> dict[str, object]:
    return {"sealed": hold.place(node, question.ids, by=question.by, why=question.why)}


def _lift(node: Node, question: Holding) -> dict[str, object]:
    return {"lifted": hold.lift(node, question.ids, by=question.by, why=question.why)}


def _list(node: Node, _question: Nothing) -> list[Sealed]:
    return hold.sealed(node)


ROUTES: Final = (
    get("/v1/holds", Nothing, _list),
    post("/v1/holds", Holding, _place),
    post("/v1/holds/lift", Holding, _lift),
)
