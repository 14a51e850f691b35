# SPDX-License-Identifier: MIT
"""Where partners ask for newer trust metadata of this node."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.base.errors import PeerError
from tasuki.faces.exchange.answers import give
from tasuki.faces.exchange.guard import partner
from tasuki.faces.http.kit import bounded
from tasuki.services import channel, trust

_UNPROCESSABLE = 422


async def newer(request: Request) -> Response:
    """Give what the partner who asks lacks: every root one by one, the newest keys and peers, openings for it alone.

    Source: docs/spec/trust.md section 7.
    """
    body = await bounded(request, trust.MAX_QUESTION_BYTES)
    try:
        answer = await run_in_threadpool(trust.answer, request.app.state.node, partner(request), body)
    except PeerError as error:
        return give(request, channel.refusal(request.app.state.node, error.reason), status=_UNPROCESSABLE)
    return give(request, answer)


ROUTES: Final = (Route(trust.PATH, newer, methods=["POST"]),)
