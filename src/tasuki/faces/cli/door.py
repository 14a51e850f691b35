# SPDX-License-Identifier: MIT
"""The way from a command to its node: the running node's socket, or the same application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tasuki.base.errors import WorldError
from tasuki.faces.cli.reasons import LOST
from tasuki.faces.http.socket import RUN, SOCKET, socket_path

Application = Callable[[Any, Any, Any], Any]
"""An ASGI application."""

OpenNode = Callable[[Path], AbstractContextManager[Application]]
"""Takes the lock of a stopped node, wires it and gives its local API."""

Sink = Callable[[bytes], object]
"""Where a long answer goes, chunk by chunk."""

_OK = 200
_TIMEOUT = httpx2.Timeout(None, connect=5.0)
_BASE = "http://node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request to the local API.

    Attributes:
        body: None, whole bytes, or chunks of an upload.
    """

    method: str
    path: str
    params: Mapping[str, str]
    body: bytes | Iterable[bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the node said."""

    status: int
    media: str
    body: bytes


class Door:
    """Asks one node; a stopped node is opened once and kept open until the command ends."""

    def __init__(self, directory: Path, open_node: OpenNode, resources: ExitStack, token: str | None = None) -> None:
        """Ask the node in `directory`, as the person of a `token`; `resources` closes what was opened."""
        self.directory = directory
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._open_node = open_node
        self._resources = resources
        self._application: Application | None = None

    def ask(self, question: Question, sink: Sink | None = None) -> Answer:
        """Return the node's answer; with a `sink`, the body of a good answer goes there as it comes.

        Raises:
            WorldError: it stopped answering, or another process holds it.
        """
        if self._application is None and (self.directory / RUN / SOCKET).exists():
            try:
                return self._outside(question, sink)
            except httpx2.ConnectError:
                # A socket left behind by a killed node: the lock below tells whether one still runs.
                pass
            except httpx2.TransportError as error:
                raise WorldError(LOST.because(cause=type(error).__name__), retry=True) from error
        if self._application is None:
            self._application = self._resources.enter_context(self._open_node(self.directory))
        return asyncio.run(_inside(self._application, question, sink, self._headers))

    def _outside(self, question: Question, sink: Sink | None) -> Answer:
        with (
            socket_path(self.directory) as path,
            httpx2.Client(transport=httpx2.HTTPTransport(uds=path), timeout=_TIMEOUT, headers=self._headers) as client,
            client.stream(
                question.method, _BASE + question.path, params=dict(question.params), content=question.body
            ) as answer,
        ):
            if sink is None or answer.status_code != _OK:
                answer.read()
                return _read(answer)
            for chunk in answer.iter_bytes():
                sink(chunk)
            return _read(answer, b"")


async def _inside(
    application: Application, question: Question, sink: Sink | None, headers: Mapping[str, str]
) -> Answer:
    tap = _Tap(application, sink)
    transport = httpx2.ASGITransport(app=tap, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, timeout=_TIMEOUT, headers=headers) as client:
        body = question.body
        answer = await client.request(
            question.method,
            _BASE + question.path,
            params=dict(question.params),
            content=body if body is None or isinstance(body, bytes) else _slowly(body),
        )
    if not tap.is_whole:
        raise WorldError(LOST.because(cause="EOF"), retry=True)
    return _read(answer)


class _Tap:
    """The application, its good answers led into a sink: the transport alone would gather them first."""

    def __init__(self, application: Application, sink: Sink | None) -> None:
        self._application = application
        self._sink = sink
        self._status = 0
        self.is_whole = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def lead(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
            else:
                self.is_whole = not message.get("more_body", False)
                if self._sink is not None and self._status == _OK:
                    self._sink(message.get("body", b""))
                    message = {**message, "body": b""}
            await send(message)

        await self._application(scope, receive, lead)


async def _slowly(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _read(answer: httpx2.Response, body: bytes | None = None) -> Answer:
    media = answer.headers.get("content-type", "").partition(";")[0]
    return Answer(status=answer.status_code, media=media, body=answer.content if body is None else body)
