# SPDX-License-Identifier: MIT
"""The guard before the exchange face: nobody gets past it without the certificate of a trusted partner."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tasuki.base.reasons import Reason
from tasuki.faces.exchange.peer import certificate
from tasuki.faces.exchange.reasons import STRANGER
from tasuki.faces.http.kit import BYTES
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import channel, partners
from tasuki.services.node import Node

PARTNER: Final = "tasuki.partner"
"""Where the guard puts the partner's anchor into the scope of each request."""

_FORBIDDEN = 403


class Guard:
    """Asks for every request, not only at the handshake: a partner may end while it is connected."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        """Stand before `app`."""
        self._app = app
        self._node = node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or refuse it unread."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        shown = certificate(Request(scope))
        trusted = await run_in_threadpool(partners.certificates, self._node)
        anchor = trusted.get(shown)
        if anchor is None:
            await refused(self._node, STRANGER.because(), _FORBIDDEN)(scope, receive, send)
            return
        scope[PARTNER] = anchor
        await self._app(scope, receive, send)


def partner(request: Request) -> Anchor:
    """Return the anchor of the partner who asks."""
    anchor: Anchor = request.scope[PARTNER]
    return anchor


def refusal(request: Request, reason: Reason, status: int) -> Response:
    """Return a refusal to a request, as the gate lets it go to anybody."""
    return refused(request.app.state.node, reason, status)


def refused(node: Node, reason: Reason, status: int) -> Response:
    """Return a refusal: an unsigned notice, which the gate lets go to anybody."""
    return Response(channel.refusal(node, reason).body, status_code=status, media_type=BYTES)
