# SPDX-License-Identifier: MIT
"""The channel for programs of this node: lanes, envelopes and receipts, and one sync on demand."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from tasuki.core.channel.deciding import DESK
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.services import channel, recovery
from tasuki.services.channel.showing import EnvelopeView, LaneView
from tasuki.services.node import Node

MOST: Final = 1000
"""Envelopes in one answer."""


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which envelopes to list."""

    partner: str | None = None
    lane: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 50


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which envelope."""

    env_id: str


class Deciding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decided on an envelope, and for which office."""

    env_id: str
    decision: str
    office: str = DESK


class With(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With whom to sync; everybody where nobody is named."""

    partner: str | None = None


def _lanes(node: Node, _question: Nothing) -> list[LaneView]:
    return channel.lanes(node)


def _envelopes(node: Node, question: Which) -> list[EnvelopeView]:
    return channel.envelopes(node, partner=question.partner, lane=question.lane, limit=question.limit)


def _envelope(node: Node, question: One) -> EnvelopeView:
    return channel.envelope(node, question.env_id)


def _decide(node: Node, question: Deciding) -> EnvelopeView:
    channel.decide(node, question.env_id, question.decision, question.office)
    return channel.envelope(node, question.env_id)


def _sync(node: Node, question: With) -> dict[str, object]:
    partners = recovery.sync_with(node, question.partner)
    return {"partners": partners, "lanes": channel.lanes(node)}


ROUTES: Final = (
    get("/v1/channel/lanes", Nothing, _lanes),
    get("/v1/channel/envelopes", Which, _envelopes),
    get("/v1/channel/envelopes/{env_id}", One, _envelope),
    post("/v1/channel/envelopes/{env_id}/decide", Deciding, _decide),
    post("/v1/channel/sync", With, _sync),
)
