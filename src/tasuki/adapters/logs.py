# SPDX-License-Identifier: MIT
"""Structured logs: one JSON object a line on standard error; they help operators and may be lost."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

LEVELS: Final = ("debug", "info", "warning", "error")

_SECRET: Final = ("secret", "password", "token", "private", "passphrase")
_LONGEST = 500


def configure(level: str) -> None:
    """Write events of `level` and above; called once by the process that serves."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what is called a secret, and cut what is long: content does not belong into a log."""
    for name, value in event.items():
        if any(word in name.lower() for word in _SECRET):
            event[name] = "[hidden]"
        elif isinstance(value, bytes):
            event[name] = f"[{len(value)} bytes]"
        elif isinstance(value, str) and len(value) > _LONGEST and name != "exception":
            event[name] = value[:_LONGEST] + "..."
    return event
