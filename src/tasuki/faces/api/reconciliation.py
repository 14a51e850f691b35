# SPDX-License-Identifier: MIT
"""Reconciliation for programs of this node: statements exchanged on demand, and what the two sides do not share."""

from __future__ import annotations

from typing import Final

from tasuki.faces.api.channel import With
from tasuki.faces.http.kit import Nothing, get, post
from tasuki.services import reconciliation
from tasuki.services.node import Node
from tasuki.services.reconciliation import ReconciliationView


def _shown(node: Node, _question: Nothing) -> list[ReconciliationView]:
    return reconciliation.reconciliations(node)


def _reconcile(node: Node, question: With) -> list[ReconciliationView]:
    return reconciliation.reconcile(node, question.partner)


ROUTES: Final = (
    get("/v1/channel/reconciliations", Nothing, _shown),
    post("/v1/channel/reconcile", With, _reconcile),
)
