# SPDX-License-Identifier: MIT
"""HTTP as partners speak it to this node: their certificate beside every request, and no line held for nothing."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tasuki.faces.exchange.peer import SCOPE_KEY

MAX_HEAD_BYTES: Final = 64 << 10
"""Request line and headers; ours take less than one KiB."""

HEAD_S: Final = 20.0
"""Seconds in which a new connection must have said what it asks for."""

BODY_S: Final = 300.0
"""Seconds in which a body must have come whole: the largest envelope takes 56 kB/s."""

MAX_LINES: Final = 64
"""Connections one certificate may hold; our own client opens 16 at most."""


class CertifiedProtocol(HttpToolsProtocol):
    """HTTP that tells the application with which certificate its connection was verified, and cuts who only waits.

    uvicorn shows no certificate, and bounds neither the head of a request nor the time it may take to come. The hooks
    below are pinned with its version and tested. Who is cut was not answered, so nothing was acknowledged.
    """

    certificate = b""
    _in_head = True
    _head = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the peer's certificate once a connection stands; one too many is cut."""
        tls = transport.get_extra_info("ssl_object")
        self.certificate = b"" if tls is None else tls.getpeercert(binary_form=True) or b""
        super().connection_made(transport)
        lines = [each for each in self.connections if getattr(each, "certificate", None) == self.certificate]
        if len(lines) > MAX_LINES:
            transport.abort()
            return
        self._within(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline with the connection."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that never ends is cut before it fills the memory."""
        super().data_received(data)
        # What came with the end of a head is already its body or the next one: only an unfinished head counts.
        self._head = self._head + len(data) if self._in_head else 0
        if self._head > MAX_HEAD_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Put the certificate into the scope of every request."""
        super().on_message_begin()
        self.scope[SCOPE_KEY] = self.certificate  # type: ignore[typeddict-unknown-key]
        self._in_head = True
        self._within(HEAD_S)

    def on_headers_complete(self) -> None:
        """Give the body its own time."""
        self._in_head = False
        self._within(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Let a request that came whole take the time it takes."""
        self._in_time()
        super().on_message_complete()

    def _within(self, seconds: float) -> None:
        self._in_time()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
