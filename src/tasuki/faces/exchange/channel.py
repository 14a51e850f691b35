# SPDX-License-Identifier: MIT
"""Where partners put envelopes: one in, its receipt or a notice out."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.faces.exchange.answers import give
from tasuki.faces.exchange.peer import certificate
from tasuki.faces.http.kit import bounded
from tasuki.formats.envelope.envelope import MAX_ENVELOPE_BYTES
from tasuki.services import channel


async def envelopes(request: Request) -> Response:
    """Take in one envelope; 200 says only that the body is a receipt or a notice.

    Source: docs/spec/channel.md, Exchange.
    """
    raw = await bounded(request, MAX_ENVELOPE_BYTES)
    answer = await run_in_threadpool(channel.accept, request.app.state.node, certificate(request), raw)
    return give(request, answer)


ROUTES: Final = (Route(channel.PATH, envelopes, methods=["POST"]),)
