# SPDX-License-Identifier: MIT
"""The guard before the exchange face: nobody gets past it without the certificate of a trusted partner."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tasuki.base.reasons import Reason
from tasuki.faces.exchange.peer import certificate
from tasuki.faces.exchange.reasons import STRANGER
from tasuki.faces.http.kit import BYTES
from tasuki.formats.envelope.anchor import Anchor
from tasuki.services import channel, partners
from tasuki.services.node import Node

PARTNER: Final = "tasuki.partner"
"""Where the guard puts the partner's anchor into the scope of each request."""

BODY_S: Final = 300.0
"""Seconds in which the body of a request must have come, however it trickles."""

_FORBIDDEN = 403
_BUSY = 503
_RETRY_S = 5


class Guard:
    """Asks for every request, not only at the handshake: a partner may end while it is connected.

    Each partner has so many places and no more: whoever fills its own with slow requests keeps nobody else waiting.
    """

    def __init__(self, app: ASGIApp, node: Node) -> None:
        """Stand before `app`."""
        self._app = app
        self._node = node
        self._under_way: Counter[str] = Counter()

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
        participant = anchor.name.participant
        if self._under_way[participant] >= self._node.quota.at_once:
            await refused(self._node, channel.busy(_RETRY_S), _BUSY)(scope, receive, send)
            return
        self._under_way[participant] += 1
        try:
            await self._app(scope, _within(receive, BODY_S), send)
        finally:
            self._under_way[participant] -= 1


def _within(receive: Receive, seconds: float) -> Receive:
    """Return what receives a request until its time is up; then it is as if the partner had gone."""
    deadline = asyncio.get_running_loop().time() + seconds

    async def hurried() -> Message:
        try:
            async with asyncio.timeout_at(deadline):
                return await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}

    return hurried


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
