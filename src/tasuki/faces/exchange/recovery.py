# SPDX-License-Identifier: MIT
"""Where a partner that was restored asks what this node knows of it."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.core.recovery.messages import MAX_QUESTION_BYTES
from tasuki.faces.exchange.answers import give
from tasuki.faces.exchange.guard import partner
from tasuki.faces.http.kit import bounded
from tasuki.services import recovery


async def recover(request: Request) -> Response:
    """Give a partner back what is its own; 200 says only that the body is an answer or a notice.

    Source: docs/spec/recover.md.
    """
    body = await bounded(request, MAX_QUESTION_BYTES)
    return give(request, await run_in_threadpool(recovery.answer, request.app.state.node, partner(request), body))


ROUTES: Final = (Route(recovery.PATH, recover, methods=["POST"]),)
