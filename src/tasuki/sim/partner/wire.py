# SPDX-License-Identifier: MIT
"""The partner as a client: mutual TLS with any certificate, whole requests or bytes as they come."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from tasuki.base.errors import TasukiError
from tasuki.formats.envelope.notice import MAGIC as NOTICE
from tasuki.formats.envelope.notice import Notice, read_notice
from tasuki.formats.envelope.receipt import MAGIC as RECEIPT
from tasuki.formats.envelope.receipt import Receipt, read_receipt
from tasuki.sim.partner.identity import Certificate

PATIENCE_S: Final = 30.0
"""How long a partner waits for an answer; a node that takes longer counts as silent."""

CUT: Final = 0
"""The status of a reply that never came: the connection was refused, cut or ended without an answer."""

_CHUNK = 1 << 16
_LONGEST_ANSWER = 32 << 20
_TROUBLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status; `CUT` where there was none.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def notice(self) -> Notice | None:
        """Return the notice it is, if it is one."""
        if not self.body.startswith(NOTICE):
            return None
        with contextlib.suppress(TasukiError):
            return read_notice(self.body)
        return None

    @property
    def receipt(self) -> Receipt | None:
        """Return the stored receipt it is, if it is one; its signatures are not looked at."""
        if not self.body.startswith(RECEIPT):
            return None
        with contextlib.suppress(TasukiError):
            return read_receipt(self.body).receipt
        return None

    @property
    def code(self) -> str:
        """Return the reason it gives: of a notice or a receipt, or the first word of a witness."""
        if self.notice is not None:
            return self.notice.code
        if self.receipt is not None:
            return self.receipt.reason or self.receipt.status
        return self.body[:80].decode("utf-8", "replace").partition(" ")[0].strip()

    @property
    def is_trouble(self) -> bool:
        """Whether the node answered that something is wrong with itself."""
        return self.status >= _TROUBLE


class Wire:
    """One connection to an exchange face; opened when needed, and again when it was cut."""

    def __init__(self, endpoint: str, certificate: Certificate | None, server: bytes | None = None) -> None:
        """Speak to `endpoint` with a certificate, or with none; `server` pins theirs, None takes any."""
        parts = urlsplit(endpoint)
        self._address = parts.hostname or "127.0.0.1", parts.port or 443
        self._context = _context(certificate)
        self._server = server
        self._line: ssl.SSLSocket | None = None
        self._rest = b""
        self._ended = False
        self.patience = PATIENCE_S

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        """Post a body and return the answer; a cut line is tried once more, as it may have been idle too long."""
        return self.ask("POST", path, body, headers)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send one request and return the answer."""
        said = {"host": self._address[0], "content-length": str(len(body)), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        request = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body
        fresh = self._line is None
        reply = self.send(request)
        return self.send(request) if reply.status == CUT and not fresh else reply

    def send(self, raw: bytes | Iterable[bytes]) -> Reply:
        """Send bytes as they are, whole or in pieces, and return the first answer to them."""
        try:
            line = self._open()
            for piece in (raw,) if isinstance(raw, bytes) else raw:
                line.sendall(piece)
        except (OSError, ssl.SSLError):
            # A server may answer and close before it has read everything: what it said still counts.
            pass
        return self._read()

    def trickle(self, raw: bytes) -> bool:
        """Send a few bytes and read nothing; return whether the other side still listens."""
        if self._ended:
            return False
        try:
            line = self._open()
            line.sendall(raw)
            line.settimeout(0.01)
            self._ended = not line.recv(_CHUNK)
        except TimeoutError:
            return True
        except (OSError, ssl.SSLError):
            self._ended = True
        return not self._ended

    def abandon(self, raw: bytes) -> None:
        """Send bytes and hang up without reading what comes back."""
        with contextlib.suppress(OSError, ssl.SSLError):
            self._open().sendall(raw)
        self.close()

    def close(self) -> None:
        """End the connection."""
        line, self._line = self._line, None
        self._rest = b""
        if line is not None:
            line.close()

    def _open(self) -> ssl.SSLSocket:
        if self._line is None:
            plain = socket.create_connection(self._address, timeout=self.patience)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._line = self._context.wrap_socket(plain, server_hostname=self._address[0])
            except BaseException:
                plain.close()
                raise
            if self._server is not None and self._line.getpeercert(binary_form=True) != self._server:
                self.close()
                message = "another certificate than the node's own"
                raise ssl.SSLError(message)
        return self._line

    def _read(self) -> Reply:
        try:
            return self._parse()
        except (OSError, ssl.SSLError, ValueError):
            self.close()
            return Reply(status=CUT)

    def _parse(self) -> Reply:
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = self._body(headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status=status, body=body, headers=headers)

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self._exactly(int(headers.get("content-length", "0")))
        parts = []
        while size := int(self._until(b"\r\n").strip(), 16):
            parts.append(self._exactly(size))
            self._exactly(2)
        self._exactly(2)
        return b"".join(parts)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        if not 0 <= size <= _LONGEST_ANSWER:
            message = f"an answer of {size} bytes"
            raise ValueError(message)
        while len(self._rest) < size:
            self._more()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _more(self) -> None:
        if self._line is None:
            message = "no connection"
            raise OSError(message)
        chunk = self._line.recv(_CHUNK)
        if not chunk:
            message = "ended in the middle"
            raise OSError(message)
        self._rest += chunk


def _context(certificate: Certificate | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    # Which certificate the node shows is compared by `Wire` itself, after the handshake.
    context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate.file)
    return context
