# SPDX-License-Identifier: MIT
"""Partners for programs of this node: anchors out and in, fingerprints compared."""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec

from tasuki.base.errors import CallerError
from tasuki.core.release.released import Released
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.faces.http.reasons import BAD_REQUEST
from tasuki.services import partners
from tasuki.services.node import Node


class Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A partner's anchor file, base64; with it, if people compared already, what they read and who they are."""

    anchor: str
    compared: str | None = None
    by: tuple[str, ...] = ()


class Compared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fingerprint two people compared."""

    partner: str
    compared: str
    by: tuple[str, ...]


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which partner."""

    partner: str


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether it is for a partner of the previous release, which knows no trust metadata."""

    previous: bool = False


def _own(node: Node, question: Which) -> partners.OwnAnchor:
    return partners.own_anchor(node, previous=question.previous)


def _file(node: Node, _question: Nothing) -> Released:
    return partners.export_anchor(node)


def _add(node: Node, question: Added) -> partners.PartnerView:
    try:
        raw = base64.b64decode(question.anchor, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CallerError(BAD_REQUEST.because(detail="anchor is not base64")) from error
    added = partners.add(node, raw)
    if question.compared is None:
        return added
    return partners.compare(node, added.partner, question.compared, question.by)


def _list(node: Node, _question: Nothing) -> list[partners.PartnerView]:
    return partners.partners(node)


def _one(node: Node, question: One) -> partners.PartnerView:
    return partners.view(node, question.partner)


def _compare(node: Node, question: Compared) -> partners.PartnerView:
    return partners.compare(node, question.partner, question.compared, question.by)


ROUTES: Final = (
    get("/v1/partners", Nothing, _list),
    post("/v1/partners", Added, _add),
    get("/v1/partners/anchor", Which, _own),
    get("/v1/partners/anchor/file", Nothing, _file),
    get("/v1/partners/{partner}", One, _one),
    post("/v1/partners/{partner}/compare", Compared, _compare),
)
