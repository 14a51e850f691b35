# SPDX-License-Identifier: MIT
"""The logs for programs of this node: sizes and leaves, evidence, audits, and tiles for others to read."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from tasuki.base.errors import CallerError
from tasuki.base.ids import ParticipantId, participant
from tasuki.core.release.released import Released
from tasuki.faces.http.kit import get, post
from tasuki.faces.http.reasons import BAD_REQUEST
from tasuki.services import ledger
from tasuki.services.node import Node

MOST: Final = 1000
"""Leaves and checkpoints in one answer."""


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which logs to show: that with one partner, the private audit log (`audit`), or all; and how much of each."""

    partner: str | None = None
    audit: bool = False
    limit: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 10


class With(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log with which partner; all logs where nobody is named."""

    partner: str | None = None


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Evidence about which envelope; `open` lets the leaf's content go with it."""

    partner: str
    env_id: str
    open: bool = False


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log with which partner; the period behind `start` leaves of it, else the newest that was cosigned."""

    partner: str
    start: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Tile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which tile of the period behind `start` leaves of the log with a partner, as it was with so many leaves."""

    partner: str
    size: Annotated[int, msgspec.Meta(ge=1)]
    tile: str
    start: Annotated[int, msgspec.Meta(ge=0)] = 0


def _show(node: Node, question: Which) -> list[ledger.LogView]:
    return ledger.show(node, partner=question.partner, audit_log=question.audit, limit=question.limit)


def _evidence(node: Node, question: About) -> Released:
    return ledger.export_evidence(node, _partner(question.partner), question.env_id, opened=question.open)


def _audit(node: Node, question: With) -> list[dict[str, object]]:
    return [each.as_json() for each in ledger.examine(node, question.partner)]


def _checkpoint(node: Node, question: Export) -> Released:
    return ledger.export_checkpoint(node, _partner(question.partner), question.start)


def _tile(node: Node, question: Tile) -> Released:
    return ledger.export_tile(node, _partner(question.partner), question.size, question.tile, start=question.start)


def _partner(named: str) -> ParticipantId:
    try:
        return participant(named)
    except ValueError as error:
        raise CallerError(BAD_REQUEST.because(detail=str(error))) from error


ROUTES: Final = (
    get("/v1/ledger", Which, _show),
    post("/v1/ledger/evidence", About, _evidence),
    post("/v1/ledger/audit", With, _audit),
    post("/v1/ledger/export", Export, _checkpoint),
    get("/v1/ledger/tile", Tile, _tile),
)
