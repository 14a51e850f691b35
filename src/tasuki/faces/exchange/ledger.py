# SPDX-License-Identifier: MIT
"""Where partners have their log mirrored and cosigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.core.release.released import Released
from tasuki.faces.exchange.guard import partner
from tasuki.faces.http.kit import bounded, respond
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import ledger
from tasuki.services.node import Node

MAX_LOG_BYTES: Final = 16 << 20
"""A page of mirrored leaves, or a checkpoint with its proof."""

Act = Callable[[Node, Anchor, bytes], Released]


def _route(path: str, act: Act) -> Route:
    async def endpoint(request: Request) -> Response:
        body = await bounded(request, MAX_LOG_BYTES)
        return respond(await run_in_threadpool(act, request.app.state.node, partner(request), body))

    return Route(path, endpoint, methods=["POST"])


ROUTES: Final = (
    _route(ledger.ADD_CHECKPOINT, ledger.add_checkpoint),
    _route(ledger.MIRROR, ledger.receive_mirror),
)
