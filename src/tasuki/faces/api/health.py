# SPDX-License-Identifier: MIT
"""Health for programs of this node: state, alarms, checks, metrics."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tasuki.faces.http.kit import Nothing, get, post
from tasuki.services import health
from tasuki.services.node import Node

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def _up(node: Node, _question: Nothing) -> dict[str, object]:
    health.require_ready(node)
    return {"node": str(node.me), "up": True, "alarms": len(health.alarms(node))}


def _status(node: Node, _question: Nothing) -> health.Status:
    return health.status(node)


def _alarms(node: Node, _question: Nothing) -> list[dict[str, object]]:
    return [alarm.as_json() for alarm in health.alarms(node)]


def _doctor(node: Node, _question: Nothing) -> list[dict[str, object]]:
    return [check.as_json() for check in health.doctor(node)]


def _metrics(node: Node, _question: Nothing) -> Response:
    return Response(health.metrics(node), media_type=_TEXT)


ROUTES: Final = (
    get("/v1/health", Nothing, _up),
    get("/v1/health/status", Nothing, _status),
    get("/v1/health/alarms", Nothing, _alarms),
    post("/v1/health/doctor", Nothing, _doctor),
    get("/v1/metrics", Nothing, _metrics),
)
