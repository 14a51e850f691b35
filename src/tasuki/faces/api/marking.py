# SPDX-License-Identifier: MIT
"""The marking workbench for programs of this node: what an object is marked with, and who would get it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from tasuki.core.persons.model import Principal
from tasuki.faces.http.kit import get_by
from tasuki.services import marking
from tasuki.services.node import Node

_LONGEST_SELECTOR: Final = 5000


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose markings, and of which part."""

    stix_id: str
    field: Annotated[str, msgspec.Meta(max_length=_LONGEST_SELECTOR)] | None = None


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose readers."""

    stix_id: str


def _show(node: Node, question: Shown, principal: Principal) -> dict[str, object]:
    return marking.show(node, question.stix_id, principal, question.field)


def _readers(node: Node, question: Asked, principal: Principal) -> dict[str, object]:
    return marking.readers(node, question.stix_id, principal)


ROUTES: Final = (
    get_by("/v1/marking/{stix_id}", Shown, _show),
    get_by("/v1/marking/{stix_id}/readers", Asked, _readers),
)
