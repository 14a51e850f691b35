# SPDX-License-Identifier: MIT
"""Where partners give their statements and ask what this node holds of what they exchanged with it."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasuki.faces.exchange.answers import give
from tasuki.faces.exchange.guard import partner
from tasuki.faces.http.kit import bounded
from tasuki.services import reconciliation


async def statement(request: Request) -> Response:
    """Take the partner's statement and give ours; 200 says only that the body is a statement or a notice.

    Source: docs/spec/statement.md, Exchange.
    """
    raw = await bounded(request, reconciliation.MAX_STATEMENT_BYTES)
    node, anchor = request.app.state.node, partner(request)
    return give(request, await run_in_threadpool(reconciliation.answer_statement, node, anchor, raw))


async def compare(request: Request) -> Response:
    """Say what this node holds of the spans asked about; 200 says only that the body is that or a notice.

    Source: docs/spec/statement.md, Comparison.
    """
    raw = await bounded(request, reconciliation.MAX_QUESTION_BYTES)
    node, anchor = request.app.state.node, partner(request)
    return give(request, await run_in_threadpool(reconciliation.answer_comparison, node, anchor, raw))


ROUTES: Final = (
    Route(reconciliation.STATEMENT, statement, methods=["POST"]),
    Route(reconciliation.COMPARE, compare, methods=["POST"]),
)
