# SPDX-License-Identifier: MIT
"""The only place where the exchange face answers: what the gate released for the partner who asks, or a refusal.

What goes wrong inside is nobody's business outside: a partner hears one of four sentences and, where people have to
look, a number under which this node's log says more.
"""

from __future__ import annotations

from typing import Any, Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tasuki.base.errors import CallerError, InputError, TasukiError
from tasuki.base.reasons import Reason
from tasuki.core.release.released import Released
from tasuki.faces.exchange.guard import partner, refusal
from tasuki.faces.exchange.reasons import NO_ROUTE, TROUBLE
from tasuki.faces.http.kit import BYTES, Handler, status_of
from tasuki.faces.http.reasons import TOO_LARGE
from tasuki.services.node import Node

_LOG = structlog.get_logger("tasuki.exchange")
_FAILED = 500


def give(request: Request, released: Released, *, status: int = 200, media: str = BYTES) -> Response:
    """Return the answer to a partner.

    Raises:
        CallerError: it was released to somebody else.
    """
    body = released.bytes_for(partner(request).name.participant)
    return Response(body, status_code=status, headers={"content-type": media})


async def on_error(request: Request, error: Exception) -> Response:
    """Refuse after an error raised on purpose: a request too large is said so, all else is trouble of ours."""
    if isinstance(error, InputError) and error.reason.code == TOO_LARGE.code:
        return refusal(request, error.reason, status_of(error))
    return _trouble(request, error, _FAILED if isinstance(error, CallerError) else _status(error))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Refuse what the router refuses: no such path or method."""
    return refusal(request, NO_ROUTE.because(), error.status_code if isinstance(error, HTTPException) else _FAILED)


async def on_surprise(request: Request, error: Exception) -> Response:
    """Refuse after an error nobody foresaw."""
    return _trouble(request, error, _FAILED)


HANDLERS: Final[dict[Any, Handler]] = {
    TasukiError: on_error,
    HTTPException: on_http_error,
    Exception: on_surprise,
}
"""What the exchange application does with errors."""


def _trouble(request: Request, error: Exception, status: int) -> Response:
    node: Node = request.app.state.node
    incident = node.entropy.draw(6).hex()
    reason: Reason | None = error.reason if isinstance(error, TasukiError) else None
    who = str(partner(request).name)
    if reason is None:
        _LOG.error("exchange.trouble", incident=incident, partner=who, path=request.url.path, exc_info=error)
    else:
        said = reason.sentence()
        _LOG.warning("exchange.trouble", incident=incident, partner=who, reason=reason.code, said=said)
    return refusal(request, TROUBLE.because(incident=incident), status)


def _status(error: Exception) -> int:
    return status_of(error) if isinstance(error, TasukiError) else _FAILED
