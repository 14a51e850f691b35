# SPDX-License-Identifier: MIT
"""Who is at the other end of an exchange connection: the certificate that the TLS handshake verified."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

SCOPE_KEY: Final = "tasuki.certificate"
"""Where the server puts the peer's certificate (DER) into the ASGI scope of each request."""


def certificate(request: Request) -> bytes:
    """Return the DER of the peer's certificate; empty where there is none, which no anchor pins."""
    return bytes(request.scope.get(SCOPE_KEY, b""))
