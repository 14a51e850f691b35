# SPDX-License-Identifier: MIT
"""Where partners have their log mirrored and cosigned."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.core.ledger.mirror import MAX_PAGE_BYTES
from tasuki.faces.exchange.answers import give
from tasuki.faces.exchange.guard import partner
from tasuki.faces.http.kit import bounded
from tasuki.services import ledger

MAX_REQUEST_BYTES: Final = 64 << 10
"""A checkpoint with its proof: 63 hashes and some signatures."""


async def add_checkpoint(request: Request) -> Response:
    """Cosign a checkpoint of the partner who asks, or say by the status why not.

    Source: C2SP tlog-witness (add-checkpoint).
    """
    body = await bounded(request, MAX_REQUEST_BYTES)
    reply = await run_in_threadpool(ledger.add_checkpoint, request.app.state.node, partner(request), body)
    return give(request, reply.body, status=reply.status, media=reply.media)


async def mirror(request: Request) -> Response:
    """Take in leaves of the partner's log; 200 says only that the body is the state of the mirror.

    Source: docs/spec/ledger.md, Mirror.
    """
    body = await bounded(request, MAX_PAGE_BYTES)
    state = await run_in_threadpool(ledger.receive_mirror, request.app.state.node, partner(request), body)
    return give(request, state)


ROUTES: Final = (
    Route(ledger.ADD_CHECKPOINT, add_checkpoint, methods=["POST"]),
    Route(ledger.MIRROR, mirror, methods=["POST"]),
)
