# SPDX-License-Identifier: MIT
"""Serving: one process with an event loop for both faces, threads for the worker, and the signer beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from tasuki.adapters.logs import configure
from tasuki.adapters.signer import Signer
from tasuki.adapters.tls import Doorkeeper
from tasuki.app.config import Configuration, configuration
from tasuki.app.lock import hold
from tasuki.app.protocol import CertifiedProtocol
from tasuki.app.reasons import NO_PORT
from tasuki.app.wiring import World, wired
from tasuki.base.errors import WorldError
from tasuki.faces.api.app import api_app
from tasuki.faces.exchange.app import exchange_app
from tasuki.faces.http.socket import RUN, SOCKET, socket_path
from tasuki.faces.worker.loops import LOOPS, Loop, Worker, disposal
from tasuki.services.node import Node
from tasuki.services.node.signals import PARTNERS
from tasuki.services.partners import certificates

GRACE_S: Final = 3
"""Seconds that requests under way may take when the node stops; what is cut was not acknowledged."""

KEEP_ALIVE_S: Final = 75
"""Longer than our own clients keep an idle connection, so that they and not we end it."""

TRUST_S: Final = 60.0
"""Seconds between looks at whom people trust; a change by people here is seen at once."""

_LOG = structlog.get_logger("tasuki.serve")


class _Server(uvicorn.Server):
    """A server that leaves signals to us, as two of them share one process, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(directory: Path, world: World | None = None) -> None:
    """Run the node in `directory` until SIGTERM or SIGINT.

    Args:
        directory: of the node.
        world: a stand-in for its time and chance; the real ones where there is none.

    Raises:
        TasukiError: it cannot start: one sentence says why and what to do.
    """
    told = configuration(directory)
    configure(told.settings.log.level)
    # The servers' own words would break the form of the log; what matters of them reaches it as events.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    with hold(told.directory), contextlib.ExitStack() as stack:
        exchange = stack.enter_context(_exchange_socket(told))
        node = stack.enter_context(wired(told, signer=Signer.start(told.directory, told.me), world=world))
        door = Doorkeeper(told.directory)
        door.trust(certificates(node))
        worker = Worker(node, (*LOOPS, disposal(told.settings.worker.disposal_s), _doors(door)))
        local = stack.enter_context(_local_socket(told.directory))
        stack.callback(worker.stop)
        worker.start()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(told, node, door, (exchange, local)))
        _LOG.info("serve.stopping", node=str(node.me))


async def _run(told: Configuration, node: Node, door: Doorkeeper, sockets: tuple[socket.socket, socket.socket]) -> None:
    partners = _server(exchange_app(node), http=CertifiedProtocol, ssl_context_factory=lambda *_: door.context)
    people = _server(api_app(node), http="httptools")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, partners, people)
    async with asyncio.TaskGroup() as running:
        for server, listening in zip((partners, people), sockets, strict=True):
            running.create_task(server.serve(sockets=[listening]))
        await partners.ready.wait()
        await people.ready.wait()
        _LOG.info("serve.ready", node=str(node.me), endpoint=told.anchor.endpoint)
        local = told.directory / RUN / SOCKET
        sys.stdout.write(f"tasuki: {node.me} ready, partners {told.anchor.endpoint}, socket {local}\n")
        sys.stdout.flush()


def _server(app: ASGIApp, **settings: Any) -> _Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        **settings,
    )
    return _Server(config)


def _stop(*servers: _Server) -> None:
    for server in servers:
        server.should_exit = True


def _doors(door: Doorkeeper) -> Loop:
    """Return the loop that lets in whom people trust."""

    def run(node: Node, stop: threading.Event) -> None:
        seen = node.signals.seen(PARTNERS)
        while not stop.is_set():
            known = certificates(node)
            door.trust(known)
            node.pulses.done("doors", node.clock.now())
            deadline = node.clock.monotonic() + TRUST_S
            while not stop.is_set() and node.clock.monotonic() < deadline:
                now = node.signals.wait(PARTNERS, seen, 1.0)
                if now != seen:
                    seen = now
                    break

    return Loop(name="doors", run=run)


@contextlib.contextmanager
def _exchange_socket(told: Configuration) -> Iterator[socket.socket]:
    host, _, port = told.settings.exchange.listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, int(port)))
        except (OSError, OverflowError) as error:
            cause = getattr(error, "strerror", None) or str(error)
            raise WorldError(NO_PORT.because(listen=told.settings.exchange.listen, cause=cause), retry=True) from error
        yield listening


@contextlib.contextmanager
def _local_socket(directory: Path) -> Iterator[socket.socket]:
    """Give the listening local socket; it appears under its name only once it can be connected to."""
    folder = directory / RUN
    folder.chmod(0o700)
    final = folder / SOCKET
    # Left behind by a killed node: the lock is ours, so nobody listens there.
    final.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening, socket_path(directory) as path:
        listening.bind(path)
        final.chmod(0o600)
        listening.listen(256)
        try:
            yield listening
        finally:
            final.unlink(missing_ok=True)
