# SPDX-License-Identifier: MIT
"""Where partners ask whether this node is up; they learn nothing more."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.faces.exchange.answers import give
from tasuki.faces.exchange.guard import partner
from tasuki.services import health


async def up(request: Request) -> Response:
    """Say that the node is up, and its time; the body of the question is not read."""
    return give(request, await run_in_threadpool(health.sign_of_life, request.app.state.node, partner(request)))


ROUTES: Final = (Route(health.PATH, up, methods=["GET", "POST"]),)
