# SPDX-License-Identifier: MIT
"""The link over HTTP: one kept connection pool per partner, mutual TLS, pinned, bounded in time and size."""

from __future__ import annotations

import math
import ssl
import threading
import time
from pathlib import Path
from typing import Any, Final

import httpx2

from tasuki.adapters.reasons import CANNOT_REACH, NOT_THE_PARTNER, STRANGE_ANSWER
from tasuki.adapters.tls import client_context, stamp
from tasuki.base.errors import PeerError, WorldError
from tasuki.core.release.released import Released
from tasuki.formats.envelope.anchor import Anchor

MAX_ANSWER_BYTES: Final = 32 << 20
"""An answer of a partner; receipts take 8 KiB, a page of mirrored leaves some MiB."""

TIMEOUT: Final = httpx2.Timeout(60.0, connect=10.0)
"""Seconds: a partner may need a while for a thousand objects; a dead route shows at once."""

DEADLINE_S: Final = 300.0
"""Seconds for one request and its answer, however it trickles: 17 MiB over a line of half a megabit."""

_LIMITS = httpx2.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=60.0)
_OK = 200


class HttpLink:
    """Posts to partners' exchange faces; takes nothing but `Released`."""

    def __init__(self, directory: Path, deadline_s: float = DEADLINE_S) -> None:
        """Present the certificate of the node in `directory`; `close` ends every connection.

        A partner that answers one byte a minute has its answer cut after `deadline_s`.
        """
        self._directory = directory
        self._deadline_s = deadline_s
        self._guard = threading.Lock()
        self._clients: dict[tuple[str, tuple[bytes, ...], int], httpx2.Client] = {}

    def post(self, partner: Anchor, path: str, body: Released) -> bytes:
        """Return the partner's answer to `body` posted to `path`.

        Raises:
            WorldError: the partner was not reached, or its answer was cut or strange; nothing is known of what it did.
            PeerError: whoever answered is not the partner that the anchor names.
        """
        status, answer = self.ask(partner, path, body)
        if status != _OK:
            raise WorldError(STRANGE_ANSWER.because(partner=str(partner.name), found=f"status {status}"), retry=True)
        return answer

    def ask(self, partner: Anchor, path: str, body: Released) -> tuple[int, bytes]:
        """Return status and body of the partner's answer to `body` posted to `path`; raises as `post`.

        Raises:
            CallerError: the body was released to somebody else.
        """
        client = self._client(partner)
        name = str(partner.name)
        content = body.bytes_for(partner.name.participant)
        _UNTIL.moment = time.monotonic() + self._deadline_s
        try:
            with client.stream("POST", path, content=content, headers=_HEADERS) as answer:
                _require_pinned(answer, partner)
                return answer.status_code, _bounded(answer, name)
        except httpx2.TransportError as error:
            if _is_stranger(error):
                raise PeerError(NOT_THE_PARTNER.because(partner=name)) from error
            cause = str(error)[:120] or type(error).__name__
            raise WorldError(CANNOT_REACH.because(partner=name, cause=cause), retry=True) from error
        finally:
            del _UNTIL.moment

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _client(self, partner: Anchor) -> httpx2.Client:
        # A new certificate, theirs or ours, means a new client; requests under way end on the old one.
        key = partner.endpoint, partner.certificates, stamp(self._directory)
        with self._guard:
            if key not in self._clients:
                context = client_context(self._directory, partner.certificates)
                context.sslsocket_class = _Hurried
                self._clients[key] = httpx2.Client(
                    base_url=partner.endpoint,
                    verify=context,
                    trust_env=False,
                    timeout=TIMEOUT,
                    limits=_LIMITS,
                )
            return self._clients[key]


_UNTIL = threading.local()
"""Until when the request of this thread must be over, by the monotonic clock."""


class _Hurried(ssl.SSLSocket):
    """A socket on which no call outlasts the request it serves; other time limits start anew with every byte."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Receive, within the time that is left."""
        self._hurry()
        return super().recv(buflen, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send, within the time that is left."""
        self._hurry()
        return super().send(data, flags)

    def _hurry(self) -> None:
        left = getattr(_UNTIL, "moment", math.inf) - time.monotonic()
        if left <= 0:
            message = "the answer took too long"
            raise TimeoutError(message)
        patience = self.gettimeout()
        if patience is None or left < patience:
            self.settimeout(None if math.isinf(left) else left)


_HEADERS: Final = {"content-type": "application/octet-stream"}


def _require_pinned(answer: httpx2.Response, partner: Anchor) -> None:
    tls = answer.extensions["network_stream"].get_extra_info("ssl_object")
    # By position: what lies under the client may be the interpreter's own object, which knows no name for it.
    if tls is None or tls.getpeercert(True) not in partner.certificates:  # noqa: FBT003
        raise PeerError(NOT_THE_PARTNER.because(partner=str(partner.name)))


def _bounded(answer: httpx2.Response, name: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in answer.iter_raw():
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise WorldError(STRANGE_ANSWER.because(partner=name, found=f"more than {MAX_ANSWER_BYTES} B"), retry=True)
        parts.append(chunk)
    return b"".join(parts)


def _is_stranger(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
