# SPDX-License-Identifier: MIT
"""Third witnesses over HTTP: one request at a time, bounded in time and size, nothing followed, nothing remembered.

Source: C2SP tlog-witness.
"""

from __future__ import annotations

from typing import Final

import httpx2

from tasuki.adapters.reasons import CANNOT_REACH, STRANGE_ANSWER
from tasuki.base.errors import WorldError
from tasuki.core.ledger.quorum import THIRD
from tasuki.core.release.released import Released

MAX_ANSWER_BYTES: Final = 64 << 10
"""An answer of a witness: signature lines, or a size."""

TIMEOUT: Final = httpx2.Timeout(20.0, connect=10.0)
"""Seconds; nothing waits for a third witness but its own thread."""


class WitnessLink:
    """Posts checkpoints to witnesses that are no partners; takes nothing but `Released`."""

    def __init__(self) -> None:
        """Ask over plain HTTP or HTTPS with the certificates of the machine; `close` ends every connection."""
        self._client = httpx2.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT)

    def ask(self, url: str, body: Released) -> tuple[int, bytes]:
        """Return status and body of what a witness answers to an add-checkpoint request.

        Args:
            url: its submission prefix.
            body: the request, released to third witnesses.

        Raises:
            WorldError: it was not reached, or its answer was cut or too long.
            CallerError: the body was released to somebody else.
        """
        content = body.bytes_for(THIRD)
        try:
            with self._client.stream("POST", f"{url.rstrip('/')}/add-checkpoint", content=content) as answer:
                return answer.status_code, _bounded(answer, url)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            cause = str(error)[:120] or type(error).__name__
            raise WorldError(CANNOT_REACH.because(partner=url[:120], cause=cause), retry=True) from error

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def _bounded(answer: httpx2.Response, url: str) -> bytes:
    body = b""
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            found = f"more than {MAX_ANSWER_BYTES} B"
            raise WorldError(STRANGE_ANSWER.because(partner=url[:120], found=found), retry=True)
    return body
