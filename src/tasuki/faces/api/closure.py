# SPDX-License-Identifier: MIT
"""The closed door: while the node is closed after a restore, its own people reach what they need to open it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tasuki.base.errors import TasukiError
from tasuki.faces.api.admission import line
from tasuki.faces.http.kit import error_response, status_of
from tasuki.services import closing
from tasuki.services.node import Node

OPEN_WHILE_CLOSED: Final = frozenset(
    {
        "GET /v1/health",
        "GET /v1/health/status",
        "GET /v1/health/alarms",
        "POST /v1/health/doctor",
        "GET /v1/metrics",
        "GET /v1/recovery",
        "POST /v1/recovery/catch-up",
        "POST /v1/recovery/open",
        "POST /v1/backup",
        "POST /v1/backup/key",
        "POST /v1/channel/sync",
        "GET /v1/channel/lanes",
        "GET /v1/ledger",
        "POST /v1/ledger/audit",
        "GET /v1/partners",
        "POST /v1/partners",
        "GET /v1/partners/{partner}",
        "POST /v1/partners/{partner}/compare",
        "GET /v1/persons",
        "POST /v1/persons/remove",
    }
)
"""What shows nothing that is held: how the node stands, its partners, its logs by number, and who is let in."""


class Closure:
    """Stands before the local API, behind the admission."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route]) -> None:
        """Let through to `app`, whose routes are these, in the order in which it tries them."""
        self._app = app
        self._routes = tuple(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer that the node is closed, or hand the request on."""
        if scope["type"] == "http" and not self._is_open_anyway(scope):
            node: Node = scope["app"].state.node
            try:
                await run_in_threadpool(closing.require_open, node)
            except TasukiError as error:
                await error_response(error.reason, status_of(error))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_open_anyway(self, scope: Scope) -> bool:
        route = next((each for each in self._routes if each.matches(scope)[0] is Match.FULL), None)
        return route is not None and line(route) in OPEN_WHILE_CLOSED
