# SPDX-License-Identifier: MIT
"""The application of the local API, and the table of everything it can be asked."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from tasuki.faces.api import (
    assistance,
    backup,
    bundle,
    channel,
    consent,
    detection,
    health,
    hold,
    holdings,
    ledger,
    marking,
    partners,
    persons,
    reconciliation,
    release,
    tearline,
    trust,
    withdrawal,
)
from tasuki.faces.api.admission import Admission
from tasuki.faces.api.closure import Closure
from tasuki.faces.http.kit import HANDLERS
from tasuki.services.node import Node

ROUTES: Final[tuple[Route, ...]] = (
    *assistance.ROUTES,
    *backup.ROUTES,
    *bundle.ROUTES,
    *channel.ROUTES,
    *consent.ROUTES,
    *detection.ROUTES,
    *health.ROUTES,
    *hold.ROUTES,
    *holdings.ROUTES,
    *ledger.ROUTES,
    *marking.ROUTES,
    *partners.ROUTES,
    *persons.ROUTES,
    *reconciliation.ROUTES,
    *release.ROUTES,
    *tearline.ROUTES,
    *trust.ROUTES,
    *withdrawal.ROUTES,
)
"""Everything the node's own people and programs may ask."""


def api_app(node: Node) -> Starlette:
    """Return the local API of a node."""
    reception = Middleware(Admission, routes=ROUTES)
    closure = Middleware(Closure, routes=ROUTES)
    app = Starlette(routes=[*ROUTES], middleware=[reception, closure], exception_handlers=HANDLERS)
    app.state.node = node
    return app
