# SPDX-License-Identifier: MIT
"""Structured logs: one JSON object a line on standard error; they help operators and may be lost."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, Final, TextIO, cast

import structlog

LEVELS: Final = ("debug", "info", "warning", "error")

_SECRET: Final = ("secret", "password", "token", "private", "passphrase")
_LONGEST = 500
_DEEPEST = 20


class Lossy(io.TextIOBase):
    """A stream of text that loses what cannot be written: a log on a full disk must not fail what was being done."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or lose it."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written, or lose it."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def configure(level: str) -> None:
    """Write events of `level` and above; called once by the process that serves."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            trace,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )


def trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put in place of an exception what it was and where it came from, and not what it says.

    The words of an exception that nobody foresaw may quote what was being worked on.
    """
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, BaseException):
        event["trace"] = [line for each in _chain(error) for line in _places(each)]
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _places(error: BaseException) -> Iterator[str]:
    yield type(error).__name__
    for frame in traceback.extract_tb(error.__traceback__)[-_DEEPEST:]:
        yield f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what is called a secret, and cut what is long: content does not belong into a log."""
    for name, value in event.items():
        if any(word in name.lower() for word in _SECRET):
            event[name] = "[hidden]"
        elif isinstance(value, bytes):
            event[name] = f"[{len(value)} bytes]"
        elif isinstance(value, str) and len(value) > _LONGEST:
            event[name] = value[:_LONGEST] + "..."
    return event
