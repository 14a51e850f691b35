# SPDX-License-Identifier: MIT
"""The application partners reach, and the table of everything they may ask."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from tasuki.faces.exchange import channel, health, ledger, reconciliation, recovery, trust
from tasuki.faces.exchange.answers import HANDLERS
from tasuki.faces.exchange.guard import Guard
from tasuki.services.node import Node

ROUTES: Final[tuple[Route, ...]] = (
    *channel.ROUTES,
    *reconciliation.ROUTES,
    *ledger.ROUTES,
    *recovery.ROUTES,
    *trust.ROUTES,
    *health.ROUTES,
)
"""Everything a partner may ask."""


def exchange_app(node: Node) -> ASGIApp:
    """Return the exchange face of a node."""
    app = Starlette(routes=[*ROUTES], exception_handlers=HANDLERS)
    # No path but those of the table answers anything, not even with where else to look.
    app.router.redirect_slashes = False
    app.state.node = node
    return Guard(app, node)
