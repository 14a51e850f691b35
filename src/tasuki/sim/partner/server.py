# SPDX-License-Identifier: MIT
"""The partner as a server: the node under test comes to it, and hears whatever a move wants it to hear."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Final, Self

from tasuki.sim.partner.identity import Certificate
from tasuki.sim.partner.wire import CUT, Reply

Answers = Callable[[str, bytes], Reply]
"""What the partner says to a path and a body; `Reply(status=CUT)` hangs up."""

_LONGEST_REQUEST: Final = 64 << 20
_IDLE_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request of the node under test."""

    path: str
    body: bytes


@dataclass(slots=True)
class Server:
    """Listens on loopback under the partner's certificate and remembers everything it heard.

    Attributes:
        answers: what it says now; a move puts its own in place for a while.
    """

    certificate: Certificate
    answers: Answers
    heard: list[Heard] = field(default_factory=list)
    _listening: ThreadingTCPServer | None = None
    _thread: threading.Thread | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _lines: set[socket.socket] = field(default_factory=set)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))

    @property
    def port(self) -> int:
        """Return the loopback port, fixed from the beginning."""
        return int(self._socket.getsockname()[1])

    @property
    def endpoint(self) -> str:
        """Return the URL an anchor names."""
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._listening = _Listening(self)
        self._thread = threading.Thread(target=self._listening.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._listening is not None and self._thread is not None:
            self._listening.shutdown()
            self._thread.join()
            self._listening.server_close()
        self.hang_up()
        self._socket.close()

    def hang_up(self) -> None:
        """Cut every connection there is."""
        for each in list(self._lines):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def saying(self, answers: Answers) -> Any:
        """Answer differently for a while."""
        before, self.answers = self.answers, answers
        try:
            yield
        finally:
            self.answers = before

    def wait(self, fits: Callable[[Heard], bool], *, after: int = 0, seconds: float = 20.0) -> Heard | None:
        """Return the first request from place `after` on that fits, as soon as there is one; None if none came."""

        def found() -> Heard | None:
            return next((each for each in self.heard[after:] if fits(each)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None, seconds)
            return found()

    def answer(self, path: str, body: bytes) -> Reply:
        """Answer one request, and remember it once it was answered."""
        reply = self.answers(path, body)
        with self._changed:
            self.heard.append(Heard(path=path, body=body))
            self._changed.notify_all()
        return reply

    def context(self) -> ssl.SSLContext:
        """Return the TLS side: it shows its certificate, and takes whoever comes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.certificate.file)
        return context

    @property
    def listener(self) -> socket.socket:
        """Return the bound socket."""
        return self._socket

    def met(self, line: socket.socket) -> None:
        """Remember a connection, for `hang_up`."""
        self._lines.add(line)

    def parted(self, line: socket.socket) -> None:
        """Forget a connection."""
        self._lines.discard(line)


class _Listening(ThreadingTCPServer):
    """The socket server below; each connection has a thread, in which its handshake is made."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: Server) -> None:
        self.owner = owner
        self.tls = owner.context()
        super().__init__(("127.0.0.1", owner.port), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = owner.listener

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a node that hangs up, or does not like the certificate, is what moves are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    server: _Listening

    def setup(self) -> None:
        self.request.settimeout(_IDLE_S)
        # A reply is two small writes; joined by Nagle and delayed acknowledgements they would take 40 ms.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.server.owner.met(self.request)
        super().setup()

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        self.server.owner.parted(self.request)
        self.request.close()

    def do_POST(self) -> None:
        """Answer a POST."""
        size = min(int(self.headers.get("content-length") or 0), _LONGEST_REQUEST)
        body = self._chunks() if self.headers.get("transfer-encoding") else self.rfile.read(size)
        reply = self.server.owner.answer(self.path, body)
        if reply.status == CUT:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST  # noqa: N815 the base class names it so

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class names it so
        """Write nothing."""
